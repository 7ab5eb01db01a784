package org.domicile.tables;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.iceberg.RetryableValidationException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.RESTSerializers;

/**
 * What a client sent, as JSON. Everything that is wrong with it is a {@link Refusal}; nothing of
 * the library's own kinds of failure leaves this module.
 */
final class Document {
    /** Longest, in characters. */
    static final int LONGEST = 16 << 20;

    private static final int DEEPEST = 200;

    /** For documents that the library maps by itself. */
    static final ObjectMapper MAPPER = mapper();

    private final JsonNode node;

    private Document(JsonNode node) {
        this.node = node;
    }

    private static ObjectMapper mapper() {
        JsonFactory factory =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(DEEPEST)
                                        .maxStringLength(LONGEST)
                                        .build())
                        .build();
        ObjectMapper mapper = new ObjectMapper(factory);
        mapper.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
        mapper.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
        mapper.setPropertyNamingStrategy(new PropertyNamingStrategies.KebabCaseStrategy());
        RESTSerializers.registerAll(mapper);
        return mapper;
    }

    /** A LoadTableResult of metadata whose text is there: a long history is not written anew. */
    static String loaded(
            String location, String json, Map<String, String> config, List<Loaded.Vended> vended) {
        StringWriter text = new StringWriter(json.length() + 4_096);
        try (JsonGenerator out = MAPPER.createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("metadata-location", location);
            out.writeFieldName("metadata");
            out.writeRawValue(json);
            if (!config.isEmpty()) {
                texts(out, "config", config);
            }
            if (!vended.isEmpty()) {
                out.writeArrayFieldStart("storage-credentials");
                for (Loaded.Vended each : vended) {
                    out.writeStartObject();
                    out.writeStringField("prefix", each.prefix());
                    texts(out, "config", each.config());
                    out.writeEndObject();
                }
                out.writeEndArray();
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string does not fail", e);
        }
        return text.toString();
    }

    private static void texts(JsonGenerator out, String name, Map<String, String> texts)
            throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> each : texts.entrySet()) {
            out.writeStringField(each.getKey(), each.getValue());
        }
        out.writeEndObject();
    }

    static Document parse(String json) {
        return new Document(tree(json));
    }

    /** Any document, as a tree. */
    static JsonNode tree(String json) {
        return read(
                json,
                text -> {
                    JsonNode node = MAPPER.readTree(text);
                    if (node == null || !node.isObject()) {
                        throw invalid("The body is no JSON object");
                    }
                    return node;
                });
    }

    /** A step of reading. */
    interface Reading<T> {
        T of(String json) throws JsonProcessingException;
    }

    /** Reads a document of the library's. */
    static <T> T read(String json, Reading<T> reading) {
        if (json.length() > LONGEST) {
            throw new Refusal(
                    Refusal.Kind.TOO_LARGE, "A body has at most " + LONGEST + " characters");
        }
        try {
            return reading.of(json);
        } catch (Refusal e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw invalid("The body is not the JSON that is expected: " + e.getOriginalMessage());
        } catch (StackOverflowError e) {
            throw invalid("The body is nested too deeply");
        } catch (RuntimeException e) {
            throw invalid("The body is not what is expected: " + sentence(e));
        }
    }

    /** What the library finds wrong with what is asked of it. */
    static <T> T checked(Supplier<T> work) {
        try {
            return work.get();
        } catch (CommitFailedException | RetryableValidationException e) {
            // The second: numbers that were right when the client read, and are behind now.
            throw new Refusal(Refusal.Kind.COMMIT_FAILED, sentence(e));
        } catch (NotFoundException e) {
            throw new Refusal(Refusal.Kind.UNREADABLE, sentence(e));
        } catch (UnsupportedOperationException e) {
            throw new Refusal(Refusal.Kind.UNSUPPORTED, sentence(e));
        } catch (ValidationException | IllegalArgumentException | RESTException e) {
            throw invalid(sentence(e));
        } catch (IllegalStateException | NullPointerException | ClassCastException e) {
            throw invalid("It contradicts itself: " + sentence(e));
        }
    }

    static String sentence(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        return message.length() > 2_000 ? message.substring(0, 2_000) + "…" : message;
    }

    static Refusal invalid(String sentence) {
        return new Refusal(Refusal.Kind.INVALID, sentence);
    }

    String text(String name) {
        JsonNode value = node.get(name);
        if (value == null || !value.isTextual()) {
            throw invalid("There is no text \"" + name + "\"");
        }
        return value.textValue();
    }

    boolean truth(String name) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw invalid("\"" + name + "\" is true or false");
        }
        return value.booleanValue();
    }

    List<String> list(String name) {
        return strings(name, node.get(name));
    }

    private static List<String> strings(String name, JsonNode value) {
        List<String> texts = new ArrayList<>();
        if (value == null || value.isNull()) {
            return texts;
        }
        if (!value.isArray()) {
            throw invalid("\"" + name + "\" is a list of texts");
        }
        for (JsonNode each : value) {
            if (!each.isTextual()) {
                throw invalid("\"" + name + "\" is a list of texts");
            }
            texts.add(each.textValue());
        }
        return texts;
    }

    Map<String, String> texts(String name) {
        Map<String, String> texts = new HashMap<>();
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return texts;
        }
        if (!value.isObject()) {
            throw invalid("\"" + name + "\" is an object of texts");
        }
        value.properties()
                .forEach(each -> {
                    if (!each.getValue().isTextual()) {
                        throw invalid("\"" + name + "\" is an object of texts");
                    }
                    texts.put(each.getKey(), each.getValue().textValue());
                });
        return texts;
    }

    NamespaceName namespace(String name) {
        JsonNode value = node.get(name);
        if (value == null || !value.isArray()) {
            throw invalid("There is no \"" + name + "\", a list of levels");
        }
        return new NamespaceName(strings(name, value));
    }

    TableName table(String name) {
        JsonNode value = node.get(name);
        if (value == null || !value.isObject()) {
            throw invalid("There is no \"" + name + "\", a namespace and a name");
        }
        Document inner = new Document(value);
        return new TableName(inner.namespace("namespace"), inner.text("name"));
    }

    /** Something of a document, when it is there. */
    <T> T inner(String name, Function<Document, T> of, T without) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? without : of.apply(new Document(value));
    }
}
