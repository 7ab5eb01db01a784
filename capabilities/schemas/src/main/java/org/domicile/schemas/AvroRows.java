package org.domicile.schemas;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Resolver;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Rows of Avro's binary encoding (specification 1.12, "Binary encoding" and "Schema resolution").
 * What to do with which writer's field is Avro's own answer ({@link Resolver}); the bytes are read
 * here, because Avro's decoder makes room for what a record claims before it looks whether it is
 * there.
 */
final class AvroRows implements Rows {
    private final Node root;

    private AvroRows(Node root) {
        this.root = root;
    }

    static AvroRows of(Schema writer, Schema reader) {
        return new AvroRows(
                new Plans()
                        .node(
                                Resolver.resolve(Schema.applyAliases(writer, reader), reader),
                                writer,
                                reader));
    }

    @Override
    public @Nullable Object[] read(byte[] value, int from) {
        Input input = new Input(value, from);
        Object row = root.read(input);
        if (input.at != value.length) {
            throw new BadRecord("something stands behind what its schema says");
        }
        if (row instanceof Object[] values) {
            return values;
        }
        throw new IllegalStateException("the root of a table is a struct");
    }

    /** A record's bytes. Owned by one thread. */
    private static final class Input {
        private final byte[] bytes;
        private int at;
        private int values;

        Input(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        static BadRecord ends() {
            return new BadRecord("it ends before what its schema says");
        }

        void counted(long more) {
            if (more > Walk.MOST_VALUES - values) {
                throw Walk.tooMany();
            }
            values += (int) more;
        }

        int octet() {
            if (at >= bytes.length) {
                throw ends();
            }
            return bytes[at++] & 0xFF;
        }

        long whole() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                int octet = octet();
                value |= (long) (octet & 0x7F) << shift;
                if (octet < 0x80) {
                    return value >>> 1 ^ -(value & 1);
                }
            }
            throw new BadRecord("a number has more than 64 bits");
        }

        int whole32() {
            long value = whole();
            if (value != (int) value) {
                throw new BadRecord("a number has more than 32 bits");
            }
            return (int) value;
        }

        long little(int octets) {
            long value = 0;
            for (int i = 0; i < octets; i++) {
                value |= (long) octet() << 8 * i;
            }
            return value;
        }

        /** Where so many bytes begin, behind which it then stands. */
        int taken(long length) {
            if (length < 0 || length > bytes.length - at) {
                throw ends();
            }
            int begin = at;
            at += (int) length;
            return begin;
        }

        /** How many elements the next block has; 0 at the end. */
        long block() {
            long count = whole();
            if (count < 0) {
                whole(); // the length of the block in bytes
                count = -count;
                if (count < 0) {
                    throw Walk.tooMany();
                }
            }
            counted(count);
            return count;
        }
    }

    private interface Node {
        @Nullable Object read(Input input);
    }

    private static final class Plans {
        Node node(Resolver.Action action, Schema writer, Schema reader) {
            return switch (action.type) {
                case DO_NOTHING, PROMOTE -> leaf(action.writer, target(action.reader));
                case ENUM -> symbols((Resolver.EnumAdjust) action);
                case CONTAINER -> container((Resolver.Container) action);
                case RECORD -> record((Resolver.RecordAdjust) action);
                case READER_UNION -> {
                    Resolver.Action actual = ((Resolver.ReaderUnion) action).actualAction;
                    yield node(actual, actual.writer, actual.reader);
                }
                case WRITER_UNION -> {
                    Resolver.Action[] actions = ((Resolver.WriterUnion) action).actions;
                    Node[] branches = new Node[actions.length];
                    for (int i = 0; i < actions.length; i++) {
                        branches[i] = node(actions[i], actions[i].writer, actions[i].reader);
                    }
                    yield input -> branch(branches, input).read(input);
                }
                case SKIP -> skipping(action.writer);
                case ERROR ->
                        _ -> {
                            throw new BadRecord(
                                    "the schema that wrote it (%s) cannot be read as %s"
                                            .formatted(name(writer), name(reader)));
                        };
            };
        }

        private static Node skipping(Schema of) {
            return input -> {
                skip(of, input, 1);
                return null;
            };
        }

        private static String name(Schema schema) {
            return schema.getType() == Schema.Type.UNION ? "union" : schema.getFullName();
        }

        /** Null for what is null. */
        private static Schema target(Schema reader) {
            return AvroSchema.inner(reader).orElse(reader);
        }

        private static Node branch(Node[] branches, Input input) {
            int branch = input.whole32();
            if (branch < 0 || branch >= branches.length) {
                throw new BadRecord("a union has no such branch");
            }
            return branches[branch];
        }

        private static Node symbols(Resolver.EnumAdjust action) {
            List<String> written = action.writer.getEnumSymbols();
            @Nullable String[] read = new String[written.size()];
            List<String> symbols = action.reader.getEnumSymbols();
            for (int i = 0; i < read.length; i++) {
                read[i] =
                        symbols.contains(written.get(i))
                                ? written.get(i)
                                : action.reader.getEnumDefault();
            }
            return input -> {
                int symbol = input.whole32();
                if (symbol < 0 || symbol >= read.length || read[symbol] == null) {
                    throw new BadRecord("an enum has no such symbol");
                }
                return read[symbol];
            };
        }

        private Node container(Resolver.Container action) {
            Resolver.Action inner = action.elementAction;
            Node element = node(inner, inner.writer, inner.reader);
            if (action.writer.getType() == Schema.Type.ARRAY) {
                return input -> {
                    List<@Nullable Object> values = new ArrayList<>();
                    for (long left = input.block(); left > 0; left = input.block()) {
                        for (; left > 0; left--) {
                            values.add(element.read(input));
                        }
                    }
                    return values;
                };
            }
            return input -> {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                for (long left = input.block(); left > 0; left = input.block()) {
                    for (; left > 0; left--) {
                        String name = text(input);
                        values.put(name, element.read(input));
                    }
                }
                return values;
            };
        }

        private Node record(Resolver.RecordAdjust action) {
            int count = action.fieldActions.length;
            Node[] nodes = new Node[count];
            int[] places = new int[count];
            String[] names = new String[count];
            List<Schema.Field> written = action.writer.getFields();
            int next = 0;
            for (int i = 0; i < count; i++) {
                Resolver.Action each = action.fieldActions[i];
                names[i] = written.get(i).name();
                if (each.type == Resolver.Action.Type.SKIP) {
                    nodes[i] = skipping(each.writer);
                    places[i] = -1;
                } else {
                    Schema.Field field = action.readerOrder[next++];
                    nodes[i] = node(each, written.get(i).schema(), field.schema());
                    places[i] = field.pos();
                }
            }
            List<Schema.Field> absent =
                    Arrays.asList(action.readerOrder)
                            .subList(action.firstDefault, action.readerOrder.length);
            List<Supplier<@Nullable Object>> standards = new ArrayList<>();
            absent.forEach(each -> standards.add(standard(each)));
            int width = action.reader.getFields().size();
            return input -> {
                input.counted(width);
                @Nullable Object[] row = new Object[width];
                for (int i = 0; i < count; i++) {
                    try {
                        Object value = nodes[i].read(input);
                        if (places[i] >= 0) {
                            row[places[i]] = value;
                        }
                    } catch (BadRecord e) {
                        throw e.in(names[i]);
                    }
                }
                for (int i = 0; i < absent.size(); i++) {
                    row[absent.get(i).pos()] = standards.get(i).get();
                }
                return row;
            };
        }
    }

    // what nobody reads

    private static void skip(Schema of, Input input, int level) {
        if (level > Schemas.MOST_LEVELS) {
            throw new BadRecord(
                    "its values stand in each other in more than %d levels"
                            .formatted(Schemas.MOST_LEVELS));
        }
        switch (of.getType()) {
            case NULL -> {}
            case BOOLEAN -> input.taken(1);
            case FLOAT -> input.taken(Float.BYTES);
            case DOUBLE -> input.taken(Double.BYTES);
            case FIXED -> input.taken(of.getFixedSize());
            case INT, LONG, ENUM -> input.whole();
            case STRING, BYTES -> input.taken(input.whole());
            case ARRAY, MAP -> {
                boolean named = of.getType() == Schema.Type.MAP;
                Schema element = named ? of.getValueType() : of.getElementType();
                for (long left = input.block(); left > 0; left = input.block()) {
                    for (; left > 0; left--) {
                        if (named) {
                            input.taken(input.whole());
                        }
                        skip(element, input, level + 1);
                    }
                }
            }
            case UNION -> {
                int branch = input.whole32();
                if (branch < 0 || branch >= of.getTypes().size()) {
                    throw new BadRecord("a union has no such branch");
                }
                skip(of.getTypes().get(branch), input, level + 1);
            }
            case RECORD -> {
                input.counted(1);
                for (Schema.Field each : of.getFields()) {
                    skip(each.schema(), input, level + 1);
                }
            }
        }
    }

    // leaves

    private static String text(Input input) {
        long length = input.whole();
        int begin = input.taken(length);
        return Cells.text(input.bytes, begin, (int) length);
    }

    private static ByteBuffer bytes(Input input, long length) {
        int begin = input.taken(length);
        return ByteBuffer.wrap(Arrays.copyOfRange(input.bytes, begin, begin + (int) length));
    }

    /**
     * @param writer what the bytes are
     * @param reader what the column is; where both have a logical type, the writer's says what the
     *     number is
     */
    private static Node leaf(Schema writer, Schema reader) {
        if (reader.getType() == Schema.Type.NULL) {
            return _ -> null;
        }
        Schema meant = writer.getLogicalType() == null ? reader : writer;
        ColumnType column = AvroSchema.leaf(reader);
        Node raw = raw(writer);
        return switch (column) {
            case ColumnType.Decimal decimal -> {
                int scale = ((LogicalTypes.Decimal) reader.getLogicalType()).getScale();
                if (meant.getLogicalType() instanceof LogicalTypes.Decimal theirs) {
                    scale = theirs.getScale();
                }
                int written = scale;
                yield input -> decimal(raw.read(input), written, decimal);
            }
            case ColumnType.Simple simple -> {
                Leaf made = made(simple, meant, reader);
                yield input -> made.of(raw.read(input));
            }
            case ColumnType.Sequence _, ColumnType.Mapping _, ColumnType.Struct _ ->
                    throw new IllegalStateException("not a leaf: " + column);
        };
    }

    private interface Leaf {
        Object of(@Nullable Object raw);
    }

    private static BadRecord unlike() {
        return new BadRecord("the schema that wrote it means something else by its type");
    }

    private static Leaf made(ColumnType.Simple column, Schema meant, Schema reader) {
        return switch (column) {
            case BOOLEAN -> raw -> raw instanceof Boolean value ? value : fail();
            case INT -> raw -> raw instanceof Long value ? (Object) value.intValue() : fail();
            case LONG -> raw -> raw instanceof Long value ? value : fail();
            case FLOAT -> raw -> raw instanceof Number value ? (Object) value.floatValue() : fail();
            case DOUBLE ->
                    raw -> raw instanceof Number value ? (Object) value.doubleValue() : fail();
            case TEXT ->
                    raw ->
                            switch (raw) {
                                case String value -> value;
                                case ByteBuffer value ->
                                        Cells.text(value.array(), 0, value.array().length);
                                case null, default -> fail();
                            };
            case BYTES ->
                    raw ->
                            switch (raw) {
                                case String value ->
                                        ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8));
                                case ByteBuffer value ->
                                        reader.getType() == Schema.Type.FIXED
                                                ? fixed(value, reader)
                                                : value;
                                case null, default -> fail();
                            };
            case UUID ->
                    raw ->
                            switch (raw) {
                                case String value -> Cells.uuid(value);
                                case ByteBuffer value when value.remaining() == 16 ->
                                        new UUID(value.getLong(0), value.getLong(8));
                                case null, default -> fail();
                            };
            case DATE, TIME, TIMESTAMP, INSTANT ->
                    raw -> {
                        Object value = raw instanceof Long number ? moment(meant, number) : fail();
                        if (AvroSchema.leaf(meant) != column) {
                            throw unlike();
                        }
                        return value;
                    };
        };
    }

    private static Object fail() {
        throw unlike();
    }

    private static Object decimal(@Nullable Object raw, int scale, ColumnType.Decimal type) {
        if (!(raw instanceof ByteBuffer octets) || !octets.hasRemaining()) {
            throw new BadRecord("a decimal has no digits");
        }
        if (octets.remaining() > 64) {
            throw new BadRecord("a number is out of all proportion");
        }
        return Numbers.decimal(new BigDecimal(new BigInteger(octets.array()), scale), type);
    }

    /** As it was written: Long, Float, Double, Boolean, String or ByteBuffer. */
    private static Node raw(Schema writer) {
        return switch (writer.getType()) {
            case NULL -> _ -> null;
            case BOOLEAN ->
                    input ->
                            switch (input.octet()) {
                                case 0 -> false;
                                case 1 -> true;
                                default -> throw new BadRecord("a boolean is neither 0 nor 1");
                            };
            case INT -> input -> (long) input.whole32();
            case LONG -> Input::whole;
            case FLOAT -> input -> Float.intBitsToFloat((int) input.little(Float.BYTES));
            case DOUBLE -> input -> Double.longBitsToDouble(input.little(Double.BYTES));
            case STRING -> AvroRows::text;
            case BYTES -> input -> bytes(input, input.whole());
            case FIXED -> input -> bytes(input, writer.getFixedSize());
            case ENUM, RECORD, ARRAY, MAP, UNION ->
                    throw new IllegalStateException("not a leaf: " + writer.getType());
        };
    }

    static ByteBuffer fixed(ByteBuffer octets, Schema of) {
        if (octets.remaining() != of.getFixedSize()) {
            throw new BadRecord("it has not %d bytes".formatted(of.getFixedSize()));
        }
        return octets;
    }

    /** What a number means by its logical type. */
    static Object moment(Schema of, long number) {
        LogicalType logical = of.getLogicalType();
        return switch (logical == null ? "" : logical.getName()) {
            case "date" -> Moments.date(number);
            case "time-millis" -> Moments.timeOfMillis(number);
            case "time-micros" -> Moments.timeOfMicros(number);
            case "timestamp-millis" -> Moments.instant(Moments.units(number, 1_000));
            case "timestamp-micros" -> Moments.instant(Moments.units(number, 1_000_000));
            case "timestamp-nanos" -> Moments.instant(Moments.units(number, 1_000_000_000));
            case "local-timestamp-millis" -> Moments.units(number, 1_000);
            case "local-timestamp-micros" -> Moments.units(number, 1_000_000);
            case "local-timestamp-nanos" -> Moments.units(number, 1_000_000_000);
            default -> throw unlike();
        };
    }

    // defaults

    /** A field's default, made anew each time: nobody's change of it is another's. */
    static Supplier<@Nullable Object> standard(Schema.Field field) {
        Object written = field.defaultVal();
        return () -> standard(field.schema(), written);
    }

    private static @Nullable Object standard(Schema of, Object written) {
        if (written == JsonProperties.NULL_VALUE) {
            return null;
        }
        Schema inner = AvroSchema.inner(of).orElseThrow(AvroRows::unlike);
        return switch (inner.getType()) {
            case RECORD -> {
                Map<?, ?> members = (Map<?, ?>) written;
                List<Schema.Field> fields = inner.getFields();
                @Nullable Object[] row = new Object[fields.size()];
                for (int i = 0; i < row.length; i++) {
                    Schema.Field each = fields.get(i);
                    Object member = members.get(each.name());
                    row[i] =
                            member == null ? standard(each).get() : standard(each.schema(), member);
                }
                yield row;
            }
            case ARRAY -> {
                List<@Nullable Object> values = new ArrayList<>();
                ((List<?>) written)
                        .forEach(each -> values.add(standard(inner.getElementType(), given(each))));
                yield values;
            }
            case MAP -> {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                ((Map<?, ?>) written)
                        .forEach((name, each) ->
                                values.put(
                                        String.valueOf(name),
                                        standard(inner.getValueType(), given(each))));
                yield values;
            }
            case ENUM -> String.valueOf(written);
            case STRING, BYTES, FIXED, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> leafOf(inner, written);
            case UNION, NULL -> throw unlike();
        };
    }

    private static Object given(@Nullable Object written) {
        return written == null ? JsonProperties.NULL_VALUE : written;
    }

    private static Object leafOf(Schema of, Object written) {
        Object raw =
                switch (written) {
                    case Integer value -> value.longValue();
                    case byte[] value -> ByteBuffer.wrap(value);
                    case String value
                            when of.getType() == Schema.Type.BYTES
                                    || of.getType() == Schema.Type.FIXED ->
                            ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1));
                    default -> written;
                };
        return switch (AvroSchema.leaf(of)) {
            case ColumnType.Decimal type -> decimal(raw, type.scale(), type);
            case ColumnType.Simple simple -> made(simple, of, of).of(raw);
            case ColumnType.Sequence _, ColumnType.Mapping _, ColumnType.Struct _ ->
                    throw new IllegalStateException("not a leaf: " + of);
        };
    }
}
