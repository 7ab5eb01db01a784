package org.domicile.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.domicile.schemas.Column;
import org.domicile.schemas.ColumnType;
import org.domicile.streams.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rows on their way into a file: a line of JSON each, with columns called {@code c0}, {@code c1}
 * and so on. What JSON has no exact word for is a text, which the engine casts: see {@link #type}.
 * Owned by whoever has the table's lock.
 */
final class LiveText {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(US_ASCII);
    private static final int FIRST = 8 << 10;
    private static final int FIRST_ROWS = 32;

    /** What stays when there are no rows any more: so many times that, of each of many tables. */
    private static final int TIMES = 8;

    /** What a record takes in memory beside its bytes, about; and a header of it. */
    private static final int RECORD = 200;

    private static final int HEADER = 100;
    private static final int LAST_YEAR = 9999;
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private byte[] bytes = new byte[FIRST];
    private int size;
    private int rows;

    // where each row ends, and what it was
    private int[] ends = new int[FIRST_ROWS];
    private List<StreamRecord> records = new ArrayList<>();
    private long kept;

    /** As the engine reads what {@link #add} writes for it. */
    static String type(ColumnType type) {
        return switch (type) {
            case ColumnType.Simple simple ->
                    switch (simple) {
                        case BOOLEAN -> "BOOLEAN";
                        case INT -> "INTEGER";
                        case LONG -> "BIGINT";
                        case FLOAT -> "FLOAT";
                        case DOUBLE -> "DOUBLE";
                        case DATE, TIME, TIMESTAMP, INSTANT, TEXT, UUID, BYTES -> "VARCHAR";
                    };
            case ColumnType.Decimal _ -> "VARCHAR";
            case ColumnType.Sequence(Column element) -> type(element.type()) + "[]";
            case ColumnType.Mapping(Column value) -> "MAP(VARCHAR, " + type(value.type()) + ")";
            case ColumnType.Struct(List<Column> columns) -> {
                StringBuilder text = new StringBuilder("STRUCT(");
                for (Column each : columns) {
                    text.append(text.charAt(text.length() - 1) == '(' ? "" : ", ")
                            .append(org.domicile.query.Target.quoted(each.name()))
                            .append(' ')
                            .append(type(each.type()));
                }
                yield text.append(')').toString();
            }
        };
    }

    /** Bytes in memory, about: of the lines, and of the records that they were. */
    long weight() {
        return size + kept;
    }

    int rows() {
        return rows;
    }

    boolean isEmpty() {
        return rows == 0;
    }

    /** Bytes that it takes though there are no rows, about. */
    int capacity() {
        return bytes.length + ends.length * Integer.BYTES;
    }

    void clear() {
        size = 0;
        rows = 0;
        kept = 0;
        if (bytes.length > TIMES * FIRST) {
            bytes = new byte[FIRST];
        }
        if (ends.length > TIMES * FIRST_ROWS) {
            ends = new int[FIRST_ROWS];
            records = new ArrayList<>();
        } else {
            records.clear();
        }
    }

    /** Some of its rows. */
    InputStream read(int from, int to) {
        int begin = from == 0 ? 0 : ends[from - 1];
        return new ByteArrayInputStream(bytes, begin, ends[to - 1] - begin);
    }

    StreamRecord record(int row) {
        return records.get(row);
    }

    /**
     * Adds a row: where it was, and what it says.
     *
     * @return why it cannot be in a table; empty when it is in
     */
    String add(StreamRecord from, List<Column> columns, @Nullable Object[] values) {
        int before = size;
        raw("{\"c0\":");
        raw(Integer.toString(from.partition()));
        raw(",\"c1\":");
        raw(Long.toString(from.offset()));
        raw(",\"c2\":");
        moment(within(from.at()), "+00");
        raw(",\"c3\":");
        boolean fits = value(null, from.key().map(ByteBuffer::wrap).orElse(null));
        for (int i = 0; fits && i < values.length; i++) {
            if (values[i] != null) {
                raw(",\"c");
                raw(Integer.toString(i + LiveColumns.OWN));
                raw("\":");
                fits = value(columns.get(i).type(), values[i]);
            }
        }
        if (!fits) {
            size = before;
            return "a time in it is not within the years 1 to 9999";
        }
        raw("}\n");
        if (rows == ends.length) {
            ends = Arrays.copyOf(ends, 2 * rows);
        }
        ends[rows] = size;
        records.add(from);
        kept += weight(from);
        rows++;
        return "";
    }

    /** All of a record, whatever of it is a column. */
    static long weight(StreamRecord record) {
        return RECORD
                + record.key().map(each -> each.length).orElse(0)
                + record.value().map(each -> each.length).orElse(0)
                + record.headers().stream()
                        .mapToLong(each -> HEADER + each.name().length() + each.value().length)
                        .sum();
    }

    /** A producer may say any time of a record; a column has the years 1 to 9999. */
    private static LocalDateTime within(Instant at) {
        return LocalDateTime.ofInstant(
                at.isBefore(EARLIEST) ? EARLIEST : at.isAfter(LATEST) ? LATEST : at,
                ZoneOffset.UTC);
    }

    private void put(int one) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        bytes[size++] = (byte) one;
    }

    private void raw(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    /** Whether it could be written. @param type that a struct has, for the names in it */
    private boolean value(@Nullable ColumnType type, @Nullable Object value) {
        return switch (value) {
            case null -> plain("null");
            case Boolean truth -> plain(truth.toString());
            case Integer number -> plain(number.toString());
            case Long number -> plain(number.toString());
            case Float number -> number(number.toString(), Float.isFinite(number));
            case Double number -> number(number.toString(), Double.isFinite(number));
            case BigDecimal number -> number(number.toPlainString(), false);
            case String text -> text(text);
            case UUID id -> number(id.toString(), false);
            case LocalDate day -> day(day);
            case LocalTime time -> time(time);
            case LocalDateTime moment -> moment(moment, "");
            case OffsetDateTime moment ->
                    moment(moment.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime(), "+00");
            case ByteBuffer binary -> binary(binary.duplicate());
            case List<?> list -> list(type, list);
            case Map<?, ?> map -> map(type, map);
            case Object[] struct -> struct(type, struct);
            default -> throw new IllegalStateException("no row has a " + value.getClass());
        };
    }

    private boolean plain(String word) {
        raw(word);
        return true;
    }

    private boolean number(String digits, boolean bare) {
        if (bare) {
            return plain(digits);
        }
        put('"');
        raw(digits);
        put('"');
        return true;
    }

    private boolean text(String text) {
        put('"');
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                put('\\');
                put(c);
            } else if (c < ' ') {
                raw("\\u00");
                put(HEX[c >> 4]);
                put(HEX[c & 15]);
            } else if (c < 0x80) {
                put(c);
            } else {
                int end = i + 1;
                while (end < length && text.charAt(end) >= 0x80) {
                    end++;
                }
                // half a pair becomes '?', as in every text of Java that is written down
                for (byte each : text.substring(i, end).getBytes(UTF_8)) {
                    put(each);
                }
                i = end - 1;
            }
        }
        put('"');
        return true;
    }

    /** As the engine reads a BLOB from a text: what is no plain sign as {@code \xAA}. */
    private boolean binary(ByteBuffer binary) {
        put('"');
        while (binary.hasRemaining()) {
            int each = binary.get() & 255;
            if (each > ' ' && each < 0x7f && each != '\\' && each != '"') {
                put(each);
            } else {
                raw("\\\\x");
                put(HEX[each >> 4]);
                put(HEX[each & 15]);
            }
        }
        put('"');
        return true;
    }

    private void digits(int number, int count) {
        for (int unit = count == 4 ? 1000 : count == 6 ? 100_000 : 10; unit > 0; unit /= 10) {
            put('0' + number / unit % 10);
        }
    }

    private boolean date(LocalDate day) {
        if (day.getYear() < 1 || day.getYear() > LAST_YEAR) {
            return false;
        }
        digits(day.getYear(), 4);
        put('-');
        digits(day.getMonthValue(), 2);
        put('-');
        digits(day.getDayOfMonth(), 2);
        return true;
    }

    private void clock(LocalTime time) {
        digits(time.getHour(), 2);
        put(':');
        digits(time.getMinute(), 2);
        put(':');
        digits(time.getSecond(), 2);
        put('.');
        digits(time.getNano() / 1000, 6);
    }

    private boolean day(LocalDate day) {
        put('"');
        boolean fits = date(day);
        put('"');
        return fits;
    }

    private boolean time(LocalTime time) {
        put('"');
        clock(time);
        put('"');
        return true;
    }

    private boolean moment(LocalDateTime moment, String zone) {
        put('"');
        boolean fits = date(moment.toLocalDate());
        put(' ');
        clock(moment.toLocalTime());
        raw(zone);
        put('"');
        return fits;
    }

    private boolean list(@Nullable ColumnType type, List<?> list) {
        ColumnType element = type instanceof ColumnType.Sequence(Column each) ? each.type() : null;
        put('[');
        boolean fits = true;
        boolean first = true;
        for (Object each : list) {
            if (!first) {
                put(',');
            }
            first = false;
            fits &= value(element, each);
        }
        put(']');
        return fits;
    }

    private boolean map(@Nullable ColumnType type, Map<?, ?> map) {
        ColumnType of = type instanceof ColumnType.Mapping(Column each) ? each.type() : null;
        put('{');
        boolean fits = true;
        boolean first = true;
        for (Map.Entry<?, ?> each : map.entrySet()) {
            if (!first) {
                put(',');
            }
            first = false;
            text(String.valueOf(each.getKey()));
            put(':');
            fits &= value(of, each.getValue());
        }
        put('}');
        return fits;
    }

    private boolean struct(@Nullable ColumnType type, Object[] struct) {
        if (!(type instanceof ColumnType.Struct(List<Column> columns))) {
            throw new IllegalStateException("no column has a struct there");
        }
        put('{');
        boolean fits = true;
        for (int i = 0; i < struct.length; i++) {
            if (i > 0) {
                put(',');
            }
            text(columns.get(i).name());
            put(':');
            fits &= value(columns.get(i).type(), struct[i]);
        }
        put('}');
        return fits;
    }
}
