package org.domicile.query;

import java.util.List;
import java.util.Map;

/**
 * A table of the catalog of which rules keep something from whoever asks. The session's own engine
 * never sees its files: a second session, which runs nothing of the caller's, reads them, and hands
 * over the rows and columns that are left, as one file.
 *
 * @param table all of it
 * @param masked names of columns that are null for who asks
 * @param refused by a column's name: why a statement that names it is refused, a sentence
 * @param where a condition of SQL over the table's columns that is true of the rows that are left;
 *     empty for all
 * @param asked names of the columns that the condition names
 * @param told which rules they are and what they keep, for the record and for EXPLAIN
 */
public record RuledTable(
        CatalogTable table,
        List<String> masked,
        Map<String, String> refused,
        String where,
        List<String> asked,
        String told)
        implements Relation {
    /** They are the record's own. */
    public RuledTable {
        masked = List.copyOf(masked);
        refused = Map.copyOf(refused);
        asked = List.copyOf(asked);
    }
}
