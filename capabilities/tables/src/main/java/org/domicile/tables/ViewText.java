package org.domicile.tables;

import java.util.List;

/**
 * What a view is: a statement, in one dialect or in several.
 *
 * @param view its id
 * @param statements of its current version, in the order that they have there
 * @param namespace in which names without one are looked up
 * @param columns as they are called, and what they held when it was made
 */
public record ViewText(
        String view, List<Statement> statements, List<String> namespace, List<Field> columns) {
    /** They are the record's own. */
    public ViewText {
        statements = List.copyOf(statements);
        namespace = List.copyOf(namespace);
        columns = List.copyOf(columns);
    }

    /** A text. @param dialect as whoever made it calls it, such as {@code spark} */
    public record Statement(String dialect, String sql) {}
}
