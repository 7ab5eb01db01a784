package org.domicile.watches;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
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

    /** A worker takes what it is sent at once: a thread of its own does nothing else. */
    static final Duration HURRY = Duration.ofSeconds(20);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /** A worker without watches may be asked again soon. */
    private static final Duration IDLE = Duration.ofMinutes(2);

    /** A watch that remembers too much waits for so long, the first time. */
    private static final Duration FIRST_HOLD = Duration.ofMinutes(1);

    /** It is doubled at most so often. */
    private static final int MOST_HOLDS = 6;

    /** By then each watch has had its turn to be started. */
    private static final Duration ALL_STARTED = Duration.ofHours(3);

    private static final WatchEngine.Login NOBODY = new WatchEngine.Login("none", "none");
    private static final int LONGEST_SENTENCE = 500;
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]");

    private final Workers all;
    private final String organisation;
    private final EngineOptions options;
    private final Object starting = new Object();
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final Map<Integer, CompletableFuture<WatchEngine.Looked>> asked =
            new ConcurrentHashMap<>();
    private final Semaphore turn = new Semaphore(1, true); // one is asked for at a time
    private @Nullable Child child;
    private int numbers;
    private Duration pause = FIRST_PAUSE;
    private long notBefore = System.nanoTime(); // a worker is started again
    private Instant used;
    private boolean resting; // its worker is ended because it has nothing to do
    private boolean closed;

    Crew(Workers all, String organisation, EngineOptions options) {
        this.organisation = organisation;
        this.all = all;
        this.options = options;
        this.used = options.clock().instant();
    }

    // the process

    /** A worker ended, and the next waits for a while. */
    private static final class Pausing extends IOException {
        private static final long serialVersionUID = 1L;

        Pausing() {
            super("The worker for watches has ended; try again in a minute.");
        }
    }

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
                if (System.nanoTime() - notBefore < 0) {
                    throw new Pausing();
                }
            }
            all.enter(organisation);
            Child made = null;
            try {
                made = Child.start(options);
                all.looked(made.holes());
            } catch (IOException | RuntimeException e) {
                all.leave(organisation);
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
        try (Incoming incoming = new Incoming(worker, options, this::job);
                TableReads reads =
                        new TableReads(
                                worker,
                                () -> all.turn(organisation),
                                this::job,
                                (number, read) -> rows(worker, number, read))) {
            while (true) {
                heard(worker, incoming, reads, worker.wire().receive());
            }
        } catch (IOException e) {
            why = worker.end();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a worker for watches is not heard any more", e);
            why = "the server could not hear its worker, and its log says why";
        } finally {
            gone(worker, why);
        }
    }

    private synchronized @Nullable Job job(String id) {
        return jobs.get(id);
    }

    private void gone(Child worker, String why) {
        worker.close();
        all.leave(organisation);
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
                        each.missedThere = 0;
                    });
            if (worker.exhausted()) {
                holdBack();
            }
            again = !closed && !jobs.isEmpty();
            if (resting) {
                resting = false;
                pause = FIRST_PAUSE;
                wait = Duration.ZERO;
            } else {
                wait = pause;
            }
            notBefore = System.nanoTime() + wait.toNanos();
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
            some = jobs.values().stream().filter(each -> !each.held).toList();
        }
        some.forEach(this::begin);
    }

    /**
     * Of watches whose worker had no memory any more, the one that held the most waits, each time
     * longer, so that the others can go on without it.
     */
    private void holdBack() {
        List<Job> ran = jobs.values().stream().filter(each -> !each.held).toList();
        if (ran.size() < 2) {
            return; // it waits as any worker does that ends
        }
        Job job = Collections.max(ran, Comparator.comparingLong(Job::holds));
        Duration wait = FIRST_HOLD.multipliedBy(1L << Math.min(job.exhausted, MOST_HOLDS));
        job.exhausted++;
        job.held = true;
        job.error =
                ("its worker had no memory any more, and of its watches this one remembered the"
                                + " most (%,d KiB, and %,d KiB of tables): it waits for %d minutes"
                                + " while the others go on; group by less, join less of a table,"
                                + " or ask the operator for more (watches.memory)")
                        .formatted(job.size >> 10, job.rows() >> 10, wait.toMinutes());
        all.later(
                () -> {
                    synchronized (this) {
                        job.held = false;
                    }
                    if (wanted(job)) {
                        begin(job);
                    }
                },
                wait);
    }

    // what is said

    private void heard(Child worker, Incoming incoming, TableReads reads, Wire.Frame frame)
            throws IOException {
        DataInputStream in = frame.in();
        incoming.late();
        switch (frame.kind()) {
            case Wire.PLANNED -> {
                int number = in.readInt();
                List<String> sources = texts(in);
                List<String> tables = texts(in);
                Map<String, String> columns = new LinkedHashMap<>();
                int wide = in.readInt();
                for (int i = 0; i < wide; i++) {
                    columns.put(Wire.text(in), Wire.text(in));
                }
                answer(number, new WatchEngine.Looked.Fine(sources, tables, columns));
            }
            case Wire.STARTED, Wire.WAITS ->
                    answer(
                            in.readInt(),
                            new WatchEngine.Looked.Fine(List.of(), List.of(), Map.of()));
            case Wire.REFUSED -> {
                int number = in.readInt();
                answer(number, new WatchEngine.Looked.Wrong(sentence(Wire.text(in))));
            }
            case Wire.CHECKPOINT -> {
                String id = Wire.text(in);
                long number = in.readLong();
                kept(worker, id, number, incoming.whole(id, number, in.readLong()));
            }
            // here, so that a worker has one piece in memory, however many it sends
            case Wire.PIECE -> incoming.piece(Wire.text(in), in.readLong(), Wire.bytes(in));
            case Wire.TOLD -> told(in);
            case Wire.SCHEMA ->
                    schema(worker, Wire.text(in), in.readInt(), Wire.text(in), in.readInt());
            case Wire.TABLE -> {
                String id = Wire.text(in);
                int number = in.readInt();
                reads.ask(id, number, Wire.text(in));
            }
            default -> throw new IOException("a frame of kind " + frame.kind());
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            texts.add(Wire.text(in));
        }
        return texts;
    }

    private void answer(int number, WatchEngine.Looked looked) {
        CompletableFuture<WatchEngine.Looked> future = asked.remove(number);
        if (future != null) {
            future.complete(looked);
        }
    }

    /** Tells a worker what became of a checkpoint. @param why it is not kept; empty: it is */
    private void kept(Child worker, String id, long number, String why) {
        if (why.isEmpty()) {
            synchronized (this) {
                Job job = jobs.get(id);
                if (job != null) {
                    job.checkpoint = options.clock().instant();
                }
                pause = FIRST_PAUSE;
            }
        }
        try (Workers.Hurry _ = all.hurry(worker, HURRY)) {
            worker.wire()
                    .send(
                            Wire.KEPT,
                            out -> {
                                Wire.text(out, id);
                                out.writeLong(number);
                                Wire.text(out, why);
                            });
        } catch (IOException e) {
            worker.close(); // whoever listens to it finds out
        }
    }

    /** Only of what the watch reads: a worker is not believed that it runs what it says. */
    private void schema(Child worker, String id, int number, String stream, int schema) {
        Job job = job(id);
        byte[] found; // none: 0 of them
        try {
            found =
                    job != null && job.streams.stream().anyMatch(each -> each.name().equals(stream))
                            ? job.contents.schema(stream, schema).orElse(new byte[0])
                            : new byte[0];
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a schema was not read", e);
            return; // the watch tries again
        }
        if (found.length > Wire.LARGEST_LAST) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the schema " + schema + " of " + stream + " is too large for a watch");
            found = new byte[0];
        }
        byte[] last = found;
        byte word = (byte) (found.length > 0 ? 1 : 0);
        try (Workers.Hurry _ = all.hurry(worker, HURRY)) {
            worker.wire()
                    .send(
                            Wire.WRITTEN,
                            out -> {
                                out.writeInt(number);
                                out.writeByte(word);
                            },
                            last);
        } catch (IOException e) {
            worker.close(); // whoever listens to it finds out
        }
    }

    private void rows(Child worker, int number, WatchEngine.Read read) {
        String why =
                switch (read) {
                    case WatchEngine.Read.Rows _ -> "";
                    case WatchEngine.Read.Not(String sentence) -> sentence;
                };
        byte[] rows =
                switch (read) {
                    case WatchEngine.Read.Rows(byte[] encoded) -> encoded;
                    case WatchEngine.Read.Not _ -> new byte[0];
                };
        try (Workers.Hurry _ = all.hurry(worker, HURRY)) {
            worker.wire()
                    .send(
                            Wire.ROWS,
                            out -> {
                                out.writeInt(number);
                                Wire.text(out, why);
                            },
                            rows);
        } catch (IOException e) {
            worker.close(); // whoever listens to it finds out
        }
    }

    private synchronized void told(DataInputStream in) throws IOException {
        Job job = jobs.get(Wire.text(in));
        String state = Wire.text(in);
        long read = in.readLong();
        long published = in.readLong();
        long passed = in.readLong();
        long missed = in.readLong();
        long waiting = in.readLong();
        String error = sentence(Wire.text(in));
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
        job.passed = passed;
        // the count begins anew with each start of its job
        long more = missed < job.missedThere ? missed : missed - job.missedThere;
        if (more > 0) {
            job.missed += more;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the watch {0} goes on behind up to {1} records that had left their stream"
                            + " before it read them",
                    job.watch.name(),
                    more);
        }
        job.missedThere = missed;
        job.lag = waiting;
        if (!error.isEmpty()) {
            job.error = error;
        }
    }

    /** What a worker says, as others may be shown it: short, and one line. */
    static String sentence(String said) {
        String start =
                said.length() > LONGEST_SENTENCE ? said.substring(0, LONGEST_SENTENCE) : said;
        return CONTROL.matcher(start).replaceAll(" ");
    }

    private void describe(
            DataOutputStream out,
            Watch watch,
            List<WatchEngine.Readable> streams,
            ToIntFunction<String> partitions,
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
            out.writeInt(each.schema());
            out.writeInt(partitions.applyAsInt(each.name()));
            columns(out, each.columns());
        }
        out.writeInt(watch.tables().size());
        for (Watch.Table each : watch.tables()) {
            Wire.text(out, each.name());
            out.writeLong(options.tables().toMillis());
            columns(out, each.columns());
        }
    }

    private static void columns(DataOutputStream out, Map<String, String> columns)
            throws IOException {
        out.writeInt(columns.size());
        for (Map.Entry<String, String> each : columns.entrySet()) {
            Wire.text(out, each.getKey());
            Wire.text(out, each.getValue());
        }
    }

    /** Asks something of a worker. */
    private interface Question {
        /** Asks. @return false when there is nothing to ask, and all is well */
        boolean ask(Child worker, int number) throws IOException;
    }

    /** One at a time, so that nobody's answer waits for how long another's takes. */
    private WatchEngine.Looked ask(Question question, Duration wait) {
        try {
            if (!turn.tryAcquire(wait.toSeconds(), TimeUnit.SECONDS)) {
                return new WatchEngine.Looked.Unready(
                        "The worker for watches has much to start; try again in a minute.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new WatchEngine.Looked.Unready("The server is stopping.");
        }
        try {
            return inTurn(question);
        } finally {
            turn.release();
        }
    }

    private WatchEngine.Looked inTurn(Question question) {
        CompletableFuture<WatchEngine.Looked> future = new CompletableFuture<>();
        int number;
        synchronized (this) {
            number = ++numbers;
        }
        Child worker = null;
        try {
            worker = ensured();
            asked.put(number, future);
            if (!question.ask(worker, number)) {
                return new WatchEngine.Looked.Fine(List.of(), List.of(), Map.of());
            }
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Unwalled e) {
            return new WatchEngine.Looked.Unready(
                    "Watches do not run here: there is no wall around "
                            + e.wall()
                            + ", because "
                            + e.getMessage()
                            + ". The operator sees in ./domicile status which walls stand.");
        } catch (Workers.Full | Pausing e) {
            return new WatchEngine.Looked.Unready(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) { // whatever it is, it is tried again
            LOG.log(System.Logger.Level.WARNING, "no worker for watches", e);
            return new WatchEngine.Looked.Unready(
                    "No worker for watches could be asked; the server's log says why.");
        } catch (TimeoutException e) {
            if (worker != null) {
                worker.close(); // it is stuck, and whoever listens to it finds out
            }
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
        WatchEngine.Looked looked =
                ask(
                        (worker, number) -> {
                            try (Workers.Hurry _ = all.hurry(worker, HURRY)) {
                                worker.wire()
                                        .send(
                                                Wire.PLAN,
                                                out -> {
                                                    out.writeInt(number);
                                                    describe(out, watch, streams, _ -> 0, NOBODY);
                                                });
                            }
                            return true;
                        },
                        PATIENCE);
        return switch (looked) {
            case WatchEngine.Looked.Fine fine -> offered(watch, streams, fine);
            case WatchEngine.Looked.Wrong wrong -> wrong;
            case WatchEngine.Looked.Unready unready -> unready;
        };
    }

    /** A worker may be another's by now: it is not believed that it reads what it was not shown. */
    private static WatchEngine.Looked offered(
            Watch watch, List<WatchEngine.Readable> streams, WatchEngine.Looked.Fine fine) {
        List<String> known = streams.stream().map(WatchEngine.Readable::name).toList();
        List<String> stored = watch.tables().stream().map(Watch.Table::name).toList();
        return fine.sources().isEmpty()
                        || !known.containsAll(fine.sources())
                        || !stored.containsAll(fine.tables())
                ? new WatchEngine.Looked.Unready(
                        "The worker for watches names streams that it was not shown; tell the"
                                + " operator.")
                : new WatchEngine.Looked.Fine(
                        fine.sources().stream().distinct().toList(),
                        fine.tables().stream().distinct().toList(),
                        fine.columns());
    }

    void start(
            Watch watch,
            List<WatchEngine.Readable> streams,
            WatchEngine.Login login,
            WatchEngine.Kept kept,
            WatchEngine.Contents contents) {
        Job job = new Job(watch, streams, login, kept, contents);
        synchronized (this) {
            if (jobs.putIfAbsent(watch.id(), job) != null) {
                return; // it runs, or will
            }
        }
        Thread.ofVirtual().name("watch-begin").start(() -> begin(job));
    }

    /** Has it run; where that does not come, tries again later, as long as it is wanted. */
    private void begin(Job job) {
        if (!known(job)) {
            return; // and no worker is started for it
        }
        AtomicReference<@Nullable Child> where = new AtomicReference<>();
        WatchEngine.Looked looked =
                ask(
                        (worker, number) -> {
                            where.set(worker);
                            return sent(job, worker, number);
                        },
                        ALL_STARTED);
        String why =
                switch (looked) {
                    case WatchEngine.Looked.Fine _ -> "";
                    case WatchEngine.Looked.Wrong(String sentence) -> sentence;
                    case WatchEngine.Looked.Unready(String sentence) -> sentence;
                };
        if (why.isEmpty()) {
            endUnlessKnown(job);
            return;
        }
        synchronized (job) {
            if (job.on == where.get()) {
                job.on = null; // there it may be started again
            }
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

    /** Has it start there; false when it runs there already, or is not to run any more. */
    private boolean sent(Job job, Child worker, int number) throws IOException {
        synchronized (job) {
            if (job.on == worker || !known(job)) {
                return false;
            }
            job.starts(worker);
            WatchEngine.Last last =
                    job.kept
                            .last()
                            .orElseGet(
                                    () -> new WatchEngine.Last(0, InputStream.nullInputStream()));
            try (InputStream in = last.in()) {
                hand(
                        worker,
                        Wire.START,
                        out -> {
                            out.writeInt(number);
                            describe(
                                    out,
                                    job.watch,
                                    job.streams,
                                    job.contents::partitions,
                                    job.login);
                            out.writeLong(last.size());
                        },
                        null);
                job.size = last.size();
                long left = last.size();
                while (left > 0) {
                    byte[] piece = in.readNBytes((int) Math.min(Wire.PIECE_BYTES, left));
                    if (piece.length == 0) {
                        throw new EOFException("a checkpoint ends before its length");
                    }
                    left -= piece.length;
                    hand(worker, Wire.STATE, out -> out.writeInt(number), piece);
                }
            }
            return true;
        }
    }

    /**
     * Tells its worker, for each watch that reads a stream and was begun there, how many partitions
     * that is about to have. One that is begun from now on asks for it: the register says it
     * already, and {@link #sent} looks there once it is known where the watch runs.
     *
     * @param end by the system's nanoseconds: a worker that has not heard it by then is ended,
     *     since it would take for late what the next one does not
     */
    void grows(String stream, int partitions, long end) {
        Child worker;
        List<Job> some;
        synchronized (this) {
            worker = child;
            some =
                    jobs.values().stream()
                            .filter(each -> each.watch.sources().contains(stream))
                            .toList();
        }
        if (worker == null) {
            return;
        }
        Map<Integer, CompletableFuture<WatchEngine.Looked>> heard = new HashMap<>();
        try {
            for (Job each : some) {
                if (each.runs(worker)) {
                    hand(worker, Wire.GROWS, grows(each, stream, partitions, heard), null);
                }
            }
            for (CompletableFuture<WatchEngine.Looked> each : heard.values()) {
                each.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (IOException e) {
            worker.close(); // whoever listens to it finds out
        } catch (TimeoutException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a worker for watches stands still while the stream {0} grows, and is ended",
                    stream);
            worker.close();
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer that failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            asked.keySet().removeAll(heard.keySet());
        }
    }

    private Wire.Body grows(
            Job job,
            String stream,
            int partitions,
            Map<Integer, CompletableFuture<WatchEngine.Looked>> heard) {
        int number;
        synchronized (this) {
            number = ++numbers;
        }
        CompletableFuture<WatchEngine.Looked> future = new CompletableFuture<>();
        asked.put(number, future);
        heard.put(number, future);
        return out -> {
            out.writeInt(number);
            Wire.text(out, job.watch.id());
            Wire.text(out, stream);
            out.writeInt(partitions);
        };
    }

    /** A worker that does not take it in time is ended. */
    private void hand(Child worker, int kind, Wire.Body body, byte @Nullable [] last)
            throws IOException {
        try (Workers.Hurry _ = all.hurry(worker, HURRY)) {
            if (last == null) {
                worker.wire().send(kind, body);
            } else {
                worker.wire().send(kind, body, last);
            }
        }
    }

    private synchronized boolean known(Job job) {
        return !closed && jobs.get(job.watch.id()) == job;
    }

    /** Whoever stopped it may have said so before it was started. */
    private void endUnlessKnown(Job job) {
        Child worker;
        synchronized (this) {
            worker = jobs.containsKey(job.watch.id()) ? null : child;
        }
        if (worker != null) {
            end(worker, job.watch);
        }
    }

    private void end(Child worker, Watch watch) {
        try (Workers.Hurry _ = all.hurry(worker, HURRY)) {
            worker.wire().send(Wire.STOP, out -> Wire.text(out, watch.id()));
        } catch (IOException e) {
            worker.close(); // whoever listens to it finds out
        }
    }

    private synchronized boolean wanted(Job job) {
        return !closed
                && !job.held
                && jobs.get(job.watch.id()) == job
                && job.state == WatchEngine.State.FAILING;
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
            end(worker, watch);
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
                                each.passed,
                                each.missed,
                                each.lag,
                                each.rate,
                                Optional.ofNullable(each.checkpoint),
                                each.size,
                                each.error));
    }

    synchronized int watches() {
        return jobs.size();
    }

    private synchronized long failing() {
        return jobs.values().stream()
                .filter(each -> each.state == WatchEngine.State.FAILING)
                .count();
    }

    /** Ends the worker of a crew that has had nothing to do for a while; true when it has none. */
    synchronized boolean rest() {
        boolean idle =
                jobs.isEmpty()
                        && asked.isEmpty()
                        && used.plus(IDLE).isBefore(options.clock().instant());
        Child worker = child;
        if (idle && worker != null) {
            resting = true;
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
        long failing = 0;
        for (Crew each : crews) {
            workers += each.process().isPresent() ? 1 : 0;
            watches += each.watches();
            failing += each.failing();
        }
        Map<String, Long> figures = new HashMap<>();
        figures.put("watches", watches);
        figures.put("watches.workers", workers);
        figures.put("watches.failing", failing);
        return figures;
    }
}
