package org.domicile.tiles;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.domicile.ledger.Ledger;
import org.domicile.tiles.Installation.Answered;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outsiders and organisations fetch, over a real server before the real guard. */
class TilesDoorTest {
    private static final String USES = "/ledger/use/main/node-1/";

    @TempDir private Path folder;
    private Installation at;

    @BeforeEach
    void open() throws IOException {
        at = new Installation(folder);
    }

    @AfterEach
    void close() {
        at.close();
    }

    /** A folder of partial tiles may go while it is walked: then it is walked again. */
    private static List<Path> files(Path log) throws IOException {
        java.io.UncheckedIOException gone = new java.io.UncheckedIOException(new IOException());
        for (int attempt = 0; attempt < 20; attempt++) {
            try (var walk = Files.walk(log)) {
                return walk.filter(Files::isRegularFile).toList();
            } catch (java.io.UncheckedIOException e) {
                gone = e;
            }
        }
        throw gone;
    }

    @Test
    void everyFileOfThePublicLogIsServedAsItLies() throws IOException {
        at.state(700);
        Path log = at.ledger.folder(Ledger.PUBLIC);
        List<Path> files = files(log);
        assertTrue(files.size() >= 8, files.toString()); // four full, three partial, the checkpoint
        for (Path file : files) {
            String path = "/ledger/public/" + log.relativize(file);
            Answered answered = at.get(path);
            if (answered.status() == 404) {
                assertFalse(Files.exists(file), path); // became full just now
                continue;
            }
            assertEquals(200, answered.status(), path);
            assertEquals("nosniff", answered.header("X-Content-Type-Options"));
            assertEquals("", answered.header("x-domicile-use"));
            if (file.endsWith("checkpoint")) {
                assertEquals("text/plain; charset=utf-8", answered.header("Content-Type"));
                assertEquals("public, no-cache", answered.header("Cache-Control"));
                assertTrue(answered.text().startsWith("test.example/ledger/public\n"));
            } else {
                assertEquals("application/octet-stream", answered.header("Content-Type"));
                assertEquals(
                        "public, max-age=31536000, immutable", answered.header("Cache-Control"));
                assertArrayEquals(Files.readAllBytes(file), answered.bytes(), path);
            }
        }
    }

    @Test
    void whatIsFetchedVerifiesAsAWhole() throws IOException {
        at.state(300);
        assertSound("public", fetched("/ledger/public/"));
        for (int i = 0; i < 5; i++) {
            at.get(USES + "checkpoint", Installation.basic(at.main));
        }
        at.awaitPublished();
        assertSound("use/main/node-1", fetched(USES, Installation.basic(at.main)));
    }

    private void assertSound(String log, Path files) {
        List<VerifierKey> keys =
                at.ledger.verifierKeys(log).stream().map(VerifierKey::parse).toList();
        Verdict verdict = new TiledLog(files).verify(keys, TiledLog.Options.plain());
        Verdict.Sound sound = assertInstanceOf(Verdict.Sound.class, verdict, verdict.toString());
        assertEquals("test.example/ledger/" + log, sound.origin());
        assertEquals(2, sound.signers().size());
    }

    /** All that a checkpoint needs, fetched as a mirror would: the checkpoint first. */
    private Path fetched(String prefix, String... headers) throws IOException {
        Path files = Files.createTempDirectory(folder, "fetched");
        fetch(files, prefix, "checkpoint", headers);
        long size = Long.parseLong(Files.readAllLines(files.resolve("checkpoint")).get(1));
        for (String file : needed(size)) {
            fetch(files, prefix, file, headers);
        }
        return files;
    }

    private void fetch(Path files, String prefix, String file, String... headers)
            throws IOException {
        Answered answered = at.get(prefix + file, headers);
        String got = file;
        if (answered.status() == 404 && file.contains(".p/")) {
            got = file.substring(0, file.indexOf(".p/"));
            answered = at.get(prefix + got, headers);
        }
        assertEquals(200, answered.status(), got);
        Path to = files.resolve(got);
        Files.createDirectories(to.getParent());
        Files.write(to, answered.bytes());
    }

    private static List<String> needed(long size) {
        List<String> files = new ArrayList<>();
        for (int level = 0; size >> (8 * level) > 0; level++) {
            long hashes = size >> (8 * level);
            for (long tile = 0; tile * 256 < hashes; tile++) {
                long width = Math.min(256, hashes - tile * 256);
                String place = "%03d".formatted(tile) + (width == 256 ? "" : ".p/" + width);
                files.add("tile/" + level + "/" + place);
                if (level == 0) {
                    files.add("tile/entries/" + place);
                }
            }
        }
        return files;
    }

    @Test
    void eachReadingOfAUseLogIsOnRecordBeforeItIsAnswered() throws IOException {
        Answered answered = at.get(USES + "checkpoint", Installation.basic(at.main));
        assertEquals(200, answered.status(), answered.text());
        assertEquals("private, no-cache", answered.header("Cache-Control"));
        Ledger.Recorded use = at.readings("main").getFirst();
        assertEquals("main/node-1/" + use.number(), answered.header("x-domicile-use"));
        assertEquals("use/main/node-1", use.object());
        assertEquals("127.0.0.1", use.address());
        assertEquals(answered.bytes().length, use.size());

        Answered tile = at.get(USES + "tile/0/000.p/1", Installation.basic(at.main));
        if (tile.status() == 200) {
            assertEquals("private, max-age=31536000, immutable", tile.header("Cache-Control"));
        }
        Answered absent = at.get(USES + "tile/0/x001/000", Installation.basic(at.main));
        assertEquals(404, absent.status());
        assertTrue(absent.header("x-domicile-use").startsWith("main/node-1/"));
        assertEquals(3, at.readings("main").size());
    }

    @Test
    void withoutTheRightCredentialNothingIsTold() throws IOException {
        String accessKey = at.main.credential().accessKey();
        for (String[] headers :
                new String[][] {
                    {},
                    {Installation.basic(accessKey + ":" + at.city.secret())},
                    {Installation.basic("nobody:" + at.main.secret())},
                    {Installation.basic(accessKey)},
                    {Installation.basic(accessKey + ":" + at.main.secret() + "x".repeat(600))},
                    {"Authorization: Basic %%%"},
                    {"Authorization: Bearer " + at.main.secret()},
                    {Installation.basic(at.main), Installation.basic(at.main)},
                }) {
            Answered answered = at.get(USES + "checkpoint", headers);
            assertEquals(401, answered.status(), answered.text());
            assertTrue(answered.header("WWW-Authenticate").startsWith("Basic realm="));
            assertEquals("no-store", answered.header("Cache-Control"));
            assertEquals("", answered.header("x-domicile-use"), "whose key it is is not told");
        }
        // once for whom the access key is; what repeats is counted
        assertEquals(1, at.readings("main").size());
        assertEquals("bad-credential", at.readings("main").getFirst().reason());
        assertEquals("refused", at.readings("main").getFirst().verdict());
        assertEquals("use/main/node-1", at.readings("main").getFirst().object());
        assertEquals(List.of(), at.readings("city"));
    }

    @Test
    void aKeyThatExistsIsRefusedNoLaterThanOneThatDoesNot() throws IOException {
        for (String accessKey : List.of(at.main.credential().accessKey(), "nobody")) {
            long began = System.nanoTime();
            Answered answered = at.get(USES + "checkpoint", Installation.basic(accessKey + ":x"));
            assertEquals(401, answered.status());
            assertTrue(System.nanoTime() - began >= 100_000_000L, accessKey);
        }
        assertEquals(1, at.readings("main").size());
    }

    @Test
    void anotherOrganisationsLogIsRefusedOnRecord() throws IOException {
        for (String log : List.of("main/node-1", "nobody/node-1", "installation/node-1")) {
            Answered answered =
                    at.get("/ledger/use/" + log + "/checkpoint", Installation.basic(at.city));
            assertEquals(403, answered.status());
            assertEquals("You have no access to this.\n", answered.text());
        }
        assertEquals("other-organisation", at.readings("city").getLast().reason());
        assertEquals(List.of(), at.readings("main"));
        at.administration().withdrawCredential(at.main.credential().accessKey());
        assertEquals(403, at.get(USES + "checkpoint", Installation.basic(at.main)).status());
        assertEquals("credential-withdrawn", at.readings("main").getFirst().reason());
    }

    @Test
    void aSecretIsNotTakenInClearFromAfar() throws IOException {
        Answered clear = at.ask("far", "GET", USES + "checkpoint", Installation.basic(at.main));
        assertEquals(403, clear.status());
        assertEquals("", clear.header("WWW-Authenticate"));
        assertEquals("", clear.header("x-domicile-use"));
        assertEquals("no-tls", at.readings("main").getFirst().reason());
        assertEquals(403, at.ask("far", "GET", USES + "checkpoint").status());
        assertEquals(1, at.readings("main").size());
        assertEquals(200, at.ask("far", "GET", "/ledger/public/checkpoint").status());
        Answered sealed =
                at.ask("far-tls", "GET", USES + "checkpoint", Installation.basic(at.main));
        assertEquals(200, sealed.status());
        assertEquals("192.0.2.7", at.readings("main").getFirst().address());
    }

    @Test
    void headConditionsAndMethodsAreHttps() throws IOException {
        Answered head = at.ask("web", "HEAD", "/ledger/public/checkpoint");
        assertEquals(200, head.status());
        assertEquals(0, head.bytes().length);
        assertTrue(Integer.parseInt(head.header("Content-Length")) > 100);
        String tag = head.header("ETag");
        Answered again = at.get("/ledger/public/checkpoint", "If-None-Match: \"x\", W/" + tag);
        // unless the log has moved in between
        if (again.header("ETag").equals(tag)) {
            assertEquals(304, again.status());
            assertEquals(0, again.bytes().length);
        }
        Answered use = at.get(USES + "checkpoint", Installation.basic(at.main), "If-None-Match: *");
        assertEquals(304, use.status());
        assertTrue(use.header("x-domicile-use").startsWith("main/"));
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "get")) {
            Answered answered = at.ask("web", method, "/ledger/public/checkpoint");
            assertEquals(405, answered.status(), method);
            assertEquals("GET, HEAD", answered.header("Allow"));
        }
        assertEquals(404, at.get("/ledger/public/../../keys/root").status());
        assertEquals(404, at.get("/ledger/public/tile/0/000.p/254").status());
        assertEquals(200, at.get("/ledger/public/checkpoint?again=1").status());
    }

    @Test
    void thePageNamesThePublicLogAndItsKeys() throws IOException {
        Answered page = at.get("/ledger/");
        assertEquals(200, page.status());
        assertEquals("text/html; charset=utf-8", page.header("Content-Type"));
        assertTrue(page.header("Content-Security-Policy").contains("default-src 'none'"));
        assertTrue(page.text().contains("test.example/ledger/public"));
        for (String key : at.ledger.verifierKeys(Ledger.PUBLIC)) {
            assertTrue(page.text().contains(key), key);
        }
        assertFalse(page.text().contains("use/main"));
        assertTrue(page.text().contains("href=\"public/checkpoint\""));
        Answered without = at.get("/ledger");
        assertEquals(308, without.status());
        assertEquals("/ledger/", without.header("Location"));
    }

    @Test
    void whenNothingCanBeRecordedOnlyThePublicLogIsServed() throws IOException {
        at.ledger.close();
        assertEquals(200, at.get("/ledger/public/checkpoint").status());
        Answered answered = at.get(USES + "checkpoint", Installation.basic(at.main));
        assertEquals(503, answered.status());
        assertEquals("1", answered.header("Retry-After"));
        assertEquals(503, at.get(USES + "checkpoint").status());
    }
}
