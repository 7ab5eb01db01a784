package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How long a disk lasts. */
class DiskForecastTest {
    private static final long GIB = 1L << 30;
    private final Instant start = Instant.parse("2026-11-24T00:00:00Z");

    @Test
    void aDiskThatFillsLastsAsLongAsItsRateSays() {
        DiskForecast forecast = new DiskForecast();
        assertTrue(forecast.days(start, 100 * GIB, GIB).isEmpty());
        assertTrue(forecast.sample(start, 100 * GIB));
        assertFalse(forecast.sample(start.plusSeconds(60), 99 * GIB), "one an hour");
        assertTrue(forecast.days(start.plusSeconds(60), 99 * GIB, GIB).isEmpty(), "too early");
        Instant later = start.plus(Duration.ofHours(12));
        assertTrue(forecast.sample(later, 98 * GIB));
        // 2 GiB in half a day, 97 GiB above the reserve
        assertEquals(24.25, forecast.days(later, 98 * GIB, GIB).orElseThrow(), 1e-9);
        DiskForecast kept = DiskForecast.decode(forecast.encode());
        assertEquals(24.25, kept.days(later, 98 * GIB, GIB).orElseThrow(), 1e-9);
        assertEquals(0, forecast.days(later, GIB / 2, GIB).orElseThrow());
        assertTrue(forecast.days(later, 101 * GIB, GIB).isEmpty(), "it does not fill");
    }

    @Test
    void onlyTheLastWeekCounts() {
        DiskForecast forecast = new DiskForecast();
        for (int hour = 0; hour < 24 * 30; hour++) {
            // a day of much, then little
            long taken = hour < 24 ? hour * GIB : 24 * GIB + (hour - 24) * (GIB / 240);
            assertTrue(forecast.sample(start.plus(Duration.ofHours(hour)), 500 * GIB - taken));
        }
        assertTrue(forecast.encode().length <= 16 * (24 * 7 + 2));
        Instant end = start.plus(Duration.ofHours(24 * 30 - 1));
        long usable = 500 * GIB - 24 * GIB - (24 * 29 - 1) * (GIB / 240);
        assertEquals(
                (double) usable / (GIB / 10.0), forecast.days(end, usable, 0).orElseThrow(), 50);
    }
}
