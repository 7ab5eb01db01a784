package org.domicile.schemas;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts of JSON, and trees of them: {@code Map<String, Object>} in the order of its members, {@code
 * List<Object>}, {@code String}, {@code Boolean}, {@link Nothing} and {@code BigDecimal} without
 * zeros at its end, so that {@code equals} is JSON Schema's equality.
 */
final class JsonText {
    private static final int BRIEF = 300;

    /** Of everybody: no name stays in it. */
    static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Schemas.MOST_LEVELS)
                                    .maxNumberLength(PlainJson.MOST_DIGITS)
                                    .build())
                    .build();

    private JsonText() {}

    /** JSON's null. */
    enum Nothing {
        NULL
    }

    /** In one line that is not too long. */
    static String brief(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() > BRIEF ? line.substring(0, BRIEF) + "…" : line;
    }

    /** What a library says of a text, in one line that is not too long. */
    static String brief(Exception e) {
        return brief(String.valueOf(e.getMessage()));
    }

    /** Refuses a text that is no JSON, or nests too deeply for those who read it next. */
    static void check(String text) {
        tree(text);
    }

    /** The tree of a schema's text. */
    static Object tree(String text) {
        try (JsonParser json = FACTORY.createParser(text)) {
            if (json.nextToken() == null) {
                throw new BadSchema("The schema is empty.");
            }
            Object tree = tree(json);
            if (json.nextToken() != null) {
                throw new BadSchema("Something stands behind the schema's JSON.");
            }
            return tree;
        } catch (BadRecord e) {
            throw new BadSchema("A schema is plain JSON, but: " + e.sentence() + ".");
        } catch (IOException e) {
            throw new BadSchema("It is no JSON: " + brief(e));
        }
    }

    /** The tree of a record. */
    static Object tree(byte[] value, int from) {
        try (JsonParser json = FACTORY.createParser(value, from, value.length - from)) {
            if (json.nextToken() == null) {
                throw new BadRecord("it is empty");
            }
            Object tree = tree(json);
            if (json.nextToken() != null) {
                throw new BadRecord("something stands behind its JSON");
            }
            return tree;
        } catch (IOException e) {
            throw new BadRecord("it is no JSON that can be read, or a member stands there twice");
        }
    }

    private static Object tree(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    members.put(name, tree(json));
                }
                yield members;
            }
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(tree(json));
                }
                yield elements;
            }
            case VALUE_STRING -> Cells.whole(json.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(json.getDecimalValue());
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> Nothing.NULL;
            case null, default -> throw new BadRecord("it ends too early");
        };
    }

    static BigDecimal number(BigDecimal read) {
        BigDecimal sane = Numbers.sane(read);
        return sane.signum() == 0 ? BigDecimal.ZERO : sane.stripTrailingZeros();
    }

    /** One text for all trees that are equal. */
    static String canonical(Object tree) {
        StringBuilder text = new StringBuilder();
        canonical(tree, text);
        return text.toString();
    }

    private static void canonical(Object tree, StringBuilder text) {
        switch (tree) {
            case Map<?, ?> members -> {
                text.append('{');
                members.entrySet().stream()
                        .sorted((one, other) ->
                                String.valueOf(one.getKey())
                                        .compareTo(String.valueOf(other.getKey())))
                        .forEach(each -> {
                            quoted(String.valueOf(each.getKey()), text);
                            text.append(':');
                            canonical(each.getValue(), text);
                            text.append(',');
                        });
                text.append('}');
            }
            case List<?> elements -> {
                text.append('[');
                for (Object each : elements) {
                    canonical(each, text);
                    text.append(',');
                }
                text.append(']');
            }
            case String value -> quoted(value, text);
            default -> text.append(tree);
        }
    }

    private static void quoted(String value, StringBuilder text) {
        text.append('"').append(value.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
}
