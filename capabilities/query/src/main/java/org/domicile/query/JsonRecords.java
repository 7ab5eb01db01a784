package org.domicile.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Records of a JSON file one by one, as statements of the engine: those that are what their columns
 * say, and those that are not, with their number and why. The engine's own reader says of a broken
 * record only about where it is, and can leave none out; so it is asked this way where its reader
 * failed.
 *
 * <p>A record is broken where it is no JSON, no object, has a key twice, or a value that its column
 * cannot hold. A key that is not there is null, as the reader has it.
 */
final class JsonRecords {
    /** Characters of a value that a sentence shows. */
    private static final int SHOWN = 60;

    private JsonRecords() {}

    /** What a file is made of. */
    enum Shape {
        /** An object a line. */
        LINES,
        /** One array of objects. */
        ARRAY
    }

    /** By the first character that is no space. */
    static Shape shape(byte[] begin, int count) {
        for (int i = 0; i < count; i++) {
            if (begin[i] != ' ' && begin[i] != '\t' && begin[i] != '\r' && begin[i] != '\n') {
                return begin[i] == '[' ? Shape.ARRAY : Shape.LINES;
            }
        }
        return Shape.LINES;
    }

    /** What the columns seem to be, of the lines that are JSON. */
    static String guess(String path) {
        return "SELECT * FROM read_json("
                + literal(path)
                + ", format = 'newline_delimited', ignore_errors = true, sample_size = -1,"
                + " maximum_object_size = 67108864)";
    }

    /**
     * As whole numbers are meant: the engine guesses HUGEINT of a column that has one below zero
     * and one above, which as a table's column would be a decimal. One that does not fit is told.
     */
    static List<Column> signed(List<Column> guessed) {
        return guessed.stream().map(each -> new Column(each.name(), signed(each.type()))).toList();
    }

    private static Type signed(Type type) {
        return switch (type) {
            case Type.Simple simple ->
                    simple == Type.Simple.HUGEINT || simple == Type.Simple.UBIGINT
                            ? Type.Simple.BIGINT
                            : simple;
            case Type.Decimal decimal -> decimal;
            case Type.Array(Type element) -> new Type.Array(signed(element));
            case Type.Struct(List<Column> fields) -> new Type.Struct(signed(fields));
            case Type.Dictionary(Type key, Type value) ->
                    new Type.Dictionary(signed(key), signed(value));
        };
    }

    /** Whether the guess took no record for an object, since some line is none. */
    static boolean failed(List<Column> guessed) {
        return guessed.size() == 1
                && guessed.getFirst().name().equals("json")
                && guessed.getFirst().type() == Type.Simple.JSON;
    }

    /** The structure of the lines that are objects. */
    static String structure(String path) {
        return "SELECT 0, '', CAST(json_group_structure(CAST(l AS JSON)) AS VARCHAR) FROM ("
                + judged(path, Shape.LINES, List.of())
                + ") WHERE why IS NULL";
    }

    /** Columns of a structure. */
    static String structured(String structure) {
        return "SELECT unnest(json_transform('{}', " + literal(structure) + "))";
    }

    /** Records that are what their columns say. */
    static String good(String path, Shape shape, List<Intake.Named> columns) {
        String structure =
                columns.stream()
                        .map(each -> text(each.name()) + ": " + text(each.type()))
                        .collect(Collectors.joining(", ", "{", "}"));
        return columns.stream()
                        .map(each -> "s." + quoted(each.name()))
                        .collect(Collectors.joining(", ", "SELECT ", ""))
                + " FROM (SELECT json_transform(l, "
                + literal(structure)
                + ") AS s FROM ("
                + judged(path, shape, columns)
                + ") WHERE why IS NULL)";
    }

    /**
     * The others: number from 1, why, the record itself. Number 0 stands for an array that is none.
     */
    static String bad(String path, Shape shape, List<Intake.Named> columns, int most) {
        return "SELECT i, why, l FROM ("
                + judged(path, shape, columns)
                + ") WHERE why IS NOT NULL ORDER BY i LIMIT "
                + most;
    }

    private static String judged(String path, Shape shape, List<Intake.Named> columns) {
        List<String> cases = new ArrayList<>();
        cases.add("WHEN i = 0 THEN 'this is no JSON'");
        cases.add("WHEN NOT json_valid(l) THEN 'this is no JSON'");
        cases.add("WHEN json_type(l) <> 'OBJECT' THEN 'this is no JSON object'");
        cases.add(
                "WHEN len(json_keys(l)) <> len(list_distinct(json_keys(l)))"
                        + " THEN 'a key stands twice'");
        for (int i = 0; i < columns.size(); i++) {
            String value = "v[" + (i + 1) + "]";
            String holds = holds(value, new TypeText(columns.get(i).type()).read(), 0);
            if (!holds.equals("true")) {
                cases.add(
                        "WHEN NOT coalesce(%s, false) THEN %s || left(CAST(%s AS VARCHAR), %d)"
                                .formatted(
                                        holds,
                                        literal(
                                                "%s holds what is no %s: "
                                                        .formatted(
                                                                columns.get(i).name(),
                                                                columns.get(i)
                                                                        .type()
                                                                        .toLowerCase(Locale.ROOT))),
                                        value,
                                        SHOWN));
            }
        }
        String pointers =
                columns.stream()
                        .map(each -> literal(pointer(each.name())))
                        .collect(Collectors.joining(", ", "[", "]"));
        String values =
                columns.isEmpty()
                        ? "CAST([] AS JSON[])"
                        : "CASE WHEN json_valid(l) THEN json_extract(l, " + pointers + ") END";
        return "SELECT i, l, CASE "
                + String.join(" ", cases)
                + " END AS why FROM (SELECT i, l, "
                + values
                + " AS v FROM ("
                + records(path, shape)
                + ") WHERE i = 0 OR trim(l, ' ' || chr(9) || chr(13)) <> '')";
    }

    private static String records(String path, Shape shape) {
        String all =
                switch (shape) {
                    case LINES -> "string_split(content, chr(10))";
                    case ARRAY ->
                            "CASE WHEN json_valid(content) THEN"
                                    + " CAST(json_extract(content, '$[*]') AS VARCHAR[]) END";
                };
        return "SELECT generate_subscripts(a, 1) AS i, unnest(a) AS l FROM (SELECT "
                + all
                + " AS a FROM read_text("
                + literal(path)
                + "))"
                + (shape == Shape.ARRAY
                        ? " UNION ALL SELECT 0, '' FROM read_text("
                                + literal(path)
                                + ") WHERE NOT json_valid(content)"
                        : "");
    }

    /** Whether a column of this type can hold a value. @param depth tells variables apart */
    private static String holds(String value, Form form, int depth) {
        String nothing = "(%1$s IS NULL OR json_type(%1$s) = 'NULL' OR ".formatted(value);
        return switch (form) {
            case Form.Plain(String word) when word.equals("VARCHAR") || word.equals("JSON") ->
                    "true";
            case Form.Plain(String word) ->
                    nothing
                            + "TRY(json_transform_strict(%s, %s)) IS NOT NULL)"
                                    .formatted(value, literal(text(word)));
            case Form.Items(Form of) -> {
                String each = "x" + depth;
                yield nothing
                        + "(json_type(%1$s) = 'ARRAY' AND coalesce(list_bool_and(list_transform(json_extract(%1$s, '$[*]'), lambda %2$s: %3$s)), true)))"
                                .formatted(value, each, holds(each, of, depth + 1));
            }
            case Form.Fields(List<Intake.Named> fields) ->
                    nothing
                            + fields.stream()
                                    .map(field ->
                                            holds(
                                                    "json_extract(%s, %s)"
                                                            .formatted(
                                                                    value,
                                                                    literal(pointer(field.name()))),
                                                    new TypeText(field.type()).read(),
                                                    depth))
                                    .collect(
                                            Collectors.joining(
                                                    " AND ",
                                                    "(json_type(%s) = 'OBJECT' AND "
                                                            .formatted(value),
                                                    "))"));
        };
    }

    /** RFC 6901. */
    private static String pointer(String name) {
        return "/" + name.replace("~", "~0").replace("/", "~1");
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String quoted(String name) {
        return new TableName(List.of(name)).quoted();
    }

    /** A text of JSON. */
    private static String text(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char each : text.toCharArray()) {
            if (each == '"' || each == '\\') {
                out.append('\\').append(each);
            } else if (each < ' ') {
                out.append("\\u%04x".formatted((int) each));
            } else {
                out.append(each);
            }
        }
        return out.append('"').toString();
    }

    /** A type, as far as its values are looked into. */
    private sealed interface Form {
        /** As the engine writes it; a map, too. */
        record Plain(String word) implements Form {}

        record Items(Form of) implements Form {}

        record Fields(List<Intake.Named> fields) implements Form {}
    }

    /** Reads a type as the engine writes it. Used once. */
    private static final class TypeText {
        private final String text;

        TypeText(String text) {
            this.text = text.strip();
        }

        Form read() {
            if (text.endsWith("[]")) {
                return new Form.Items(new TypeText(text.substring(0, text.length() - 2)).read());
            }
            if (text.startsWith("STRUCT(") && text.endsWith(")")) {
                return new Form.Fields(fields(text.substring(7, text.length() - 1)));
            }
            return new Form.Plain(text);
        }

        /** Names and types between commas that stand outside parentheses and quotes. */
        private static List<Intake.Named> fields(String inner) {
            List<Intake.Named> fields = new ArrayList<>();
            int depth = 0;
            boolean within = false;
            int from = 0;
            for (int i = 0; i <= inner.length(); i++) {
                char each = i < inner.length() ? inner.charAt(i) : ',';
                within ^= each == '"';
                depth += within ? 0 : each == '(' ? 1 : each == ')' ? -1 : 0;
                if (each == ',' && depth == 0 && !within) {
                    fields.add(field(inner.substring(from, i).strip()));
                    from = i + 1;
                }
            }
            return fields;
        }

        private static Intake.Named field(String text) {
            boolean isQuoted = text.startsWith("\"");
            int end = isQuoted ? 1 : text.indexOf(' ');
            if (isQuoted) {
                while (text.charAt(end) != '"' || text.startsWith("\"\"", end)) {
                    end += text.charAt(end) == '"' ? 2 : 1;
                }
                end++;
            }
            String name = text.substring(0, end);
            return new Intake.Named(
                    isQuoted ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name,
                    text.substring(end).strip());
        }
    }
}
