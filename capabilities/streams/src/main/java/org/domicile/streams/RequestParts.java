package org.domicile.streams;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
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
     * A commit for each of 3,000 partitions, each in a topic of its own, has 15,000; as objects
     * they take some mebibyte.
     */
    static final int MOST = 16_000;

    /** Of what Kafka makes sets of that look through each other where they are alike. */
    private static final int MOST_OF_SETS = 5_000;

    /** Of what no client has a right to. */
    private static final int MOST_CLOSED = 500;

    /** Ways to share out partitions are few. */
    private static final int MOST_JOINING = 100;

    /** Bytes that are copied, of all parts that are no records. */
    private static final int MOST_COPIED = 300 << 10;

    private final ByteBuffer in;
    private final int most;
    private int parts;
    private int copied;

    private RequestParts(ByteBuffer in, int most) {
        this.in = in;
        this.most = most;
    }

    /**
     * Whether a request can be parsed without harm.
     *
     * @param body what follows its header, and nothing else
     */
    static boolean areFew(ApiKeys what, short version, ByteBuffer body) {
        Schema[] schemas = what.messageType.requestSchemas();
        if (version < 0 || version >= schemas.length || schemas[version] == null) {
            return false;
        }
        try {
            return new RequestParts(body, most(what)).areFew(schemas[version])
                    && !body.hasRemaining();
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return false; // it ends too early, or a number in it is none
        }
    }

    private static int most(ApiKeys what) {
        return switch (what) {
            case JOIN_GROUP -> MOST_JOINING;
            case PRODUCE, OFFSET_FOR_LEADER_EPOCH, ADD_PARTITIONS_TO_TXN, OFFSET_DELETE ->
                    MOST_OF_SETS;
            case CREATE_TOPICS,
                    CREATE_PARTITIONS,
                    DELETE_TOPICS,
                    DELETE_RECORDS,
                    ALTER_CONFIGS,
                    INCREMENTAL_ALTER_CONFIGS,
                    CREATE_ACLS,
                    DELETE_ACLS ->
                    MOST_CLOSED;
            default -> MOST;
        };
    }

    /** Parts of what a consumer says of itself as it joins a group; many for what is not such. */
    static int ofSubscription(byte[] metadata) {
        ByteBuffer in = ByteBuffer.wrap(metadata);
        RequestParts parts = new RequestParts(in, MOST);
        try {
            Schema[] schemas = ConsumerProtocolSubscription.SCHEMAS;
            int version = in.getShort();
            return parts.areFew(schemas[Math.clamp(version, 0, schemas.length - 1)])
                    ? parts.parts
                    : MOST;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return Math.max(parts.parts, metadata.length); // Kafka reads on until it fails
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
        parts += Math.clamp(more, 0, most + 1);
        return parts <= most;
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
                few = fits(1) && copies(size);
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
            case "STRING", "NULLABLE_STRING" -> fits(1) && copies(in.getShort());
            case "BYTES", "NULLABLE_BYTES" -> fits(1) && copies(in.getInt());
            case "RECORDS", "NULLABLE_RECORDS" -> fits(1) && skip(in.getInt());
            case "COMPACT_STRING",
                    "COMPACT_NULLABLE_STRING",
                    "COMPACT_BYTES",
                    "COMPACT_NULLABLE_BYTES" ->
                    fits(1) && copies(ByteUtils.readUnsignedVarint(in) - 1);
            case "COMPACT_RECORDS", "COMPACT_NULLABLE_RECORDS" ->
                    fits(1) && skip(ByteUtils.readUnsignedVarint(in) - 1);
            default -> throw new IllegalArgumentException("no request has a " + type);
        };
    }

    private boolean copies(int length) {
        copied += Math.max(0, length);
        return skip(length) && copied <= MOST_COPIED;
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
