package org.domicile.schemas;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the text of a {@code .proto} file (the language's specifications of proto2 and proto3).
 * Services and options that say nothing about what a record is are read and left out; what names
 * mean is linked later, by protobuf-java. Owned by one thread.
 */
final class ProtoText {
    private static final int LARGEST = (1 << 29) - 1;
    private static final String RESERVED = "field numbers are 1 to 536870911, less 19000 to 19999";

    private static final Map<String, FieldDescriptorProto.Type> SCALARS =
            Map.ofEntries(
                    Map.entry("double", FieldDescriptorProto.Type.TYPE_DOUBLE),
                    Map.entry("float", FieldDescriptorProto.Type.TYPE_FLOAT),
                    Map.entry("int32", FieldDescriptorProto.Type.TYPE_INT32),
                    Map.entry("int64", FieldDescriptorProto.Type.TYPE_INT64),
                    Map.entry("uint32", FieldDescriptorProto.Type.TYPE_UINT32),
                    Map.entry("uint64", FieldDescriptorProto.Type.TYPE_UINT64),
                    Map.entry("sint32", FieldDescriptorProto.Type.TYPE_SINT32),
                    Map.entry("sint64", FieldDescriptorProto.Type.TYPE_SINT64),
                    Map.entry("fixed32", FieldDescriptorProto.Type.TYPE_FIXED32),
                    Map.entry("fixed64", FieldDescriptorProto.Type.TYPE_FIXED64),
                    Map.entry("sfixed32", FieldDescriptorProto.Type.TYPE_SFIXED32),
                    Map.entry("sfixed64", FieldDescriptorProto.Type.TYPE_SFIXED64),
                    Map.entry("bool", FieldDescriptorProto.Type.TYPE_BOOL),
                    Map.entry("string", FieldDescriptorProto.Type.TYPE_STRING),
                    Map.entry("bytes", FieldDescriptorProto.Type.TYPE_BYTES));

    private static final Set<String> LABELS = Set.of("optional", "required", "repeated");

    private enum Kind {
        WORD,
        NUMBER,
        TEXT,
        SIGN,
        END
    }

    private record Token(Kind kind, String text, int line) {}

    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int levels;
    private boolean three;

    private ProtoText(String text) {
        tokenize(text);
    }

    /**
     * @param name under which others import it
     */
    static FileDescriptorProto parse(String text, String name) {
        return new ProtoText(text).file(name);
    }

    // tokens

    private void tokenize(String text) {
        int line = 1;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int begin = i;
            if (c == '\n') {
                line++;
                i++;
            } else if (Character.isWhitespace(c) || c == '\uFEFF') {
                i++;
            } else if (text.startsWith("//", i)) {
                int end = text.indexOf('\n', i);
                i = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", i)) {
                int end = text.indexOf("*/", i + 2);
                if (end < 0) {
                    throw new BadSchema("Line %d: a comment does not end.".formatted(line));
                }
                line += (int) text.substring(i, end).chars().filter(each -> each == '\n').count();
                i = end + 2;
            } else if (isLetter(c)) {
                while (i < text.length() && (isLetter(text.charAt(i)) || isDigit(text.charAt(i)))) {
                    i++;
                }
                tokens.add(new Token(Kind.WORD, text.substring(begin, i), line));
            } else if (isDigit(c)
                    || (c == '.' && i + 1 < text.length() && isDigit(text.charAt(i + 1)))) {
                while (i < text.length()
                        && (isLetter(text.charAt(i))
                                || isDigit(text.charAt(i))
                                || text.charAt(i) == '.'
                                || ((text.charAt(i) == '-' || text.charAt(i) == '+')
                                        && "eE".indexOf(text.charAt(i - 1)) >= 0))) {
                    i++;
                }
                tokens.add(new Token(Kind.NUMBER, text.substring(begin, i), line));
            } else if (c == '"' || c == '\'') {
                StringBuilder value = new StringBuilder();
                i = quoted(text, i + 1, c, value, line);
                tokens.add(new Token(Kind.TEXT, value.toString(), line));
            } else {
                tokens.add(new Token(Kind.SIGN, String.valueOf(c), line));
                i++;
            }
        }
        tokens.add(new Token(Kind.END, "the end", line));
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int quoted(String text, int from, char quote, StringBuilder into, int line) {
        int i = from;
        while (i < text.length() && text.charAt(i) != quote && text.charAt(i) != '\n') {
            if (text.charAt(i) == '\\' && i + 1 < text.length()) {
                into.append(text.charAt(i++)); // escapes stay as they are written
            }
            into.append(text.charAt(i++));
        }
        if (i >= text.length() || text.charAt(i) != quote) {
            throw new BadSchema("Line %d: a text does not end.".formatted(line));
        }
        return i + 1;
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    private BadSchema wrong(String wanted) {
        return new BadSchema(
                "Line %d: '%s' stands where %s should."
                        .formatted(peek().line(), JsonText.brief(peek().text()), wanted));
    }

    private boolean is(String sign) {
        return peek().text().equals(sign)
                && (peek().kind() == Kind.SIGN || peek().kind() == Kind.WORD);
    }

    private boolean took(String sign) {
        if (is(sign)) {
            at++;
            return true;
        }
        return false;
    }

    private void take(String sign) {
        if (!took(sign)) {
            throw wrong("'" + sign + "'");
        }
    }

    private String word() {
        if (peek().kind() != Kind.WORD) {
            throw wrong("a name");
        }
        return next().text();
    }

    private String text() {
        if (peek().kind() != Kind.TEXT) {
            throw wrong("a text in quotes");
        }
        StringBuilder text = new StringBuilder(next().text());
        while (peek().kind() == Kind.TEXT) {
            text.append(next().text());
        }
        return text.toString();
    }

    /** A name with dots. */
    private String path() {
        StringBuilder path = new StringBuilder();
        if (took(".")) {
            path.append('.');
        }
        path.append(word());
        while (took(".")) {
            path.append('.').append(word());
        }
        return path.toString();
    }

    private int whole(int most) {
        boolean minus = took("-");
        if (peek().kind() != Kind.NUMBER) {
            throw wrong("a whole number");
        }
        String text = peek().text();
        try {
            String lower = text.toLowerCase(Locale.ROOT);
            long value =
                    lower.startsWith("0x")
                            ? Long.parseLong(lower.substring(2), 16)
                            : lower.length() > 1 && lower.startsWith("0")
                                    ? Long.parseLong(lower, 8)
                                    : Long.parseLong(lower);
            long signed = minus ? -value : value;
            if (signed > most || signed < Integer.MIN_VALUE) {
                throw wrong("a smaller number");
            }
            at++;
            return (int) signed;
        } catch (NumberFormatException e) {
            throw wrong("a whole number");
        }
    }

    private int number() {
        int number = whole(LARGEST);
        if (number < 1 || (number >= 19_000 && number < 20_000)) {
            throw new BadSchema("Line %d: %s.".formatted(peek().line(), RESERVED));
        }
        return number;
    }

    // what stands in a file

    private FileDescriptorProto file(String name) {
        FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder().setName(name);
        while (peek().kind() != Kind.END) {
            if (took(";")) {
                continue;
            }
            switch (word()) {
                case "syntax" -> {
                    take("=");
                    String syntax = text();
                    if (!syntax.equals("proto2") && !syntax.equals("proto3")) {
                        throw new BadSchema("Its syntax is neither proto2 nor proto3.");
                    }
                    three = syntax.equals("proto3");
                    if (three) {
                        file.setSyntax(syntax);
                    }
                    take(";");
                }
                case "edition" ->
                        throw new BadSchema("Editions are not read here: write proto2 or proto3.");
                case "package" -> {
                    file.setPackage(path());
                    take(";");
                }
                case "import" -> {
                    boolean isPublic = took("public");
                    if (!isPublic) {
                        took("weak");
                    }
                    if (isPublic) {
                        file.addPublicDependency(file.getDependencyCount());
                    }
                    file.addDependency(text());
                    take(";");
                }
                case "option" -> {
                    option();
                    take(";");
                }
                case "message" -> file.addMessageType(message());
                case "enum" -> file.addEnumType(enumeration());
                case "extend" -> extend();
                case "service" -> {
                    word();
                    block();
                }
                default -> {
                    at--;
                    throw wrong("a message or an enum");
                }
            }
        }
        return file.build();
    }

    private void deeper() {
        if (++levels > Schemas.MOST_LEVELS) {
            throw new BadSchema(
                    "It has more than %d levels in each other.".formatted(Schemas.MOST_LEVELS));
        }
    }

    /** Something in braces that nobody needs. */
    private void block() {
        take("{");
        int open = 1;
        while (open > 0) {
            Token token = next();
            if (token.kind() == Kind.END) {
                throw wrong("'}'");
            }
            if (token.kind() == Kind.SIGN) {
                open += token.text().equals("{") ? 1 : token.text().equals("}") ? -1 : 0;
            }
        }
    }

    private record Option(String name, String value) {}

    private Option option() {
        StringBuilder name = new StringBuilder();
        do {
            if (took("(")) {
                name.append('(').append(path()).append(')');
                take(")");
            } else {
                name.append(word());
            }
        } while (took("."));
        take("=");
        if (is("{")) {
            block();
            return new Option(name.toString(), "");
        }
        boolean minus = took("-");
        if (!minus) {
            took("+");
        }
        return switch (peek().kind()) {
            case TEXT -> new Option(name.toString(), text());
            case WORD, NUMBER -> new Option(name.toString(), (minus ? "-" : "") + next().text());
            case SIGN, END -> throw wrong("a value");
        };
    }

    private List<Option> options() {
        List<Option> options = new ArrayList<>();
        if (took("[")) {
            do {
                options.add(option());
            } while (took(","));
            take("]");
        }
        return options;
    }

    private void extend() {
        path();
        take("{");
        DescriptorProto.Builder nowhere = DescriptorProto.newBuilder();
        while (!took("}")) {
            if (!took(";")) {
                field(nowhere, Optional.empty());
            }
        }
    }

    private EnumDescriptorProto enumeration() {
        EnumDescriptorProto.Builder type = EnumDescriptorProto.newBuilder().setName(word());
        take("{");
        while (!took("}")) {
            if (took(";")) {
                continue;
            }
            String word = word();
            if (word.equals("option") && !is("=")) {
                Option option = option();
                if (option.name().equals("allow_alias")) {
                    type.getOptionsBuilder().setAllowAlias(option.value().equals("true"));
                }
            } else if (word.equals("reserved") && !is("=")) {
                skipped();
            } else {
                take("=");
                type.addValue(
                        EnumValueDescriptorProto.newBuilder()
                                .setName(word)
                                .setNumber(whole(Integer.MAX_VALUE)));
                options();
            }
            take(";");
        }
        if (type.getValueCount() == 0) {
            throw new BadSchema("The enum %s has no values.".formatted(type.getName()));
        }
        if (three && type.getValue(0).getNumber() != 0) {
            throw new BadSchema(
                    "The first value of the enum %s is not 0, as proto3 wants."
                            .formatted(type.getName()));
        }
        return type.build();
    }

    /** Up to what ends it. */
    private void skipped() {
        while (!is(";")) {
            if (next().kind() == Kind.END) {
                throw wrong("';'");
            }
        }
    }

    private DescriptorProto message() {
        DescriptorProto.Builder type = DescriptorProto.newBuilder().setName(word());
        body(type);
        return type.build();
    }

    private void body(DescriptorProto.Builder type) {
        deeper();
        take("{");
        while (!took("}")) {
            if (took(";")) {
                continue;
            }
            String first = peek().kind() == Kind.WORD ? peek().text() : "";
            Token second = tokens.get(Math.min(at + 1, tokens.size() - 1));
            boolean named = second.kind() == Kind.WORD;
            switch (first) {
                case "message" -> {
                    if (isDeclaration()) {
                        at++;
                        type.addNestedType(message());
                    } else {
                        field(type, Optional.empty());
                    }
                }
                case "enum" -> {
                    if (isDeclaration()) {
                        at++;
                        type.addEnumType(enumeration());
                    } else {
                        field(type, Optional.empty());
                    }
                }
                case "oneof" -> {
                    if (isDeclaration()) {
                        at++;
                        oneof(type);
                    } else {
                        field(type, Optional.empty());
                    }
                }
                case "option" -> {
                    if (named || second.text().equals("(")) {
                        at++;
                        Option option = option();
                        if (option.name().equals("message_set_wire_format")) {
                            throw new BadSchema("Message sets are not read here.");
                        }
                        take(";");
                    } else {
                        field(type, Optional.empty());
                    }
                }
                case "extend" -> {
                    at++;
                    extend();
                }
                case "extensions" -> {
                    at++;
                    skipped();
                    take(";");
                }
                case "reserved" -> {
                    at++;
                    reserved(type);
                }
                default -> field(type, Optional.empty());
            }
        }
        levels--;
        synthesize(type);
    }

    /** {@code message NAME \{}: and not a field whose type is called like that. */
    private boolean isDeclaration() {
        return at + 2 < tokens.size()
                && tokens.get(at + 1).kind() == Kind.WORD
                && tokens.get(at + 2).text().equals("{");
    }

    private void reserved(DescriptorProto.Builder type) {
        do {
            if (peek().kind() == Kind.TEXT) {
                type.addReservedName(text());
            } else {
                int from = whole(LARGEST);
                int to = from;
                if (took("to")) {
                    to = took("max") ? LARGEST : whole(LARGEST);
                }
                type.addReservedRange(
                        DescriptorProto.ReservedRange.newBuilder().setStart(from).setEnd(to + 1));
            }
        } while (took(","));
        take(";");
    }

    private void oneof(DescriptorProto.Builder type) {
        int index = type.getOneofDeclCount();
        type.addOneofDecl(OneofDescriptorProto.newBuilder().setName(word()));
        take("{");
        while (!took("}")) {
            if (took(";")) {
                continue;
            }
            if (is("option") && tokens.get(at + 1).kind() != Kind.SIGN) {
                at++;
                option();
                take(";");
            } else {
                field(type, Optional.of(index));
            }
        }
    }

    private void field(DescriptorProto.Builder type, Optional<Integer> oneof) {
        FieldDescriptorProto.Builder field = FieldDescriptorProto.newBuilder();
        boolean labelled = false;
        field.setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
        if (peek().kind() == Kind.WORD
                && LABELS.contains(peek().text())
                && (tokens.get(at + 1).kind() == Kind.WORD
                        || tokens.get(at + 1).text().equals("."))) {
            labelled = true;
            switch (next().text()) {
                case "repeated" -> field.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
                case "required" -> {
                    if (three) {
                        throw new BadSchema("Nothing is required in proto3.");
                    }
                    field.setLabel(FieldDescriptorProto.Label.LABEL_REQUIRED);
                }
                default -> field.setProto3Optional(three);
            }
        }
        if (labelled && oneof.isPresent()) {
            throw wrong("a field without a label");
        }
        oneof.ifPresent(field::setOneofIndex);
        if (is("map") && tokens.get(at + 1).text().equals("<")) {
            if (labelled || oneof.isPresent()) {
                throw wrong("a field that is no map");
            }
            map(type, field);
            return;
        }
        if (is("group") && tokens.get(at + 1).kind() == Kind.WORD && !three) {
            at++;
            group(type, field);
            return;
        }
        if (!three && !labelled && oneof.isEmpty()) {
            throw wrong("'optional', 'required' or 'repeated'");
        }
        typed(field, path());
        named(field);
        type.addField(field);
    }

    private static void typed(FieldDescriptorProto.Builder field, String name) {
        FieldDescriptorProto.Type scalar = SCALARS.get(name);
        if (scalar != null) {
            field.setType(scalar);
        } else {
            field.setTypeName(name);
        }
    }

    private void named(FieldDescriptorProto.Builder field) {
        field.setName(word());
        take("=");
        field.setNumber(number());
        optioned(field);
        take(";");
    }

    private void optioned(FieldDescriptorProto.Builder field) {
        for (Option option : options()) {
            switch (option.name()) {
                case "packed" -> field.getOptionsBuilder().setPacked(option.value().equals("true"));
                case "deprecated" ->
                        field.getOptionsBuilder().setDeprecated(option.value().equals("true"));
                case "json_name" -> field.setJsonName(option.value());
                case "default" -> {
                    if (three) {
                        throw new BadSchema("Fields of proto3 have no defaults of their own.");
                    }
                    field.setDefaultValue(standard(field, option.value()));
                }
                default -> {}
            }
        }
    }

    /** Of a text as it is, of bytes as it is written. */
    private static String standard(FieldDescriptorProto.Builder field, String value) {
        if (field.getType() != FieldDescriptorProto.Type.TYPE_STRING || field.hasTypeName()) {
            return value;
        }
        try {
            return TextFormat.unescapeBytes(value).toStringUtf8();
        } catch (TextFormat.InvalidEscapeSequenceException e) {
            throw new BadSchema("A default has an escape that there is not.");
        }
    }

    private void group(DescriptorProto.Builder type, FieldDescriptorProto.Builder field) {
        String name = word();
        take("=");
        field.setName(name.toLowerCase(Locale.ROOT)).setNumber(number());
        optioned(field);
        DescriptorProto.Builder nested = DescriptorProto.newBuilder().setName(name);
        body(nested);
        type.addNestedType(nested);
        field.setType(FieldDescriptorProto.Type.TYPE_GROUP).setTypeName(name);
        type.addField(field);
    }

    private void map(DescriptorProto.Builder type, FieldDescriptorProto.Builder field) {
        at++;
        take("<");
        FieldDescriptorProto.Builder key = entry("key", 1);
        typed(key, word());
        if (!key.hasType()
                || key.getType() == FieldDescriptorProto.Type.TYPE_DOUBLE
                || key.getType() == FieldDescriptorProto.Type.TYPE_FLOAT
                || key.getType() == FieldDescriptorProto.Type.TYPE_BYTES) {
            throw new BadSchema("A key of a map is a text, a whole number or a bool.");
        }
        take(",");
        FieldDescriptorProto.Builder value = entry("value", 2);
        typed(value, path());
        take(">");
        field.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
        named(field);
        String name = camel(field.getName()) + "Entry";
        type.addNestedType(
                DescriptorProto.newBuilder()
                        .setName(name)
                        .addField(key)
                        .addField(value)
                        .setOptions(
                                com.google.protobuf.DescriptorProtos.MessageOptions.newBuilder()
                                        .setMapEntry(true)));
        field.setType(FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(name);
        type.addField(field);
    }

    private static FieldDescriptorProto.Builder entry(String name, int number) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        boolean upper = true;
        for (char c : name.toCharArray()) {
            if (c == '_') {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }

    /** proto3's optional is a oneof of one, behind all others. */
    private static void synthesize(DescriptorProto.Builder type) {
        Map<String, Boolean> names = new HashMap<>();
        type.getFieldList().forEach(each -> names.put(each.getName(), true));
        type.getOneofDeclList().forEach(each -> names.put(each.getName(), true));
        for (int i = 0; i < type.getFieldCount(); i++) {
            FieldDescriptorProto.Builder field = type.getFieldBuilder(i);
            if (field.getProto3Optional()) {
                String name = "_" + field.getName();
                while (names.putIfAbsent(name, true) != null) {
                    name = "X" + name;
                }
                field.setOneofIndex(type.getOneofDeclCount());
                type.addOneofDecl(OneofDescriptorProto.newBuilder().setName(name));
            }
        }
    }
}
