package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How often work is tried that fails. */
final class LivePauseTest {
    @Test
    void aDayOfFailuresIsTriedOnceAMinute() {
        LivePause pause = new LivePause();
        Instant begin = Instant.EPOCH;
        int tries = 0;
        for (Instant now = begin;
                now.isBefore(begin.plus(Duration.ofDays(1)));
                now = now.plusMillis(500)) {
            if (pause.isOver(now)) {
                tries++;
                pause.failed(now);
            }
        }
        assertTrue(tries < 24 * 60 + 10, "tries: " + tries);
        assertTrue(tries > 24 * 60 - 10, "tries: " + tries);
    }

    @Test
    void whatWorksIsNotWaitedFor() {
        LivePause pause = new LivePause();
        Instant now = Instant.EPOCH;
        assertTrue(pause.isOver(now));
        pause.failed(now);
        assertFalse(pause.isOver(now));
        pause.done();
        assertTrue(pause.isOver(now));
    }
}
