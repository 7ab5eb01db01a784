package org.domicile.query;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Texts by which the engine puts rows into one file for each partition: first all of them into one
 * file, in the order of their partitions, then each partition's from there. In that file the
 * columns are {@code c1}, {@code c2} and so on, and the fields of the partitioning, as texts,
 * {@code k1}, {@code k2}: whole numbers in decimal; days, and microseconds of times and timestamps
 * (nanoseconds of those that have them) from their begin, in decimal; decimals without their point;
 * bytes in hexadecimal. Source: Apache Iceberg's table specification, Partition Transforms, and its
 * appendix B.
 */
final class Apart {
    /**
     * Functions that the worker gives its engine: Murmur3 of 32 bits of a long (8 bytes, the low
     * one first), of a text (UTF-8), of bytes in hexadecimal, of a whole number of any size (its
     * two's complement in as few bytes as hold it, the high one first).
     */
    static final String HASH = "domicile_hash";

    /** The file is read soon, and once. */
    static final String OPTIONS = "FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 20480";

    private Apart() {}

    /** What stands before the statement's own text. */
    static String head(Target.Parquet target) {
        List<Target.Slot> columns = target.columns();
        StringBuilder text = new StringBuilder("COPY (SELECT ");
        for (int i = 1; i <= columns.size(); i++) {
            text.append("c").append(i).append(", ");
        }
        for (int i = 0; i < target.keys().size(); i++) {
            text.append(key(target.keys().get(i))).append(" AS k").append(i + 1).append(", ");
        }
        text.append("n FROM (SELECT ");
        for (int i = 0; i < columns.size(); i++) {
            text.append(Target.value(columns.get(i))).append(" AS c").append(i + 1).append(", ");
        }
        return text.append("row_number() OVER () AS n FROM (\n").toString();
    }

    /** What stands behind it. Rows of a partition stay in the statement's order. */
    static String end(Target.Parquet target) {
        return Target.columns(target.columns()) + ") AS r ORDER BY " + names(target) + ", n) TO ";
    }

    private static String names(Target.Parquet target) {
        return IntStream.rangeClosed(1, target.keys().size())
                .mapToObj(each -> "k" + each)
                .collect(Collectors.joining(", "));
    }

    /** The partitions, each with the number of its rows; one more than there may be, if so many. */
    static String partitions(Target.Parquet target, String sorted) {
        return "SELECT %s, count(*) FROM read_parquet([%s], hive_partitioning=false) GROUP BY ALL"
                        .formatted(names(target), Target.literal(sorted))
                + " ORDER BY ALL LIMIT "
                + (Target.MOST_FILES + 1);
    }

    /** Rows of one partition into a file. */
    static String one(Target.Parquet target, String sorted, List<Value> partition, String path) {
        StringBuilder text = new StringBuilder("COPY (SELECT ");
        List<Target.Slot> columns = target.columns();
        for (int i = 0; i < columns.size(); i++) {
            text.append(i == 0 ? "" : ", ")
                    .append("CAST(c")
                    .append(i + 1)
                    .append(" AS ")
                    .append(columns.get(i).type())
                    .append(") AS ")
                    .append(Target.quoted(columns.get(i).name()));
        }
        text.append(" FROM read_parquet([")
                .append(Target.literal(sorted))
                .append("], hive_partitioning=false) WHERE ");
        for (int i = 0; i < partition.size(); i++) {
            text.append(i == 0 ? "k" : " AND k")
                    .append(i + 1)
                    .append(
                            partition.get(i) instanceof Value.Text(String value)
                                    ? " = " + Target.literal(value)
                                    : " IS NULL");
        }
        return text.append(") TO ")
                .append(Target.literal(path))
                .append(" (")
                .append(Target.options(columns))
                .append(", USE_TMP_FILE false)")
                .toString();
    }

    // ---- values of a partitioning ----

    private static String key(Target.Key key) {
        StringBuilder value = new StringBuilder("c").append(key.column() + 1);
        key.members().forEach(each -> value.append('.').append(Target.quoted(each)));
        String text =
                switch (key.transform()) {
                    case Target.Transform.Identity() -> plain(value.toString(), key.type());
                    case Target.Transform.Bucket(int count) ->
                            "(%s & 2147483647) %% %d"
                                    .formatted(hash(value.toString(), key.type()), count);
                    case Target.Transform.Truncate(int width) ->
                            truncated(value.toString(), key.type(), width);
                    case Target.Transform.Time(Target.Unit unit) ->
                            time(value.toString(), key.type(), unit);
                };
        return "CAST(" + text + " AS VARCHAR)";
    }

    private static IllegalArgumentException never(String type) {
        return new IllegalArgumentException("a partitioning has no such field of " + type);
    }

    private static String plain(String value, String type) {
        return switch (type) {
            case "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE" -> whole(value, type);
            case "TIMESTAMP_NS" -> "epoch_ns(" + value + ")";
            case "BLOB" -> "hex(" + value + ")";
            default -> type.startsWith("DECIMAL") ? unscaled(value) : value;
        };
    }

    /** Days, or microseconds; those of a timestamp with nanoseconds are rounded down. */
    private static String whole(String value, String type) {
        return switch (type) {
            case "DATE" -> "(" + value + " - DATE '1970-01-01')";
            case "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE" -> "epoch_us(" + value + ")";
            case "TIMESTAMP_NS" -> floored("epoch_ns(" + value + ")", "1000");
            case "INTEGER", "BIGINT" -> value;
            default -> throw never(type);
        };
    }

    /** How often a number is in another one, rounded down. */
    private static String floored(String value, String by) {
        return "((%s - %s) // %s)".formatted(value, rest(value, by), by);
    }

    private static String rest(String value, String by) {
        return "(((%s %% %s) + %s) %% %s)".formatted(value, by, by, by);
    }

    private static String unscaled(String value) {
        return "CAST(replace(CAST(" + value + " AS VARCHAR), '.', '') AS HUGEINT)";
    }

    private static String hash(String value, String type) {
        return switch (type) {
            case "VARCHAR" -> HASH + "_text(" + value + ")";
            case "BLOB" -> HASH + "_hex(hex(" + value + "))";
            case "UUID" -> HASH + "_hex(replace(CAST(" + value + " AS VARCHAR), '-', ''))";
            default ->
                    type.startsWith("DECIMAL")
                            ? HASH + "_whole(CAST(" + unscaled(value) + " AS VARCHAR))"
                            : HASH + "_long(CAST(" + whole(value, type) + " AS BIGINT))";
        };
    }

    private static String truncated(String value, String type, int width) {
        return switch (type) {
            case "VARCHAR" -> "substring(%s, 1, %d)".formatted(value, width);
            case "BLOB" -> "hex(%s[1:%d])".formatted(value, width);
            case "INTEGER", "BIGINT" -> down("CAST(" + value + " AS HUGEINT)", width);
            default -> {
                if (!type.startsWith("DECIMAL")) {
                    throw never(type);
                }
                yield down(unscaled(value), width);
            }
        };
    }

    private static String down(String value, int width) {
        return "(" + value + " - " + rest(value, Integer.toString(width)) + ")";
    }

    private static String time(String value, String type, Target.Unit unit) {
        String whole = whole(value, type);
        boolean date = type.equals("DATE");
        String moment = date ? value : "make_timestamp(" + whole + ")";
        return switch (unit) {
            case YEAR -> "(year(%s) - 1970)".formatted(moment);
            case MONTH -> "((year(%1$s) - 1970) * 12 + month(%1$s) - 1)".formatted(moment);
            case DAY -> date ? whole : floored(whole, "86400000000");
            case HOUR -> {
                if (date) {
                    throw never(type);
                }
                yield floored(whole, "3600000000");
            }
        };
    }
}
