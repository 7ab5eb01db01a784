package org.domicile.query;

import java.util.List;

/**
 * A view of the catalog: its names are resolved as if the statement had them, for whoever runs the
 * statement.
 *
 * @param id another one for another view
 * @param name as it stands on record
 * @param sql a SELECT
 * @param namespace in which its names without a namespace lie
 * @param columns names of its columns; none when they are the statement's
 */
public record CatalogView(
        String id, String name, String sql, List<String> namespace, List<String> columns)
        implements Relation {
    /** They are the record's own. */
    public CatalogView {
        namespace = List.copyOf(namespace);
        columns = List.copyOf(columns);
    }
}
