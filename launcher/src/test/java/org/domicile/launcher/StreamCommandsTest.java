package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams by command and over HTTP, with the log that serves them, and through a restart. */
@Timeout(120)
final class StreamCommandsTest {
    @TempDir private Path folder;
    @TempDir static Path above;
    private static Rig shared;
    private static Cloud running;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** One for all tests that neither restart nor withdraw what others need. */
    @BeforeAll
    static void open() throws IOException {
        shared = new Rig(above);
        running = shared.open("kafka.listen=127.0.0.1:0");
    }

    @AfterAll
    static void close() {
        running.close();
    }

    private static HttpRequest.Builder request(Rig rig, String path) throws IOException {
        Endpoints server = Endpoints.on(new Folder(rig.data()));
        FirstCredential own = FirstCredential.read(server.firstCredential()).orElseThrow();
        return HttpRequest.newBuilder(
                        URI.create(server.urls().getOrDefault("web", "") + "/streams/" + path))
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                (own.accessKey() + ":" + own.secret())
                                                        .getBytes(UTF_8)));
    }

    private static HttpResponse<String> sent(HttpRequest request) throws Exception {
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void done(Rig.Ran ran) {
        assertEquals(0, ran.code(), ran.err());
    }

    @Test
    void streamsAreMadeFilledFollowedAndSurviveARestart() throws Exception {
        Rig rig = new Rig(folder);
        Path readings = folder.resolve("readings.ndjson");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append("{\"station\":\"s%d\",\"level\":%d}\n".formatted(i % 7, i));
        }
        Files.writeString(readings, lines);
        try (Cloud cloud = rig.open("kafka.listen=127.0.0.1:0")) {
            Rig.Ran early = rig.run("env", "--for", "kcat");
            assertTrue(early.err().contains("stream create"), early::err);
            done(rig.run("stream", "create", "water.levels", "--partitions", "2"));
            Rig.Ran again = rig.run("stream", "create", "water.levels");
            assertTrue(again.code() != 0 && again.err().contains("is taken"), again::err);
            done(
                    rig.run(
                            "stream",
                            "publish",
                            "water.levels",
                            readings.toString(),
                            "--key",
                            "station"));
            assertEquals(
                    100,
                    rig
                            .run("stream", "show", "water.levels", "--json")
                            .rows()
                            .getFirst()
                            .rows("extents")
                            .stream()
                            .mapToLong(each -> each.number("next") - each.number("first"))
                            .sum());
            List<Json.Row> followed =
                    rig.run(
                                    "stream",
                                    "tail",
                                    "water.levels",
                                    "--from",
                                    "beginning",
                                    "--limit",
                                    "100",
                                    "--json")
                            .rows();
            assertEquals(100, followed.size());
            assertEquals(
                    4_950,
                    followed.stream().mapToLong(each -> each.row("value").number("level")).sum());
            assertTrue(
                    rig.run("stream", "tail", "water.levels", "--from", "0:3", "--limit", "1")
                            .out()
                            .contains("{\"station\":"));
            done(
                    rig.run(
                            "stream",
                            "change",
                            "water.levels",
                            "--partitions",
                            "3",
                            "--retention",
                            "2h"));
            Rig.Ran fewer = rig.run("stream", "change", "water.levels", "--partitions", "1");
            assertTrue(fewer.err().contains("only grows"), fewer::err);
            assertTrue(rig.run("env", "--for", "kcat").out().contains("bootstrap.servers="));
            assertTrue(rig.run("status").out().contains("1 stream"));
            done(rig.run("label", "streams://main/water.", "--classes", "open"));
            assertTrue(rig.run("label", "list").out().contains("streams://main/water."));
            erasuresNameWhatIsAboutPeople(rig);
        }
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Cloud cloud =
                        rig.open(
                                "kafka.listen=127.0.0.1:" + taken.getLocalPort(),
                                "streams.volume=encrypted")) {
            untilStatus(rig, true);
            taken.close(); // and no restart
            untilStatus(rig, false);
            Rig.Ran stated = rig.run("uses", "--organisation", "installation", "--json");
            assertTrue(stated.out().contains("upkeep:StateEncryption"), stated::out);
            assertEquals(
                    100,
                    rig.run(
                                    "stream",
                                    "tail",
                                    "water.levels",
                                    "--from",
                                    "beginning",
                                    "--limit",
                                    "100",
                                    "--json")
                            .rows()
                            .size());
            List<String> uses =
                    rig.run("uses", "--bucket", "streams", "--json").rows().stream()
                            .map(each -> each.text("action") + " " + each.text("object"))
                            .toList();
            assertTrue(
                    uses.stream()
                            .anyMatch(each ->
                                    each.startsWith(
                                            "streams:Published streams/water.levels 100 records"
                                                    + " 0:0-")),
                    uses::toString);
            assertTrue(
                    uses.stream()
                            .anyMatch(each -> each.startsWith("streams:Polled streams/water.")),
                    uses::toString);
            done(rig.run("stream", "delete", "water.levels"));
            assertTrue(rig.run("stream", "list").out().contains("no streams"));
            theEndOfAPurposeEndsWhoFollows(rig);
        }
    }

    private void erasuresNameWhatIsAboutPeople(Rig rig) throws IOException {
        done(rig.run("bucket", "create", "clinic"));
        done(rig.run("subject", "rule", "create", "s3://clinic/", "--pattern", "of/{subject}/"));
        Path scans = folder.resolve("scans");
        for (String each : List.of("p-1", "p-2")) {
            Files.writeString(
                    Files.createDirectories(scans.resolve("of").resolve(each)).resolve("a"), "a");
        }
        done(rig.run("import", scans.toString(), "s3://clinic"));
        Rig.Ran open = rig.run("erase", "--subject", "p-1");
        done(open);
        assertFalse(open.out().contains("water.levels"), open::out);
        done(rig.run("label", "streams://main/water.", "--classes", "name"));
        Rig.Ran named = rig.run("erase", "--subject", "p-2");
        done(named);
        assertTrue(named.out().contains("water.levels: gone by 20"), named::out);
        done(rig.run("label", "streams://main/water.", "--classes", "open"));
    }

    /** Who comes back where it was misses nothing, in partitions that had not come yet either. */
    @Test
    void whoComesBackMissesNothing() throws Exception {
        Rig rig = shared;
        done(rig.run("stream", "create", "air", "--partitions", "2"));
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append("{\"k\":\"%d\",\"n\":%d}\n".formatted(i % 9, i));
        }
        sent(
                request(rig, "air?key=k")
                        .POST(HttpRequest.BodyPublishers.ofString(lines.toString()))
                        .build());
        String first = sent(request(rig, "air/records?from=beginning&limit=1").build()).body();
        String id = first.lines().filter(each -> each.startsWith("id: ")).findFirst().orElseThrow();
        assertEquals(2, id.split(",", -1).length, id);
        assertEquals(39, records(behind(rig, id, 39)));
        HttpResponse<InputStream> follows =
                HTTP.send(
                        request(rig, "air/records?limit=3").build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        done(rig.run("stream", "change", "air", "--partitions", "6"));
        Properties settings = new Properties();
        settings.load(new StringReader(rig.run("env", "--for", "java").out()));
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, bytes, bytes)) {
            for (int partition : List.of(5, 0, 3)) {
                producer.send(new ProducerRecord<>("air", partition, null, new byte[] {'1'})).get();
            }
        }
        String all = new String(follows.body().readAllBytes(), UTF_8);
        assertEquals(3, records(all), all);
        // with an id of before it grew
        String later = behind(rig, id, 42);
        assertEquals(42, records(later));
        assertTrue(later.contains("{\"partition\":5"), later);
        Rig.Ran alike = rig.run("stream", "create", "a_r");
        done(alike);
        Rig.Ran taken = rig.run("stream", "create", "a.r");
        assertTrue(taken.err().contains("is taken"), taken::err);
    }

    /** What comes behind the place that an event's line {@code id: } names. */
    private static String behind(Rig rig, String id, int limit) throws Exception {
        return sent(request(rig, "air/records?limit=" + limit)
                        .header("Last-Event-ID", id.substring(4))
                        .build())
                .body();
    }

    private static long records(String events) {
        return events.lines().filter(each -> each.startsWith("data: {\"part")).count();
    }

    @Test
    void whatCannotBeSaysWhatToDo() throws Exception {
        Rig rig = shared;
        done(rig.run("stream", "create", "wind"));
        HttpResponse<String> wrong =
                sent(
                        request(rig, "wind")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"a\":1}\nno\n"))
                                .build());
        assertEquals(400, wrong.statusCode());
        assertTrue(wrong.body().contains("Line 2 is not JSON"), wrong::body);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write("{\"a\":1}\n{\"a\":2}\n".getBytes(UTF_8));
        }
        HttpResponse<String> made =
                sent(
                        request(rig, "wind")
                                .header("Content-Encoding", "gzip")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(packed.toByteArray()))
                                .build());
        assertEquals(200, made.statusCode(), made.body());
        assertTrue(made.body().startsWith("{\"records\":2,"), made::body);
        for (String[] asked :
                new String[][] {
                    {"GET", "none", "404", "no-such-stream"},
                    {"POST", "none", "404", "no-such-stream"},
                    {"DELETE", "none", "404", "no-such-stream"},
                    {"GET", "wind/records?from=x", "400", "malformed"},
                    {"GET", "wind?more=1", "400", "malformed"},
                    {"PUT", "__mine", "404", "no-such-path"},
                    {"PUT", "a/b/c/d", "404", "no-such-path"},
                    {"POST", "", "405", "no-such-method"}
                }) {
            HttpResponse<String> answer =
                    sent(
                            request(rig, asked[1])
                                    .method(
                                            asked[0],
                                            HttpRequest.BodyPublishers.ofString(
                                                    asked[0].equals("POST") ? "1" : ""))
                                    .build());
            assertEquals(asked[2], "" + answer.statusCode(), () -> String.join(" ", asked));
            assertTrue(answer.body().contains(asked[3]), answer::body);
        }
        HttpResponse<String> stranger =
                sent(
                        HttpRequest.newBuilder(request(rig, "").build().uri())
                                .header("Authorization", "Basic bm9ib2R5OnNlY3JldA==")
                                .build());
        assertEquals(401, stranger.statusCode());
        aStreamThatIsATableIsMadeWholeOrNotAtAll(rig);
    }

    private void aStreamThatIsATableIsMadeWholeOrNotAtAll(Rig rig) throws IOException {
        Path text = folder.resolve("text.avsc");
        Files.writeString(text, "{\"type\": \"string\"}");
        Path levels = folder.resolve("levels.avsc");
        Files.writeString(
                levels,
                """
                {"type": "record", "name": "Level", "fields": [
                  {"name": "station", "type": "string"}, {"name": "level", "type": "int"}]}
                """);
        List<String> before = names(rig);
        Rig.Ran nameless =
                rig.run("stream", "create", "levels", "--schema", levels.toString(), "--table");
        assertTrue(nameless.err().contains("NAMESPACE.TABLE"), nameless::err);
        Rig.Ran bare = rig.run("stream", "create", "water.levels", "--table");
        assertTrue(bare.err().contains("--schema FILE"), bare::err);
        Rig.Ran none =
                rig.run("stream", "create", "water.levels", "--schema", text.toString(), "--table");
        assertTrue(none.code() != 0 && none.err().contains("can be no table"), none::err);
        assertEquals(before, names(rig));
        assertFalse(rig.run("schema", "list").out().contains("levels"));
        done(rig.run("stream", "create", "water.levels", "--schema", levels.toString(), "--table"));
        Rig.Ran shown = rig.run("stream", "show", "water.levels");
        assertTrue(shown.out().contains("its records are AVRO"), shown::out);
        assertTrue(shown.out().contains("is the table water.levels"), shown::out);
    }

    private static List<String> names(Rig rig) throws IOException {
        return rig.run("stream", "list", "--json").rows().stream()
                .map(each -> each.text("name"))
                .toList();
    }

    private static void untilStatus(Rig rig, boolean warns) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        String status = rig.run("status").out();
        for (int i = 0; i < 300 && status.contains("streams are not served") != warns; i++) {
            assertFalse(never.await(100, TimeUnit.MILLISECONDS));
            status = rig.run("status").out();
        }
        assertEquals(warns, status.contains("streams are not served"), status);
    }

    /** Whether Kafka's client is let in. */
    private static boolean logsIn(Rig rig, String mechanism) throws Exception {
        Properties settings = new Properties();
        settings.load(new StringReader(rig.run("env", "--for", "java").out()));
        settings.put("sasl.mechanism", mechanism);
        settings.put(
                "sasl.jaas.config",
                rig.kafkaLogin(mechanism)
                        .replaceFirst("username=\"[^\"]*\"", "username=\"gone-key\"")
                        .replaceFirst("password=\"[^\"]*\"", "password=\"a-secret-that-goes\""));
        try (Admin admin = Admin.create(settings)) {
            admin.listTopics().names().get(20, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            assertInstanceOf(SaslAuthenticationException.class, e.getCause());
            return false;
        }
    }

    @Test
    void aCredentialThatWasWithdrawnLetsNobodyIn() throws Exception {
        Rig rig = shared;
        done(rig.run("stream", "create", "rain"));
        done(rig.run("principal", "create", "Gone", "--organisation", "main"));
        done(
                rig.run(
                        "credential",
                        "create",
                        "--principal",
                        "Gone",
                        "--organisation",
                        "main",
                        "--purpose",
                        "first-steps",
                        "--access-key",
                        "gone-key",
                        "--secret-file",
                        Rig.secret(folder.resolve("secret"), "a-secret-that-goes\n").toString()));
        assertTrue(logsIn(rig, "PLAIN"));
        assertTrue(logsIn(rig, "SCRAM-SHA-256"));
        done(rig.run("credential", "withdraw", "gone-key"));
        assertFalse(logsIn(rig, "PLAIN"));
        assertFalse(logsIn(rig, "SCRAM-SHA-256"));
    }

    /** Tells when it got a first record, and when it was told that it may not any more. */
    private static void polls(
            Rig rig, CompletableFuture<String> first, CompletableFuture<Long> ended) {
        Properties settings = new Properties();
        try {
            settings.load(new StringReader(rig.run("env", "--for", "java").out()));
            settings.put("group.id", "readers");
            settings.put("auto.offset.reset", "earliest");
            settings.put("enable.metrics.push", "false");
            // it would wait for a minute
            settings.put("fetch.max.wait.ms", "60000");
            settings.put("fetch.min.bytes", "1000000");
            settings.put("request.timeout.ms", "70000");
            long patience = System.nanoTime() + 60_000_000_000L;
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(
                            settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(List.of("air"));
                while (System.nanoTime() - patience < 0) {
                    for (ConsumerRecord<byte[], byte[]> each :
                            consumer.poll(Duration.ofMillis(100))) {
                        first.complete(new String(each.value(), UTF_8));
                    }
                }
            } catch (AuthorizationException e) {
                ended.complete(System.nanoTime());
            }
        } catch (IOException | RuntimeException e) {
            first.completeExceptionally(e);
            ended.completeExceptionally(e);
        }
    }

    private static Socket begun(HttpRequest like, String asked) throws IOException {
        Socket socket = new Socket(like.uri().getHost(), like.uri().getPort());
        socket.setSoTimeout(5_000);
        String head =
                asked
                        + " HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nAuthorization: "
                        + like.headers().firstValue("Authorization").orElseThrow()
                        + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(UTF_8));
        return socket;
    }

    /** Whose bodies do not come has half of the places, and nobody else waits for them. */
    @Test
    void anOrganisationLeavesPlacesToOthers() throws Exception {
        Rig rig = shared;
        Path secret = folder.resolve("secret");
        Rig.secret(secret, "a-secret-of-roads-and-bridges\n");
        List<Socket> slow = new ArrayList<>();
        done(rig.run("organisation", "create", "roads"));
        done(rig.run("principal", "create", "Ro", "--organisation", "roads"));
        done(
                rig.run(
                        "purpose",
                        "create",
                        "levels",
                        "--organisation",
                        "roads",
                        "--kind",
                        "infrastructure",
                        "--text",
                        "Levels of roads",
                        "--owner",
                        "Roads",
                        "--legal-basis",
                        "Roads Act",
                        "--zones",
                        "home",
                        "--expires",
                        "2098-12-31"));
        done(
                rig.run(
                        "credential",
                        "create",
                        "--principal",
                        "Ro",
                        "--organisation",
                        "roads",
                        "--purpose",
                        "levels",
                        "--access-key",
                        "roads-key",
                        "--secret-file",
                        secret.toString()));
        HttpRequest like = request(rig, "").build();
        HttpRequest own =
                HttpRequest.newBuilder(like, (_, _) -> true)
                        .uri(like.uri().resolve("/watches/"))
                        .build();
        try {
            for (int i = 0; i < 16; i++) {
                slow.add(begun(like, "PUT /watches/w" + i));
            }
            long end = System.nanoTime() + 30_000_000_000L;
            HttpResponse<String> full = sent(own);
            while (full.statusCode() != 503) {
                assertTrue(System.nanoTime() < end, full::body);
                slow.add(begun(like, "PUT /watches/more")); // the first may have been told 408
                full = sent(own);
            }
            assertTrue(full.body().contains("of your organisation"), full::body);
            String login =
                    Base64.getEncoder()
                            .encodeToString(
                                    "roads-key:a-secret-of-roads-and-bridges".getBytes(UTF_8));
            HttpResponse<String> other =
                    sent(
                            HttpRequest.newBuilder(own.uri())
                                    .header("Authorization", "Basic " + login)
                                    .build());
            assertEquals(200, other.statusCode(), other.body());
        } finally {
            for (Socket each : slow) {
                each.close();
            }
        }
        long free = System.nanoTime() + 30_000_000_000L; // for the tests that come next
        while (sent(own).statusCode() == 503) {
            assertTrue(System.nanoTime() < free, "places are not given back");
        }
    }

    /** The answer to a request whose body never comes. */
    private static String refusedBeforeItsBody(Rig rig, String asked) throws IOException {
        HttpRequest like = request(rig, "").build();
        try (Socket socket = begun(like, asked)) {
            return new String(socket.getInputStream().readNBytes(12), UTF_8);
        }
    }

    /** Whoever follows a stream is cut off within a second of the end of its purpose. */
    private static void theEndOfAPurposeEndsWhoFollows(Rig rig) throws Exception {
        done(rig.run("stream", "create", "air"));
        HttpResponse<java.io.InputStream> following =
                HTTP.send(
                        request(rig, "air/records").build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, following.statusCode());
        sent(request(rig, "air").POST(HttpRequest.BodyPublishers.ofString("{\"n\":1}")).build());
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(following.body(), UTF_8))) {
            String line = reader.readLine();
            while (!line.startsWith("data: ")) {
                line = reader.readLine();
            }
            assertTrue(line.endsWith("\"value\":{\"n\":1}}"), line);
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<Long> ended = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> polls(rig, first, ended));
            assertEquals("{\"n\":1}", first.get(30, TimeUnit.SECONDS));
            done(rig.run("purpose", "withdraw", "first-steps"));
            long begun = System.nanoTime();
            String event = "";
            for (line = reader.readLine(); line != null; line = reader.readLine()) {
                event = line.startsWith("event: ") ? line : event;
                assertFalse(line.startsWith("data: {\"partition\""), line);
            }
            assertEquals("event: error", event);
            // within a second, and a machine that is busy takes longer
            assertTrue(System.nanoTime() - begun < 5_000_000_000L, "it went on for too long");
            long longer = ended.get(10, TimeUnit.SECONDS) - begun;
            assertTrue(longer < 5_000_000_000L, () -> "Kafka's client went on: " + longer);
        }
        for (String asked :
                List.of(
                        "PUT /streams/new",
                        "PATCH /streams/air",
                        "POST /streams/air",
                        "PUT /watches/new",
                        "POST /schemas/subjects/air-value/versions")) {
            assertEquals("HTTP/1.1 403", refusedBeforeItsBody(rig, asked), asked);
        }
    }
}
