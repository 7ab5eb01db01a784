package org.domicile.query;

import java.util.List;

/**
 * Parquet files that a name means, which all have the same columns.
 *
 * @param files at least one
 */
public record Table(List<DataFile> files) implements Relation {
    /** They are the record's own. */
    public Table {
        files = List.copyOf(files);
        if (files.isEmpty()) {
            throw new IllegalArgumentException("a table has files");
        }
    }
}
