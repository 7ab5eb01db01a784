package org.domicile.kafka;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSessions;
import org.domicile.guard.GuardedStreams;
import org.domicile.guard.Identity;
import org.domicile.guard.Refused;
import org.domicile.guard.ScramVerifier;
import org.domicile.guard.WorkerLogins;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Client;
import org.jspecify.annotations.Nullable;

/** Tells the log whom it serves. Safe for concurrent use; it lets nobody in before it is opened. */
public final class KafkaDoor implements Admission {
    /** The listener's name. */
    public static final String LISTENER = "kafka";

    private static final System.Logger LOG = System.getLogger("org.domicile.kafka");
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** How long a login waits for what an issuer says. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration LONGEST_OF_WORKERS = Duration.ofDays(1);

    /** Names of their transactions. */
    private static final Pattern OF_WATCHES = Pattern.compile("watch-[0-9a-f]{16}");

    private static final String LATER = "No token can be judged now. Try again in a while.";
    private static final String SCRAM = "SCRAM-SHA-256";

    /** Behind a login whose credential no longer stands: no proof fits what that is. */
    private static final String NOBODY = "\n";

    private final Guard guard;
    private final InstantSource clock;
    private final AtomicLong requests = new AtomicLong();
    private final Map<Operation, LongAdder> asked = new EnumMap<>(Operation.class);
    private final TokenLogins tokens = new TokenLogins();
    private volatile @Nullable GuardedStreams streams;
    private volatile @Nullable WorkerLogins workers;

    /** A door to a guard. */
    public KafkaDoor(Guard guard, InstantSource clock) {
        this.guard = guard;
        this.clock = clock;
        for (Operation each : Operation.values()) {
            asked.put(each, new LongAdder());
        }
    }

    /** Lets clients in. */
    public void open(GuardedStreams guarded) {
        streams = guarded;
    }

    /** Lets workers of watches in, with log-ins of their own. */
    public void open(WorkerLogins logins) {
        workers = logins;
    }

    private static boolean isWorker(Client client) {
        return client.login().startsWith(WorkerLogins.PREFIX);
    }

    /** Who a login is; a worker's acts as who made its watch. */
    private Optional<Caller.Known> known(String login) {
        WorkerLogins logins = workers;
        return login.startsWith(WorkerLogins.PREFIX)
                ? logins == null ? Optional.empty() : logins.caller(login)
                : guard.identity().caller(login);
    }

    private boolean isFor(Client client, Act act, String stream) {
        WorkerLogins logins = workers;
        return !isWorker(client) || (logins != null && logins.isFor(client.login(), act, stream));
    }

    /** A transaction of a watch is its worker's alone: whoever begins one ends another's. */
    private boolean isFor(Client client, Shared kind, String name) {
        WorkerLogins logins = workers;
        return isWorker(client)
                ? logins != null && logins.isFor(client.login(), kind, name)
                : kind != Shared.TRANSACTION || !OF_WATCHES.matcher(name).lookingAt();
    }

    /** Of a worker that was away its results come as long as its log-in is good. */
    @Override
    public Duration longestTransaction(Client client) {
        return isWorker(client) ? LONGEST_OF_WORKERS : Admission.super.longestTransaction(client);
    }

    /** How often the log has asked about what, since the program started. */
    public Map<String, Long> asked() {
        Map<String, Long> figures = new TreeMap<>();
        asked.forEach((each, count) -> figures.put(each.word(), count.sum()));
        return figures;
    }

    private void count(Operation operation) {
        LongAdder count = asked.get(operation);
        if (count != null) {
            count.increment();
        }
    }

    private Request request(Caller caller, Client client) {
        Instant now = clock.instant();
        return new Request(
                "kafka-" + requests.incrementAndGet(),
                caller,
                LISTENER,
                guard.identity().zone(LISTENER, client.address()),
                client.address().getHostAddress(),
                now,
                now.plus(LONGEST),
                Optional.empty());
    }

    @Override
    public boolean knows(Client client, String secret) {
        WorkerLogins logins = workers;
        boolean known =
                isWorker(client)
                        ? logins != null && logins.knows(client.login(), secret)
                        : guard.identity()
                                        .caller(
                                                client.login(),
                                                secret.getBytes(StandardCharsets.UTF_8))
                                        .isPresent()
                                && guard.identity().stands(client.login(), clock.instant());
        if (!known) {
            guard.stranger(Operation.LOGIN, "bad-login");
        }
        return known;
    }

    /** There is one for every login, so that nobody learns which there are. */
    @Override
    public Optional<Scram> scram(String login, String mechanism) {
        if (!mechanism.equals(SCRAM)) {
            return Optional.empty();
        }
        Identity identity = guard.identity();
        ScramVerifier verifier =
                identity.verifier(identity.stands(login, clock.instant()) ? login : login + NOBODY);
        return Optional.of(
                new Scram(
                        verifier.salt(),
                        verifier.storedKey(),
                        verifier.serverKey(),
                        verifier.iterations()));
    }

    /**
     * Kafka asks on a thread that serves many connections. The issuer may have to be asked for its
     * keys first: that goes on, and the next login finds them.
     */
    @Override
    public Bearer bearer(String token) {
        FutureTask<Bearer> judged = new FutureTask<>(() -> judged(token));
        Thread.ofVirtual().name("kafka-token").start(judged);
        try {
            return judged.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Bearer.Refused(
                    "The issuer of the token has not answered yet. Try again in a moment.");
        } catch (ExecutionException e) {
            LOG.log(System.Logger.Level.ERROR, "a token could not be judged", e.getCause());
            return new Bearer.Refused(LATER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Bearer.Refused(LATER);
        }
    }

    private Bearer judged(String token) {
        try {
            // Where it comes from Kafka does not say here; the session begins where that is known.
            Client client = new Client("", InetAddress.getLoopbackAddress());
            GuardedSessions.Trusted trusted =
                    guard.sessions(request(new Caller.Anonymous(), client)).trusted(token);
            return tokens.show(token, trusted, clock.instant())
                    .<Bearer>map(login -> login)
                    .orElseGet(() ->
                            new Bearer.Refused(
                                    "Too many are logged in with tokens. Try again in a while."));
        } catch (GuardedSessions.Declined e) {
            guard.stranger(Operation.LOGIN, "bad-token");
            return new Bearer.Refused(String.valueOf(e.getMessage()));
        } catch (StorageFailure e) {
            LOG.log(System.Logger.Level.WARNING, "a token could not be judged", e);
            return new Bearer.Refused(LATER);
        }
    }

    /** Who a login is now; a session of a token begins when its client first asks something. */
    private Optional<Caller.Known> caller(Client client) {
        Identity identity = guard.identity();
        return TokenLogins.isLogin(client.login())
                ? tokens.session(client.login(), token -> begun(token, client))
                        .flatMap(each -> identity.session(each.accessKey(), each.token()))
                        .map(Identity.Session::caller)
                : known(client.login());
    }

    private Optional<GuardedSessions.Issued> begun(String token, Client client) {
        try {
            return Optional.of(
                    guard.sessions(request(new Caller.Anonymous(), client))
                            .assumeOnly(token, LISTENER)
                            .issued());
        } catch (Refused e) {
            return Optional.empty(); // which is on record
        } catch (GuardedSessions.Declined e) {
            guard.stranger(Operation.LOGIN, "bad-token");
            return Optional.empty();
        }
    }

    @Override
    public String organisation(String login) {
        return tokens.organisation(login)
                .or(() -> known(login).map(Caller.Known::organisation))
                .orElse("");
    }

    @Override
    public boolean admits(Client client, Act act, String stream) {
        count(Operation.of(act));
        GuardedStreams open = streams;
        Optional<Caller.Known> caller = caller(client);
        boolean admitted =
                open != null
                        && caller.isPresent()
                        && isFor(client, act, stream)
                        && open.admits(request(caller.get(), client), act, stream);
        return act == Act.LIST ? admitted : told(client, admitted);
    }

    @Override
    public boolean may(Client client, Act act, String stream) {
        GuardedStreams open = streams;
        Optional<Caller.Known> caller = caller(client);
        return open != null
                && caller.isPresent()
                && isFor(client, act, stream)
                && open.may(request(caller.get(), client), act, stream);
    }

    /** A worker that is refused cannot clear up behind itself. */
    private boolean told(Client client, boolean admitted) {
        WorkerLogins logins = workers;
        if (!admitted && logins != null && isWorker(client)) {
            logins.refused(client.login());
        }
        return admitted;
    }

    @Override
    public boolean sees(Client client, Shared kind, String name, boolean listed) {
        GuardedStreams open = streams;
        Optional<Caller.Known> caller = caller(client);
        boolean seen =
                open != null
                        && caller.isPresent()
                        && isFor(client, kind, name)
                        && open.sees(request(caller.get(), client), kind, name, listed);
        return listed ? seen : told(client, seen);
    }

    @Override
    public boolean admits(Client client, Shared kind, String name) {
        count(Operation.of(kind));
        GuardedStreams open = streams;
        Optional<Caller.Known> caller = caller(client);
        boolean admitted =
                open != null
                        && caller.isPresent()
                        && isFor(client, kind, name)
                        && open.admits(request(caller.get(), client), kind, name);
        return told(client, admitted);
    }

    @Override
    public void published(Client client, String stream, Brought brought) {
        GuardedStreams open = streams;
        Optional<Caller.Known> caller = caller(client);
        if (open != null && caller.isPresent()) {
            open.published(request(caller.get(), client), stream, brought);
        }
    }

    @Override
    public void polled(Client client, String stream, int partition, long from, long to) {
        GuardedStreams open = streams;
        Optional<Caller.Known> caller = caller(client);
        if (open != null && caller.isPresent()) {
            open.polled(request(caller.get(), client), stream, partition, from, to);
        }
    }
}
