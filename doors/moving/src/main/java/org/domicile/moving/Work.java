package org.domicile.moving;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.MovesAtWork;
import org.domicile.guard.Refused;
import org.domicile.moves.Line;
import org.domicile.moves.Move;
import org.domicile.moves.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Names of one move, several at a time, kept in their order: what is kept as done is always all up
 * to a name. Owned by the move's thread; the names' own threads hand back lines.
 */
final class Work {
    private static final int AT_ONCE = 8;
    private static final int AHEAD = 64;

    /**
     * Versions of names that are worked on or wait, beside those of one name that may have as many
     * as {@link Names#MOST}: they are held in memory.
     */
    private static final int MOST_AHEAD = 2_500;

    private static final int PAGE = 1_000;

    /** Characters of a page's texts, of which each may take three bytes of the largest value. */
    private static final int PAGE_TEXT = 256 << 10;

    private static final Duration OFTEN = Duration.ofSeconds(1);
    private static final int MOST_REFUSALS = 20;

    private final Move move;
    private final MovesAtWork moves;
    private final MovesAtWork.Means means;
    private final Supplier<There> connecting;
    private final Here here;
    private final Deque<Begun> begun = new ArrayDeque<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<Progress.Waiting> waiting = new ArrayList<>();
    private final List<String> settled = new ArrayList<>();

    /** Names that were refused one after the other: not done until one comes that is not. */
    private final List<Ready> refused = new ArrayList<>();

    private Instant kept;
    private String after;
    private long held;

    /** A name that is worked on. */
    private record Begun(Named named, Future<List<Line>> lines) {}

    /** A name with what became of it. */
    private record Ready(Named named, List<Line> lines) {}

    /** What is done with a name. */
    interface Task {
        List<Line> with(There there);
    }

    /** A name with its task; empty at the end. */
    interface Source {
        Optional<Named> next();
    }

    /**
     * What is to be done with a name.
     *
     * @param versions how many it has
     * @param newest the newest one's id
     * @param size that one's
     * @param waited what is kept of it where it is tried again
     */
    record Named(
            String name,
            int versions,
            String newest,
            long size,
            Task task,
            Progress.@Nullable Waiting waited) {
        /** One that comes in its order. */
        Named(String name, int versions, String newest, long size, Task task) {
            this(name, versions, newest, size, task, null);
        }
    }

    Work(
            Move move,
            MovesAtWork moves,
            MovesAtWork.Means means,
            Supplier<There> connecting,
            Here here,
            String after) {
        this.move = move;
        this.moves = moves;
        this.means = means;
        this.connecting = connecting;
        this.here = here;
        this.after = after;
        this.kept = here.now();
    }

    /**
     * Does all names.
     *
     * @throws Ended when the move cannot go on
     * @throws Stopped when somebody has stopped it
     */
    void all(Source names) {
        BlockingQueue<There> sides = new LinkedBlockingQueue<>();
        for (int i = 0; i < AT_ONCE; i++) {
            sides.add(connecting.get());
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (Optional<Named> next = names.next(); next.isPresent(); next = names.next()) {
                    Named named = next.get();
                    begun.add(new Begun(named, threads.submit(() -> carried(named, sides))));
                    held += named.versions();
                    while (!begun.isEmpty() && (begun.size() >= AHEAD || held > MOST_AHEAD)) {
                        take();
                    }
                }
                while (!begun.isEmpty()) {
                    take();
                }
                taken();
                keep();
            } catch (Ended e) {
                threads.shutdownNow();
                keepWhatIsDone(e);
                throw e;
            } catch (RuntimeException | Error e) {
                threads.shutdownNow();
                throw e;
            }
        } finally {
            sides.forEach(each -> each.remote().close());
        }
    }

    /** Names that wait, each once more. */
    Source again(Way way) {
        return new Source() {
            private final Deque<Progress.Waiting> page = new ArrayDeque<>();
            private String behind = "";

            @Override
            public Optional<Named> next() {
                if (page.isEmpty()) {
                    page.addAll(moves.waiting(move, behind, AHEAD));
                }
                Progress.Waiting each = page.poll();
                if (each == null) {
                    return Optional.empty();
                }
                behind = each.name();
                return Optional.of(
                        new Named(
                                each.name(),
                                1,
                                each.from(),
                                0,
                                side -> way.again(side, each.name()),
                                each));
            }
        };
    }

    private List<Line> carried(Named named, BlockingQueue<There> sides)
            throws InterruptedException {
        There there = sides.take();
        try {
            demandMeans();
            return named.task().with(there);
        } catch (Refused e) {
            String why = MoveIn.REFUSED + e.getMessage();
            return List.of(Line.left(named.name(), named.newest(), named.size(), why));
        } finally {
            sides.add(there);
        }
    }

    /**
     * Whoever withdraws a credential or moves a target means those moves too that are under way.
     */
    private void demandMeans() {
        if (!moves.stands(move, means)) {
            throw new Ended(
                    "its credential or its target is not what it was when it began; 'move resume'"
                            + " goes on with what there is now");
        }
    }

    /** The first name that was begun is done with. */
    private void take() {
        Begun first = begun.removeFirst();
        held -= first.named().versions();
        Ready ready = new Ready(first.named(), result(first));
        if (isRefused(ready.lines())) {
            refused.add(ready);
            if (refused.size() == MOST_REFUSALS) {
                // They are compared again when the move goes on.
                String last = ready.lines().getLast().by();
                refused.clear();
                throw new Ended("everything is refused: " + last);
            }
        } else {
            taken();
            taken(ready);
        }
        if (lines.size() >= PAGE || here.now().isAfter(kept.plus(OFTEN))) {
            keep();
        }
    }

    private static boolean isRefused(List<Line> lines) {
        return !lines.isEmpty()
                && lines.stream()
                        .allMatch(line ->
                                line.fate() == Line.Fate.LEFT
                                        && line.by().startsWith(MoveIn.REFUSED));
    }

    /** Those that were refused, and not everything is. */
    private void taken() {
        refused.forEach(this::taken);
        refused.clear();
    }

    private void taken(Ready ready) {
        Progress.Waiting waited = ready.named().waited();
        List<Line> more = waited == null ? ready.lines() : from(ready.lines(), waited.from());
        lines.addAll(more);
        Optional<Line> first =
                more.stream().filter(line -> line.fate() == Line.Fate.WAITING).findFirst();
        if (first.isPresent()) {
            waiting.add(new Progress.Waiting(ready.named().name(), first.get().from()));
        } else if (waited != null) {
            settled.add(waited.name());
        }
        if (waited == null) {
            after = ready.named().name();
        }
    }

    /** What was reported before it waited is not reported twice. */
    private static List<Line> from(List<Line> lines, String id) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).from().equals(id)) {
                return lines.subList(i, lines.size());
            }
        }
        return lines;
    }

    private static List<Line> result(Begun begun) {
        try {
            return begun.lines().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Ended("interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException own -> throw own;
                case Error own -> throw own;
                case null, default -> throw new IllegalStateException("a name failed", e);
            }
        }
    }

    /** Keeps how far it came. */
    private void keep() {
        store();
        if (!moves.runs(move)) {
            throw new Stopped();
        }
        demandMeans();
    }

    private void keepWhatIsDone(Ended why) {
        if (Thread.currentThread().isInterrupted()) {
            return; // the program ends; what was under way is compared again
        }
        try {
            store();
        } catch (StorageFailure e) {
            why.addSuppressed(e);
        }
    }

    private void store() {
        int from = 0;
        do {
            int to = page(from);
            boolean last = to == lines.size();
            // In the middle of a name with very many versions nothing can be said to be done.
            moves.advance(
                    move,
                    new Progress.Page(
                            last ? after : moves.progress(move).after(),
                            moves.progress(move).settings(),
                            List.copyOf(lines.subList(from, to)),
                            here.now(),
                            last ? List.copyOf(waiting) : List.of(),
                            last ? List.copyOf(settled) : List.of()));
            from = to;
        } while (from < lines.size());
        lines.clear();
        waiting.clear();
        settled.clear();
        kept = here.now();
    }

    private int page(int from) {
        int to = from;
        for (int text = 0; to < lines.size() && to < from + PAGE && text < PAGE_TEXT; to++) {
            Line line = lines.get(to);
            text +=
                    line.name().length()
                            + line.from().length()
                            + line.to().length()
                            + line.by().length();
        }
        return to;
    }

    /** A sentence for what the store says. */
    static String said(StorageFailure e) {
        return switch (e.kind()) {
            case FULL -> "the disk has no room: " + e.getMessage();
            case OVERLOADED -> "the store is busy: " + e.getMessage();
            case FENCED, CORRUPT, FOREIGN, CLOSED -> String.valueOf(e.getMessage());
        };
    }
}
