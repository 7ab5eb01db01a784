package org.domicile.query;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a file that came from outside is read. */
public sealed interface Intake {
    /** Columns with their types, as the engine writes them; empty where they are to be guessed. */
    List<Named> columns();

    /** What becomes of a row that is none. */
    OnError onError();

    /** The same with columns that are known. */
    Intake of(List<Named> columns);

    /**
     * A column of the file.
     *
     * @param type as the engine writes it
     * @param spelling of its values
     */
    record Named(String name, String type, Spelling spelling) {
        /** One whose values the engine reads. */
        public Named(String name, String type) {
            this(name, type, Spelling.ENGINE);
        }
    }

    /** Whose texts stand for values. */
    enum Spelling {
        /** {@code [1, 2]}, {@code \xAA\xBB}, {@code {'a': 1}}. */
        ENGINE,
        /** As COPY writes them: {@code {1,2}}, {@code \xaabb}, {@code {"a":1}}. */
        POSTGRES
    }

    /** What becomes of a row that is none. */
    enum OnError {
        /** Nothing is loaded. */
        FAIL,
        /** It is left out, and told. */
        SKIP
    }

    /**
     * CSV and its kin.
     *
     * @param header whether the first line has names
     * @param delimiter empty to have it found out
     * @param quote empty for none
     * @param escape of quotes in quotes; empty for the quote itself
     * @param nothing the text that stands for null where it is not quoted
     */
    record Csv(
            Target.Header header,
            Optional<Character> delimiter,
            Optional<Character> quote,
            Optional<Character> escape,
            String nothing,
            List<Named> columns,
            OnError onError)
            implements Intake {
        /** They are the record's own. */
        public Csv {
            columns = List.copyOf(columns);
        }

        @Override
        public Intake of(List<Named> other) {
            return new Csv(header, delimiter, quote, escape, nothing, other, onError);
        }
    }

    /** JSON: an array of objects, or one object after the other. */
    record Json(List<Named> columns, OnError onError) implements Intake {
        /** They are the record's own. */
        public Json {
            columns = List.copyOf(columns);
        }

        @Override
        public Intake of(List<Named> other) {
            return new Json(other, onError);
        }
    }

    /** Parquet, which says itself what it is. */
    record Parquet() implements Intake {
        @Override
        public List<Named> columns() {
            return List.of();
        }

        @Override
        public OnError onError() {
            return OnError.FAIL;
        }

        @Override
        public Intake of(List<Named> columns) {
            return this;
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String sign(Optional<Character> sign) {
        return literal(sign.map(String::valueOf).orElse(""));
    }

    private static String named(List<Named> columns) {
        return columns.stream()
                .map(each ->
                        literal(each.name())
                                + ": "
                                + literal(foreign(each) ? "VARCHAR" : each.type()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** Whether the engine would not find the value in the text, or another one. */
    private static boolean foreign(Named column) {
        String type = column.type();
        return column.spelling() == Spelling.POSTGRES
                && (type.equals("BLOB")
                        || type.endsWith("[]")
                        || type.startsWith("STRUCT(")
                        || type.startsWith("MAP("));
    }

    /** A column of text as what the text means. */
    private static String meant(Named column) {
        String text = Target.quoted(column.name());
        String type = column.type();
        String value =
                type.equals("BLOB")
                        ? "CASE WHEN starts_with(%1$s, '\\x') THEN from_hex(substr(%1$s, 3)) ELSE"
                                + " CAST(%1$s AS BLOB) END"
                        : type.matches("[^(\\[]*(\\([^(]*\\))?\\[]")
                                ? "CASE WHEN starts_with(%1$s, '{') THEN CAST('[' || substr(%1$s,"
                                        + " 2, length(%1$s) - 2) || ']' AS %2$s) ELSE CAST(%1$s AS"
                                        + " %2$s) END"
                                : "CAST(CAST(%1$s AS JSON) AS %2$s)";
        return value.formatted(text, type) + " AS " + text;
    }

    private static String all(List<Named> columns) {
        String meant =
                columns.stream()
                        .filter(Intake::foreign)
                        .map(Intake::meant)
                        .collect(Collectors.joining(", "));
        return meant.isEmpty() ? "*" : "* REPLACE (" + meant + ")";
    }

    /** Its rows, as the engine's statement. @param number tells tables of what is left out apart */
    default String select(String path, long number) {
        String file = literal(path);
        return switch (this) {
            case Parquet() -> "SELECT * FROM read_parquet(" + file + ")";
            case Json json ->
                    "SELECT * FROM read_json("
                            + file
                            + ", format = 'auto'"
                            + (json.columns().isEmpty()
                                    ? ", sample_size = -1"
                                    : ", columns = " + named(json.columns()))
                            + ", maximum_object_size = 67108864)";
            case Csv csv ->
                    "SELECT "
                            + all(csv.columns())
                            + " FROM read_csv("
                            + file
                            + ", header = "
                            + (csv.header() == Target.Header.NAMES)
                            + csv.delimiter()
                                    .map(each -> ", delim = " + literal(String.valueOf(each)))
                                    .orElse("")
                            + ", quote = "
                            + sign(csv.quote())
                            + ", escape = "
                            + sign(csv.escape().or(csv::quote))
                            + ", nullstr = "
                            + literal(csv.nothing())
                            + ", allow_quoted_nulls = false"
                            + (csv.columns().isEmpty()
                                    // a broken row is told where it is read, with its line
                                    ? ", sample_size = -1"
                                            + (csv.onError() == OnError.FAIL
                                                    ? ", ignore_errors = true"
                                                    : "")
                                    : ", auto_detect = false, columns = " + named(csv.columns()))
                            + (csv.onError() == OnError.SKIP
                                    ? ", store_rejects = true, rejects_table = "
                                            + literal(rejects(number))
                                            + ", rejects_scan = "
                                            + literal("scans_" + number)
                                            + ", rejects_limit = "
                                            + Arrived.MOST_REJECTED
                                    : "")
                            + ", max_line_size = 16777216)";
        };
    }

    /** The table of what was left out. */
    static String rejects(long number) {
        return "rejects_" + number;
    }

    /** What was left out, as the engine's statement: line, what is wrong, the line itself. */
    static String rejected(long number) {
        return "SELECT line, error_message, csv_line FROM "
                + rejects(number)
                + " ORDER BY line, error_message";
    }
}
