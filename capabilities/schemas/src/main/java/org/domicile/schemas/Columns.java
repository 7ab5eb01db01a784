package org.domicile.schemas;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What columns of a table must be, whatever language their schema is written in. */
final class Columns {
    private static final int LONGEST_NAME = 255;

    private Columns() {}

    /** A table of these, or why not. */
    static Schemas.Shape shape(List<Column> columns) {
        try {
            int count = new Counting().count(columns, "", 1);
            if (count > Schemas.MOST_COLUMNS) {
                throw new BadSchema(
                        "It has %d columns, with those inside of columns; a table has at most %d."
                                .formatted(count, Schemas.MOST_COLUMNS));
            }
            return new Schemas.Shape.Table(columns);
        } catch (BadSchema e) {
            return new Schemas.Shape.None(e.sentence());
        }
    }

    /** Owned by one thread. */
    private static final class Counting {
        /** Whole names, as Iceberg tells columns apart: with dots between levels. */
        private final Set<String> names = new HashSet<>();

        int count(List<Column> columns, String above, int level) {
            if (level > Schemas.MOST_LEVELS) {
                throw new BadSchema(
                        "Its columns stand in each other in more than %d levels."
                                .formatted(Schemas.MOST_LEVELS));
            }
            if (columns.isEmpty()) {
                throw new BadSchema("A record in it has no columns; a table needs one at least.");
            }
            int count = 0;
            for (Column each : columns) {
                if (each.name().isBlank() || each.name().length() > LONGEST_NAME) {
                    throw new BadSchema(
                            "The name of a column has 1 to %d characters.".formatted(LONGEST_NAME));
                }
                String whole = above + each.name();
                if (!names.add(whole.toLowerCase(Locale.ROOT))) {
                    throw new BadSchema(
                            "Names of columns differ in more than case, for SQL's sake; '%s' does"
                                            .formatted(each.name())
                                    + " not.");
                }
                count += 1 + inside(each.type(), whole + ".", level);
            }
            return count;
        }

        private int inside(ColumnType type, String above, int level) {
            return switch (type) {
                case ColumnType.Simple _, ColumnType.Decimal _ -> 0;
                case ColumnType.Sequence(Column element) ->
                        count(List.of(element), above, level + 1);
                case ColumnType.Mapping(Column value) ->
                        1 + count(List.of(value), above, level + 1);
                case ColumnType.Struct(List<Column> columns) -> count(columns, above, level + 1);
            };
        }
    }

    /** While columns are derived: refuses before there are far too many. */
    static final class Budget {
        private int left = 4 * Schemas.MOST_COLUMNS;

        void take(int level) {
            if (--left < 0 || level > Schemas.MOST_LEVELS) {
                throw new BadSchema(
                        "As a table it would have more than %d columns, or more than %d levels of"
                                        .formatted(Schemas.MOST_COLUMNS, Schemas.MOST_LEVELS)
                                + " them.");
            }
        }
    }
}
