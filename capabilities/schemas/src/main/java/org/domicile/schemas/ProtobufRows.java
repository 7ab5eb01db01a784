package org.domicile.schemas;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows of Protobuf's wire format (its specification "Encoding"), by field number: what the reader's
 * message has no field for is passed over, and so is what comes in another wire type.
 */
final class ProtobufRows implements Rows {
    private static final int MOST_INDEXES = 100;

    private final Message root;
    private final String name;
    private final ProtobufSchema writer;

    ProtobufRows(Descriptor root, ProtobufSchema writer) {
        this.root = new Message(root);
        this.name = root.getFullName();
        this.writer = writer;
    }

    @Override
    public @Nullable Object[] read(byte[] value, int from) {
        CodedInputStream input = CodedInputStream.newInstance(value, from, value.length - from);
        try {
            String written =
                    writer.message(path(input))
                            .map(Descriptor::getFullName)
                            .orElseThrow(() ->
                                    new BadRecord("the schema that wrote it has no such message"));
            if (!written.equals(name)) {
                throw new BadRecord("it is not a message of the type " + name);
            }
            Input whole = new Input(input);
            @Nullable Object[] row = root.fresh(whole);
            root.read(whole, row, 0);
            root.complete(row);
            return row;
        } catch (InvalidProtocolBufferException e) {
            throw new BadRecord("it is no message that can be read");
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot fail", e);
        }
    }

    /** Confluent's: how many indexes, and each of them; a single zero for the first message. */
    private static List<Integer> path(CodedInputStream input) throws IOException {
        int count = input.readSInt32();
        if (count < 0 || count > MOST_INDEXES) {
            throw new BadRecord("it has no path of a message behind its header");
        }
        if (count == 0) {
            return List.of(0);
        }
        List<Integer> path = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            path.add(input.readSInt32());
        }
        return path;
    }

    /** A record's bytes, and how many values were made of them. Owned by one thread. */
    private static final class Input {
        private final CodedInputStream bytes;
        private int values;

        Input(CodedInputStream bytes) {
            this.bytes = bytes;
        }

        void counted(int more) {
            values += more;
            if (values > Walk.MOST_VALUES) {
                throw Walk.tooMany();
            }
        }
    }

    /** Reads one value, with its tag read. */
    private interface Reader {
        Object read(Input input) throws IOException;
    }

    /** The same of one that holds no others. */
    private interface Scalar {
        Object read(CodedInputStream bytes) throws IOException;
    }

    private static final class Message {
        private final Map<Integer, Field> fields = new HashMap<>();
        private final Field[] columns;

        Message(Descriptor of) {
            List<FieldDescriptor> all = of.getFields();
            columns = new Field[all.size()];
            for (int i = 0; i < columns.length; i++) {
                columns[i] = new Field(all.get(i), i);
                fields.put(all.get(i).getNumber(), columns[i]);
            }
        }

        @Nullable Object[] fresh(Input input) {
            input.counted(columns.length);
            @Nullable Object[] row = new Object[columns.length];
            for (int i = 0; i < row.length; i++) {
                row[i] = columns[i].standard();
            }
            return row;
        }

        void complete(@Nullable Object[] row) {
            for (int i = 0; i < row.length; i++) {
                if (row[i] != null) {
                    continue;
                }
                if (columns[i].required) {
                    throw new BadRecord("it is missing").in(columns[i].name);
                }
                row[i] = columns[i].none;
            }
        }

        /**
         * @param end the tag of a group's end; 0 for the end of the input
         */
        void read(Input input, @Nullable Object[] row, int end) throws IOException {
            for (int tag = input.bytes.readTag(); tag != end; tag = input.bytes.readTag()) {
                if (tag == 0) {
                    throw new BadRecord("it ends before what its schema says");
                }
                Field field = fields.get(WireFormat.getTagFieldNumber(tag));
                if (field == null || !field.takes(input, WireFormat.getTagWireType(tag), row)) {
                    skip(input, tag);
                }
            }
        }
    }

    private static void skip(Input input, int tag) throws IOException {
        if (!input.bytes.skipField(tag)) {
            throw new BadRecord("it is no message that can be read");
        }
    }

    private static final class Field {
        private final String name;
        private final int column;
        private final int number;
        private final boolean required;
        private final boolean repeated;
        private final boolean packable;
        private final int wire;
        private final int[] others;
        private final FieldDescriptor of;
        private final @Nullable Message message;
        private final @Nullable Field key;
        private final @Nullable Field value;
        private final @Nullable Field wrapped;
        private final Reader reader;

        /** What stands where nothing came: of what is repeated, an empty one that all share. */
        private final @Nullable Object none;

        Field(FieldDescriptor of, int column) {
            this.of = of;
            this.name = of.getName();
            this.column = column;
            this.number = of.getNumber();
            this.required = of.isRequired();
            this.repeated = of.isRepeated();
            this.packable = of.isPackable();
            this.wire = wire(of);
            this.others =
                    of.getRealContainingOneof() == null
                            ? new int[0]
                            : of.getRealContainingOneof().getFields().stream()
                                    .filter(each -> each != of)
                                    .mapToInt(FieldDescriptor::getIndex)
                                    .toArray();
            boolean nests = of.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (of.isMapField()) {
                this.key = new Field(of.getMessageType().findFieldByNumber(1), 0);
                this.value = new Field(of.getMessageType().findFieldByNumber(2), 1);
                this.message = null;
            } else {
                this.key = null;
                this.value = null;
                this.message =
                        nests && !isPlain(of.getMessageType())
                                ? new Message(of.getMessageType())
                                : null;
            }
            this.wrapped =
                    nests && ProtobufSchema.isWrapper(of.getMessageType())
                            ? new Field(of.getMessageType().getFields().getFirst(), 0)
                            : null;
            this.none = of.isMapField() ? Map.of() : repeated ? List.of() : null;
            if (nests) {
                this.reader = this::nested;
            } else {
                Scalar scalar = scalar(of);
                this.reader = input -> scalar.read(input.bytes);
            }
        }

        private static boolean isPlain(Descriptor message) {
            return message.getFullName().equals(ProtobufSchema.TIMESTAMP)
                    || ProtobufSchema.isWrapper(message);
        }

        /** What stands in a new row. */
        @Nullable Object standard() {
            return repeated || of.hasPresence() ? null : zero();
        }

        /** What it is when nothing is said, where that is something. */
        Object zero() {
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

        /** What a map has where only a key came. */
        private Object empty(Input input) {
            if (of.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                return zero();
            }
            if (message != null) {
                return message.fresh(input);
            }
            return wrapped != null ? wrapped.zero() : Moments.instant(Moments.timestamp(0L, 0L));
        }

        /** Whether it is of this field; if so, it is in the row then. */
        boolean takes(Input input, int wireType, @Nullable Object[] row) throws IOException {
            try {
                if (repeated && packable && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                    int before = input.bytes.pushLimit(input.bytes.readRawVarint32());
                    while (input.bytes.getBytesUntilLimit() > 0) {
                        add(input, row);
                    }
                    input.bytes.popLimit(before);
                    return true;
                }
                if (wireType != wire) {
                    return false;
                }
                if (key != null && value != null) {
                    entry(input, key, value, row);
                } else if (repeated) {
                    add(input, row);
                } else if (message != null && row[column] instanceof Object[] begun) {
                    merge(input, message, begun);
                } else {
                    row[column] = reader.read(input);
                    for (int each : others) {
                        row[each] = null;
                    }
                }
                return true;
            } catch (BadRecord e) {
                throw e.in(name);
            }
        }

        @SuppressWarnings("unchecked") // nothing else is put there
        private void add(Input input, @Nullable Object[] row) throws IOException {
            input.counted(1);
            List<Object> values = (List<Object>) row[column];
            if (values == null || values == none) {
                values = new ArrayList<>();
                row[column] = values;
            }
            values.add(reader.read(input));
        }

        @SuppressWarnings("unchecked") // nothing else is put there
        private void entry(Input input, Field key, Field value, @Nullable Object[] row)
                throws IOException {
            input.counted(2);
            @Nullable Object[] pair = {key.zero(), null};
            int before = input.bytes.pushLimit(input.bytes.readRawVarint32());
            for (int tag = input.bytes.readTag(); tag != 0; tag = input.bytes.readTag()) {
                int field = WireFormat.getTagFieldNumber(tag);
                int type = WireFormat.getTagWireType(tag);
                boolean taken =
                        (field == 1 && key.takes(input, type, pair))
                                || (field == 2 && value.takes(input, type, pair));
                if (!taken) {
                    skip(input, tag);
                }
            }
            input.bytes.popLimit(before);
            Object held = pair[1] == null ? value.empty(input) : pair[1];
            if (value.message != null && held instanceof Object[] nested) {
                value.message.complete(nested);
            }
            String text =
                    pair[0] instanceof BigDecimal number
                            ? number.toPlainString()
                            : String.valueOf(pair[0]);
            Map<String, Object> values = (Map<String, Object>) row[column];
            if (values == null || values == none) {
                values = new LinkedHashMap<>();
                row[column] = values;
            }
            values.put(text, held);
        }

        private Object nested(Input input) throws IOException {
            if (message != null) {
                @Nullable Object[] row = message.fresh(input);
                merge(input, message, row);
                return row;
            }
            int before = input.bytes.pushLimit(input.bytes.readRawVarint32());
            Object plain = wrapped != null ? held(input, wrapped) : timestamp(input.bytes);
            input.bytes.popLimit(before);
            return plain;
        }

        private void merge(Input input, Message into, @Nullable Object[] row) throws IOException {
            if (of.getType() == FieldDescriptor.Type.GROUP) {
                into.read(input, row, number << 3 | WireFormat.WIRETYPE_END_GROUP);
            } else {
                int before = input.bytes.pushLimit(input.bytes.readRawVarint32());
                into.read(input, row, 0);
                input.bytes.popLimit(before);
            }
            into.complete(row);
        }

        private static Object held(Input input, Field inner) throws IOException {
            @Nullable Object[] row = {inner.zero()};
            for (int tag = input.bytes.readTag(); tag != 0; tag = input.bytes.readTag()) {
                boolean taken =
                        WireFormat.getTagFieldNumber(tag) == 1
                                && inner.takes(input, WireFormat.getTagWireType(tag), row);
                if (!taken) {
                    skip(input, tag);
                }
            }
            return Objects.requireNonNull(row[0]);
        }

        private static Object timestamp(CodedInputStream input) throws IOException {
            long seconds = 0;
            int nanos = 0;
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                switch (tag) {
                    case 1 << 3 -> seconds = input.readInt64();
                    case 2 << 3 -> nanos = input.readInt32();
                    default -> {
                        if (!input.skipField(tag)) {
                            throw new BadRecord("it is no message that can be read");
                        }
                    }
                }
            }
            if (nanos < 0 || nanos >= 1_000_000_000) {
                throw new BadRecord("a time has other than 0 to 999,999,999 nanoseconds");
            }
            return Moments.instant(Moments.timestamp(seconds, (long) nanos));
        }

        private static int wire(FieldDescriptor of) {
            return switch (of.getType()) {
                case DOUBLE, FIXED64, SFIXED64 -> WireFormat.WIRETYPE_FIXED64;
                case FLOAT, FIXED32, SFIXED32 -> WireFormat.WIRETYPE_FIXED32;
                case INT32, INT64, UINT32, UINT64, SINT32, SINT64, BOOL, ENUM ->
                        WireFormat.WIRETYPE_VARINT;
                case STRING, BYTES, MESSAGE -> WireFormat.WIRETYPE_LENGTH_DELIMITED;
                case GROUP -> WireFormat.WIRETYPE_START_GROUP;
            };
        }

        private static Scalar scalar(FieldDescriptor of) {
            return switch (of.getType()) {
                case DOUBLE -> CodedInputStream::readDouble;
                case FLOAT -> CodedInputStream::readFloat;
                case INT32 -> CodedInputStream::readInt32;
                case SINT32 -> CodedInputStream::readSInt32;
                case SFIXED32 -> CodedInputStream::readSFixed32;
                case INT64 -> CodedInputStream::readInt64;
                case SINT64 -> CodedInputStream::readSInt64;
                case SFIXED64 -> CodedInputStream::readSFixed64;
                case UINT32 -> input -> Integer.toUnsignedLong(input.readUInt32());
                case FIXED32 -> input -> Integer.toUnsignedLong(input.readFixed32());
                case UINT64 -> input -> unsigned(input.readUInt64());
                case FIXED64 -> input -> unsigned(input.readFixed64());
                case BOOL -> CodedInputStream::readBool;
                case STRING ->
                        input -> {
                            byte[] bytes = input.readByteArray();
                            return Cells.text(bytes, 0, bytes.length);
                        };
                case BYTES -> input -> ByteBuffer.wrap(input.readByteArray());
                case ENUM -> input -> symbol(of, input.readEnum());
                case MESSAGE, GROUP -> throw new IllegalStateException("not a scalar");
            };
        }
    }

    static BigDecimal unsigned(long bits) {
        return new BigDecimal(Long.toUnsignedString(bits));
    }

    /** Its name; the number where there is none, as of what a later schema wrote. */
    static String symbol(FieldDescriptor of, int number) {
        EnumValueDescriptor value = of.getEnumType().findValueByNumber(number);
        return value == null ? Integer.toString(number) : value.getName();
    }
}
