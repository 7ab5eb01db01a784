package org.domicile.persons;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedPeople;
import org.domicile.guard.Refused;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Policy;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public final class PersonsDoor implements HttpHandler {
    /** Its places on the web listener. */
    public static final List<String> PATHS = List.of("/register/me");

    private static final System.Logger LOG = System.getLogger("org.domicile.persons");
    private static final JsonFactory JSON = new JsonFactory();
    private static final String BEARER = "Bearer ";
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int LONGEST_CODE = 64;
    private static final int MOST_USES = 10_000;
    private static final int AT_ONCE = 4;

    private final Guard guard;
    private final InstantSource clock;
    private final Failures failures = new Failures();
    private final Semaphore answers = new Semaphore(AT_ONCE);

    /** A door to a guard. */
    public PersonsDoor(Guard guard, InstantSource clock) {
        this.guard = guard;
        this.clock = clock;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        try {
            answer(exchange);
        } catch (Refused e) {
            fail(exchange, 403, String.valueOf(e.getMessage()));
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "request {0} failed: {1}",
                    exchange.requestId(),
                    e.getMessage());
            fail(exchange, 503, "This cannot be answered now; try again in a while.");
        }
    }

    private void answer(Exchange exchange) throws IOException {
        if (!exchange.method().equals("GET")) {
            fail(exchange, 405, "Ask with GET.");
            return;
        }
        if (!exchange.confidential()) {
            guard.stranger(GuardedPeople.READ_OWN, "no-tls");
            fail(exchange, 403, "Ask over https: a code must not travel in clear.");
            return;
        }
        List<String> shown = exchange.headers().all("Authorization");
        Instant now = clock.instant();
        if (!failures.allow(exchange.client().getAddress(), now)) {
            guard.stranger(GuardedPeople.READ_OWN, "too-many");
            fail(exchange, 429, "Too many wrong codes; try again in a minute.");
            return;
        }
        Optional<Ledger.Span> span = span(exchange.rawQuery());
        if (span.isEmpty()) {
            fail(exchange, 400, "The query may hold from=TIME and before=PLACE, and nothing else.");
            return;
        }
        if (shown.size() != 1
                || !shown.getFirst().startsWith(BEARER)
                || shown.getFirst().length() > LONGEST_CODE) {
            failures.add(exchange.client().getAddress(), now);
            guard.stranger(GuardedPeople.READ_OWN, "no-code");
            fail(
                    exchange,
                    401,
                    "Show the code that the organisation gave you: Authorization: Bearer CODE");
            return;
        }
        if (!answers.tryAcquire()) {
            fail(exchange, 503, "Others are being answered; try again in a moment.");
            return;
        }
        try {
            own(exchange, shown.getFirst().substring(BEARER.length()), span.get(), now);
        } finally {
            answers.release();
        }
    }

    private void own(Exchange exchange, String code, Ledger.Span span, Instant now)
            throws IOException {
        GuardedPeople people = guard.people(request(exchange, now));
        Optional<GuardedPeople.Own> own = people.own(code, span);
        if (own.isEmpty()) {
            failures.add(exchange.client().getAddress(), now);
            fail(
                    exchange,
                    401,
                    "This code is not good: it was used, has expired, or is mistyped. Ask the"
                            + " organisation for a new one.");
            return;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(body)) {
            write(json, own.get());
        }
        exchange.respond(
                200,
                headers("application/json").add("x-domicile-use", people.use()),
                ByteBuffer.wrap(body.toByteArray()));
    }

    /**
     * Who used them: whose purpose it was. What the program does it does for whose data they are.
     */
    private static String receiver(Ledger.Concern use, String organisation) {
        int slash = use.purpose().indexOf('/');
        return slash > 0 ? use.purpose().substring(0, slash) : organisation;
    }

    /** An answer like Estonia's findUsage, with more fields. */
    private static void write(JsonGenerator json, GuardedPeople.Own own) throws IOException {
        json.writeStartObject();
        json.writeStringField("organisation", own.organisation());
        json.writeArrayFieldStart("usages");
        for (GuardedPeople.OwnUse each : own.uses()) {
            Ledger.Concern use = each.concern();
            json.writeStartObject();
            json.writeStringField("logtime", use.minute());
            json.writeStringField("action", each.purposeText());
            String receiver = receiver(use, own.organisation());
            json.writeStringField("receiverCode", receiver);
            json.writeStringField("receiverName", receiver);
            json.writeStringField("receiverSystem", use.log());
            json.writeStringField("operation", use.action());
            json.writeStringField("purpose", use.purpose());
            json.writeStringField("decision", use.verdict());
            json.writeStringField("reason", use.reason());
            json.writeStringField("outcome", use.outcome());
            json.writeStringField("dataZone", use.dataZone());
            json.writeStringField("clientZone", use.clientZone());
            json.writeNumberField("times", use.count());
            json.writeNumberField("index", use.index());
            json.writeNumberField("number", use.number());
            if (!use.sealed().isEmpty()) {
                json.writeStringField("sealedUntil", use.sealed());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("next", own.next());
        json.writeEndObject();
    }

    private static Optional<Ledger.Span> span(String rawQuery) {
        Instant from = Instant.EPOCH;
        long before = Long.MAX_VALUE;
        try {
            for (String pair : rawQuery.split("&", -1)) {
                if (pair.startsWith("from=")) {
                    from = Instant.parse(pair.substring("from=".length()).replace("%3A", ":"));
                } else if (pair.startsWith("before=")) {
                    before = Long.parseLong(pair.substring("before=".length()));
                } else if (!pair.isEmpty()) {
                    return Optional.empty();
                }
            }
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
        return before < 0
                ? Optional.empty()
                : Optional.of(new Ledger.Span(from, before, MOST_USES));
    }

    /** Without the address: a person who looks leaves nothing that outlives her erasure. */
    private Request request(Exchange exchange, Instant now) {
        return new Request(
                exchange.requestId(),
                new Caller.Program("system:person", Policy.ADMINISTRATION),
                "persons",
                guard.identity().zone(exchange.listener(), exchange.client().getAddress()),
                "",
                now,
                now.plus(LONGEST),
                Optional.empty());
    }

    private static Headers headers(String type) {
        return new Headers()
                .add("Content-Type", type)
                .add("Cache-Control", "no-store")
                .add("X-Content-Type-Options", "nosniff");
    }

    private static void fail(Exchange exchange, int status, String sentence) throws IOException {
        Headers headers = headers("text/plain; charset=utf-8");
        switch (status) {
            case 401 -> headers.add("WWW-Authenticate", "Bearer");
            case 405 -> headers.add("Allow", "GET");
            case 429 -> headers.add("Retry-After", "60");
            case 503 -> headers.add("Retry-After", "5");
            default -> {}
        }
        exchange.respond(
                status,
                headers,
                ByteBuffer.wrap((sentence + "\n").getBytes(StandardCharsets.UTF_8)));
    }
}
