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

/**
 * Names of one move, several at a time, kept in their order: what is kept as done is always all up
 * to a name. Owned by the move's thread; the names' own threads hand back lines.
 */
final class Work {
    private static final int AT_ONCE = 8;
    private static final int AHEAD = 64;

    /** Versions of names that are worked on or wait: they are held in memory. */
    private static final int MOST_VERSIONS = 100_000;

    private static final int PAGE = 1_000;
    private static final Duration OFTEN = Duration.ofSeconds(1);
    private static final int MOST_REFUSALS = 20;

    private final Move move;
    private final MovesAtWork moves;
    private final Supplier<There> connecting;
    private final Here here;
    private final Deque<Begun> begun = new ArrayDeque<>();
    private final List<Line> lines = new ArrayList<>();
    private Instant kept;
    private String after;
    private int refusals;
    private long held;
    private boolean notNow;

    /** A name that is worked on. */
    private record Begun(String name, int versions, Future<List<Line>> lines) {}

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
     */
    record Named(String name, int versions, String newest, long size, Task task) {}

    Work(Move move, MovesAtWork moves, Supplier<There> connecting, Here here, String after) {
        this.move = move;
        this.moves = moves;
        this.connecting = connecting;
        this.here = here;
        this.after = after;
        this.kept = here.now();
    }

    /**
     * Does all names.
     *
     * @return whether something was left that may be carried later
     * @throws Ended when the move cannot go on
     */
    boolean all(Source names) {
        BlockingQueue<There> sides = new LinkedBlockingQueue<>();
        for (int i = 0; i < AT_ONCE; i++) {
            sides.add(connecting.get());
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (Optional<Named> next = names.next(); next.isPresent(); next = names.next()) {
                    Named named = next.get();
                    begun.add(
                            new Begun(
                                    named.name(),
                                    named.versions(),
                                    threads.submit(() -> carried(named, sides))));
                    held += named.versions();
                    while (begun.size() >= AHEAD || held > MOST_VERSIONS) {
                        take();
                    }
                }
                while (!begun.isEmpty()) {
                    take();
                }
                keep();
            } catch (RuntimeException | Error e) {
                threads.shutdownNow();
                throw e;
            }
        } finally {
            sides.forEach(each -> each.remote().close());
        }
        return notNow;
    }

    private static List<Line> carried(Named named, BlockingQueue<There> sides)
            throws InterruptedException {
        There there = sides.take();
        try {
            return named.task().with(there);
        } catch (Refused e) {
            return List.of(Line.left(named.name(), named.newest(), named.size(), refused(e)));
        } finally {
            sides.add(there);
        }
    }

    private static final String REFUSED = "refused: ";

    private static String refused(Refused e) {
        return REFUSED + e.getMessage();
    }

    /** The first name that was begun is done with. */
    private void take() {
        Begun first = begun.removeFirst();
        held -= first.versions();
        List<Line> more = result(first);
        after = first.name();
        lines.addAll(more);
        for (Line line : more) {
            boolean no = line.fate() == Line.Fate.LEFT && line.by().startsWith(REFUSED);
            refusals = no ? refusals + 1 : 0;
            notNow |= MoveIn.mayStillCome(line);
            if (refusals == MOST_REFUSALS) {
                keep();
                throw new Ended("everything is refused: " + line.by());
            }
        }
        if (lines.size() >= PAGE || here.now().isAfter(kept.plus(OFTEN))) {
            keep();
        }
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

    /** Keeps how far it came. @throws Ended when somebody has stopped it */
    private void keep() {
        for (int from = 0; from < lines.size(); from += PAGE) {
            List<Line> page = lines.subList(from, Math.min(lines.size(), from + PAGE));
            boolean last = from + PAGE >= lines.size();
            // In the middle of a name with very many versions nothing can be said to be done.
            moves.advance(
                    move,
                    new Progress.Page(
                            last ? after : moves.progress(move).after(),
                            Progress.Settings.TO_COME,
                            List.copyOf(page),
                            here.now()));
        }
        lines.clear();
        kept = here.now();
        if (!moves.runs(move)) {
            throw new Ended("it was stopped");
        }
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
