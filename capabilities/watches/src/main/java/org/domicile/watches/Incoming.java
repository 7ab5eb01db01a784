package org.domicile.watches;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints that come from one worker, of each watch one at a time, written as they come. What a
 * worker may be is another's by now, so what it sends is bounded: one that is too large, that comes
 * too soon after the one before, or from where its watch does not run any more, is read and let go,
 * and so is one that takes too long. What was written and not kept counts as what was. Owned by the
 * thread that listens to the worker.
 */
final class Incoming implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.watches");

    /** A worker gives one up after as long. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** One that is not kept is let come again after so many times what it took. */
    private static final int REST = 3;

    /** Between two times that it is logged of a watch. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    private static final String FULL =
            "there is no room for it on the disk, or within a quota of the organisation";

    private static final String UNWRITTEN = "the server could not write it, and its log says why";

    private final Object worker;
    private final EngineOptions options;
    private final Function<String, @Nullable Job> jobs;
    private final Map<String, Coming> coming = new HashMap<>(); // by ids of watches that run

    /**
     * @param worker it, by its identity
     * @param jobs watches that are to run, by id
     */
    Incoming(Object worker, EngineOptions options, Function<String, @Nullable Job> jobs) {
        this.worker = worker;
        this.options = options;
        this.jobs = jobs;
    }

    /** One of a watch. */
    private final class Coming {
        private final Job job;
        private final long number;
        private final long begun = System.nanoTime();
        private WatchEngine.@Nullable Keeping keeping;
        private long size;
        private String why = "";

        Coming(Job job, long number) {
            this.job = job;
            this.number = number;
        }

        void refuse(String sentence) {
            why = sentence;
            giveUp(REST);
        }

        /** The rest is read and let go; the next one comes after a while, as after one that is. */
        void giveUp(int times) {
            if (keeping != null) {
                rest(times);
                close();
            }
        }

        private void close() {
            WatchEngine.Keeping now = keeping;
            keeping = null;
            if (now == null) {
                return;
            }
            try {
                now.close();
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "what came of a checkpoint may stay until the next start",
                        e);
            }
        }

        /** A worker that sends them in a loop has the disk for a part of the time. */
        void rest(int times) {
            long end = System.nanoTime();
            synchronized (job) {
                if (job.on == worker) {
                    job.notBefore =
                            end
                                    + Math.max(
                                            options.pace().dividedBy(2).toNanos(),
                                            times * (end - begun));
                }
            }
        }
    }

    /** A piece of one has come. */
    void piece(String id, long number, byte[] bytes) {
        Coming now = coming.get(id);
        if (now != null && number < now.number) {
            return; // the rest of one before it
        }
        if (now == null || now.number != number) {
            drop(id);
            now = begun(id, number);
            if (now == null) {
                return;
            }
            coming.put(id, now);
        }
        now.size += bytes.length;
        if (now.size > options.state()) {
            now.refuse(Wire.tooLarge(options.state()));
        }
        WatchEngine.Keeping keeping = now.keeping;
        if (keeping != null) {
            attempt(now, () -> keeping.write(bytes));
        }
    }

    private @Nullable Coming begun(String id, long number) {
        Job job = jobs.apply(id);
        if (job == null) {
            return null; // it was stopped
        }
        Coming fresh = new Coming(job, number);
        synchronized (job) {
            if (job.on != worker || number <= job.newest) {
                fresh.why = "it comes from where the watch does not run any more";
            } else if (System.nanoTime() - job.notBefore < 0) {
                fresh.why = "it comes too soon after the one before";
            }
        }
        if (fresh.why.isEmpty()) {
            attempt(fresh, () -> fresh.keeping = job.kept.begin());
        }
        return fresh;
    }

    /**
     * One is whole.
     *
     * @return why it is not kept; empty when it is
     */
    String whole(String id, long number, long length) {
        Coming now = coming.get(id);
        if (now != null && number < now.number) {
            return "a later one comes already";
        }
        if (now == null || now.number != number) {
            drop(id);
            return "its watch was stopped";
        }
        coming.remove(id);
        try {
            if (now.size != length && now.why.isEmpty()) {
                now.refuse("a part of it is missing");
            }
            WatchEngine.Keeping keeping = now.keeping;
            if (keeping != null) {
                keep(now, keeping);
            }
            return now.why;
        } finally {
            now.giveUp(1);
        }
    }

    private void keep(Coming now, WatchEngine.Keeping keeping) {
        Job job = now.job;
        synchronized (job) { // so that nothing is kept from where it ran before
            if (job.on != worker || now.number <= job.newest) {
                now.refuse("it comes from where the watch does not run any more");
                return;
            }
            attempt(now, keeping::keep);
            if (now.why.isEmpty()) {
                job.newest = now.number;
                job.size = now.size;
                now.rest(1);
                now.close();
            }
        }
    }

    /** Whatever goes wrong ends this one, and nothing else. */
    private static void attempt(Coming now, Runnable act) {
        try {
            act.run();
        } catch (StorageFailure e) {
            complain(now.job, e);
            now.refuse(
                    switch (e.kind()) {
                        case FULL -> FULL;
                        case FENCED, CORRUPT, FOREIGN, OVERLOADED, CLOSED -> UNWRITTEN;
                    });
        } catch (RuntimeException e) {
            complain(now.job, e);
            now.refuse(UNWRITTEN);
        }
    }

    private static void complain(Job job, RuntimeException e) {
        synchronized (job) {
            if (System.nanoTime() - job.quietUntil < 0) {
                return; // the log has it already, and the watch says it, too
            }
            job.quietUntil = System.nanoTime() + QUIET.toNanos();
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "a checkpoint of the watch " + job.watch.name() + " was not kept",
                e);
    }

    /** Ends those that take too long; asked whenever the worker says something. */
    void late() {
        for (Coming each : coming.values()) {
            if (each.why.isEmpty() && System.nanoTime() - each.begun > LONGEST.toNanos()) {
                each.refuse("it took longer than " + LONGEST.toMinutes() + " minutes");
            }
        }
    }

    private void drop(String id) {
        Coming before = coming.remove(id);
        if (before != null) {
            before.giveUp(1);
        }
    }

    /** Gives up those that are not whole: their worker has ended. */
    @Override
    public void close() {
        coming.values().forEach(each -> each.giveUp(1));
        coming.clear();
    }
}
