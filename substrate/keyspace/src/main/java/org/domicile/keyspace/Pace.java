package org.domicile.keyspace;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * When the lane waits for company. A sync costs the processors some tens of microseconds whoever
 * shares it. While far more callers are under way than processors can serve, whoever waits for a
 * sync would wait for a processor otherwise: then a sync begins a millisecond after the one before
 * at the earliest, and what it saves goes to the callers. With fewer nobody waits.
 *
 * <p>PostgreSQL's {@code commit_delay} with {@code commit_siblings} is the same thought.
 */
final class Pace {
    private static final long PERIOD_NANOS = 1_000_000;
    private static final int CROWD = 16 * Runtime.getRuntime().availableProcessors();

    private volatile IntSupplier callers = () -> 0;

    // The lane's own.
    private long began = System.nanoTime() - PERIOD_NANOS;

    void company(IntSupplier underWay) {
        callers = underWay;
    }

    /** A sync begins. */
    void begins() {
        began = System.nanoTime();
    }

    /** Returns when the next sync may begin. */
    void keep() {
        if (callers.getAsInt() < CROWD) {
            return;
        }
        long left = began + PERIOD_NANOS - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(this, left);
            left = began + PERIOD_NANOS - System.nanoTime();
        }
    }
}
