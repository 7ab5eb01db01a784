package org.domicile.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.domicile.schemas.Column;
import org.domicile.schemas.ColumnType;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rows on their way into a file: a line of JSON each, with columns called {@code c0}, {@code c1}
 * and so on. What JSON has no exact word for is a text, which the engine casts: see {@link #type}.
 * Owned by whoever has the table's lock.
 */
final class LiveText {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(US_ASCII);
    private static final byte[] PARTITION = "{\"c0\":".getBytes(US_ASCII);
    private static final byte[] OFFSET = ",\"c1\":".getBytes(US_ASCII);
    private static final byte[] TIME = ",\"c2\":\"".getBytes(US_ASCII);
    private static final byte[] KEY = "+00\",\"c3\":".getBytes(US_ASCII);
    private static final byte[] END = "}\n".getBytes(US_ASCII);

    /** Bytes of the longest number of 64 bits. */
    private static final int LONGEST = 20;

    private static final int FIRST = 8 << 10;
    private static final int FIRST_ROWS = 32;

    /** What stays when there are no rows any more: so many times that, of each of many tables. */
    private static final int TIMES = 8;

    private static final int PIECE = TIMES * FIRST;
    private static final int LINE = 512;

    /** What a record of 2 MiB may be, each byte of it written as a sign of its number. */
    private static final int LONGEST_LINE = 16 << 20;

    /** What is kept of a row beside its line. */
    private static final int ROW = 2 * Integer.BYTES + Long.BYTES;

    private static final int LAST_YEAR = 9999;
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    // lines, in pieces, so that none is copied again for all that come behind it
    private final List<byte[]> full = new ArrayList<>();
    private byte[] open = new byte[FIRST];
    private int filled; // of it
    private int length; // of all
    private int rows;

    // the line that is being written
    private byte[] bytes = new byte[LINE];
    private int size;

    // where each row ends, and where its record lies
    private int[] ends = new int[FIRST_ROWS];
    private int[] partitions = new int[FIRST_ROWS];
    private long[] offsets = new long[FIRST_ROWS];
    private long records; // what they take

    // the second of the last record, and as it is written: many are of one
    private long second = Long.MIN_VALUE;
    private byte[] moment = {};

    private byte[][] names = {}; // what stands before a value, by the place of its column

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

    /** Bytes in memory, about. */
    long weight() {
        return length + (long) rows * ROW;
    }

    int rows() {
        return rows;
    }

    /** What the records that the rows were take in memory, about. */
    long records() {
        return records;
    }

    boolean isEmpty() {
        return rows == 0;
    }

    /** Bytes that it takes though there are no rows, about. */
    int capacity() {
        return full.size() * PIECE + open.length + bytes.length + ends.length * ROW;
    }

    void clear() {
        filled = 0;
        length = 0;
        rows = 0;
        records = 0;
        if (!full.isEmpty()) {
            full.clear();
            open = new byte[FIRST];
        }
        shrink();
        if (ends.length > TIMES * FIRST_ROWS) {
            ends = new int[FIRST_ROWS];
            partitions = new int[FIRST_ROWS];
            offsets = new long[FIRST_ROWS];
        }
    }

    /** Some of its rows. */
    InputStream read(int from, int to) {
        int begin = from == 0 ? 0 : ends[from - 1];
        int end = ends[to - 1];
        List<InputStream> pieces = new ArrayList<>();
        for (int at = begin; at < end; ) {
            int piece = at / PIECE;
            int until = Math.min(end, (piece + 1) * PIECE);
            byte[] some = piece < full.size() ? full.get(piece) : open;
            pieces.add(new ByteArrayInputStream(some, at % PIECE, until - at));
            at = until;
        }
        return new SequenceInputStream(Collections.enumeration(pieces));
    }

    /** Where the record of a row lies. */
    StreamLog.Place place(int row) {
        return new StreamLog.Place(partitions[row], offsets[row]);
    }

    /**
     * Adds a row: where it was, and what it says.
     *
     * @return why it cannot be in a table; empty when it is in
     */
    String add(StreamRecord from, List<Column> columns, @Nullable Object[] values) {
        try {
            return added(from, columns, values);
        } catch (TooLong e) {
            return "it is more than " + (LONGEST_LINE >> 20) + " MiB as a row";
        } finally {
            shrink();
        }
    }

    /** A line is more than the engine reads, or more than the heap should have twice. */
    private static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super("a line is too long", null, false, false);
        }
    }

    private void shrink() {
        if (bytes.length > PIECE) {
            bytes = new byte[LINE];
        }
    }

    private String added(StreamRecord from, List<Column> columns, @Nullable Object[] values) {
        size = 0;
        raw(PARTITION);
        whole(from.partition());
        raw(OFFSET);
        whole(from.offset());
        raw(TIME);
        at(from.at());
        raw(KEY);
        boolean fits = value(null, from.key().map(ByteBuffer::wrap).orElse(null));
        for (int i = 0; fits && i < values.length; i++) {
            if (values[i] != null) {
                raw(name(i));
                fits = value(columns.get(i).type(), values[i]);
            }
        }
        if (!fits) {
            return "a time in it is not within the years 1 to 9999";
        }
        raw(END);
        if (rows == ends.length) {
            ends = Arrays.copyOf(ends, 2 * rows);
            partitions = Arrays.copyOf(partitions, 2 * rows);
            offsets = Arrays.copyOf(offsets, 2 * rows);
        }
        keep();
        ends[rows] = length;
        partitions[rows] = from.partition();
        offsets[rows] = from.offset();
        records += from.weight();
        rows++;
        return "";
    }

    /** Puts the line behind the others. */
    private void keep() {
        for (int from = 0; from < size; ) {
            if (filled == PIECE) {
                full.add(open);
                open = new byte[PIECE];
                filled = 0;
            } else if (filled == open.length) {
                open = Arrays.copyOf(open, 2 * filled);
            }
            int some = Math.min(open.length - filled, size - from);
            System.arraycopy(bytes, from, open, filled, some);
            filled += some;
            from += some;
        }
        length += size;
    }

    private byte[] name(int place) {
        if (place >= names.length) {
            int known = names.length;
            names = Arrays.copyOf(names, place + FIRST_ROWS);
            for (int i = known; i < names.length; i++) {
                names[i] = (",\"c" + (i + LiveColumns.OWN) + "\":").getBytes(US_ASCII);
            }
        }
        return names[place];
    }

    /** A producer may say any time of a record; a column has the years 1 to 9999. */
    private void at(Instant said) {
        Instant at = said.isBefore(EARLIEST) ? EARLIEST : said.isAfter(LATEST) ? LATEST : said;
        if (at.getEpochSecond() == second) {
            raw(moment);
        } else {
            int begin = size;
            LocalDateTime time = LocalDateTime.ofInstant(at, ZoneOffset.UTC);
            boolean _ = date(time.toLocalDate());
            put(' ');
            second(time.toLocalTime());
            second = at.getEpochSecond();
            moment = Arrays.copyOfRange(bytes, begin, size);
        }
        digits(at.getNano() / 1000, 6);
    }

    /** Makes room for so many bytes more. */
    private void room(int more) {
        if (bytes.length - size < more) {
            if (more > LONGEST_LINE - size) {
                throw new TooLong();
            }
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
        }
    }

    private void put(int one) {
        room(1);
        bytes[size++] = (byte) one;
    }

    private void raw(byte[] some) {
        raw(some, 0, some.length);
    }

    private void raw(byte[] some, int from, int length) {
        room(length);
        System.arraycopy(some, from, bytes, size, length);
        size += length;
    }

    private void raw(String ascii) {
        raw(ascii.getBytes(US_ASCII));
    }

    private boolean whole(long number) {
        if (number == Long.MIN_VALUE) {
            return plain(Long.toString(number));
        }
        room(LONGEST);
        long left = Math.abs(number);
        int end = size + (number < 0 ? 2 : 1);
        for (long rest = left; rest >= 10; rest /= 10) {
            end++;
        }
        if (number < 0) {
            bytes[size] = '-';
        }
        size = end;
        do {
            bytes[--end] = (byte) ('0' + left % 10);
            left /= 10;
        } while (left > 0);
        return true;
    }

    /** Whether it could be written. @param type that a struct has, for the names in it */
    private boolean value(@Nullable ColumnType type, @Nullable Object value) {
        return switch (value) {
            case null -> plain("null");
            case Boolean truth -> plain(truth.toString());
            case Integer number -> whole(number);
            case Long number -> whole(number);
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
        // half a pair becomes '?', as in every text of Java that is written down
        byte[] utf8 = text.getBytes(UTF_8);
        put('"');
        int from = 0;
        for (int i = 0; i < utf8.length; i++) {
            byte each = utf8[i];
            if (each == '"' || each == '\\' || (each >= 0 && each < ' ')) {
                raw(utf8, from, i - from);
                from = i + 1;
                put('\\');
                if (each < ' ') {
                    raw("u00");
                    put(HEX[each >> 4]);
                    put(HEX[each & 15]);
                } else {
                    put(each);
                }
            }
        }
        raw(utf8, from, utf8.length - from);
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
        room(count);
        int left = number;
        for (int i = size + count; i > size; left /= 10) {
            bytes[--i] = (byte) ('0' + left % 10);
        }
        size += count;
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

    /** A time without what is smaller than a second. */
    private void second(LocalTime time) {
        digits(time.getHour(), 2);
        put(':');
        digits(time.getMinute(), 2);
        put(':');
        digits(time.getSecond(), 2);
        put('.');
    }

    private void clock(LocalTime time) {
        second(time);
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
