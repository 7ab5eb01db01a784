package org.domicile.schemas;

import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.WrappersProto;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Protocol Buffers, proto2 and proto3: as text, or as a serialised {@code FileDescriptorProto} in
 * base64, which Confluent's clients send where they have no text.
 *
 * <p>A record is the first message of its file. Fields with presence are columns that may be null;
 * others have their default where a record says nothing.
 */
final class ProtobufSchema implements Parsed {
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/\\s]+={0,2}\\s*");
    private static final String NAME = "schema.proto";

    private static final String OF_TYPE = "syntax = \"proto3\"; package google.type; ";

    /** Of Google's common types, those that are values of records. */
    private static final Map<String, String> COMMON =
            Map.of(
                    "date.proto",
                    OF_TYPE + "message Date { int32 year = 1; int32 month = 2; int32 day = 3; }",
                    "timeofday.proto",
                    OF_TYPE
                            + "message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32"
                            + " seconds = 3; int32 nanos = 4; }",
                    "money.proto",
                    OF_TYPE
                            + "message Money { string currency_code = 1; int64 units = 2; int32"
                            + " nanos = 3; }",
                    "latlng.proto",
                    OF_TYPE + "message LatLng { double latitude = 1; double longitude = 2; }",
                    "decimal.proto",
                    OF_TYPE + "message Decimal { string value = 1; }");

    /** Of Google's own and Confluent's files, what every client has without being told. */
    private static final Map<String, FileDescriptor> KNOWN = known();

    private static Map<String, FileDescriptor> known() {
        Map<String, FileDescriptor> known = new HashMap<>();
        COMMON.forEach((name, text) -> known.put("google/type/" + name, link(text)));
        known.putAll(
                Map.ofEntries(
                        Map.entry("google/protobuf/any.proto", AnyProto.getDescriptor()),
                        Map.entry("google/protobuf/duration.proto", DurationProto.getDescriptor()),
                        Map.entry("google/protobuf/empty.proto", EmptyProto.getDescriptor()),
                        Map.entry(
                                "google/protobuf/field_mask.proto", FieldMaskProto.getDescriptor()),
                        Map.entry("google/protobuf/struct.proto", StructProto.getDescriptor()),
                        Map.entry(
                                "google/protobuf/timestamp.proto", TimestampProto.getDescriptor()),
                        Map.entry("google/protobuf/wrappers.proto", WrappersProto.getDescriptor()),
                        Map.entry(
                                "confluent/meta.proto",
                                link("syntax = \"proto3\"; package confluent;")),
                        Map.entry(
                                "confluent/type/decimal.proto",
                                link(
                                        "syntax = \"proto3\"; package confluent.type; message"
                                            + " Decimal { bytes value = 1; uint32 precision = 2;"
                                            + " int32 scale = 3; }"))));
        return Map.copyOf(known);
    }

    private final FileDescriptor file;
    private final List<String> imports;
    private final String canonical;
    private final String text;

    private ProtobufSchema(
            FileDescriptor file, List<String> imports, String canonical, String text) {
        this.file = file;
        this.imports = imports;
        this.canonical = canonical;
        this.text = text;
    }

    private static FileDescriptor link(String text) {
        return link(ProtoText.parse(text, NAME), Map.of());
    }

    /**
     * @param on what it builds on, by the names under which it imports them
     */
    static ProtobufSchema parse(String text, Map<String, ProtobufSchema> on) {
        boolean serialised = !text.isBlank() && BASE64.matcher(text).matches();
        FileDescriptorProto proto = serialised ? proto(text) : ProtoText.parse(text, NAME);
        Map<String, FileDescriptor> files = new HashMap<>();
        on.forEach((name, other) -> files.put(name, other.file));
        FileDescriptor file = link(proto, files);
        List<String> imports = List.copyOf(proto.getDependencyList());
        String canonical = ProtoPrint.text(file, imports);
        return new ProtobufSchema(file, imports, canonical, serialised ? canonical : text);
    }

    private static FileDescriptorProto proto(String text) {
        try {
            FileDescriptorProto proto =
                    FileDescriptorProto.parseFrom(
                            Base64.getDecoder().decode(text.replaceAll("\\s", "")));
            if (!Set.of("", "proto2", "proto3").contains(proto.getSyntax())) {
                throw new BadSchema("Its syntax is neither proto2 nor proto3.");
            }
            return proto.toBuilder()
                    .clearSourceCodeInfo()
                    .clearService()
                    .clearExtension()
                    .clearOptions()
                    .build();
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new BadSchema(
                    "It is neither the text of a .proto file nor a serialised descriptor of one.");
        }
    }

    /**
     * Links names to what they mean. protobuf-java knows files by their names, and the same file
     * may be imported under several: here each is called after what it says.
     */
    private static FileDescriptor link(FileDescriptorProto proto, Map<String, FileDescriptor> on) {
        FileDescriptorProto.Builder named = proto.toBuilder().clearDependency();
        List<FileDescriptor> files = new ArrayList<>();
        for (String name : proto.getDependencyList()) {
            FileDescriptor file = on.containsKey(name) ? on.get(name) : KNOWN.get(name);
            if (file == null) {
                throw new BadSchema(
                        "It imports '%s', which is not among its references."
                                .formatted(JsonText.brief(name)));
            }
            files.add(file);
            named.addDependency(file.getName());
        }
        named.setName(Hash.of(proto.toBuilder().clearName().build().toByteArray()) + ".proto");
        try {
            return FileDescriptor.buildFrom(named.build(), files.toArray(FileDescriptor[]::new));
        } catch (DescriptorValidationException | RuntimeException e) {
            // It takes descriptors from compilers, and stumbles over some that none has made.
            throw new BadSchema("It is no Protobuf schema: " + JsonText.brief(e));
        }
    }

    // its forms

    @Override
    public String canonical() {
        return canonical;
    }

    @Override
    public String text() {
        return text;
    }

    /** As a {@code FileDescriptorProto} in base64, with all names in full. */
    String serialised() {
        FileDescriptorProto.Builder proto =
                file.toProto().toBuilder().clearName().clearDependency().addAllDependency(imports);
        for (int i = 0; i < proto.getMessageTypeCount(); i++) {
            proto.setMessageType(i, resolved(file.getMessageTypes().get(i)));
        }
        return Base64.getEncoder().encodeToString(proto.build().toByteArray());
    }

    private static DescriptorProto resolved(Descriptor type) {
        DescriptorProto.Builder proto = type.toProto().toBuilder();
        for (int i = 0; i < proto.getFieldCount(); i++) {
            FieldDescriptor field = type.getFields().get(i);
            FieldDescriptorProto.Builder each = proto.getFieldBuilder(i);
            each.setType(field.getType().toProto());
            switch (field.getJavaType()) {
                case MESSAGE -> each.setTypeName("." + field.getMessageType().getFullName());
                case ENUM -> each.setTypeName("." + field.getEnumType().getFullName());
                case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING -> {}
            }
        }
        for (int i = 0; i < proto.getNestedTypeCount(); i++) {
            proto.setNestedType(i, resolved(type.getNestedTypes().get(i)));
        }
        return proto.build();
    }

    FileDescriptor file() {
        return file;
    }

    /** What a record is: its first message. */
    Optional<Descriptor> root() {
        return file.getMessageTypes().stream().findFirst();
    }

    /** The message that a path of indexes in Confluent's header means. */
    Optional<Descriptor> message(List<Integer> path) {
        List<Descriptor> types = file.getMessageTypes();
        Descriptor found = null;
        for (int each : path) {
            if (each < 0 || each >= types.size()) {
                return Optional.empty();
            }
            found = types.get(each);
            types = found.getNestedTypes();
        }
        return Optional.ofNullable(found);
    }

    @Override
    public Schemas.Shape shape() {
        Optional<Descriptor> root = root();
        if (root.isEmpty()) {
            return new Schemas.Shape.None(
                    "The schema has no message, and only those have columns.");
        }
        try {
            return Columns.shape(columns(root.get(), new HashSet<>(), new Columns.Budget(), 1));
        } catch (BadSchema e) {
            return new Schemas.Shape.None(e.sentence());
        }
    }

    private static List<Column> columns(
            Descriptor of, Set<Descriptor> above, Columns.Budget budget, int level) {
        if (!above.add(of)) {
            throw new BadSchema(
                    "The message %s holds itself; a table has a fixed number of columns."
                            .formatted(of.getFullName()));
        }
        List<Column> columns = new ArrayList<>();
        for (FieldDescriptor each : of.getFields()) {
            columns.add(column(each, above, budget, level));
        }
        above.remove(of);
        return columns;
    }

    private static Column column(
            FieldDescriptor of, Set<Descriptor> above, Columns.Budget budget, int level) {
        budget.take(level);
        if (of.isMapField()) {
            FieldDescriptor value = of.getMessageType().findFieldByNumber(2);
            return new Column(
                    of.getName(),
                    new ColumnType.Mapping(
                            new Column("value", type(value, above, budget, level + 1), true)),
                    true);
        }
        ColumnType type = type(of, above, budget, level);
        if (of.isRepeated()) {
            return new Column(
                    of.getName(), new ColumnType.Sequence(new Column("element", type, true)), true);
        }
        return new Column(of.getName(), type, of.isRequired() || !of.hasPresence());
    }

    private static ColumnType type(
            FieldDescriptor of, Set<Descriptor> above, Columns.Budget budget, int level) {
        return switch (of.getType()) {
            case DOUBLE -> ColumnType.Simple.DOUBLE;
            case FLOAT -> ColumnType.Simple.FLOAT;
            case INT32, SINT32, SFIXED32 -> ColumnType.Simple.INT;
            case INT64, SINT64, SFIXED64, UINT32, FIXED32 -> ColumnType.Simple.LONG;
            case UINT64, FIXED64 -> UNSIGNED;
            case BOOL -> ColumnType.Simple.BOOLEAN;
            case STRING, ENUM -> ColumnType.Simple.TEXT;
            case BYTES -> ColumnType.Simple.BYTES;
            case MESSAGE, GROUP -> {
                Descriptor message = of.getMessageType();
                if (message.getFullName().equals(TIMESTAMP)) {
                    yield ColumnType.Simple.INSTANT;
                }
                yield isWrapper(message)
                        ? type(message.getFields().getFirst(), above, budget, level)
                        : new ColumnType.Struct(columns(message, above, budget, level + 1));
            }
        };
    }

    static final String TIMESTAMP = "google.protobuf.Timestamp";

    /** 64 bits without a sign. */
    static final ColumnType.Decimal UNSIGNED = new ColumnType.Decimal(20, 0);

    /** One of Google's messages that hold one value, so that there may be none. */
    static boolean isWrapper(Descriptor message) {
        return message.getFile() == WrappersProto.getDescriptor();
    }

    @Override
    public List<String> breaks(Parsed writer) {
        return new ProtobufBreaks().of(((ProtobufSchema) writer).file, file);
    }

    @Override
    public Rows plain() {
        return new PlainJson(ProtobufJson.cell(root().orElseThrow()));
    }

    @Override
    public Rows from(Parsed writer) {
        return new ProtobufRows(root().orElseThrow(), (ProtobufSchema) writer);
    }
}
