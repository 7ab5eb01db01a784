package org.domicile.query;

import java.util.List;

/**
 * A table of the catalog, as of one snapshot. Which files it has is asked later ({@link
 * Sources#files}), once it is known what is wanted of it.
 *
 * @param id another one for another table or another snapshot
 * @param name as it stands on record
 * @param columns in their order
 */
public record CatalogTable(String id, String name, List<Field> columns) implements Relation {
    /** They are the record's own. */
    public CatalogTable {
        columns = List.copyOf(columns);
    }
}
