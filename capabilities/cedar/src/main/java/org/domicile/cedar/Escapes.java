package org.domicile.cedar;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands between quotes: the escapes of the language, {@code \n \r \t \\ \0 \' \"}, {@code
 * \x41} up to 7f, and {@code \}{@code u{1F600}} with one to six hex digits.
 */
final class Escapes {
    private Escapes() {}

    static String unescape(String raw, Place at) throws CedarException {
        if (raw.indexOf('\\') < 0 && raw.indexOf('\r') < 0) {
            return raw;
        }
        Reading reading = new Reading(raw, at);
        StringBuilder text = new StringBuilder(raw.length());
        while (reading.more()) {
            text.appendCodePoint(reading.next());
        }
        return text.toString();
    }

    /**
     * A pattern of {@code like}: the texts between its wildcards. A star is a wildcard however it
     * is written, but for {@code \*}.
     */
    static Pattern pattern(String raw, Place at) throws CedarException {
        Reading reading = new Reading(raw, at);
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        while (reading.more()) {
            if (raw.startsWith("\\*", reading.index)) {
                reading.index += 2;
                part.append('*');
                continue;
            }
            int c = reading.next();
            if (c == '*') {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.appendCodePoint(c);
            }
        }
        parts.add(part.toString());
        return new Pattern(parts);
    }

    static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '"' -> out.append("\\\"");
                        case '\\' -> out.append("\\\\");
                        case '\n' -> out.append("\\n");
                        case '\r' -> out.append("\\r");
                        case '\t' -> out.append("\\t");
                        case 0 -> out.append("\\0");
                        default -> {
                            if (c < ' ' || c == 0x7f) {
                                out.append("\\u{").append(Integer.toHexString(c)).append('}');
                            } else {
                                out.appendCodePoint(c);
                            }
                        }
                    }
                });
        return out.append('"').toString();
    }

    private static final class Reading {
        private final String raw;
        private final Place at;
        private int index;

        Reading(String raw, Place at) {
            this.raw = raw;
            this.at = at;
        }

        boolean more() {
            return index < raw.length();
        }

        int next() throws CedarException {
            int c = raw.codePointAt(index);
            index += Character.charCount(c);
            if (c == '\r') {
                throw wrong("a carriage return in a string must be written \\r");
            }
            if (c != '\\') {
                return c;
            }
            if (!more()) {
                throw wrong("a string ends with a lone backslash");
            }
            char kind = raw.charAt(index++);
            return switch (kind) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case '0' -> 0;
                case '\\', '\'', '"' -> kind;
                case 'x' -> byteEscape();
                case 'u' -> unicodeEscape();
                default ->
                        throw wrong(
                                "\\"
                                        + kind
                                        + " is not an escape; expected one of \\n \\r \\t \\0 \\\\"
                                        + " \\' \\\" \\xNN \\u{N}");
            };
        }

        private int byteEscape() throws CedarException {
            int high = digit();
            int value = high * 16 + digit();
            if (value > 0x7f) {
                throw wrong("\\x reaches to 7f only; use \\u{" + Integer.toHexString(value) + "}");
            }
            return value;
        }

        private int digit() throws CedarException {
            int value = more() ? hex(raw.charAt(index++)) : -1;
            if (value < 0) {
                throw wrong("expected two hex digits after \\x");
            }
            return value;
        }

        private int unicodeEscape() throws CedarException {
            if (!more() || raw.charAt(index++) != '{') {
                throw wrong("expected { after \\u");
            }
            int value = 0;
            int digits = 0;
            while (true) {
                if (!more()) {
                    throw wrong("expected } at the end of \\u{");
                }
                char c = raw.charAt(index++);
                if (c == '}') {
                    break;
                }
                if (c == '_' && digits > 0) {
                    continue;
                }
                int digit = hex(c);
                if (digit < 0 || ++digits > 6) {
                    throw wrong("expected one to six hex digits in \\u{}");
                }
                value = value * 16 + digit;
            }
            if (digits == 0 || value > Character.MAX_CODE_POINT) {
                throw wrong("expected a code point up to 10ffff in \\u{}");
            }
            if (value >= 0xd800 && value <= 0xdfff) {
                throw wrong("\\u{" + Integer.toHexString(value) + "} is half of a surrogate pair");
            }
            return value;
        }

        private CedarException wrong(String problem) {
            return new CedarException(at, problem);
        }

        private static int hex(char c) {
            return c < 0x80 ? Character.digit(c, 16) : -1;
        }
    }
}
