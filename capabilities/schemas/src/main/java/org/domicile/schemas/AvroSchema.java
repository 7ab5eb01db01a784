package org.domicile.schemas;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.jspecify.annotations.Nullable;

/**
 * Apache Avro, specification 1.12. Its own library parses and says what can read what; which
 * columns there are, and how rows come from bytes and from plain JSON, is said here and in {@link
 * AvroRows}.
 *
 * <p>The library walks types as a tree, so a chain of types that each use the next one twice would
 * cost it two to the power of their number: how large that tree is is looked at first.
 */
final class AvroSchema implements Parsed {
    private static final int MOST_NODES = 5_000;
    private static final int MOST_BRANCHES = 50;
    private static final int MOST_REASONS = 20;

    private final Schema schema;
    private final String canonical;
    private final String text;

    private AvroSchema(Schema schema, String canonical, String text) {
        this.schema = schema;
        this.canonical = canonical;
        this.text = text;
    }

    /**
     * @param on what it builds on, each after what that builds on
     */
    static AvroSchema parse(String text, Collection<AvroSchema> on) {
        JsonText.check(text);
        Schema schema;
        Set<Schema> known = new LinkedHashSet<>();
        try {
            Map<String, Schema> types = new HashMap<>();
            for (AvroSchema each : on) {
                each.types(each.schema, types, new HashSet<>());
            }
            known.addAll(types.values());
            schema =
                    new Schema.Parser(NameValidator.STRICT_VALIDATOR)
                            .setValidateDefaults(true)
                            .addTypes(types)
                            .parse(text);
            new Size().of(schema, 1);
            return new AvroSchema(schema, schema.toString(known, false), text);
        } catch (BadSchema e) {
            throw e;
        } catch (RuntimeException e) {
            // Whatever Avro's parser says: it has no one exception for a text that is none.
            throw new BadSchema("It is no Avro schema: " + JsonText.brief(e));
        }
    }

    Schema schema() {
        return schema;
    }

    private void types(Schema from, Map<String, Schema> into, Set<String> seen) {
        switch (from.getType()) {
            case RECORD -> {
                if (seen.add(from.getFullName())) {
                    into.put(from.getFullName(), from);
                    from.getFields().forEach(each -> types(each.schema(), into, seen));
                }
            }
            case ENUM, FIXED -> into.put(from.getFullName(), from);
            case UNION -> from.getTypes().forEach(each -> types(each, into, seen));
            case ARRAY -> types(from.getElementType(), into, seen);
            case MAP -> types(from.getValueType(), into, seen);
            case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
    }

    /** Walks the tree that the types are, each time anew, and gives up early. */
    private static final class Size {
        private final Set<String> above = new HashSet<>();
        private int nodes;

        void of(Schema schema, int level) {
            if (++nodes > MOST_NODES || level > Schemas.MOST_LEVELS) {
                throw new BadSchema(
                        "Its types stand in each other in more than %d levels, or are more than %d."
                                .formatted(Schemas.MOST_LEVELS, MOST_NODES));
            }
            switch (schema.getType()) {
                case RECORD -> {
                    if (above.add(schema.getFullName())) {
                        schema.getFields().forEach(each -> of(each.schema(), level + 1));
                        above.remove(schema.getFullName());
                    }
                }
                case UNION -> {
                    if (schema.getTypes().size() > MOST_BRANCHES) {
                        throw new BadSchema(
                                "A union has at most %d branches.".formatted(MOST_BRANCHES));
                    }
                    schema.getTypes().forEach(each -> of(each, level + 1));
                }
                case ARRAY -> of(schema.getElementType(), level + 1);
                case MAP -> of(schema.getValueType(), level + 1);
                case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
            }
        }
    }

    @Override
    public String canonical() {
        return canonical;
    }

    @Override
    public String text() {
        return text;
    }

    // columns

    @Override
    public Schemas.Shape shape() {
        try {
            if (schema.getType() != Schema.Type.RECORD) {
                return new Schemas.Shape.None(
                        "The schema's own type is no record, and only records have columns.");
            }
            return Columns.shape(columns(schema, new HashSet<>(), new Columns.Budget(), 1));
        } catch (BadSchema e) {
            return new Schemas.Shape.None(e.sentence());
        }
    }

    private static List<Column> columns(
            Schema of, Set<String> above, Columns.Budget budget, int level) {
        if (!above.add(of.getFullName())) {
            throw new BadSchema(
                    "The type %s holds itself; a table has a fixed number of columns."
                            .formatted(of.getFullName()));
        }
        List<Column> columns = new ArrayList<>();
        for (Schema.Field each : of.getFields()) {
            columns.add(column(each.name(), each.schema(), above, budget, level));
        }
        above.remove(of.getFullName());
        return columns;
    }

    private static Column column(
            String name, Schema of, Set<String> above, Columns.Budget budget, int level) {
        budget.take(level);
        Schema inner = inner(of).orElseThrow(() -> new BadSchema(several(name)));
        return new Column(name, type(name, inner, above, budget, level), inner == of);
    }

    private static String several(String name) {
        return "'%s' is a union of several types, or of none; a column has one, and may be null."
                .formatted(name);
    }

    /** What a type is when it is there; itself, unless it is a union with null. */
    static Optional<Schema> inner(Schema of) {
        if (of.getType() == Schema.Type.NULL) {
            return Optional.empty();
        }
        if (of.getType() != Schema.Type.UNION) {
            return Optional.of(of);
        }
        List<Schema> others =
                of.getTypes().stream().filter(each -> each.getType() != Schema.Type.NULL).toList();
        return others.size() == 1 ? Optional.of(others.getFirst()) : Optional.empty();
    }

    private static ColumnType type(
            String name, Schema of, Set<String> above, Columns.Budget budget, int level) {
        return switch (of.getType()) {
            case RECORD -> new ColumnType.Struct(columns(of, above, budget, level + 1));
            case ARRAY ->
                    new ColumnType.Sequence(
                            column("element", of.getElementType(), above, budget, level + 1));
            case MAP ->
                    new ColumnType.Mapping(
                            column("value", of.getValueType(), above, budget, level + 1));
            case ENUM, STRING, BYTES, FIXED, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> leaf(of);
            case UNION, NULL -> throw new BadSchema(several(name));
        };
    }

    static ColumnType leaf(Schema of) {
        LogicalType logical = of.getLogicalType();
        if (logical instanceof LogicalTypes.Decimal decimal) {
            if (decimal.getPrecision() <= ColumnType.Decimal.MOST) {
                return new ColumnType.Decimal(decimal.getPrecision(), decimal.getScale());
            }
            throw new BadSchema(
                    "A decimal has at most %d digits in a table."
                            .formatted(ColumnType.Decimal.MOST));
        }
        return switch (logical == null ? "" : logical.getName()) {
            case "date" -> ColumnType.Simple.DATE;
            case "time-millis", "time-micros" -> ColumnType.Simple.TIME;
            case "timestamp-millis", "timestamp-micros", "timestamp-nanos" ->
                    ColumnType.Simple.INSTANT;
            case "local-timestamp-millis", "local-timestamp-micros", "local-timestamp-nanos" ->
                    ColumnType.Simple.TIMESTAMP;
            case "uuid" -> ColumnType.Simple.UUID;
            default ->
                    switch (of.getType()) {
                        case STRING, ENUM -> ColumnType.Simple.TEXT;
                        case BYTES, FIXED -> ColumnType.Simple.BYTES;
                        case INT -> ColumnType.Simple.INT;
                        case LONG -> ColumnType.Simple.LONG;
                        case FLOAT -> ColumnType.Simple.FLOAT;
                        case DOUBLE -> ColumnType.Simple.DOUBLE;
                        case BOOLEAN -> ColumnType.Simple.BOOLEAN;
                        case RECORD, ARRAY, MAP, UNION, NULL ->
                                throw new IllegalStateException("not a leaf: " + of.getType());
                    };
        };
    }

    // what can read what

    @Override
    public List<String> breaks(Parsed writer) {
        try {
            return breaks(((AvroSchema) writer).schema);
        } catch (StackOverflowError e) {
            // Avro walks pairs of types, and circles of different lengths meet in their product.
            return List.of("The schemas are too intricate to compare");
        }
    }

    private List<String> breaks(Schema theirs) {
        Set<String> why = new LinkedHashSet<>();
        SchemaCompatibility.checkReaderWriterCompatibility(schema, theirs)
                .getResult()
                .getIncompatibilities()
                .stream()
                .limit(MOST_REASONS)
                .forEach(each ->
                        why.add(
                                "%s at %s: %s"
                                        .formatted(
                                                each.getType(),
                                                each.getLocation(),
                                                JsonText.brief(each.getMessage()))));
        if (why.isEmpty()) {
            new Meanings(why).compare(schema, theirs, "/");
        }
        return List.copyOf(why);
    }

    /** Logical types: Avro may ignore them, a table does not. */
    private record Meanings(Set<String> why, Set<List<String>> seen) {
        Meanings(Set<String> why) {
            this(why, new HashSet<>());
        }

        void compare(Schema reader, Schema writer, String where) {
            Optional<Schema> mine = inner(reader);
            Optional<Schema> theirs = inner(writer);
            if (mine.isEmpty() || theirs.isEmpty()) {
                return;
            }
            Schema r = mine.get();
            Schema w = theirs.get();
            if (!meaning(r).equals(meaning(w))) {
                why.add("LOGICAL_TYPE at %s: %s reads %s".formatted(where, meaning(r), meaning(w)));
            }
            if (r.getType() != w.getType()) {
                return;
            }
            switch (r.getType()) {
                case ARRAY -> compare(r.getElementType(), w.getElementType(), where + "items/");
                case MAP -> compare(r.getValueType(), w.getValueType(), where + "values/");
                case RECORD -> {
                    if (seen.add(List.of(r.getFullName(), w.getFullName()))) {
                        for (Schema.Field each : r.getFields()) {
                            Schema.Field other = SchemaCompatibility.lookupWriterField(w, each);
                            if (other != null) {
                                compare(each.schema(), other.schema(), where + each.name() + "/");
                            }
                        }
                    }
                }
                case ENUM,
                        FIXED,
                        STRING,
                        BYTES,
                        INT,
                        LONG,
                        FLOAT,
                        DOUBLE,
                        BOOLEAN,
                        NULL,
                        UNION -> {}
            }
        }

        private static String meaning(Schema of) {
            LogicalType logical = of.getLogicalType();
            if (logical instanceof LogicalTypes.Decimal decimal) {
                return "decimal of scale " + decimal.getScale();
            }
            return logical == null ? "no logical type" : logical.getName();
        }
    }

    // rows

    @Override
    public Rows from(Parsed writer) {
        return AvroRows.of(((AvroSchema) writer).schema, schema);
    }

    @Override
    public Rows plain() {
        return new PlainJson(record(schema));
    }

    private static Cell record(Schema of) {
        List<Cells.Member> members = new ArrayList<>();
        for (Schema.Field each : of.getFields()) {
            Optional<Supplier<@Nullable Object>> absent =
                    each.hasDefaultValue()
                            ? Optional.of(AvroRows.standard(each))
                            : each.schema().isNullable()
                                    ? Optional.of(Cells.none())
                                    : Optional.empty();
            members.add(
                    new Cells.Member(
                            each.name(), List.of(each.name()), cell(each.schema()), absent));
        }
        return new Cells.Struct(members, Cells.Unknown.DROPPED);
    }

    private static Cell cell(Schema of) {
        Schema inner = inner(of).orElseThrow();
        Cell cell =
                switch (inner.getType()) {
                    case RECORD -> record(inner);
                    case ARRAY -> new Cells.Sequence(cell(inner.getElementType()));
                    case MAP -> new Cells.Mapping(cell(inner.getValueType()));
                    case ENUM -> symbol(inner);
                    case FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> value(inner);
                    case UNION, NULL -> throw new IllegalStateException("not one type");
                };
        return inner == of ? cell : new Cells.Optional(cell);
    }

    private static Cell symbol(Schema of) {
        Set<String> symbols = Set.copyOf(of.getEnumSymbols());
        return walk -> {
            String text = Cells.text(walk.json());
            if (symbols.contains(text)) {
                return text;
            }
            if (of.getEnumDefault() != null) {
                return of.getEnumDefault();
            }
            throw Cells.not("one of its symbols");
        };
    }

    /** Dates and times are texts, or numbers as Avro's own JSON has them. */
    private static Cell value(Schema of) {
        ColumnType type = leaf(of);
        return switch (type) {
            case ColumnType.Decimal decimal -> walk -> Cells.decimal(walk.json(), decimal);
            case ColumnType.Simple simple -> {
                Cell plain = Cells.simple(simple);
                yield switch (simple) {
                    case DATE, TIME, TIMESTAMP, INSTANT ->
                            walk ->
                                    walk.json().currentToken() == JsonToken.VALUE_NUMBER_INT
                                            ? AvroRows.moment(of, whole(walk.json(), of))
                                            : plain.read(walk);
                    case BYTES ->
                            of.getType() == Schema.Type.FIXED
                                    ? walk -> AvroRows.fixed(Cells.base64(walk.json()), of)
                                    : plain;
                    case BOOLEAN, INT, LONG, FLOAT, DOUBLE, TEXT, UUID -> plain;
                };
            }
            case ColumnType.Sequence _, ColumnType.Mapping _, ColumnType.Struct _ ->
                    throw new IllegalStateException("not a leaf: " + type);
        };
    }

    private static long whole(JsonParser json, Schema of) throws IOException {
        return of.getType() == Schema.Type.INT ? Cells.whole32(json) : Cells.whole(json);
    }
}
