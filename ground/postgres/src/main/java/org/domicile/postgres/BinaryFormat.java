package org.domicile.postgres;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Values in the binary formats that PostgreSQL's send and receive functions have (its sources,
 * {@code src/backend/utils/adt}; the manual leaves them open, drivers do not). All big-endian;
 * dates count from 2000-01-01.
 */
public final class BinaryFormat {
    private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
    private static final LocalDateTime EPOCH_TIME = EPOCH.atStartOfDay();
    private static final Instant EPOCH_INSTANT = EPOCH_TIME.toInstant(ZoneOffset.UTC);
    private static final int NEGATIVE = 0x4000;
    private static final int NOT_A_NUMBER = 0xC000;
    private static final BigInteger TEN_THOUSAND = BigInteger.valueOf(10_000);
    private static final int MOST_ELEMENTS = 1_000_000;

    private BinaryFormat() {}

    // ---- writing ----

    /** A value's bytes. It is not NULL. */
    public static byte[] write(PgType type, Object value) {
        return switch (value) {
            case Boolean truth -> new byte[] {(byte) (truth ? 1 : 0)};
            case Long number -> whole(type, number);
            case Reg reg -> ByteBuffer.allocate(4).putInt((int) reg.oid()).array();
            case Double number ->
                    type == PgType.FLOAT4
                            ? ByteBuffer.allocate(4).putFloat((float) (double) number).array()
                            : ByteBuffer.allocate(8).putDouble(number).array();
            case BigDecimal number -> numeric(number);
            case byte[] bytes -> bytes;
            case LocalDate date ->
                    ByteBuffer.allocate(4)
                            .putInt((int) (date.toEpochDay() - EPOCH.toEpochDay()))
                            .array();
            case LocalTime time -> eight(time.toNanoOfDay() / 1_000);
            case OffsetTime time ->
                    ByteBuffer.allocate(12)
                            .putLong(time.toLocalTime().toNanoOfDay() / 1_000)
                            .putInt(-time.getOffset().getTotalSeconds())
                            .array();
            case LocalDateTime moment -> eight(ChronoUnit.MICROS.between(EPOCH_TIME, moment));
            case Instant instant -> eight(micros(instant));
            case Interval span ->
                    ByteBuffer.allocate(16)
                            .putLong(span.micros())
                            .putInt(span.days())
                            .putInt(span.months())
                            .array();
            case UUID uuid ->
                    ByteBuffer.allocate(16)
                            .putLong(uuid.getMostSignificantBits())
                            .putLong(uuid.getLeastSignificantBits())
                            .array();
            case List<?> list -> array(type, list);
            case Composite row -> row(row);
            default -> {
                byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
                if (type != PgType.JSONB) {
                    yield text;
                }
                byte[] versioned = new byte[text.length + 1];
                versioned[0] = 1;
                System.arraycopy(text, 0, versioned, 1, text.length);
                yield versioned;
            }
        };
    }

    private static byte[] whole(PgType type, long number) {
        return switch (type) {
            case INT2 -> ByteBuffer.allocate(2).putShort((short) number).array();
            case INT8 -> eight(number);
            default -> ByteBuffer.allocate(4).putInt((int) number).array();
        };
    }

    private static byte[] eight(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    private static long micros(Instant instant) {
        if (instant.equals(Instant.MAX)) {
            return Long.MAX_VALUE;
        }
        return instant.equals(Instant.MIN)
                ? Long.MIN_VALUE
                : ChronoUnit.MICROS.between(EPOCH_INSTANT, instant);
    }

    /** Digits to the base of ten thousand, the first with its weight. */
    private static byte[] numeric(BigDecimal number) {
        int scale = Math.max(0, number.scale());
        BigDecimal plain = number.abs().setScale(scale, RoundingMode.UNNECESSARY);
        int pad = (4 - scale % 4) % 4;
        BigInteger left = plain.unscaledValue().multiply(BigInteger.TEN.pow(pad));
        List<Integer> digits = new ArrayList<>(); // the last first
        while (left.signum() > 0) {
            BigInteger[] parts = left.divideAndRemainder(TEN_THOUSAND);
            digits.add(parts[1].intValue());
            left = parts[0];
        }
        int weight = digits.size() - (scale + pad) / 4 - 1;
        int zeros = 0;
        while (zeros < digits.size() && digits.get(zeros) == 0) {
            zeros++;
        }
        List<Integer> kept = digits.subList(zeros, digits.size()).reversed();
        ByteBuffer buffer = ByteBuffer.allocate(8 + 2 * kept.size());
        buffer.putShort((short) kept.size())
                .putShort((short) (kept.isEmpty() ? 0 : weight))
                .putShort((short) (number.signum() < 0 ? NEGATIVE : 0))
                .putShort((short) scale);
        kept.forEach(digit -> buffer.putShort((short) (int) digit));
        return buffer.array();
    }

    private static byte[] array(PgType type, List<?> list) {
        List<Integer> sizes = new ArrayList<>();
        Object level = list;
        while (level instanceof List<?> inner && !inner.isEmpty()) {
            sizes.add(inner.size());
            level = inner.getFirst();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean[] nulls = new boolean[1];
        elements(body, type.element(), list, nulls);
        ByteBuffer head = ByteBuffer.allocate(12 + 8 * sizes.size());
        head.putInt(sizes.size()).putInt(nulls[0] ? 1 : 0).putInt(type.element().oid());
        sizes.forEach(size -> head.putInt(size).putInt(type.isVector() ? 0 : 1));
        byte[] all = java.util.Arrays.copyOf(head.array(), head.capacity() + body.size());
        System.arraycopy(body.toByteArray(), 0, all, head.capacity(), body.size());
        return all;
    }

    private static void elements(
            ByteArrayOutputStream body, PgType element, List<?> list, boolean[] nulls) {
        for (Object each : list) {
            if (each instanceof List<?> inner) {
                elements(body, element, inner, nulls);
            } else {
                nulls[0] |= each == Missing.NULL;
                value(body, element, each);
            }
        }
    }

    private static void value(ByteArrayOutputStream body, PgType type, Object value) {
        if (value == Missing.NULL) {
            body.writeBytes(ByteBuffer.allocate(4).putInt(-1).array());
            return;
        }
        byte[] bytes = write(type, value);
        body.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
        body.writeBytes(bytes);
    }

    private static byte[] row(Composite row) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(ByteBuffer.allocate(4).putInt(row.values().size()).array());
        for (int i = 0; i < row.values().size(); i++) {
            PgType type = row.types().get(i);
            body.writeBytes(ByteBuffer.allocate(4).putInt(type.oid()).array());
            value(body, type, row.values().get(i));
        }
        return body.toByteArray();
    }

    // ---- reading ----

    /**
     * A value of what a client sent.
     *
     * @throws SqlError 22P03 when it is none of the type's
     */
    public static Object read(PgType type, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            Object value = read(type, in);
            if (in.hasRemaining()) {
                throw invalid(type);
            }
            return value;
        } catch (BufferUnderflowException
                | IllegalArgumentException
                | DateTimeException
                | ArithmeticException e) {
            throw invalid(type);
        }
    }

    private static SqlError invalid(PgType type) {
        return new SqlError("22P03", "incorrect binary data for type " + type.title());
    }

    private static Object read(PgType type, ByteBuffer in) {
        if (type.isArray()) {
            return readArray(in);
        }
        return switch (type) {
            case BOOL -> in.get() != 0;
            case INT2 -> (long) in.getShort();
            case INT4 -> (long) in.getInt();
            case INT8 -> in.getLong();
            case OID, XID, REGPROC, REGCLASS, REGTYPE, REGNAMESPACE, REGROLE ->
                    in.getInt() & 0xffff_ffffL;
            case FLOAT4 -> (double) in.getFloat();
            case FLOAT8 -> in.getDouble();
            case NUMERIC -> readNumeric(in);
            case BYTEA -> rest(in);
            case DATE -> EPOCH.plusDays(in.getInt());
            case TIME -> LocalTime.ofNanoOfDay(Math.multiplyExact(in.getLong(), 1_000));
            case TIMETZ ->
                    LocalTime.ofNanoOfDay(Math.multiplyExact(in.getLong(), 1_000))
                            .atOffset(ZoneOffset.ofTotalSeconds(-in.getInt()));
            case TIMESTAMP -> EPOCH_TIME.plus(in.getLong(), ChronoUnit.MICROS);
            case TIMESTAMPTZ -> instant(in.getLong());
            case INTERVAL -> {
                long micros = in.getLong();
                int days = in.getInt();
                yield new Interval(in.getInt(), days, micros);
            }
            case UUID -> new UUID(in.getLong(), in.getLong());
            case JSONB -> {
                if (in.get() != 1) {
                    throw invalid(type);
                }
                yield text(type, rest(in));
            }
            default -> text(type, rest(in));
        };
    }

    private static Instant instant(long micros) {
        if (micros == Long.MAX_VALUE) {
            return Instant.MAX;
        }
        return micros == Long.MIN_VALUE
                ? Instant.MIN
                : EPOCH_INSTANT.plus(micros, ChronoUnit.MICROS);
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }

    private static String text(PgType type, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new SqlError(
                    "22021", "invalid byte sequence for encoding \"UTF8\" in a " + type.title());
        }
    }

    private static Object readNumeric(ByteBuffer in) {
        int count = in.getShort() & 0xffff;
        int weight = in.getShort();
        int sign = in.getShort() & 0xffff;
        int scale = in.getShort() & 0xffff;
        if (sign == NOT_A_NUMBER || sign > NOT_A_NUMBER || scale > 0x3fff) {
            throw new SqlError("22003", "a numeric that is no finite number is not known here");
        }
        BigInteger digits = BigInteger.ZERO;
        for (int i = 0; i < count; i++) {
            int digit = in.getShort();
            if (digit < 0 || digit > 9_999) {
                throw invalid(PgType.NUMERIC);
            }
            digits = digits.multiply(TEN_THOUSAND).add(BigInteger.valueOf(digit));
        }
        BigDecimal number =
                new BigDecimal(digits, 4 * (count - 1 - weight))
                        .setScale(scale, RoundingMode.HALF_UP);
        return sign == NEGATIVE ? number.negate() : number;
    }

    private static List<Object> readArray(ByteBuffer in) {
        int dimensions = in.getInt();
        in.getInt(); // whether there are nulls, which the elements say themselves
        PgType element = PgType.of(in.getInt()).orElse(PgType.TEXT);
        if (dimensions < 0 || dimensions > 6 || element.isArray()) {
            throw new IllegalArgumentException();
        }
        int[] sizes = new int[dimensions];
        long all = 1;
        for (int i = 0; i < dimensions; i++) {
            sizes[i] = in.getInt();
            in.getInt(); // where it begins
            all *= sizes[i];
            if (sizes[i] < 0 || all > MOST_ELEMENTS) {
                throw new IllegalArgumentException();
            }
        }
        return dimensions == 0 ? new ArrayList<>() : readElements(in, element, sizes, 0);
    }

    private static List<Object> readElements(
            ByteBuffer in, PgType element, int[] sizes, int depth) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < sizes[depth]; i++) {
            if (depth < sizes.length - 1) {
                list.add(readElements(in, element, sizes, depth + 1));
                continue;
            }
            int length = in.getInt();
            if (length < 0) {
                list.add(Missing.NULL);
                continue;
            }
            if (length > in.remaining()) {
                throw new BufferUnderflowException();
            }
            byte[] bytes = new byte[length];
            in.get(bytes);
            list.add(read(element, bytes));
        }
        return list;
    }
}
