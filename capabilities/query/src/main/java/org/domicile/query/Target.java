package org.domicile.query;

import java.util.List;
import java.util.stream.Collectors;

/** What becomes of the rows of a statement that are written. */
public sealed interface Target {
    /** Rows that a row group has at most. */
    int GROUP = 122_880;

    /**
     * A Parquet file, for a table.
     *
     * @param columns of the file, in order
     */
    record Parquet(List<Slot> columns) implements Target {
        /** They are the record's own. */
        public Parquet {
            columns = List.copyOf(columns);
            if (columns.isEmpty()) {
                throw new IllegalArgumentException("a file has columns");
            }
        }
    }

    /**
     * A column of the file.
     *
     * @param name of it
     * @param type of the engine, as it writes it, which values are cast to
     * @param ids of its fields, as the engine takes them: a number, or {@code {__duckdb_field_id:
     *     3, "x": 4}}
     * @param from place of the statement's column, counted from 1; 0 for none, which is null
     */
    record Slot(String name, String type, String ids, int from) {}

    /** A Parquet file as the statement has its columns. */
    record PlainParquet() implements Target {}

    /** CSV (RFC 4180). @param header whether it begins with the columns' names */
    record Csv(Header header, char delimiter) implements Target {}

    /** Whether there is a line of names. */
    enum Header {
        NAMES,
        NONE
    }

    /** One JSON object a line. */
    record Json() implements Target {}

    /** A name as SQL has it, in double quotes. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** What stands before the statement's own text. */
    private String head() {
        return switch (this) {
            case Parquet(List<Slot> columns) ->
                    "COPY (SELECT "
                            + columns.stream().map(Target::cell).collect(Collectors.joining(", "))
                            + " FROM (\n";
            case PlainParquet _, Csv _, Json _ -> "COPY (\n";
        };
    }

    private static String cell(Slot slot) {
        String value = slot.from() == 0 ? "NULL" : "q.c" + slot.from();
        return "CAST(" + value + " AS " + slot.type() + ") AS " + quoted(slot.name());
    }

    /**
     * The engine's statement. The one inside was taken apart by the engine before, whole and alone,
     * so it ends where it seems to; a line end behind it ends a comment.
     */
    default String copy(String select, String path) {
        String end =
                switch (this) {
                    case Parquet(List<Slot> columns) -> {
                        int last = columns.stream().mapToInt(Slot::from).max().orElse(0);
                        StringBuilder names = new StringBuilder();
                        for (int i = 1; i <= last; i++) {
                            names.append(i == 1 ? "" : ", ").append("c").append(i);
                        }
                        yield "\n) AS q" + (last == 0 ? "" : "(" + names + ")") + ") TO ";
                    }
                    case PlainParquet _, Csv _, Json _ -> "\n) TO ";
                };
        String options =
                switch (this) {
                    case Parquet(List<Slot> columns) ->
                            "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE "
                                    + GROUP
                                    + ", FIELD_IDS {"
                                    + columns.stream()
                                            .map(each -> quoted(each.name()) + ": " + each.ids())
                                            .collect(Collectors.joining(", "))
                                    + "}";
                    case PlainParquet() ->
                            "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE " + GROUP;
                    case Csv(Header header, char delimiter) ->
                            "FORMAT csv, HEADER "
                                    + (header == Header.NAMES)
                                    + ", DELIMITER "
                                    + literal(String.valueOf(delimiter));
                    case Json() -> "FORMAT json";
                };
        return head() + select + end + literal(path) + " (" + options + ", USE_TMP_FILE false)";
    }

    /** A failure with its place in the statement's own text. */
    default Failure shifted(Failure failure, String select) {
        int place = failure.position() - head().length();
        boolean within = place > 0 && place <= select.length() + 1;
        return new Failure(failure.state(), failure.message(), within ? place : 0, failure.hint());
    }
}
