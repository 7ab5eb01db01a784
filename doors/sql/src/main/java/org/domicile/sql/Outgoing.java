package org.domicile.sql;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Messages to the client, gathered until they are flushed or fill the buffer. Owned by the
 * connection's thread; {@link #stuckSince} alone is read by another.
 */
final class Outgoing {
    private static final int FULL = 64 << 10;
    private static final int USUAL = 96 << 10;

    private final OutputStream out;
    private final IntConsumer counts;
    private byte[] buffer = new byte[8 << 10];
    private int size;
    private int begun = -1;
    private volatile long writing;

    Outgoing(OutputStream out) {
        this(out, _ -> {});
    }

    /**
     * @param counts is told how many bytes go out
     */
    Outgoing(OutputStream out, IntConsumer counts) {
        this.out = out;
        this.counts = counts;
    }

    /** When a write began that has not ended, in System.nanoTime; 0 when none is under way. */
    long stuckSince() {
        return writing;
    }

    private void room(int more) {
        if (size + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
        }
    }

    /** Begins a message. */
    Outgoing begin(char kind) {
        room(5);
        buffer[size++] = (byte) kind;
        begun = size;
        size += 4;
        return this;
    }

    /** Ends it. */
    void end() throws IOException {
        int length = size - begun;
        put(begun, length);
        begun = -1;
        if (size >= FULL) {
            flush();
        }
    }

    /** Takes back a message that was begun. */
    void drop() {
        if (begun >= 0) {
            size = begun - 1;
            begun = -1;
        }
    }

    private void put(int at, int value) {
        buffer[at] = (byte) (value >>> 24);
        buffer[at + 1] = (byte) (value >>> 16);
        buffer[at + 2] = (byte) (value >>> 8);
        buffer[at + 3] = (byte) value;
    }

    Outgoing int32(int value) {
        room(4);
        put(size, value);
        size += 4;
        return this;
    }

    Outgoing int16(int value) {
        room(2);
        buffer[size++] = (byte) (value >>> 8);
        buffer[size++] = (byte) value;
        return this;
    }

    Outgoing int8(int value) {
        room(1);
        buffer[size++] = (byte) value;
        return this;
    }

    Outgoing bytes(byte[] bytes, int offset, int length) {
        room(length);
        System.arraycopy(bytes, offset, buffer, size, length);
        size += length;
        return this;
    }

    Outgoing bytes(byte[] bytes) {
        return bytes(bytes, 0, bytes.length);
    }

    /** Text with a zero at its end. */
    Outgoing text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8)).int8(0);
    }

    /** A value with its length before it. */
    Outgoing value(byte[] bytes) {
        return int32(bytes.length).bytes(bytes);
    }

    /** A whole number as digits, with its length before it. */
    Outgoing digits(long number) {
        room(4 + 20);
        int at = size + 4;
        if (number == Long.MIN_VALUE) {
            return value(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
        }
        long left = Math.abs(number);
        int count = 1;
        for (long ten = 10; count < 19 && left >= ten; ten *= 10) {
            count++;
        }
        int length = number < 0 ? count + 1 : count;
        if (number < 0) {
            buffer[at] = '-';
        }
        for (int i = at + length - 1; count > 0; i--, count--) {
            buffer[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
        put(size, length);
        size = at + length;
        return this;
    }

    /** Sends what was gathered. Messages that are not ended stay. */
    void flush() throws IOException {
        int whole = begun < 0 ? size : begun - 1;
        if (whole == 0) {
            return;
        }
        counts.accept(whole);
        writing = System.nanoTime() | 1;
        try {
            out.write(buffer, 0, whole);
            out.flush();
        } finally {
            writing = 0;
        }
        if (begun >= 0) {
            System.arraycopy(buffer, whole, buffer, 0, size - whole);
            begun -= whole;
        }
        size -= whole;
        if (size == 0 && buffer.length > USUAL * 4) {
            buffer = new byte[USUAL];
        }
    }

    /** One byte outside of any message: the answer to a question about TLS. */
    void single(char answer) throws IOException {
        out.write(answer);
        out.flush();
    }
}
