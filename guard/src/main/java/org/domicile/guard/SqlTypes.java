package org.domicile.guard;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.domicile.query.Answer;
import org.domicile.query.Change;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Target;
import org.domicile.query.Type;
import org.domicile.tables.Field;
import org.domicile.tables.Scan;

/**
 * Types of SQL and those of tables (Iceberg's table specification, "Primitive Types"). What a table
 * has no word for takes the next that loses nothing: small integers are int, unsigned ones the next
 * size, JSON and enumerations are string.
 */
final class SqlTypes {
    private SqlTypes() {}

    /** There is no such type in a table, or none that SQL writes. */
    static final class Untold extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Untold(String sentence) {
            super(sentence, null, false, false);
        }

        <T> Answer<T> failed() {
            return Answer.failed(Failure.NOT_HERE, String.valueOf(getMessage()));
        }
    }

    /** Columns of a question, as a table or a view of it has them. @param names of the first */
    static List<Field> fields(List<Column> columns, List<String> names) {
        List<Change.Made> named = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            named.add(
                    new Change.Made(
                            i < names.size() ? names.get(i) : columns.get(i).name(),
                            columns.get(i).type(),
                            Change.Presence.OPTIONAL));
        }
        return fields(named);
    }

    /** Columns of a table that is made. */
    static List<Field> fields(List<Change.Made> columns) {
        Set<String> seen = new HashSet<>();
        List<Field> fields = new ArrayList<>();
        for (Change.Made each : columns) {
            if (!seen.add(each.name().toLowerCase(Locale.ROOT))) {
                throw new Twice(each.name());
            }
            fields.add(
                    field(
                            each.name(),
                            form(each.name(), each.type()),
                            each.presence() == Change.Presence.REQUIRED
                                    ? Scan.Presence.REQUIRED
                                    : Scan.Presence.OPTIONAL));
        }
        return fields;
    }

    /** A name that stands twice. */
    static final class Twice extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Twice(String name) {
            super("column \"" + name + "\" specified more than once", null, false, false);
        }

        <T> Answer<T> failed() {
            return Answer.failed("42701", String.valueOf(getMessage()));
        }
    }

    private static Field field(String name, Field.Form form, Scan.Presence presence) {
        return new Field(0, name, List.of(name), form, presence, new Field.Initial.None(), "");
    }

    /**
     * @param column whose, for the sentence
     */
    static Field.Form form(String column, Type type) {
        return switch (type) {
            case Type.Decimal(int precision, int scale) ->
                    new Field.Form.Plain("decimal(" + precision + ", " + scale + ")");
            case Type.Array(Type element) ->
                    new Field.Form.Items(
                            field("element", form(column, element), Scan.Presence.OPTIONAL));
            case Type.Struct(List<Column> fields) ->
                    new Field.Form.Struct(
                            fields.stream()
                                    .map(each ->
                                            field(
                                                    each.name(),
                                                    form(column, each.type()),
                                                    Scan.Presence.OPTIONAL))
                                    .toList());
            case Type.Dictionary(Type key, Type value) ->
                    new Field.Form.Entries(
                            field("key", form(column, key), Scan.Presence.REQUIRED),
                            field("value", form(column, value), Scan.Presence.OPTIONAL));
            case Type.Simple simple -> new Field.Form.Plain(word(column, simple));
        };
    }

    private static String word(String column, Type.Simple type) {
        return switch (type) {
            case BOOLEAN -> "boolean";
            case TINYINT, SMALLINT, INTEGER, UTINYINT, USMALLINT -> "int";
            case BIGINT, UINTEGER -> "long";
            case UBIGINT -> "decimal(20, 0)";
            case HUGEINT, UHUGEINT -> "decimal(38, 0)";
            case FLOAT -> "float";
            case DOUBLE -> "double";
            case VARCHAR, JSON, UNKNOWN -> "string";
            case BLOB -> "binary";
            case DATE -> "date";
            case TIME -> "time";
            case TIMESTAMP -> "timestamp";
            case TIMESTAMPTZ -> "timestamptz";
            case UUID -> "uuid";
            case TIMETZ, INTERVAL ->
                    throw new Untold(
                            "A table has no type for "
                                    + type
                                    + ", which the column "
                                    + column
                                    + " would have; cast it.");
        };
    }

    /** A column of a file. @param from place of the statement's column, 0 for none */
    static Target.Slot slot(Field field, int from) {
        return new Target.Slot(field.name(), engine(field, field.form()), ids(field), from);
    }

    private static String engine(Field column, Field.Form form) {
        return switch (form) {
            case Field.Form.Plain(String word) -> engine(column, word.replace(" ", ""));
            case Field.Form.Struct(List<Field> fields) -> {
                StringBuilder text = new StringBuilder("STRUCT(");
                for (Field each : fields) {
                    text.append(text.charAt(text.length() - 1) == '(' ? "" : ", ")
                            .append(Target.quoted(each.name()))
                            .append(' ')
                            .append(engine(column, each.form()));
                }
                yield text.append(')').toString();
            }
            case Field.Form.Items(Field element) -> engine(column, element.form()) + "[]";
            case Field.Form.Entries(Field key, Field value) ->
                    "MAP(" + engine(column, key.form()) + ", " + engine(column, value.form()) + ")";
        };
    }

    private static String engine(Field column, String word) {
        return switch (word) {
            case "boolean" -> "BOOLEAN";
            case "int" -> "INTEGER";
            case "long" -> "BIGINT";
            case "float" -> "FLOAT";
            case "double" -> "DOUBLE";
            case "date" -> "DATE";
            case "time" -> "TIME";
            case "timestamp" -> "TIMESTAMP";
            case "timestamptz" -> "TIMESTAMP WITH TIME ZONE";
            case "timestamp_ns" -> "TIMESTAMP_NS";
            case "string" -> "VARCHAR";
            case "uuid" -> "UUID";
            case "binary" -> "BLOB";
            default -> {
                if (word.startsWith("decimal(")) {
                    yield word.toUpperCase(Locale.ROOT);
                }
                throw new Untold(
                        "SQL does not write the type "
                                + word
                                + ", which the column "
                                + column.name()
                                + " has.");
            }
        };
    }

    private static String ids(Field field) {
        return switch (field.form()) {
            case Field.Form.Plain _ -> Integer.toString(field.id());
            case Field.Form.Struct(List<Field> fields) -> {
                StringBuilder text = new StringBuilder("{__duckdb_field_id: ").append(field.id());
                for (Field each : fields) {
                    text.append(", ")
                            .append(Target.quoted(each.name()))
                            .append(": ")
                            .append(ids(each));
                }
                yield text.append('}').toString();
            }
            case Field.Form.Items(Field element) ->
                    "{__duckdb_field_id: " + field.id() + ", element: " + ids(element) + "}";
            case Field.Form.Entries(Field key, Field value) ->
                    "{__duckdb_field_id: "
                            + field.id()
                            + ", key: "
                            + ids(key)
                            + ", value: "
                            + ids(value)
                            + "}";
        };
    }
}
