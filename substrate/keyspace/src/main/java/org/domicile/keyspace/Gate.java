package org.domicile.keyspace;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;

/**
 * Keeps native memory alive while somebody is inside: a call into a closed database kills the
 * process, so every call enters first, and {@link #close} waits until all have left.
 *
 * <p>Those inside are counted on stripes far apart in memory, because each read of each thread
 * passes here. Whoever enters leaves by the same stripe; so once {@code closed} is set, a stripe
 * that reads zero stays without anybody who would go on.
 */
final class Gate {
    private static final int STRIPES = 16;
    private static final int APART = 32;
    private static final long LOOK_AGAIN_NANOS = 100_000;

    private final AtomicIntegerArray inside = new AtomicIntegerArray(STRIPES * APART);
    private volatile boolean closed;

    /** Enters; hand the answer to {@link #leave}. */
    int enter() {
        int stripe = ((int) Thread.currentThread().threadId() & (STRIPES - 1)) * APART;
        inside.incrementAndGet(stripe);
        if (closed) {
            inside.decrementAndGet(stripe);
            throw closedFailure();
        }
        return stripe;
    }

    void leave(int stripe) {
        inside.decrementAndGet(stripe);
    }

    /** True for the first caller, who then is alone for ever. */
    synchronized boolean close() {
        if (closed) {
            return false;
        }
        closed = true;
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            while (inside.get(stripe * APART) != 0) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        }
        return true;
    }

    static StorageFailure closedFailure() {
        return new StorageFailure(StorageFailure.Kind.CLOSED, "the keyspace is closed");
    }
}
