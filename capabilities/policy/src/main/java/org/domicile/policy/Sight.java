package org.domicile.policy;

import java.util.List;

/**
 * What the rules of a table leave of it to who acts under a purpose.
 *
 * @param hidden columns that are masked, or that may not be named
 * @param where a {@link Condition} that is true of the rows that are seen; empty for all of them
 * @param digest of the rules, as records name them; empty where the table has none
 */
public record Sight(List<Hidden> hidden, String where, String digest) {
    /** All of it. */
    public static final Sight WHOLE = new Sight(List.of(), "", "");

    /** They are the record's own. */
    public Sight {
        hidden = List.copyOf(hidden);
    }

    /**
     * A column.
     *
     * @param field its id @param classes that it holds and the purpose does not list
     */
    public record Hidden(int field, List<String> classes, TableRules.Otherwise otherwise) {}

    /** Whether nothing is kept from the purpose. */
    public boolean whole() {
        return hidden.isEmpty() && where.isEmpty();
    }
}
