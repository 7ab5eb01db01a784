package org.domicile.tables;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.BinaryUtil;
import org.apache.iceberg.util.UnicodeUtil;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of a file, of what its footer says of each leaf. Bounds are those of Iceberg's table
 * specification, appendix D: texts and bytes cut to 16, as its writers do; none for leaves of lists
 * and maps, for NaN, and where a row group has none. What a footer says and cannot be of the
 * field's type is left out, which only makes a reader look into the file.
 */
final class Metered {
    private static final int CUT = 16;

    private Metered() {}

    static Metrics of(Schema schema, NewFile file) {
        Map<Integer, Long> sizes = new HashMap<>();
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, ByteBuffer> least = new HashMap<>();
        Map<Integer, ByteBuffer> most = new HashMap<>();
        for (NewFile.Measured each : file.columns()) {
            Types.NestedField field = schema.findField(each.field());
            if (field == null || !field.type().isPrimitiveType()) {
                continue;
            }
            sizes.merge(each.field(), sum(each, NewFile.Group::bytes), Long::sum);
            values.merge(each.field(), sum(each, NewFile.Group::values), Long::sum);
            if (each.groups().stream().allMatch(group -> group.nulls() >= 0)) {
                nulls.merge(each.field(), sum(each, NewFile.Group::nulls), Long::sum);
            }
            if (!repeated(schema, each.field())) {
                Type.PrimitiveType type = field.type().asPrimitiveType();
                bound(type, each, true, least);
                bound(type, each, false, most);
            }
        }
        return new Metrics(file.rows(), sizes, values, nulls, Map.of(), least, most);
    }

    private interface Count {
        long of(NewFile.Group group);
    }

    private static long sum(NewFile.Measured measured, Count count) {
        return measured.groups().stream().mapToLong(count::of).sum();
    }

    /** Whether a field lies in a list or a map. */
    private static boolean repeated(Schema schema, int field) {
        String name = schema.findColumnName(field);
        for (int at = name.lastIndexOf('.'); at > 0; at = name.lastIndexOf('.', at - 1)) {
            Types.NestedField around = schema.findField(name.substring(0, at));
            if (around != null && !around.type().isStructType()) {
                return true;
            }
        }
        return false;
    }

    private static void bound(
            Type.PrimitiveType type,
            NewFile.Measured measured,
            boolean lower,
            Map<Integer, ByteBuffer> bounds) {
        Object bound = null;
        for (NewFile.Group group : measured.groups()) {
            if (group.nulls() == group.values() && group.values() > 0) {
                continue; // nothing but nulls
            }
            Object value = value(type, measured.stored(), lower ? group.least() : group.most());
            if (value == null) {
                return;
            }
            bound = bound == null || further(type, value, bound, lower) ? value : bound;
        }
        Object cut = bound == null ? null : cut(type, bound, lower);
        if (cut != null) {
            bounds.put(measured.field(), Conversions.toByteBuffer(type, cut));
        }
    }

    private static boolean further(
            Type.PrimitiveType type, Object value, Object than, boolean lower) {
        Comparator<Object> order = Comparators.forType(type);
        int compared = order.compare(value, than);
        return lower ? compared < 0 : compared > 0;
    }

    /** Null where no bound can be made of it. */
    private static @Nullable Object cut(Type.PrimitiveType type, Object bound, boolean lower) {
        return switch (type.typeId()) {
            case STRING ->
                    lower
                            ? UnicodeUtil.truncateStringMin((String) bound, CUT)
                            : UnicodeUtil.truncateStringMax((String) bound, CUT);
            case BINARY ->
                    lower
                            ? BinaryUtil.truncateBinaryMin((ByteBuffer) bound, CUT)
                            : BinaryUtil.truncateBinaryMax((ByteBuffer) bound, CUT);
            default -> bound;
        };
    }

    /** Null where it is none. */
    static @Nullable Object value(Type.PrimitiveType type, NewFile.Stored stored, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean whole = stored == NewFile.Stored.INT32 && bytes.length == 4;
        boolean wide = stored == NewFile.Stored.INT64 && bytes.length == 8;
        return switch (type.typeId()) {
            case BOOLEAN ->
                    stored == NewFile.Stored.BOOLEAN && bytes.length == 1 ? bytes[0] != 0 : null;
            case INTEGER, DATE -> whole ? in.getInt() : null;
            case LONG -> wide ? (Object) in.getLong() : whole ? (Object) (long) in.getInt() : null;
            case TIME, TIMESTAMP, TIMESTAMP_NANO -> wide ? in.getLong() : null;
            case FLOAT -> {
                Float value =
                        stored == NewFile.Stored.FLOAT && bytes.length == 4 ? in.getFloat() : null;
                yield value == null || value.isNaN() ? null : value;
            }
            case DOUBLE -> {
                Double value =
                        stored == NewFile.Stored.DOUBLE && bytes.length == 8
                                ? in.getDouble()
                                : null;
                yield value == null || value.isNaN() ? null : value;
            }
            case STRING -> stored == NewFile.Stored.BYTE_ARRAY ? text(bytes) : null;
            case BINARY -> stored == NewFile.Stored.BYTE_ARRAY && bytes.length > 0 ? in : null;
            case DECIMAL -> {
                BigInteger unscaled =
                        whole
                                ? BigInteger.valueOf(in.getInt())
                                : wide
                                        ? BigInteger.valueOf(in.getLong())
                                        : stored == NewFile.Stored.FIXED && bytes.length > 0
                                                ? new BigInteger(bytes)
                                                : null;
                yield unscaled == null
                        ? null
                        : new java.math.BigDecimal(unscaled, ((Types.DecimalType) type).scale());
            }
            default -> null;
        };
    }

    private static @Nullable Object text(byte[] bytes) {
        if (bytes.length == 0) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            return null;
        }
    }
}
