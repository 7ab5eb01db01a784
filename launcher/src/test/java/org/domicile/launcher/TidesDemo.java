package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the demo of tides leaves on a server, and that it goes again. {@link WatchCommandsTest} has
 * it in its server: a worker of its own would take longer to start than all of this.
 *
 * @param folder for what is published
 */
record TidesDemo(Rig rig, Path folder) {
    void readingsAreRowsAndEverythingGoesAgain() throws IOException {
        Rig.Ran wrong = rig.run("demo", "tides", "--stations", "34");
        assertTrue(wrong.code() == 2 && wrong.err().contains("from 1 to 33"), wrong::err);
        Rig.Ran ran = demo("7200", "--no-watch");
        assertTrue(ran.out().contains("Look further:"), ran::out);
        assertTrue(ran.out().contains("demo tides --remove"), ran::out);
        // 2 hours of event time with its first moment, and 1 that goes on where those ended
        Rig.Ran more = demo("3600", "--no-watch");
        assertTrue(more.out().contains("33 readings of 3 stations"), more::out);
        List<Json.Row> rows = levels();
        assertEquals(3, rows.size());
        assertEquals(32, rows.getFirst().number("readings"));
        assertEquals(32, rows.getFirst().number("moments"));
        assertEquals("186", rows.getFirst().text("minutes"));
        assertTrue(
                rig.run("uses", "--bucket", "streams", "--last", "10m")
                        .out()
                        .contains("streams/tides.levels"));
        theWatchRaisesAlerts();
        Rig.Ran removed = rig.run("demo", "tides", "--remove");
        assertTrue(removed.out().contains("the watch high_tide has stopped"), removed::out);
        assertTrue(
                removed.out().contains("the stream tides.levels is gone")
                        && removed.out().contains("the table tides.levels is gone"),
                () -> removed.out() + removed.err());
        assertFalse(rig.run("stream", "list").out().contains("tides."));
        assertFalse(rig.run("watch", "list").out().contains("high_tide"));
        // what is there under these names by somebody else is left alone
        WatchCommandsTest.done(rig.run("stream", "create", "tides.levels"));
        Rig.Ran taken = rig.run("demo", "tides", "--no-watch", "--for", "1s");
        assertTrue(taken.err().contains("that the demo did not make"), taken::err);
        assertTrue(
                rig.run("demo", "tides", "--remove")
                        .out()
                        .contains("there are no readings of the demo"));
    }

    /**
     * At a spring tide with a near moon: the demo goes on where the last reading was, and by ten
     * hours later each of the three has had its high water.
     */
    private void theWatchRaisesAlerts() throws IOException {
        Path reading = folder.resolve("reading.ndjson");
        Files.writeString(
                reading,
                "{\"station\":\"9414290\",\"name\":\"San Francisco\",\"level\":1.0,"
                        + "\"at\":\"2024-10-17T11:00:00Z\",\"mean_high_water\":1.8}\n");
        WatchCommandsTest.done(rig.run("stream", "publish", "tides.levels", reading.toString()));
        Rig.Ran ran = demo("36000", "--json");
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

    private Rig.Ran demo(String speed, String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of("demo", "tides", "--stations", "3", "--speed", speed, "--for"));
        words.add("1s");
        words.addAll(List.of(more));
        Rig.Ran ran = rig.run(words.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.out() + ran.err());
        return ran;
    }

    private List<Json.Row> levels() throws IOException {
        Rig.Ran ran =
                rig.run(
                        "sql",
                        "--json",
                        "select name, count(*) as readings, count(distinct \"at\") as moments,"
                                + " date_diff('minute', min(\"at\"), max(\"at\")) as minutes"
                                + " from tides.levels group by 1 order by 1");
        WatchCommandsTest.done(ran);
        return ran.rows();
    }
}
