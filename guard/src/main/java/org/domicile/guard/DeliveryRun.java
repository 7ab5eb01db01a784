package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.domicile.bytes.StorageFailure;
import org.domicile.events.Destination;
import org.domicile.events.Outbox;
import org.domicile.guard.DeliveryQueue.Figures;
import org.jspecify.annotations.Nullable;

/**
 * Gives each destination its turns. One thread looks which destinations have events, and begins the
 * turns that are due, {@code AT_ONCE} at most; it looks again when it is told of a new event, when
 * a turn ends, and when a pause is over. What waits stands in the outbox alone, so a start needs no
 * more than a look.
 */
final class DeliveryRun implements Deliveries {
    private static final System.Logger LOG = System.getLogger("org.domicile.events");
    private static final int AT_ONCE = 16;

    /** Not longer at once: a clock that was set forward is noticed. */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(30);

    private final Outbox outbox;
    private final Delivery delivery;
    private final Figures figures = new Figures(new LongAdder(), new LongAdder(), new LongAdder());
    private final Map<Destination, DeliveryQueue> queues = new ConcurrentHashMap<>();
    private final Semaphore signal = new Semaphore(0);
    private final Semaphore turns = new Semaphore(AT_ONCE);
    private @Nullable Thread looking;

    /** When what found no room is put on record next; the looking thread's own. */
    private Instant recording = Instant.MIN;

    private volatile boolean stopping;

    DeliveryRun(Outbox outbox, Delivery delivery) {
        this.outbox = outbox;
        this.delivery = delivery;
    }

    /** An event waits. */
    void wake(Destination to) {
        DeliveryQueue queue = queues.get(to);
        if (queue != null) {
            queue.ask();
        }
        signal.release();
    }

    @Override
    public synchronized Deliveries start() {
        if (looking != null) {
            throw new IllegalStateException("it has begun");
        }
        looking = Thread.ofVirtual().name("events").start(this::look);
        return this;
    }

    private void look() {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                while (!stopping) {
                    signal.drainPermits();
                    Duration rest = begun(threads);
                    signal.tryAcquire(Math.max(1, rest.toMillis()), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                threads.shutdownNow();
            }
        }
    }

    /** Begins what is due; for how long there is nothing more to begin. */
    private Duration begun(ExecutorService threads) {
        try {
            recordLost();
            return rest(begin(threads));
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "events wait, for the store does not answer: {0}",
                    e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "events wait; this is a bug", e);
        }
        return LONGEST_LOOK;
    }

    private void recordLost() {
        Instant now = delivery.now();
        if (now.isBefore(recording)) {
            return;
        }
        recording = now.plus(LONGEST_LOOK);
        for (Outbox.Lost lost : outbox.lost()) {
            try {
                delivery.giveUp(lost);
                figures.givenUp().add(lost.events());
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} events of {1} for {2} are given up: {3} wait for it already",
                        lost.events(),
                        lost.bucket(),
                        lost.to().arn(),
                        Outbox.MOST);
            } catch (Refused e) {
                LOG.log(System.Logger.Level.ERROR, "events cannot be given up", e);
            }
        }
    }

    private Duration rest(Instant next) {
        Instant now = delivery.now();
        if (next.isAfter(now.plus(LONGEST_LOOK))) {
            return LONGEST_LOOK;
        }
        return next.isAfter(now) ? Duration.between(now, next) : Duration.ZERO;
    }

    /** Begins what is due; when something is next. */
    private Instant begin(ExecutorService threads) {
        List<Destination> waiting = outbox.destinations();
        queues.entrySet()
                .removeIf(each -> !waiting.contains(each.getKey()) && !each.getValue().running());
        Instant next = Instant.MAX;
        for (Destination to : waiting) {
            DeliveryQueue queue =
                    queues.computeIfAbsent(
                            to, _ -> new DeliveryQueue(to, outbox, delivery, figures));
            if (!turns.tryAcquire()) {
                return Instant.MAX; // the end of a turn is a signal
            }
            if (queue.begin()) {
                threads.execute(() -> turn(queue));
            } else {
                turns.release();
                Instant due = queue.due();
                next = due.isBefore(next) ? due : next;
            }
        }
        return next;
    }

    private void turn(DeliveryQueue queue) {
        try {
            queue.turn();
        } finally {
            turns.release();
            signal.release();
        }
    }

    @Override
    public List<Waiting> waiting() {
        List<Waiting> all = new ArrayList<>();
        for (Destination to : outbox.destinations()) {
            List<Outbox.Queued> oldest = outbox.events(to, 0, 1);
            DeliveryQueue queue = queues.get(to);
            if (!oldest.isEmpty()) {
                all.add(
                        new Waiting(
                                to.arn(),
                                outbox.count(to, Waiting.COUNTED),
                                oldest.getFirst().event().at(),
                                queue == null ? "" : queue.problem(),
                                Room.beside(outbox.waiting(to))));
            }
        }
        return all;
    }

    @Override
    public long told() {
        return figures.told().sum();
    }

    @Override
    public long failed() {
        return figures.failed().sum();
    }

    @Override
    public long givenUp() {
        return figures.givenUp().sum();
    }

    @Override
    public void close() {
        Thread thread;
        synchronized (this) {
            stopping = true;
            thread = looking;
        }
        if (thread == null) {
            return;
        }
        thread.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
