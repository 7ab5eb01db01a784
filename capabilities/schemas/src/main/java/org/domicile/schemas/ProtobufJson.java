package org.domicile.schemas;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Plain JSON of Protobuf's messages (its specification "ProtoJSON"): members under their name or
 * their name in JSON, numbers also as texts, bytes in base64, symbols by name or number.
 */
final class ProtobufJson {
    private ProtobufJson() {}

    static Cell cell(Descriptor of) {
        List<Cells.Member> members = new ArrayList<>();
        for (FieldDescriptor each : of.getFields()) {
            Supplier<@Nullable Object> absent = absent(each);
            Cell inner = field(each);
            Cell cell =
                    walk ->
                            walk.json().currentToken() == JsonToken.VALUE_NULL
                                    ? given(absent.get(), each)
                                    : inner.read(walk);
            members.add(
                    new Cells.Member(
                            each.getName(),
                            List.of(each.getName(), each.getJsonName()),
                            cell,
                            each.isRequired() ? Optional.empty() : Optional.of(absent)));
        }
        return new Cells.Struct(members, Cells.Unknown.DROPPED);
    }

    private static @Nullable Object given(@Nullable Object absent, FieldDescriptor of) {
        if (absent == null && of.isRequired()) {
            throw new BadRecord("it is missing");
        }
        return absent;
    }

    private static Supplier<@Nullable Object> absent(FieldDescriptor of) {
        if (of.isMapField()) {
            return LinkedHashMap::new;
        }
        if (of.isRepeated()) {
            return ArrayList::new;
        }
        return of.hasPresence() ? Cells.none() : () -> zero(of);
    }

    private static Object zero(FieldDescriptor of) {
        return switch (of.getType()) {
            case DOUBLE -> 0.0;
            case FLOAT -> 0.0f;
            case INT32, SINT32, SFIXED32 -> 0;
            case INT64, SINT64, SFIXED64, UINT32, FIXED32 -> 0L;
            case UINT64, FIXED64 -> BigDecimal.ZERO;
            case BOOL -> false;
            case STRING -> "";
            case ENUM -> of.getEnumType().getValues().getFirst().getName();
            case BYTES -> ByteBuffer.allocate(0);
            case MESSAGE, GROUP -> throw new IllegalStateException("a message has presence");
        };
    }

    private static Cell field(FieldDescriptor of) {
        if (of.isMapField()) {
            return new Cells.Mapping(value(of.getMessageType().findFieldByNumber(2)));
        }
        return of.isRepeated() ? new Cells.Sequence(value(of)) : value(of);
    }

    private static Cell value(FieldDescriptor of) {
        if (of.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            Descriptor message = of.getMessageType();
            if (message.getFullName().equals(ProtobufSchema.TIMESTAMP)) {
                return Cells.simple(ColumnType.Simple.INSTANT);
            }
            return ProtobufSchema.isWrapper(message)
                    ? value(message.getFields().getFirst())
                    : cell(message);
        }
        return Cell.of(scalar(of));
    }

    private static Cell.Leaf scalar(FieldDescriptor of) {
        return switch (of.getType()) {
            case DOUBLE -> ProtobufJson::number;
            case FLOAT -> json -> (float) number(json);
            case INT32, SINT32, SFIXED32 ->
                    json -> {
                        long value = whole(json);
                        if (value != (int) value) {
                            throw Cells.not("a whole number of 32 bits");
                        }
                        return (int) value;
                    };
            case INT64, SINT64, SFIXED64 -> ProtobufJson::whole;
            case UINT32, FIXED32 ->
                    json -> {
                        long value = whole(json);
                        if (value < 0 || value >= 1L << 32) {
                            throw Cells.not("a whole number of 32 bits without a sign");
                        }
                        return value;
                    };
            case UINT64, FIXED64 ->
                    json -> {
                        BigDecimal value = Cells.decimal(json, ProtobufSchema.UNSIGNED);
                        if (value.signum() < 0 || value.toBigInteger().bitLength() > 64) {
                            throw Cells.not("a whole number of 64 bits without a sign");
                        }
                        return value;
                    };
            case BOOL -> Cells::bool;
            case STRING -> Cells::text;
            case BYTES -> Cells::base64;
            case ENUM -> symbol(of);
            case MESSAGE, GROUP -> throw new IllegalStateException("not a scalar");
        };
    }

    private static long whole(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            return Cells.whole(json);
        }
        try {
            return Long.parseLong(json.getText());
        } catch (NumberFormatException e) {
            throw Cells.not("a whole number");
        }
    }

    private static double number(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            return Cells.number(json);
        }
        String text = json.getText();
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                try {
                    if (text.length() <= 100) {
                        yield new BigDecimal(text).doubleValue();
                    }
                } catch (NumberFormatException e) {
                    throw Cells.not("a number");
                }
                throw Cells.not("a number");
            }
        };
    }

    private static Cell.Leaf symbol(FieldDescriptor of) {
        EnumDescriptor type = of.getEnumType();
        return json -> {
            if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                return ProtobufRows.symbol(of, Cells.whole32(json));
            }
            String text = Cells.text(json);
            if (type.findValueByName(text) == null) {
                throw Cells.not("one of its symbols");
            }
            return text;
        };
    }
}
