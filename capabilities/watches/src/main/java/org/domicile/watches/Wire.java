package org.domicile.watches;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Frames between the program and a worker: length (int), kind (byte), body. Texts are UTF-8 after
 * their length (int). Anybody may send; one thread receives.
 *
 * <pre>
 *   worker:   HELLO       version, count, (wall, what got through)…
 *             PLANNED     number, count, source…, count, table…, count, (column, type)…
 *             REFUSED     number, sentence
 *             STARTED     number
 *             PIECE       id, number of the checkpoint (long), bytes of it
 *             CHECKPOINT  id, number of the checkpoint, its length (longs): it is whole
 *             TOLD        id, state, records in, records out, passed over, missed, pending
 *                         (longs), sentence
 *             SCHEMA      id, number, stream, id of a schema (int)
 *             TABLE       id, number, table
 *             WAITS       number: what comes in parts of a stream that are not there yet is not
 *                         late
 *   program:  PLAN        number, the watch
 *             START       number, the watch, length of its last checkpoint (long, none: 0)
 *             STATE       number, bytes of that checkpoint, until all are there
 *             KEPT        id, number of the checkpoint, why it is not (empty: it is)
 *             STOP        id
 *             GROWS       number, id, stream, how many parts it is about to have (int)
 *             WRITTEN     number, 1 or 0, the schema as its decoder wants it (bytes, none: 0)
 *             ROWS        number, why not (sentence, empty where there are), rows ({@link
 *                         TableRows}, bytes; none: 0)
 *   watch:    id, sql, to, where it begins (long, a time in
 *             milliseconds, or -1 for the oldest record), time, late (int), login, secret,
 *             count of streams, for each: name, id of its schema (int), how many parts it
 *             is to have (int), count of columns, (name, type in SQL)…, count of tables,
 *             for each: name, milliseconds after which it is read again (long), count of
 *             columns, (name, type in SQL)…
 * </pre>
 */
public final class Wire {
    /** Of these words. */
    public static final int VERSION = 3;

    /** The worker is there. */
    public static final int HELLO = 1;

    /** A query can run. */
    public static final int PLANNED = 2;

    /** A query cannot, or a watch did not start. */
    public static final int REFUSED = 3;

    /** A watch runs. */
    public static final int STARTED = 4;

    /** A checkpoint is whole, and to be kept. */
    public static final int CHECKPOINT = 5;

    /** How a watch does. */
    public static final int TOLD = 6;

    /** Look at a query. */
    public static final int PLAN = 7;

    /** Run a watch. */
    public static final int START = 8;

    /** A checkpoint is kept, or is not. */
    public static final int KEPT = 9;

    /** End a watch. */
    public static final int STOP = 10;

    /** By what is a record of a stream written? */
    public static final int SCHEMA = 11;

    /** By this, or by nothing that it may be. */
    public static final int WRITTEN = 12;

    /** A part of a checkpoint. */
    public static final int PIECE = 13;

    /** A part of the checkpoint that a watch begins with. */
    public static final int STATE = 14;

    /** What is in a table now? */
    public static final int TABLE = 15;

    /** These rows. */
    public static final int ROWS = 16;

    /** A stream grows. */
    public static final int GROWS = 17;

    /** It is waited for. */
    public static final int WAITS = 18;

    /** Bytes of a checkpoint in one frame. */
    public static final int PIECE_BYTES = 256 << 10;

    /** A table, and what is told of a watch. */
    private static final int LARGEST = 8 << 20;

    /** Bytes that a frame may end with: what is before them is less than the rest. */
    public static final int LARGEST_LAST = LARGEST - (64 << 10);

    private final DataInputStream in;
    private final DataOutputStream out;

    /** A frame. */
    public record Frame(int kind, DataInputStream in) {}

    /** Writes a body. */
    public interface Body {
        /** What is in it. */
        void write(DataOutputStream out) throws IOException;
    }

    /** Of a watch whose checkpoint is larger than any may be. @param most bytes of one */
    public static String tooLarge(long most) {
        return "it remembers more than the "
                + (most >> 20)
                + " MiB that a checkpoint may have; group by less, or in shorter windows, or ask"
                + " the operator for more (watches.state)";
    }

    /** Over two streams of bytes. */
    public Wire(InputStream in, OutputStream out) {
        this.in = new DataInputStream(new BufferedInputStream(in, 64 << 10));
        this.out = new DataOutputStream(new BufferedOutputStream(out, 64 << 10));
    }

    /** Sends a frame. */
    public void send(int kind, Body body) throws IOException {
        frame(kind, body, null);
    }

    /** Sends a frame that ends with bytes after their number. */
    public void send(int kind, Body body, byte[] last) throws IOException {
        frame(kind, body, last);
    }

    private void frame(int kind, Body body, byte @Nullable [] last) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        body.write(new DataOutputStream(bytes));
        long length = bytes.size() + (last == null ? 0L : Integer.BYTES + (long) last.length);
        if (length > LARGEST) { // whoever receives it would end
            throw new IOException("a frame of " + length + " bytes, which nobody would read");
        }
        synchronized (out) {
            out.writeInt((int) length);
            out.writeByte(kind);
            bytes.writeTo(out);
            if (last != null) {
                bytes(out, last);
            }
            out.flush();
        }
    }

    /** Waits for the next frame. @throws java.io.EOFException when there is nobody any more */
    public Frame receive() throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LARGEST) {
            throw new IOException("a frame of " + length + " bytes");
        }
        int kind = in.readUnsignedByte();
        byte[] body = new byte[length];
        in.readFully(body);
        return new Frame(kind, new DataInputStream(new ByteArrayInputStream(body)));
    }

    /** A text. */
    public static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text. */
    public static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    /** Bytes after their number. */
    public static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Bytes after their number. */
    public static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LARGEST) {
            throw new IOException("a value of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }
}
