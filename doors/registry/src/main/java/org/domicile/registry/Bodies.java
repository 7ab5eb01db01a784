package org.domicile.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.domicile.http.Exchange;
import org.domicile.http.WholeBody;
import org.domicile.schemas.Compatibility;
import org.domicile.schemas.Format;
import org.domicile.schemas.Reference;
import org.domicile.schemas.SchemaText;
import org.domicile.schemas.Schemas;

/**
 * What requests bring: JSON objects of Confluent's API. One comes within ten seconds, or not at
 * all.
 */
final class Bodies {
    private static final int LONGEST = 1 << 20;
    private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(10);

    static final JsonFactory JSON =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Schemas.MOST_LEVELS)
                                    .build())
                    .build();

    private Bodies() {}

    private static byte[] bytes(Exchange exchange) throws IOException {
        if (exchange.headers()
                .first("Content-Encoding")
                .filter(c -> !c.equals("identity"))
                .isPresent()) {
            throw new Failure(415, 415, "Send the body as it is, without a Content-Encoding.");
        }
        if (exchange.contentLength() > LONGEST) {
            throw tooLarge();
        }
        byte[] body;
        try {
            body = WholeBody.read(exchange, LONGEST, ARRIVES_WITHIN);
        } catch (SocketTimeoutException e) {
            throw new Failure(
                    408, 408, "The body did not come within 10 seconds; send it at once.");
        }
        if (body.length > LONGEST) {
            throw tooLarge();
        }
        return body;
    }

    private static Failure tooLarge() {
        return new Failure(413, 413, "A request has at most 1 MiB.");
    }

    private interface Members {
        /** One member; the parser stands on its value. */
        void of(String name, JsonParser json) throws IOException;
    }

    private static void object(JsonParser json, Members members) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw Failure.malformed("The body is a JSON object.");
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            members.of(name, json);
        }
    }

    private static void whole(Exchange exchange, Members members) throws IOException {
        byte[] body = bytes(exchange);
        try (JsonParser json = JSON.createParser(body)) {
            json.nextToken();
            object(json, members);
            if (json.nextToken() != null) {
                throw Failure.malformed("Something stands behind the body's JSON.");
            }
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw Failure.malformed("The body is no JSON that can be read.");
        }
    }

    private static String text(JsonParser json, String name) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw Failure.malformed("'%s' is a text.".formatted(name));
        }
        return json.getText();
    }

    private static int number(JsonParser json, String name) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                || json.getNumberType() != JsonParser.NumberType.INT) {
            throw Failure.malformed("'%s' is a whole number.".formatted(name));
        }
        return json.getIntValue();
    }

    /** Null, or what has nothing in it. */
    private static boolean isNothing(JsonParser json) throws IOException {
        return json.currentToken() == JsonToken.VALUE_NULL
                || (json.currentToken().isStructStart() && json.nextToken().isStructEnd());
    }

    /** A schema that is registered, looked for, or compared. */
    static SchemaText schema(Exchange exchange) throws IOException {
        var read =
                new Object() {
                    Optional<String> text = Optional.empty();
                    Format format = Format.AVRO;
                    List<Reference> references = List.of();
                };
        whole(
                exchange,
                (name, json) -> {
                    switch (name) {
                        case "schema" -> read.text = Optional.of(text(json, name));
                        case "schemaType" -> {
                            if (json.currentToken() != JsonToken.VALUE_NULL) {
                                read.format = format(text(json, name));
                            }
                        }
                        case "references" -> {
                            if (json.currentToken() != JsonToken.VALUE_NULL) {
                                read.references = references(json);
                            }
                        }
                        case "id" -> {
                            if (json.currentToken() != JsonToken.VALUE_NULL
                                    && number(json, name) > 0) {
                                throw new Failure(
                                        422, 42205, "Ids are given here; leave out 'id'.");
                            }
                        }
                        case "ruleSet", "metadata" -> {
                            if (!isNothing(json)) {
                                throw Failure.malformed(
                                        "Rule sets and metadata are not kept here, so a schema with"
                                                + " them is not taken.");
                            }
                        }
                        default -> json.skipChildren();
                    }
                });
        String text = read.text.orElseThrow(() -> Failure.malformed("The body has no 'schema'."));
        return new SchemaText(read.format, text, read.references);
    }

    private static Format format(String word) {
        try {
            return Format.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Failure.malformed("The schemaType is AVRO, JSON or PROTOBUF.");
        }
    }

    private static List<Reference> references(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw Failure.malformed("'references' is an array.");
        }
        List<Reference> references = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            var each =
                    new Object() {
                        String name = "";
                        String subject = "";
                        int version;
                    };
            object(
                    json,
                    (name, value) -> {
                        switch (name) {
                            case "name" -> each.name = text(value, name);
                            case "subject" -> each.subject = text(value, name);
                            case "version" -> each.version = number(value, name);
                            default -> value.skipChildren();
                        }
                    });
            if (!Operation.isName(each.name) || !Operation.isName(each.subject)) {
                throw Failure.malformed("A reference has a name, a subject and a version.");
            }
            references.add(new Reference(each.name, each.subject, each.version));
            if (references.size() > Schemas.MOST_REFERENCES) {
                throw Failure.malformed(
                        "A schema has at most %d references.".formatted(Schemas.MOST_REFERENCES));
            }
        }
        return references;
    }

    /** What new versions have to be able to do. */
    static Compatibility level(Exchange exchange) throws IOException {
        var read =
                new Object() {
                    String word = "";
                };
        whole(
                exchange,
                (name, json) -> {
                    if (name.equals("compatibility") || name.equals("compatibilityLevel")) {
                        read.word = text(json, name);
                    } else {
                        json.skipChildren();
                    }
                });
        try {
            return Compatibility.valueOf(read.word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    422,
                    42203,
                    "The compatibility is one of "
                            + List.of(Compatibility.values())
                            + ", in a member 'compatibility'.");
        }
    }
}
