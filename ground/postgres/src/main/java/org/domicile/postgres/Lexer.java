package org.domicile.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * SQL into words, as PostgreSQL 15's manual has it in section 4.1, which is DuckDB's too: its lexer
 * is the same. Strings and comments that do not end are 42601.
 */
public final class Lexer {
    private static final String OPERATORS = "+-*/<>=~!@#%^&|`?";
    private static final int MOST = 1_000_000;

    private final String text;
    private int at;

    private Lexer(String text) {
        this.text = text;
    }

    /** All words, and an end behind them. */
    public static List<Token> words(String text) {
        Lexer lexer = new Lexer(text);
        List<Token> all = new ArrayList<>();
        Token token;
        do {
            token = lexer.next();
            all.add(token);
            if (all.size() > MOST) {
                throw new SqlError("54000", "the statement has too many words");
            }
        } while (token.kind() != Token.Kind.END);
        return all;
    }

    /**
     * The statements of a simple query, without their semicolons; empty ones are left out.
     *
     * @return each with the index of its first char in the whole
     */
    public static List<Piece> statements(String text) {
        List<Piece> all = new ArrayList<>();
        int from = -1;
        int to = 0;
        for (Token token : words(text)) {
            if (token.kind() == Token.Kind.END || token.sign(";")) {
                if (from >= 0) {
                    all.add(new Piece(text.substring(from, to), from));
                }
                from = -1;
            } else {
                from = from < 0 ? token.start() : from;
                to = token.end();
            }
        }
        return all;
    }

    /** A statement and where it stands. */
    public record Piece(String text, int start) {}

    private SqlError wrong(String sentence, int where) {
        return new SqlError("42601", sentence, where + 1);
    }

    private char ahead(int distance) {
        return at + distance < text.length() ? text.charAt(at + distance) : '\0';
    }

    private Token next() {
        blank();
        int start = at;
        if (at >= text.length()) {
            return new Token(Token.Kind.END, "", start, start);
        }
        char c = text.charAt(at);
        if (c == '\'') {
            at++;
            return string(start, quoted('\'', false));
        }
        if ((c == 'e' || c == 'E') && ahead(1) == '\'') {
            at += 2;
            return string(start, quoted('\'', true));
        }
        if ("bBxXnN".indexOf(c) >= 0 && ahead(1) == '\'') {
            at += 2;
            return string(start, quoted('\'', false));
        }
        if (c == '"') {
            at++;
            String name = quoted('"', false);
            if (name.isEmpty()) {
                throw wrong("zero-length delimited identifier", start);
            }
            return new Token(Token.Kind.QUOTED, name, start, at);
        }
        if (c == '$') {
            return dollar(start);
        }
        if (letter(c)) {
            while (at < text.length()
                    && (letter(text.charAt(at))
                            || digit(text.charAt(at))
                            || text.charAt(at) == '$')) {
                at++;
            }
            return new Token(
                    Token.Kind.WORD, text.substring(start, at).toLowerCase(Locale.ROOT), start, at);
        }
        if (digit(c) || c == '.' && digit(ahead(1))) {
            return number(start);
        }
        return sign(start);
    }

    private Token string(int start, String value) {
        // strings with a line end between them are one
        int end = at;
        while (true) {
            int before = at;
            blank();
            boolean line = text.substring(before, at).indexOf('\n') >= 0;
            if (!line || ahead(0) != '\'') {
                at = before;
                return new Token(Token.Kind.STRING, value, start, end);
            }
            at++;
            value += quoted('\'', false);
            end = at;
        }
    }

    private String quoted(char quote, boolean escapes) {
        int start = at - 1;
        StringBuilder value = new StringBuilder();
        while (true) {
            if (at >= text.length()) {
                throw wrong(
                        quote == '"'
                                ? "unterminated quoted identifier"
                                : "unterminated quoted string",
                        start);
            }
            char c = text.charAt(at++);
            if (c == quote) {
                if (ahead(0) != quote) {
                    return value.toString();
                }
                at++;
                value.append(quote);
            } else if (c == '\\' && escapes && at < text.length()) {
                escape(value);
            } else {
                value.append(c);
            }
        }
    }

    private void escape(StringBuilder value) {
        char c = text.charAt(at++);
        switch (c) {
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            case 'r' -> value.append('\r');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'x' -> value.appendCodePoint(digits(16, 2));
            case 'u' -> value.appendCodePoint(digits(16, 4));
            case 'U' -> value.appendCodePoint(Math.min(digits(16, 8), Character.MAX_CODE_POINT));
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                value.appendCodePoint(digits(8, 3));
            }
            default -> value.append(c);
        }
    }

    private int digits(int radix, int most) {
        int number = 0;
        for (int i = 0; i < most && Character.digit(ahead(0), radix) >= 0; i++) {
            number = number * radix + Character.digit(text.charAt(at++), radix);
        }
        return Math.max(0, number);
    }

    /** {@code $1}, or a string between {@code $tag$}. */
    private Token dollar(int start) {
        at++;
        if (digit(ahead(0))) {
            while (digit(ahead(0))) {
                at++;
            }
            return new Token(Token.Kind.PARAMETER, text.substring(start + 1, at), start, at);
        }
        int end = at;
        while (end < text.length() && (letter(text.charAt(end)) || digit(text.charAt(end)))) {
            end++;
        }
        if (end >= text.length() || text.charAt(end) != '$') {
            return new Token(Token.Kind.SIGN, "$", start, at);
        }
        String tag = text.substring(start, end + 1);
        int close = text.indexOf(tag, end + 1);
        if (close < 0) {
            throw wrong("unterminated dollar-quoted string", start);
        }
        at = close + tag.length();
        return new Token(Token.Kind.STRING, text.substring(end + 1, close), start, at);
    }

    private Token number(int start) {
        while (digit(ahead(0)) || ahead(0) == '_') {
            at++;
        }
        if (ahead(0) == '.' && ahead(1) != '.') {
            at++;
            while (digit(ahead(0))) {
                at++;
            }
        }
        if (ahead(0) == 'e' || ahead(0) == 'E') {
            int sign = ahead(1) == '+' || ahead(1) == '-' ? 1 : 0;
            if (digit(ahead(1 + sign))) {
                at += 1 + sign;
                while (digit(ahead(0))) {
                    at++;
                }
            }
        }
        return new Token(Token.Kind.NUMBER, text.substring(start, at), start, at);
    }

    private Token sign(int start) {
        if (text.startsWith("::", at) || text.startsWith(":=", at)) {
            at += 2;
        } else if (OPERATORS.indexOf(text.charAt(at)) >= 0) {
            at++;
            while (at < text.length()
                    && OPERATORS.indexOf(text.charAt(at)) >= 0
                    && !text.startsWith("--", at)
                    && !text.startsWith("/*", at)) {
                at++;
            }
            while (at - start > 1
                    && "+-".indexOf(text.charAt(at - 1)) >= 0
                    && text.substring(start, at)
                            .chars()
                            .noneMatch(c -> "~!@#%^&|`?".indexOf(c) >= 0)) {
                at--;
            }
        } else {
            at++;
        }
        return new Token(Token.Kind.SIGN, text.substring(start, at), start, at);
    }

    private void blank() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == '\ufeff') {
                at++;
            } else if (text.startsWith("--", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                comment();
            } else {
                return;
            }
        }
    }

    private void comment() {
        int start = at;
        int depth = 0;
        do {
            if (at >= text.length()) {
                throw wrong("unterminated /* comment", start);
            }
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0);
    }

    private static boolean letter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
