package org.domicile.schemas;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.TextFormat;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes a file of Protobuf as text, with all names in full: the same text for the same file. */
final class ProtoPrint {
    private final StringBuilder text = new StringBuilder();

    private ProtoPrint() {}

    /**
     * @param imports under which names it knows what it builds on
     */
    static String text(FileDescriptor file, List<String> imports) {
        ProtoPrint print = new ProtoPrint();
        print.file(file, imports);
        return print.text.toString();
    }

    private void line(int level, String line) {
        text.append("  ".repeat(level)).append(line).append('\n');
    }

    private void file(FileDescriptor file, List<String> imports) {
        boolean three = isThree(file);
        line(0, "syntax = \"%s\";".formatted(three ? "proto3" : "proto2"));
        if (!file.getPackage().isEmpty()) {
            line(0, "package %s;".formatted(file.getPackage()));
        }
        for (int i = 0; i < imports.size(); i++) {
            boolean isPublic = file.toProto().getPublicDependencyList().contains(i);
            line(0, "import %s\"%s\";".formatted(isPublic ? "public " : "", imports.get(i)));
        }
        file.getMessageTypes().forEach(each -> message(each, 0));
        file.getEnumTypes().forEach(each -> enumeration(each, 0));
    }

    static boolean isThree(FileDescriptor file) {
        return file.toProto().getSyntax().equals("proto3");
    }

    private void message(Descriptor type, int level) {
        line(level, "message %s {".formatted(type.getName()));
        body(type, level + 1);
        line(level, "}");
    }

    private void body(Descriptor type, int level) {
        for (DescriptorProto.ReservedRange each : type.toProto().getReservedRangeList()) {
            line(level, "reserved %d to %d;".formatted(each.getStart(), each.getEnd() - 1));
        }
        for (String each : type.toProto().getReservedNameList()) {
            line(level, "reserved \"%s\";".formatted(each));
        }
        for (FieldDescriptor each : type.getFields()) {
            if (each.getRealContainingOneof() == null) {
                field(each, level);
            }
        }
        for (OneofDescriptor oneof : type.getRealOneofs()) {
            line(level, "oneof %s {".formatted(oneof.getName()));
            oneof.getFields().forEach(each -> field(each, level + 1));
            line(level, "}");
        }
        Set<Descriptor> groups = new HashSet<>();
        for (FieldDescriptor each : type.getFields()) {
            if (each.getType() == FieldDescriptor.Type.GROUP) {
                groups.add(each.getMessageType());
            }
        }
        for (Descriptor each : type.getNestedTypes()) {
            if (!each.getOptions().getMapEntry() && !groups.contains(each)) {
                message(each, level);
            }
        }
        type.getEnumTypes().forEach(each -> enumeration(each, level));
    }

    private static String label(FieldDescriptor field) {
        if (field.isMapField() || field.getRealContainingOneof() != null) {
            return "";
        }
        return switch (field.toProto().getLabel()) {
            case LABEL_REPEATED -> "repeated ";
            case LABEL_REQUIRED -> "required ";
            case LABEL_OPTIONAL ->
                    isThree(field.getFile()) && !field.toProto().getProto3Optional()
                            ? ""
                            : "optional ";
        };
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            Descriptor entry = field.getMessageType();
            return "map<%s, %s>"
                    .formatted(type(entry.findFieldByNumber(1)), type(entry.findFieldByNumber(2)));
        }
        return switch (field.getType()) {
            case MESSAGE, GROUP -> "." + field.getMessageType().getFullName();
            case ENUM -> "." + field.getEnumType().getFullName();
            default -> field.getType().name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static String quoted(String value) {
        return "\"" + value + "\"";
    }

    private static String options(FieldDescriptor field) {
        FieldDescriptorProto proto = field.toProto();
        StringBuilder options = new StringBuilder();
        if (proto.hasDefaultValue()) {
            String value = proto.getDefaultValue();
            options.append(", default = ")
                    .append(
                            switch (field.getJavaType()) {
                                case STRING ->
                                        quoted(
                                                TextFormat.escapeBytes(
                                                        ByteString.copyFromUtf8(value)));
                                case BYTE_STRING -> quoted(value);
                                case INT, LONG, FLOAT, DOUBLE, BOOLEAN, ENUM, MESSAGE -> value;
                            });
        }
        if (proto.getOptions().hasPacked()) {
            options.append(", packed = ").append(proto.getOptions().getPacked());
        }
        if (proto.getOptions().getDeprecated()) {
            options.append(", deprecated = true");
        }
        if (proto.hasJsonName() && !proto.getJsonName().equals(jsonName(field.getName()))) {
            options.append(", json_name = \"").append(proto.getJsonName()).append('"');
        }
        return options.isEmpty() ? "" : " [" + options.substring(2) + "]";
    }

    /** What the name is in JSON when nobody says otherwise. */
    static String jsonName(String name) {
        StringBuilder json = new StringBuilder();
        boolean upper = false;
        for (char c : name.toCharArray()) {
            if (c == '_') {
                upper = true;
            } else {
                json.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return json.toString();
    }

    private void field(FieldDescriptor field, int level) {
        if (field.getType() == FieldDescriptor.Type.GROUP) {
            line(
                    level,
                    "%sgroup %s = %d%s {"
                            .formatted(
                                    label(field),
                                    field.getMessageType().getName(),
                                    field.getNumber(),
                                    options(field)));
            body(field.getMessageType(), level + 1);
            line(level, "}");
            return;
        }
        line(
                level,
                "%s%s %s = %d%s;"
                        .formatted(
                                label(field),
                                type(field),
                                field.getName(),
                                field.getNumber(),
                                options(field)));
    }

    private void enumeration(EnumDescriptor type, int level) {
        line(level, "enum %s {".formatted(type.getName()));
        if (type.getOptions().getAllowAlias()) {
            line(level + 1, "option allow_alias = true;");
        }
        for (EnumValueDescriptor each : type.getValues()) {
            line(level + 1, "%s = %d;".formatted(each.getName(), each.getNumber()));
        }
        line(level, "}");
    }
}
