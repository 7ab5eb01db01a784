package org.domicile.bytes;

import java.util.concurrent.TimeUnit;

/** Holds background work to a rate. Owned by one thread. */
public final class Pace {
    private final long bytesPerSecond;
    private final long start = System.nanoTime();
    private long spent;

    /** From now on, so many bytes a second. */
    public Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Counts the bytes and waits until the rate allows more. False when the thread was interrupted,
     * which stays set: stop then.
     */
    public boolean spend(long bytes) {
        spent += bytes;
        double due = (double) spent / bytesPerSecond * TimeUnit.SECONDS.toNanos(1);
        long ahead = (long) due - (System.nanoTime() - start);
        try {
            if (ahead > 0) {
                TimeUnit.NANOSECONDS.sleep(ahead);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !Thread.currentThread().isInterrupted();
    }
}
