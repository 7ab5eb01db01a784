package org.domicile.cedar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as RFC 8259 has it, and stricter: a key stands once in an object, a string is well-formed
 * Unicode, nothing follows the value, and it is at most {@link #DEEPEST} levels deep.
 */
sealed interface Json {
    int DEEPEST = 128;

    record Text(String value) implements Json {}

    record Whole(long value) implements Json {}

    /** A number that is not a whole one of 64 bits. */
    record Fraction(String text) implements Json {}

    record Flag(boolean value) implements Json {}

    record Nothing() implements Json {}

    record Many(List<Json> elements) implements Json {}

    record Fields(Map<String, Json> values) implements Json {}

    default String described() {
        return switch (this) {
            case Text _ -> "a string";
            case Whole _ -> "a number";
            case Fraction(String text) -> "the number " + text;
            case Flag _ -> "a boolean";
            case Nothing _ -> "null";
            case Many _ -> "an array";
            case Fields _ -> "an object";
        };
    }

    static Json parse(String text) throws CedarException {
        Reader reader = new Reader(text);
        Json json = reader.value(0);
        reader.skipSpace();
        if (reader.index < text.length()) {
            throw reader.wrong("the end of the document");
        }
        return json;
    }

    /** Where the reading stands. */
    final class Reader {
        private final String text;
        private int index;

        private Reader(String text) {
            this.text = text;
        }

        private void skipSpace() {
            while (index < text.length() && " \t\n\r".indexOf(text.charAt(index)) >= 0) {
                index++;
            }
        }

        private CedarException wrong(String expected) {
            int line = 1;
            int start = 0;
            for (int i = 0; i < Math.min(index, text.length()); i++) {
                if (text.charAt(i) == '\n') {
                    line++;
                    start = i + 1;
                }
            }
            String found =
                    index < text.length()
                            ? "`" + Character.toString(text.codePointAt(index)) + "`"
                            : "the end of the document";
            return new CedarException(
                    new Place(line, index - start + 1),
                    "in JSON, found " + found + ", expected " + expected);
        }

        private boolean skip(char c) {
            skipSpace();
            if (index < text.length() && text.charAt(index) == c) {
                index++;
                return true;
            }
            return false;
        }

        private Json value(int depth) throws CedarException {
            skipSpace();
            if (index == text.length()) {
                throw wrong("a value");
            }
            if (depth == DEEPEST) {
                throw wrong("at most " + DEEPEST + " levels");
            }
            char c = text.charAt(index);
            return switch (c) {
                case '{' -> fields(depth);
                case '[' -> many(depth);
                case '"' -> new Text(string());
                case 't' -> word("true", new Flag(true));
                case 'f' -> word("false", new Flag(false));
                case 'n' -> word("null", new Nothing());
                default -> number();
            };
        }

        private Json word(String word, Json value) throws CedarException {
            if (!text.startsWith(word, index)) {
                throw wrong("a value");
            }
            index += word.length();
            return value;
        }

        private Json fields(int depth) throws CedarException {
            index++;
            Map<String, Json> values = new LinkedHashMap<>();
            if (skip('}')) {
                return new Fields(values);
            }
            do {
                skipSpace();
                if (index == text.length() || text.charAt(index) != '"') {
                    throw wrong("a key in quotes");
                }
                String key = string();
                if (!skip(':')) {
                    throw wrong("`:`");
                }
                if (values.put(key, value(depth + 1)) != null) {
                    throw wrong("the key " + Escapes.quoted(key) + " only once");
                }
            } while (skip(','));
            if (!skip('}')) {
                throw wrong("`,` or `}`");
            }
            return new Fields(values);
        }

        private Json many(int depth) throws CedarException {
            index++;
            List<Json> elements = new ArrayList<>();
            if (skip(']')) {
                return new Many(elements);
            }
            do {
                elements.add(value(depth + 1));
            } while (skip(','));
            if (!skip(']')) {
                throw wrong("`,` or `]`");
            }
            return new Many(elements);
        }

        private String string() throws CedarException {
            StringBuilder out = new StringBuilder();
            index++;
            while (true) {
                if (index == text.length()) {
                    throw wrong("a closing quote");
                }
                char c = text.charAt(index);
                if (c == '"') {
                    index++;
                    break;
                }
                if (c < ' ') {
                    throw wrong("no control character in a string");
                }
                index++;
                out.append(c == '\\' ? escape() : c);
            }
            for (int i = 0; i < out.length(); i++) {
                if (Character.isHighSurrogate(out.charAt(i))
                        && i + 1 < out.length()
                        && Character.isLowSurrogate(out.charAt(i + 1))) {
                    i++;
                } else if (Character.isSurrogate(out.charAt(i))) {
                    throw wrong("no half of a surrogate pair in the string before");
                }
            }
            return out.toString();
        }

        private char escape() throws CedarException {
            if (index == text.length()) {
                throw wrong("an escape");
            }
            char kind = text.charAt(index++);
            return switch (kind) {
                case '"', '\\', '/' -> kind;
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> {
                    int unit = 0;
                    for (int i = 0; i < 4; i++) {
                        int digit =
                                index < text.length() && text.charAt(index) < 0x80
                                        ? Character.digit(text.charAt(index), 16)
                                        : -1;
                        if (digit < 0) {
                            throw wrong("four hex digits");
                        }
                        unit = unit * 16 + digit;
                        index++;
                    }
                    yield (char) unit;
                }
                default -> {
                    index--;
                    throw wrong("an escape");
                }
            };
        }

        private Json number() throws CedarException {
            int from = index;
            skipOne("-");
            if (!skipOne("0") && !skipDigits()) {
                throw wrong("a value");
            }
            boolean whole = true;
            if (skipOne(".")) {
                whole = false;
                if (!skipDigits()) {
                    throw wrong("a digit");
                }
            }
            if (skipOne("eE")) {
                whole = false;
                skipOne("+-");
                if (!skipDigits()) {
                    throw wrong("a digit");
                }
            }
            String number = text.substring(from, index);
            if (whole) {
                try {
                    return new Whole(Long.parseLong(number));
                } catch (NumberFormatException e) {
                    // more than 64 bits
                    return new Fraction(number);
                }
            }
            return new Fraction(number);
        }

        private boolean skipOne(String anyOf) {
            if (index < text.length() && anyOf.indexOf(text.charAt(index)) >= 0) {
                index++;
                return true;
            }
            return false;
        }

        private boolean skipDigits() {
            int from = index;
            while (skipOne("0123456789")) {
                // on
            }
            return index > from;
        }
    }
}
