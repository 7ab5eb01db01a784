package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;

/**
 * After work that failed it is not tried again for a while, which is twice as long each time: a try
 * is on record, and may seal as much as a data file.
 */
final class LivePause {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private Instant until = Instant.MIN;
    private Duration next = FIRST;

    /** A moment that goes on though the clock was put to another time, or stands. */
    static Instant tick() {
        return Instant.EPOCH.plusNanos(System.nanoTime());
    }

    boolean isOver(Instant now) {
        return !now.isBefore(until);
    }

    void failed(Instant now) {
        until = now.plus(next);
        Duration longer = next.multipliedBy(2);
        next = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
    }

    void done() {
        until = Instant.MIN;
        next = FIRST;
    }
}
