package org.domicile.ingest;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.Refused;
import org.domicile.guard.StreamRefusal;
import org.domicile.guard.WatchRefusal;
import org.domicile.http.BasicLogin;
import org.domicile.http.Exchange;
import org.domicile.http.Places;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * Who comes in: over https, with an access key and its secret (RFC 7617), and so many at once, of
 * which an organisation is half at most. Here too is what refusals are called on the wire. Safe for
 * concurrent use.
 */
final class Entrance {
    private static final System.Logger LOG = System.getLogger("org.domicile.ingest");

    private final Guard guard;
    private final InstantSource clock;
    private final String login;
    private final Duration longest;
    private final Places places;

    /**
     * @param login the action that a login that fails is recorded as
     * @param longest time that a request has
     * @param atOnce how many are served at a time
     */
    Entrance(Guard guard, InstantSource clock, String login, Duration longest, int atOnce) {
        this.guard = guard;
        this.clock = clock;
        this.login = login;
        this.longest = longest;
        this.places = new Places(atOnce);
    }

    /** Serves one who has come in. */
    interface Service {
        void of(Caller.Known caller, Request request) throws IOException;
    }

    /** Serves, or answers why not. */
    void serve(Exchange exchange, Service service) throws IOException {
        if (!exchange.confidential()) {
            fail(
                    exchange,
                    new Failure(
                            403,
                            "not-secure",
                            "Ask over https: a secret must not travel in clear."));
            return;
        }
        Optional<Caller.Known> caller =
                BasicLogin.of(exchange.headers())
                        .flatMap(shown ->
                                guard.identity().caller(shown.accessKey(), shown.secret()));
        if (caller.isEmpty()) {
            guard.stranger(login, "bad-login");
            fail(
                    exchange,
                    new Failure(
                            401,
                            "no-login",
                            "Show your access key and its secret as Basic authentication."));
            return;
        }
        Optional<Places.Place> place = places.take(caller.get().organisation());
        if (place.isEmpty()) {
            fail(exchange, new Failure(503, "overloaded", Places.NONE));
            return;
        }
        try (Places.Place _ = place.get()) {
            service.of(caller.get(), request(exchange, caller.get()));
        } catch (Failure e) {
            fail(exchange, e);
        } catch (Refused e) {
            Answers.fail(exchange, refused(e), e.use());
        } catch (StreamRefusal e) {
            fail(exchange, failure(e));
        } catch (WatchRefusal e) {
            fail(exchange, failure(e));
        } catch (StorageFailure e) {
            fail(exchange, new Failure(503, "unavailable", sentence(e)));
        }
    }

    private static void fail(Exchange exchange, Failure failure) throws IOException {
        Answers.fail(exchange, failure, "");
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
                now.plus(longest),
                Optional.empty());
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

    private static Failure failure(WatchRefusal e) {
        return switch (e.kind()) {
            case ABSENT -> new Failure(404, "no-such-watch", e.sentence());
            case CONFLICT -> new Failure(409, "conflict", e.sentence());
            case WRONG -> new Failure(400, "wrong-query", e.sentence());
            case UNREADY -> new Failure(503, "unavailable", e.sentence());
        };
    }

    static String sentence(StorageFailure e) {
        return switch (e.kind()) {
            // told by 'status', and many may ask while it lasts
            case OVERLOADED -> e.getMessage() + "; try again in a moment";
            case FULL -> e.getMessage() + "; try again once its operator has made room";
            case FENCED, CORRUPT, FOREIGN, CLOSED -> {
                LOG.log(System.Logger.Level.WARNING, "streams over HTTP", e);
                yield e.getMessage() + "; its operator has to look at it ('domicile status')";
            }
        };
    }
}
