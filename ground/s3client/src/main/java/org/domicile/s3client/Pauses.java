package org.domicile.s3client;

import java.util.random.RandomGenerator;

/** How long to wait before asking again. */
public interface Pauses {
    /** As many pauses as there are; then the failure stands. */
    int MOST = 6;

    /**
     * Waits.
     *
     * @param attempt how often it was asked, from 1
     */
    void pause(int attempt) throws InterruptedException;

    /**
     * From a quarter of a second to eight, each up to half longer, so that many do not come at
     * once.
     */
    static Pauses growing(RandomGenerator random) {
        return attempt -> {
            long least = 250L << Math.min(attempt - 1, 5);
            Thread.sleep(least + random.nextLong(least / 2));
        };
    }
}
