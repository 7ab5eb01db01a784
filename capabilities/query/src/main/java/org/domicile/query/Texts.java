package org.domicile.query;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Types and values as texts for people and for formats without types. No state: only words. */
public enum Texts {
    ;

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder()
                    .appendPattern("HH:mm:ss")
                    .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
                    .toFormatter(Locale.ROOT);

    /** A type as one writes it in SQL. */
    public static String type(Type type) {
        return switch (type) {
            case Type.Simple simple ->
                    switch (simple) {
                        case TIMETZ -> "TIME WITH TIME ZONE";
                        case TIMESTAMPTZ -> "TIMESTAMP WITH TIME ZONE";
                        case UNKNOWN,
                                BOOLEAN,
                                TINYINT,
                                SMALLINT,
                                INTEGER,
                                BIGINT,
                                HUGEINT,
                                UTINYINT,
                                USMALLINT,
                                UINTEGER,
                                UBIGINT,
                                UHUGEINT,
                                FLOAT,
                                DOUBLE,
                                VARCHAR,
                                BLOB,
                                DATE,
                                TIME,
                                TIMESTAMP,
                                INTERVAL,
                                UUID,
                                JSON ->
                                simple.name();
                    };
            case Type.Decimal(int precision, int scale) ->
                    "DECIMAL(" + precision + "," + scale + ")";
            case Type.Array(Type element) -> type(element) + "[]";
            case Type.Struct(List<Column> fields) ->
                    fields.stream()
                            .map(field -> '"' + field.name() + "\" " + type(field.type()))
                            .collect(Collectors.joining(", ", "STRUCT(", ")"));
            case Type.Dictionary(Type key, Type value) ->
                    "MAP(" + type(key) + ", " + type(value) + ")";
        };
    }

    /** A value; {@code NULL} for none. @param type the column's */
    public static String value(Type type, Value value) {
        return switch (value) {
            case Value.Null() -> "NULL";
            case Value.Bool(boolean bool) -> Boolean.toString(bool);
            case Value.Whole(long whole) -> Long.toString(whole);
            case Value.Big(BigInteger big) -> big.toString();
            case Value.Exact(BigDecimal exact) -> exact.toPlainString();
            case Value.Real(double real) -> real(type, real);
            case Value.Text(String text) -> text;
            case Value.Bytes(byte[] bytes) -> "\\x" + HexFormat.of().formatHex(bytes);
            case Value.Date(LocalDate date) -> date.toString();
            case Value.Time(LocalTime time) -> TIME.format(time);
            case Value.Timestamp(LocalDateTime at) -> at.toLocalDate() + " " + TIME.format(at);
            case Value.Moment(Instant at) -> {
                LocalDateTime there = LocalDateTime.ofInstant(at, ZoneOffset.UTC);
                yield there.toLocalDate() + " " + TIME.format(there) + "+00";
            }
            case Value.Interval(int months, int days, long micros) ->
                    interval(months, days, micros);
            case Value.Uuid(java.util.UUID uuid) -> uuid.toString();
            case Value.Items(List<Value> values) -> {
                Type element = type instanceof Type.Array(Type inner) ? inner : Type.Simple.UNKNOWN;
                yield values.stream()
                        .map(each -> value(element, each))
                        .collect(Collectors.joining(", ", "[", "]"));
            }
            case Value.Fields(List<Value> values) -> fields(type, values);
            case Value.Entries(List<Value.Entry> entries) -> {
                Type key = type instanceof Type.Dictionary map ? map.key() : Type.Simple.UNKNOWN;
                Type of = type instanceof Type.Dictionary map ? map.value() : Type.Simple.UNKNOWN;
                yield entries.stream()
                        .map(each -> value(key, each.key()) + "=" + value(of, each.value()))
                        .collect(Collectors.joining(", ", "{", "}"));
            }
        };
    }

    /** A FLOAT is as short as a FLOAT may be. */
    private static String real(Type type, double real) {
        String text =
                type == Type.Simple.FLOAT ? Float.toString((float) real) : Double.toString(real);
        return text.replace("Infinity", "inf").replace("NaN", "nan");
    }

    private static String fields(Type type, List<Value> values) {
        List<Column> fields = type instanceof Type.Struct(List<Column> inner) ? inner : List.of();
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < values.size(); i++) {
            Column field = i < fields.size() ? fields.get(i) : new Column("", Type.Simple.UNKNOWN);
            text.append(i == 0 ? "" : ", ")
                    .append('\'')
                    .append(field.name())
                    .append("': ")
                    .append(value(field.type(), values.get(i)));
        }
        return text.append('}').toString();
    }

    private static String interval(int months, int days, long micros) {
        StringBuilder text = new StringBuilder();
        unit(text, months / 12, "year");
        unit(text, months % 12, "month");
        unit(text, days, "day");
        if (micros != 0 || text.isEmpty()) {
            long all = Math.abs(micros);
            text.append(text.isEmpty() ? "" : " ")
                    .append(micros < 0 ? "-" : "")
                    .append(
                            "%02d:%02d:%02d"
                                    .formatted(
                                            all / 3_600_000_000L,
                                            all / 60_000_000L % 60,
                                            all / 1_000_000L % 60));
            long rest = all % 1_000_000L;
            text.append(rest == 0 ? "" : ".%06d".formatted(rest).replaceAll("0+$", ""));
        }
        return text.toString();
    }

    private static void unit(StringBuilder text, int count, String unit) {
        if (count != 0) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(count)
                    .append(' ')
                    .append(unit)
                    .append(Math.abs(count) == 1 ? "" : "s");
        }
    }
}
