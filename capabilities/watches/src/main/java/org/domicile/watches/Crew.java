package org.domicile.watches;

import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.domicile.bytes.StorageFailure;
import org.domicile.walls.Unwalled;
import org.jspecify.annotations.Nullable;

/**
 * The worker of one organisation and purpose, with its watches. All state behind its own lock; what
 * may wait (a start, an answer, a disk) waits outside of it, but that one start is waited for by
 * all ({@code starting}).
 */
final class Crew {
    private static final System.Logger LOG = System.getLogger("org.domicile.watches");
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /** A worker without watches may be asked again soon. */
    private static final Duration IDLE = Duration.ofMinutes(2);

    /** A watch that was to run. */
    private static final class Job {
        final Watch watch;
        final List<WatchEngine.Readable> streams;
        final WatchEngine.Login login;
        final WatchEngine.Kept kept;
        WatchEngine.State state = WatchEngine.State.STARTING;
        String error = "";
        long in;
        long out;
        long lag = -1;
        double rate;
        long toldAt;
        @Nullable Instant checkpoint;

        Job(
                Watch watch,
                List<WatchEngine.Readable> streams,
                WatchEngine.Login login,
                WatchEngine.Kept kept) {
            this.watch = watch;
            this.streams = List.copyOf(streams);
            this.login = login;
            this.kept = kept;
        }
    }

    private final Workers all;
    private final EngineOptions options;
    private final Object starting = new Object();
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final Map<Integer, CompletableFuture<WatchEngine.Looked>> asked =
            new ConcurrentHashMap<>();
    private @Nullable Child child;
    private int numbers;
    private Duration pause = FIRST_PAUSE;
    private Instant used;
    private boolean closed;

    Crew(Workers all, EngineOptions options) {
        this.all = all;
        this.options = options;
        this.used = options.clock().instant();
    }

    // the process

    /** The worker that runs, or one that is started now. */
    private Child ensured() throws IOException {
        synchronized (starting) {
            synchronized (this) {
                used = options.clock().instant();
                if (closed) {
                    throw new IOException("the server is stopping");
                }
                if (child != null) {
                    return child;
                }
            }
            all.enter();
            Child made = null;
            try {
                made = Child.start(options);
                all.looked(made.holes());
            } catch (IOException | RuntimeException e) {
                all.leave();
                if (made != null) {
                    made.close();
                }
                throw e;
            }
            Child fresh = made;
            synchronized (this) {
                child = fresh;
                if (closed) {
                    fresh.close();
                }
            }
            Thread.ofVirtual().name("watch-worker").start(() -> listen(fresh));
            return fresh;
        }
    }

    private void listen(Child worker) {
        String why = "";
        try {
            while (true) {
                heard(worker, worker.wire().receive());
            }
        } catch (IOException e) {
            why = worker.end();
        } finally {
            gone(worker, why);
        }
    }

    private void gone(Child worker, String why) {
        worker.close();
        all.leave();
        asked.values().forEach(each -> each.complete(new WatchEngine.Looked.Unready(why + ".")));
        asked.clear();
        boolean again;
        Duration wait;
        synchronized (this) {
            child = null;
            jobs.values()
                    .forEach(each -> {
                        each.state = WatchEngine.State.FAILING;
                        each.error = why;
                    });
            again = !closed && !jobs.isEmpty();
            wait = pause;
            pause =
                    pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
                            ? LONGEST_PAUSE
                            : pause.multipliedBy(2);
        }
        if (again) {
            LOG.log(System.Logger.Level.WARNING, "watches are started again: " + why);
            all.later(this::startAll, wait);
        }
    }

    private void startAll() {
        List<Job> some;
        synchronized (this) {
            some = List.copyOf(jobs.values());
        }
        some.forEach(this::begin);
    }

    // what is said

    private void heard(Child worker, Wire.Frame frame) throws IOException {
        DataInputStream in = frame.in();
        switch (frame.kind()) {
            case Wire.PLANNED -> {
                int number = in.readInt();
                List<String> sources = new java.util.ArrayList<>();
                int count = in.readInt();
                for (int i = 0; i < count; i++) {
                    sources.add(Wire.text(in));
                }
                Map<String, String> columns = new LinkedHashMap<>();
                int wide = in.readInt();
                for (int i = 0; i < wide; i++) {
                    columns.put(Wire.text(in), Wire.text(in));
                }
                answer(number, new WatchEngine.Looked.Fine(sources, columns));
            }
            case Wire.STARTED ->
                    answer(in.readInt(), new WatchEngine.Looked.Fine(List.of(), Map.of()));
            case Wire.REFUSED -> {
                int number = in.readInt();
                answer(number, new WatchEngine.Looked.Wrong(Wire.text(in)));
            }
            case Wire.CHECKPOINT -> {
                String id = Wire.text(in);
                long number = in.readLong();
                byte[] checkpoint = Wire.bytes(in);
                // each watch waits for its own alone
                Thread.ofVirtual()
                        .name("watch-checkpoint")
                        .start(() -> keep(worker, id, number, checkpoint));
            }
            case Wire.TOLD -> told(in);
            default -> throw new IOException("a frame of kind " + frame.kind());
        }
    }

    private void answer(int number, WatchEngine.Looked looked) {
        CompletableFuture<WatchEngine.Looked> future = asked.remove(number);
        if (future != null) {
            future.complete(looked);
        }
    }

    private void keep(Child worker, String id, long number, byte[] checkpoint) {
        Job job;
        synchronized (this) {
            job = jobs.get(id);
        }
        boolean kept = false;
        if (job != null && checkpoint.length <= Watches.LARGEST) {
            try {
                job.kept.keep(checkpoint);
                kept = true;
            } catch (StorageFailure e) {
                LOG.log(System.Logger.Level.WARNING, "a checkpoint was not kept", e);
            }
        }
        synchronized (this) {
            if (job != null && kept) {
                job.checkpoint = options.clock().instant();
                pause = FIRST_PAUSE;
            } else if (job != null && checkpoint.length > Watches.LARGEST) {
                job.error =
                        "it remembers more than fits into a checkpoint; group by less, or in"
                                + " shorter windows";
            }
        }
        byte word = (byte) (kept ? 1 : 0);
        try {
            worker.wire()
                    .send(
                            Wire.KEPT,
                            out -> {
                                Wire.text(out, id);
                                out.writeLong(number);
                                out.writeByte(word);
                            });
        } catch (IOException e) {
            worker.close(); // whoever listens to it finds out
        }
    }

    private synchronized void told(DataInputStream in) throws IOException {
        Job job = jobs.get(Wire.text(in));
        String state = Wire.text(in);
        long read = in.readLong();
        long published = in.readLong();
        long waiting = in.readLong();
        String error = Wire.text(in);
        if (job == null) {
            return;
        }
        job.state =
                switch (state) {
                    case "running" -> WatchEngine.State.RUNNING;
                    case "failing" -> WatchEngine.State.FAILING;
                    default -> WatchEngine.State.STARTING;
                };
        long now = System.nanoTime();
        if (job.toldAt != 0 && read >= job.in) {
            double seconds = (now - job.toldAt) / 1e9;
            job.rate = 0.7 * job.rate + 0.3 * (read - job.in) / Math.max(seconds, 0.001);
        }
        job.toldAt = now;
        job.in = read;
        job.out = published;
        job.lag = waiting;
        if (!error.isEmpty()) {
            job.error = error;
        }
    }

    private static void describe(
            java.io.DataOutputStream out,
            Watch watch,
            List<WatchEngine.Readable> streams,
            WatchEngine.Login login)
            throws IOException {
        Wire.text(out, watch.id());
        Wire.text(out, watch.sql());
        Wire.text(out, watch.to());
        out.writeLong(
                switch (watch.from()) {
                    case NOW -> watch.made().toEpochMilli();
                    case BEGINNING -> -1;
                });
        Wire.text(out, watch.time());
        out.writeInt(watch.late());
        Wire.text(out, login.name());
        Wire.text(out, login.secret());
        out.writeInt(streams.size());
        for (WatchEngine.Readable each : streams) {
            Wire.text(out, each.name());
            out.writeInt(each.columns().size());
            for (Map.Entry<String, String> column : each.columns().entrySet()) {
                Wire.text(out, column.getKey());
                Wire.text(out, column.getValue());
            }
        }
    }

    private WatchEngine.Looked ask(int kind, Wire.Body body) {
        CompletableFuture<WatchEngine.Looked> future = new CompletableFuture<>();
        int number;
        synchronized (this) {
            number = ++numbers;
        }
        asked.put(number, future);
        try {
            Child worker = ensured();
            worker.wire()
                    .send(
                            kind,
                            out -> {
                                out.writeInt(number);
                                body.write(out);
                            });
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Unwalled e) {
            return new WatchEngine.Looked.Unready(
                    "Watches do not run here: there is no wall around "
                            + e.wall()
                            + ", because "
                            + e.getMessage()
                            + ". The operator sees in ./domicile status which walls stand.");
        } catch (Workers.Full e) {
            return new WatchEngine.Looked.Unready(String.valueOf(e.getMessage()));
        } catch (IOException | StorageFailure e) {
            LOG.log(System.Logger.Level.WARNING, "no worker for watches", e);
            return new WatchEngine.Looked.Unready(
                    "No worker for watches could be asked; the server's log says why.");
        } catch (TimeoutException e) {
            return new WatchEngine.Looked.Unready(
                    "The worker for watches does not answer; try again in a minute.");
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer that failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new WatchEngine.Looked.Unready("The server is stopping.");
        } finally {
            asked.remove(number);
        }
    }

    // what is asked

    WatchEngine.Looked look(Watch watch, List<WatchEngine.Readable> streams) {
        return ask(
                Wire.PLAN,
                out -> describe(out, watch, streams, new WatchEngine.Login("none", "none")));
    }

    void start(
            Watch watch,
            List<WatchEngine.Readable> streams,
            WatchEngine.Login login,
            WatchEngine.Kept kept) {
        Job job = new Job(watch, streams, login, kept);
        synchronized (this) {
            jobs.put(watch.id(), job);
        }
        Thread.ofVirtual().name("watch-begin").start(() -> begin(job));
    }

    /** Has it run; where that does not come, tries again later, as long as it is wanted. */
    private void begin(Job job) {
        WatchEngine.Looked looked;
        try {
            byte[] last = job.kept.last().orElse(new byte[0]);
            looked =
                    ask(
                            Wire.START,
                            out -> {
                                describe(out, job.watch, job.streams, job.login);
                                Wire.bytes(out, last);
                            });
        } catch (StorageFailure e) {
            looked = new WatchEngine.Looked.Unready(String.valueOf(e.getMessage()));
        }
        String why =
                switch (looked) {
                    case WatchEngine.Looked.Fine _ -> "";
                    case WatchEngine.Looked.Wrong(String sentence) -> sentence;
                    case WatchEngine.Looked.Unready(String sentence) -> sentence;
                };
        if (why.isEmpty()) {
            return;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "the watch " + job.watch.name() + " does not run yet: " + why);
        boolean again;
        synchronized (this) {
            job.state = WatchEngine.State.FAILING;
            job.error = why;
            // where its worker has ended, all of them are begun again
            again = !closed && jobs.get(job.watch.id()) == job && child != null;
        }
        if (again || looked instanceof WatchEngine.Looked.Unready) {
            all.later(
                    () -> {
                        if (wanted(job)) {
                            begin(job);
                        }
                    },
                    LONGEST_PAUSE);
        }
    }

    private synchronized boolean wanted(Job job) {
        return !closed && jobs.get(job.watch.id()) == job && job.state == WatchEngine.State.FAILING;
    }

    boolean stop(Watch watch) {
        Child worker;
        synchronized (this) {
            used = options.clock().instant();
            if (jobs.remove(watch.id()) == null) {
                return false;
            }
            worker = child;
        }
        if (worker != null) {
            try {
                worker.wire().send(Wire.STOP, out -> Wire.text(out, watch.id()));
            } catch (IOException e) {
                worker.close(); // whoever listens to it finds out
            }
        }
        return true;
    }

    synchronized Optional<WatchEngine.Told> told(Watch watch) {
        return Optional.ofNullable(jobs.get(watch.id()))
                .map(each ->
                        new WatchEngine.Told(
                                each.state,
                                each.in,
                                each.out,
                                each.lag,
                                each.rate,
                                Optional.ofNullable(each.checkpoint),
                                each.error));
    }

    synchronized int watches() {
        return jobs.size();
    }

    /** Ends the worker of a crew that has had nothing to do for a while; true when it has none. */
    synchronized boolean rest() {
        boolean idle =
                jobs.isEmpty()
                        && asked.isEmpty()
                        && used.plus(IDLE).isBefore(options.clock().instant());
        Child worker = child;
        if (idle && worker != null) {
            worker.close();
        }
        return idle && worker == null;
    }

    /** Its process, for those who test what becomes of watches without it. */
    synchronized Optional<ProcessHandle> process() {
        return Optional.ofNullable(child).map(Child::process);
    }

    void close() {
        Child worker;
        synchronized (this) {
            closed = true;
            worker = child;
        }
        if (worker != null) {
            worker.close();
        }
    }

    static Map<String, Long> figures(Iterable<Crew> crews) {
        long workers = 0;
        long watches = 0;
        for (Crew each : crews) {
            workers += each.process().isPresent() ? 1 : 0;
            watches += each.watches();
        }
        Map<String, Long> figures = new HashMap<>();
        figures.put("watches", watches);
        figures.put("watches.workers", workers);
        return figures;
    }
}
