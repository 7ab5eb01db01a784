package org.domicile.query;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What a session and its worker say to each other, version 1. A frame is the length of its body (4
 * bytes, big end first), its kind (1 byte), and its body, written with {@link DataOutputStream}; a
 * text is its length in bytes (4 bytes) and UTF-8. A worker answers frames in their order; {@link
 * #CANCEL} alone has no answer.
 *
 * <pre>
 * HELLO     ◀ version, count of tried walls, for each its name and what got through
 * BEGIN     ▶ memory, threads (4), spill, zone               ◀ DONE
 * PARSE     ▶ sql, times                                     ◀ PARSED
 * PARSED    ◀ kind (1), all columns (1), references, mentions, words, functions, moments
 * DESCRIBE  ▶ views, sql                                     ◀ DESCRIBED
 * DESCRIBED ◀ parameter types, columns
 * RUN       ▶ views, sql, values                             ◀ RUNNING
 * RUNNING   ◀ columns
 * NEXT      ▶                                                ◀ BATCH, or DONE after the last
 * BATCH     ◀ rows (4), vectors
 * END       ▶ ends the rows and drops the views              ◀ DONE
 * WRITE     ▶ number (8), views, sql, values                 ◀ WRITTEN
 * WRITTEN   ◀ rows (8)
 * SKETCH    ▶ number (8), views, sql                          ◀ SKETCHED
 * SKETCHED  ◀ for each column: distinct values (8), sketch
 * LOAD      ▶ number (8), table, select: rows of it into a table of
 *             the engine's, which goes with the next RUN, WRITE or END   ◀ DONE
 * TOGETHER  ▶ statements from here on see one moment             ◀ DONE
 * APART     ▶ no longer                                         ◀ DONE
 * CANCEL    ▶
 * FAILED    ◀ instead of any answer: state, message, position (4), hint
 * </pre>
 */
public final class Wire {
    /** Of this format. */
    public static final int VERSION = 4;

    /** From a worker that is ready. */
    public static final int HELLO = 1;

    /** To a worker that is given a session. */
    public static final int BEGIN = 2;

    /** To be taken apart. */
    public static final int PARSE = 3;

    /** What was found. */
    public static final int PARSED = 4;

    /** To be prepared. */
    public static final int DESCRIBE = 5;

    /** What it is. */
    public static final int DESCRIBED = 6;

    /** To be run. */
    public static final int RUN = 7;

    /** It runs. */
    public static final int RUNNING = 8;

    /** To be given rows. */
    public static final int NEXT = 9;

    /** Rows. */
    public static final int BATCH = 10;

    /** To be ended. */
    public static final int END = 11;

    /** It is done. */
    public static final int DONE = 12;

    /** To be cancelled. */
    public static final int CANCEL = 13;

    /** It failed. */
    public static final int FAILED = 14;

    /** To be run, its rows into a file that it names. */
    public static final int WRITE = 31;

    /** They are in it. */
    public static final int WRITTEN = 32;

    /** Statements see one moment from here on. */
    public static final int TOGETHER = 33;

    /** They do no longer. */
    public static final int APART = 34;

    /** To be kept for the statement that comes. */
    public static final int LOAD = 35;

    /** To be run, its values into a sketch for each column. */
    public static final int SKETCH = 36;

    /** They are in them. */
    public static final int SKETCHED = 37;

    /** Bytes of the largest body. */
    public static final int MOST = 80 << 20;

    private static final int MOST_DEPTH = 64;
    private static final int MOST_ITEMS = 1 << 24;

    /** Slots of a list before its items have come. */
    private static final int MOST_AT_ONCE = 1_024;

    private final DataInputStream in;
    private final DataOutputStream out;

    /** Over two streams, which stay the caller's. */
    public Wire(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = new DataOutputStream(out);
    }

    /** No kind that is sent: a frame whose body nobody has taken. */
    public static final int PASSED_OVER = 0;

    /** Something that was received. @param in reads its body */
    public record Frame(int kind, DataInputStream in) {}

    /** Writes a body. */
    public interface Body {
        /** Writes it. */
        void write(DataOutputStream out) throws IOException;
    }

    /** Sends a frame without a body. */
    public void send(int kind) throws IOException {
        send(kind, body -> {});
    }

    /** Sends a frame. Safe for concurrent use. */
    public void send(int kind, Body body) throws IOException {
        Open bytes = new Open();
        body.write(new DataOutputStream(bytes));
        if (bytes.size() > MOST) {
            throw new IOException("a frame of " + bytes.size() + " bytes");
        }
        synchronized (out) {
            out.writeInt(bytes.size());
            out.writeByte(kind);
            bytes.writeTo(out);
            out.flush();
        }
    }

    /** The next one. @throws EOFException at the end */
    public Frame receive() throws IOException {
        return receive(length -> true);
    }

    /**
     * The next one, whose body is read when its length is admitted, and passed over otherwise.
     *
     * @return of the kind {@link #PASSED_OVER} and without a body when it was not
     * @throws EOFException at the end
     */
    public Frame receive(IntPredicate admitted) throws IOException {
        int length = in.readInt();
        int kind = in.readUnsignedByte();
        if (length < 0 || length > MOST) {
            throw new IOException("a frame of " + length + " bytes");
        }
        if (!admitted.test(length)) {
            in.skipNBytes(length);
            return new Frame(PASSED_OVER, new DataInputStream(InputStream.nullInputStream()));
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("a frame that is cut off");
        }
        return new Frame(kind, new DataInputStream(new ByteArrayInputStream(body)));
    }

    /** Starts larger than usual, and hands on without a copy. */
    private static final class Open extends ByteArrayOutputStream {
        Open() {
            super(512);
        }
    }

    // texts and lists

    /** Writes a text. */
    public static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads a text. */
    public static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[count(in, in.available())];
        in.readFully(bytes);
        return bytes;
    }

    private static int count(DataInputStream in, int most) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > most) {
            throw new IOException("a count of " + count + " where " + most + " fit");
        }
        return count;
    }

    /** Writes one of a list. */
    public interface Writing<T> {
        /** Writes it. */
        void write(DataOutputStream out, T each) throws IOException;
    }

    /** Reads one of a list. */
    public interface Reading<T> {
        /** Reads it. */
        T read(DataInputStream in) throws IOException;
    }

    /** Writes a list. */
    public static <T> void list(DataOutputStream out, List<T> all, Writing<T> writing)
            throws IOException {
        out.writeInt(all.size());
        for (T each : all) {
            writing.write(out, each);
        }
    }

    /** Reads a list. */
    public static <T> List<T> list(DataInputStream in, Reading<T> reading) throws IOException {
        int count = count(in, Math.min(MOST_ITEMS, in.available()));
        List<T> all = new ArrayList<>(Math.min(count, MOST_AT_ONCE));
        for (int i = 0; i < count; i++) {
            all.add(reading.read(in));
        }
        return all;
    }

    /** Writes a sketch. */
    public static void sketch(DataOutputStream out, Sketch sketch) throws IOException {
        out.writeLong(sketch.distinct());
        bytes(out, sketch.theta());
    }

    /** Reads a sketch. */
    public static Sketch sketch(DataInputStream in) throws IOException {
        try {
            return new Sketch(in.readLong(), bytes(in));
        } catch (IllegalArgumentException e) {
            throw new IOException(e);
        }
    }

    /** A view for one statement. @param definition a SELECT over the session's staging */
    public record View(TableName name, String definition) {}

    /** Writes a name. */
    public static void name(DataOutputStream out, TableName name) throws IOException {
        list(out, name.parts(), Wire::text);
    }

    /** Reads a name. */
    public static TableName name(DataInputStream in) throws IOException {
        try {
            return new TableName(list(in, Wire::text));
        } catch (IllegalArgumentException e) {
            throw new IOException(e);
        }
    }

    /** Writes a view. */
    public static void view(DataOutputStream out, View view) throws IOException {
        name(out, view.name());
        text(out, view.definition());
    }

    /** Reads a view. */
    public static View view(DataInputStream in) throws IOException {
        return new View(name(in), text(in));
    }

    // what a text names

    /** Writes a reference, which is to the table as it is. */
    public static void reference(DataOutputStream out, Reference reference) throws IOException {
        name(out, reference.name());
        wanted(out, reference.wanted());
    }

    private static Reference reference(DataInputStream in) throws IOException {
        return new Reference(name(in), At.NOW, wanted(in, 0));
    }

    /** Writes a moment. */
    public static void moment(DataOutputStream out, Instant moment) throws IOException {
        out.writeLong(moment.getEpochSecond());
        out.writeInt(moment.getNano());
    }

    private static Instant moment(DataInputStream in) throws IOException {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }

    private static void wanted(DataOutputStream out, Wanted wanted) throws IOException {
        switch (wanted) {
            case Wanted.All() -> out.writeByte(0);
            case Wanted.And(List<Wanted> of) -> {
                out.writeByte(1);
                list(out, of, Wire::wanted);
            }
            case Wanted.Or(List<Wanted> of) -> {
                out.writeByte(2);
                list(out, of, Wire::wanted);
            }
            case Wanted.Compare(
                            String column,
                            Wanted.Operator operator,
                            Wanted.Constant constant) -> {
                out.writeByte(3);
                text(out, column);
                out.writeByte(operator.ordinal());
                constant(out, constant);
            }
            case Wanted.In(String column, List<Wanted.Constant> constants) -> {
                out.writeByte(4);
                text(out, column);
                list(out, constants, Wire::constant);
            }
            case Wanted.StartsWith(String column, String prefix) -> {
                out.writeByte(5);
                text(out, column);
                text(out, prefix);
            }
        }
    }

    private static Wanted wanted(DataInputStream in, int depth) throws IOException {
        deep(depth);
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 0 -> Wanted.ALL;
            case 1 -> new Wanted.And(list(in, each -> wanted(each, depth + 1)));
            case 2 -> new Wanted.Or(list(in, each -> wanted(each, depth + 1)));
            case 3 -> new Wanted.Compare(text(in), one(in, Wanted.Operator.values()), constant(in));
            case 4 -> new Wanted.In(text(in), list(in, Wire::constant));
            case 5 -> new Wanted.StartsWith(text(in), text(in));
            default -> throw new IOException("what is wanted, of kind " + kind);
        };
    }

    private static void constant(DataOutputStream out, Wanted.Constant constant)
            throws IOException {
        out.writeByte(constant.kind().ordinal());
        text(out, constant.text());
    }

    private static Wanted.Constant constant(DataInputStream in) throws IOException {
        return new Wanted.Constant(one(in, Wanted.Kind.values()), text(in));
    }

    private static <T> T one(DataInputStream in, T[] all) throws IOException {
        int which = in.readUnsignedByte();
        if (which >= all.length) {
            throw new IOException("the number " + which + " of " + all.length);
        }
        return all[which];
    }

    /** What was found in a text. @param moments what times mean that were asked for with it */
    record Found(Parsed parsed, List<Instant> moments) {}

    /** Reads what was found in a text. */
    static Found parsed(DataInputStream in, String sql) throws IOException {
        Kind kind = one(in, Kind.values());
        boolean all = in.readBoolean();
        List<Reference> references = list(in, Wire::reference);
        List<Parsed.Mention> mentions =
                list(
                        in,
                        each ->
                                new Parsed.Mention(
                                        each.readInt(), each.readInt(), each.readBoolean()));
        if (mentions.stream().anyMatch(each -> each.reference() >= references.size())) {
            throw new IOException("a mention of nothing");
        }
        HashSet<String> words = new HashSet<>(list(in, Wire::text));
        HashSet<String> functions = new HashSet<>(list(in, Wire::text));
        return new Found(
                new Parsed(kind, sql, all, references, mentions, words, functions),
                list(in, Wire::moment));
    }

    /** Writes a failure. */
    public static void failure(DataOutputStream out, Failure failure) throws IOException {
        text(out, failure.state());
        text(out, failure.message());
        out.writeInt(failure.position());
        text(out, failure.hint());
    }

    /** Reads a failure. */
    public static Failure failure(DataInputStream in) throws IOException {
        try {
            return new Failure(text(in), text(in), in.readInt(), text(in));
        } catch (IllegalArgumentException e) {
            throw new IOException(e);
        }
    }

    // types

    private static final int DECIMAL = 100;
    private static final int ARRAY = 101;
    private static final int STRUCT = 102;
    private static final int DICTIONARY = 103;

    /** Writes a column. */
    public static void column(DataOutputStream out, Column column) throws IOException {
        text(out, column.name());
        type(out, column.type());
    }

    /** Reads a column. */
    public static Column column(DataInputStream in) throws IOException {
        return column(in, 0);
    }

    private static Column column(DataInputStream in, int depth) throws IOException {
        return new Column(text(in), type(in, depth));
    }

    /** Writes a type. */
    public static void type(DataOutputStream out, Type type) throws IOException {
        switch (type) {
            case Type.Simple simple -> out.writeByte(simple.ordinal());
            case Type.Decimal(int precision, int scale) -> {
                out.writeByte(DECIMAL);
                out.writeByte(precision);
                out.writeByte(scale);
            }
            case Type.Array(Type element) -> {
                out.writeByte(ARRAY);
                type(out, element);
            }
            case Type.Struct(List<Column> fields) -> {
                out.writeByte(STRUCT);
                list(out, fields, Wire::column);
            }
            case Type.Dictionary(Type key, Type value) -> {
                out.writeByte(DICTIONARY);
                type(out, key);
                type(out, value);
            }
        }
    }

    /** Reads a type. */
    public static Type type(DataInputStream in) throws IOException {
        return type(in, 0);
    }

    private static Type type(DataInputStream in, int depth) throws IOException {
        deep(depth);
        int kind = in.readUnsignedByte();
        Type.Simple[] simple = Type.Simple.values();
        if (kind < simple.length) {
            return simple[kind];
        }
        return switch (kind) {
            case DECIMAL -> new Type.Decimal(in.readUnsignedByte(), in.readUnsignedByte());
            case ARRAY -> new Type.Array(type(in, depth + 1));
            case STRUCT -> new Type.Struct(list(in, field -> column(field, depth + 1)));
            case DICTIONARY -> new Type.Dictionary(type(in, depth + 1), type(in, depth + 1));
            default -> throw new IOException("a type of kind " + kind);
        };
    }

    private static void deep(int depth) throws IOException {
        if (depth > MOST_DEPTH) {
            throw new IOException("nested more than " + MOST_DEPTH + " deep");
        }
    }

    // vectors

    /** Writes a vector. */
    public static void vector(DataOutputStream out, Vector vector) throws IOException {
        bytes(out, vector.nulls().toByteArray());
        switch (vector) {
            case Vector.Longs(long[] values, BitSet _) -> {
                out.writeByte(1);
                longs(out, values);
            }
            case Vector.Doubles(double[] values, BitSet _) -> {
                out.writeByte(2);
                out.writeInt(values.length);
                for (double value : values) {
                    out.writeLong(Double.doubleToRawLongBits(value));
                }
            }
            case Vector.Bigs(BigInteger[] values, BitSet _) -> {
                out.writeByte(3);
                out.writeInt(values.length);
                for (BigInteger value : values) {
                    bytes(out, value.toByteArray());
                }
            }
            case Vector.Runs(byte[] bytes, int[] ends, BitSet _) -> {
                out.writeByte(4);
                bytes(out, bytes);
                ints(out, ends);
            }
            case Vector.Intervals(int[] months, int[] days, long[] micros, BitSet _) -> {
                out.writeByte(5);
                ints(out, months);
                ints(out, days);
                longs(out, micros);
            }
            case Vector.Uuids(long[] high, long[] low, BitSet _) -> {
                out.writeByte(6);
                longs(out, high);
                longs(out, low);
            }
            case Vector.Lists(int[] ends, Vector elements, BitSet _) -> {
                out.writeByte(7);
                ints(out, ends);
                vector(out, elements);
            }
            case Vector.Structs(int size, List<Vector> fields, BitSet _) -> {
                out.writeByte(8);
                out.writeInt(size);
                list(out, fields, Wire::vector);
            }
            case Vector.Maps(int[] ends, Vector keys, Vector values, BitSet _) -> {
                out.writeByte(9);
                ints(out, ends);
                vector(out, keys);
                vector(out, values);
            }
        }
    }

    /** Reads a vector, and checks that it is one. */
    public static Vector vector(DataInputStream in) throws IOException {
        return vector(in, 0);
    }

    private static Vector vector(DataInputStream in, int depth) throws IOException {
        deep(depth);
        BitSet nulls = BitSet.valueOf(bytes(in));
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 1 -> new Vector.Longs(longs(in), nulls);
            case 2 -> {
                long[] bits = longs(in);
                double[] values = new double[bits.length];
                for (int i = 0; i < bits.length; i++) {
                    values[i] = Double.longBitsToDouble(bits[i]);
                }
                yield new Vector.Doubles(values, nulls);
            }
            case 3 -> {
                BigInteger[] values = new BigInteger[count(in, in.available())];
                for (int i = 0; i < values.length; i++) {
                    byte[] bytes = bytes(in);
                    values[i] = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
                }
                yield new Vector.Bigs(values, nulls);
            }
            case 4 -> {
                byte[] bytes = bytes(in);
                yield new Vector.Runs(bytes, ends(in, bytes.length), nulls);
            }
            case 5 -> {
                int[] months = ints(in);
                int[] days = ints(in);
                long[] micros = longs(in);
                same(months.length, days.length);
                same(months.length, micros.length);
                yield new Vector.Intervals(months, days, micros, nulls);
            }
            case 6 -> {
                long[] high = longs(in);
                long[] low = longs(in);
                same(high.length, low.length);
                yield new Vector.Uuids(high, low, nulls);
            }
            case 7 -> {
                int[] ends = ints(in);
                Vector elements = vector(in, depth + 1);
                yield new Vector.Lists(rising(ends, elements.size()), elements, nulls);
            }
            case 8 -> {
                int size = in.readInt();
                List<Vector> fields = list(in, field -> vector(field, depth + 1));
                for (Vector field : fields) {
                    same(size, field.size());
                }
                yield new Vector.Structs(size, List.copyOf(fields), nulls);
            }
            case 9 -> {
                int[] ends = ints(in);
                Vector keys = vector(in, depth + 1);
                Vector values = vector(in, depth + 1);
                same(keys.size(), values.size());
                yield new Vector.Maps(rising(ends, keys.size()), keys, values, nulls);
            }
            default -> throw new IOException("a vector of kind " + kind);
        };
    }

    private static void same(int one, int other) throws IOException {
        if (one != other) {
            throw new IOException("a vector of " + one + " and of " + other + " values");
        }
    }

    private static int[] ends(DataInputStream in, int most) throws IOException {
        return rising(ints(in), most);
    }

    private static int[] rising(int[] ends, int most) throws IOException {
        int before = 0;
        for (int end : ends) {
            if (end < before || end > most) {
                throw new IOException("a value that ends at " + end + " of " + most);
            }
            before = end;
        }
        return ends;
    }

    private static void ints(DataOutputStream out, int[] values) throws IOException {
        out.writeInt(values.length);
        for (int value : values) {
            out.writeInt(value);
        }
    }

    private static int[] ints(DataInputStream in) throws IOException {
        int[] values = new int[count(in, in.available() / Integer.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readInt();
        }
        return values;
    }

    private static void longs(DataOutputStream out, long[] values) throws IOException {
        out.writeInt(values.length);
        for (long value : values) {
            out.writeLong(value);
        }
    }

    private static long[] longs(DataInputStream in) throws IOException {
        long[] values = new long[count(in, in.available() / Long.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readLong();
        }
        return values;
    }

    // parameters

    /** Writes a parameter. */
    public static void value(DataOutputStream out, Value value) throws IOException {
        switch (value) {
            case Value.Null() -> out.writeByte(0);
            case Value.Bool(boolean bool) -> {
                out.writeByte(1);
                out.writeBoolean(bool);
            }
            case Value.Whole(long whole) -> {
                out.writeByte(2);
                out.writeLong(whole);
            }
            case Value.Big(BigInteger big) -> {
                out.writeByte(3);
                bytes(out, big.toByteArray());
            }
            case Value.Exact(java.math.BigDecimal exact) -> {
                out.writeByte(4);
                out.writeInt(exact.scale());
                bytes(out, exact.unscaledValue().toByteArray());
            }
            case Value.Real(double real) -> {
                out.writeByte(5);
                out.writeDouble(real);
            }
            case Value.Text(String text) -> {
                out.writeByte(6);
                text(out, text);
            }
            case Value.Bytes(byte[] bytes) -> {
                out.writeByte(7);
                bytes(out, bytes);
            }
            case Value.Date(LocalDate date) -> {
                out.writeByte(8);
                out.writeLong(date.toEpochDay());
            }
            case Value.Time(LocalTime time) -> {
                out.writeByte(9);
                out.writeLong(time.toNanoOfDay());
            }
            case Value.Timestamp(LocalDateTime at) -> {
                out.writeByte(10);
                out.writeLong(at.toEpochSecond(ZoneOffset.UTC));
                out.writeInt(at.getNano());
            }
            case Value.Moment(Instant at) -> {
                out.writeByte(11);
                out.writeLong(at.getEpochSecond());
                out.writeInt(at.getNano());
            }
            case Value.Interval(int months, int days, long micros) -> {
                out.writeByte(12);
                out.writeInt(months);
                out.writeInt(days);
                out.writeLong(micros);
            }
            case Value.Uuid(java.util.UUID uuid) -> {
                out.writeByte(13);
                out.writeLong(uuid.getMostSignificantBits());
                out.writeLong(uuid.getLeastSignificantBits());
            }
            case Value.Items(List<Value> values) -> {
                out.writeByte(14);
                list(out, values, Wire::value);
            }
            case Value.Fields _, Value.Entries _ ->
                    throw new IllegalArgumentException(
                            "structs and maps are no parameters; write them as JSON or as text");
        }
    }

    /** Reads a parameter. */
    public static Value value(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 0 -> Value.NULL;
            case 1 -> new Value.Bool(in.readBoolean());
            case 2 -> new Value.Whole(in.readLong());
            case 3 -> new Value.Big(new BigInteger(bytes(in)));
            case 4 -> {
                int scale = in.readInt();
                yield new Value.Exact(new java.math.BigDecimal(new BigInteger(bytes(in)), scale));
            }
            case 5 -> new Value.Real(in.readDouble());
            case 6 -> new Value.Text(text(in));
            case 7 -> new Value.Bytes(bytes(in));
            case 8 -> new Value.Date(LocalDate.ofEpochDay(in.readLong()));
            case 9 -> new Value.Time(LocalTime.ofNanoOfDay(in.readLong()));
            case 10 ->
                    new Value.Timestamp(
                            LocalDateTime.ofEpochSecond(
                                    in.readLong(), in.readInt(), ZoneOffset.UTC));
            case 11 -> new Value.Moment(Instant.ofEpochSecond(in.readLong(), in.readInt()));
            case 12 -> new Value.Interval(in.readInt(), in.readInt(), in.readLong());
            case 13 -> new Value.Uuid(new java.util.UUID(in.readLong(), in.readLong()));
            case 14 -> new Value.Items(list(in, Wire::value));
            default -> throw new IOException("a value of kind " + kind);
        };
    }
}
