package org.domicile.witness;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.verifier.TrustPolicy;

/** The witnesses of a policy, asked for cosignatures. Safe for concurrent use. */
public final class Cosigners implements AutoCloseable {
    /** Who has not failed before is waited for so long, even when nobody's cosignature is owed. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Duration BUSY = Duration.ofMillis(100);
    private static final Duration CONNECTING = Duration.ofSeconds(3);

    private final TrustPolicy policy;
    private final Demand demand;
    private final List<Peer> peers;
    private final HttpClient http;

    /**
     * How one witness is.
     *
     * @param name as the policy calls it @param url where it is asked
     * @param cosigned when it did so last; 1970 when it never did
     * @param failingSince {@link Instant#MAX} while it does not fail
     * @param error of the last try; empty when it went well
     */
    public record Figures(
            String name, String url, Instant cosigned, Instant failingSince, String error) {}

    private Cosigners(
            TrustPolicy policy, Demand demand, InstantSource clock, HttpClient.Builder builder) {
        this.policy = policy;
        this.demand = demand;
        this.http =
                builder.version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .connectTimeout(CONNECTING)
                        .build();
        Map<String, List<TrustPolicy.Witness>> byUrl = new LinkedHashMap<>();
        for (TrustPolicy.Witness witness : policy.witnesses().values()) {
            if (!witness.url().isEmpty()) {
                byUrl.computeIfAbsent(checked(witness), url -> new ArrayList<>()).add(witness);
            }
        }
        this.peers =
                byUrl.entrySet().stream()
                        .map(each -> new Peer(each.getKey(), each.getValue(), http, clock))
                        .toList();
    }

    /**
     * Opens connections only when asked.
     *
     * @param policy its witnesses with a URL are asked
     * @param client for TLS; everything else is set here
     * @throws IllegalArgumentException with a sentence when no witness can be asked, or fewer than
     *     are demanded
     */
    public static Cosigners open(
            TrustPolicy policy, Demand demand, InstantSource clock, HttpClient.Builder client) {
        Cosigners cosigners = new Cosigners(policy, demand, clock, client);
        boolean possible =
                switch (demand) {
                    case Demand.Nothing() -> !cosigners.peers.isEmpty();
                    case Demand.AtLeast(int least) -> least <= cosigners.peers.size();
                    case Demand.Quorum() -> policy.isQuorum(cosigners.askable());
                };
        if (!possible) {
            cosigners.close();
            throw new IllegalArgumentException(
                    "the policy names %d witnesses with an address, which is fewer than are demanded"
                            .formatted(cosigners.peers.size()));
        }
        return cosigners;
    }

    private Set<String> askable() {
        Set<String> names = new LinkedHashSet<>();
        policy.witnesses().values().stream()
                .filter(witness -> !witness.url().isEmpty())
                .forEach(witness -> names.add(witness.name()));
        return names;
    }

    private static String checked(TrustPolicy.Witness witness) {
        try {
            URI uri = new URI(witness.url());
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getQuery() == null) {
                return witness.url();
            }
        } catch (java.net.URISyntaxException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "the policy's witness %s has no address such as https://witness.example/w1: %s"
                        .formatted(witness.name(), witness.url()));
    }

    /** How each witness is, in the policy's order. */
    public List<Figures> figures() {
        return peers.stream().map(Peer::figures).toList();
    }

    /**
     * Begins to ask all witnesses, and goes on until the answer is {@linkplain Asking#close let
     * go}.
     *
     * @param moved called on some thread each time when the answer may have changed
     */
    public Asking ask(Candidate candidate, Runnable moved) {
        Asking asking = new Asking(moved);
        for (Peer peer : peers) {
            Thread.ofVirtual()
                    .name("witness " + peer.name())
                    .start(() -> asking.keepOn(peer, candidate));
        }
        return asking;
    }

    /** One candidate under way. */
    public final class Asking implements AutoCloseable {
        private final Runnable moved;
        private final long patient = System.nanoTime() + PATIENCE.toNanos();
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition letGo = lock.newCondition();
        // guarded by lock
        private final Map<Peer, Peer.Cosigned> given = new LinkedHashMap<>();
        private boolean over;

        private Asking(Runnable moved) {
            this.moved = moved;
        }

        /** A call that is under way when the answer is let go goes on: it shows how a peer is. */
        private void keepOn(Peer peer, Candidate candidate) {
            Semaphore turn = peer.turn(candidate.origin());
            try {
                while (!waited(peer.pause())) {
                    if (!turn.tryAcquire(BUSY.toMillis(), TimeUnit.MILLISECONDS)) {
                        continue;
                    }
                    Optional<Peer.Cosigned> cosigned = inTurn(turn, peer, candidate);
                    cosigned.ifPresent(gave -> take(peer, gave));
                    moved.run();
                    if (cosigned.isPresent()) {
                        return;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the client was closed
            }
        }

        private static Optional<Peer.Cosigned> inTurn(
                Semaphore turn, Peer peer, Candidate candidate) throws InterruptedException {
            try {
                return peer.ask(candidate);
            } finally {
                turn.release();
            }
        }

        private void take(Peer peer, Peer.Cosigned gave) {
            lock.lock();
            try {
                given.put(peer, gave);
            } finally {
                lock.unlock();
            }
        }

        /** True when the answer was let go meanwhile. */
        private boolean waited(Duration pause) throws InterruptedException {
            lock.lock();
            try {
                long left = pause.toNanos();
                while (!over && left > 0) {
                    left = letGo.awaitNanos(left);
                }
                return over;
            } finally {
                lock.unlock();
            }
        }

        /**
         * The cosignatures' lines, in the policy's order, once the checkpoint may be published;
         * empty while it has to wait.
         */
        public Optional<String> lines() {
            lock.lock();
            try {
                boolean awaited =
                        System.nanoTime() - patient < 0
                                && peers.stream()
                                        .anyMatch(peer -> peer.well() && !given.containsKey(peer));
                if (awaited || !enough()) {
                    return Optional.empty();
                }
                StringBuilder lines = new StringBuilder();
                for (Peer peer : peers) {
                    Peer.Cosigned cosigned = given.get(peer);
                    lines.append(cosigned == null ? "" : cosigned.lines());
                }
                return Optional.of(lines.toString());
            } finally {
                lock.unlock();
            }
        }

        private boolean enough() {
            return switch (demand) {
                case Demand.Nothing() -> true;
                case Demand.AtLeast(int least) -> given.size() >= least;
                case Demand.Quorum() -> {
                    Set<String> names = new LinkedHashSet<>();
                    given.values().forEach(each -> names.addAll(each.names()));
                    yield policy.isQuorum(names);
                }
            };
        }

        /** Asks no more. */
        @Override
        public void close() {
            lock.lock();
            try {
                over = true;
                letGo.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
