package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * earlier one. What the destination does not take makes it wait as a whole; what is kept here makes
 * its own name wait and nothing else. In memory is one page, and for names that failed when they
 * are tried again. One turn at a time; the rest is safe for concurrent use.
 */
final class DeliveryQueue {
    private static final System.Logger LOG = System.getLogger("org.domicile.events");

    private static final int PAGE = 256;
    private static final int AT_ONCE = 8;

    /** So many tries that fail one after the other say that it is the destination. */
    private static final int IN_A_ROW = 8;

    /** So many names that it does not take say the same. */
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

    /** Whose failure it is that something waits. */
    private enum Fault {
        /** The destination's: it may be dead. */
        THERE,
        /** The event's alone: policy keeps it, or what it holds cannot be read. */
        HERE
    }

    /** How often something failed, and when it is tried again. */
    private record Pause(int failures, Instant until, Fault fault) {
        static final Pause NONE = new Pause(0, Instant.MIN, Fault.HERE);

        Pause longer(Instant now, Fault of) {
            Duration wait = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
            Duration most = Deliveries.LONGEST_PAUSE;
            return new Pause(failures + 1, now.plus(wait.compareTo(most) < 0 ? wait : most), of);
        }

        boolean over(Instant now) {
            return !now.isBefore(until);
        }
    }

    /** Those of which an event failed and waits; as many at most as the outbox has events. */
    private final Map<Key, Pause> names = new HashMap<>();

    /** How many of them the destination did not take. */
    private int untaken;

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
        if (turn.stopped) {
            whole = whole.longer(delivery.now(), Fault.THERE);
        } else {
            whole = Pause.NONE;
            if (turn.walked) {
                // What has no event any more would be due for ever.
                List.copyOf(names.keySet()).stream()
                        .filter(each -> !turn.left.contains(each))
                        .forEach(this::forget);
            }
        }
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
        forget(key);
    }

    private synchronized void forget(Key key) {
        Pause was = names.remove(key);
        untaken -= was != null && was.fault() == Fault.THERE ? 1 : 0;
    }

    /** Whether it looks as if nothing could be told now. */
    private synchronized boolean failed(Key key) {
        row++;
        if (untaken >= MOST_NAMES && !names.containsKey(key)) {
            return true;
        }
        pause(key, Fault.THERE);
        return row >= IN_A_ROW;
    }

    /** That one waits says nothing of others. */
    private synchronized void pause(Key key, Fault fault) {
        Pause was = names.getOrDefault(key, Pause.NONE);
        forget(key);
        names.put(key, was.longer(delivery.now(), fault));
        untaken += fault == Fault.THERE ? 1 : 0;
    }

    /** One is given up: what comes after it of its name, if anything does, is tried at once. */
    private synchronized void gone(Key key) {
        if (names.containsKey(key)) {
            forget(key);
            asked = true;
        }
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
            gone(key(queued));
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

        /** Whether all that waits was looked at. */
        private volatile boolean walked;

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
                    walked = true;
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

        /**
         * One tries for all: of the first page that has any which are not in a pause, those that
         * failed seldom come first, since what always fails must not speak for the rest. One that
         * is kept here has not tried.
         */
        private void probe() {
            long after = 0;
            while (!Thread.currentThread().isInterrupted()) {
                List<Outbox.Queued> page = outbox.events(to, after, PAGE);
                List<Map.Entry<Key, List<Outbox.Queued>>> chains =
                        chains(page).entrySet().stream()
                                .filter(each -> !left.contains(each.getKey()))
                                .sorted(Comparator.comparingInt(each -> failures(each.getKey())))
                                .toList();
                for (Map.Entry<Key, List<Outbox.Queued>> each : chains) {
                    chain(List.of(each.getValue().getFirst()));
                    if (stopped || !left.contains(each.getKey())) {
                        probing = false;
                        return;
                    }
                }
                if (page.size() < PAGE) {
                    probing = false;
                    return;
                }
                after = page.getLast().stamp();
            }
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
                    switch (delivery.tell(to, queued)) {
                        case Delivery.Tried.Told() -> {
                            delivery.told(to, queued);
                            figures.told().increment();
                            came(key);
                        }
                        case Delivery.Tried.Kept(String why) -> {
                            fail(why);
                            left.add(key);
                            pause(key, Fault.HERE);
                            return;
                        }
                        case Delivery.Tried.Failed(String why) -> {
                            fail(why);
                            left.add(key);
                            if (failed(key) || probing) {
                                stop();
                            }
                            return;
                        }
                    }
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
