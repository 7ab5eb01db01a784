package org.domicile.s3;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoded text of URLs (RFC 3986, section 2.1) as S3 reads and writes it. What is decoded
 * has to be UTF-8, strictly: two spellings of one key would be two objects.
 */
final class Percent {
    /** What a plus sign stands for. */
    enum Plus {
        /** Itself: in a path. */
        PLUS,
        /** A space: in a query. */
        SPACE
    }

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final boolean[] PLAIN = new boolean[128];

    static {
        for (char c = 0; c < 128; c++) {
            PLAIN[c] =
                    c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= '9'
                            || "-_.~/".indexOf(c) >= 0;
        }
    }

    private Percent() {}

    /**
     * Decodes; a char of {@code raw} is a byte of the wire.
     *
     * @throws Failure INVALID_URI for a broken escape, and for bytes that are not UTF-8
     */
    static String decode(String raw, Plus plus) {
        if (plain(raw, plus)) {
            return raw;
        }
        byte[] bytes = new byte[raw.length()];
        int size = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes[size++] = (byte) escaped(raw, i);
                i += 2;
            } else {
                bytes[size++] = c == '+' && plus == Plus.SPACE ? (byte) ' ' : (byte) c;
            }
        }
        return utf8(bytes, size);
    }

    /**
     * The byte that the escape at {@code at} stands for.
     *
     * @throws Failure INVALID_URI when it is none
     */
    static int escaped(String raw, int at) {
        int high = at + 2 < raw.length() ? digit(raw.charAt(at + 1)) : -1;
        int low = at + 2 < raw.length() ? digit(raw.charAt(at + 2)) : -1;
        if (high < 0 || low < 0) {
            throw new Failure(
                    ErrorCode.INVALID_URI,
                    "A % in the URI is not followed by two hexadecimal digits.");
        }
        return high << 4 | low;
    }

    /** Whether a byte stands for itself everywhere (RFC 3986, section 2.3). */
    static boolean unreserved(int c) {
        return c < 128 && c != '/' && PLAIN[c];
    }

    /** Character.digit would take full-width and other scripts' digits too. */
    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' && c < 0x80 ? letter - 'a' + 10 : -1;
    }

    private static boolean plain(String raw, Plus plus) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%' || c >= 0x80 || c == '+' && plus == Plus.SPACE) {
                return false;
            }
        }
        return true;
    }

    private static String utf8(byte[] bytes, int size) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, size))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Failure(
                    ErrorCode.INVALID_URI,
                    "The URI holds bytes that are not UTF-8; names here are UTF-8.");
        }
    }

    /** As {@code encoding-type=url} wants names: everything but unreserved characters and '/'. */
    static String encode(String text) {
        int at = 0;
        while (at < text.length() && text.charAt(at) < 128 && PLAIN[text.charAt(at)]) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[3 * utf8.length];
        int size = 0;
        for (byte b : utf8) {
            if (b >= 0 && PLAIN[b]) {
                out[size++] = b;
            } else {
                out[size++] = '%';
                out[size++] = HEX[(b & 0xf0) >> 4];
                out[size++] = HEX[b & 15];
            }
        }
        return new String(out, 0, size, StandardCharsets.ISO_8859_1);
    }

    /** Bytes that a text has in UTF-8. */
    static int length(String text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                length += Character.isSurrogate(c) || c < 0x800 ? 1 : 2;
            }
        }
        return length;
    }
}
