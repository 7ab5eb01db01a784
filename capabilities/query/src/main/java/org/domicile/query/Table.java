package org.domicile.query;

import java.util.List;

/**
 * A table that a name resolved to: its Parquet files, which all have the same columns.
 *
 * @param files at least one
 */
public record Table(List<DataFile> files) {
    /** They are the record's own. */
    public Table {
        files = List.copyOf(files);
        if (files.isEmpty()) {
            throw new IllegalArgumentException("a table has files");
        }
    }
}
