package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * The value of an attribute as a header of HTTP carries it (CloudEvents 1.0.2, HTTP binding,
 * 3.1.3.2): in double quotes or not, then percent-encoded UTF-8. Kafka's binding has the text
 * itself.
 */
final class EventAttribute {
    private EventAttribute() {}

    /**
     * Its text, in UTF-8.
     *
     * @param value chars that stand for bytes
     */
    static byte[] text(String name, String value) {
        byte[] bytes = decoded(unquoted(value).getBytes(ISO_8859_1));
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw Failure.malformed(
                    "The header ce-%s is not percent-encoded UTF-8. Nothing was published."
                            .formatted(name));
        }
        return bytes;
    }

    /** Without the quotes of RFC 9110, 5.6.4, which earlier versions asked for around spaces. */
    private static String unquoted(String value) {
        if (value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
            return value;
        }
        StringBuilder inner = new StringBuilder(value.length());
        int last = value.length() - 1;
        for (int i = 1; i < last; i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < last) {
                i++;
                c = value.charAt(i);
            }
            inner.append(c);
        }
        return inner.toString();
    }

    /** One round; a percent sign that begins no two digits stays what it is. */
    private static byte[] decoded(byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(value.length);
        for (int i = 0; i < value.length; i++) {
            int high = value[i] == '%' && i + 2 < value.length ? digit(value[i + 1]) : -1;
            int low = high < 0 ? -1 : digit(value[i + 2]);
            if (low < 0) {
                out.write(value[i]);
            } else {
                out.write(high << 4 | low);
                i += 2;
            }
        }
        return out.toByteArray();
    }

    private static int digit(byte of) {
        return Character.digit(of, 16);
    }
}
