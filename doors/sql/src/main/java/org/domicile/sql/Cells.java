package org.domicile.sql;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.domicile.postgres.BinaryFormat;
import org.domicile.postgres.Field;
import org.domicile.postgres.Interval;
import org.domicile.postgres.Missing;
import org.domicile.postgres.PgType;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.TextFormat;
import org.domicile.query.Column;
import org.domicile.query.Type;
import org.domicile.query.Value;
import org.domicile.query.Vector;

/** The engine's types and values as PostgreSQL's, and back. */
final class Cells {
    private Cells() {}

    // ---- types ----

    /** PostgreSQL's nearest. */
    static PgType type(Type type) {
        return switch (type) {
            case Type.Simple simple ->
                    switch (simple) {
                        case UNKNOWN, VARCHAR -> PgType.TEXT;
                        case BOOLEAN -> PgType.BOOL;
                        case TINYINT, SMALLINT, UTINYINT -> PgType.INT2;
                        case INTEGER, USMALLINT -> PgType.INT4;
                        case BIGINT, UINTEGER -> PgType.INT8;
                        case HUGEINT, UBIGINT, UHUGEINT -> PgType.NUMERIC;
                        case FLOAT -> PgType.FLOAT4;
                        case DOUBLE -> PgType.FLOAT8;
                        case BLOB -> PgType.BYTEA;
                        case DATE -> PgType.DATE;
                        case TIME -> PgType.TIME;
                        case TIMETZ -> PgType.TIMETZ;
                        case TIMESTAMP -> PgType.TIMESTAMP;
                        case TIMESTAMPTZ -> PgType.TIMESTAMPTZ;
                        case INTERVAL -> PgType.INTERVAL;
                        case UUID -> PgType.UUID;
                        case JSON -> PgType.JSON;
                    };
            case Type.Decimal _ -> PgType.NUMERIC;
            case Type.Array(Type element) -> {
                // PostgreSQL's arrays are rectangles, the engine's lists of lists are not
                PgType of = type(element);
                yield of.isArray() || of == PgType.JSON ? PgType.JSON : of.array();
            }
            case Type.Struct _, Type.Dictionary _ -> PgType.JSON;
        };
    }

    /** A column of a result. */
    static Field field(Column column) {
        int modifier =
                column.type() instanceof Type.Decimal(int precision, int scale)
                        ? (precision << 16 | scale) + 4
                        : -1;
        return new Field(column.name(), type(column.type()), modifier);
    }

    // ---- values ----

    /** A value as the package {@code postgres} has it. */
    static Object value(Type type, Value value) {
        return switch (value) {
            case Value.Null _ -> Missing.NULL;
            case Value.Bool(boolean truth) -> truth;
            case Value.Whole(long number) -> number;
            case Value.Big(var number) -> new BigDecimal(number);
            case Value.Exact(BigDecimal number) -> number;
            case Value.Real(double number) -> number;
            case Value.Text(String text) -> text(type, text);
            case Value.Bytes(byte[] bytes) -> bytes;
            case Value.Date(var date) -> date;
            case Value.Time(var time) -> time;
            case Value.Timestamp(var moment) -> moment;
            case Value.Moment(Instant instant) -> instant;
            case Value.Interval(int months, int days, long micros) ->
                    new Interval(months, days, micros);
            case Value.Uuid(var uuid) -> uuid;
            case Value.Items(List<Value> items) -> {
                if (!type(type).isArray() || !(type instanceof Type.Array(Type element))) {
                    yield json(type, value);
                }
                List<Object> all = new ArrayList<>(items.size());
                items.forEach(each -> all.add(value(element, each)));
                yield all;
            }
            case Value.Fields _, Value.Entries _ -> json(type, value);
        };
    }

    private static Object text(Type type, String text) {
        if (type == Type.Simple.TIMETZ) {
            try {
                return TextFormat.UTC.read(PgType.TIMETZ, text);
            } catch (SqlError e) {
                return text;
            }
        }
        if (type == Type.Simple.TIMESTAMPTZ) {
            return text.startsWith("-") ? Instant.MIN : Instant.MAX;
        }
        return text;
    }

    /** A value as JSON. */
    static String json(Type type, Value value) {
        return switch (value) {
            case Value.Null _ -> "null";
            case Value.Bool(boolean truth) -> Boolean.toString(truth);
            case Value.Whole(long number) -> Long.toString(number);
            case Value.Big(var number) -> number.toString();
            case Value.Exact(BigDecimal number) -> number.toPlainString();
            case Value.Real(double number) ->
                    Double.isFinite(number)
                            ? TextFormat.UTC.write(type(type), number)
                            : quoted(TextFormat.UTC.write(type(type), number));
            case Value.Text(String text) -> type == Type.Simple.JSON ? text : quoted(text);
            case Value.Bytes(byte[] bytes) -> quoted(Base64.getEncoder().encodeToString(bytes));
            case Value.Items(List<Value> items) -> {
                Type element = type instanceof Type.Array(Type of) ? of : Type.Simple.UNKNOWN;
                StringBuilder json = new StringBuilder("[");
                for (Value each : items) {
                    json.append(json.length() > 1 ? "," : "").append(json(element, each));
                }
                yield json.append(']').toString();
            }
            case Value.Fields(List<Value> values) -> {
                List<Column> fields = type instanceof Type.Struct(List<Column> of) ? of : List.of();
                StringBuilder json = new StringBuilder("{");
                for (int i = 0; i < values.size(); i++) {
                    json.append(i > 0 ? "," : "");
                    json.append(quoted(i < fields.size() ? fields.get(i).name() : "f" + i));
                    json.append(':');
                    json.append(
                            json(
                                    i < fields.size() ? fields.get(i).type() : Type.Simple.UNKNOWN,
                                    values.get(i)));
                }
                yield json.append('}').toString();
            }
            case Value.Entries(List<Value.Entry> entries) -> {
                Type key = type instanceof Type.Dictionary map ? map.key() : Type.Simple.UNKNOWN;
                Type of = type instanceof Type.Dictionary map ? map.value() : Type.Simple.UNKNOWN;
                StringBuilder json = new StringBuilder("{");
                for (Value.Entry each : entries) {
                    String name = json(key, each.key());
                    json.append(json.length() > 1 ? "," : "")
                            .append(name.startsWith("\"") ? name : quoted(name))
                            .append(':')
                            .append(json(of, each.value()));
                }
                yield json.append('}').toString();
            }
            default -> quoted(TextFormat.UTC.write(type(type), value(type, value)));
        };
    }

    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    // ---- columns on the wire ----

    /** Puts values of one column. */
    interface Putter {
        void put(Outgoing out, Vector vector, int row);
    }

    /** What puts a column's values; the frequent kinds without an object for each. */
    static Putter putter(Type type, boolean binary, TextFormat format) {
        Field field = new Field("", type(type));
        Putter any =
                (out, vector, row) -> {
                    Object value = value(type, vector.value(type, row));
                    if (binary && value instanceof String text && endless(field.type())) {
                        out.value(infinity(field.type(), text.startsWith("-")));
                    } else {
                        Feed.put(out, field, value, binary, format);
                    }
                };
        if (!(type instanceof Type.Simple simple)) {
            return any;
        }
        return switch (simple) {
            case TINYINT, SMALLINT, INTEGER, BIGINT, UTINYINT, USMALLINT, UINTEGER ->
                    (out, vector, row) -> {
                        if (!(vector instanceof Vector.Longs longs)) {
                            any.put(out, vector, row);
                        } else if (longs.nulls().get(row)) {
                            out.int32(-1);
                        } else if (!binary) {
                            out.digits(longs.values()[row]);
                        } else {
                            whole(out, field.type(), longs.values()[row]);
                        }
                    };
            case BOOLEAN ->
                    (out, vector, row) -> {
                        if (!(vector instanceof Vector.Longs longs)) {
                            any.put(out, vector, row);
                        } else if (longs.nulls().get(row)) {
                            out.int32(-1);
                        } else {
                            boolean truth = longs.values()[row] != 0;
                            out.int32(1).int8(binary ? (truth ? 1 : 0) : truth ? 't' : 'f');
                        }
                    };
            case VARCHAR, JSON, BLOB ->
                    (out, vector, row) -> {
                        if (!(vector instanceof Vector.Runs runs)
                                || simple == Type.Simple.BLOB && !binary) {
                            any.put(out, vector, row);
                        } else if (runs.nulls().get(row)) {
                            out.int32(-1);
                        } else {
                            int start = runs.start(row);
                            int length = runs.ends()[row] - start;
                            out.int32(length).bytes(runs.bytes(), start, length);
                        }
                    };
            default -> any;
        };
    }

    private static boolean endless(PgType type) {
        return type == PgType.DATE || type == PgType.TIMESTAMP;
    }

    private static byte[] infinity(PgType type, boolean minus) {
        return type == PgType.DATE
                ? BinaryFormat.write(
                        PgType.INT4, (long) (minus ? Integer.MIN_VALUE : Integer.MAX_VALUE))
                : BinaryFormat.write(PgType.INT8, minus ? Long.MIN_VALUE : Long.MAX_VALUE);
    }

    private static void whole(Outgoing out, PgType type, long number) {
        switch (type) {
            case INT2 -> out.int32(2).int16((int) number);
            case INT4 -> out.int32(4).int32((int) number);
            default -> out.int32(8).int32((int) (number >>> 32)).int32((int) number);
        }
    }

    // ---- parameters ----

    /** A client's value for the engine. */
    static Value parameter(Object value) {
        return switch (value) {
            case Missing _ -> Value.NULL;
            case Boolean truth -> new Value.Bool(truth);
            case Long number -> new Value.Whole(number);
            case Double number -> new Value.Real(number);
            case BigDecimal number -> new Value.Exact(number);
            case byte[] bytes -> new Value.Bytes(bytes);
            case java.time.LocalDate date -> new Value.Date(date);
            case java.time.LocalTime time -> new Value.Time(time);
            case java.time.LocalDateTime moment -> new Value.Timestamp(moment);
            case Instant instant ->
                    instant.equals(Instant.MAX)
                            ? new Value.Text("infinity")
                            : instant.equals(Instant.MIN)
                                    ? new Value.Text("-infinity")
                                    : new Value.Moment(instant);
            case Interval span -> new Value.Interval(span.months(), span.days(), span.micros());
            case java.util.UUID uuid -> new Value.Uuid(uuid);
            case List<?> list -> new Value.Items(list.stream().map(Cells::parameter).toList());
            default -> new Value.Text(TextFormat.UTC.write(PgType.TEXT, value));
        };
    }
}
