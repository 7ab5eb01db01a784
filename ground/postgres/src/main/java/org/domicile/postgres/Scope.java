package org.domicile.postgres;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The columns that names can mean at one place of a question, and what is around it. */
final class Scope {
    final @Nullable Scope above;
    final List<Column> columns;

    /** Whether aggregates may stand here. */
    boolean grouping;

    /** Whether one did. */
    boolean grouped;

    /** Whether functions that return sets may stand here. */
    boolean sets;

    /** Columns of this scope that names were found to mean, since it was last emptied. */
    final Set<Integer> used = new HashSet<>();

    /** Windows and functions that return sets that were met, in the order of their extras. */
    final List<Extra> extras = new ArrayList<>();

    /** Whether any name went past this scope, into the ones around it. */
    boolean correlated;

    /**
     * A column. @param hidden joined by USING into another one
     *
     * @param schema where its relation lies; empty for none
     */
    record Column(String schema, String table, String name, PgType type, boolean hidden) {}

    /** What needs more than its row. */
    sealed interface Extra {
        /** A window. */
        record Windowed(
                Syntax.Expr.Call call,
                List<Typed> arguments,
                List<Typed> partition,
                List<Key> order)
                implements Extra {}

        /** A function that returns a set. */
        record SetOf(Typed list) implements Extra {}
    }

    /** One key of an order. */
    record Key(Typed by, boolean descending, boolean nullsFirst) {}

    Scope(@Nullable Scope above, List<Column> columns) {
        this.above = above;
        this.columns = columns;
    }

    /** Where a column is. @param depth how many questions up */
    record Found(int depth, int index, PgType type) {}

    /** Looks for a name here and then around. */
    Found find(List<String> parts, int at) {
        int depth = 0;
        for (Scope scope = this; scope != null; scope = scope.above) {
            int index = scope.index(parts, at);
            if (index >= 0) {
                Scope passed = this;
                for (int i = 0; i < depth && passed != null; i++, passed = passed.above) {
                    passed.correlated = true;
                }
                scope.used.add(index);
                return new Found(depth, index, scope.columns.get(index).type());
            }
            depth++;
        }
        if (parts.size() > 1 && !hasTable(parts.get(parts.size() - 2))) {
            throw new SqlError(
                    "42P01",
                    "missing FROM-clause entry for table \"" + parts.get(parts.size() - 2) + "\"",
                    at);
        }
        throw new SqlError(
                "42703",
                "column "
                        + (parts.size() > 1
                                ? String.join(".", parts)
                                : "\"" + parts.getFirst() + "\"")
                        + " does not exist",
                at);
    }

    boolean hasTable(String name) {
        for (Scope scope = this; scope != null; scope = scope.above) {
            if (scope.columns.stream().anyMatch(each -> each.table().equals(name))) {
                return true;
            }
        }
        return false;
    }

    /** Its place here; -1 when it is not here. */
    private int index(List<String> parts, int at) {
        String name = parts.getLast();
        String table = parts.size() > 1 ? parts.get(parts.size() - 2) : "";
        String schema = parts.size() > 2 ? parts.get(parts.size() - 3) : "";
        int found = -1;
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            boolean same =
                    column.name().equals(name)
                            && (table.isEmpty()
                                    ? !column.hidden()
                                    : column.table().equals(table)
                                            && (schema.isEmpty()
                                                    || column.schema().equals(schema)));
            if (same && found >= 0) {
                throw new SqlError("42702", "column reference \"" + name + "\" is ambiguous", at);
            }
            if (same) {
                found = i;
            }
        }
        return found;
    }
}
