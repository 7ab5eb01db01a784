package org.domicile.streams;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.NullableSchema;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.utils.internals.ByteUtils;

/**
 * How much a request becomes before it is parsed: one of four mebibytes may be a million names of a
 * letter, which take forty times as much as objects. Its texts, elements and pieces of bytes are
 * counted by Kafka's own schema of it, and nothing is made of them.
 */
final class RequestParts {
    /**
     * A commit for each of 3,000 partitions, each in a topic of its own, has as many; as objects
     * they take less than a mebibyte.
     */
    static final int MOST = 16_000;

    private final ByteBuffer in;
    private int parts;

    private RequestParts(ByteBuffer in) {
        this.in = in;
    }

    /**
     * Whether a request can be parsed without harm.
     *
     * @param body what follows its header; its position is behind what was read afterwards
     */
    static boolean areFew(ApiKeys what, short version, ByteBuffer body) {
        Schema[] schemas = what.messageType.requestSchemas();
        if (version < 0 || version >= schemas.length || schemas[version] == null) {
            return false;
        }
        try {
            return new RequestParts(body).areFew(schemas[version]);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return false; // it ends too early, or a number in it is none
        }
    }

    private boolean areFew(Type type) {
        return switch (type) {
            case NullableSchema struct when in.get() < 0 -> fits(1);
            case Schema struct -> {
                boolean few = true;
                for (BoundField each : struct.fields()) {
                    few = few && areFew(each.def.type);
                }
                yield few;
            }
            case ArrayOf array -> elements(array, in.getInt());
            case CompactArrayOf array -> elements(array, ByteUtils.readUnsignedVarint(in) - 1);
            case TaggedFields fields -> tagged(fields);
            case Type.DocumentedType simple -> simple(simple.typeName());
            default -> throw new IllegalArgumentException("no request has a " + type);
        };
    }

    private boolean fits(int more) {
        parts += Math.min(Math.max(0, more), MOST + 1);
        return parts <= MOST;
    }

    private boolean elements(Type array, int count) {
        boolean few = fits(count) && fits(1);
        Optional<Type> element = array.arrayElementType();
        for (int i = 0; few && i < count && element.isPresent(); i++) {
            few = areFew(element.get());
        }
        return few;
    }

    private boolean tagged(TaggedFields fields) {
        int count = ByteUtils.readUnsignedVarint(in);
        boolean few = fits(count);
        for (int i = 0; few && i < count; i++) {
            Field known = fields.fields().get(ByteUtils.readUnsignedVarint(in));
            int size = ByteUtils.readUnsignedVarint(in);
            if (known == null) {
                few = skip(size);
            } else {
                few = areFew(known.type);
            }
        }
        return few;
    }

    private boolean simple(String type) {
        return switch (type) {
            case "BOOLEAN", "INT8" -> skip(1);
            case "INT16", "UINT16" -> skip(2);
            case "INT32", "UINT32" -> skip(4);
            case "INT64", "FLOAT64" -> skip(8);
            case "UUID" -> skip(16);
            case "STRING", "NULLABLE_STRING" -> fits(1) && skip(in.getShort());
            case "BYTES", "NULLABLE_BYTES", "RECORDS", "NULLABLE_RECORDS" ->
                    fits(1) && skip(in.getInt());
            case "COMPACT_STRING",
                    "COMPACT_NULLABLE_STRING",
                    "COMPACT_BYTES",
                    "COMPACT_NULLABLE_BYTES",
                    "COMPACT_RECORDS",
                    "COMPACT_NULLABLE_RECORDS" ->
                    fits(1) && skip(ByteUtils.readUnsignedVarint(in) - 1);
            default -> throw new IllegalArgumentException("no request has a " + type);
        };
    }

    /**
     * @param length less than 0 for nothing, where that may be
     */
    private boolean skip(int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        in.position(in.position() + Math.max(0, length));
        return true;
    }
}
