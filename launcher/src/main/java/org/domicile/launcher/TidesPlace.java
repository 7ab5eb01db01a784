package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * What the demo of tides has on a server: two streams, a table, a watch. It takes what it made
 * before, and nothing that somebody else made under these names.
 */
record TidesPlace(StreamClient streams, StreamClient watches) {
    static final String LEVELS = "tides.levels";
    static final String ALERTS = "tides.alerts";
    private static final String WATCH = "high_tide";

    /** Stations send one each time as much has passed. */
    static final Duration BETWEEN = Duration.ofMinutes(6);

    /** Of event time in one run. */
    static final Duration LONGEST = Duration.ofDays(365);

    private static final Duration MOST_BEHIND = Duration.ofSeconds(45);

    /** By which its schema is known as the demo's. */
    private static final String TITLE = "A reading of ./domicile demo tides";

    private static final String SCHEMA =
            """
            {"title": "%s", "type": "object",
             "properties": {
               "station": {"type": "string", "description": "its number at NOAA"},
               "name": {"type": "string"},
               "country": {"type": "string"},
               "at": {"type": "string", "format": "date-time"},
               "level": {"type": "number", "description": "metres above mean lower low water"},
               "mean_high_water": {"type": "number"},
               "latitude": {"type": "number"},
               "longitude": {"type": "number"}},
             "required": ["station", "name", "at", "level", "mean_high_water"]}
            """
                    .formatted(TITLE);

    /** Half hours in which the sea stood ten centimetres above the mean of all high waters. */
    private static final String HIGH =
            "select station, \"name\", window_end, max(level) as highest,"
                    + " max(level - mean_high_water) as above_mean from table(tumble(table"
                    + " \"tides.levels\", descriptor(at), interval '30' minute)) group by station,"
                    + " \"name\", window_start, window_end"
                    + " having max(level - mean_high_water) > 0.1";

    /** Makes the streams and the table, or takes them. */
    void prepare() throws IOException {
        StreamSchema schema = new StreamSchema(streams, LEVELS);
        StreamClient.Looked found = streams.look("GET", "/streams/" + LEVELS);
        Json.Row levels = found.row();
        if (found.status() == 200) {
            if (!isOurs(schema)) {
                throw new Problem(
                        "there is a stream tides.levels that the demo did not make; 'stream delete"
                                + " tides.levels', or run the demo with another --credential");
            }
        } else {
            boolean first = schema.isAbsent();
            Json.Row _ = schema.register("JSON", SCHEMA);
            try {
                levels = streams.ask("PUT", LEVELS, "");
            } catch (Problem e) {
                if (first) {
                    schema.remove();
                }
                throw e;
            }
        }
        if (levels.row("table").fields().isEmpty()) {
            Json.Row _ = streams.ask("PUT", LEVELS + "/table", "");
        }
        if (streams.look("GET", "/streams/" + ALERTS).status() != 200) {
            Json.Row _ = streams.ask("PUT", ALERTS, "");
        }
    }

    private static boolean isOurs(StreamSchema schema) throws IOException {
        Optional<Json.Row> newest = schema.newest();
        return newest.isPresent() && newest.get().text("schema").contains(TITLE);
    }

    /**
     * Makes the watch, or takes it.
     *
     * @param anew whether event time begins anew, which one that runs would take for late
     * @return a sentence about it
     */
    String watch(boolean anew) throws IOException {
        StreamClient.Looked found = watches.look("GET", "/watches/" + WATCH);
        if (found.status() == 200) {
            if (!found.row().text("to").equals(ALERTS)) {
                throw new Problem(
                        "there is a watch high_tide that the demo did not make; 'watch stop"
                                + " high_tide' makes room");
            }
            if (!anew) {
                return "the watch high_tide goes on";
            }
            Json.Row _ = watches.ask("DELETE", WATCH, "");
        }
        Json.Row _ =
                watches.ask(
                        "PUT", WATCH, Json.row("sql", HIGH, "to", ALERTS, "from", "now").line());
        return "the watch high_tide starts, which takes some seconds";
    }

    /** Where event time begins. @param anew whether before what is there */
    record Begin(Instant at, boolean anew) {}

    /**
     * After the last readings, for a watch takes none late; or a year ago, where nobody knows those
     * any more, or what comes would lie in the future: a watch does not believe in that.
     *
     * @param length of what comes, in event time
     */
    Begin begin(Instant now, Duration length) throws IOException {
        Instant[] last = {Instant.EPOCH};
        for (Json.Row extent : streams.ask("GET", LEVELS, "").rows("extents")) {
            if (extent.number("next") > extent.number("first")) {
                streams.lines(
                        "%s/records?from=%d:%d&limit=1&idle=5000"
                                .formatted(
                                        LEVELS,
                                        extent.number("partition"),
                                        extent.number("next") - 1),
                        line -> last[0] = at(line));
            }
        }
        Instant next = last[0].plus(BETWEEN);
        return last[0].equals(Instant.EPOCH) || next.plus(length).isAfter(now)
                ? new Begin(now.minus(LONGEST).truncatedTo(ChronoUnit.HOURS), true)
                : new Begin(next, false);
    }

    private static Instant at(String line) {
        if (line.startsWith("{\"error\"")) {
            throw StreamClient.refused(403, line.getBytes(UTF_8));
        }
        try {
            String at = Json.object(line.getBytes(UTF_8)).row("value").text("at");
            return Instant.parse(at);
        } catch (IOException | java.time.format.DateTimeParseException e) {
            // somebody else published into it: event time begins anew
            return Instant.EPOCH;
        }
    }

    /** Waits until the watch has read what is there; not for ever. */
    boolean caughtUp() throws IOException {
        long end = System.nanoTime() + MOST_BEHIND.toNanos();
        while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
            Json.Row watch = watches.ask("GET", WATCH, "");
            if (watch.text("state").equals("running")
                    && watch.fields().containsKey("lag")
                    && watch.number("lag") == 0) {
                return kept(end);
            }
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
        return false;
    }

    /** Until results are kept that were found by now: with the second checkpoint from here on. */
    private boolean kept(long end) throws IOException {
        String last = watches.ask("GET", WATCH, "").text("checkpoint");
        for (int later = 0; later < 2; ) {
            if (System.nanoTime() >= end || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            String now = watches.ask("GET", WATCH, "").text("checkpoint");
            later += now.equals(last) ? 0 : 1;
            last = now;
        }
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos()); // and published
        return true;
    }

    /** Removes what the demo made. @return sentences */
    List<String> remove(CatalogClient catalog) throws IOException {
        StreamSchema schema = new StreamSchema(streams, LEVELS);
        List<String> said = new ArrayList<>();
        StreamClient.Looked watch = watches.look("GET", "/watches/" + WATCH);
        if (watch.status() == 200 && watch.row().text("to").equals(ALERTS)) {
            Json.Row _ = watches.ask("DELETE", WATCH, "");
            said.add("the watch high_tide has stopped");
        }
        if (!isOurs(schema)) {
            said.add("there are no readings of the demo");
            return said;
        }
        for (String name : List.of(LEVELS, ALERTS)) {
            if (streams.look("GET", "/streams/" + name).status() == 200) {
                Json.Row _ = streams.ask("DELETE", name, "");
                said.add("the stream " + name + " is gone");
            }
        }
        try {
            drop(catalog, said);
        } catch (Problem e) {
            said.add("of the tables not all could be dropped: " + e.getMessage());
            return said; // by the schema it is known next time that they are the demo's
        }
        schema.remove();
        return said;
    }

    private static void drop(CatalogClient catalog, List<String> said) throws IOException {
        String tables = CatalogClient.namespace(List.of("tides")) + "/tables";
        for (Object each : catalog.all(tables, "identifiers")) {
            String name = each instanceof Json.Row row ? row.text("name") : "";
            if (name.equals("levels") || name.equals("levels_unfit")) {
                Json.Row _ =
                        catalog.ask(
                                CatalogClient.Call.of(
                                        "DELETE", tables + "/" + name, "purgeRequested", "true"));
                said.add("the table tides." + name + " is gone");
            }
        }
    }
}
