package org.domicile.objects;

import java.nio.BufferUnderflowException;
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
     * Reads what a writer wrote; a value that ends too early is CORRUPT, a newer format FOREIGN.
     */
    static final class Reader {
        private final byte[] bytes;
        private final String what;
        private final int format;
        private int at;

        /**
         * @param newest the newest format that there is; 1 is the oldest
         */
        Reader(byte[] value, int newest, String what) {
            this.bytes = value;
            this.what = what;
            this.format = u8();
            if (format < 1 || format > newest) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        what
                                + " is of format "
                                + format
                                + ", and this program reads up to "
                                + newest);
            }
        }

        int format() {
            return format;
        }

        int u8() {
            return bytes[step(1)] & 0xFF;
        }

        int u16() {
            int from = step(2);
            return (bytes[from] & 0xFF) << 8 | (bytes[from + 1] & 0xFF);
        }

        int u32() {
            return (int) number(4);
        }

        long u64() {
            return number(8);
        }

        byte[] raw(int length) {
            int from = step(length);
            return Arrays.copyOfRange(bytes, from, from + length);
        }

        byte[] bytes() {
            return raw(u32());
        }

        String text() {
            int length = u32();
            return new String(bytes, step(length), length, StandardCharsets.UTF_8);
        }

        private long number(int length) {
            int from = step(length);
            long number = 0;
            for (int i = from; i < from + length; i++) {
                number = number << 8 | (bytes[i] & 0xFF);
            }
            return number;
        }

        /** Steps over so many bytes; where they begin. */
        private int step(int length) {
            if (length < 0 || bytes.length - at < length) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT,
                        what + " ends too early",
                        new BufferUnderflowException());
            }
            int from = at;
            at += length;
            return from;
        }
    }
}
