package org.domicile.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the JSON of a Domicile entry (RFC 8259 without fractions, exponents, {@code true}, {@code
 * false}, {@code null} and white space, none of which an entry has): texts, whole numbers, lists
 * and objects. A name that stands twice is refused: two readers could understand two things.
 */
final class EntryJson {
    private static final int DEEPEST = 8;
    private static final int LONGEST_NUMBER = 18;

    private final String text;
    private int at;

    private EntryJson(String text) {
        this.text = text;
    }

    /** The members; empty when it is not such an object, whole. */
    static Optional<Map<?, ?>> object(byte[] entry) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(entry)).toString();
            EntryJson json = new EntryJson(text);
            return json.value(0) instanceof Map<?, ?> map && json.at == text.length()
                    ? Optional.of(map)
                    : Optional.empty();
        } catch (CharacterCodingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Object value(int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("too deep");
        }
        return switch (next()) {
            case '"' -> string();
            case '{' -> map(depth);
            case '[' -> list(depth);
            default -> number();
        };
    }

    private Map<String, Object> map(int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (took('}')) {
            return map;
        }
        do {
            expect('"');
            String name = string();
            expect(':');
            if (map.put(name, value(depth + 1)) != null) {
                throw new IllegalArgumentException("twice");
            }
        } while (took(','));
        expect('}');
        return map;
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        if (took(']')) {
            return list;
        }
        do {
            list.add(value(depth + 1));
        } while (took(','));
        expect(']');
        return list;
    }

    private Long number() {
        int from = at - 1;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        int first = text.charAt(from) == '-' ? from + 1 : from;
        boolean whole =
                first < at
                        && isDigit(text.charAt(first))
                        && (text.charAt(first) != '0' || at == first + 1);
        if (!whole || at - from > LONGEST_NUMBER) {
            throw new IllegalArgumentException("no number");
        }
        return Long.parseLong(text, from, at, 10);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private String string() {
        int from = at;
        for (char c = next(); c != '"'; c = next()) {
            if (c == '\\') {
                return escapedFrom(from);
            }
            if (c < ' ') {
                throw new IllegalArgumentException("a control character");
            }
        }
        return text.substring(from, at - 1);
    }

    /** The text that begins there and has an escape at the place reached. */
    private String escapedFrom(int from) {
        StringBuilder string = new StringBuilder(text.substring(from, --at));
        for (char c = next(); c != '"'; c = next()) {
            if (c < ' ') {
                throw new IllegalArgumentException("a control character");
            }
            string.append(c == '\\' ? escaped() : c);
        }
        return string.toString();
    }

    private char escaped() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                String digits = "" + next() + next() + next() + next();
                if (!digits.matches("[0-9a-fA-F]{4}")) {
                    throw new IllegalArgumentException("no code");
                }
                yield (char) Integer.parseInt(digits, 16);
            }
            default -> throw new IllegalArgumentException("no escape");
        };
    }

    private char next() {
        if (at == text.length()) {
            throw new IllegalArgumentException("it ends");
        }
        return text.charAt(at++);
    }

    private boolean took(char c) {
        boolean is = at < text.length() && text.charAt(at) == c;
        at += is ? 1 : 0;
        return is;
    }

    private void expect(char c) {
        if (next() != c) {
            throw new IllegalArgumentException("no " + c);
        }
    }
}
