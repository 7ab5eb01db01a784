package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the program's own work is done, by a clock of the test's own, and that it is recorded. */
class UpkeepTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Upkeep.Rhythm RHYTHM =
            Upkeep.backingOff(
                    Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofMinutes(10));

    @TempDir Path above;

    @Test
    void itComesBackSoonWhileThereIsWorkAndBacksOffWhileThereIsNone() {
        assertEquals(NOW.plusSeconds(1), RHYTHM.apply(new Upkeep.Turn(NOW, 5, 0)));
        assertEquals(NOW.plusSeconds(10), RHYTHM.apply(new Upkeep.Turn(NOW, 0, 0)));
        assertEquals(NOW.plusSeconds(20), RHYTHM.apply(new Upkeep.Turn(NOW, 0, 1)));
        assertEquals(NOW.plusSeconds(40), RHYTHM.apply(new Upkeep.Turn(NOW, -1, 2)));
        assertEquals(NOW.plusSeconds(600), RHYTHM.apply(new Upkeep.Turn(NOW, 0, 6)));
        assertEquals(NOW.plusSeconds(600), RHYTHM.apply(new Upkeep.Turn(NOW, 0, 1_000_000)));
    }

    @Test
    void aTurnThatDidSomethingOrFailedIsRecordedAndOneThatDidNothingIsNot() throws Exception {
        try (Cloud cloud = new Rig(above).open()) {
            Upkeep upkeep = new Upkeep(cloud.guard(), Clock.fixed(NOW, ZoneOffset.UTC));
            long before = entries(cloud);
            assertEquals(new Upkeep.Turn(NOW, 0, 3), upkeep.turn(job(() -> 0), 3));
            assertEquals(before, entries(cloud));
            assertEquals(new Upkeep.Turn(NOW, 7, 0), upkeep.turn(job(() -> 7), 0));
            assertTrue(entries(cloud) > before);
            long then = entries(cloud);
            Upkeep.Turn failed =
                    upkeep.turn(
                            job(() -> {
                                throw new StorageFailure(
                                        StorageFailure.Kind.CORRUPT, "a broken page");
                            }),
                            0);
            assertEquals(-1, failed.handled());
            assertTrue(entries(cloud) > then);
        }
    }

    /** Six days pass on the test's clock, then two more. */
    @Test
    void aJobRunsWhenItIsDueAndNotBefore() throws Exception {
        try (Cloud cloud = new Rig(above).open()) {
            SetClock clock = new SetClock(NOW);
            CountDownLatch ran = new CountDownLatch(1);
            AtomicInteger runs = new AtomicInteger();
            Upkeep.Job weekly =
                    new Upkeep.Job(
                            "upkeep:Test",
                            NOW.plus(Duration.ofDays(7)),
                            turn -> turn.at().plus(Duration.ofDays(7)),
                            () -> {
                                runs.incrementAndGet();
                                ran.countDown();
                                return 1;
                            });
            try (Upkeep early = new Upkeep(cloud.guard(), clock)) {
                clock.at = NOW.plus(Duration.ofDays(6));
                early.start(weekly);
            }
            assertEquals(0, runs.get());
            try (Upkeep late = new Upkeep(cloud.guard(), clock)) {
                clock.at = NOW.plus(Duration.ofDays(8));
                late.start(weekly);
                assertTrue(ran.await(10, TimeUnit.SECONDS));
            }
            assertEquals(1, runs.get());
        }
    }

    @Test
    void closingInterruptsWhatIsUnderWayAndWaitsForIt() throws Exception {
        try (Cloud cloud = new Rig(above).open()) {
            CountDownLatch working = new CountDownLatch(1);
            AtomicInteger ended = new AtomicInteger();
            Upkeep upkeep = new Upkeep(cloud.guard(), InstantSource.system());
            upkeep.start(
                    job(() -> {
                        working.countDown();
                        try {
                            new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        ended.incrementAndGet();
                        return 0;
                    }));
            assertTrue(working.await(10, TimeUnit.SECONDS));
            upkeep.close();
            assertEquals(1, ended.get());
        }
    }

    private static Upkeep.Job job(java.util.function.LongSupplier work) {
        return new Upkeep.Job("upkeep:Test", Instant.EPOCH, RHYTHM, work);
    }

    private static long entries(Cloud cloud) {
        return cloud.instruments().status().figures().getOrDefault("ledger.entries", 0L);
    }

    /** A clock that stands where it is set. */
    private static final class SetClock implements InstantSource {
        private volatile Instant at;

        SetClock(Instant at) {
            this.at = at;
        }

        @Override
        public Instant instant() {
            return at;
        }
    }
}
