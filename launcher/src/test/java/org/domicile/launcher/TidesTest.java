package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The demo of tides: what it predicts. What it leaves on a server, {@link TidesDemo} shows. */
final class TidesTest {
    /**
     * Levels that another program computes of the same constituents ({@code @neaps/tide-predictor}
     * 0.11.0, run on 2026-11-30; it looks at each tenth minute).
     */
    @Test
    void levelsAreThoseOfAnotherProgram() {
        Map<String, List<Double>> others =
                Map.of(
                        "9414290", List.of(1.524, -0.052, 1.289, 1.043, 0.106),
                        "8443970", List.of(0.794, 2.254, 2.032, 2.395, 2.180),
                        "8771450", List.of(0.210, 0.397, 0.213, 0.418, 0.117),
                        "1612340", List.of(0.094, 0.226, 0.143, 0.019, 0.330));
        List<String> moments =
                List.of(
                        "2026-11-30T00:00:00Z",
                        "2026-11-30T06:30:00Z",
                        "2027-05-14T13:10:00Z",
                        "2019-08-01T18:00:00Z",
                        "2035-02-11T03:50:00Z");
        others.forEach((id, levels) -> {
            for (int i = 0; i < moments.size(); i++) {
                assertEquals(
                        levels.get(i),
                        station(id).level(Tide.at(Instant.parse(moments.get(i)))),
                        0.03,
                        id + " at " + moments.get(i));
            }
        });
        for (TideStation station : TideStation.all()) {
            double level = station.level(Tide.at(Instant.parse(moments.getFirst())));
            assertTrue(Math.abs(level - station.sea()) < 6, station.name());
        }
        assertTrue(TideStation.notice().contains("public domain"));
    }

    private static TideStation station(String id) {
        return TideStation.all().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** What NOAA measured and published of years is what comes out on average. */
    @Test
    void meanHighWaterIsTheMeanOfHighWaters() {
        for (String id : List.of("9414290", "8443970", "9447130")) {
            TideStation station = station(id);
            // in the middle of the years that the datum is of, and of a turn of the moon's node
            Instant at = Instant.parse("1992-01-01T00:00:00Z");
            double before = 0;
            double here = 0;
            double sum = 0;
            int count = 0;
            for (int i = 0; i < 366 * 240; i++) {
                double next = station.level(Tide.at(at));
                if (i > 1 && here > before && here >= next) {
                    sum += here;
                    count++;
                }
                before = here;
                here = next;
                at = at.plus(TidesPlace.BETWEEN);
            }
            assertEquals(station.high(), sum / count, 0.05, station.name());
            assertEquals(705, count, 20, station.name());
        }
    }
}
