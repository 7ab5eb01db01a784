package org.domicile.moving;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.guard.MovesAtWork;
import org.domicile.guard.Refused;
import org.domicile.guard.Unopenable;
import org.domicile.moves.Move;
import org.domicile.moves.Progress;
import org.domicile.outbound.Outbound;
import org.domicile.s3client.Pauses;
import org.domicile.s3client.RemoteBucket;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.S3Signature;
import org.jspecify.annotations.Nullable;

/** Carries out what moves. See the package's page. */
public final class Mover implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.moving");
    private static final int MOST = 4;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

    private final MovesAtWork moves;
    private final Guard guard;
    private final Outbound outbound;
    private final Documents documents;
    private final String home;
    private final InstantSource clock;
    private final Pauses pauses;
    private final Map<String, Thread> working = new HashMap<>(); // of the watching thread alone
    private final Thread watching;
    private volatile boolean stopping;

    private Mover(
            MovesAtWork moves,
            Guard guard,
            Outbound outbound,
            Documents documents,
            String home,
            InstantSource clock,
            RandomGenerator random) {
        this.moves = moves;
        this.guard = guard;
        this.outbound = outbound;
        this.documents = documents;
        this.home = home;
        this.clock = clock;
        this.pauses = Pauses.growing(random);
        this.watching = Thread.ofVirtual().name("moves").unstarted(this::watch);
    }

    /**
     * Goes on with what was under way, and takes up what comes, until it is closed.
     *
     * @param home the zone where data lie here
     */
    public static Mover open(
            MovesAtWork moves,
            Guard guard,
            Outbound outbound,
            Documents documents,
            String home,
            InstantSource clock,
            RandomGenerator random) {
        Mover mover = new Mover(moves, guard, outbound, documents, home, clock, random);
        mover.watching.start();
        return mover;
    }

    private void watch() {
        try {
            while (!stopping) {
                boolean any = false;
                try {
                    any = take();
                } catch (StorageFailure e) {
                    if (e.kind() != StorageFailure.Kind.OVERLOADED) {
                        throw e;
                    }
                    any = true; // it is looked at again
                }
                // A thread that ends tells nobody, and there may be one that waits for its place.
                moves.await(any ? SHORTEST_WAIT : LONGEST_WAIT);
            }
        } catch (InterruptedException e) {
            // closing
        } catch (StorageFailure e) {
            LOG.log(System.Logger.Level.ERROR, "moves are not taken up any more", e);
        } finally {
            end(List.copyOf(working.values()));
        }
    }

    /** Takes up what there is. @return whether there is any */
    private boolean take() {
        working.values().removeIf(each -> !each.isAlive());
        List<Move> running = moves.running();
        for (Move move : running) {
            if (working.size() < MOST && !working.containsKey(move.id())) {
                working.put(
                        move.id(),
                        Thread.ofVirtual().name("move-" + move.id()).start(() -> work(move)));
            }
        }
        return !running.isEmpty();
    }

    private static void end(List<Thread> threads) {
        threads.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread each : threads) {
            boolean ended = false;
            while (!ended) {
                try {
                    each.join();
                    ended = true;
                } catch (InterruptedException e) {
                    interrupted = true; // it ends soon, and may not outlive what it works with
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(Move move) {
        try {
            done(move);
        } catch (Stopped e) {
            // whoever did it has said so
        } catch (Ended | Administration.Impossible | Refused | Unopenable e) {
            ended(move, String.valueOf(e.getMessage()));
        } catch (RemoteFailure e) {
            ended(move, "the other side: " + e.said());
        } catch (StorageFailure e) {
            ended(move, Work.said(e));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the move " + move.id() + " failed", e);
            ended(move, "a bug: " + e + "; the server's log says more");
        }
    }

    private void ended(Move move, String why) {
        if (stopping) {
            return; // it goes on when the program runs again
        }
        try {
            moves.end(move, Move.State.FAILED, why);
        } catch (StorageFailure e) {
            LOG.log(System.Logger.Level.ERROR, "the move " + move.id() + " ended: " + why, e);
        }
    }

    private void done(Move move) throws RemoteFailure {
        MovesAtWork.Means means = moves.means(move);
        boolean in = move.direction() == Move.Direction.IN;
        Here here = new Here(guard, move, means, in ? home : means.zone(), clock);
        Surroundings surroundings = new Surroundings(here, documents, move.settings());
        There there = there(move, means);
        try (Way way =
                in
                        ? new Inward(here, there, surroundings, pauses)
                        : new Outward(
                                here,
                                there,
                                surroundings,
                                pauses,
                                new Unfinished(moves, move),
                                move.region())) {
            way.prepare();
            names(move, means, way, here);
            if (moves.progress(move).settings() == Progress.Settings.TO_COME) {
                moves.advance(
                        move,
                        new Progress.Page(
                                moves.progress(move).after(),
                                Progress.Settings.DONE,
                                way.surroundings(),
                                here.now()));
            }
            List<Progress.Waiting> waiting = moves.waiting(move, "", 1);
            if (!waiting.isEmpty()) {
                throw new Ended(
                        "some versions could not be carried now, such as of "
                                + waiting.getFirst().name()
                                + "; 'move resume' tries them again");
            }
            long left = moves.progress(move).left();
            moves.end(
                    move,
                    Move.State.DONE,
                    left == 0
                            ? "everything was carried"
                            : "%,d things could not be carried; 'move report' names them"
                                    .formatted(left));
        } finally {
            there.remote().close();
        }
    }

    /** All names in their order, and then those once more that could not be carried. */
    private void names(Move move, MovesAtWork.Means means, Way way, Here here) {
        String after = moves.progress(move).after();
        boolean in = move.direction() == Move.Direction.IN;
        Thread counting =
                Thread.ofVirtual()
                        .name("count-" + move.id())
                        .start(() -> count(move, in ? there(move, means) : null, here));
        try {
            Work work = new Work(move, moves, means, () -> there(move, means), here, after);
            work.all(way.names(after));
            work.all(work.again(way));
        } finally {
            end(List.of(counting));
        }
    }

    /** Only so that who watches sees how much there is: nothing depends on it. */
    private void count(Move move, @Nullable There there, Here here) {
        try {
            Names.Count count = there == null ? here.count() : there.count();
            if (!Thread.currentThread().isInterrupted()) {
                moves.counted(move, count.versions(), count.bytes());
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "what moves is not counted", e);
        } finally {
            if (there != null) {
                there.remote().close();
            }
        }
    }

    private There there(Move move, MovesAtWork.Means means) {
        String[] pair = new String(means.secret(), StandardCharsets.UTF_8).split("\n", 2);
        if (pair.length != 2) {
            throw new IllegalStateException("the secret of a move is two lines");
        }
        return new There(
                new RemoteBucket(
                        outbound.link(means.site()),
                        move.remote(),
                        new S3Signature(pair[0], pair[1], move.region()),
                        clock,
                        pauses));
    }

    /** Stops after the versions that are under way, or in their middle; nothing half done stays. */
    @Override
    public void close() {
        stopping = true;
        watching.interrupt();
        end(List.of(watching));
    }
}
