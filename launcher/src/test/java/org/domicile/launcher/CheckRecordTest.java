package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.time.Instant;
import org.domicile.launcher.CheckRecord.Look;
import org.junit.jupiter.api.Test;

/** When all that is stored is looked at again. */
class CheckRecordTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");

    /** It was counted from the end once: at a look of three days, each byte came after ten. */
    @Test
    void theNextLookBeginsAWeekAfterTheLastOneBegan() {
        Look last = Look.from(MONDAY).end(MONDAY.plus(Duration.ofDays(3)));
        assertEquals(MONDAY.plus(WEEK), new CheckRecord(last, Look.NONE).due(WEEK));
    }

    @Test
    void oneThatTookLongerThanThatIsFollowedByTheNext() {
        Instant end = MONDAY.plus(Duration.ofDays(9));
        CheckRecord record = new CheckRecord(Look.from(MONDAY).end(end), Look.NONE);
        assertFalse(record.due(WEEK).isAfter(end));
    }

    @Test
    void oneThatIsUnderWayGoesOnAndTheFirstIsDueAtOnce() {
        Look last = Look.from(MONDAY).end(MONDAY);
        Look present = Look.from(MONDAY.plus(WEEK));
        assertFalse(new CheckRecord(last, present).due(WEEK).isAfter(MONDAY));
        assertFalse(CheckRecord.NOTHING.due(WEEK).isAfter(MONDAY));
    }
}
