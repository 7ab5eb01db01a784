package org.domicile.bytes;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Memory that many requests share: whoever wants to hold bytes takes them first and gives them back
 * when done, so that a crowd waits, or is turned away, and never exhausts the heap. Counts in steps
 * of a KiB. Safe for concurrent use.
 */
public final class Budget {
    private final int most;
    private final Semaphore left;

    /** A budget of {@code bytes}, at least 1 MiB. */
    public Budget(long bytes) {
        most = (int) Math.clamp(bytes >> 10, 1 << 10, Integer.MAX_VALUE);
        left = new Semaphore(most);
    }

    /** A part of the Java heap: {@code ofHeap(4)} is a quarter. */
    public static Budget ofHeap(int part) {
        return new Budget(Runtime.getRuntime().maxMemory() / part);
    }

    /** Takes without waiting; false when so much is not left. */
    public boolean tryTake(long bytes) {
        return left.tryAcquire(steps(bytes));
    }

    /**
     * Takes, and waits for it at most as long as {@code patience}.
     *
     * @throws StorageFailure OVERLOADED when so much has not come back in time
     */
    public void take(long bytes, Duration patience) {
        boolean taken = false;
        try {
            taken = left.tryAcquire(steps(bytes), patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!taken) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    "too many large bodies are under way for the memory there is; try again in a"
                            + " moment");
        }
    }

    /** Gives back what was taken. */
    public void give(long bytes) {
        left.release(steps(bytes));
    }

    /** More than there is at all counts as all of it. */
    private int steps(long bytes) {
        return (int) Math.clamp((bytes + 1023) >> 10, 0, most);
    }
}
