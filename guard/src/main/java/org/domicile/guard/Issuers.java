package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.domicile.guard.GuardedSessions.Declined;
import org.domicile.oidc.IdToken;
import org.domicile.oidc.IssuerKeys;
import org.domicile.outbound.Answer;
import org.domicile.outbound.Limits;
import org.domicile.outbound.Outbound;
import org.domicile.outbound.Site;
import org.domicile.outbound.Unreachable;
import org.domicile.policy.Policy;
import org.domicile.policy.Target;
import org.domicile.request.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the issuers that operators registered. They are fetched when the first token comes, and
 * again after an {@code HOUR}, or when a token names a key that is not among them, at most once in
 * a {@code MINUTE}; an issuer that does not answer is asked again after {@code A_WHILE}. So
 * strangers cannot make this program knock at anybody's door at their pace. Each fetch is a use of
 * the program's own, in the use log of the organisation whose target it is. Safe for concurrent
 * use: of several that want the same keys, one fetches and the others wait for it, as long as their
 * {@code Patience} says. Whoever has a token of known keys waits for nobody.
 */
final class Issuers {
    private static final System.Logger LOG = System.getLogger("org.domicile.guard");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration A_WHILE = Duration.ofSeconds(10);
    private static final Duration MOMENT = Duration.ofMillis(500);
    private static final Limits LIMITS = new Limits(IssuerKeys.LARGEST, Duration.ofSeconds(5));
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final Policy policy;
    private final Outbound outbound;

    /** Living targets are bounded by the register; one that was taken away keeps its last keys. */
    private final ConcurrentHashMap<String, Issuer> issuers = new ConcurrentHashMap<>();

    /** How long somebody waits for keys that are being fetched. */
    enum Patience {
        /** Until they are there. */
        ALL,
        /** A moment from when that began: whoever asks holds up others. */
        LITTLE,
        /** Not at all, and fetches none: those that are known will do, however old. */
        NONE
    }

    private record Known(IssuerKeys keys, Instant fetched) {}

    /** What is known of one. Its lock guards what changes. */
    private static final class Issuer {
        private final ReentrantLock lock = new ReentrantLock();
        private volatile @Nullable Known known;
        private Instant tried = Instant.MIN;

        /** When the lock was taken, by the machine's clock; 0 when it is free. */
        private volatile long taken;

        void take(Patience patience) {
            if (patience == Patience.ALL) {
                lock.lock();
            } else {
                takeSoon();
            }
            taken = System.nanoTime();
        }

        private void takeSoon() {
            long since = taken;
            long gone = since == 0 ? 0 : System.nanoTime() - since;
            try {
                if (!lock.tryLock(Math.max(0, MOMENT.toNanos() - gone), TimeUnit.NANOSECONDS)) {
                    throw late();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw late();
            }
        }

        private static Declined late() {
            return new Declined(
                    Declined.Kind.ISSUER_SILENT,
                    "The issuer has not answered yet. Try again in a moment.");
        }

        void leave() {
            taken = 0;
            lock.unlock();
        }
    }

    Issuers(Policy policy, Outbound outbound) {
        this.policy = policy;
        this.outbound = outbound;
    }

    /**
     * Verifies a token of the issuer that a target is.
     *
     * @param patience how long it may wait for others that ask the issuer
     * @param program uses of the program itself, at the present moment
     * @throws Declined when the issuer cannot be asked
     */
    IdToken.Verdict verify(
            Target target,
            IdToken token,
            List<String> audiences,
            Instant now,
            Patience patience,
            Supplier<Uses> program) {
        // Another target of the name, made anew, is another issuer.
        Issuer issuer =
                issuers.computeIfAbsent(target.full() + " " + target.created(), _ -> new Issuer());
        Known known = issuer.known;
        if (known == null && patience == Patience.NONE) {
            throw silent();
        }
        if (known != null && (patience == Patience.NONE || isFresh(known, now))) {
            IdToken.Verdict verdict = token.verify(known.keys(), target.url(), audiences, now);
            if (patience == Patience.NONE || !(verdict instanceof IdToken.Verdict.UnknownKey)) {
                return verdict;
            }
        }
        issuer.take(patience);
        try {
            // another may have fetched them meanwhile
            known = issuer.known;
            IssuerKeys keys =
                    known != null && isFresh(known, now)
                            ? known.keys()
                            : fetch(issuer, target, now, A_WHILE, program)
                                    .orElseThrow(Issuers::silent);
            IdToken.Verdict verdict = token.verify(keys, target.url(), audiences, now);
            if (!(verdict instanceof IdToken.Verdict.UnknownKey)) {
                return verdict;
            }
            return fetch(issuer, target, now, MINUTE, program)
                    .map(fresh -> token.verify(fresh, target.url(), audiences, now))
                    .orElse(verdict);
        } finally {
            issuer.leave();
        }
    }

    private static boolean isFresh(Known known, Instant now) {
        return now.isBefore(known.fetched().plus(HOUR));
    }

    private static Declined silent() {
        return new Declined(
                Declined.Kind.ISSUER_SILENT,
                "The issuer cannot be asked for its keys now; the operator's log says why.");
    }

    /** Empty when it was tried too lately, or did not succeed. */
    private Optional<IssuerKeys> fetch(
            Issuer issuer, Target target, Instant now, Duration pause, Supplier<Uses> program) {
        if (now.isBefore(issuer.tried.plus(pause))) {
            return Optional.empty();
        }
        issuer.tried = now;
        String discovery = target.url().replaceFirst("/$", "") + DISCOVERY;
        Optional<IssuerKeys> keys =
                asked(target, discovery, program)
                        .flatMap(document -> keysAddress(target, document))
                        .flatMap(address ->
                                site(target, address)
                                        .flatMap(owner -> asked(owner, address, program)))
                        .flatMap(document -> keys(target, document));
        if (keys.isPresent()) {
            issuer.known = new Known(keys.get(), now);
        }
        return keys;
    }

    private static Optional<String> keysAddress(Target target, byte[] document) {
        try {
            return Optional.of(IssuerKeys.address(document, target.url()));
        } catch (IssuerKeys.Unreadable e) {
            said(target, e);
            return Optional.empty();
        }
    }

    private static Optional<IssuerKeys> keys(Target target, byte[] document) {
        try {
            return Optional.of(IssuerKeys.parse(document));
        } catch (IssuerKeys.Unreadable e) {
            said(target, e);
            return Optional.empty();
        }
    }

    /** The registered target that an address is of: the issuer itself, or another one beside it. */
    private Optional<Target> site(Target issuer, String address) {
        Optional<Target> found =
                Stream.concat(Stream.of(issuer), policy.register().targets().values().stream())
                        .filter(each -> !each.removed())
                        .filter(each -> each.organisation().equals(issuer.organisation()))
                        .filter(each -> site(each).has(address))
                        .findFirst();
        if (found.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the keys of the issuer {0} are at {1}, which is no registered target of {2};"
                            + " 'target create' makes one",
                    issuer.full(),
                    address,
                    issuer.organisation());
        }
        return found;
    }

    private static Site site(Target target) {
        return new Site(target.url(), target.networks());
    }

    /** One fetch, on record whatever becomes of it. */
    private Optional<byte[]> asked(Target target, String address, Supplier<Uses> program) {
        try (Admitted use =
                program.get()
                        .administer(
                                target.organisation(),
                                "upkeep:FetchIssuerKeys",
                                target.name() + " " + address,
                                List.of())) {
            Answer answer = outbound.get(site(target), address, LIMITS);
            if (answer.status() != 200) {
                use.record(Outcome.ABSENT, answer.body().length);
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the target {0} answered {1} at {2}",
                        target.full(),
                        answer.status(),
                        address);
                return Optional.empty();
            }
            use.record(Outcome.DONE, answer.body().length);
            return Optional.of(answer.body());
        } catch (Unreachable e) {
            said(target, e); // and closing the use has recorded that it failed
            return Optional.empty();
        }
    }

    private static void said(Target target, Exception e) {
        LOG.log(System.Logger.Level.WARNING, "the target {0}: {1}", target.full(), e.getMessage());
    }
}
