package org.domicile.schemas;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cells that the languages of schemas have in common. */
final class Cells {
    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private Cells() {}

    static BadRecord not(String wanted) {
        return new BadRecord("it is not " + wanted);
    }

    // leaves

    static boolean bool(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null, default -> throw not("true or false");
        };
    }

    /** A whole number; 1.0 and 1e3 are some, too. */
    static long whole(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw not("a whole number of 64 bits");
            }
            return json.getLongValue();
        }
        if (json.currentToken() != JsonToken.VALUE_NUMBER_FLOAT) {
            throw not("a whole number");
        }
        try {
            return Numbers.sane(json.getDecimalValue()).longValueExact();
        } catch (ArithmeticException e) {
            throw not("a whole number of 64 bits");
        }
    }

    static int whole32(JsonParser json) throws IOException {
        long value = whole(json);
        if (value != (int) value) {
            throw not("a whole number of 32 bits");
        }
        return (int) value;
    }

    static double number(JsonParser json) throws IOException {
        if (!json.currentToken().isNumeric()) {
            throw not("a number");
        }
        double value = json.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw new BadRecord("a number is out of all proportion");
        }
        return value;
    }

    static BigDecimal decimal(JsonParser json, ColumnType.Decimal type) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            String text = json.getText();
            try {
                if (text.length() <= 100) {
                    return Numbers.decimal(new BigDecimal(text), type);
                }
            } catch (NumberFormatException e) {
                throw not("a decimal number");
            }
            throw not("a decimal number");
        }
        if (!json.currentToken().isNumeric()) {
            throw not("a decimal number");
        }
        return Numbers.decimal(json.getDecimalValue(), type);
    }

    static String text(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw not("a text");
        }
        return whole(json.getText());
    }

    /** Half of a surrogate pair, which JSON's escapes can write, is no text anywhere else. */
    static String whole(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new BadRecord("a text has half of a character");
                }
                i++;
            }
        }
        return text;
    }

    /** UTF-8 and nothing else: what is none would become something else in the table. */
    static String text(byte[] bytes, int from, int length) {
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length));
            } catch (CharacterCodingException e) {
                throw new BadRecord("a text is not UTF-8");
            }
        }
        return text;
    }

    static UUID uuid(JsonParser json) throws IOException {
        return uuid(text(json));
    }

    static UUID uuid(String text) {
        if (text.length() != 36 || !UUID_FORM.matcher(text).matches()) {
            throw not("a UUID");
        }
        return UUID.fromString(text);
    }

    static ByteBuffer base64(JsonParser json) throws IOException {
        String text = text(json);
        try {
            return ByteBuffer.wrap(
                    (text.indexOf('-') >= 0 || text.indexOf('_') >= 0
                                    ? Base64.getUrlDecoder()
                                    : Base64.getDecoder())
                            .decode(text));
        } catch (IllegalArgumentException e) {
            throw not("base64");
        }
    }

    /** Whatever it is, as JSON. */
    static String json(JsonParser json) throws IOException {
        StringWriter text = new StringWriter();
        try (var generator = JsonText.FACTORY.createGenerator(text)) {
            generator.copyCurrentStructure(json);
        }
        return whole(text.toString());
    }

    /** A cell for a simple type where a schema asks no more of it. */
    static Cell simple(ColumnType.Simple type) {
        return Cell.of(
                switch (type) {
                    case BOOLEAN -> Cells::bool;
                    case INT -> Cells::whole32;
                    case LONG -> Cells::whole;
                    case FLOAT -> json -> narrow(number(json));
                    case DOUBLE -> Cells::number;
                    case DATE -> json -> Moments.date(text(json));
                    case TIME -> json -> Moments.time(text(json));
                    case TIMESTAMP -> json -> Moments.timestamp(text(json));
                    case INSTANT -> json -> Moments.instant(text(json));
                    case TEXT -> Cells::text;
                    case UUID -> Cells::uuid;
                    case BYTES -> Cells::base64;
                });
    }

    static float narrow(double value) {
        float narrow = (float) value;
        if (Float.isInfinite(narrow)) {
            throw new BadRecord("a number is out of all proportion");
        }
        return narrow;
    }

    // what holds others

    /** The same, or null. */
    record Optional(Cell inner) implements Cell {
        @Override
        public @Nullable Object read(Walk walk) throws IOException {
            return walk.json().currentToken() == JsonToken.VALUE_NULL ? null : inner.read(walk);
        }
    }

    /** A list. */
    record Sequence(Cell element) implements Cell {
        @Override
        public Object read(Walk walk) throws IOException {
            JsonParser json = walk.json();
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw not("an array");
            }
            List<@Nullable Object> values = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                walk.values(1);
                values.add(element.read(walk));
            }
            return values;
        }
    }

    /** A map. */
    record Mapping(Cell value) implements Cell {
        @Override
        public Object read(Walk walk) throws IOException {
            JsonParser json = walk.json();
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw not("an object");
            }
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = whole(json.currentName());
                json.nextToken();
                if (values.containsKey(name)) {
                    throw new BadRecord("a member stands there twice");
                }
                walk.values(2);
                values.put(name, value.read(walk));
            }
            return values;
        }
    }

    /** What is done with members that are no columns. */
    enum Unknown {
        DROPPED,
        REFUSED
    }

    /**
     * A member that is a column.
     *
     * @param name of the column
     * @param names of the member, all of them
     * @param absent what it is where there is no such member; empty: then the record does not fit
     */
    record Member(
            String name,
            List<String> names,
            Cell cell,
            java.util.Optional<Supplier<@Nullable Object>> absent) {}

    private static final Supplier<@Nullable Object> NULL = () -> null;

    static Supplier<@Nullable Object> none() {
        return NULL;
    }

    /** A row. */
    static final class Struct implements Cell {
        private final Member[] members;
        private final Map<String, Integer> places = new HashMap<>();
        private final Unknown unknown;

        Struct(List<Member> members, Unknown unknown) {
            this.members = members.toArray(Member[]::new);
            this.unknown = unknown;
            for (int i = 0; i < this.members.length; i++) {
                for (String name : this.members[i].names()) {
                    places.putIfAbsent(name, i);
                }
            }
        }

        @Override
        public @Nullable Object read(Walk walk) throws IOException {
            JsonParser json = walk.json();
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw not("an object");
            }
            walk.values(members.length);
            @Nullable Object[] row = new Object[members.length];
            long[] seen = new long[(members.length >> 6) + 1];
            while (json.nextToken() != JsonToken.END_OBJECT) {
                Integer place = places.get(json.currentName());
                json.nextToken();
                if (place == null) {
                    if (unknown == Unknown.REFUSED) {
                        throw new BadRecord("it has a member that its schema does not allow");
                    }
                    json.skipChildren();
                    continue;
                }
                long bit = 1L << place;
                if ((seen[place >> 6] & bit) != 0) {
                    throw new BadRecord("it is there twice").in(members[place].name());
                }
                seen[place >> 6] |= bit;
                try {
                    row[place] = members[place].cell().read(walk);
                } catch (BadRecord e) {
                    throw e.in(members[place].name());
                }
            }
            for (int i = 0; i < members.length; i++) {
                if ((seen[i >> 6] & 1L << i) == 0) {
                    row[i] =
                            members[i]
                                    .absent()
                                    .orElseThrow(() -> new BadRecord("it is missing"))
                                    .get();
                }
            }
            return row;
        }
    }
}
