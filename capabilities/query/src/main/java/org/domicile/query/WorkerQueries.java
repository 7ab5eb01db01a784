package org.domicile.query;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.domicile.walls.JavaChild;
import org.domicile.walls.Unwalled;
import org.domicile.walls.Walls;
import org.jspecify.annotations.Nullable;

/** Sessions in workers, a few of which wait for the next. All state behind its own lock. */
final class WorkerQueries implements Queries {
    private static final System.Logger LOG = System.getLogger("org.domicile.query");

    /** Of an engine. */
    private static final long LEAST_MEMORY = 64 << 20;

    /** Of what all sessions may stage, the part that organisations leave to the program itself. */
    private static final int OWN = 8;

    private static final Duration ENDING = Duration.ofSeconds(20);

    /** How long a start waits as long as another worker is ready. */
    private static final Duration LATER = Duration.ofSeconds(2);

    private final QueryOptions options;
    private final LimitTable own;

    /** Of all; and the part that sessions of organisations have of it. */
    private final SharedStaging staging;

    private final SharedStaging staged;

    private final Room rows;
    private final Map<String, Room> rowsOf = new ConcurrentHashMap<>();

    private final ScheduledExecutorService times =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("query-times").factory());
    private final Deque<Worker> warm = new ArrayDeque<>();
    private final Set<WorkerSession> sessions = new HashSet<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> standing = new ArrayList<>();
    private @Nullable Folders folders;
    private int starting;
    private @Nullable Thread archiving;
    private boolean archives;
    private boolean closed;

    private WorkerQueries(QueryOptions options, LimitTable own) {
        this.options = options;
        this.own = own;
        this.staging = new SharedStaging(options.total());
        this.staged = staging.part(options.total() - own(options));
        this.rows = new Room(options.rows());
    }

    /** Bytes that are left to the program's own work, whatever organisations' statements hold. */
    private static long own(QueryOptions options) {
        long beside = Math.max(0, options.total() - options.usual().staging());
        return Math.min(options.total() / OWN, beside);
    }

    static WorkerQueries open(QueryOptions options, LimitTable own) {
        WorkerQueries queries = new WorkerQueries(options, own);
        Walls.obstacle().ifPresent(queries.missing::add);
        try {
            queries.folders();
        } catch (IOException e) {
            // It is tried again when somebody wants a session, who is told.
            LOG.log(System.Logger.Level.WARNING, "the staging folder is not ready: " + e);
        }
        return queries;
    }

    private synchronized Folders folders() throws IOException {
        Folders made = folders;
        if (made == null) {
            made = Folders.in(options.staging());
            folders = made;
        }
        return made;
    }

    @Override
    public Answer<Session> begin(String organisation, String zone) {
        Limits limits = limits(organisation);
        synchronized (this) {
            int count = counts.getOrDefault(organisation, 0);
            if (closed || count >= limits.sessions()) {
                return Answer.failed(
                        new Failure(
                                Failure.TOO_MANY,
                                closed
                                        ? "The server is stopping."
                                        : "%s has %d SQL sessions, and may have no more."
                                                .formatted(organisation, count),
                                0,
                                "Close one, or ask the operator for more (organisation sql)."));
            }
            counts.put(organisation, count + 1);
        }
        boolean begun = false;
        try {
            Room own = rowsOf.computeIfAbsent(organisation, _ -> rows.share(options.rows() / 2));
            Answer<Session> answer = begin(limits, own, zone, ended -> ended(organisation, ended));
            begun = answer instanceof Answer.Given<Session>;
            return answer;
        } finally {
            if (!begun) {
                leave(organisation);
            }
        }
    }

    /**
     * One that reads for another what rules leave of a table. It lives for a part of a statement of
     * that other, which counts already, and its staging counts as any.
     */
    private Answer<Session> beside(Limits limits) {
        synchronized (this) {
            if (closed) {
                return Answer.failed(Failure.TOO_MANY, "The server is stopping.");
            }
        }
        return begin(limits, rows, "UTC", this::gone);
    }

    @Override
    public Answer<Session> beginAside() {
        synchronized (this) {
            if (closed) {
                return Answer.failed(Failure.TOO_MANY, "The server is stopping.");
            }
        }
        Limits usual = options.of("");
        Limits aside =
                new Limits(
                        Math.max(usual.memory() / 2, LEAST_MEMORY),
                        1,
                        usual.time(),
                        usual.rows(),
                        usual.staging(),
                        usual.spill(),
                        1);
        return beginWith(null, aside, staging, rows, "UTC", this::gone);
    }

    private Answer<Session> begin(
            Limits limits, Room own, String zone, Consumer<WorkerSession> ended) {
        // One that waited and is found dead at its first word says nothing about the next.
        for (int i = 0; i < options.warm(); i++) {
            Answer<Session> answer = beginWith(waiting(), limits, staged, own, zone, ended);
            if (!isGone(answer)) {
                return answer;
            }
        }
        return beginWith(null, limits, staged, own, zone, ended);
    }

    private static boolean isGone(Answer<Session> answer) {
        return answer instanceof Answer.Failed<Session>(Failure why)
                && why.state().equals(Failure.GONE);
    }

    /**
     * In the worker that is given, or in a fresh one.
     *
     * @param waited one that waited, or null when none did
     * @param room for what is staged @param heap for large rows
     */
    private Answer<Session> beginWith(
            @Nullable Worker waited,
            Limits limits,
            SharedStaging room,
            Room heap,
            String zone,
            Consumer<WorkerSession> ended) {
        Worker worker;
        try {
            worker = waited != null ? waited : fresh();
        } catch (Unwalled e) {
            synchronized (this) {
                missing.clear();
                missing.add(e.wall() + ": " + e.getMessage());
            }
            return Answer.failed(
                    new Failure(
                            Failure.SYSTEM,
                            "SQL does not run here: there is no wall around "
                                    + e.wall()
                                    + ", because "
                                    + e.getMessage()
                                    + ".",
                            0,
                            "The operator sees in ./domicile status which walls stand."));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "no worker for a session", e);
            return Answer.failed(
                    Failure.SYSTEM, "No SQL worker could be started; the server's log says why.");
        }
        List<String> through = looked(worker);
        if (!through.isEmpty()) {
            worker.close();
            return Answer.failed(
                    Failure.SYSTEM,
                    "SQL does not run here: a wall lets through what it should not ("
                            + String.join("; ", through)
                            + ").");
        }
        WorkerSession session =
                new WorkerSession(worker, limits, room, heap, times, ended, () -> beside(limits));
        synchronized (this) {
            sessions.add(session);
        }
        Answer<Session> answer = session.begin(zone);
        if (answer instanceof Answer.Failed<Session>) {
            session.abandon();
            gone(session);
        }
        return answer;
    }

    /** What its walls let through. */
    private List<String> looked(Worker worker) {
        Walls.Tried tried = Walls.Tried.of(worker.holes());
        synchronized (this) {
            missing.clear();
            missing.addAll(tried.through());
            standing.clear();
            standing.addAll(tried.standing());
        }
        return tried.through();
    }

    /** One that waits and seems to live; null when none does. */
    private @Nullable Worker waiting() {
        Worker found;
        synchronized (this) {
            found = warm.poll();
        }
        while (found != null && !found.alive()) {
            found.close();
            synchronized (this) {
                found = warm.poll();
            }
        }
        warmUp();
        return found;
    }

    /**
     * One that comes up. Where what is kept for all of them is broken in a way that Java does not
     * see, it is thrown away, and made anew by the next program.
     */
    private Worker fresh() throws IOException {
        try {
            return started();
        } catch (Unwalled e) {
            throw e;
        } catch (IOException e) {
            Optional<ClassArchive> archive =
                    ClassArchive.of(options.classPath().places()).filter(ClassArchive::exists);
            if (archive.isEmpty()) {
                throw e;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a worker did not come up with the archive of classes, which is removed: " + e);
            archive.get().remove();
            return started();
        }
    }

    /** With a folder of its own, which goes when it does not come up. */
    private Worker started() throws IOException {
        Path folder = folders().fresh();
        boolean started = false;
        try {
            Worker worker = Worker.start(options, folder);
            started = true;
            archive();
            return worker;
        } finally {
            if (!started) {
                JavaChild.remove(folder);
            }
        }
    }

    /** Once, and beside: those that start later are quicker. */
    private synchronized void archive() {
        if (archiving == null && !closed) {
            archives = true;
            archiving =
                    Thread.ofVirtual()
                            .name("worker-archive")
                            .start(() -> {
                                try {
                                    archiveOne();
                                } finally {
                                    synchronized (this) {
                                        archives = false;
                                        notifyAll();
                                    }
                                }
                            });
        }
    }

    private void archiveOne() {
        try {
            Optional<ClassArchive> archive = ClassArchive.of(options.classPath().places());
            if (archive.isEmpty() || archive.get().exists()) {
                return;
            }
            Path folder = folders().fresh();
            try {
                Worker.archive(options, folder, archive.get());
            } finally {
                JavaChild.remove(folder);
            }
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "workers start without an archive: " + e);
        }
    }

    /** Starts those that are to wait, beside. */
    private synchronized void warmUp() {
        while (!closed && warm.size() + starting < options.warm()) {
            starting++;
            Thread.ofVirtual().name("worker-warm").start(this::warmOne);
        }
        notifyAll(); // perhaps none is ready any more: then a start waits no longer
    }

    private void warmOne() {
        Worker made = null;
        try {
            if (awaitTurn()) {
                made = fresh();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "no worker waits for the next session", e);
        }
        boolean kept;
        synchronized (this) {
            kept = made != null && !closed && warm.offer(made);
        }
        if (made != null && !kept) {
            made.close();
        }
        synchronized (this) {
            starting--;
            notifyAll();
        }
    }

    /**
     * As long as another one waits for the next session, a start leaves the processors to what the
     * last session asks first. False once this is closed.
     */
    private synchronized boolean awaitTurn() {
        long end = System.nanoTime() + LATER.toNanos();
        try {
            for (long left = LATER.toMillis();
                    !closed && !warm.isEmpty() && left > 0;
                    left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return !closed;
    }

    /**
     * Those that are just starting, and sessions that somebody else is closing, end by themselves,
     * and leave nothing when they have.
     */
    private synchronized void awaitOthers() {
        long end = System.nanoTime() + ENDING.toNanos();
        try {
            while ((starting > 0 || archives || !sessions.isEmpty()) && System.nanoTime() < end) {
                wait(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean gone(WorkerSession session) {
        boolean known = sessions.remove(session);
        notifyAll();
        return known;
    }

    private void ended(String organisation, WorkerSession session) {
        if (gone(session)) {
            leave(organisation);
        }
    }

    private synchronized void leave(String organisation) {
        counts.computeIfPresent(organisation, (_, count) -> count <= 1 ? null : count - 1);
    }

    @Override
    public LimitTable limits() {
        return own;
    }

    @Override
    public Limits limits(String organisation) {
        return own.of(organisation).orElseGet(() -> options.of(organisation));
    }

    @Override
    public synchronized Map<String, Integer> taken() {
        return Map.copyOf(counts);
    }

    @Override
    public synchronized Standing standing() {
        return new Standing(
                List.copyOf(standing),
                List.copyOf(missing),
                sessions.size(),
                warm.size(),
                staging.held());
    }

    @Override
    public void close() {
        List<AutoCloseable> ending = new ArrayList<>();
        synchronized (this) {
            closed = true;
            notifyAll();
            ending.addAll(sessions);
            ending.addAll(warm);
            warm.clear();
            if (archiving != null) {
                archiving.interrupt();
            }
        }
        for (AutoCloseable each : ending) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "a session did not end well", e);
            }
        }
        awaitOthers();
        times.shutdownNow();
        try {
            folders().leave();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the staging folder stays: " + e);
        }
    }
}
