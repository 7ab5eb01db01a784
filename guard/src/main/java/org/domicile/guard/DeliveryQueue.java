package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.domicile.bytes.StorageFailure;
import org.domicile.events.Destination;
import org.domicile.events.Outbox;

/**
 * The events of one destination. A turn walks them page by page; of each page the events of one
 * name are told one after the other, those of several names at once. A name of which one event
 * failed, or waits, is left alone for the rest of the turn, or a later event would come before an
 * earlier one. In memory is one page, and for names that failed when they are tried again. One turn
 * at a time; the rest is safe for concurrent use.
 */
final class DeliveryQueue {
    private static final System.Logger LOG = System.getLogger("org.domicile.events");

    private static final int PAGE = 256;
    private static final int AT_ONCE = 8;

    /** So many tries that fail one after the other say that it is the destination. */
    private static final int IN_A_ROW = 8;

    /** So many names that fail say the same. */
    private static final int MOST_NAMES = 1_000;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    /** How long it has to fail here before what is too old is given up: we may have been away. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private static final int MOST_DOUBLINGS = 20;

    private final Destination to;
    private final Outbox outbox;
    private final Delivery delivery;
    private final Figures figures;

    /** What all queues count together. */
    record Figures(LongAdder told, LongAdder failed, LongAdder givenUp) {}

    /** An object: its bucket for ever, and its name. */
    private record Key(String bucket, String name) {}

    /** How often something failed, and when it is tried again. */
    private record Pause(int failures, Instant until) {
        static final Pause NONE = new Pause(0, Instant.MIN);

        Pause longer(Instant now) {
            Duration wait = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
            Duration most = Deliveries.LONGEST_PAUSE;
            return new Pause(failures + 1, now.plus(wait.compareTo(most) < 0 ? wait : most));
        }

        boolean over(Instant now) {
            return !now.isBefore(until);
        }
    }

    private final Map<Key, Pause> names = new HashMap<>();
    private Pause whole = Pause.NONE;
    private int row;
    private boolean asked = true;
    private boolean running;
    private String problem = "";
    private Instant failing = Instant.MAX;

    DeliveryQueue(Destination to, Outbox outbox, Delivery delivery, Figures figures) {
        this.to = to;
        this.outbox = outbox;
        this.delivery = delivery;
        this.figures = figures;
    }

    /** Something new waits. */
    synchronized void ask() {
        asked = true;
    }

    /** Begins a turn, if one is due. */
    synchronized boolean begin() {
        Instant now = delivery.now();
        if (running || due().isAfter(now)) {
            return false;
        }
        running = true;
        asked = false;
        return true;
    }

    /** When the next turn is due. */
    synchronized Instant due() {
        if (running) {
            return Instant.MAX; // its end says when
        }
        if (whole.failures() > 0 || asked) {
            return whole.until();
        }
        return names.values().stream()
                .map(Pause::until)
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    synchronized boolean running() {
        return running;
    }

    /** Why the last try failed; empty when it did not. */
    synchronized String problem() {
        return problem;
    }

    /** One turn, after {@link #begin}. */
    void turn() {
        Turn turn = new Turn(probing());
        try {
            turn.walk();
            letGo(turn);
        } catch (RuntimeException e) {
            turn.broken(e);
        } finally {
            end(turn);
        }
    }

    private synchronized boolean probing() {
        return whole.failures() > 0;
    }

    private synchronized void end(Turn turn) {
        running = false;
        whole = turn.stopped ? whole.longer(delivery.now()) : Pause.NONE;
        String before = problem;
        problem = whole.failures() == 0 && names.isEmpty() ? "" : turn.problem(before);
        if (before.isEmpty() != problem.isEmpty()) {
            failing = problem.isEmpty() ? Instant.MAX : delivery.now();
            LOG.log(
                    System.Logger.Level.WARNING,
                    problem.isEmpty()
                            ? "events reach {0} again"
                            : "events do not reach {0} and wait: {1}",
                    to.arn(),
                    problem);
        }
    }

    private synchronized Set<Key> waiting() {
        Instant now = delivery.now();
        Set<Key> waiting = ConcurrentHashMap.newKeySet();
        names.forEach((key, pause) -> {
            if (!pause.over(now)) {
                waiting.add(key);
            }
        });
        return waiting;
    }

    private synchronized boolean patient() {
        return !delivery.now().minus(PATIENCE).isBefore(failing);
    }

    private synchronized int failures(Key key) {
        return names.getOrDefault(key, Pause.NONE).failures();
    }

    private synchronized void came(Key key) {
        row = 0;
        names.remove(key);
    }

    /** Whether it looks as if nothing could be told now. */
    private synchronized boolean failed(Key key) {
        row++;
        if (names.size() >= MOST_NAMES && !names.containsKey(key)) {
            return true;
        }
        names.put(key, names.getOrDefault(key, Pause.NONE).longer(delivery.now()));
        return row >= IN_A_ROW;
    }

    private static Key key(Outbox.Queued queued) {
        return new Key(queued.event().bucket().id(), queued.event().name());
    }

    /** Gives up what is too old and failed, or waits behind what failed. */
    private void letGo(Turn turn) {
        Instant before = delivery.now().minus(Deliveries.KEPT);
        long after = 0;
        while (patient()) {
            List<Outbox.Queued> page = outbox.events(to, after, PAGE);
            for (Outbox.Queued queued : page) {
                after = queued.stamp();
                if (Thread.currentThread().isInterrupted()
                        || !queued.event().at().isBefore(before)) {
                    return;
                }
                if (turn.stopped || turn.left.contains(key(queued))) {
                    letGo(queued);
                }
            }
            if (page.size() < PAGE) {
                return;
            }
        }
    }

    private void letGo(Outbox.Queued queued) {
        try {
            delivery.giveUp(to, queued);
            figures.givenUp().increment();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "an event of {0} for {1} is given up after {2} days",
                    queued.event().at(),
                    to.arn(),
                    Deliveries.KEPT.toDays());
        } catch (Refused e) {
            LOG.log(System.Logger.Level.ERROR, "an event cannot be given up", e);
        }
    }

    /** What happens in one turn. Shared by its threads. */
    private final class Turn {
        private volatile boolean probing;

        /** Names that are left alone. */
        private final Set<Key> left = waiting();

        private volatile boolean stopped;
        private volatile String why = "";

        /**
         * @param probing whether one event tries for all
         */
        Turn(boolean probing) {
            this.probing = probing;
        }

        void walk() {
            if (probing) {
                probe();
            }
            long after = 0;
            while (!stopped && !Thread.currentThread().isInterrupted()) {
                List<Outbox.Queued> page = outbox.events(to, after, PAGE);
                if (page.isEmpty()) {
                    return;
                }
                after = page.getLast().stamp();
                tell(
                        chains(page).entrySet().stream()
                                .filter(each -> !left.contains(each.getKey()))
                                .map(Map.Entry::getValue)
                                .toList());
            }
        }

        /** One that failed seldom tries for all: those that always fail must not speak for them. */
        private void probe() {
            chains(outbox.events(to, 0, PAGE)).entrySet().stream()
                    .min(Comparator.comparingInt(each -> failures(each.getKey())))
                    .ifPresent(each -> chain(List.of(each.getValue().getFirst())));
            probing = false;
        }

        private Map<Key, List<Outbox.Queued>> chains(List<Outbox.Queued> page) {
            Map<Key, List<Outbox.Queued>> chains = new LinkedHashMap<>();
            page.forEach(
                    each -> chains.computeIfAbsent(key(each), _ -> new ArrayList<>()).add(each));
            return chains;
        }

        private void tell(List<List<Outbox.Queued>> chains) {
            AtomicInteger next = new AtomicInteger();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < Math.min(AT_ONCE, chains.size()); i++) {
                    threads.execute(() -> {
                        for (int at = next.getAndIncrement();
                                at < chains.size() && !stopped;
                                at = next.getAndIncrement()) {
                            chain(chains.get(at));
                        }
                    });
                }
            }
        }

        /** The events of one name, as far as they can be told. */
        private void chain(List<Outbox.Queued> chain) {
            Key key = key(chain.getFirst());
            try {
                for (Outbox.Queued queued : chain) {
                    if (stopped || Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    Optional<String> problem = delivery.tell(to, queued);
                    if (problem.isPresent()) {
                        fail(problem.get());
                        left.add(key);
                        if (failed(key) || probing) {
                            stop();
                        }
                        return;
                    }
                    delivery.told(to, queued);
                    figures.told().increment();
                    came(key);
                }
            } catch (RuntimeException e) {
                broken(e);
            }
        }

        /** It is not the destination. */
        void broken(RuntimeException e) {
            if (!(e instanceof StorageFailure)) {
                LOG.log(System.Logger.Level.ERROR, "events cannot be told; this is a bug", e);
            }
            fail(String.valueOf(e.getMessage()));
            stop();
        }

        void fail(String problem) {
            if (!Thread.currentThread().isInterrupted()) {
                figures.failed().increment();
            }
            why = problem;
        }

        void stop() {
            stopped = true;
        }

        String problem(String otherwise) {
            return why.isEmpty() ? otherwise : why;
        }
    }
}
