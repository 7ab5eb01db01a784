package org.domicile.tables;

import java.util.List;

/**
 * What a table looks like at a moment. No file is read to know it.
 *
 * @param table its id
 * @param snapshot its id; -1 of a table that has none, which is empty
 * @param rows as its writers counted them; -1 when they did not
 */
public record Shape(String table, long snapshot, long rows, List<Field> columns) {
    /** They are the record's own. */
    public Shape {
        columns = List.copyOf(columns);
    }
}
