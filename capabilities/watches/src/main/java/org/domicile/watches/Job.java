package org.domicile.watches;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A watch that was to run. Its own lock guards where it runs and what is kept of it ({@code on},
 * {@code newest}, {@code size}, {@code notBefore}, {@code quietUntil}, {@code given}), and is taken
 * before the crew's; the crew's guards the rest.
 */
final class Job {
    /**
     * A byte of rows that a worker was given takes as much of its heap as so many of a checkpoint:
     * a row of 40 bytes is some 800 there, with its texts, key and entry, so 20 times as much; a
     * key with its state, 80 bytes of a checkpoint, is some 300, so 4 times.
     */
    private static final int ROWS = 2;

    final Watch watch;
    final List<WatchEngine.Readable> streams;
    final WatchEngine.Login login;
    final WatchEngine.Kept kept;
    final WatchEngine.Contents contents;
    WatchEngine.State state = WatchEngine.State.STARTING;
    String error = "";
    long in;
    long out;
    long passed;
    long missed;
    long missedThere; // of those, since its job began where it runs
    long lag = -1;
    double rate;
    long toldAt;
    @Nullable Instant checkpoint;
    int exhausted; // times that its worker had no memory any more because of it, as it seems
    boolean held; // is not started with the others now
    volatile @Nullable Object on; // a worker, by its identity; set under the lock
    long newest; // number of the last checkpoint that came from there
    volatile long size; // of the last checkpoint that was kept
    long notBefore = System.nanoTime(); // the next one begins
    long quietUntil = System.nanoTime(); // one that is not kept is not logged

    private final Map<String, Long> given = new HashMap<>(); // bytes of tables, there
    private volatile long rows; // of those, all together

    Job(
            Watch watch,
            List<WatchEngine.Readable> streams,
            WatchEngine.Login login,
            WatchEngine.Kept kept,
            WatchEngine.Contents contents) {
        this.watch = watch;
        this.streams = List.copyOf(streams);
        this.login = login;
        this.kept = kept;
        this.contents = contents;
    }

    boolean runs(Object worker) {
        return on == worker;
    }

    /** It starts there: from here on nothing is kept that comes from where it ran before. */
    synchronized void starts(Object worker) {
        on = worker;
        newest = 0;
        notBefore = System.nanoTime(); // what another worker did it does not answer for
        given.clear();
        rows = 0;
    }

    /** It is given so many bytes of a table, in the place of those that it was given before. */
    synchronized void gave(Object worker, String table, long bytes) {
        if (on == worker) {
            given.merge(table, bytes, Math::max);
            rows = given.values().stream().mapToLong(each -> each).sum();
        }
    }

    /** Bytes of tables that it was given where it runs. */
    long rows() {
        return rows;
    }

    /** What it seems to have held where it ran, to compare watches with each other. */
    long holds() {
        return size + ROWS * rows;
    }
}
