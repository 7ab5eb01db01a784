package org.domicile.launcher;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.domicile.guard.Guard;

/**
 * The program's own work, each job on a virtual thread of its own, so that days of verifying do not
 * hold up compaction. Every turn goes through the guard and is recorded when it did something. A
 * turn that fails is one line in the log and the next turn comes later, as after a turn that found
 * nothing to do.
 */
final class Upkeep implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.upkeep");
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

    /** When a job is due next, knowing when its turn ended and what came of it. */
    interface Rhythm extends Function<Turn, Instant> {}

    /**
     * One turn of a job.
     *
     * @param at when it ended
     * @param handled bytes or things; -1 when it failed
     * @param idle turns before this one that did nothing, one after the other
     */
    record Turn(Instant at, long handled, int idle) {}

    /**
     * @param action its name in records, such as {@code upkeep:Compact}
     * @param first when its first turn is due
     * @param work gives the bytes or things that it handled; it ends early when interrupted
     */
    record Job(String action, Instant first, Rhythm rhythm, LongSupplier work) {}

    /** Again soon while there is work; else doubling from {@code least} to {@code most}. */
    static Rhythm backingOff(Duration busy, Duration least, Duration most) {
        return turn -> {
            if (turn.handled() > 0) {
                return turn.at().plus(busy);
            }
            Duration wait = least.multipliedBy(1L << Math.min(turn.idle(), 20));
            return turn.at().plus(wait.compareTo(most) > 0 ? most : wait);
        };
    }

    private final Guard guard;
    private final InstantSource clock;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private volatile boolean stopping;

    /** Starts nothing yet. */
    Upkeep(Guard guard, InstantSource clock) {
        this.guard = guard;
        this.clock = clock;
    }

    /** Runs a job until this is closed. */
    Upkeep start(Job job) {
        threads.add(Thread.ofVirtual().name(job.action()).start(() -> keepOn(job)));
        return this;
    }

    /**
     * One turn at once, on a thread of its own.
     *
     * @param over what comes behind it, however it ended
     */
    synchronized void now(Job job, Runnable over) {
        if (stopping) {
            over.run();
            return;
        }
        threads.removeIf(thread -> !thread.isAlive());
        threads.add(
                Thread.ofVirtual()
                        .name(job.action())
                        .start(() -> {
                            try {
                                turn(job, 0);
                            } finally {
                                over.run();
                            }
                        }));
    }

    private void keepOn(Job job) {
        Instant due = job.first();
        int idle = 0;
        while (!stopping) {
            Duration wait = Duration.between(clock.instant(), due);
            if (wait.isPositive()) {
                pause(wait);
                continue;
            }
            Turn turn = turn(job, idle);
            idle = turn.handled() > 0 ? 0 : idle + 1;
            due = job.rhythm().apply(turn);
        }
    }

    /** One turn now, on this thread. */
    Turn turn(Job job, int idle) {
        long[] handled = {-1};
        try {
            guard.upkeep(
                    job.action(),
                    () -> {
                        long done = job.work().getAsLong();
                        handled[0] = done;
                        return done;
                    });
        } catch (RuntimeException e) {
            handled[0] = -1;
            if (!stopping) {
                LOG.log(Level.ERROR, job.action() + " failed and is tried again later", e);
            }
        }
        return new Turn(clock.instant(), handled[0], idle);
    }

    /** Not longer than a minute at once: a clock that was set forward is noticed. */
    private static void pause(Duration wait) {
        try {
            Thread.sleep(wait.compareTo(LONGEST_SLEEP) < 0 ? wait : LONGEST_SLEEP);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Interrupts what is under way and waits until it has stopped. */
    @Override
    public void close() {
        synchronized (this) {
            stopping = true;
        }
        threads.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
