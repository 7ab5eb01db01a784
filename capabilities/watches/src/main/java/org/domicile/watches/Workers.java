package org.domicile.watches;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.domicile.walls.JavaChild;
import org.domicile.walls.Walls;

/** A worker for each organisation and purpose. State behind its own lock. */
final class Workers implements WatchEngine {
    private static final System.Logger LOG = System.getLogger("org.domicile.watches");
    private static final Duration REST = Duration.ofSeconds(30);

    /** There are as many workers as there may be. */
    static final class Full extends IOException {
        private static final long serialVersionUID = 1L;

        Full(int most) {
            super(
                    "There are at most "
                            + most
                            + " workers for watches, each of an organisation and purpose, and the"
                            + " last free one is not for an organisation that has others; stop"
                            + " watches of another purpose, or ask the operator for more"
                            + " (watches.workers).");
        }
    }

    private record Key(String organisation, String purpose) {
        static Key of(Watch watch) {
            return new Key(watch.organisation(), watch.purpose());
        }
    }

    private final EngineOptions options;
    private final Map<Key, Crew> crews = new HashMap<>();
    private final ScheduledExecutorService times =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("watch-times").factory());
    private final List<String> missing = new ArrayList<>();
    private final List<String> standing = new ArrayList<>();

    /** Tables that are read for watches at one time: each takes a session of SQL. */
    private final Semaphore reading = new Semaphore(4, true);

    /** Of those for one organisation, so that a slow view leaves others their turn. */
    private static final int READING_EACH = 2;

    /** With the minute in which one is read it is less than a worker waits. */
    private static final Duration TURN = Duration.ofSeconds(20);

    /** Whoever makes a stream larger waits for workers so long at most. */
    private static final Duration GROWING = Duration.ofSeconds(4);

    private static final long ENDING = 1_000_000_000;

    private final Map<String, Semaphore> readingFor = new HashMap<>(); // by organisation
    private final Map<String, Integer> running = new HashMap<>(); // by organisation
    private boolean closed;

    Workers(EngineOptions options) {
        this.options = options;
        Walls.obstacle().ifPresent(missing::add);
        Walls.obstacleToPorts().ifPresent(missing::add);
        try {
            JavaChild.remove(options.folder()); // what a dead program left
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, options.folder() + " is not empty: " + e);
        }
        times.scheduleWithFixedDelay(
                this::rest, REST.toMillis(), REST.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized Crew crew(Watch watch) {
        return crews.computeIfAbsent(
                Key.of(watch), key -> new Crew(this, key.organisation(), options));
    }

    private synchronized Optional<Crew> known(Watch watch) {
        return Optional.ofNullable(crews.get(Key.of(watch)));
    }

    private synchronized List<Crew> all() {
        return List.copyOf(crews.values());
    }

    private void rest() {
        all().forEach(Crew::rest);
    }

    // for crews

    /** One more; the last that there may be is not for an organisation that has others. */
    synchronized void enter(String organisation) throws Full {
        int free = options.most() - running.values().stream().mapToInt(each -> each).sum();
        if (free < 1 || free == 1 && running.containsKey(organisation)) {
            throw new Full(options.most());
        }
        running.merge(organisation, 1, Integer::sum);
    }

    synchronized void leave(String organisation) {
        int left = running.getOrDefault(organisation, 0) - 1;
        if (left > 0) {
            running.put(organisation, left);
        } else {
            running.remove(organisation);
        }
    }

    /** A worker with a wall that lets something through runs nothing. */
    void looked(Map<String, String> holes) throws IOException {
        Walls.Tried tried = Walls.Tried.of(holes);
        synchronized (this) {
            missing.clear();
            missing.addAll(tried.through());
            standing.clear();
            standing.addAll(tried.standing());
        }
        if (!tried.through().isEmpty()) {
            throw new IOException("a wall lets through what it should not: " + tried.through());
        }
    }

    /** A turn to read a table for a watch, or none after a while; closed once it is read. */
    interface Turn extends AutoCloseable {
        boolean came();

        @Override
        void close();
    }

    private record Came(List<Semaphore> held, boolean came) implements Turn {
        @Override
        public void close() {
            held.forEach(Semaphore::release);
        }
    }

    Turn turn(String organisation) {
        Semaphore own;
        synchronized (this) {
            own = readingFor.computeIfAbsent(organisation, _ -> new Semaphore(READING_EACH, true));
        }
        List<Semaphore> held = new ArrayList<>();
        try {
            for (Semaphore each : List.of(own, reading)) {
                if (!each.tryAcquire(TURN.toSeconds(), TimeUnit.SECONDS)) {
                    return new Came(held, false);
                }
                held.add(each);
            }
            return new Came(held, true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Came(held, false);
        }
    }

    /** A worker's time for something; closed once that is done. */
    interface Hurry extends AutoCloseable {
        @Override
        void close();
    }

    /** Ends a worker, unless what is begun now is done by then. */
    Hurry hurry(Child worker, Duration wait) {
        try {
            ScheduledFuture<?> end =
                    times.schedule(
                            () -> Thread.ofVirtual().name("watch-hurry").start(worker::close),
                            wait.toMillis(),
                            TimeUnit.MILLISECONDS);
            return () -> end.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> {}; // all workers are being ended
        }
    }

    void later(Runnable work, Duration wait) {
        try {
            times.schedule(
                    () -> Thread.ofVirtual().name("watch-again").start(work),
                    wait.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "watches are not started again: it is closed");
        }
    }

    // for all

    @Override
    public Looked look(Watch watch, List<Readable> streams) {
        return crew(watch).look(watch, streams);
    }

    @Override
    public void start(
            Watch watch, List<Readable> streams, Login login, Kept kept, Contents contents) {
        crew(watch).start(watch, streams, login, kept, contents);
    }

    @Override
    public void grows(String stream, int partitions) {
        long end = System.nanoTime() + GROWING.toNanos();
        List<Thread> asking =
                all().stream()
                        .map(each ->
                                Thread.ofVirtual()
                                        .name("watch-grows")
                                        .start(() -> each.grows(stream, partitions, end)))
                        .toList();
        try {
            for (Thread each : asking) {
                // and until one that has not heard it has ended
                each.join(Duration.ofNanos(Math.max(1, end + ENDING - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean stop(Watch watch) {
        return known(watch).map(each -> each.stop(watch)).orElse(false);
    }

    @Override
    public Optional<Told> told(Watch watch) {
        return known(watch).flatMap(each -> each.told(watch));
    }

    @Override
    public synchronized List<String> standing() {
        return List.copyOf(standing);
    }

    @Override
    public synchronized List<String> obstacles() {
        return List.copyOf(missing);
    }

    @Override
    public Map<String, Long> figures() {
        return Crew.figures(all());
    }

    /** Of a watch, for those who test what becomes of it without its process. */
    Optional<ProcessHandle> process(Watch watch) {
        return known(watch).flatMap(Crew::process);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        times.shutdownNow();
        all().forEach(Crew::close);
    }
}
