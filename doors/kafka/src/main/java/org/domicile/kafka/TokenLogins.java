package org.domicile.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.domicile.guard.GuardedSessions;
import org.domicile.streams.Admission;
import org.jspecify.annotations.Nullable;

/**
 * Who is logged in with a token of an issuer. Of the tokens of one login the one that ends last
 * counts; Kafka cuts each connection when the token ends that was shown on it. What is known here
 * ends with the process, as connections do. Safe for concurrent use.
 */
final class TokenLogins {
    /** No access key begins so. */
    private static final String PREFIX = "token-";

    /** Twice as many as the log takes connections; a token has 16 KiB at most. */
    private static final int MOST = 8_192;

    /** Connections of one client come one after the other, and are one login. */
    private static final Duration TOGETHER = Duration.ofMinutes(1);

    private final Map<String, Login> logins = new ConcurrentHashMap<>();

    /** When those were last let go that have ended. */
    private final AtomicReference<Instant> swept = new AtomicReference<>(Instant.EPOCH);

    /** A token, and the session that began with it. Its own lock guards that. */
    private static final class Login {
        private final String token;
        private final GuardedSessions.Trusted trusted;
        private GuardedSessions.@Nullable Issued issued;

        Login(String token, GuardedSessions.Trusted trusted) {
            this.token = token;
            this.trusted = trusted;
        }

        /** One that was shown again, a little later, ends where the first does. */
        Login orLater(Login fresh) {
            Instant end =
                    trusted.expires().plus(token.equals(fresh.token) ? TOGETHER : Duration.ZERO);
            return fresh.trusted.expires().isAfter(end) ? fresh : this;
        }

        synchronized Optional<GuardedSessions.Issued> session(
                Function<String, Optional<GuardedSessions.Issued>> beginning) {
            if (issued == null) {
                issued = beginning.apply(token).orElse(null);
            }
            return Optional.ofNullable(issued);
        }
    }

    static boolean isLogin(String name) {
        return name.startsWith(PREFIX);
    }

    /** Takes a token; who it lets in, empty when there are too many. */
    Optional<Admission.Bearer.Login> show(
            String token, GuardedSessions.Trusted trusted, Instant now) {
        String name = PREFIX + trusted.id();
        sweep(now);
        if (logins.size() >= MOST && !logins.containsKey(name)) {
            return Optional.empty();
        }
        Login kept = logins.merge(name, new Login(token, trusted), Login::orLater);
        return Optional.of(
                new Admission.Bearer.Login(
                        name,
                        kept.trusted.expires().isBefore(trusted.expires())
                                ? kept.trusted.expires()
                                : trusted.expires()));
    }

    private void sweep(Instant now) {
        Instant before = swept.get();
        if (!now.isBefore(before.plus(TOGETHER)) && swept.compareAndSet(before, now)) {
            logins.values().removeIf(each -> !now.isBefore(each.trusted.expires()));
        }
    }

    Optional<String> organisation(String name) {
        return Optional.ofNullable(logins.get(name)).map(each -> each.trusted.organisation());
    }

    /**
     * The session of a login.
     *
     * @param beginning of a session with a token; empty when it cannot begin, and asked again then
     */
    Optional<GuardedSessions.Issued> session(
            String name, Function<String, Optional<GuardedSessions.Issued>> beginning) {
        return Optional.ofNullable(logins.get(name)).flatMap(each -> each.session(beginning));
    }
}
