package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo of tides: what it predicts, and what it leaves on a server. */
@Timeout(120)
final class TidesTest {
    @TempDir private Path folder;

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

    @Test
    void readingsAreRowsAndEverythingGoesAgain() throws Exception {
        Rig rig = new Rig(folder);
        try (Cloud _ = rig.open("kafka.listen=127.0.0.1:0", "sql.warm=0")) {
            Rig.Ran wrong = rig.run("demo", "tides", "--stations", "34");
            assertTrue(wrong.code() == 2 && wrong.err().contains("from 1 to 33"), wrong::err);
            Rig.Ran ran = demo(rig, "7200");
            assertTrue(ran.out().contains("Look further:"), ran::out);
            assertTrue(ran.out().contains("demo tides --remove"), ran::out);
            // 2 hours of event time with its first moment, and 1 that goes on where those ended
            Rig.Ran more = demo(rig, "3600");
            assertTrue(more.out().contains("33 readings of 3 stations"), more::out);
            List<Json.Row> rows = levels(rig);
            assertEquals(3, rows.size());
            assertEquals(32, rows.getFirst().number("readings"));
            assertEquals(32, rows.getFirst().number("moments"));
            assertEquals("186", rows.getFirst().text("minutes"));
            assertTrue(
                    rig.run("uses", "--bucket", "streams", "--last", "10m")
                            .out()
                            .contains("streams/tides.levels"));
            theWatchRaisesAlerts(rig);
            Rig.Ran removed = rig.run("demo", "tides", "--remove");
            assertTrue(removed.out().contains("the watch high_tide has stopped"), removed::out);
            assertTrue(
                    removed.out().contains("the stream tides.levels is gone")
                            && removed.out().contains("the table tides.levels is gone"),
                    () -> removed.out() + removed.err());
            assertTrue(rig.run("stream", "list").out().contains("no streams"));
            // what is there under these names by somebody else is left alone
            assertEquals(0, rig.run("stream", "create", "tides.levels").code());
            Rig.Ran taken = rig.run("demo", "tides", "--no-watch", "--for", "1s");
            assertTrue(taken.err().contains("that the demo did not make"), taken::err);
            assertTrue(
                    rig.run("demo", "tides", "--remove")
                            .out()
                            .contains("there are no readings of the demo"));
        }
    }

    /** At a spring tide with a near moon: the demo goes on where the last reading was. */
    private void theWatchRaisesAlerts(Rig rig) throws Exception {
        Path reading = folder.resolve("reading.ndjson");
        Files.writeString(
                reading,
                "{\"station\":\"9414290\",\"name\":\"San Francisco\",\"level\":1.0,"
                        + "\"at\":\"2024-10-17T00:00:00Z\",\"mean_high_water\":1.8}\n");
        Rig.Ran published = rig.run("stream", "publish", "tides.levels", reading.toString());
        assertEquals(0, published.code(), published.err());
        Rig.Ran ran =
                rig.run(
                        "demo",
                        "tides",
                        "--stations",
                        "3",
                        "--speed",
                        "36000",
                        "--for",
                        "3s",
                        "--json");
        assertEquals(0, ran.code(), ran.out() + ran.err());
        Json.Row end = ran.rows().getLast();
        assertEquals("true", end.text("watched"), ran::out);
        assertTrue(end.number("alerts") > 0, ran::out);
        Json.Row alert =
                ran.rows().stream()
                        .filter(each -> each.text("event").equals("alert"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(alert.text("before").startsWith("2024-10-1"), alert::line);
        assertTrue(Double.parseDouble(alert.text("above_mean_high_water")) >= 0.1, alert::line);
    }

    private static Rig.Ran demo(Rig rig, String speed) {
        Rig.Ran ran =
                rig.run(
                        "demo",
                        "tides",
                        "--stations",
                        "3",
                        "--speed",
                        speed,
                        "--for",
                        "1s",
                        "--no-watch");
        assertEquals(0, ran.code(), ran.out() + ran.err());
        return ran;
    }

    private static List<Json.Row> levels(Rig rig) throws Exception {
        Rig.Ran ran =
                rig.run(
                        "sql",
                        "--json",
                        "select name, count(*) as readings, count(distinct \"at\") as moments,"
                                + " date_diff('minute', min(\"at\"), max(\"at\")) as minutes"
                                + " from tides.levels group by 1 order by 1");
        assertEquals(0, ran.code(), ran.err());
        return ran.rows();
    }
}
