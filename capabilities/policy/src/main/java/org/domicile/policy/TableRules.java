package org.domicile.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * What an operator says of a table: which classes of data its columns hold, and which of its rows
 * purposes see. Columns are meant by their fields' ids and the table by its own, so that other
 * names change nothing.
 *
 * @param organisation whose table it is
 * @param table its id
 * @param columns in the order of their fields, each once
 * @param rows that for all purposes first; no purpose has two
 */
public record TableRules(
        String organisation, String table, List<OfColumn> columns, List<OfRows> rows) {
    /** They are the record's own. */
    public TableRules {
        columns =
                columns.stream()
                        .filter(each -> !each.classes().isEmpty())
                        .sorted(Comparator.comparingInt(OfColumn::field))
                        .toList();
        rows =
                rows.stream()
                        .filter(each -> !each.where().isEmpty())
                        .sorted(Comparator.comparing(each -> each.purposes().toString()))
                        .toList();
    }

    /** What becomes of a column for a purpose that does not list its classes. */
    public enum Otherwise {
        /** Its values are null. */
        MASK,
        /** A statement that names it is refused. */
        REFUSE
    }

    /**
     * Of a column.
     *
     * @param field its id
     * @param classes of data; none to take the rule away
     */
    public record OfColumn(int field, List<String> classes, Otherwise otherwise) {
        /** Sorted, each once. */
        public OfColumn {
            classes = List.copyOf(new TreeSet<>(classes));
        }
    }

    /**
     * Of rows.
     *
     * @param purposes by full name, for whom it is; none for all who have no rule of their own
     * @param where a {@link Condition}, which is true of the rows that they see; empty to take the
     *     rule away
     */
    public record OfRows(List<String> purposes, String where) {
        /** Sorted, each once. */
        public OfRows {
            purposes = List.copyOf(new TreeSet<>(purposes));
        }
    }

    /** None yet. */
    public static TableRules none(String organisation, String table) {
        return new TableRules(organisation, table, List.of(), List.of());
    }

    /** Its full name: {@code organisation/table}. */
    public String id() {
        return organisation + "/" + table;
    }

    /** True when it says nothing. */
    public boolean isEmpty() {
        return columns.isEmpty() && rows.isEmpty();
    }

    /** With another rule of a column, which takes the place of the one that is there. */
    public TableRules with(OfColumn rule) {
        List<OfColumn> all = new ArrayList<>(columns);
        all.removeIf(each -> each.field() == rule.field());
        all.add(rule);
        return new TableRules(organisation, table, all, rows);
    }

    /** With another rule of rows, which is the only one that its purposes have. */
    public TableRules with(OfRows rule) {
        List<OfRows> all = new ArrayList<>();
        for (OfRows each : rows) {
            List<String> left = new ArrayList<>(each.purposes());
            left.removeAll(rule.purposes());
            boolean general = each.purposes().isEmpty();
            if (general ? !rule.purposes().isEmpty() : !left.isEmpty()) {
                all.add(new OfRows(left, each.where()));
            }
        }
        all.add(rule);
        return new TableRules(organisation, table, columns, all);
    }

    /** Whether there is one for all purposes, or for one of these, that could be taken away. */
    boolean has(OfRows rule) {
        return rows.stream()
                .anyMatch(each ->
                        rule.purposes().isEmpty()
                                ? each.purposes().isEmpty()
                                : each.purposes().stream().anyMatch(rule.purposes()::contains));
    }

    /** Whether there is one of this column, that could be taken away. */
    boolean has(OfColumn rule) {
        return columns.stream().anyMatch(each -> each.field() == rule.field());
    }

    /** SHA-256 over the form in which it is stored, 64 hexadecimal digits. */
    public String digest() {
        Sha256 sha = new Sha256();
        sha.framed(id().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        sha.framed(RegisterCodec.encode(this));
        return sha.hexadecimal();
    }

    /** What they leave to a purpose. */
    Sight sight(Register register, String purpose) {
        Purpose found = register.purposes().get(purpose);
        List<String> listed = found == null ? List.of() : found.classes();
        List<Sight.Hidden> hidden = new ArrayList<>();
        for (OfColumn each : columns) {
            List<String> missing =
                    each.classes().stream()
                            .filter(name -> !DataClasses.covered(listed, name))
                            .toList();
            if (!missing.isEmpty()) {
                hidden.add(new Sight.Hidden(each.field(), missing, each.otherwise()));
            }
        }
        String where =
                rows.stream()
                        .filter(each -> each.purposes().contains(purpose))
                        .findFirst()
                        .or(() ->
                                rows.stream().filter(each -> each.purposes().isEmpty()).findFirst())
                        .map(OfRows::where)
                        .orElse("");
        boolean all = where.isEmpty() || where.equals(Condition.ALL);
        // asked for each request for one of the table's files: a digest costs more than the answer
        return hidden.isEmpty() && all
                ? Sight.WHOLE
                : new Sight(hidden, all ? "" : where, digest());
    }
}
