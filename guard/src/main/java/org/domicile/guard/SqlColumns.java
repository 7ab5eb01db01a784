package org.domicile.guard;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.query.Field;
import org.domicile.query.Type;
import org.domicile.query.Wanted;
import org.domicile.tables.Filter;

/** What the catalog says of tables, in the words of SQL, and the other way round. */
final class SqlColumns {
    private static final Pattern DECIMAL = Pattern.compile("decimal\\((\\d+),(\\d+)\\)");

    private SqlColumns() {}

    static List<Field> of(List<org.domicile.tables.Field> fields) {
        return fields.stream().map(SqlColumns::of).toList();
    }

    private static Field of(org.domicile.tables.Field field) {
        return new Field(
                field.id(),
                field.name(),
                field.names(),
                form(field.form()),
                switch (field.initial()) {
                    case org.domicile.tables.Field.Initial.None() -> new Field.Initial.None();
                    case org.domicile.tables.Field.Initial.Text(String text) ->
                            new Field.Initial.Text(text);
                });
    }

    private static Field.Form form(org.domicile.tables.Field.Form form) {
        return switch (form) {
            case org.domicile.tables.Field.Form.Plain(String word) -> plain(word);
            case org.domicile.tables.Field.Form.Struct(List<org.domicile.tables.Field> fields) ->
                    new Field.Form.Struct(of(fields));
            case org.domicile.tables.Field.Form.Items(org.domicile.tables.Field element) ->
                    new Field.Form.Items(of(element));
            case org.domicile.tables.Field.Form.Entries(
                            org.domicile.tables.Field key,
                            org.domicile.tables.Field value) ->
                    new Field.Form.Entries(of(key), of(value));
        };
    }

    private static Field.Form plain(String word) {
        Matcher decimal = DECIMAL.matcher(word);
        if (decimal.matches()) {
            return new Field.Form.Plain(
                    new Type.Decimal(
                            Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2))),
                    "DECIMAL" + word.substring("decimal".length()));
        }
        if (word.startsWith("fixed[")) {
            return new Field.Form.Plain(Type.Simple.BLOB, "BLOB");
        }
        return switch (word) {
            case "boolean" -> new Field.Form.Plain(Type.Simple.BOOLEAN, "BOOLEAN");
            case "int" -> new Field.Form.Plain(Type.Simple.INTEGER, "INTEGER");
            case "long" -> new Field.Form.Plain(Type.Simple.BIGINT, "BIGINT");
            case "float" -> new Field.Form.Plain(Type.Simple.FLOAT, "FLOAT");
            case "double" -> new Field.Form.Plain(Type.Simple.DOUBLE, "DOUBLE");
            case "date" -> new Field.Form.Plain(Type.Simple.DATE, "DATE");
            case "time" -> new Field.Form.Plain(Type.Simple.TIME, "TIME");
            case "timestamp" -> new Field.Form.Plain(Type.Simple.TIMESTAMP, "TIMESTAMP");
            case "timestamp_ns" -> new Field.Form.Plain(Type.Simple.TIMESTAMP, "TIMESTAMP_NS");
            case "timestamptz", "timestamptz_ns" ->
                    new Field.Form.Plain(Type.Simple.TIMESTAMPTZ, "TIMESTAMPTZ");
            case "string" -> new Field.Form.Plain(Type.Simple.VARCHAR, "VARCHAR");
            case "uuid" -> new Field.Form.Plain(Type.Simple.UUID, "UUID");
            case "binary" -> new Field.Form.Plain(Type.Simple.BLOB, "BLOB");
            case "unknown" -> new Field.Form.Plain(Type.Simple.VARCHAR, "VARCHAR");
            default -> new Field.Form.Strange(word);
        };
    }

    static Filter filter(Wanted wanted) {
        return switch (wanted) {
            case Wanted.All() -> new Filter.All();
            case Wanted.And(List<Wanted> of) ->
                    new Filter.And(of.stream().map(SqlColumns::filter).toList());
            case Wanted.Or(List<Wanted> of) ->
                    new Filter.Or(of.stream().map(SqlColumns::filter).toList());
            case Wanted.Compare(
                            String column,
                            Wanted.Operator operator,
                            Wanted.Constant constant) ->
                    new Filter.Compare(
                            column,
                            switch (operator) {
                                case EQUAL -> Filter.Operator.EQUAL;
                                case LESS -> Filter.Operator.LESS;
                                case AT_MOST -> Filter.Operator.AT_MOST;
                                case GREATER -> Filter.Operator.GREATER;
                                case AT_LEAST -> Filter.Operator.AT_LEAST;
                            },
                            value(constant));
            case Wanted.In(String column, List<Wanted.Constant> constants) ->
                    new Filter.In(column, constants.stream().map(SqlColumns::value).toList());
            case Wanted.StartsWith(String column, String prefix) ->
                    new Filter.StartsWith(column, prefix);
        };
    }

    private static Filter.Value value(Wanted.Constant constant) {
        return switch (constant.kind()) {
            case TRUTH -> new Filter.Value.Truth(constant.text().equalsIgnoreCase("true"));
            case WHOLE -> whole(constant.text());
            case EXACT -> new Filter.Value.Decimal(constant.text());
            case TEXT -> new Filter.Value.Text(constant.text());
            case DAY -> new Filter.Value.Day(constant.text());
            case MOMENT -> new Filter.Value.Moment(constant.text());
        };
    }

    private static Filter.Value whole(String text) {
        BigInteger whole = new BigInteger(text);
        return whole.bitLength() < Long.SIZE
                ? new Filter.Value.Whole(whole.longValue())
                : new Filter.Value.Decimal(text);
    }
}
