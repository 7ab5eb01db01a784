package org.domicile.duckdb;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.domicile.query.Column;
import org.domicile.query.Type;
import org.domicile.query.Vector;
import org.jspecify.annotations.Nullable;

/** Fills a vector with what JDBC gives of one column. */
abstract sealed class Filler {
    private static final int FIRST = 1_024;
    private static final long WORD = 8;

    /** Bytes of a text or of raw bytes: several of it are in the heap at once on its way. */
    static final int LARGEST = 8 << 20;

    /** The engine's infinite days. */
    private static final int ENDLESS_DAY = Integer.MAX_VALUE;

    private final BitSet nulls = new BitSet();
    private int size;

    static Filler of(Type type) {
        return switch (type) {
            case Type.Simple simple ->
                    switch (simple) {
                        case UNKNOWN,
                                BOOLEAN,
                                TINYINT,
                                SMALLINT,
                                INTEGER,
                                BIGINT,
                                UTINYINT,
                                USMALLINT,
                                UINTEGER,
                                UBIGINT,
                                DATE,
                                TIME,
                                TIMESTAMP,
                                TIMESTAMPTZ ->
                                new Longs(simple, 0);
                        case HUGEINT, UHUGEINT -> new Bigs(0);
                        case FLOAT, DOUBLE -> new Doubles();
                        case VARCHAR, JSON, TIMETZ, BLOB -> new Runs();
                        case INTERVAL -> new Intervals();
                        case UUID -> new Uuids();
                    };
            case Type.Decimal(int precision, int scale) ->
                    precision <= 18 ? new Longs(Type.Simple.UNKNOWN, scale) : new Bigs(scale);
            case Type.Array(Type element) -> new Lists(of(element));
            case Type.Struct(List<Column> fields) ->
                    new Structs(fields.stream().map(field -> of(field.type())).toList());
            case Type.Dictionary(Type key, Type value) -> new Maps(of(key), of(value));
        };
    }

    /** A value, or a row of them, that does not get through. */
    static final class TooLarge extends SQLException {
        private static final long serialVersionUID = 1L;

        private final long bytes;

        TooLarge(long bytes) {
            super("a value of " + bytes + " bytes");
            this.bytes = bytes;
        }

        long bytes() {
            return bytes;
        }
    }

    int size() {
        return size;
    }

    /** One value as JDBC's objects have it. */
    final void add(@Nullable Object value) throws SQLException {
        if (value == null) {
            nulls.set(size);
            addNothing();
        } else {
            addOne(value);
        }
        size++;
    }

    /** The value of a column in the row where a result stands; faster where no object is needed. */
    void add(ResultSet rows, int column) throws SQLException {
        add(rows.getObject(column));
    }

    /** From now on the driver's own number of a column is taken, which is cheaper. */
    void takeNumbers() {}

    /** The same without an object. */
    final void addedLong(ResultSet rows, boolean isNull) {
        if (isNull) {
            nulls.set(size);
        }
        size++;
    }

    abstract void addOne(Object value) throws SQLException;

    abstract void addNothing();

    /** What was filled in. */
    final Vector vector() {
        return vector((BitSet) nulls.clone());
    }

    abstract Vector vector(BitSet empty);

    /** Whether rows differ in what they take. */
    final boolean grows() {
        return this instanceof Runs
                || this instanceof Lists
                || this instanceof Structs
                || this instanceof Maps;
    }

    /** Bytes that it holds, about; nothing for one that does not grow. */
    long bytes() {
        return 0;
    }

    /** The same of what lies in another one. */
    final long weight() {
        return grows() ? bytes() : WORD * size();
    }

    /** Begins again. */
    void clear() {
        nulls.clear();
        size = 0;
    }

    private static final class Longs extends Filler {
        private final Type.Simple type;
        private final int scale;
        private long[] values = new long[FIRST];
        private boolean numbers;

        Longs(Type.Simple type, int scale) {
            this.type = type;
            this.scale = scale;
        }

        @Override
        void takeNumbers() {
            numbers = true;
        }

        @Override
        void add(ResultSet rows, int column) throws SQLException {
            if (!numbers) {
                super.add(rows, column);
                return;
            }
            put(type == Type.Simple.INTEGER ? rows.getInt(column) : rows.getLong(column));
            addedLong(rows, rows.wasNull());
        }

        private void put(long value) {
            if (size() == values.length) {
                values = Arrays.copyOf(values, 2 * size());
            }
            values[size()] = value;
        }

        @Override
        void addNothing() {
            put(0);
        }

        @Override
        void addOne(Object value) throws SQLException {
            put(
                    switch (value) {
                        case Boolean truth -> truth ? 1 : 0;
                        case BigDecimal exact ->
                                exact.setScale(scale, RoundingMode.UNNECESSARY)
                                        .unscaledValue()
                                        .longValueExact();
                        case BigInteger big -> big.longValue();
                        case Number number -> number.longValue();
                        case LocalDate date -> day(date);
                        case LocalTime time -> time.toNanoOfDay() / 1_000;
                        case Timestamp at -> micros(at.toLocalDateTime().toInstant(ZoneOffset.UTC));
                        case LocalDateTime at -> micros(at.toInstant(ZoneOffset.UTC));
                        case OffsetDateTime at -> micros(at.toInstant());
                        default ->
                                throw new SQLException(
                                        "a value of " + value.getClass() + " in a " + type);
                    });
        }

        private static long day(LocalDate date) {
            long day = date.toEpochDay();
            return day >= ENDLESS_DAY
                    ? Vector.INFINITY
                    : day <= -ENDLESS_DAY ? Vector.MINUS_INFINITY : day;
        }

        /** What is more than a long holds is one of the engine's infinities. */
        private static long micros(Instant at) {
            try {
                return Math.addExact(
                        Math.multiplyExact(at.getEpochSecond(), 1_000_000L), at.getNano() / 1_000);
            } catch (ArithmeticException _) {
                return at.isBefore(Instant.EPOCH) ? Vector.MINUS_INFINITY : Vector.INFINITY;
            }
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Longs(Arrays.copyOf(values, size()), empty);
        }
    }

    private static final class Doubles extends Filler {
        private double[] values = new double[FIRST];

        private void put(double value) {
            if (size() == values.length) {
                values = Arrays.copyOf(values, 2 * size());
            }
            values[size()] = value;
        }

        @Override
        void addOne(Object value) {
            put(((Number) value).doubleValue());
        }

        @Override
        void addNothing() {
            put(0);
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Doubles(Arrays.copyOf(values, size()), empty);
        }
    }

    private static final class Bigs extends Filler {
        private final int scale;
        private final List<BigInteger> values = new ArrayList<>();

        Bigs(int scale) {
            this.scale = scale;
        }

        @Override
        void addOne(Object value) {
            values.add(
                    switch (value) {
                        case BigInteger big -> big;
                        case BigDecimal exact ->
                                exact.setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
                        default -> new BigInteger(value.toString());
                    });
        }

        @Override
        void addNothing() {
            values.add(BigInteger.ZERO);
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Bigs(values.toArray(BigInteger[]::new), empty);
        }

        @Override
        void clear() {
            super.clear();
            values.clear();
        }
    }

    private static final class Runs extends Filler {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int[] ends = new int[FIRST];

        @Override
        void addOne(Object value) throws SQLException {
            byte[] each =
                    switch (value) {
                        case byte[] raw -> raw;
                        case Blob blob -> blob.getBytes(1, (int) blob.length());
                        default -> value.toString().getBytes(StandardCharsets.UTF_8);
                    };
            if (each.length > LARGEST) {
                throw new TooLarge(each.length);
            }
            bytes.writeBytes(each);
            addNothing();
        }

        @Override
        long bytes() {
            return bytes.size();
        }

        @Override
        void addNothing() {
            if (size() == ends.length) {
                ends = Arrays.copyOf(ends, 2 * size());
            }
            ends[size()] = bytes.size();
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Runs(bytes.toByteArray(), Arrays.copyOf(ends, size()), empty);
        }

        @Override
        void clear() {
            super.clear();
            bytes.reset();
        }
    }

    private static final class Intervals extends Filler {
        private final List<Span> values = new ArrayList<>();

        @Override
        void addOne(Object value) {
            values.add(Span.parse(value.toString()));
        }

        @Override
        void addNothing() {
            values.add(Span.NONE);
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Intervals(
                    values.stream().mapToInt(Span::months).toArray(),
                    values.stream().mapToInt(Span::days).toArray(),
                    values.stream().mapToLong(Span::micros).toArray(),
                    empty);
        }

        @Override
        void clear() {
            super.clear();
            values.clear();
        }
    }

    private static final class Uuids extends Filler {
        private static final UUID NONE = new UUID(0, 0);
        private final List<UUID> values = new ArrayList<>();

        @Override
        void addOne(Object value) {
            values.add(value instanceof UUID uuid ? uuid : UUID.fromString(value.toString()));
        }

        @Override
        void addNothing() {
            values.add(NONE);
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Uuids(
                    values.stream().mapToLong(UUID::getMostSignificantBits).toArray(),
                    values.stream().mapToLong(UUID::getLeastSignificantBits).toArray(),
                    empty);
        }

        @Override
        void clear() {
            super.clear();
            values.clear();
        }
    }

    private static final class Lists extends Filler {
        private final Filler elements;
        private final List<Integer> ends = new ArrayList<>();

        @Override
        long bytes() {
            return elements.weight();
        }

        Lists(Filler elements) {
            this.elements = elements;
        }

        @Override
        void addOne(Object value) throws SQLException {
            Object array = value instanceof Array sql ? sql.getArray() : value;
            for (Object element : (Object[]) array) {
                elements.add(element);
            }
            addNothing();
        }

        @Override
        void addNothing() {
            ends.add(elements.size());
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Lists(
                    ends.stream().mapToInt(Integer::intValue).toArray(), elements.vector(), empty);
        }

        @Override
        void clear() {
            super.clear();
            elements.clear();
            ends.clear();
        }
    }

    private static final class Structs extends Filler {
        private final List<Filler> fields;

        Structs(List<Filler> fields) {
            this.fields = fields;
        }

        @Override
        long bytes() {
            return fields.stream().mapToLong(Filler::weight).sum();
        }

        @Override
        void addOne(Object value) throws SQLException {
            @Nullable Object[] values = ((Struct) value).getAttributes();
            for (int i = 0; i < fields.size(); i++) {
                fields.get(i).add(values[i]);
            }
        }

        @Override
        void addNothing() {
            try {
                for (Filler field : fields) {
                    field.add(null);
                }
            } catch (SQLException e) {
                throw new IllegalStateException("nothing cannot be added", e);
            }
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Structs(size(), fields.stream().map(Filler::vector).toList(), empty);
        }

        @Override
        void clear() {
            super.clear();
            fields.forEach(Filler::clear);
        }
    }

    private static final class Maps extends Filler {
        private final Filler keys;
        private final Filler values;
        private final List<Integer> ends = new ArrayList<>();

        Maps(Filler keys, Filler values) {
            this.keys = keys;
            this.values = values;
        }

        @Override
        long bytes() {
            return keys.weight() + values.weight();
        }

        @Override
        void addOne(Object value) throws SQLException {
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                keys.add(entry.getKey());
                values.add(entry.getValue());
            }
            addNothing();
        }

        @Override
        void addNothing() {
            ends.add(keys.size());
        }

        @Override
        Vector vector(BitSet empty) {
            return new Vector.Maps(
                    ends.stream().mapToInt(Integer::intValue).toArray(),
                    keys.vector(),
                    values.vector(),
                    empty);
        }

        @Override
        void clear() {
            super.clear();
            keys.clear();
            values.clear();
            ends.clear();
        }
    }
}
