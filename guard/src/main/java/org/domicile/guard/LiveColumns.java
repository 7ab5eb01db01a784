package org.domicile.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.query.Intake;
import org.domicile.query.Target;
import org.domicile.schemas.Column;
import org.domicile.schemas.ColumnType;
import org.domicile.tables.Field;
import org.domicile.tables.Scan;

/**
 * Columns of the table of a stream: where a record was, and then what its schema says. Those of
 * records that do not fit: where they were, why, and what they are.
 */
final class LiveColumns {
    private static final Column PARTITION = new Column("_partition", ColumnType.Simple.INT, true);
    private static final Column OFFSET = new Column("_offset", ColumnType.Simple.LONG, true);
    private static final Column TIME = new Column("_time", ColumnType.Simple.INSTANT, true);
    private static final Column KEY = new Column("_key", ColumnType.Simple.BYTES, false);
    private static final List<Column> PLACE = List.of(PARTITION, OFFSET, TIME, KEY);

    /** What stands in front of what a schema says. */
    static final int OWN = PLACE.size();

    /** Of records that do not fit. */
    static final List<Column> UNFIT =
            List.of(
                    new Column("why", ColumnType.Simple.TEXT, true),
                    new Column("value", ColumnType.Simple.BYTES, false));

    private LiveColumns() {}

    /**
     * All of a table's. What the schema says may be absent, whatever it says today: of a newer one
     * it may be.
     *
     * @param own what the schema says
     */
    static List<Column> all(List<Column> own) {
        List<Column> all = new ArrayList<>(PLACE);
        own.forEach(each -> all.add(optional(each)));
        return all;
    }

    private static Column optional(Column column) {
        ColumnType type =
                switch (column.type()) {
                    case ColumnType.Simple simple -> simple;
                    case ColumnType.Decimal decimal -> decimal;
                    case ColumnType.Sequence(Column element) ->
                            new ColumnType.Sequence(optional(element));
                    case ColumnType.Mapping(Column value) ->
                            new ColumnType.Mapping(optional(value));
                    case ColumnType.Struct(List<Column> columns) ->
                            new ColumnType.Struct(
                                    columns.stream().map(LiveColumns::optional).toList());
                };
        return new Column(column.name(), type, false);
    }

    /**
     * Whether rows of these columns can be rows of a table that may get further ones.
     *
     * @param columns of {@link #all}
     */
    static boolean fit(List<Column> columns, List<Field> table) {
        return columns.stream()
                .allMatch(each ->
                        table.stream()
                                .filter(one -> one.name().equalsIgnoreCase(each.name()))
                                .allMatch(one ->
                                        one.name().equals(each.name())
                                                && same(form(each.type()), one.form())));
    }

    private static boolean same(Field.Form one, Field.Form other) {
        return switch (one) {
            case Field.Form.Plain(String word) ->
                    other instanceof Field.Form.Plain(String said)
                            && holds(said.replace(" ", ""), word.replace(" ", ""));
            case Field.Form.Items(Field element) ->
                    other instanceof Field.Form.Items(Field its)
                            && same(element.form(), its.form());
            case Field.Form.Entries(Field key, Field value) ->
                    other instanceof Field.Form.Entries(Field itsKey, Field itsValue)
                            && same(key.form(), itsKey.form())
                            && same(value.form(), itsValue.form());
            case Field.Form.Struct(List<Field> fields) ->
                    other instanceof Field.Form.Struct(List<Field> its)
                            && fields.size() == its.size()
                            && fields.stream()
                                    .allMatch(each ->
                                            its.stream()
                                                    .anyMatch(member ->
                                                            member.name().equals(each.name())
                                                                    && same(
                                                                            each.form(),
                                                                            member.form())));
        };
    }

    /**
     * Whether a column of a table takes values of a type: its own, or one that it was made wider
     * of.
     */
    private static boolean holds(String column, String value) {
        return column.equals(value)
                || (column.equals("long") && value.equals("int"))
                || (column.equals("double") && value.equals("float"));
    }

    private static boolean isEmpty(ColumnType type) {
        return switch (type) {
            case ColumnType.Simple _, ColumnType.Decimal _ -> false;
            case ColumnType.Sequence(Column element) -> isEmpty(element.type());
            case ColumnType.Mapping(Column value) -> isEmpty(value.type());
            case ColumnType.Struct(List<Column> columns) ->
                    columns.isEmpty() || columns.stream().anyMatch(each -> isEmpty(each.type()));
        };
    }

    /** Why a schema's columns cannot be a table's; empty when they can. */
    static Optional<String> objection(List<Column> own) {
        Optional<Column> empty = own.stream().filter(each -> isEmpty(each.type())).findFirst();
        if (empty.isPresent()) {
            return Optional.of(
                    "Its schema has something without members in " + empty.get().name() + ".");
        }
        Set<String> seen = new HashSet<>();
        PLACE.forEach(each -> seen.add(each.name()));
        return own.stream()
                .map(Column::name)
                .filter(each -> !seen.add(each.toLowerCase(Locale.ROOT)))
                .findFirst()
                .map(each ->
                        "Its schema calls something "
                                + each
                                + ", and the table has a column of that name already.");
    }

    static List<Field> fields(List<Column> columns) {
        return columns.stream().map(LiveColumns::field).toList();
    }

    static Field field(Column column) {
        return new Field(
                0,
                column.name(),
                List.of(column.name()),
                form(column.type()),
                column.required() ? Scan.Presence.REQUIRED : Scan.Presence.OPTIONAL,
                new Field.Initial.None(),
                "");
    }

    private static Field.Form form(ColumnType type) {
        return switch (type) {
            case ColumnType.Simple simple -> new Field.Form.Plain(word(simple));
            case ColumnType.Decimal(int precision, int scale) ->
                    new Field.Form.Plain("decimal(" + precision + ", " + scale + ")");
            case ColumnType.Sequence(Column element) ->
                    new Field.Form.Items(
                            field(new Column("element", element.type(), element.required())));
            case ColumnType.Mapping(Column value) ->
                    new Field.Form.Entries(
                            field(new Column("key", ColumnType.Simple.TEXT, true)),
                            field(new Column("value", value.type(), value.required())));
            case ColumnType.Struct(List<Column> columns) -> new Field.Form.Struct(fields(columns));
        };
    }

    private static String word(ColumnType.Simple type) {
        return switch (type) {
            case BOOLEAN -> "boolean";
            case INT -> "int";
            case LONG -> "long";
            case FLOAT -> "float";
            case DOUBLE -> "double";
            case DATE -> "date";
            case TIME -> "time";
            case TIMESTAMP -> "timestamp";
            case INSTANT -> "timestamptz";
            case TEXT -> "string";
            case UUID -> "uuid";
            case BYTES -> "binary";
        };
    }

    /**
     * Where each column of a file comes from: the table's own that are called so.
     *
     * @param columns in the order in which they are written
     * @return empty when the table has one of them no more
     */
    static Optional<List<Target.Slot>> slots(List<Column> columns, List<Field> table) {
        List<Target.Slot> slots = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            String name = columns.get(i).name();
            Optional<Field> field =
                    table.stream().filter(each -> each.name().equals(name)).findFirst();
            if (field.isEmpty()) {
                return Optional.empty();
            }
            slots.add(SqlTypes.slot(field.get(), i + 1));
        }
        return Optional.of(List.copyOf(slots));
    }

    /** Names of columns that a table does not have. */
    static List<Column> missing(List<Column> columns, List<Field> table) {
        return columns.stream()
                .filter(each -> table.stream().noneMatch(one -> one.name().equals(each.name())))
                .toList();
    }

    /**
     * A table's columns under the names that they had at first, which are those of the stream's:
     * another engine may have renamed one since, and its values go on to be its.
     *
     * @param first names by the columns' ids
     */
    static List<Field> original(List<Field> table, Map<Integer, String> first) {
        Map<String, Integer> owners = new HashMap<>();
        for (Field each : table) {
            owners.merge(first.getOrDefault(each.id(), each.name()), each.id(), Math::min);
        }
        return table.stream()
                .map(each -> {
                    String name = first.getOrDefault(each.id(), each.name());
                    return owners.get(name) == each.id() ? named(each, name) : each;
                })
                .toList();
    }

    private static Field named(Field field, String name) {
        return field.name().equals(name)
                ? field
                : new Field(
                        field.id(),
                        name,
                        field.names(),
                        field.form(),
                        field.presence(),
                        field.initial(),
                        field.comment());
    }

    /** How the engine reads {@link LiveText}. */
    static Intake intake(List<Column> columns) {
        List<Intake.Named> named = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            named.add(new Intake.Named("c" + i, LiveText.type(columns.get(i).type())));
        }
        return new Intake.Json(named, Intake.OnError.FAIL);
    }
}
