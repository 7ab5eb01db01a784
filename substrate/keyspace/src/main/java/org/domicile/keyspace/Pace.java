package org.domicile.keyspace;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * When the lane waits for company. A sync costs the processors some hundred microseconds with all
 * that wakes and sleeps around it, whoever shares it. Where the processors are what is scarce, a
 * sync begins a millisecond after the one before at the earliest, and what that saves goes to the
 * callers: while far more of them are under way than processors can serve, who then wait for a
 * processor otherwise, and while so many commit that each millisecond brings several a processor.
 * Else nobody waits.
 *
 * <p>PostgreSQL's {@code commit_delay} with {@code commit_siblings} is the same thought.
 */
final class Pace {
    private static final long PERIOD_NANOS = 1_000_000;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final int CROWD = 16 * PROCESSORS;

    /** Commits in a period, and over how many periods they are smoothed. */
    private static final double MANY = 4.0 * PROCESSORS;

    private static final double SMOOTHED = 16;

    private volatile IntSupplier callers = () -> 0;

    // The lane's own.
    private long began = System.nanoTime() - PERIOD_NANOS;
    private double commits;

    void company(IntSupplier underWay) {
        callers = underWay;
    }

    /** A sync begins. @param shared by how many commits */
    void begins(int shared) {
        long now = System.nanoTime();
        double periods = Math.max(1, now - began) / (double) PERIOD_NANOS;
        commits += (shared / periods - commits) * Math.min(1, periods / SMOOTHED);
        began = now;
    }

    /** Returns when the next sync may begin. */
    void keep() {
        if (commits < MANY && callers.getAsInt() < CROWD) {
            return;
        }
        long left = began + PERIOD_NANOS - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(this, left);
            left = began + PERIOD_NANOS - System.nanoTime();
        }
    }
}
