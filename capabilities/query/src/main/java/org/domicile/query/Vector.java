package org.domicile.query;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;

/**
 * One column of a batch, as arrays. Of a null the array holds anything. Not to be changed by who is
 * given one.
 */
public sealed interface Vector {
    /** How many values. */
    int size();

    /** Which are null. */
    BitSet nulls();

    /**
     * BOOLEAN (0 and 1), integers of at most 64 bits (UBIGINT as its bits), DATE (days since 1970),
     * TIME, TIMESTAMP and TIMESTAMPTZ (microseconds; {@link #INFINITY}, {@link #MINUS_INFINITY}),
     * DECIMAL of at most 18 digits (without its point).
     */
    record Longs(long[] values, BitSet nulls) implements Vector {
        @Override
        public int size() {
            return values.length;
        }
    }

    /** FLOAT and DOUBLE. */
    record Doubles(double[] values, BitSet nulls) implements Vector {
        @Override
        public int size() {
            return values.length;
        }
    }

    /** HUGEINT, UHUGEINT, DECIMAL of more than 18 digits (without its point); zero where null. */
    record Bigs(BigInteger[] values, BitSet nulls) implements Vector {
        @Override
        public int size() {
            return values.length;
        }
    }

    /**
     * VARCHAR, JSON, TIMETZ (UTF-8) and BLOB.
     *
     * @param bytes all of them
     * @param ends where each ends in {@code bytes}; it begins where the one before it ends
     */
    record Runs(byte[] bytes, int[] ends, BitSet nulls) implements Vector {
        @Override
        public int size() {
            return ends.length;
        }

        /** Where one begins. */
        public int start(int row) {
            return row == 0 ? 0 : ends[row - 1];
        }

        /** One as text. */
        public String text(int row) {
            return new String(bytes, start(row), ends[row] - start(row), StandardCharsets.UTF_8);
        }
    }

    /** INTERVAL. */
    record Intervals(int[] months, int[] days, long[] micros, BitSet nulls) implements Vector {
        @Override
        public int size() {
            return months.length;
        }
    }

    /** UUID. */
    record Uuids(long[] high, long[] low, BitSet nulls) implements Vector {
        @Override
        public int size() {
            return high.length;
        }
    }

    /** Lists. @param ends where each ends in {@code elements} */
    record Lists(int[] ends, Vector elements, BitSet nulls) implements Vector {
        @Override
        public int size() {
            return ends.length;
        }
    }

    /** Structs: a vector for each field. */
    record Structs(int size, List<Vector> fields, BitSet nulls) implements Vector {}

    /** Maps. @param ends where each ends in {@code keys} and {@code values} */
    record Maps(int[] ends, Vector keys, Vector values, BitSet nulls) implements Vector {
        @Override
        public int size() {
            return ends.length;
        }
    }

    /** Of DATE, TIMESTAMP and TIMESTAMPTZ: after everything. */
    long INFINITY = Long.MAX_VALUE;

    /** Of DATE, TIMESTAMP and TIMESTAMPTZ: before everything. */
    long MINUS_INFINITY = -Long.MAX_VALUE;

    /** One value. @param type the column's */
    default Value value(Type type, int row) {
        if (nulls().get(row)) {
            return Value.NULL;
        }
        return switch (this) {
            case Longs longs -> one(type, longs.values()[row]);
            case Doubles doubles -> new Value.Real(doubles.values()[row]);
            case Bigs bigs ->
                    type instanceof Type.Decimal(int _, int scale)
                            ? new Value.Exact(new BigDecimal(bigs.values()[row], scale))
                            : new Value.Big(bigs.values()[row]);
            case Runs runs ->
                    type == Type.Simple.BLOB
                            ? new Value.Bytes(
                                    java.util.Arrays.copyOfRange(
                                            runs.bytes(), runs.start(row), runs.ends()[row]))
                            : new Value.Text(runs.text(row));
            case Intervals each ->
                    new Value.Interval(each.months()[row], each.days()[row], each.micros()[row]);
            case Uuids each -> new Value.Uuid(new UUID(each.high()[row], each.low()[row]));
            case Lists lists -> items(type, lists, row);
            case Structs structs -> fields(type, structs, row);
            case Maps maps -> entries(type, maps, row);
        };
    }

    private static Value one(Type type, long value) {
        if (type instanceof Type.Decimal(int _, int scale)) {
            return new Value.Exact(BigDecimal.valueOf(value, scale));
        }
        boolean endless = value == INFINITY || value == MINUS_INFINITY;
        return switch ((Type.Simple) type) {
            case BOOLEAN -> new Value.Bool(value != 0);
            case UBIGINT -> new Value.Big(new BigInteger(Long.toUnsignedString(value)));
            case DATE -> endless ? infinity(value) : new Value.Date(LocalDate.ofEpochDay(value));
            case TIME -> new Value.Time(time(value));
            case TIMESTAMP ->
                    endless
                            ? infinity(value)
                            : new Value.Timestamp(
                                    LocalDateTime.ofInstant(instant(value), ZoneOffset.UTC));
            case TIMESTAMPTZ -> endless ? infinity(value) : new Value.Moment(instant(value));
            case UNKNOWN,
                    TINYINT,
                    SMALLINT,
                    INTEGER,
                    BIGINT,
                    HUGEINT,
                    UTINYINT,
                    USMALLINT,
                    UINTEGER,
                    UHUGEINT,
                    FLOAT,
                    DOUBLE,
                    VARCHAR,
                    BLOB,
                    TIMETZ,
                    INTERVAL,
                    UUID,
                    JSON ->
                    new Value.Whole(value);
        };
    }

    /** The engine's day may end at 24:00, Java's does not. */
    private static LocalTime time(long micros) {
        return micros >= 86_400_000_000L ? LocalTime.MAX : LocalTime.ofNanoOfDay(micros * 1_000);
    }

    private static Value infinity(long value) {
        return new Value.Text(value > 0 ? "infinity" : "-infinity");
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }

    private static Value items(Type type, Lists lists, int row) {
        Type element = type instanceof Type.Array(Type inner) ? inner : Type.Simple.UNKNOWN;
        List<Value> values = new ArrayList<>();
        for (int i = row == 0 ? 0 : lists.ends()[row - 1]; i < lists.ends()[row]; i++) {
            values.add(lists.elements().value(element, i));
        }
        return new Value.Items(values);
    }

    private static Value fields(Type type, Structs structs, int row) {
        List<Column> fields = type instanceof Type.Struct(List<Column> inner) ? inner : List.of();
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            values.add(structs.fields().get(i).value(fields.get(i).type(), row));
        }
        return new Value.Fields(values);
    }

    private static Value entries(Type type, Maps maps, int row) {
        Type key = type instanceof Type.Dictionary map ? map.key() : Type.Simple.UNKNOWN;
        Type value = type instanceof Type.Dictionary map ? map.value() : Type.Simple.UNKNOWN;
        List<Value.Entry> entries = new ArrayList<>();
        for (int i = row == 0 ? 0 : maps.ends()[row - 1]; i < maps.ends()[row]; i++) {
            entries.add(new Value.Entry(maps.keys().value(key, i), maps.values().value(value, i)));
        }
        return new Value.Entries(entries);
    }
}
