package org.domicile.backup;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.domicile.bytes.Pace;

/** Holds work to so many bytes a second. Owned by one thread. */
public final class Rate {
    private final Pace pace;

    private Rate(long bytesPerSecond) {
        this.pace = new Pace(bytesPerSecond);
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
        if (!pace.spend(bytes)) {
            throw new InterruptedIOException("interrupted");
        }
    }
}
