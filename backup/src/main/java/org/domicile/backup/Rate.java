package org.domicile.backup;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/** Holds work to so many bytes a second. Owned by one thread. */
public final class Rate {
    private final long bytesPerSecond;
    private final long start = System.nanoTime();
    private long spent;

    private Rate(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** As fast as the disks are. */
    public static Rate unbounded() {
        return new Rate(Long.MAX_VALUE);
    }

    /** At most so many, at least one. */
    public static Rate of(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("a rate of " + bytesPerSecond + " moves nothing");
        }
        return new Rate(bytesPerSecond);
    }

    /**
     * Counts the bytes and waits until the rate allows more.
     *
     * @throws InterruptedIOException when the thread was interrupted
     */
    void spend(long bytes) throws IOException {
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
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }
}
