package org.domicile.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.util.clock.ManualClock;
import org.junit.jupiter.api.Test;

/**
 * When a part of a stream is given up. Found by {@code proof watches}: on a machine that was busy,
 * one part of a stream was read for five seconds before another, which counted as one in which
 * nothing comes; its records were late then, and nearly half of the sums were lost.
 */
final class PatienceTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong answers = new AtomicLong(-1);

    private final Patience patience = new Patience(clock, waiting::get, answers::get);

    private long millisAfter(long milliseconds) {
        clock.advanceTime(Duration.ofMillis(milliseconds));
        return patience.relativeTimeMillis();
    }

    @Test
    void timeCountsWhereNothingWaits() {
        patience.given();
        assertEquals(200, millisAfter(200));
        assertEquals(1_100, millisAfter(900));
    }

    @Test
    void timeInWhichRecordsWaitCountsLittle() {
        patience.given();
        waiting.set(7);
        assertEquals(50, millisAfter(600));
        waiting.set(-1); // as long as nobody knows
        assertEquals(100, millisAfter(600));
        waiting.set(0);
        assertEquals(700, millisAfter(600));
    }

    /** Another part was read to its end, and what waits in this one nobody has seen yet. */
    @Test
    void aPartThatGaveNothingYetHasTime() {
        waiting.set(7);
        assertEquals(50, millisAfter(600));
        waiting.set(0);
        for (int i = 1; i <= 10; i++) {
            assertEquals(50, millisAfter(1_000) - i * 1_000 / 12, 1);
        }
        long before = millisAfter(0);
        assertEquals(before + 900, millisAfter(900), "it is taken for one that is empty");
    }

    /** Whatever it has would have come with one of them. */
    @Test
    void anEmptyPartIsKnownByWhatTheLogAnswers() {
        answers.set(40);
        waiting.set(7);
        millisAfter(600);
        answers.set(60); // with records of others: says nothing of this one
        waiting.set(0);
        long before = millisAfter(600);
        answers.set(62);
        assertEquals(before + 50, millisAfter(600));
        waiting.set(1); // something came
        before = millisAfter(600);
        waiting.set(0);
        answers.set(70);
        assertEquals(before + 50, millisAfter(600));
        answers.set(73);
        before = millisAfter(600);
        assertEquals(before + 600, millisAfter(600), "it is empty");
    }

    @Test
    void aStandstillIsNoTimeInWhichNothingCame() {
        patience.given();
        assertEquals(1_000, millisAfter(60_000));
        assertEquals(1_100, millisAfter(100));
    }
}
