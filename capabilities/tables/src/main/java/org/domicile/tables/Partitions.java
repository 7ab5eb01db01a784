package org.domicile.tables;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The partition of a file that is ready, held against what its footer says of the columns that it
 * is made of. A reader leaves out files by their partition, and takes a column's value from it; so
 * a file that is said to be of another one than its rows would lose or change them.
 */
final class Partitions {
    /** Texts and bytes of so many are cut in footers, and are no values then. */
    private static final int CUT = 256;

    private Partitions() {}

    /**
     * The values of its partitioning's fields.
     *
     * @param spec of the file
     * @param schema of the table
     * @throws Refusal UNPROCESSABLE when its rows are of another one, or of several
     */
    static StructLike of(PartitionSpec spec, Schema schema, NewFile file) {
        List<PartitionField> fields = spec.fields();
        @Nullable Object[] values = new Object[fields.size()];
        int next = 0;
        for (int i = 0; i < values.length; i++) {
            if (fields.get(i).transform().isVoid()) {
                continue;
            }
            if (next == file.partition().size()) {
                throw new IllegalArgumentException("too few values for the partitioning");
            }
            Type type = spec.partitionType().fields().get(i).type();
            try {
                values[i] = value(type, file.partition().get(next++));
            } catch (IllegalArgumentException e) {
                throw other(fields.get(i));
            }
            check(fields.get(i), schema, type, values[i], file);
        }
        if (next != file.partition().size()) {
            throw new IllegalArgumentException("too many values for the partitioning");
        }
        return new Tuple(values);
    }

    private static Refusal other(PartitionField field) {
        return new Refusal(
                Refusal.Kind.UNPROCESSABLE,
                "The rows of a file are not all of the partition that it was written for (%s)"
                        .formatted(field.name()));
    }

    private static @Nullable Object value(Type type, NewFile.Value value) {
        return value instanceof NewFile.Value.Text(String text) ? value(type, text) : null;
    }

    private static Object value(Type type, String text) {
        return switch (type.typeId()) {
            case BOOLEAN -> {
                if (!text.equals("true") && !text.equals("false")) {
                    throw new IllegalArgumentException("no truth value");
                }
                yield text.equals("true");
            }
            case INTEGER, DATE -> Integer.valueOf(text);
            case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO -> Long.valueOf(text);
            case FLOAT -> Float.valueOf(real(text));
            case DOUBLE -> Double.valueOf(real(text));
            case STRING -> text;
            case UUID -> UUID.fromString(text);
            case FIXED, BINARY -> ByteBuffer.wrap(HexFormat.of().parseHex(text));
            case DECIMAL ->
                    new BigDecimal(new BigInteger(text), ((Types.DecimalType) type).scale());
            default -> throw new IllegalArgumentException("no value of a partition: " + type);
        };
    }

    private static String real(String text) {
        return switch (text) {
            case "nan", "-nan" -> "NaN";
            case "inf" -> "Infinity";
            case "-inf" -> "-Infinity";
            default -> text;
        };
    }

    /** Nulls are counted; where values keep their order, the least and the greatest tell of all. */
    private static void check(
            PartitionField field, Schema schema, Type type, @Nullable Object value, NewFile file) {
        Types.NestedField source = schema.findField(field.sourceId());
        if (source == null || !source.type().isPrimitiveType()) {
            return; // dropped meanwhile
        }
        for (NewFile.Measured each : file.columns()) {
            if (each.field() != field.sourceId()) {
                continue;
            }
            for (NewFile.Group group : each.groups()) {
                boolean right =
                        value == null
                                ? group.nulls() < 0 || group.nulls() == group.values()
                                : group.nulls() <= 0
                                        && within(
                                                field,
                                                source.type().asPrimitiveType(),
                                                type,
                                                value,
                                                each.stored(),
                                                group);
                if (!right) {
                    throw other(field);
                }
            }
        }
    }

    @SuppressWarnings("unchecked") // a field's transform takes values of its column's type
    private static boolean within(
            PartitionField field,
            Type.PrimitiveType source,
            Type type,
            Object value,
            NewFile.Stored stored,
            NewFile.Group group) {
        Object least = exact(source, stored, group.least());
        Object most = exact(source, stored, group.most());
        if (least == null || most == null) {
            return true; // which nobody can tell
        }
        Comparator<Object> order = Comparators.forType(source);
        boolean one = order.compare(least, most) == 0;
        if (!one && !field.transform().preservesOrder()) {
            return true;
        }
        Transform<Object, Object> transform = (Transform<Object, Object>) field.transform();
        return same(type, transform.bind(source).apply(least), value)
                && same(type, transform.bind(source).apply(most), value);
    }

    private static @Nullable Object exact(
            Type.PrimitiveType source, NewFile.Stored stored, byte[] bound) {
        boolean cut =
                bound.length >= CUT
                        && (source.typeId() == Type.TypeID.STRING
                                || source.typeId() == Type.TypeID.BINARY);
        return cut ? null : Metered.value(source, stored, bound);
    }

    /** A footer may have a zero of either sign. */
    private static boolean same(Type type, @Nullable Object one, Object other) {
        if (one == null) {
            return false;
        }
        if (one instanceof Float || one instanceof Double) {
            return ((Number) one).doubleValue() == ((Number) other).doubleValue();
        }
        Comparator<Object> order = Comparators.forType(type.asPrimitiveType());
        return order.compare(one, other) == 0;
    }

    /** Values in their places. */
    private record Tuple(@Nullable Object[] values) implements StructLike {
        @Override
        public int size() {
            return values.length;
        }

        @Override
        public <T> @Nullable T get(int at, Class<T> type) {
            return type.cast(values[at]);
        }

        @Override
        public <T> void set(int at, T value) {
            values[at] = value;
        }
    }
}
