package org.domicile.iam;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as RFC 8259 has it, and stricter: a name stands once in an object, a string is well-formed
 * Unicode, nothing follows the value, and it is at most {@link #DEEPEST} levels deep. Each value
 * knows where it begins, so that what is wrong with its meaning can be shown too.
 */
sealed interface Json {
    /** A policy needs six. */
    int DEEPEST = 16;

    int at();

    record Text(String value, int at) implements Json {}

    /** A number as it is written. */
    record Number(String text, int at) implements Json {}

    record Flag(boolean value, int at) implements Json {}

    record Nothing(int at) implements Json {}

    record Many(List<Json> elements, int at) implements Json {}

    record Fields(Map<String, Member> members, int at) implements Json {}

    /** A value in an object, and where its name begins. */
    record Member(int at, Json value) {}

    default String described() {
        return switch (this) {
            case Text _ -> "a string";
            case Number _ -> "a number";
            case Flag _ -> "a boolean";
            case Nothing _ -> "null";
            case Many _ -> "an array";
            case Fields _ -> "an object";
        };
    }

    static Json parse(Source source) throws IamException {
        Reader reader = new Reader(source);
        Json json = reader.value(0);
        reader.skipSpace();
        if (reader.index < source.text().length()) {
            throw reader.wrong("the end of the document");
        }
        return json;
    }

    /** Where the reading stands. */
    final class Reader {
        private final Source source;
        private final String text;
        private int index;

        private Reader(Source source) {
            this.source = source;
            text = source.text();
        }

        private void skipSpace() {
            while (index < text.length() && " \t\n\r".indexOf(text.charAt(index)) >= 0) {
                index++;
            }
        }

        private IamException wrong(String expected) {
            String found =
                    index < text.length()
                            ? "`" + Character.toString(text.codePointAt(index)) + "`"
                            : "the end of the document";
            return source.wrong(index, "in JSON, found " + found + ", expected " + expected);
        }

        private boolean skip(char c) {
            skipSpace();
            if (index < text.length() && text.charAt(index) == c) {
                index++;
                return true;
            }
            return false;
        }

        private Json value(int depth) throws IamException {
            skipSpace();
            if (index == text.length()) {
                throw wrong("a value");
            }
            if (depth == DEEPEST) {
                throw wrong("at most " + DEEPEST + " levels");
            }
            int at = index;
            return switch (text.charAt(index)) {
                case '{' -> fields(depth);
                case '[' -> many(depth);
                case '"' -> new Text(string(), at);
                case 't' -> word("true", new Flag(true, at));
                case 'f' -> word("false", new Flag(false, at));
                case 'n' -> word("null", new Nothing(at));
                default -> number();
            };
        }

        private Json word(String word, Json value) throws IamException {
            if (!text.startsWith(word, index)) {
                throw wrong("a value");
            }
            index += word.length();
            return value;
        }

        private Json fields(int depth) throws IamException {
            int at = index++;
            Map<String, Member> members = new LinkedHashMap<>();
            if (skip('}')) {
                return new Fields(members, at);
            }
            do {
                skipSpace();
                if (index == text.length() || text.charAt(index) != '"') {
                    throw wrong("a name in quotes");
                }
                int nameAt = index;
                String name = string();
                if (!skip(':')) {
                    throw wrong("`:`");
                }
                if (members.put(name, new Member(nameAt, value(depth + 1))) != null) {
                    throw source.wrong(nameAt, "the name \"" + name + "\" stands here twice");
                }
            } while (skip(','));
            if (!skip('}')) {
                throw wrong("`,` or `}`");
            }
            return new Fields(members, at);
        }

        private Json many(int depth) throws IamException {
            int at = index++;
            List<Json> elements = new ArrayList<>();
            if (skip(']')) {
                return new Many(elements, at);
            }
            do {
                elements.add(value(depth + 1));
            } while (skip(','));
            if (!skip(']')) {
                throw wrong("`,` or `]`");
            }
            return new Many(elements, at);
        }

        private String string() throws IamException {
            int from = index++;
            StringBuilder out = new StringBuilder();
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
                    throw source.wrong(from, "a string holds half of a surrogate pair");
                }
            }
            return out.toString();
        }

        private char escape() throws IamException {
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
                case 'u' -> unit();
                default -> {
                    index--;
                    throw wrong("an escape");
                }
            };
        }

        private char unit() throws IamException {
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
            return (char) unit;
        }

        private Json number() throws IamException {
            int from = index;
            skipOne("-");
            if (!skipOne("0") && !skipDigits()) {
                throw wrong("a value");
            }
            if (skipOne(".") && !skipDigits()) {
                throw wrong("a digit");
            }
            if (skipOne("eE")) {
                skipOne("+-");
                if (!skipDigits()) {
                    throw wrong("a digit");
                }
            }
            return new Number(text.substring(from, index), from);
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
