package org.domicile.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.http.Exchange;
import org.domicile.policy.PolicyText;

/**
 * What a call brings: fields of its JSON body or of its query, as texts and lists of texts. Every
 * name that is not known is refused, so that a misspelt one does not pass unseen.
 */
final class Input {
    private static final int LARGEST_BODY = 256 << 10;
    private static final int LONGEST_TEXT = 16 << 10;
    private static final int LONGEST_LIST = 1_024;
    private static final int MOST_FIELDS = 64;
    private static final JsonFactory JSON = json(LONGEST_TEXT);

    /** For a call whose text is a document that people write. */
    private static final JsonFactory DOCUMENT = json(PolicyText.LONGEST);

    private static JsonFactory json(int longest) {
        return JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(4)
                                .maxStringLength(longest)
                                .maxDocumentLength(LARGEST_BODY)
                                .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    private final Map<String, List<String>> fields;

    private Input(Map<String, List<String>> fields) {
        this.fields = fields;
    }

    static Input query(String rawQuery, String... known) {
        Map<String, List<String>> fields = new HashMap<>();
        for (String pair : rawQuery.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = Operation.decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : Operation.decode(pair.substring(equals + 1));
            if (fields.put(name, List.of(value)) != null) {
                throw Failure.input("the query names " + name + " twice");
            }
        }
        return new Input(fields).only(known);
    }

    static Input body(Exchange exchange, String... known) throws IOException {
        return body(exchange, JSON, known);
    }

    /** The same where a text may be as long as a policy. */
    static Input document(Exchange exchange, String... known) throws IOException {
        return body(exchange, DOCUMENT, known);
    }

    private static Input body(Exchange exchange, JsonFactory form, String... known)
            throws IOException {
        if (exchange.contentLength() > LARGEST_BODY) {
            throw new Failure(413, "too-large", "a body is at most 256 KiB");
        }
        byte[] body = exchange.body().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) {
            throw new Failure(413, "too-large", "a body is at most 256 KiB");
        }
        return parse(body, form).only(known);
    }

    static Input parse(byte[] body) throws IOException {
        return parse(body, JSON);
    }

    private static Input parse(byte[] body, JsonFactory form) throws IOException {
        Map<String, List<String>> fields = new HashMap<>();
        try (JsonParser json = form.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Failure.input("the body must be a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                fields.put(name, value(name, json));
                if (fields.size() > MOST_FIELDS) {
                    throw Failure.input("the body has more than 64 fields");
                }
            }
            if (json.nextToken() != null) {
                throw Failure.input("something follows the JSON object in the body");
            }
        } catch (JsonParseException e) {
            throw Failure.input("the body is not JSON: " + e.getOriginalMessage());
        } catch (StreamConstraintsException e) {
            throw Failure.input("the body is too deep or too long: " + e.getOriginalMessage());
        }
        return new Input(fields);
    }

    private static List<String> value(String name, JsonParser json) throws IOException {
        JsonToken token = json.nextToken();
        if (token == JsonToken.VALUE_STRING) {
            return List.of(json.getText());
        }
        if (token != JsonToken.START_ARRAY) {
            throw Failure.input(name + " must be a text or a list of texts");
        }
        List<String> texts = new ArrayList<>();
        for (token = json.nextToken(); token == JsonToken.VALUE_STRING; token = json.nextToken()) {
            texts.add(json.getText());
            if (texts.size() > LONGEST_LIST) {
                throw Failure.input(name + " lists more than 1,024 texts");
            }
        }
        if (token != JsonToken.END_ARRAY) {
            throw Failure.input(name + " must be a text or a list of texts");
        }
        return List.copyOf(texts);
    }

    private Input only(String... known) {
        Set<String> unknown = new TreeSet<>(fields.keySet());
        unknown.removeAll(Set.of(known));
        if (!unknown.isEmpty()) {
            throw Failure.input(
                    "unknown: "
                            + String.join(", ", unknown)
                            + (known.length == 0
                                    ? "; nothing is expected here"
                                    : "; known are " + String.join(", ", known)));
        }
        return this;
    }

    /** A text that must be there. */
    String text(String name) {
        return optional(name).orElseThrow(() -> Failure.input(name + " is missing"));
    }

    /** A text, when it is there and not empty. */
    Optional<String> optional(String name) {
        List<String> values = fields.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw Failure.input(name + " must be one text");
        }
        return values.isEmpty() || values.getFirst().isEmpty()
                ? Optional.empty()
                : Optional.of(values.getFirst());
    }

    /** Whether it is there, empty or not. */
    boolean has(String name) {
        return fields.containsKey(name);
    }

    /** A text, or what stands for it when it is not there; an empty one is a text. */
    String text(String name, String otherwise) {
        return has(name) ? optional(name).orElse("") : otherwise;
    }

    /** Texts, or what stands for them when they are not there. */
    List<String> texts(String name, List<String> otherwise) {
        return has(name) ? texts(name) : otherwise;
    }

    /** Texts; none when it is not there. */
    List<String> texts(String name) {
        return fields.getOrDefault(name, List.of());
    }

    /** A time. {@code never} is {@link Instant#MAX}. */
    Instant time(String name, Instant otherwise) {
        Optional<String> text = optional(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (text.get().equals("never")) {
            return Instant.MAX;
        }
        try {
            return Instant.parse(text.get());
        } catch (DateTimeException e) {
            throw Failure.input(
                    name
                            + " is '"
                            + text.get()
                            + "'; write a time such as 2027-01-31T00:00:00Z, or never");
        }
    }

    /** A whole number. */
    long number(String name, long otherwise, long least, long most) {
        Optional<String> text = optional(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text.get());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw Failure.input(name + " is '" + text.get() + "', which is no whole number");
        }
        throw Failure.input(name + " must be from " + least + " to " + most);
    }
}
