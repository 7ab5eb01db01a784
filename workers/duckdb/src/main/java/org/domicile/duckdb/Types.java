package org.domicile.duckdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.domicile.query.Column;
import org.domicile.query.Type;
import org.jspecify.annotations.Nullable;

/** Reads types as the engine writes them: {@code STRUCT(a INTEGER, "b c" DECIMAL(18,3)[])}. */
final class Types {
    private final String text;
    private int at;

    private Types(String text) {
        this.text = text;
    }

    /** What is not known comes as text. */
    static Type of(String text) {
        Types types = new Types(text.strip());
        try {
            Type type = types.type();
            return types.at == types.text.length() ? type : Type.Simple.VARCHAR;
        } catch (IllegalArgumentException _) {
            return Type.Simple.VARCHAR;
        }
    }

    /** Of a parameter; anything fits where the engine does not say. */
    static Type parameter(@Nullable String text) {
        return text == null || text.isEmpty() ? Type.Simple.UNKNOWN : of(text);
    }

    private Type type() {
        Type type = one();
        while (at < text.length() && text.charAt(at) == '[') {
            at = text.indexOf(']', at) + 1;
            if (at == 0) {
                throw new IllegalArgumentException(text);
            }
            type = new Type.Array(type);
        }
        return type;
    }

    private Type one() {
        String word = word();
        return switch (word) {
            case "BOOLEAN" -> Type.Simple.BOOLEAN;
            case "TINYINT" -> Type.Simple.TINYINT;
            case "SMALLINT" -> Type.Simple.SMALLINT;
            case "INTEGER" -> Type.Simple.INTEGER;
            case "BIGINT" -> Type.Simple.BIGINT;
            case "HUGEINT" -> Type.Simple.HUGEINT;
            case "UTINYINT" -> Type.Simple.UTINYINT;
            case "USMALLINT" -> Type.Simple.USMALLINT;
            case "UINTEGER" -> Type.Simple.UINTEGER;
            case "UBIGINT" -> Type.Simple.UBIGINT;
            case "UHUGEINT" -> Type.Simple.UHUGEINT;
            case "FLOAT" -> Type.Simple.FLOAT;
            case "DOUBLE" -> Type.Simple.DOUBLE;
            case "BLOB" -> Type.Simple.BLOB;
            case "DATE" -> Type.Simple.DATE;
            case "TIME" -> zoned(Type.Simple.TIME, Type.Simple.TIMETZ);
            case "TIMESTAMP" -> zoned(Type.Simple.TIMESTAMP, Type.Simple.TIMESTAMPTZ);
            case "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" -> Type.Simple.TIMESTAMP;
            case "INTERVAL" -> Type.Simple.INTERVAL;
            case "UUID" -> Type.Simple.UUID;
            case "JSON" -> Type.Simple.JSON;
            case "\"NULL\"", "NULL", "UNKNOWN", "ANY" -> Type.Simple.UNKNOWN;
            case "DECIMAL" -> decimal();
            case "STRUCT" -> new Type.Struct(fields());
            case "MAP" -> dictionary();
            case "ENUM", "UNION" -> {
                skip();
                yield Type.Simple.VARCHAR;
            }
            default -> Type.Simple.VARCHAR;
        };
    }

    private Type zoned(Type without, Type with) {
        String rest = " WITH TIME ZONE";
        if (text.startsWith(rest, at)) {
            at += rest.length();
            return with;
        }
        return without;
    }

    private Type decimal() {
        expect('(');
        int precision = number();
        expect(',');
        int scale = number();
        expect(')');
        return new Type.Decimal(precision, scale);
    }

    private Type dictionary() {
        expect('(');
        Type key = type();
        expect(',');
        space();
        Type value = type();
        expect(')');
        return new Type.Dictionary(key, value);
    }

    private List<Column> fields() {
        List<Column> fields = new ArrayList<>();
        expect('(');
        while (peek() != ')') {
            space();
            String name = name();
            space();
            fields.add(new Column(name, type()));
            if (peek() == ',') {
                at++;
            }
        }
        expect(')');
        return fields;
    }

    private String name() {
        if (peek() != '"') {
            int start = at;
            while (peek() != ' ') {
                at++;
            }
            return text.substring(start, at);
        }
        StringBuilder name = new StringBuilder();
        at++;
        while (peek() != '"' || text.startsWith("\"\"", at)) {
            at += peek() == '"' ? 1 : 0;
            name.append(peek());
            at++;
        }
        at++;
        return name.toString();
    }

    /** What stands in parentheses, with quotes of both kinds in it. */
    private void skip() {
        expect('(');
        int depth = 1;
        while (depth > 0) {
            char each = peek();
            at++;
            if (each == '\'' || each == '"') {
                at = text.indexOf(each, at) + 1;
                if (at == 0) {
                    throw new IllegalArgumentException(text);
                }
            }
            depth += each == '(' ? 1 : each == ')' ? -1 : 0;
        }
    }

    private String word() {
        space();
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at))
                        || text.charAt(at) == '_'
                        || text.charAt(at) == '"')) {
            at++;
        }
        return text.substring(start, at).toUpperCase(Locale.ROOT);
    }

    private int number() {
        space();
        int start = at;
        while (Character.isDigit(peek())) {
            at++;
        }
        return Integer.parseInt(text.substring(start, at));
    }

    private void expect(char wanted) {
        space();
        if (peek() != wanted) {
            throw new IllegalArgumentException(text);
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw new IllegalArgumentException(text);
        }
        return text.charAt(at);
    }

    private void space() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }
}
