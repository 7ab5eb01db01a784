package org.domicile.register;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.PublicRegister;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.policy.Purpose;

/** See the package's page. Safe for concurrent use. Closing ends its thread. */
public final class RegisterDoor implements HttpHandler, AutoCloseable {
    /** Its places on the web listener: with a slash at its end everything below. */
    public static final List<String> PATHS = List.of("/register/", "/register");

    /** Answers that are under way at once. */
    static final int AT_ONCE = 64;

    private static final String SECURITY =
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";
    private static final String HTML = "text/html; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    private final PublicRegister register;
    private final InstantSource clock;
    private final Follow follow;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /** An answer that is whole. */
    private record Answer(int status, String type, String cache, String body) {
        static Answer of(String type, String body) {
            return new Answer(200, type, "no-cache", body);
        }
    }

    private RegisterDoor(PublicRegister register, InstantSource clock) {
        this.register = register;
        this.clock = clock;
        this.follow = new Follow(register);
    }

    /** Begins to follow the public log. */
    public static RegisterDoor open(PublicRegister register, InstantSource clock) {
        return new RegisterDoor(register, clock);
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            Headers headers = headers(TEXT, "no-store").add("Allow", "GET, HEAD");
            respond(exchange, 405, headers, "The register is read with GET or HEAD.\n");
            return;
        }
        if (!places.tryAcquire()) {
            busy(exchange, "Too many people read the register just now; try again in a moment.\n");
            return;
        }
        try {
            Language language =
                    Language.asked(exchange.rawQuery(), exchange.headers().all("Accept-Language"));
            Optional<Wanted> wanted = Wanted.at(exchange.rawPath());
            if (wanted.isPresent() && wanted.get() instanceof Wanted.WithoutSlash) {
                respond(
                        exchange,
                        301,
                        headers(TEXT, "no-cache").add("Location", "/register/"),
                        "It is at /register/.\n");
                return;
            }
            Answer answer =
                    wanted.flatMap(each -> answer(each, language)).orElseGet(() -> none(language));
            Headers headers = headers(answer.type(), answer.cache());
            if (answer.type().equals(HTML)) {
                headers.add("Vary", "Accept-Language").add("Content-Language", language.code());
            }
            respond(exchange, answer.status(), headers, answer.body());
        } catch (StorageFailure e) {
            if (exchange.responded()) {
                throw e;
            }
            busy(exchange, "The register cannot be read now (" + e.getMessage() + ").\n");
        } finally {
            places.release();
        }
    }

    private static void busy(Exchange exchange, String sentence) throws IOException {
        respond(exchange, 503, headers(TEXT, "no-store").add("Retry-After", "1"), sentence);
    }

    private static Answer none(Language language) {
        Html page = new Html(language, language.word("not-found"), "/register/");
        return new Answer(404, HTML, "no-store", page.done());
    }

    /** Empty when there is nothing of the kind. */
    private Optional<Answer> answer(Wanted wanted, Language language) {
        Instant now = clock.instant();
        return switch (wanted) {
            case Wanted.Index(Wanted.As as) -> Optional.of(index(as, language, now));
            case Wanted.One(String purpose, Wanted.As as) -> one(purpose, as, language, now);
            case Wanted.Day(String purpose, String day, Wanted.As as) ->
                    day(purpose, day, as, language);
            case Wanted.Kinds(Wanted.As as) ->
                    Optional.of(
                            switch (as) {
                                case PAGE -> Answer.of(HTML, Pages.kinds(language));
                                case JSON -> Answer.of(JSON, Twins.kinds());
                            });
            case Wanted.Proof(long index) ->
                    register.proof(index).map(proof -> Answer.of(TEXT, proof));
            case Wanted.Export(Exports.Format format) ->
                    Optional.of(
                            Answer.of(format.type(), Exports.of(format, register.purposes(), now)));
            case Wanted.Style() ->
                    Optional.of(
                            new Answer(200, "text/css; charset=utf-8", "max-age=3600", Html.STYLE));
            case Wanted.WithoutSlash() -> Optional.empty();
        };
    }

    private Answer index(Wanted.As as, Language language, Instant now) {
        List<Purpose> purposes = register.purposes();
        return follow.look(view -> {
            List<Pages.Both> all = Pages.both(purposes, view.observed());
            return switch (as) {
                case PAGE -> Answer.of(HTML, Pages.index(language, all, view, now));
                case JSON -> Answer.of(JSON, Twins.index(all, register.sealedMax(), view, now));
            };
        });
    }

    private Optional<Answer> one(String id, Wanted.As as, Language language, Instant now) {
        Optional<Purpose> purpose =
                register.purposes().stream().filter(each -> each.id().equals(id)).findFirst();
        return follow.look(view -> {
            Optional<Seen> seen = Optional.ofNullable(view.observed().purposes().get(id));
            if (purpose.isEmpty() && seen.isEmpty()) {
                return Optional.empty();
            }
            Pages.Both both = new Pages.Both(id, purpose, seen);
            return Optional.of(
                    switch (as) {
                        case PAGE ->
                                Answer.of(
                                        HTML,
                                        Pages.one(language, both, register.sealedMax(), view, now));
                        case JSON -> Answer.of(JSON, Twins.one(both, view, now));
                    });
        });
    }

    private Optional<Answer> day(String id, String day, Wanted.As as, Language language) {
        return follow.look(view -> {
            List<Long> sources = view.observed().sources(id, day);
            if (sources.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(
                    switch (as) {
                        case PAGE -> Answer.of(HTML, Pages.day(language, id, day, sources));
                        case JSON -> Answer.of(JSON, Twins.day(id, day, sources));
                    });
        });
    }

    private static Headers headers(String type, String cache) {
        return new Headers()
                .add("Content-Type", type)
                .add("Cache-Control", cache)
                .add("Content-Security-Policy", SECURITY)
                .add("Referrer-Policy", "no-referrer")
                .add("X-Content-Type-Options", "nosniff");
    }

    private static void respond(Exchange exchange, int status, Headers headers, String body)
            throws IOException {
        exchange.respond(status, headers, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
    }

    /** Ends the following of the log. */
    @Override
    public void close() {
        follow.close();
    }
}
