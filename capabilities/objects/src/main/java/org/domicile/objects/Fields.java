package org.domicile.objects;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.domicile.bytes.StorageFailure;

/** The fields of a record's value: big-endian numbers, byte strings and texts with their length. */
final class Fields {
    private Fields() {}

    /** Writes fields one after the other, the format byte first. */
    static final class Writer {
        private byte[] bytes;
        private int length;

        Writer(int format, int expected) {
            bytes = new byte[expected];
            u8(format);
        }

        Writer u8(int value) {
            room(1);
            bytes[length++] = (byte) value;
            return this;
        }

        Writer u16(int value) {
            return u8(value >>> 8).u8(value);
        }

        Writer u32(int value) {
            return u16(value >>> 16).u16(value);
        }

        Writer u64(long value) {
            return u32((int) (value >>> 32)).u32((int) value);
        }

        Writer raw(byte[] value) {
            room(value.length);
            System.arraycopy(value, 0, bytes, length, value.length);
            length += value.length;
            return this;
        }

        Writer bytes(byte[] value) {
            return u32(value.length).raw(value);
        }

        Writer text(String value) {
            return bytes(Layout.utf8(value));
        }

        byte[] done() {
            return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        }

        private void room(int more) {
            if (bytes.length - length < more) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
            }
        }
    }

    /**
     * Reads what a writer wrote; a value that ends too early is CORRUPT, another format FOREIGN.
     */
    static final class Reader {
        private final ByteBuffer bytes;
        private final String what;

        Reader(byte[] value, int format, String what) {
            this.bytes = ByteBuffer.wrap(value);
            this.what = what;
            int found = u8();
            if (found != format) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        what + " is of format " + found + ", and this program reads " + format);
            }
        }

        int u8() {
            return need(1).get() & 0xFF;
        }

        int u16() {
            return need(2).getShort() & 0xFFFF;
        }

        int u32() {
            return need(4).getInt();
        }

        long u64() {
            return need(8).getLong();
        }

        byte[] raw(int length) {
            byte[] value = new byte[need(length).remaining() < length ? 0 : length];
            bytes.get(value);
            return value;
        }

        byte[] bytes() {
            return raw(u32());
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        private ByteBuffer need(int length) {
            if (length < 0 || bytes.remaining() < length) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT,
                        what + " ends too early",
                        new BufferUnderflowException());
            }
            return bytes;
        }
    }
}
