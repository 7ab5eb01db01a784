package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.InputFile;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.domicile.events.Destination;
import org.domicile.events.Notification;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedObjects;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams that are tables: what is published is a row at once, once, and stays one. Four servers
 * one after the other on one folder have all of it, each what its settings are for: with every
 * server three processes of SQL begin.
 */
@Timeout(600)
final class StreamTablesTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String SCHEMA =
            """
            {"type": "record", "name": "Level", "fields": [
              {"name": "station", "type": "string"},
              {"name": "level", "type": "int"},
              {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}],
               "default": null}]}
            """;

    @TempDir private Path folder;

    /** A server on the folder, and whoever asks it. */
    private final class City implements AutoCloseable {
        private final Rig rig = new Rig(folder);
        private final Cloud cloud;
        private final FirstCredential first;
        private final Connection sql;

        City(String... settings) throws Exception {
            List<String> all = new ArrayList<>(List.of(settings));
            all.add("kafka.listen=127.0.0.1:0");
            all.add("sql.warm=0"); // workers that nobody asks for take the others' time
            cloud = rig.open(all.toArray(String[]::new));
            first = FirstCredential.read(rig.firstCredential()).orElseThrow();
            Properties properties = new Properties();
            properties.setProperty("user", first.accessKey());
            properties.setProperty("password", first.secret());
            sql =
                    DriverManager.getConnection(
                            "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/water",
                            properties);
        }

        String asked(String method, String path, String type, String body) throws Exception {
            HttpResponse<String> response =
                    HTTP.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    cloud.endpoints().urls().getOrDefault("web", "")
                                                            + path))
                                    .header(
                                            "Authorization",
                                            "Basic "
                                                    + Base64.getEncoder()
                                                            .encodeToString(
                                                                    (first.accessKey()
                                                                                    + ":"
                                                                                    + first
                                                                                            .secret())
                                                                            .getBytes(UTF_8)))
                                    .header("Content-Type", type)
                                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return response.statusCode() / 100 == 2
                    ? response.body()
                    : response.statusCode() + " " + response.body();
        }

        void register(String subject, String schema) throws Exception {
            String answer =
                    asked(
                            "POST",
                            "/schemas/subjects/" + subject + "/versions",
                            "application/vnd.schemaregistry.v1+json",
                            new Json.Row(Map.of("schema", schema)).line());
            assertTrue(answer.startsWith("{\"id\":"), answer);
        }

        void publish(String stream, String... lines) throws Exception {
            String answer =
                    asked(
                            "POST",
                            "/streams/" + stream,
                            "application/x-ndjson",
                            String.join("\n", lines));
            assertTrue(answer.startsWith("{\"records\":" + lines.length), answer);
        }

        void run(String... arguments) {
            Rig.Ran ran = rig.run(arguments);
            assertEquals(0, ran.code(), ran.err());
        }

        /** A column of water.levels, as a client of the catalog does it. */
        void renamed(String column, String to) throws Exception {
            try (CatalogClient client =
                    new CatalogClient(
                            URI.create(cloud.endpoints().urls().getOrDefault("web", "")),
                            new S3Signature(first.accessKey(), first.secret(), "home"),
                            Clock.systemUTC(),
                            Optional.empty())) {
                String table = "namespaces/water/tables/levels";
                Json.Row schema =
                        client.ask(new CatalogClient.Call("GET", table, new TreeMap<>(), ""))
                                .row("metadata")
                                .rows("schemas")
                                .getLast();
                String changed = schema.line().replace("\"" + column + "\"", "\"" + to + "\"");
                client.ask(
                        new CatalogClient.Call(
                                "POST",
                                table,
                                new TreeMap<>(),
                                ("{\"requirements\":[],\"updates\":[{\"action\":\"add-schema\","
                                     + "\"schema\":%s},{\"action\":\"set-current-schema\","
                                     + "\"schema-id\":-1}]}")
                                        .formatted(changed)));
            }
        }

        /** Removes all files in the place of noise.levels. @return how many there were */
        int removed() throws Exception {
            try (Lake lake =
                    new Lake(folder, cloud.endpoints().urls().getOrDefault("web", ""), first)) {
                Table table = lake.catalog.loadTable(Lake.named("noise", "levels"));
                LakeFiles files = assertInstanceOf(LakeFiles.class, table.io());
                List<String> laid = files.names(table.location() + "/data/");
                laid.forEach(files::deleteFile);
                return laid.size();
            }
        }

        /** That hold for a file. */
        List<String> labels(String file) throws IOException {
            Rig.Ran ran = rig.run("label", "show", file, "--json");
            assertEquals(0, ran.code(), ran.err());
            return ran.rows().getFirst().rows("labels").stream().map(Json.Row::line).toList();
        }

        /** What the log has of a stream. */
        String held(String stream) throws Exception {
            String shown = asked("GET", "/streams/" + stream, "text/plain", "");
            return shown.replaceAll(".*(\"extents\":\\[[^]]*]).*", "$1");
        }

        /** Of an action at a stream that are on record. */
        String uses(String action, String stream) throws IOException {
            Rig.Ran ran = rig.run("uses", "--json", "--last", "1h");
            assertEquals(0, ran.code(), ran.err());
            return ran.rows().stream()
                    .filter(each ->
                            each.text("action").equals(action)
                                    && each.text("object").contains(stream))
                    .map(Json.Row::line)
                    .collect(Collectors.joining("\n"));
        }

        Json.Row shown(String table) throws Exception {
            Rig.Ran ran = rig.run("table", "show", table, "--json");
            assertEquals(0, ran.code(), ran.err());
            return ran.rows().getFirst();
        }

        String rows(String text) throws SQLException {
            try (Statement statement = sql.createStatement();
                    ResultSet rows = statement.executeQuery(text)) {
                StringBuilder all = new StringBuilder();
                while (rows.next()) {
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        all.append(i > 1 ? "|" : all.isEmpty() ? "" : " ")
                                .append(rows.getString(i));
                    }
                }
                return all.toString();
            } catch (SQLException e) {
                throw new SQLException(e.getMessage() + " in " + text, e.getSQLState(), e);
            }
        }

        int changed(String text) throws SQLException {
            try (Statement statement = sql.createStatement()) {
                return statement.executeUpdate(text);
            }
        }

        void until(String text, String rows) throws SQLException {
            long end = System.nanoTime() + 30_000_000_000L;
            String found = rows(text);
            while (!found.equals(rows)) {
                assertTrue(System.nanoTime() < end, found);
                LockSupport.parkNanos(100_000_000);
                found = rows(text);
            }
        }

        @Override
        public void close() throws Exception {
            sql.close();
            cloud.close();
        }
    }

    @Test
    void streamsAreTables() throws Exception {
        Random random = new Random(36);
        try (City city = new City("streams.commit.size=64KiB")) {
            whatIsPublishedIsARowAtOnceAndOnce(city);
            everyTypeIsAColumn(city);
            whatIsAcknowledgedWhileAStreamGoesIsInItsTable(city);
        }
        try (City city = new City("streams.commit=300ms")) {
            aRestartLosesNothingAndBringsNothingTwice(city);
            aStreamWhoseTableDoesNotGetOnTakesNoMoreThanItsSize(city);
        }
        int rounds;
        try (City city = new City("streams.commit.size=64KiB")) {
            rounds = filesAreMadeBySizeAndCommittedByTime(city, random);
            rowsAreThoseOfATable(city);
        }
        try (City city = new City("streams.commit.size=64KiB")) {
            aDeathLeavesFilesThatNoSnapshotNames(city, random, rounds);
        }
    }

    /** Values of every type, and odd ones, come out as they went in. */
    private static void everyTypeIsAColumn(City city) throws Exception {
        String schema =
                """
                {"type": "record", "name": "All", "fields": [
                  {"name": "truth", "type": "boolean"},
                  {"name": "whole", "type": "int"},
                  {"name": "large", "type": "long"},
                  {"name": "rough", "type": "float"},
                  {"name": "fine", "type": "double"},
                  {"name": "text", "type": "string"},
                  {"name": "raw", "type": "bytes"},
                  {"name": "price", "type":
                      {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 3}},
                  {"name": "day", "type": {"type": "int", "logicalType": "date"}},
                  {"name": "clock", "type": {"type": "long", "logicalType": "time-micros"}},
                  {"name": "moment", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                  {"name": "local", "type":
                      {"type": "long", "logicalType": "local-timestamp-micros"}},
                  {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
                  {"name": "many", "type": {"type": "array", "items": "int"}},
                  {"name": "named", "type": {"type": "map", "values": "double"}},
                  {"name": "inner", "type": {"type": "record", "name": "Inner", "fields": [
                    {"name": "a", "type": ["null", "string"], "default": null},
                    {"name": "b", "type": {"type": "array", "items": "bytes"}}]}}]}
                """;
        city.run("stream", "create", "odd.types");
        city.register("odd.types-value", schema);
        city.run("stream", "table", "odd.types");
        city.publish(
                "odd.types",
                "{\"truth\":true,\"whole\":-2147483648,\"large\":9007199254740993,\"rough\":0.1,"
                    + "\"fine\":1e300,\"text\":\"a\\u0000b\\u2028\\ud83d\\ude00'\","
                    + "\"raw\":\"AP9ceDQxIg==\",\"price\":123.456,"
                    + "\"day\":20000,\"clock\":86399999999,\"moment\":-1,"
                    + "\"local\":1764460000123456,"
                    + "\"id\":\"0b8e6a44-9d5c-4e4c-8a54-3f8b0c5e7f10\",\"many\":[1,-2],\"named\":{\"x\":1.5,\"y"
                    + " z\":-0.0},\"inner\":{\"a\":null,\"b\":[\"/g==\"]}}");
        assertEquals("", city.rows("select why from odd.types_unfit"));
        assertEquals(
                "t|-2147483648|9007199254740993|0.1|1e+300",
                city.rows("select truth, whole, large, rough, fine from odd.types"));
        assertEquals(
                "6|97|0|128512",
                city.rows(
                        "select length(text), ascii(text), ascii(substr(text, 2)),"
                                + " ord(substr(text, 5)) from odd.types"));
        assertEquals(
                "00FF5C78343122|123.456|2024-10-04|23:59:59.999999",
                city.rows("select hex(raw), price, day, clock from odd.types"));
        assertEquals(
                "1969-12-31 23:59:59.999999+00|2025-11-29 23:46:40.123456"
                        + "|0b8e6a44-9d5c-4e4c-8a54-3f8b0c5e7f10|-2|1.5|FE",
                city.rows(
                        "select moment, \"local\", id, many[2], named['x'], hex(\"inner\".b[1])"
                                + " from odd.types"));
        // of so many columns that what describes the file takes more than one look
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 900; i++) {
            fields.append(i == 0 ? "" : ",")
                    .append("{\"name\": \"a_long_name_of_a_column_%d\", \"type\":".formatted(i))
                    .append(" [\"null\", \"long\"], \"default\": null}");
        }
        city.run("stream", "create", "odd.wide");
        city.register(
                "odd.wide-value",
                "{\"type\": \"record\", \"name\": \"Wide\", \"fields\": [" + fields + "]}");
        city.run("stream", "table", "odd.wide");
        city.publish("odd.wide", "{\"a_long_name_of_a_column_7\": 36}");
        city.publish("odd.wide", "{\"a_long_name_of_a_column_8\": 36}");
        assertEquals(1, city.changed("delete from odd.wide where a_long_name_of_a_column_7 = 36"));
        assertEquals("1", city.rows("select count(*) from odd.wide at (version => 'main')"));
    }

    private static final String SUMS =
            "select count(*), sum(level), count(distinct _offset) from levels";

    private static void whatIsPublishedIsARowAtOnceAndOnce(City city) throws Exception {
        city.run("stream", "create", "water.levels");
        city.publish("water.levels", "{\"station\":\"old\",\"level\":1}");
        city.register("water.levels-value", SCHEMA);
        city.run("stream", "table", "water.levels");
        assertEquals("1|1|1", city.rows(SUMS)); // from the first record on
        for (int i = 0; i < 20; i++) {
            city.publish(
                    "water.levels",
                    "{\"station\":\"a\",\"level\":" + i + ",\"at\":1764460000123}",
                    "{\"station\":\"\\u00e9\\\"\\\\\\n\",\"level\":100}");
            assertEquals(
                    "%d|%d".formatted(1 + 2 * (i + 1), 1 + 100 * (i + 1) + i * (i + 1) / 2),
                    city.rows("select count(*), sum(level) from water.levels"));
        }
        assertEquals(
                "é\"\\\n|2025-11-29 23:46:40.123+00",
                city.rows("select max(station), max(\"at\") from levels"));
        // none of it is in a snapshot, and what clients of the catalog see is empty
        assertEquals("0", city.rows("select count(*) from levels at (version => 'main')"));
        // what does not fit has a table of its own, with the reason
        city.publish("water.levels", "{\"station\":\"b\",\"level\":\"high\"}");
        assertEquals("41", city.rows("select count(*) from levels"));
        assertEquals(
                "{\"station\":\"b\",\"level\":\"high\"}|41",
                city.rows("select decode(value), _offset from levels_unfit"));
        assertTrue(!city.rows("select why from levels_unfit").isBlank());
    }

    private static void aRestartLosesNothingAndBringsNothingTwice(City city) throws Exception {
        String all = "41|2191|41";
        assertEquals(all, city.rows(SUMS));
        city.until("select count(*) from levels at (version => 'main')", "41");
        city.until("select count(*) from levels_unfit at (version => 'main')", "1");
        assertEquals(all, city.rows(SUMS));
        city.publish("water.levels", "{\"station\":\"c\",\"level\":7}");
        assertEquals("42|2198|42", city.rows(SUMS));
        city.until("select count(*) from levels at (version => 'main')", "42");
    }

    private void rowsAreThoseOfATable(City city) throws Exception {
        assertEquals("42|2198|42", city.rows(SUMS));
        city.publish("water.levels", "{\"station\":\"d\",\"level\":1000}");
        // what is changed is what there is, and it is there once
        assertEquals(1, city.changed("delete from levels where level = 1000"));
        assertEquals("42|2198|42", city.rows(SUMS));
        city.publish("water.levels", "{\"station\":\"e\",\"level\":2}");
        assertEquals(43, city.changed("update levels set level = level + 1"));
        assertEquals("43|2243|43", city.rows(SUMS));
        // another engine calls a column otherwise, and it goes on to get its values
        city.renamed("station", "place");
        city.publish("water.levels", "{\"station\":\"e\",\"level\":77}");
        assertEquals("2", city.rows("select count(*) from levels where place = 'e'"));
        assertEquals(1, city.changed("delete from levels where place = 'e' and level = 77"));
        // another column of a newer schema
        city.register(
                "water.levels-value",
                SCHEMA.replace(
                        "{\"name\": \"level\"",
                        "{\"name\": \"quality\", \"type\": \"int\", \"default\": 9},"
                                + " {\"name\": \"level\""));
        city.publish("water.levels", "{\"station\":\"f\",\"level\":2,\"quality\":3}");
        assertEquals("44", city.rows("select count(*) from levels"));
        assertEquals(
                "1|3", city.rows("select count(*), sum(quality) from levels where place = 'f'"));
        assertEquals("0", city.rows("select count(*) from levels where place is null"));
        assertEquals(
                "42703",
                assertThrows(SQLException.class, () -> city.rows("select station from levels"))
                        .getSQLState());
        // a rule of the table holds for rows that no snapshot has
        city.run("table", "rows", "water.levels", "--where", "place <> 'f'");
        assertEquals("43|null", city.rows("select count(*), sum(quality) from levels"));
        city.run("table", "rows", "water.levels", "--remove");
        assertEquals("44|3", city.rows("select count(*), sum(quality) from levels"));
        assertTrue(city.rig.run("stream", "show", "water.levels").out().contains("is the table"));
        // what its columns are called is the schema's affair
        assertEquals(
                "0A000",
                assertThrows(
                                SQLException.class,
                                () -> city.changed("alter table levels rename column level to l"))
                        .getSQLState());
        // what a label says of the stream is true of its rows, and of files that hold them
        try (Lake lake =
                new Lake(
                        folder,
                        city.cloud.endpoints().urls().getOrDefault("web", ""),
                        city.first)) {
            Table table = lake.catalog.loadTable(Lake.named("water", "levels"));
            InputFile file =
                    table.io().newInputFile(table.currentSnapshot().manifestListLocation());
            assertTrue(file.getLength() > 0);
            LakeFiles files = assertInstanceOf(LakeFiles.class, table.io());
            String below = table.location() + "/data/";
            files.list(below);
            city.run("label", "streams://main/water.", "--prohibit", "main/first-steps");
            assertThrows(UncheckedIOException.class, file::getLength);
            assertThrows(UncheckedIOException.class, () -> files.list(below));
        }
        city.run("label", "streams://main/water.", "--prohibit", "main/first-steps");
        SQLException kept =
                assertThrows(SQLException.class, () -> city.rows("select * from levels"));
        assertEquals("42501", kept.getSQLState());
        for (String way :
                List.of(
                        "select * from levels at (version => 'main')",
                        "update levels set level = 0",
                        "insert into levels_unfit (why) select place from levels")) {
            assertEquals(
                    "42501",
                    assertThrows(SQLException.class, () -> city.changed(way)).getSQLState(),
                    way);
        }
        city.run("label", "streams://main/water.", "--remove");
        assertEquals("44", city.rows("select count(*) from levels"));
        // with the stream its rows stay
        SQLException refused =
                assertThrows(SQLException.class, () -> city.changed("drop table levels"));
        assertTrue(
                String.valueOf(refused.getMessage())
                        .contains("It is the table of the stream water.levels"));
        // and so does what its labels say of them
        city.run("label", "streams://main/water.", "--prohibit", "statistics");
        city.run("label", "streams://main/", "--allow", "main/first-steps");
        city.run("label", "streams://main/w", "--allow", "main/first-steps,research");
        city.run("stream", "delete", "water.levels");
        assertEquals("44", city.rows("select count(*) from levels"));
        String file = city.shown("water.levels").text("location") + "/data/x";
        List<String> left = city.labels(file);
        assertEquals(3, left.size(), left::toString);
        city.run("label", "streams://main/w", "--remove");
        assertEquals(left, city.labels(file));
        city.changed("drop table levels");
        city.run("label", "streams://main/water.", "--remove");
        city.run("label", "streams://main/", "--remove");
    }

    private static final String NOISE = "noise.levels";

    private static final String COMMITTED =
            "select count(*) from noise.levels at (version => 'main')";

    /** Rows of some 300 bytes that no codec makes smaller, and one that does not fit. */
    private static void publishNoise(City city, String stream, Random random) throws Exception {
        String[] lines = new String[100];
        for (int i = 0; i < lines.length; i++) {
            byte[] noise = new byte[200];
            random.nextBytes(noise);
            lines[i] =
                    "{\"station\":\"%s\",\"level\":%d}"
                            .formatted(Base64.getEncoder().encodeToString(noise), i);
        }
        city.publish(stream, lines);
        city.publish(stream, "{\"station\":\"odd\",\"level\":\"x\"}");
    }

    /** What is enough for a file becomes one, and no snapshot before its time has come. */
    private int filesAreMadeBySizeAndCommittedByTime(City city, Random random) throws Exception {
        city.run("stream", "create", NOISE);
        city.register(NOISE + "-value", SCHEMA);
        city.run("stream", "table", NOISE);
        int rounds = 0;
        while (rounds < 7) {
            publishNoise(city, NOISE, random);
            rounds++;
            checkNoise(city, NOISE, rounds);
        }
        assertEquals("0", city.rows(COMMITTED));
        historyIsBounded(city);
        return rounds;
    }

    /** What was in them is read again. */
    private void aDeathLeavesFilesThatNoSnapshotNames(City city, Random random, int before)
            throws Exception {
        int rounds = before;
        checkNoise(city, NOISE, rounds);
        historyIsAsSaid(city);
        while (rounds < 16) {
            publishNoise(city, NOISE, random);
            rounds++;
            checkNoise(city, NOISE, rounds);
        }
        assertEquals("0", city.rows(COMMITTED));
        // somebody removes files that wait for their snapshot: the log has what was in them
        assertTrue(city.removed() > 0);
        readAgain(city, rounds);
        // what changes rows has all of them committed, in both tables at once
        assertEquals(rounds, city.changed("delete from noise.levels where level = 99"));
        assertEquals(String.valueOf(99 * rounds), city.rows(COMMITTED));
        Json.Row first = city.shown(NOISE).rows("history").getFirst();
        assertEquals(100 * rounds, first.number("added-rows"));
        assertTrue(first.number("added-files") > 1, first.line());
        assertEquals(1, city.shown("noise.levels_unfit").number("snapshots"), "of the same commit");
        assertEquals(
                String.valueOf(rounds),
                city.rows("select count(*) from noise.levels_unfit at (version => 'main')"));
        goesWithItsTable(city, random);
    }

    private static final String AGE = "history.expire.max-snapshot-age-ms";
    private static final String KEEP = "history.expire.min-snapshots-to-keep";
    private static final String FIVE_DAYS = "432000000";

    private Lake lake(City city) throws Exception {
        return new Lake(folder, city.cloud.endpoints().urls().getOrDefault("web", ""), city.first);
    }

    /** Each commit is a snapshot: kept for ever, they would fill the table's metadata. */
    private void historyIsBounded(City city) throws Exception {
        try (Lake lake = lake(city)) {
            for (String each : List.of("levels", "levels_unfit")) {
                Table table = lake.catalog.loadTable(Lake.named("noise", each));
                assertEquals(FIVE_DAYS, table.properties().get(AGE), each);
                assertEquals("10", table.properties().get(KEEP), each);
            }
            Table unsaid = lake.catalog.loadTable(Lake.named("noise", "levels"));
            unsaid.updateProperties().remove(AGE).remove(KEEP).commit();
            Table said = lake.catalog.loadTable(Lake.named("noise", "levels_unfit"));
            said.updateProperties().remove(AGE).set(KEEP, "3").commit();
        }
    }

    /** A table that was made before that gets it, and who says something has what he says. */
    private void historyIsAsSaid(City city) throws Exception {
        try (Lake lake = lake(city)) {
            Table unsaid = lake.catalog.loadTable(Lake.named("noise", "levels"));
            assertEquals(FIVE_DAYS, unsaid.properties().get(AGE));
            Table said = lake.catalog.loadTable(Lake.named("noise", "levels_unfit"));
            assertFalse(said.properties().containsKey(AGE));
            assertEquals("3", said.properties().get(KEEP));
        }
    }

    /** Files that waited for a table which was dropped go with the stream. */
    private void goesWithItsTable(City city, Random random) throws Exception {
        try (Lake lake = lake(city)) {
            Table table = lake.catalog.loadTable(Lake.named("noise", "levels"));
            Map<String, String> first = table.snapshots().iterator().next().summary();
            String to = first.getOrDefault("domicile.stream.offsets", "");
            assertTrue(to.matches("\\S+ 0:[0-9]+.*"), first::toString);
            LakeFiles files = assertInstanceOf(LakeFiles.class, table.io());
            String below = table.location() + "/data/";
            int committed = files.list(below);
            for (int i = 0; i < 6; i++) {
                publishNoise(city, NOISE, random);
            }
            city.rows(sums(NOISE));
            long end = System.nanoTime() + 30_000_000_000L;
            while (files.list(below) == committed) {
                assertTrue(System.nanoTime() < end, "nothing is laid");
                LockSupport.parkNanos(100_000_000);
            }
            // a stream that does not get on lets its table go
            city.asked("DELETE", "/schemas/subjects/noise.levels-value", "text/plain", "");
            city.publish(NOISE, "{\"station\":\"none\",\"level\":1}"); // it is tried
            boolean dropped = false;
            while (!dropped) {
                assertTrue(System.nanoTime() < end, "it gets on");
                LockSupport.parkNanos(200_000_000);
                try {
                    // not purged: its files are kept
                    dropped = lake.catalog.dropTable(Lake.named("noise", "levels"), false);
                } catch (IllegalArgumentException e) {
                    assertTrue(
                            String.valueOf(e.getMessage()).contains("is the table of"),
                            e::toString);
                }
            }
            assertTrue(files.list(below) > committed);
            city.run("stream", "delete", NOISE);
            assertEquals(committed, files.list(below));
        }
    }

    /** Whoever asks meanwhile is told, and not shown less. */
    private static void readAgain(City city, int rounds) throws Exception {
        String rows = String.valueOf(100 * rounds);
        long end = System.nanoTime() + 60_000_000_000L;
        String found = "";
        while (!found.equals(rows)) {
            try {
                found = city.rows("select count(*) from noise.levels");
                assertEquals(rows, found);
            } catch (SQLException e) {
                assertTrue(System.nanoTime() < end, e.getMessage());
                LockSupport.parkNanos(100_000_000);
            }
        }
        checkNoise(city, NOISE, rounds);
    }

    /** All is there once, wherever its files are: in memory, laid down, or ready. */
    private static void checkNoise(City city, String table, int rounds) throws Exception {
        int rows = 100 * rounds;
        assertEquals(
                "%d|%d|%d".formatted(rows, rounds * 99 * 50, rows),
                city.rows(sums(table)),
                "after " + rounds);
        assertEquals(String.valueOf(rounds), city.rows("select count(*) from " + table + "_unfit"));
    }

    private static String sums(String table) {
        return SUMS.replace("from levels", "from " + table);
    }

    /** Whoever publishes while a stream goes is refused, or the record is in its table. */
    private static void whatIsAcknowledgedWhileAStreamGoesIsInItsTable(City city) throws Exception {
        city.run("stream", "create", GOES, "--partitions", "2");
        city.register(GOES + "-value", SCHEMA);
        city.run("stream", "table", GOES);
        assertEquals("0", city.rows("select count(*) from gone.levels"));
        Set<Integer> kept = ConcurrentHashMap.newKeySet();
        kept.add(committedWhileItGoes(city));
        Queue<String> refused = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int first = 2 * i;
            publishers.add(
                    Thread.startVirtualThread(
                            () -> publishUntilRefused(city, first, kept, refused, over)));
        }
        publishers.add(
                Thread.startVirtualThread(() ->
                        // it may be slow, too
                        produceUntil(city, 1, kept, new ConcurrentLinkedQueue<>(), over)));
        while (kept.size() < 200) {
            LockSupport.parkNanos(10_000_000);
        }
        city.run("stream", "delete", GOES);
        over.set(true);
        for (Thread each : publishers) {
            each.join();
        }
        assertTrue(refused.size() >= 2, refused::toString);
        Set<Integer> rows = new HashSet<>();
        for (String each : city.rows("select level || ' ' from gone.levels").trim().split(" +")) {
            rows.add(Integer.parseInt(each.replace("|", "").trim()));
        }
        kept.removeAll(rows);
        assertEquals(Set.of(), kept);
    }

    private static final String GOES = "gone.levels";

    /**
     * Records wait in the log until they are in the table: where that does not get on they would do
     * so until the disk is full.
     */
    private static void aStreamWhoseTableDoesNotGetOnTakesNoMoreThanItsSize(City city)
            throws Exception {
        city.run("stream", "create", "brim.levels", "--size", "1MiB", "--partitions", "2");
        city.register("brim.levels-value", SCHEMA);
        city.run("stream", "table", "brim.levels");
        city.run("stream", "create", "brim.others", "--size", "1MiB");
        publishNoise(city, "brim.levels", new Random(5));
        checkNoise(city, "brim.levels", 1);
        String begun = city.uses("tabling:Read", "brim.levels");
        city.asked("DELETE", "/schemas/subjects/brim.levels-value", "text/plain", "");
        String station = "x".repeat(500_000);
        String line = "{\"station\":\"" + station + "\",\"level\":1}";
        List<String> answers = untilRefused(city, line);
        String refused = answers.getLast();
        int sent = answers.size() - 1;
        assertTrue(refused.startsWith("503 "), refused);
        assertTrue(refused.contains("brim.levels does not get on"), refused);
        assertTrue(refused.contains("its stream has no schema"), refused);
        assertTrue(refused.contains("--size"), refused);
        city.publish("brim.others", line); // others go on
        Properties settings = new Properties();
        settings.load(new StringReader(city.rig.run("env", "--for", "java").out()));
        settings.put("delivery.timeout.ms", "500");
        settings.put("request.timeout.ms", "300");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            ExecutionException late =
                    assertThrows(
                            ExecutionException.class,
                            () ->
                                    producer.send(new ProducerRecord<>("brim.levels", new byte[1]))
                                            .get());
            assertInstanceOf(TimeoutException.class, late.getCause(), late::toString);
        }
        assertEquals(
                begun, city.uses("tabling:Read", "brim.levels"), "one that fails is no beginning");
        String held = city.held("brim.levels");
        GuardedObjects objects = noting(city);
        EventsStatusTest.putNothing(objects);
        until(() ->
                city.cloud.instruments().status().warnings().stream()
                        .anyMatch(each ->
                                each.startsWith("events do not reach arn:aws:kafka:")
                                        && each.contains("brim.levels does not get on")));
        assertEquals(held, city.held("brim.levels"), "an event came all the same");
        assertEquals("", city.uses("notification:Deliver", ""));
        // more room is what was asked for
        city.run("stream", "change", "brim.levels", "--size", "8MiB");
        until(() ->
                city.asked("POST", "/streams/brim.levels", "application/x-ndjson", line)
                        .startsWith("{\"records\":1"));
        city.register("brim.levels-value", SCHEMA);
        int published = sent + 1;
        // whoever asks has it tried soon
        assertEquals(
                String.valueOf(100 + published), city.rows("select count(*) from brim.levels"));
        city.until("select count(*) from brim.levels_unfit", "2"); // the event waited
    }

    /** Objects, what happens to which is told to brim.levels. */
    private static GuardedObjects noting(City city) throws IOException {
        Guard guard = city.cloud.guard();
        GuardedObjects objects =
                guard.objects(EventsStatusTest.request(guard, city.rig.firstCredential()));
        objects.createBucket("archive", "");
        Destination to = new Destination.Stream("home", "main", "brim.levels");
        Notification.Rule all =
                new Notification.Rule("all", to, List.of("s3:ObjectCreated:*"), "", "");
        objects.putNotification(
                "archive", new Notification(List.of(all), ""), GuardedObjects.Announce.NOTHING);
        return objects;
    }

    /** Publishes until that is refused. */
    private static List<String> untilRefused(City city, String line) throws Exception {
        List<String> answers = new ArrayList<>();
        until(() -> {
            String answer =
                    city.asked("POST", "/streams/brim.levels", "application/x-ndjson", line);
            answers.add(answer);
            if (answers.size() > 8) {
                LockSupport.parkNanos(200_000_000); // enough is there
            }
            return !answer.startsWith("{\"records\":1");
        });
        return answers;
    }

    private static void until(Callable<Boolean> holds) throws Exception {
        long end = System.nanoTime() + 40_000_000_000L;
        while (!holds.call()) {
            assertTrue(System.nanoTime() < end, "it took too long");
            LockSupport.parkNanos(50_000_000);
        }
    }

    /** A transaction that is open keeps its stream, and what it commits then is a row. */
    private static int committedWhileItGoes(City city) throws IOException {
        int level = 1_000_001;
        Properties settings = new Properties();
        settings.load(new StringReader(city.rig.run("env", "--for", "java").out()));
        settings.put("transactional.id", "water");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            byte[] value = ("{\"station\":\"t\",\"level\":" + level + "}").getBytes(UTF_8);
            producer.send(new ProducerRecord<>(GOES, value));
            producer.flush();
            Rig.Ran ran = city.rig.run("stream", "delete", GOES);
            assertEquals(1, ran.code());
            assertTrue(ran.err().contains("A transaction is open in gone.levels"), ran.err());
            producer.commitTransaction();
        }
        return level;
    }

    private static void publishUntilRefused(
            City city, int first, Set<Integer> kept, Queue<String> refused, AtomicBoolean over) {
        try {
            for (int i = first; !over.get(); i += 4) {
                String answer =
                        city.asked(
                                "POST",
                                "/streams/" + GOES,
                                "application/x-ndjson",
                                "{\"station\":\"h\",\"level\":" + i + "}");
                if (!answer.startsWith("{\"records\":1")) {
                    refused.add(answer);
                    return;
                }
                kept.add(i);
            }
        } catch (Exception e) {
            refused.add(e.toString());
        }
    }

    private static void produceUntil(
            City city, int first, Set<Integer> kept, Queue<String> refused, AtomicBoolean over) {
        Properties settings = new Properties();
        try {
            settings.load(new StringReader(city.rig.run("env", "--for", "java").out()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        settings.put("linger.ms", "0");
        settings.put("max.block.ms", "400");
        settings.put("request.timeout.ms", "300");
        settings.put("delivery.timeout.ms", "400");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = first; !over.get(); i += 2) {
                int level = i;
                byte[] value = ("{\"station\":\"k\",\"level\":" + level + "}").getBytes(UTF_8);
                producer.send(
                        new ProducerRecord<>(GOES, value),
                        (_, e) -> {
                            if (e == null) {
                                kept.add(level);
                            } else {
                                refused.add(e.toString());
                            }
                        });
                LockSupport.parkNanos(500_000);
            }
        } catch (RuntimeException e) {
            refused.add(e.toString());
        }
    }
}
