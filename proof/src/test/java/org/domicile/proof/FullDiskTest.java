package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that becomes full under the running program: what has no room is refused as S3 refuses it
 * and leaves nothing behind, what is there stays readable, and what is deleted makes room again. So
 * it is with a stream.
 */
class FullDiskTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final long DISK = 192L << 20;
    private static final int LARGE = 4 << 20;
    private static final int MIDDLE = 100 << 10;
    private static final int SMALL = 8 << 10;
    private static final byte[] NOTHING = {};
    private static final String STREAM = "full.levels";
    private static final String RECORDS = "{\"level\":1}\n".repeat(500);
    private static final Pattern KEY = Pattern.compile("<Key>([^<]+)</Key>");
    private static final Pattern TOKEN =
            Pattern.compile("<NextContinuationToken>([^<]+)</NextContinuationToken>");

    @TempDir Path folder;

    private final java.util.Random random = new java.util.Random(SEED);
    private final TreeMap<String, Content> model = new TreeMap<>();
    private final Set<String> uses = new HashSet<>();
    private LoopVolume volume;
    private Site site;
    private Server server;
    private S3Client client;
    private StreamLife streams;
    private int published;
    private UseLogs logs;

    @BeforeEach
    void open() throws Exception {
        System.out.println("seed " + SEED);
        volume = new LoopVolume(LoopVolume.FileSystem.EXT4, DISK);
        site = new Site.Volume(volume);
        site.prepare(0);
        logs = new UseLogs(site.data(0).resolve("ledger"), folder);
        start();
        client.send("PUT", "full", Map.of(), Map.of(), NOTHING);
    }

    @AfterEach
    void close() throws Exception {
        try (LoopVolume closing = volume) {
            System.out.println("full disk at " + closing.mountPoint());
            stop();
        }
    }

    private void start() throws Exception {
        server =
                Server.start(
                        new Server.Start(
                                site.data(0),
                                site.keys(0),
                                folder.resolve("server.out"),
                                List.of(),
                                List.of(),
                                List.of(
                                        "limits.disk.reserve=24MiB",
                                        "limits.memory.writes=4MiB",
                                        "upkeep.pause=2s")));
        server.awaitReady();
        client = server.client();
        streams = new StreamLife(server);
    }

    private void stop() throws InterruptedException {
        client.close();
        server.close();
    }

    @Test
    void whatHasNoRoomIsRefusedAndWhatIsDeletedMakesRoom() throws Exception {
        streams.stream(STREAM, 1);
        publish();
        fill("large/", LARGE, 60);
        fill("middle/", MIDDLE, 400);
        fill("small/", SMALL, 400);
        assertHolds();
        assertRefusedAnew();
        assertNothingIsPublished();
        String status = Server.command("status", "--data", site.data(0).toString());
        assertTrue(status.contains("! the disk is nearly full"), status);

        assertAdministrationGoesOn();

        // a full disk is no reason not to start
        stop();
        start();
        assertHolds();
        assertPublished();

        List<String> large = model.keySet().stream().filter(k -> k.startsWith("large/")).toList();
        for (String key : large.subList(0, large.size() / 2)) {
            assertEquals(204, answer("DELETE", key, NOTHING).status());
            model.remove(key);
        }
        long end = System.nanoTime() + 120_000_000_000L;
        while (!put("again", LARGE)) {
            assertTrue(System.nanoTime() < end, this::noRoom);
            LockSupport.parkNanos(500_000_000);
        }
        publish();
        fill("again/", LARGE, 60);
        assertHolds();
        assertPublished();
        assertLedger();
    }

    private void publish() throws Exception {
        StreamLife.done(
                streams.request("/streams/" + STREAM)
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofString(RECORDS)));
        published += (int) RECORDS.lines().count();
    }

    private void assertPublished() throws Exception {
        assertEquals(published, streams.values(STREAM, published).size());
    }

    private void assertNothingIsPublished() throws Exception {
        IOException refused = assertThrows(IOException.class, this::publish);
        assertTrue(String.valueOf(refused.getMessage()).startsWith("503 "), refused::getMessage);
        assertTrue(String.valueOf(refused.getMessage()).contains("limits.disk.reserve"));
        assertPublished();
    }

    private String noRoom() {
        try (Stream<Path> files = Files.walk(site.data(0))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.toFile().length() + " " + file)
                    .collect(
                            Collectors.joining(
                                    "\n", "what was deleted makes no room in 120 s:\n", ""));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Until it is refused. */
    private void fill(String prefix, int length, int most) throws Exception {
        int count = 0;
        while (put(prefix + count, length)) {
            count++;
            assertTrue(count < most, "the disk does not become full");
        }
        System.out.println(prefix + ": " + count + " had room");
    }

    /** Whether it was taken; else it was refused as it has to be. */
    private boolean put(String key, int length) throws Exception {
        Content content = new Content(random.nextLong(), length);
        S3Client.Answer answer = answer("PUT", key, content.bytes());
        if (answer.status() == 200) {
            model.put(key, content);
            return true;
        }
        assertFull(answer);
        return false;
    }

    private static void assertFull(S3Client.Answer answer) {
        assertEquals(507, answer.status(), answer::text);
        assertTrue(answer.text().contains("<Code>InsufficientStorage</Code>"), answer::text);
    }

    /** An overwrite and a part are refused too, and what was there stays. */
    private void assertRefusedAnew() throws Exception {
        String key = "full/" + model.firstKey();
        assertFull(client.send("PUT", key, Map.of(), Map.of(), new byte[LARGE]));
        S3Client.Answer begun =
                client.send("POST", "full/parts", Map.of("uploads", ""), Map.of(), NOTHING);
        assertEquals(200, begun.status(), begun::text);
        var upload = Pattern.compile("<UploadId>([^<]+)<").matcher(begun.text());
        assertTrue(upload.find());
        Map<String, String> part = Map.of("partNumber", "1", "uploadId", upload.group(1));
        assertFull(client.send("PUT", "full/parts", part, Map.of(), new byte[LARGE]));
        S3Client.Answer parts =
                client.send(
                        "GET",
                        "full/parts",
                        Map.of("uploadId", upload.group(1)),
                        Map.of(),
                        NOTHING);
        assertTrue(parts.status() == 200 && !parts.text().contains("<Part>"), parts::text);
        assertHolds();
    }

    /** Records of reads fill what small records may take; what is kept for the operator is left. */
    private void assertAdministrationGoesOn() throws Exception {
        int reads = 0;
        String missing = "full/" + "m".repeat(900);
        while (client.send("GET", missing + reads, Map.of(), Map.of(), NOTHING).status() == 404) {
            reads++;
            assertTrue(reads < 60_000, "reading is recorded for ever on a full disk");
        }
        System.out.println(reads + " reads were recorded before there was no room for more");
        String data = site.data(0).toString();
        Server.command("zone", "create", "annex", "--parent", "home", "--data", data);
        Server.command("ledger", "retention", "--days", "30", "--data", data);
        String told = Server.command("uses", "--last", "1h", "--data", data);
        assertTrue(told.contains("full/"), told);
        // what removes something is recorded longer than what reads, and so makes room again
        long end = System.nanoTime() + 120_000_000_000L;
        List<String> large = model.keySet().stream().filter(k -> k.startsWith("large/")).toList();
        // as many as leave room for what is read below, not for one record more
        for (String key : large.subList(0, large.size() / 4)) {
            assertEquals(204, answer("DELETE", key, NOTHING).status());
            model.remove(key);
        }
        while (answer("GET", "large/none", NOTHING).status() != 404) {
            assertTrue(System.nanoTime() < end, this::noRoom);
            LockSupport.parkNanos(200_000_000);
        }
    }

    /** The bucket lists what the model has, and gives its bytes. */
    private void assertHolds() throws Exception {
        TreeSet<String> listed = new TreeSet<>();
        Map<String, String> query = Map.of("list-type", "2");
        while (true) {
            S3Client.Answer page = read("full", query);
            assertEquals(200, page.status(), page::text);
            KEY.matcher(page.text()).results().forEach(found -> listed.add(found.group(1)));
            var token = TOKEN.matcher(page.text());
            if (!token.find()) {
                break;
            }
            query = Map.of("list-type", "2", "continuation-token", token.group(1));
        }
        assertEquals(model.keySet(), listed);
        List<String> some = new ArrayList<>(model.keySet());
        java.util.Collections.shuffle(some, random);
        for (String key : some.subList(0, Math.min(20, some.size()))) {
            S3Client.Answer answer = read("full/" + key, Map.of());
            assertEquals(200, answer.status(), answer::text);
            assertEquals(-1, expected(key).differsAt(answer.body()), key);
        }
    }

    /** What moves bodies together may take the room of records of reads for as long as it moves. */
    private S3Client.Answer read(String target, Map<String, String> query)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + 30_000_000_000L;
        S3Client.Answer answer = client.send("GET", target, query, Map.of(), NOTHING);
        while (answer.status() == 507 && System.nanoTime() < end) {
            LockSupport.parkNanos(200_000_000);
            answer = client.send("GET", target, query, Map.of(), NOTHING);
        }
        if (answer.status() < 300) {
            uses.add(answer.use());
        }
        return answer;
    }

    private Content expected(String key) {
        return java.util.Objects.requireNonNull(model.get(key), key);
    }

    private S3Client.Answer answer(String method, String key, byte[] body)
            throws IOException, InterruptedException {
        S3Client.Answer answer = client.send(method, "full/" + key, Map.of(), Map.of(), body);
        if (answer.status() < 300) {
            uses.add(answer.use());
        }
        return answer;
    }

    /** Every use that was answered is in the log, which verifies. */
    private void assertLedger() throws Exception {
        String keys = Server.command("ledger", "key", "--data", site.data(0).toString());
        logs.learnKeys(keys).ifPresent(wrong -> assertEquals("", wrong));
        logs.owe(Set.copyOf(uses));
        assertEquals(List.of(), logs.check());
        assertTrue(uses.size() > 100, () -> uses.size() + " uses");
    }
}
