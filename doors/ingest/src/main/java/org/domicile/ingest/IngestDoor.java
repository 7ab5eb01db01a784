package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedStreams;
import org.domicile.http.Exchange;
import org.domicile.http.HttpHandler;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;

/** See the package's page. Safe for concurrent use. */
public final class IngestDoor implements HttpHandler {
    /** Its place on the web listener. */
    public static final List<String> PATHS = List.of(Operation.ROOT);

    private static final String LOGIN = "streams:Connect";
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int AT_ONCE = 256;
    private static final int LONGEST_KEY = 128;

    private final GuardedStreams streams;
    private final Sending sending;
    private final Entrance entrance;
    private final Bodies bodies;
    private final Followers followers = new Followers();

    /**
     * A door to a guard.
     *
     * @param rate bytes a second that an organisation publishes, and as many that it follows; 0 for
     *     no bound
     */
    public IngestDoor(Guard guard, GuardedStreams streams, long rate, InstantSource clock) {
        this.streams = streams;
        this.sending = new Sending(rate, clock);
        this.bodies = new Bodies(rate);
        this.entrance = new Entrance(guard, clock, LOGIN, LONGEST, AT_ONCE);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        entrance.serve(
                exchange,
                (caller, request) -> {
                    switch (Operation.parse(exchange.method(), exchange.rawPath())) {
                        case Operation.Parsed.None(Operation.Nothing why) -> {
                            throw why == Operation.Nothing.ABSENT
                                    ? new Failure(
                                            404,
                                            "no-such-path",
                                            "There is nothing here; a stream is /streams/NAME.")
                                    : new Failure(
                                            405, "no-such-method", "That cannot be done with it.");
                        }
                        case Operation.Parsed.Found(Operation.Asked asked) ->
                                serve(exchange, caller, request, asked);
                    }
                });
    }

    private void serve(
            Exchange exchange, Caller.Known caller, Request request, Operation.Asked asked)
            throws IOException {
        String name = asked.stream();
        switch (asked.operation()) {
            case LIST_STREAMS -> {
                query(exchange, Set.of());
                GuardedStreams.Listed all = streams.list(request);
                Answers.answer(
                        exchange,
                        200,
                        all.use(),
                        json -> {
                            json.writeStartObject();
                            json.writeArrayFieldStart("streams");
                            for (Stream each : all.streams()) {
                                json.writeStartObject();
                                fields(json, each);
                                json.writeEndObject();
                            }
                            json.writeEndArray();
                            json.writeEndObject();
                        });
            }
            case CREATE_STREAM -> {
                streams.mayCreate(request, name); // before it may send anything
                Measures wanted = Measures.of(exchange);
                shown(exchange, 201, streams.create(request, wanted.topic(name)));
            }
            case SHOW_STREAM -> {
                query(exchange, Set.of());
                shown(exchange, 200, streams.show(request, name));
            }
            case CHANGE_STREAM -> {
                streams.mayChange(request, name);
                Measures wanted = Measures.of(exchange);
                shown(exchange, 200, streams.change(request, name, wanted.measures()));
            }
            case DELETE_STREAM -> {
                query(exchange, Set.of());
                shown(exchange, 200, streams.delete(request, name));
            }
            case CREATE_TABLE -> {
                query(exchange, Set.of());
                shown(exchange, 201, streams.table(request, name));
            }
            case PUBLISH -> {
                String key = query(exchange, Set.of("key")).getOrDefault("key", "");
                String once = once(exchange);
                publish(
                        exchange,
                        caller.organisation(),
                        body -> streams.publish(request, name, () -> Records.of(body, key), once));
            }
            case PUBLISH_TELEMETRY -> {
                query(exchange, Set.of());
                telemetry(exchange, caller.organisation(), request, asked);
            }
            case FOLLOW -> {
                Map<String, String> query = query(exchange, Following.ASKED);
                followers.begin(caller.organisation());
                try {
                    new Following(streams, sending).answer(exchange, request, name, query);
                } finally {
                    followers.end(caller.organisation());
                }
            }
        }
    }

    /** The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header); empty for none. */
    private static String once(Exchange exchange) {
        String key = exchange.headers().first("Idempotency-Key").orElse("");
        if (key.length() > LONGEST_KEY || key.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
            throw Failure.malformed(
                    "An Idempotency-Key has at most 128 characters that can be printed.");
        }
        return key;
    }

    private interface Publishing {
        GuardedStreams.Published of(Bodies.Body body) throws IOException;
    }

    /** The body comes once the caller may publish, and in its turn. */
    private GuardedStreams.Published published(
            Exchange exchange, String organisation, Publishing act) throws IOException {
        try (Bodies.Body body = bodies.of(exchange, organisation)) {
            return act.of(body);
        }
    }

    private void publish(Exchange exchange, String organisation, Publishing act)
            throws IOException {
        GuardedStreams.Published published = published(exchange, organisation, act);
        Map<Integer, long[]> partitions = new TreeMap<>();
        for (StreamLog.Place each : published.places()) {
            long[] span =
                    partitions.computeIfAbsent(
                            each.partition(), _ -> new long[] {each.offset(), each.offset()});
            span[0] = Math.min(span[0], each.offset());
            span[1] = Math.max(span[1], each.offset());
        }
        Answers.answer(
                exchange,
                200,
                published.use(),
                json -> {
                    json.writeStartObject();
                    json.writeNumberField("records", published.places().size());
                    json.writeArrayFieldStart("partitions");
                    for (Map.Entry<Integer, long[]> each : partitions.entrySet()) {
                        json.writeStartObject();
                        json.writeNumberField("partition", each.getKey());
                        json.writeNumberField("first", each.getValue()[0]);
                        json.writeNumberField("last", each.getValue()[1]);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                });
    }

    private void telemetry(
            Exchange exchange, String organisation, Request request, Operation.Asked asked)
            throws IOException {
        GuardedStreams.Published published =
                published(
                        exchange,
                        organisation,
                        body ->
                                streams.publish(
                                        request,
                                        asked.stream(),
                                        () -> Records.telemetry(body, asked.signal()),
                                        once(exchange)));
        String type = Telemetry.type(exchange.headers());
        exchange.respond(
                200, Answers.headers(type, published.use()), ByteBuffer.wrap(Telemetry.all(type)));
    }

    // ---- answers ----

    private static Map<String, String> query(Exchange exchange, Set<String> known) {
        Map<String, String> values = new HashMap<>();
        if (exchange.rawQuery().isEmpty()) {
            return values;
        }
        for (String each : exchange.rawQuery().split("&", -1)) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? each : each.substring(0, equals);
            if (!known.contains(name)) {
                throw Failure.malformed(
                        "There is no parameter "
                                + name
                                + (known.isEmpty() ? "" : ", only " + known)
                                + ".");
            }
            try {
                values.put(
                        name,
                        equals < 0 ? "" : URLDecoder.decode(each.substring(equals + 1), UTF_8));
            } catch (IllegalArgumentException e) {
                throw Failure.malformed("The parameter " + name + " is not encoded as it should.");
            }
        }
        return values;
    }

    private static void shown(Exchange exchange, int status, GuardedStreams.Shown shown)
            throws IOException {
        Answers.answer(
                exchange,
                status,
                shown.use(),
                json -> {
                    json.writeStartObject();
                    fields(json, shown.stream());
                    json.writeArrayFieldStart("extents");
                    for (StreamLog.Extent each : shown.extents()) {
                        json.writeStartObject();
                        json.writeNumberField("partition", each.partition());
                        json.writeNumberField("first", each.first());
                        json.writeNumberField("next", each.next());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    if (shown.rows().isPresent()) {
                        GuardedStreams.Rows rows = shown.rows().get();
                        json.writeObjectFieldStart("table");
                        json.writeStringField("name", shown.stream().name());
                        json.writeNumberField("waiting", rows.waiting());
                        json.writeStringField("committed", rows.committed());
                        json.writeStringField("why", rows.why());
                        json.writeEndObject();
                    }
                    json.writeEndObject();
                });
    }

    private static void fields(JsonGenerator json, Stream stream) throws IOException {
        json.writeStringField("name", stream.name());
        json.writeStringField("organisation", stream.organisation());
        json.writeArrayFieldStart("zones");
        for (String each : stream.zones()) {
            json.writeString(each);
        }
        json.writeEndArray();
        json.writeNumberField("partitions", stream.topic().partitions());
        json.writeNumberField("retentionMillis", stream.topic().retention().toMillis());
        json.writeNumberField("bytes", stream.topic().bytes());
        json.writeStringField("made", stream.made().toString());
    }
}
