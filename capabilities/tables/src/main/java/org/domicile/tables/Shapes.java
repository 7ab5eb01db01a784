package org.domicile.tables;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.mapping.MappedField;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/** Words for a schema of the library's. */
final class Shapes {
    private final NameMapping mapping;

    /** Of a view, which has no files. */
    Shapes() {
        this.mapping = NameMapping.empty();
    }

    Shapes(TableMetadata metadata) {
        String json = metadata.properties().get(TableProperties.DEFAULT_NAME_MAPPING);
        this.mapping = json == null ? NameMapping.empty() : NameMappingParser.fromJson(json);
    }

    List<Field> of(Schema schema) {
        return schema.columns().stream().map(this::field).toList();
    }

    private Field field(Types.NestedField field) {
        MappedField mapped = mapping.find(field.fieldId());
        Set<String> names = new LinkedHashSet<>();
        names.add(field.name());
        if (mapped != null) {
            names.addAll(mapped.names());
        }
        return new Field(
                field.fieldId(),
                field.name(),
                List.copyOf(names),
                form(field.type()),
                field.isRequired() ? Scan.Presence.REQUIRED : Scan.Presence.OPTIONAL,
                initial(field.type(), field.initialDefault()),
                field.doc() == null ? "" : field.doc());
    }

    private Field.Form form(Type type) {
        if (type.isStructType()) {
            List<Field> fields = new ArrayList<>();
            type.asStructType().fields().forEach(each -> fields.add(field(each)));
            return new Field.Form.Struct(fields);
        }
        if (type.isListType()) {
            return new Field.Form.Items(field(type.asListType().fields().getFirst()));
        }
        if (type.isMapType()) {
            List<Types.NestedField> pair = type.asMapType().fields();
            return new Field.Form.Entries(field(pair.get(0)), field(pair.get(1)));
        }
        return new Field.Form.Plain(type.toString().replace(" ", ""));
    }

    private static Field.Initial initial(Type type, @Nullable Object value) {
        return value == null ? new Field.Initial.None() : new Field.Initial.Text(text(type, value));
    }

    /** Of a file that is partitioned by columns as they are, by their ids. */
    static Map<Integer, String> constants(PartitionSpec spec, StructLike values) {
        Map<Integer, String> constants = new HashMap<>();
        for (int i = 0; i < spec.fields().size(); i++) {
            PartitionField field = spec.fields().get(i);
            Object value = values.get(i, spec.javaClasses()[i]);
            if (value != null && field.transform().isIdentity()) {
                Type type = spec.partitionType().fields().get(i).type();
                constants.put(field.sourceId(), text(type, value));
            }
        }
        return constants;
    }

    private static String text(Type type, Object value) {
        return switch (value) {
            case ByteBuffer bytes -> {
                byte[] copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                yield HexFormat.of().formatHex(copy);
            }
            case BigDecimal decimal -> decimal.toPlainString();
            case UUID uuid -> uuid.toString();
            case Integer days when type.typeId() == Type.TypeID.DATE ->
                    DateTimeUtil.daysToIsoDate(days);
            case Long micros when type.typeId() == Type.TypeID.TIME ->
                    DateTimeUtil.microsToIsoTime(micros);
            case Long micros when type.typeId() == Type.TypeID.TIMESTAMP ->
                    ((Types.TimestampType) type).shouldAdjustToUTC()
                            ? DateTimeUtil.microsToIsoTimestamptz(micros)
                            : DateTimeUtil.microsToIsoTimestamp(micros);
            case Long nanos when type.typeId() == Type.TypeID.TIMESTAMP_NANO ->
                    ((Types.TimestampNanoType) type).shouldAdjustToUTC()
                            ? DateTimeUtil.nanosToIsoTimestamptz(nanos)
                            : DateTimeUtil.nanosToIsoTimestamp(nanos);
            default -> String.valueOf(value);
        };
    }
}
