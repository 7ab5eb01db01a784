package org.domicile.ledger;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes JSON in the canonical form of RFC 8785, into one growing array: no white space, names
 * sorted by UTF-16 code units, strings escaped as little as possible, numbers as integers. Whoever
 * writes name by name keeps the order. Owned by one thread.
 */
final class JsonText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes;
    private int size;

    JsonText(int expected) {
        bytes = new byte[expected];
    }

    /** Text, numbers (long or int), lists and maps by name. */
    static byte[] of(Map<String, ?> value) {
        return new JsonText(512).value(value).done();
    }

    byte[] done() {
        return Arrays.copyOf(bytes, size);
    }

    /** ASCII as it stands. */
    @SuppressWarnings("deprecation") // getBytes(int…) is the one call that copies ASCII as it is
    JsonText raw(String ascii) {
        room(ascii.length());
        ascii.getBytes(0, ascii.length(), bytes, size);
        size += ascii.length();
        return this;
    }

    JsonText text(String value) {
        int length = value.length();
        room(length + 2);
        bytes[size++] = '"';
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                rest(value.substring(i));
                break;
            }
            plain(c, length - i);
        }
        room(1);
        bytes[size++] = '"';
        return this;
    }

    JsonText number(long value) {
        return raw(Long.toString(value));
    }

    JsonText base64(byte[] value) {
        byte[] encoded = Base64.getEncoder().encode(value);
        room(encoded.length + 2);
        bytes[size++] = '"';
        System.arraycopy(encoded, 0, bytes, size, encoded.length);
        size += encoded.length;
        bytes[size++] = '"';
        return this;
    }

    private JsonText value(Object value) {
        switch (value) {
            case String text -> text(text);
            case Long number -> number(number);
            case Integer number -> number(number);
            case List<?> list -> {
                String before = "[";
                for (Object each : list) {
                    raw(before).value(each);
                    before = ",";
                }
                raw(list.isEmpty() ? "[]" : "]");
            }
            case Map<?, ?> map -> {
                String before = "{";
                // String's order is that of UTF-16 code units, as RFC 8785 section 3.2.3 asks
                for (Map.Entry<?, ?> each : new TreeMap<>(map).entrySet()) {
                    raw(before).text((String) each.getKey()).raw(":").value(each.getValue());
                    before = ",";
                }
                raw(map.isEmpty() ? "{}" : "}");
            }
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
        return this;
    }

    private void rest(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < utf8.length; i++) {
            if (utf8[i] < 0) {
                room(utf8.length - i);
                bytes[size++] = utf8[i];
            } else {
                plain((char) utf8[i], utf8.length - i);
            }
        }
    }

    private void plain(char c, int toCome) {
        if (c >= 0x20 && c != '"' && c != '\\') {
            room(toCome);
            bytes[size++] = (byte) c;
            return;
        }
        room(6 + toCome);
        bytes[size++] = '\\';
        switch (c) {
            case '"', '\\' -> bytes[size++] = (byte) c;
            case '\b' -> bytes[size++] = 'b';
            case '\t' -> bytes[size++] = 't';
            case '\n' -> bytes[size++] = 'n';
            case '\f' -> bytes[size++] = 'f';
            case '\r' -> bytes[size++] = 'r';
            default -> {
                raw("u00");
                bytes[size++] = HEX[c >> 4];
                bytes[size++] = HEX[c & 15];
            }
        }
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
