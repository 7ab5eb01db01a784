package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What time it is for locks, whatever the system says. */
class SteadyClockTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private Instant system = NOON;

    private SteadyClock clock(Optional<Instant> mark, SteadyClock.Jump jump) {
        return new SteadyClock(() -> system, mark, jump);
    }

    @Test
    void itFollowsAndNeverRunsBackwards() {
        SteadyClock clock = clock(Optional.empty(), SteadyClock.Jump.REFUSE);
        assertEquals(NOON, clock.instant());
        system = NOON.plus(Duration.ofHours(24));
        assertEquals(system, clock.instant());
        Instant latest = system;
        system = NOON.minus(Duration.ofDays(900));
        assertEquals(latest, clock.instant());
        assertEquals(Optional.empty(), clock.doubted());
        system = latest.plusSeconds(1);
        assertEquals(system, clock.instant());
    }

    @Test
    void itStandsStillBeforeAJumpUntilTheClockIsRightAgain() {
        SteadyClock clock = clock(Optional.empty(), SteadyClock.Jump.REFUSE);
        system = NOON.plus(Duration.ofDays(3650));
        assertEquals(NOON, clock.instant());
        assertEquals(Optional.of(Duration.ofDays(3650)), clock.doubted());
        system = NOON.plusSeconds(60);
        assertEquals(system, clock.instant());
        assertEquals(Optional.empty(), clock.doubted());
    }

    @Test
    void aJumpOverARestartIsAcceptedByWhoSaysSo() {
        Optional<Instant> mark = Optional.of(NOON);
        system = NOON.plus(Duration.ofDays(2));
        assertEquals(NOON, clock(mark, SteadyClock.Jump.REFUSE).instant());
        assertEquals(system, clock(mark, SteadyClock.Jump.ACCEPT).instant());
        system = NOON.minus(Duration.ofDays(2));
        assertEquals(NOON, clock(mark, SteadyClock.Jump.ACCEPT).instant(), "never backwards");
    }
}
