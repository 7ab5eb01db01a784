package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.domicile.http.Headers;
import org.domicile.streams.StreamRecord;

/**
 * The records of a request, by what it says of its body:
 *
 * <ul>
 *   <li>{@code application/json}: one value, or a list of which each is one
 *   <li>{@code application/cloudevents+json}: one event in structured mode (CloudEvents 1.0, HTTP
 *       binding, 3.2); {@code application/cloudevents-batch+json}: a list of them (3.3)
 *   <li>with a header {@code ce-specversion}: one event in binary mode (3.1), whose attributes
 *       become headers as Kafka's binding has them
 *   <li>{@code application/x-ndjson}, {@code application/jsonl}, and what says nothing or a form
 *       (as curl's {@code --data-binary} does): a JSON value a line
 * </ul>
 *
 * <p>JSON is UTF-8, without a byte order mark.
 */
final class Records {
    static final int MOST = 100_000;
    static final int LONGEST = 1 << 20;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(100)
                                    .maxStringLength(LONGEST)
                                    .maxNumberLength(1_000)
                                    .build())
                    .build();

    /** CloudEvents 1.0, section 3.1: REQUIRED attributes. */
    private static final Set<String> REQUIRED = Set.of("id", "source", "specversion", "type");

    private static final String CONTENT_TYPE = "content-type";
    private static final String EVENT = "application/cloudevents+json";

    private final String key;
    private final List<StreamRecord.Coming> all = new ArrayList<>();

    private Records(String key) {
        this.key = key;
    }

    /** Of a request. @param key the member of each value whose text is its key; empty for none */
    static List<StreamRecord.Coming> of(Bodies.Body body, String key) throws IOException {
        return of(body.headers(), body.bytes(), key);
    }

    /** The same of its parts. @param body unpacked */
    static List<StreamRecord.Coming> of(Headers headers, byte[] body, String key)
            throws IOException {
        String type = type(headers);
        Records records = new Records(key);
        if (headers.first("ce-specversion").isPresent()) {
            records.binary(headers, body);
            return records.all;
        }
        switch (type) {
            case "application/json" -> records.values(body, false);
            case EVENT -> {
                records.value(body, 0, body.length, "the event", true);
            }
            case "application/cloudevents-batch+json" -> records.values(body, true);
            case "application/x-ndjson",
                    "application/jsonl",
                    "application/json-lines",
                    "application/x-www-form-urlencoded",
                    "" ->
                    records.lines(body);
            default ->
                    throw new Failure(
                            415,
                            "unknown-type",
                            "Content-Type is "
                                    + shown(type)
                                    + "; send application/x-ndjson, application/json or"
                                    + " application/cloudevents+json.");
        }
        if (records.all.isEmpty()) {
            throw Failure.malformed("There is no record in the body.");
        }
        return records.all;
    }

    /** One record, as it is: OpenTelemetry's request. */
    static List<StreamRecord.Coming> telemetry(Bodies.Body asked, String signal)
            throws IOException {
        byte[] body = asked.bytes();
        String type = type(asked.headers());
        if (type.equals("application/json")) {
            new Records("").check(body, 0, body.length, "the body");
        } else if (!type.equals(Telemetry.PROTOBUF)) {
            throw new Failure(
                    415,
                    "unknown-type",
                    "Send OTLP as application/x-protobuf or application/json.");
        }
        small(body.length, "the body");
        return List.of(
                new StreamRecord.Coming(
                        Optional.empty(),
                        Optional.of(body),
                        Optional.empty(),
                        List.of(
                                new StreamRecord.Header(CONTENT_TYPE, type.getBytes(UTF_8)),
                                new StreamRecord.Header("signal", signal.getBytes(UTF_8)))));
    }

    static String type(Headers headers) {
        String type = headers.first("Content-Type").orElse("");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    private static String shown(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    // values

    private static void small(int length, String what) {
        if (length > LONGEST) {
            throw new Failure(
                    413,
                    "too-large",
                    what + " has more than 1 MiB; put large things into a bucket.");
        }
    }

    private void add(StreamRecord.Coming record) {
        if (all.size() == MOST) {
            throw new Failure(
                    413,
                    "too-many",
                    "A request has at most 100,000 records; send them in several requests.");
        }
        all.add(record);
    }

    private void lines(byte[] body) throws IOException {
        int line = 1;
        int from = 0;
        while (from < body.length) {
            int end = from;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            int to = end > from && body[end - 1] == '\r' ? end - 1 : end;
            if (!blank(body, from, to)) {
                value(body, from, to, "line " + line, false);
            }
            line++;
            from = end + 1;
        }
    }

    private static boolean blank(byte[] body, int from, int to) {
        for (int i = from; i < to; i++) {
            if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    /** A value, or a list of values. @param events whether each is an event */
    private void values(byte[] body, boolean events) throws IOException {
        try (JsonParser json = JSON.createParser(body)) {
            JsonToken first = json.nextToken();
            if (first != JsonToken.START_ARRAY) {
                if (events) {
                    throw Failure.malformed("A batch of events is a list.");
                }
                value(body, 0, body.length, "the body", false);
                return;
            }
            int count = 0;
            for (JsonToken each = json.nextToken();
                    each != JsonToken.END_ARRAY;
                    each = json.nextToken()) {
                if (each == null) {
                    throw Failure.malformed("The list does not end.");
                }
                int from = (int) json.currentTokenLocation().getByteOffset();
                json.skipChildren();
                json.finishToken();
                int to = (int) json.currentLocation().getByteOffset();
                count++;
                value(body, from, to, "value " + count, events);
            }
            if (json.nextToken() != null) {
                throw Failure.malformed("Something stands behind the list.");
            }
        } catch (JacksonException e) {
            throw notJson("the body", e);
        }
    }

    private void value(byte[] body, int from, int to, String what, boolean event)
            throws IOException {
        small(to - from, what);
        if (!isUtf8(body, from, to)) {
            throw Failure.malformed(
                    what + " is not in UTF-8, or begins with a mark. Nothing was published.");
        }
        Optional<byte[]> found = event ? event(body, from, to, what) : check(body, from, to, what);
        add(
                new StreamRecord.Coming(
                        found,
                        Optional.of(Arrays.copyOfRange(body, from, to)),
                        Optional.empty(),
                        event
                                ? List.of(
                                        new StreamRecord.Header(
                                                CONTENT_TYPE, EVENT.getBytes(UTF_8)))
                                : List.of()));
    }

    /**
     * Whether a reader of JSON takes it for UTF-8 (RFC 4627, section 3: zeros among the first four
     * bytes mean something else) and finds no byte order mark.
     */
    static boolean isUtf8(byte[] body, int from, int to) {
        for (int i = from; i < Math.min(to, from + 4); i++) {
            if (body[i] == 0) {
                return false;
            }
        }
        int first = to > from ? body[from] & 0xFF : 0;
        return first != 0xEF && first != 0xFE && first != 0xFF;
    }

    private static Failure notJson(String what, JacksonException e) {
        return Failure.malformed(
                what.substring(0, 1).toUpperCase(Locale.ROOT)
                        + what.substring(1)
                        + " is not JSON: "
                        + shown(String.valueOf(e.getOriginalMessage()))
                        + ". Nothing was published.");
    }

    /** Whether it is one JSON value, in UTF-8; gives its key. */
    private Optional<byte[]> check(byte[] body, int from, int to, String what, String member)
            throws IOException {
        try (JsonParser json = JSON.createParser(body, from, to - from)) {
            Optional<byte[]> found = Optional.empty();
            JsonToken first = json.nextToken();
            if (first == null) {
                throw Failure.malformed(what + " is empty.");
            }
            if (first == JsonToken.START_OBJECT && !member.isEmpty()) {
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    boolean key = json.currentName().equals(member);
                    JsonToken value = json.nextToken();
                    if (key && value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                        found = Optional.of(json.getText().getBytes(UTF_8));
                    } else {
                        through(json);
                    }
                }
            } else {
                through(json);
            }
            if (json.nextToken() != null) {
                throw Failure.malformed(
                        "Something stands behind the value of "
                                + what
                                + ". Nothing was published.");
            }
            return found;
        } catch (JacksonException e) {
            throw notJson(what, e);
        }
    }

    private static void through(JsonParser json) throws IOException {
        if (json.currentToken().isStructStart()) {
            json.skipChildren();
        } else {
            json.finishToken();
        }
    }

    private Optional<byte[]> check(byte[] body, int from, int to, String what) throws IOException {
        return check(body, from, to, what, key);
    }

    // events

    private Optional<byte[]> event(byte[] body, int from, int to, String what) throws IOException {
        Set<String> missing = new HashSet<>(REQUIRED);
        Optional<byte[]> found = Optional.empty();
        try (JsonParser json = JSON.createParser(body, from, to - from)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Failure.malformed(what + " is no event: an object is wanted.");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value == JsonToken.VALUE_STRING && !json.getText().isEmpty()) {
                    missing.remove(name);
                    boolean isKey = key.isEmpty() ? name.equals("partitionkey") : name.equals(key);
                    found = isKey ? Optional.of(json.getText().getBytes(UTF_8)) : found;
                } else {
                    through(json);
                }
            }
            if (json.nextToken() != null) {
                throw Failure.malformed("Something stands behind " + what + ".");
            }
        } catch (JacksonException e) {
            throw notJson(what, e);
        }
        complete(missing, what);
        return found;
    }

    private static void complete(Set<String> missing, String what) {
        if (!missing.isEmpty()) {
            throw Failure.malformed(
                    what
                            + " is no CloudEvent: it does not say "
                            + String.join(", ", missing.stream().sorted().toList())
                            + ". Nothing was published.");
        }
    }

    private void binary(Headers headers, byte[] body) {
        Set<String> missing = new HashSet<>(REQUIRED);
        List<StreamRecord.Header> attributes = new ArrayList<>();
        List<byte[]> keys = new ArrayList<>();
        headers.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("ce-") && attributes.size() < 100) {
                String attribute = lower.substring(3);
                byte[] text = EventAttribute.text(shown(attribute), value);
                missing.remove(attribute);
                attributes.add(new StreamRecord.Header("ce_" + attribute, text));
                if (attribute.equals(key.isEmpty() ? "partitionkey" : key)) {
                    keys.add(text);
                }
            }
        });
        complete(missing, "the request");
        small(body.length, "the event");
        // with its parameters: it is the attribute datacontenttype
        headers.first("Content-Type")
                .filter(type -> !type.isBlank())
                .ifPresent(type ->
                        attributes.add(
                                new StreamRecord.Header(CONTENT_TYPE, type.getBytes(ISO_8859_1))));
        add(
                new StreamRecord.Coming(
                        keys.stream().findFirst(),
                        Optional.of(body),
                        Optional.empty(),
                        attributes));
    }
}
