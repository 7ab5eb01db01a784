package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.GuardedStreams;
import org.domicile.guard.Refused;
import org.domicile.guard.StreamRefusal;
import org.domicile.http.BodyOutput;
import org.domicile.http.Exchange;
import org.domicile.request.Request;
import org.domicile.streams.StreamRecord;

/**
 * Sends a stream's records as they come, as server-sent events (HTML, 9.2) or, with {@code Accept:
 * application/x-ndjson}, as lines. The id of an event says where it goes on in each partition, so
 * that a browser that comes back with {@code Last-Event-ID} misses nothing.
 *
 * <p>Parameters: {@code from} ({@code beginning}, {@code end}, or an id of an event), {@code
 * limit}: how many records at most, {@code idle}: milliseconds without a record after which the
 * answer ends; without it, it does not.
 */
final class Following {
    static final Set<String> ASKED = Set.of("from", "limit", "idle");

    /** Between two questions whether the client may go on. */
    private static final Duration TURN = Duration.ofMillis(500);

    /** Records between two such questions. */
    private static final int AT_ONCE = 500;

    private static final Duration SILENCE = Duration.ofSeconds(15);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int MOST_PLACES = 64;

    private final GuardedStreams streams;
    private final InstantSource clock;

    Following(GuardedStreams streams, InstantSource clock) {
        this.streams = streams;
        this.clock = clock;
    }

    /** The same request, of now. */
    private Request now(Request request) {
        Instant now = clock.instant();
        return new Request(
                request.id(),
                request.caller(),
                request.door(),
                request.zone(),
                request.address(),
                now,
                now.plus(LONGEST),
                Optional.empty());
    }

    void answer(Exchange exchange, Request request, String name, Map<String, String> query)
            throws IOException {
        long limit = number(query, "limit", Long.MAX_VALUE);
        long idle = number(query, "idle", Long.MAX_VALUE);
        Map<Integer, Long> places = from(exchange, query);
        boolean lines =
                exchange.headers().all("Accept").stream()
                        .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains("ndjson"));
        try (GuardedStreams.Reader reader = streams.read(request, name, places)) {
            try (BodyOutput out =
                    exchange.respond(
                            200,
                            Answers.headers(
                                    lines ? "application/x-ndjson" : "text/event-stream",
                                    reader.use().orElse("")),
                            -1)) {
                send(request, reader, new Sink(out, lines, reader.begins()), limit, idle);
            }
        }
    }

    private void send(
            Request request, GuardedStreams.Reader reader, Sink sink, long limit, long idle)
            throws IOException {
        sink.open();
        long sent = 0;
        Instant last = clock.instant();
        Instant heard = last;
        while (sent < limit) {
            List<StreamRecord> records;
            try {
                records = reader.poll(now(request), TURN, (int) Math.min(AT_ONCE, limit - sent));
            } catch (Refused e) {
                sink.end(Entrance.refused(e));
                return;
            } catch (StreamRefusal e) {
                sink.end(Entrance.failure(e));
                return;
            } catch (StorageFailure e) {
                sink.end(new Failure(503, "unavailable", Entrance.sentence(e)));
                return;
            }
            Instant now = clock.instant();
            for (StreamRecord each : records) {
                sink.send(each);
                sent++;
            }
            if (!records.isEmpty()) {
                last = now;
                heard = now;
                sink.flush();
            } else if (Duration.between(last, now).toMillis() >= idle) {
                return;
            } else if (Duration.between(heard, now).compareTo(SILENCE) > 0) {
                heard = now;
                sink.breathe();
            }
        }
    }

    private static long number(Map<String, String> query, String name, long usual) {
        String text = query.getOrDefault(name, "");
        if (text.isEmpty()) {
            return usual;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // it is said below
        }
        throw Failure.malformed(name + " is a whole number from 1 on.");
    }

    /** First offsets by partition; of those that are not there, what comes from now on. */
    private static Map<Integer, Long> from(Exchange exchange, Map<String, String> query) {
        String text =
                exchange.headers().first("Last-Event-ID").orElse(query.getOrDefault("from", "end"));
        Map<Integer, Long> places = new TreeMap<>();
        switch (text) {
            case "end", "" -> {}
            case "beginning" -> {
                for (int i = 0; i < MOST_PLACES; i++) {
                    places.put(i, 0L);
                }
            }
            default -> {
                for (String each : text.split(",", -1)) {
                    int colon = each.indexOf(':');
                    try {
                        int partition = Integer.parseInt(each.substring(0, Math.max(0, colon)));
                        long offset = Long.parseLong(each.substring(colon + 1));
                        if (partition < 0 || partition >= MOST_PLACES || offset < 0) {
                            throw new NumberFormatException();
                        }
                        places.put(partition, offset);
                    } catch (NumberFormatException e) {
                        throw Failure.malformed(
                                "from is beginning, end, or the id of an event, such as"
                                        + " 0:17,1:4.");
                    }
                }
            }
        }
        return places;
    }

    /** Where events go. Owned by the request's thread. */
    private static final class Sink {
        private final BodyOutput out;
        private final boolean lines;
        private final Map<Integer, Long> next;

        Sink(BodyOutput out, boolean lines, Map<Integer, Long> places) {
            this.out = out;
            this.lines = lines;
            this.next = new TreeMap<>(places);
        }

        void open() throws IOException {
            if (!lines) {
                write(": records follow\n\n");
            }
            flush();
        }

        void flush() throws IOException {
            out.flush();
        }

        void breathe() throws IOException {
            write(lines ? "\n" : ":\n\n");
            flush();
        }

        private void write(String text) throws IOException {
            out.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
        }

        void send(StreamRecord record) throws IOException {
            next.put(record.partition(), record.offset() + 1);
            byte[] body = body(record);
            if (lines) {
                out.write(ByteBuffer.wrap(body));
                write("\n");
                return;
            }
            StringBuilder head = new StringBuilder("id: ");
            next.forEach((partition, offset) ->
                    head.append(head.length() > 4 ? "," : "")
                            .append(partition)
                            .append(':')
                            .append(offset));
            write(head.append("\ndata: ").toString());
            out.write(ByteBuffer.wrap(body));
            write("\n\n");
        }

        void end(Failure failure) throws IOException {
            byte[] error = Answers.error(failure);
            if (!lines) {
                write("event: error\ndata: ");
            }
            out.write(ByteBuffer.wrap(error));
            write(lines ? "\n" : "\n\n");
            flush();
        }

        private static byte[] body(StreamRecord record) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JsonGenerator json = Answers.JSON.createGenerator(bytes)) {
                json.writeStartObject();
                json.writeNumberField("partition", record.partition());
                json.writeNumberField("offset", record.offset());
                json.writeStringField("at", record.at().toString());
                if (record.key().isPresent()) {
                    value(json, "key", record.key().get(), false);
                }
                if (record.value().isPresent()) {
                    value(json, "value", record.value().get(), true);
                } else {
                    json.writeNullField("value");
                }
                if (!record.headers().isEmpty()) {
                    json.writeObjectFieldStart("headers");
                    for (StreamRecord.Header each : record.headers()) {
                        value(json, each.name(), each.value(), false);
                    }
                    json.writeEndObject();
                }
                json.writeEndObject();
            }
            return bytes.toByteArray();
        }

        /** JSON as it is, other text as text, and anything else in base64. */
        private static void value(JsonGenerator json, String name, byte[] value, boolean mayBeJson)
                throws IOException {
            if (mayBeJson && isJson(value)) {
                json.writeFieldName(name);
                json.writeRawValue(new String(value, UTF_8).replaceAll("[\\r\\n]+", " "));
                return;
            }
            String text = new String(value, UTF_8);
            if (java.util.Arrays.equals(text.getBytes(UTF_8), value)) {
                json.writeStringField(name, text);
            } else {
                json.writeObjectFieldStart(name);
                json.writeStringField("base64", Base64.getEncoder().encodeToString(value));
                json.writeEndObject();
            }
        }

        private static boolean isJson(byte[] value) throws IOException {
            if (!Records.isUtf8(value, 0, value.length)) {
                return false;
            }
            try (JsonParser json = Answers.JSON.createParser(value)) {
                if (json.nextToken() == null) {
                    return false;
                }
                json.skipChildren();
                json.finishToken();
                return json.nextToken() == null;
            } catch (JacksonException e) {
                return false;
            }
        }
    }
}
