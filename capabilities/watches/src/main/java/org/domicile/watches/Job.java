package org.domicile.watches;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A watch that was to run. Its own lock guards where it runs and what is kept of it ({@code on},
 * {@code newest}, {@code size}, {@code notBefore}), and is taken before the crew's; the crew's
 * guards the rest.
 */
final class Job {
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
    long lag = -1;
    double rate;
    long toldAt;
    @Nullable Instant checkpoint;
    int exhausted; // times that its worker had no memory any more because of it, as it seems
    boolean held; // is not started with the others now
    @Nullable Child on;
    long newest; // number of the last checkpoint that came from there
    volatile long size; // of the last checkpoint that was kept
    long notBefore = System.nanoTime(); // the next one begins

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
}
