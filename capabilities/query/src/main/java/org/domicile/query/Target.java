package org.domicile.query;

import java.util.List;
import java.util.stream.Collectors;

/** What becomes of the rows of a statement that are written. */
public sealed interface Target {
    /** Rows that a row group has at most. */
    int GROUP = 122_880;

    /** Files that one statement makes at most. */
    int MOST_FILES = 1_000;

    /**
     * A Parquet file, for a table; of a partitioned one as many as its rows have partitions, each
     * with rows of one ({@link Written#files}), {@link #MOST_FILES} at most.
     *
     * @param columns of the file, in order
     * @param keys what rows of one file have in common, in order; empty for one file
     */
    record Parquet(List<Slot> columns, List<Key> keys) implements Target {
        /** They are the record's own. */
        public Parquet {
            columns = List.copyOf(columns);
            keys = List.copyOf(keys);
            if (columns.isEmpty()) {
                throw new IllegalArgumentException("a file has columns");
            }
        }

        /** One file. */
        public Parquet(List<Slot> columns) {
            this(columns, List.of());
        }
    }

    /**
     * A field of a partitioning.
     *
     * @param column place of its column among those of the file, from 0
     * @param members names of the members that lead to its value, of a struct; empty otherwise
     * @param type of the value, as the engine writes it
     */
    record Key(int column, List<String> members, String type, Transform transform) {
        /** They are the record's own. */
        public Key {
            members = List.copyOf(members);
        }
    }

    /** What a partition's field makes of a value, as Apache Iceberg's table specification says. */
    sealed interface Transform {
        /** The value itself. */
        record Identity() implements Transform {}

        /** Its hash, as one of some numbers. */
        record Bucket(int count) implements Transform {}

        /** A number rounded down to a multiple of the width, or the begin of a text or of bytes. */
        record Truncate(int width) implements Transform {}

        /** Which one it lies in, counted from 1970, in UTC. */
        record Time(Unit unit) implements Transform {}
    }

    /** Of time. */
    enum Unit {
        YEAR,
        MONTH,
        DAY,
        HOUR
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

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** What stands before the statement's own text. */
    private String head() {
        return switch (this) {
            case Parquet parquet when !parquet.keys().isEmpty() -> Apart.head(parquet);
            case Parquet parquet ->
                    "COPY (SELECT "
                            + parquet.columns().stream()
                                    .map(Target::cell)
                                    .collect(Collectors.joining(", "))
                            + " FROM (\n";
            case PlainParquet _, Csv _, Json _ -> "COPY (\n";
        };
    }

    private static String cell(Slot slot) {
        return value(slot) + " AS " + quoted(slot.name());
    }

    /** Of the column of the statement that it comes from, which is {@code q.cN}. */
    static String value(Slot slot) {
        String value = slot.from() == 0 ? "NULL" : "q.c" + slot.from();
        return "CAST(" + value + " AS " + slot.type() + ")";
    }

    /** What stands behind the statement's own text: its columns are {@code q.c1} and so on. */
    static String columns(List<Slot> columns) {
        int last = columns.stream().mapToInt(Slot::from).max().orElse(0);
        StringBuilder names = new StringBuilder();
        for (int i = 1; i <= last; i++) {
            names.append(i == 1 ? "" : ", ").append("c").append(i);
        }
        return "\n) AS q" + (last == 0 ? "" : "(" + names + ")");
    }

    /** As a table has them. */
    static String options(List<Slot> columns) {
        return "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE "
                + GROUP
                + ", FIELD_IDS {"
                + columns.stream()
                        .map(each -> quoted(each.name()) + ": " + each.ids())
                        .collect(Collectors.joining(", "))
                + "}";
    }

    /**
     * The engine's statement; where there are keys, that which leaves all rows in order, in a file
     * that {@link Apart} takes apart. The one inside was taken apart by the engine before, whole
     * and alone, so it ends where it seems to; a line end behind it ends a comment.
     */
    default String copy(String select, String path) {
        String end =
                switch (this) {
                    case Parquet parquet when !parquet.keys().isEmpty() -> Apart.end(parquet);
                    case Parquet parquet -> columns(parquet.columns()) + ") TO ";
                    case PlainParquet _, Csv _, Json _ -> "\n) TO ";
                };
        String options =
                switch (this) {
                    case Parquet parquet when !parquet.keys().isEmpty() -> Apart.OPTIONS;
                    case Parquet parquet -> options(parquet.columns());
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
