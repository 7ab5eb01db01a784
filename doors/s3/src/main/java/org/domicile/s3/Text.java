package org.domicile.s3;

import java.util.Arrays;

/** Bytes to be signed, as they grow. A char stands for a byte. Owned by one thread. */
final class Text {
    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private byte[] bytes;
    private int length;

    Text(int capacity) {
        bytes = new byte[capacity];
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    Text clear() {
        length = 0;
        return this;
    }

    // The four-argument getBytes drops each char's high byte, which is empty in all that arrives
    // over the wire, and copies in one step what an encoder would look at char by char.
    @SuppressWarnings("deprecation")
    Text add(String text) {
        int more = text.length();
        room(more);
        text.getBytes(0, more, bytes, length);
        length += more;
        return this;
    }

    Text add(char c) {
        room(1);
        bytes[length++] = (byte) c;
        return this;
    }

    /** Lower-case hexadecimal digits. */
    Text hex(byte[] raw) {
        room(2 * raw.length);
        for (byte b : raw) {
            bytes[length++] = HEX[(b >> 4) & 15];
            bytes[length++] = HEX[b & 15];
        }
        return this;
    }

    Text add(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /** A header's value: no blanks around it, and every run of blanks inside is one space. */
    Text value(String value) {
        int end = value.length();
        room(end);
        boolean blank = false;
        int start = length;
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (c == ' ' || c == '\t') {
                blank = true;
                continue;
            }
            if (blank && length > start) {
                bytes[length++] = ' ';
            }
            blank = false;
            bytes[length++] = (byte) c;
        }
        return this;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    static byte[] hexOf(byte[] raw) {
        return new Text(2 * raw.length).hex(raw).bytes;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
