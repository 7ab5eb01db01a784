package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedStreams;
import org.domicile.guard.Refused;
import org.domicile.guard.StreamRefusal;
import org.domicile.http.BasicLogin;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;

/** See the package's page. Safe for concurrent use. */
public final class IngestDoor implements HttpHandler {
    /** Its place on the web listener. */
    public static final List<String> PATHS = List.of(Operation.ROOT);

    private static final System.Logger LOG = System.getLogger("org.domicile.ingest");
    private static final String LOGIN = "streams:Connect";
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int AT_ONCE = 256;
    private static final int LONGEST_KEY = 128;

    /** Followers, and of one organisation: each holds what it was sent last. */
    private static final int FOLLOWING = 64;

    private static final int FOLLOWING_OF_ONE = 16;

    static final JsonFactory JSON = new JsonFactory();

    private final Guard guard;
    private final GuardedStreams streams;
    private final InstantSource clock;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Bodies bodies = new Bodies();
    private final Map<String, Integer> following = new HashMap<>();

    /** A door to a guard. */
    public IngestDoor(Guard guard, GuardedStreams streams, InstantSource clock) {
        this.guard = guard;
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!exchange.confidential()) {
            fail(exchange, notSecure(), "");
            return;
        }
        Optional<Caller.Known> caller = caller(guard, exchange);
        if (caller.isEmpty()) {
            guard.stranger(LOGIN, "bad-login");
            fail(exchange, noLogin(), "");
            return;
        }
        if (!places.tryAcquire()) {
            fail(exchange, new Failure(503, "overloaded", "Others are being answered; try again."));
            return;
        }
        try {
            switch (Operation.parse(exchange.method(), exchange.rawPath())) {
                case Operation.Parsed.None(Operation.Nothing why) -> {
                    throw why == Operation.Nothing.ABSENT
                            ? new Failure(
                                    404,
                                    "no-such-path",
                                    "There is nothing here; a stream is /streams/NAME.")
                            : new Failure(405, "no-such-method", "That cannot be done with it.");
                }
                case Operation.Parsed.Found(Operation.Asked asked) ->
                        serve(exchange, caller.get(), asked);
            }
        } catch (Failure e) {
            fail(exchange, e);
        } catch (Refused e) {
            fail(exchange, refused(e), e.use());
        } catch (StreamRefusal e) {
            fail(exchange, failure(e));
        } catch (StorageFailure e) {
            fail(exchange, new Failure(503, "unavailable", sentence(e)));
        } finally {
            places.release();
        }
    }

    static Failure notSecure() {
        return new Failure(403, "not-secure", "Ask over https: a secret must not travel in clear.");
    }

    static Failure noLogin() {
        return new Failure(
                401, "no-login", "Show your access key and its secret as Basic authentication.");
    }

    static Failure refused(Refused e) {
        return new Failure(403, e.reason(), String.valueOf(e.getMessage()));
    }

    static Failure failure(StreamRefusal e) {
        return switch (e.kind()) {
            case ABSENT -> new Failure(404, "no-such-stream", e.sentence());
            case CONFLICT -> new Failure(409, "conflict", e.sentence());
            case TOO_LARGE -> new Failure(413, "too-large", e.sentence());
        };
    }

    static String sentence(StorageFailure e) {
        LOG.log(System.Logger.Level.WARNING, "streams over HTTP", e);
        return switch (e.kind()) {
            case OVERLOADED, FULL -> e.getMessage() + "; try again in a moment";
            case FENCED, CORRUPT, FOREIGN, CLOSED ->
                    e.getMessage() + "; its operator has to look at it ('domicile status')";
        };
    }

    /** Who asks, by Basic authentication (RFC 7617). */
    static Optional<Caller.Known> caller(Guard guard, Exchange exchange) {
        return BasicLogin.of(exchange.headers())
                .flatMap(shown -> guard.identity().caller(shown.accessKey(), shown.secret()));
    }

    private Request request(Exchange exchange, Caller.Known caller) {
        Instant now = clock.instant();
        return new Request(
                exchange.requestId(),
                caller,
                "ingest",
                guard.identity().zone(exchange.listener(), exchange.client().getAddress()),
                exchange.client().getAddress().getHostAddress(),
                now,
                now.plus(LONGEST),
                Optional.empty());
    }

    private void serve(Exchange exchange, Caller.Known caller, Operation.Asked asked)
            throws IOException {
        Request request = request(exchange, caller);
        String name = asked.stream();
        switch (asked.operation()) {
            case LIST_STREAMS -> {
                query(exchange, Set.of());
                GuardedStreams.Listed all = streams.list(request);
                answer(
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
                Measures wanted = Measures.of(exchange);
                shown(exchange, 201, streams.create(request, wanted.topic(name)));
            }
            case SHOW_STREAM -> {
                query(exchange, Set.of());
                shown(exchange, 200, streams.show(request, name));
            }
            case CHANGE_STREAM -> {
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
                        body -> streams.publish(request, name, () -> Records.of(body, key), once));
            }
            case PUBLISH_TELEMETRY -> {
                query(exchange, Set.of());
                telemetry(exchange, request, asked);
            }
            case FOLLOW -> {
                Map<String, String> query = query(exchange, Following.ASKED);
                begin(caller.organisation());
                try {
                    new Following(streams, clock).answer(exchange, request, name, query);
                } finally {
                    end(caller.organisation());
                }
            }
        }
    }

    private void begin(String organisation) {
        synchronized (following) {
            int all = following.values().stream().mapToInt(Integer::intValue).sum();
            if (all >= FOLLOWING || following.getOrDefault(organisation, 0) >= FOLLOWING_OF_ONE) {
                throw new Failure(
                        503,
                        "overloaded",
                        "An organisation follows at most 16 streams at a time over HTTP; Kafka's"
                                + " clients may be many more.");
            }
            following.merge(organisation, 1, Integer::sum);
        }
    }

    private void end(String organisation) {
        synchronized (following) {
            following.computeIfPresent(organisation, (_, count) -> count == 1 ? null : count - 1);
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
    private GuardedStreams.Published published(Exchange exchange, Publishing act)
            throws IOException {
        try (Bodies.Body body = bodies.of(exchange)) {
            return act.of(body);
        }
    }

    private void publish(Exchange exchange, Publishing act) throws IOException {
        GuardedStreams.Published published = published(exchange, act);
        Map<Integer, long[]> partitions = new TreeMap<>();
        for (StreamLog.Place each : published.places()) {
            long[] span =
                    partitions.computeIfAbsent(
                            each.partition(), _ -> new long[] {each.offset(), each.offset()});
            span[0] = Math.min(span[0], each.offset());
            span[1] = Math.max(span[1], each.offset());
        }
        answer(
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

    /** OTLP's answer is an empty message in the form of the request. */
    private void telemetry(Exchange exchange, Request request, Operation.Asked asked)
            throws IOException {
        GuardedStreams.Published published =
                published(
                        exchange,
                        body ->
                                streams.publish(
                                        request,
                                        asked.stream(),
                                        () -> Records.telemetry(body, asked.signal()),
                                        once(exchange)));
        String type = Records.type(exchange.headers());
        byte[] empty = type.equals("application/json") ? "{}".getBytes(UTF_8) : new byte[0];
        exchange.respond(200, headers(type, published.use()), ByteBuffer.wrap(empty));
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
        answer(
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

    /** What an answer says. */
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    static Headers headers(String type, String use) {
        Headers headers =
                new Headers()
                        .add("Content-Type", type)
                        .add("Cache-Control", "no-store")
                        .add("X-Content-Type-Options", "nosniff");
        return use.isEmpty() ? headers : headers.add("x-domicile-use", use);
    }

    static void answer(Exchange exchange, int status, String use, Body body) throws IOException {
        exchange.respond(status, headers("application/json", use), ByteBuffer.wrap(bytes(body)));
    }

    private static byte[] bytes(Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            body.write(json);
        }
        return bytes.toByteArray();
    }

    static byte[] error(Failure failure) throws IOException {
        return bytes(json -> {
            json.writeStartObject();
            json.writeStringField("error", failure.code());
            json.writeStringField("sentence", failure.sentence());
            json.writeEndObject();
        });
    }

    private static void fail(Exchange exchange, Failure failure) throws IOException {
        fail(exchange, failure, "");
    }

    static void fail(Exchange exchange, Failure failure, String use) throws IOException {
        if (exchange.responded()) {
            return; // the answer ends without its end
        }
        Headers headers = headers("application/json", use);
        switch (failure.status()) {
            case 401 -> headers.add("WWW-Authenticate", "Basic realm=\"domicile\"");
            case 405 -> headers.add("Allow", "GET, PUT, PATCH, DELETE, POST");
            case 503 -> headers.add("Retry-After", "5");
            default -> {}
        }
        exchange.respond(failure.status(), headers, ByteBuffer.wrap(error(failure)));
    }
}
