package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import org.domicile.policy.TableRules;

/**
 * Rules of tables, under an operator's request: which classes of data columns hold, and which rows
 * purposes see. Each method is one use, in the use log of the organisation; a change is an entry of
 * the public log. What cannot be is {@link Administration.Impossible}. Owned by the request's
 * thread.
 */
public interface GuardedRules {
    /** The last use as {@code organisation/node/number}; empty when there is none. */
    String use();

    /** Rules of a table. */
    Named rules(Place table);

    /**
     * Says which classes of data a column holds.
     *
     * @param classes none to take the rule away
     */
    Named classes(Place table, String column, List<String> classes, TableRules.Otherwise otherwise);

    /**
     * Says which rows purposes see.
     *
     * @param purposes by full name, or by their name in the table's organisation; none for all that
     *     have no rule of their own
     * @param where a {@link org.domicile.policy.Condition}; empty to take the rule away
     */
    Named rows(Place table, List<String> purposes, String where);

    /**
     * A table.
     *
     * @param organisation whose it is @param namespace levels of its namespace
     */
    record Place(String organisation, List<String> namespace, String table) {
        /** They are the record's own. */
        public Place {
            namespace = List.copyOf(namespace);
        }
    }

    /**
     * Rules of a table with the names that its columns have now.
     *
     * @param id the table's
     * @param digest by which records name them; empty where there are none
     */
    record Named(
            String organisation,
            String table,
            String id,
            String digest,
            List<OfColumn> columns,
            List<OfRows> rows) {
        /** They are the record's own. */
        public Named {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }

        /** For people, one rule a line. */
        List<String> lines() {
            List<String> lines = new ArrayList<>();
            for (OfColumn each : columns) {
                lines.add(
                        "%s holds %s; for purposes that do not list it: %s"
                                .formatted(
                                        each.column(),
                                        String.join(", ", each.classes()),
                                        each.otherwise() == TableRules.Otherwise.MASK
                                                ? "null"
                                                : "refused"));
            }
            for (OfRows each : rows) {
                lines.add(
                        "%s see rows where %s"
                                .formatted(
                                        each.purposes().isEmpty()
                                                ? "purposes without a rule of their own"
                                                : String.join(", ", each.purposes()),
                                        each.where()));
            }
            return lines;
        }
    }

    /** Of a column. @param column its name; {@code dropped column N} of one that is gone */
    record OfColumn(String column, List<String> classes, TableRules.Otherwise otherwise) {}

    /** Of rows. @param purposes none for all that have no rule of their own */
    record OfRows(List<String> purposes, String where) {}
}
