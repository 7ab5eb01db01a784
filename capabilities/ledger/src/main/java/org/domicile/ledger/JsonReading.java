package org.domicile.ledger;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the JSON that {@link JsonText} writes: objects, arrays, strings, integers. Anything else in
 * an entry is a bug or damage, and throws.
 */
final class JsonReading {
    private static final int DEEPEST = 8;

    /** Digits that fit into 63 bits, whichever they are. */
    private static final int LONGEST_NUMBER = 18;

    private final byte[] bytes;
    private int at;

    /** Names of members, found in an entry's bytes without a text for each. */
    record Wanted(List<String> names, List<byte[]> ascii) {
        static Wanted of(String... names) {
            return new Wanted(
                    List.of(names),
                    Stream.of(names)
                            .map(each -> each.getBytes(StandardCharsets.US_ASCII))
                            .toList());
        }

        /** The name that stands there; empty when it is none of these. */
        private String find(byte[] bytes, int from, int to) {
            for (int i = 0; i < ascii.size(); i++) {
                byte[] name = ascii.get(i);
                if (name.length == to - from
                        && Arrays.equals(name, 0, name.length, bytes, from, to)) {
                    return names.get(i);
                }
            }
            return "";
        }
    }

    private JsonReading(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The object's members in order: {@code String}, {@code Long}, {@code List} or {@code Map}. */
    static Map<String, Object> object(byte[] bytes) {
        JsonReading reading = new JsonReading(bytes);
        if (!(reading.value(0) instanceof Map<?, ?> map) || reading.at != bytes.length) {
            throw reading.wrong();
        }
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((name, value) -> named.put((String) name, value));
        return named;
    }

    /**
     * The same, of the members that are wanted: the others are read over, which costs a fraction.
     * Texts of a use's entry are mostly commitments, and who counts uses does not want them.
     */
    static Map<String, Object> members(byte[] bytes, Wanted wanted) {
        JsonReading reading = new JsonReading(bytes);
        Map<String, Object> members = HashMap.newHashMap(wanted.names().size());
        reading.expect('{');
        if (reading.peek() == '}') {
            reading.at++;
        } else {
            do {
                reading.expect('"');
                int from = reading.at;
                reading.overText();
                String name = wanted.find(bytes, from, reading.at - 1);
                reading.expect(':');
                if (name.isEmpty()) {
                    reading.over(1);
                } else {
                    members.put(name, reading.value(1));
                }
            } while (reading.next() == ',');
            if (bytes[reading.at - 1] != '}') {
                throw reading.wrong();
            }
        }
        if (reading.at != bytes.length) {
            throw reading.wrong();
        }
        return members;
    }

    /** Reads over one value. */
    private void over(int depth) {
        if (depth > DEEPEST) {
            throw wrong();
        }
        switch (next()) {
            case '"' -> overText();
            case '{' -> overAll(depth, '}');
            case '[' -> overAll(depth, ']');
            default -> number();
        }
    }

    private void overText() {
        for (byte b = next(); b != '"'; b = next()) {
            if (b == '\\') {
                next();
            }
        }
    }

    private void overAll(int depth, char end) {
        if (peek() == end) {
            at++;
            return;
        }
        do {
            if (end == '}') {
                expect('"');
                overText();
                expect(':');
            }
            over(depth + 1);
        } while (next() == ',');
        if (bytes[at - 1] != end) {
            throw wrong();
        }
    }

    private Object value(int depth) {
        if (depth > DEEPEST) {
            throw wrong();
        }
        return switch (next()) {
            case '"' -> text();
            case '{' -> map(depth);
            case '[' -> list(depth);
            default -> number();
        };
    }

    private Map<String, Object> map(int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (peek() == '}') {
            at++;
            return map;
        }
        do {
            expect('"');
            String name = text();
            expect(':');
            map.put(name, value(depth + 1));
        } while (next() == ',');
        if (bytes[at - 1] != '}') {
            throw wrong();
        }
        return map;
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        if (peek() == ']') {
            at++;
            return list;
        }
        do {
            list.add(value(depth + 1));
        } while (next() == ',');
        if (bytes[at - 1] != ']') {
            throw wrong();
        }
        return list;
    }

    private String text() {
        int start = at;
        while (peek() != '"') {
            if (peek() == '\\') {
                return escaped(start);
            }
            at++;
        }
        String text = new String(bytes, start, at - start, StandardCharsets.UTF_8);
        at++;
        return text;
    }

    private String escaped(int start) {
        StringBuilder text = new StringBuilder();
        int from = start;
        while (peek() != '"') {
            if (bytes[at] != '\\') {
                at++;
                continue;
            }
            text.append(new String(bytes, from, at - from, StandardCharsets.UTF_8));
            at++;
            switch (next()) {
                case 'b' -> text.append('\b');
                case 't' -> text.append('\t');
                case 'n' -> text.append('\n');
                case 'f' -> text.append('\f');
                case 'r' -> text.append('\r');
                case 'u' -> {
                    at += 4;
                    peek();
                    String hex = new String(bytes, at - 4, 4, StandardCharsets.US_ASCII);
                    text.append((char) Integer.parseInt(hex, 16));
                }
                default -> text.append((char) bytes[at - 1]);
            }
            from = at;
        }
        text.append(new String(bytes, from, at - from, StandardCharsets.UTF_8));
        at++;
        return text.toString();
    }

    private Long number() {
        int start = at - 1;
        while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        boolean negative = bytes[start] == '-';
        int first = negative ? start + 1 : start;
        if (first == at
                || at - first > LONGEST_NUMBER
                || bytes[first] < '0'
                || bytes[first] > '9') {
            throw wrong();
        }
        long number = 0;
        for (int i = first; i < at; i++) {
            number = 10 * number + (bytes[i] - '0');
        }
        return negative ? -number : number;
    }

    private byte peek() {
        if (at >= bytes.length) {
            throw wrong();
        }
        return bytes[at];
    }

    private byte next() {
        byte b = peek();
        at++;
        return b;
    }

    private void expect(char c) {
        if (next() != c) {
            throw wrong();
        }
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not an entry's JSON at byte " + at);
    }
}
