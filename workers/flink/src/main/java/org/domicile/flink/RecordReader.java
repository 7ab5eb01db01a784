package org.domicile.flink;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Rows from records that are JSON objects, bare or behind the five bytes by which Confluent's
 * clients say the schema. A record that does not fit its columns is passed over: a watch goes on,
 * whatever somebody publishes. Times with an offset are read with any, and as milliseconds since
 * 1970.
 */
final class RecordReader implements DeserializationSchema<RowData> {
    private static final long serialVersionUID = 1L;
    private static final int FRAME = 5;

    private final RowType type;
    private final TypeInformation<RowData> made;
    private transient @Nullable ObjectMapper json;

    RecordReader(RowType type, TypeInformation<RowData> made) {
        this.type = type;
        this.made = made;
    }

    /** A value does not fit its column. */
    private static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit() {
            super("", null, false, false);
        }
    }

    @Override
    public @Nullable RowData deserialize(byte @Nullable [] record) throws IOException {
        if (record == null || record.length == 0) {
            return null;
        }
        ObjectMapper mapper = json;
        if (mapper == null) {
            mapper = new ObjectMapper();
            json = mapper;
        }
        int from = record[0] == 0 ? FRAME : 0;
        if (record.length <= from) {
            return null;
        }
        try {
            JsonNode node = mapper.readTree(record, from, record.length - from);
            return node != null && node.isObject() ? row(node, type) : null;
        } catch (IOException
                | Unfit
                | DateTimeException
                | IllegalArgumentException
                | ArithmeticException e) {
            return null; // what does not fit is no row
        }
    }

    private static GenericRowData row(JsonNode node, RowType type) throws Unfit {
        GenericRowData row = new GenericRowData(type.getFieldCount());
        List<RowType.RowField> fields = type.getFields();
        for (int i = 0; i < fields.size(); i++) {
            RowType.RowField field = fields.get(i);
            row.setField(i, value(node.get(field.getName()), field.getType()));
        }
        return row;
    }

    private static @Nullable Object value(@Nullable JsonNode node, LogicalType type) throws Unfit {
        if (node == null || node.isNull()) {
            return null;
        }
        return switch (type.getTypeRoot()) {
            case CHAR, VARCHAR ->
                    StringData.fromString(node.isTextual() ? node.textValue() : node.toString());
            case BOOLEAN -> fit(node.isBoolean(), node).booleanValue();
            case INTEGER -> fit(node.isIntegralNumber() && node.canConvertToInt(), node).intValue();
            case BIGINT ->
                    fit(node.isIntegralNumber() && node.canConvertToLong(), node).longValue();
            case FLOAT -> (float) fit(node.isNumber(), node).doubleValue();
            case DOUBLE -> fit(node.isNumber(), node).doubleValue();
            case DECIMAL -> decimal(node, (DecimalType) type);
            case DATE -> (int) LocalDate.parse(text(node)).toEpochDay();
            case TIME_WITHOUT_TIME_ZONE ->
                    (int) (LocalTime.parse(text(node)).toNanoOfDay() / 1_000_000);
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                    TimestampData.fromLocalDateTime(LocalDateTime.parse(text(node)));
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> TimestampData.fromInstant(instant(node));
            case BINARY, VARBINARY -> Base64.getDecoder().decode(text(node));
            case ARRAY -> array(node, (ArrayType) type);
            case MAP -> map(node, (MapType) type);
            case ROW -> row(fit(node.isObject(), node), (RowType) type);
            default -> throw new Unfit();
        };
    }

    private static JsonNode fit(boolean fits, JsonNode node) throws Unfit {
        if (!fits) {
            throw new Unfit();
        }
        return node;
    }

    private static String text(JsonNode node) throws Unfit {
        return fit(node.isTextual(), node).textValue();
    }

    private static DecimalData decimal(JsonNode node, DecimalType type) throws Unfit {
        BigDecimal number =
                node.isTextual()
                        ? new BigDecimal(node.textValue())
                        : fit(node.isNumber(), node).decimalValue();
        DecimalData decimal =
                DecimalData.fromBigDecimal(number, type.getPrecision(), type.getScale());
        if (decimal == null) {
            throw new Unfit();
        }
        return decimal;
    }

    private static Instant instant(JsonNode node) throws Unfit {
        return node.isIntegralNumber()
                ? Instant.ofEpochMilli(node.longValue())
                : OffsetDateTime.parse(text(node)).toInstant();
    }

    private static GenericArrayData array(JsonNode node, ArrayType type) throws Unfit {
        fit(node.isArray(), node);
        @Nullable Object[] all = new @Nullable Object[node.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = value(node.get(i), type.getElementType());
        }
        return new GenericArrayData(all);
    }

    private static GenericMapData map(JsonNode node, MapType type) throws Unfit {
        fit(node.isObject(), node);
        Map<Object, @Nullable Object> all = new HashMap<>();
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            all.put(
                    StringData.fromString(each.getKey()),
                    value(each.getValue(), type.getValueType()));
        }
        return new GenericMapData(all);
    }

    @Override
    public boolean isEndOfStream(RowData next) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return made;
    }
}
