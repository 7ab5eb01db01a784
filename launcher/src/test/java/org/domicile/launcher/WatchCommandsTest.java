package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.domicile.streams.StreamLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Watches by command, with the worker that runs them, and through a restart. One server and its
 * worker for all that needs no fresh one: a start of each takes seconds. What a worker's death
 * leaves, the proof of deaths shows.
 */
@Timeout(600)
final class WatchCommandsTest {
    @TempDir private Path folder;

    static final String SCHEMA =
            """
            {"type":"object","properties":{"station":{"type":"string"},"level":{"type":"integer"},
             "at":{"type":"string","format":"date-time"}},"required":["station","level","at"]}
            """;

    private static final String HIGH =
            "select station, window_end, max(level) as top"
                    + " from table(tumble(table \"water.levels\", descriptor(at),"
                    + " interval '10' second))"
                    + " group by station, window_start, window_end having max(level) > 400";

    static void done(Rig.Ran ran) {
        assertEquals(0, ran.code(), ran.err());
    }

    private void publish(Rig rig, String... lines) throws IOException {
        publishTo(rig, "water.levels", lines);
    }

    private void publishTo(Rig rig, String stream, String... lines) throws IOException {
        Path file = Files.createTempFile(folder, "readings", ".ndjson");
        Files.writeString(file, String.join("\n", lines) + "\n");
        done(rig.run("stream", "publish", stream, file.toString()));
    }

    private static List<Json.Row> alerts(Rig rig, int count) throws IOException {
        return alerts(rig, "water.alerts", count);
    }

    private static List<Json.Row> alerts(Rig rig, String stream, int count) throws IOException {
        return results(rig, stream, count, "60s");
    }

    /**
     * @param idle how long none may come
     */
    static List<Json.Row> results(Rig rig, String stream, int count, String idle)
            throws IOException {
        List<Json.Row> results =
                rig.run(
                                "stream",
                                "tail",
                                stream,
                                "--from",
                                "beginning",
                                "--limit",
                                Integer.toString(count),
                                "--idle",
                                idle,
                                "--json")
                        .rows();
        assertEquals(count, results.size(), rig.run("watch", "list", "--json").out());
        return results;
    }

    /** As anybody does who knows Confluent's API. */
    private static void schema(Rig rig, String stream) throws Exception {
        Endpoints server = Endpoints.on(new Folder(rig.data()));
        FirstCredential own = FirstCredential.read(server.firstCredential()).orElseThrow();
        String body = new Json.Row(Map.of("schemaType", "JSON", "schema", SCHEMA)).line();
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(
                                        server.urls().getOrDefault("web", "")
                                                + "/schemas/subjects/"
                                                + stream
                                                + "-value/versions"))
                        .header("Content-Type", "application/json")
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString(
                                                        (own.accessKey() + ":" + own.secret())
                                                                .getBytes(UTF_8)))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
        }
    }

    private static String reading(String station, int level, int second) {
        return "{\"station\":\"%s\",\"level\":%d,\"at\":\"2026-11-30T01:%02d:%02d+01:00\"}"
                .formatted(station, level, second / 60, second % 60);
    }

    @Test
    void alertsComeOnceAndGoOnAfterARestart() throws Exception {
        Rig rig = new Rig(folder);
        MuchState much = new MuchState(rig, folder);
        try (Cloud cloud =
                rig.open("kafka.listen=127.0.0.1:0", "watches.tables=1s", "sql.warm=0")) {
            assertTrue(rig.run("watch", "list").out().contains("no watches"));
            done(rig.run("stream", "create", "water.levels"));
            schema(rig, "water.levels");
            Rig.Ran made = rig.run("watch", "create", "high_water", HIGH, "--to", "water.alerts");
            assertTrue(
                    made.out()
                            .startsWith(
                                    "the stream water.alerts is made; the watch high_water runs;"),
                    made::toString);
            Rig.Ran again = rig.run("watch", "create", "high_water", HIGH, "--to", "water.alerts");
            assertTrue(again.err().contains("already"), again::err);
            publish(
                    rig,
                    reading("north", 451, 1),
                    reading("north", 433, 9),
                    "{\"station\":\"broken\",\"level\":\"high\"}",
                    "[1,2]",
                    reading("south", 12, 3),
                    reading("south", 13, 20));
            List<Json.Row> first = alerts(rig, 1);
            assertEquals("north", first.getFirst().row("value").text("station"));
            assertEquals(451, first.getFirst().row("value").number("top"));
            assertEquals("2026-11-30T00:00:10", first.getFirst().row("value").text("window_end"));
            await(
                    rig,
                    "high_water",
                    told ->
                            number(told, "recordsIn") == 6
                                    && told.rows().getFirst().text("state").equals("running")
                                    && told.rows().getFirst().fields().containsKey("checkpoint"));
            Rig.Ran shown = rig.run("watch", "show", "high_water");
            assertTrue(shown.out().contains("running; 6 records read"), shown::out);
            assertTrue(shown.out().contains("2 of them passed over"), shown::out);
            assertTrue(shown.out().contains(" KiB) was kept "), shown::out);
            itsRateAndWhatWaitsAreTold(rig);
            Together.run(
                    () -> whatIsUnusualIsFound(rig),
                    () -> aClockAnHourAheadLosesNothingOfOthers(rig),
                    () -> aTableOfTheCatalogIsJoined(rig),
                    new TidesDemo(rig, folder)::readingsAreRowsAndEverythingGoesAgain,
                    much::comesTogether);
            publish(rig, reading("west", 470, 21), reading("south", 13, 40));
            assertEquals(List.of("north", "west"), stations(alerts(rig, 2)));
            Rig.Ran status = rig.run("status");
            assertTrue(
                    status.out()
                            .contains(
                                    "2 watches in 1 worker; walls that stand: files, network,"
                                            + " privileges, processes"),
                    status::out);
        }
        try (Cloud cloud = rig.open("kafka.listen=127.0.0.1:0")) {
            // of the window that was open when the program ended, and of one after it
            publish(rig, reading("east", 500, 42), reading("south", 13, 70));
            Together.run(
                    () -> assertEquals(List.of("north", "west", "east"), stations(alerts(rig, 3))),
                    much::isKnownAfterwards);
            much.hasNoRoom();
            whatLeavesUnreadIsCounted(rig, cloud.streams());
            theEndOfItsPurposeEndsIt(rig);
        }
    }

    /** A worker that stands still while its stream lets records go reads on with what is there. */
    private void whatLeavesUnreadIsCounted(Rig rig, StreamLog log) throws Exception {
        signal("-STOP");
        // what it has asked for already is on its way, and what comes then is not
        publish(rig, reading("south", 13, 80));
        publish(rig, reading("lost", 500, 81), reading("south", 13, 82));
        Map<Integer, Long> all = new HashMap<>();
        log.extents("water.levels").forEach(each -> all.put(each.partition(), each.next()));
        log.trim("water.levels", all, Instant.now().plusSeconds(60));
        signal("-CONT");
        await(
                rig,
                "high_water",
                told -> {
                    Json.Row now = told.rows().getFirst();
                    return now.number("recordsMissed") >= 2 && now.text("state").equals("running");
                });
        Rig.Ran shown = rig.run("watch", "show", "high_water");
        assertTrue(shown.out().contains(" records had left their stream before"), shown::out);
    }

    /** To the one worker that there is. */
    private static void signal(String signal) throws Exception {
        List<String> workers = new ArrayList<>();
        for (ProcessHandle each : ProcessHandle.current().descendants().toList()) {
            Path command = Path.of("/proc", Long.toString(each.pid()), "cmdline");
            if (Files.exists(command)
                    && Files.readString(command).contains("org.domicile.flink.Main")) {
                workers.add(Long.toString(each.pid()));
            }
        }
        assertEquals(1, workers.size());
        assertEquals(0, new ProcessBuilder("kill", signal, workers.getFirst()).start().waitFor());
    }

    /** It publishes nothing more of what others bring, and the operator sees that it fails. */
    private void theEndOfItsPurposeEndsIt(Rig rig) throws IOException {
        String other = credentialOfAnother(rig);
        Path more =
                Files.writeString(
                        folder.resolve("more.ndjson"),
                        reading("late", 500, 92) + "\n" + reading("south", 13, 120) + "\n");
        done(rig.run("purpose", "withdraw", "first-steps"));
        long begun = System.nanoTime();
        done(rig.run("stream", "publish", "water.levels", more.toString(), "--credential", other));
        String status = rig.run("status").out();
        while (!status.contains("1 watch in 1 worker, 1 failing; walls")) {
            assertTrue(System.nanoTime() - begun < 20_000_000_000L, status);
            LockSupport.parkNanos(100_000_000);
            status = rig.run("status").out();
        }
        List<Json.Row> all =
                rig.run(
                                "stream",
                                "tail",
                                "water.alerts",
                                "--from",
                                "beginning",
                                "--idle",
                                "2s",
                                "--json",
                                "--credential",
                                other)
                        .rows();
        assertEquals(List.of("north", "west", "east"), stations(all));
        assertEquals(1, rig.run("watch", "show", "high_water").code());
    }

    /** A file with it. */
    private String credentialOfAnother(Rig rig) throws IOException {
        done(
                rig.run(
                        "purpose",
                        "create",
                        "looking",
                        "--kind",
                        "infrastructure",
                        "--text",
                        "Looking on",
                        "--owner",
                        "Us",
                        "--legal-basis",
                        "Ours",
                        "--zone",
                        "home",
                        "--expires",
                        "2098-12-31"));
        done(rig.run("principal", "create", "Ada Park"));
        Rig.Ran made =
                rig.run(
                        "credential",
                        "create",
                        "--principal",
                        "Ada Park",
                        "--purpose",
                        "looking",
                        "--json");
        done(made);
        return Rig.secret(folder.resolve("other.credential"), made.out()).toString();
    }

    /** They come from metrics that Flink and Kafka's client name. */
    private static void itsRateAndWhatWaitsAreTold(Rig rig) throws IOException {
        Rig.Ran told = rig.run("watch", "show", "high_water", "--json");
        long end = System.nanoTime() + 20_000_000_000L;
        while (!(number(told, "lag") == 0 && number(told, "recordsOut") == 1)) {
            assertTrue(System.nanoTime() < end, told.out());
            LockSupport.parkNanos(100_000_000);
            told = rig.run("watch", "show", "high_water", "--json");
        }
        Rig.Ran shown = rig.run("watch", "show", "high_water");
        assertTrue(shown.out().contains("; 0 waiting; 1 published"), shown::out);
        String[] listed = rig.run("watch", "list").out().split("\n");
        assertTrue(
                listed[0].matches(
                        "NAME +STATE +TO +READ +LAG +A SECOND +PUBLISHED +CHECKPOINT +MADE +LAST"
                                + " ERROR"),
                listed[0]);
        assertTrue(
                listed[1].matches(
                        "high_water +running +water.alerts +6 +0 +[0-9.]+ +1 +[0-9a-z ]+ ago"
                                + " +[0-9-]{10} [0-9:]{5}"),
                listed[1]);
    }

    private static double number(Rig.Ran told, String field) throws IOException {
        return Double.parseDouble(
                String.valueOf(told.rows().getFirst().fields().getOrDefault(field, "-1")));
    }

    private static final String UNUSUAL =
            "with t as (select station, window_end, window_time, max(level) as top"
                    + " from table(tumble(table \"odd.levels\", descriptor(at),"
                    + " interval '1' second))"
                    + " group by station, window_start, window_end, window_time)"
                    + " select station, window_end, top, score, expected, dimension from anomaly("
                    + " input => table t partition by station, dimensions => descriptor(top))"
                    + " where score > 1.5";

    /** In a server and a worker that are there. */
    private void whatIsUnusualIsFound(Rig rig) throws Exception {
        done(rig.run("stream", "create", "odd.levels"));
        done(rig.run("stream", "create", "odd.alerts"));
        schema(rig, "odd.levels");
        done(rig.run("watch", "create", "unusual", UNUSUAL, "--to", "odd.alerts"));
        String[] lines = new String[103];
        for (int i = 0; i < 102; i++) {
            lines[i] = reading("north", i == 100 ? 900 : 100 + i * 7 % 11, i);
        }
        lines[102] = reading("north", 101, 120);
        publishTo(rig, "odd.levels", lines);
        Json.Row alert = alerts(rig, "odd.alerts", 1).getFirst().row("value");
        assertEquals(900, alert.number("top"));
        assertEquals("top", alert.text("dimension"));
        assertTrue(
                Double.parseDouble(String.valueOf(alert.fields().get("expected"))) < 200,
                alert::line);
        done(rig.run("watch", "stop", "unusual"));
        // it is there, and another purpose's
        done(rig.run("stream", "create", "secrets.levels"));
        schema(rig, "secrets.levels");
        done(rig.run("label", "streams://main/secrets.", "--prohibit", "main/first-steps"));
        assertFalse(rig.run("stream", "list").out().contains("secrets."));
        WAYS_OUT.forEach((sql, part) -> {
            Rig.Ran ran = rig.run("watch", "create", "out", sql, "--to", "odd.alerts");
            assertTrue(ran.err().contains(part), () -> sql + ": " + ran.err());
        });
        Rig.Ran bare =
                rig.run(
                        "watch",
                        "create",
                        "bare",
                        "select level from odd.levels",
                        "--to",
                        "odd.alerts");
        assertTrue(bare.err().contains("stands in double quotes: \"odd.levels\"."), bare::err);
    }

    private static final String TOTALS =
            "select window_end, sum(level) as total"
                    + " from table(tumble(table \"clock.levels\", descriptor(at),"
                    + " interval '1' second)) group by window_start, window_end";

    /** A clock that is wrong is believed for a minute: what others say is not late by it. */
    private void aClockAnHourAheadLosesNothingOfOthers(Rig rig) throws Exception {
        done(rig.run("stream", "create", "clock.levels"));
        schema(rig, "clock.levels");
        done(rig.run("watch", "create", "totals", TOTALS, "--to", "clock.totals", "--late", "20s"));
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        publishTo(rig, "clock.levels", at(now.plusSeconds(3_600), 900));
        await(rig, "totals", told -> number(told, "recordsIn") == 1);
        pause(300); // for a watermark of it, which comes each 50 ms
        publishTo(
                rig,
                "clock.levels",
                at(now.plusSeconds(10), 3),
                at(now.plusSeconds(12), 5),
                at(now.plusSeconds(10), 4),
                at(now.plusSeconds(50), 1));
        assertEquals(
                List.of(7L, 5L),
                alerts(rig, "clock.totals", 2).stream()
                        .map(each -> each.row("value").number("total"))
                        .toList());
        assertEquals(0, number(rig.run("watch", "show", "totals", "--json"), "recordsPassedOver"));
        aStreamThatGrowsLosesNothing(rig, now);
        done(rig.run("watch", "stop", "totals"));
    }

    /** What comes into a partition before the watch has found it is not late by the others. */
    private static void aStreamThatGrowsLosesNothing(Rig rig, Instant now) throws Exception {
        done(rig.run("stream", "change", "clock.levels", "--partitions", "2"));
        Properties settings = new Properties();
        settings.load(new StringReader(rig.run("env", "--for", "java").out()));
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, bytes, bytes)) {
            sent(producer, 0, at(now.plusSeconds(58), 2));
            await(rig, "totals", told -> number(told, "recordsIn") >= 6);
            pause(300); // for a watermark of it, which would be behind the next by then
            sent(producer, 1, at(now.plusSeconds(35), 6));
            sent(producer, 1, at(now.plusSeconds(57), 1));
        }
        assertEquals(6, alerts(rig, "clock.totals", 3).getLast().row("value").number("total"));
    }

    private static void sent(KafkaProducer<byte[], byte[]> producer, int partition, String line)
            throws Exception {
        producer.send(new ProducerRecord<>("clock.levels", partition, null, line.getBytes(UTF_8)))
                .get();
    }

    private static String at(Instant time, int level) {
        return "{\"station\":\"north\",\"level\":%d,\"at\":\"%s\"}".formatted(level, time);
    }

    /**
     * A few of those that the worker's own test tries: a query that passes there is no watch
     * either.
     */
    private static final Map<String, String> WAYS_OUT =
            Map.of(
                    "select 1 as n",
                    "reads no stream",
                    "add jar '/x'",
                    "one query",
                    "create table t (a string) with ('connector'='datagen')",
                    "one query",
                    "execute plan '/etc/passwd'",
                    "one query",
                    "insert into \"odd.alerts\" select * from \"odd.levels\"",
                    "one query",
                    "select a.level from \"odd.levels\" a,"
                            + " default_catalog.default_database.\"secrets.levels\" b",
                    "Object 'secrets.levels' not found",
                    "select station from \"odd.levels\" union all select a from other.d.levels",
                    "not found",
                    "select readfile(station) as x from \"odd.levels\"",
                    "No match found",
                    "select station from \"odd.levels\" /*+ options('topic'='secrets') */",
                    "Hints",
                    "select cast(null as raw('java.lang.Integer', 'AAAA')) as x from"
                            + " \"odd.levels\"",
                    "names a class of Java");

    private static String joined(String column) {
        return "select r.station, r.level, s."
                + column
                + " from \"pier.levels\" r join \"geo.stations\" s on r.station = s.id"
                + " where r.level > s.high";
    }

    /** Statements in one session, since each by command has a process of its own. */
    private static void in(Rig rig, String... statements) throws Exception {
        FirstCredential own = FirstCredential.read(rig.firstCredential()).orElseThrow();
        Properties login = new Properties();
        login.setProperty("user", own.accessKey());
        login.setProperty("password", own.secret());
        String url = Endpoints.on(new Folder(rig.data())).urls().getOrDefault("sql", "");
        try (Connection session = DriverManager.getConnection("jdbc:" + url + "/main", login);
                Statement statement = session.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    /** Read as its maker's SQL: by what policy, rules and labels say, at each time. */
    private void aTableOfTheCatalogIsJoined(Rig rig) throws Exception {
        done(rig.run("stream", "create", "pier.levels"));
        done(rig.run("stream", "create", "pier.alerts"));
        schema(rig, "pier.levels");
        in(
                rig,
                "create schema geo",
                "create table geo.stations (id varchar, name varchar, high integer)",
                "insert into geo.stations values ('north', 'Pier', 400), ('south', 'Lock', 100),"
                        + " (null, 'Nowhere', 0)");
        done(rig.run("watch", "create", "joined", joined("name"), "--to", "pier.alerts"));
        publishTo(
                rig,
                "pier.levels",
                reading("north", 450, 1),
                reading("north", 350, 2),
                reading("south", 150, 3),
                reading("west", 900, 4));
        assertEquals(List.of("Pier 450", "Lock 150"), names(alerts(rig, "pier.alerts", 2)));
        String place =
                rig.run("table", "show", "geo.stations", "--json")
                                .rows()
                                .getFirst()
                                .text("location")
                                .replace("s3://", "")
                        + "/";
        // rows that a rule hides are not there, and what changed is seen
        done(rig.run("table", "rows", "geo.stations", "--where", "id = 'north'"));
        pause(1_100); // until it is read again
        publishTo(rig, "pier.levels", reading("south", 151, 5), reading("north", 451, 6));
        assertEquals(
                List.of("Pier 450", "Lock 150", "Pier 451"), names(alerts(rig, "pier.alerts", 3)));
        // without the right to the table it reads nothing more, and says so
        Path text =
                Files.writeString(
                        folder.resolve("no.cedar"),
                        "forbid (principal, action == Action::\"sql:Select\", resource =="
                                + " Object::\"%s\");".formatted(place));
        done(rig.run("policy", "put", "no", text.toString()));
        publishTo(rig, "pier.levels", reading("north", 452, 7));
        untilListed(rig, "joined .* failing .*[0-9:]{5}  .{20,40}…?");
        Rig.Ran shown = rig.run("watch", "show", "joined");
        assertTrue(shown.out().contains("from pier.levels, geo.stations to"), shown::out);
        assertTrue(shown.out().contains("it failed last because"), shown::out);
        Rig.Ran refused =
                rig.run("watch", "create", "other", joined("name"), "--to", "pier.alerts");
        assertTrue(refused.err().contains("geo.stations\" cannot be read"), refused::err);
        done(rig.run("policy", "remove", "no"));
        done(rig.run("watch", "stop", "joined"));
        assertFalse(rig.run("watch", "list").out().contains("joined"));
        // what is known of a column has to be kept where it goes
        done(rig.run("table", "classes", "geo.stations", "name", "--classes", "open"));
        Rig.Ran unkept = rig.run("watch", "create", "other", joined("name"), "--to", "pier.alerts");
        assertTrue(unkept.err().contains("may not go there"), unkept::err);
        done(rig.run("watch", "create", "other", joined("high"), "--to", "pier.alerts"));
        done(rig.run("label", "streams://main/pier.alerts", "--classes", "open"));
        done(rig.run("watch", "create", "kept", joined("name"), "--to", "pier.alerts"));
        done(rig.run("watch", "stop", "other"));
        done(rig.run("watch", "stop", "kept"));
    }

    /** It is tried again and again, and runs for a moment each time. */
    private static void untilListed(Rig rig, String line) throws IOException {
        long end = System.nanoTime() + 60_000_000_000L;
        String listed = rig.run("watch", "list").out();
        while (listed.lines().noneMatch(each -> each.matches(line))) {
            assertTrue(System.nanoTime() < end, listed);
            LockSupport.parkNanos(50_000_000);
            listed = rig.run("watch", "list").out();
        }
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(millis * 1_000_000L);
    }

    private static List<String> names(List<Json.Row> alerts) {
        return alerts.stream()
                .map(each ->
                        each.row("value").text("name") + " " + each.row("value").number("level"))
                .toList();
    }

    private static List<String> stations(List<Json.Row> alerts) {
        return alerts.stream().map(each -> each.row("value").text("station")).toList();
    }

    private static void await(Rig rig, String watch, String state) throws IOException {
        await(rig, watch, told -> told.rows().getFirst().text("state").equals(state));
    }

    private interface Awaited {
        boolean is(Rig.Ran told) throws IOException;
    }

    private static void await(Rig rig, String watch, Awaited awaited) throws IOException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (System.nanoTime() < end) {
            if (awaited.is(rig.run("watch", "show", watch, "--json"))) {
                return;
            }
            LockSupport.parkNanos(100_000_000);
        }
        fail("not so: " + rig.run("watch", "show", watch).out());
    }
}
