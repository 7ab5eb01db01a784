package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.domicile.launcher.Rig.Ran;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A folder into a bucket: of a real server where one can be made to do it, else of an endpoint that
 * pages, fails and lies on demand.
 */
class ImportCommandTest {
    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private final long seed = Long.getLong("domicile.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private StubS3 s3;
    private Path files;

    @BeforeEach
    void open() throws IOException {
        System.out.println("domicile.seed=" + seed);
        s3 = new StubS3();
        files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(folder.resolve("credential"), "{\"accessKey\":\"AK\",\"secret\":\"SK\"}");
    }

    @AfterEach
    void close() {
        s3.close();
    }

    private byte[] write(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        Path file = files.resolve(name);
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.write(file, bytes);
        return bytes;
    }

    private Ran copy(String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "import",
                                files.toString(),
                                "s3://archive/scans",
                                "--endpoint",
                                s3.url(),
                                "--credential",
                                folder.resolve("credential").toString()));
        all.addAll(List.of(more));
        return Rig.command(all.toArray(String[]::new));
    }

    private long asked(String begin) {
        return s3.requests.stream().filter(each -> each.startsWith(begin)).count();
    }

    /**
     * With {@code -Ddomicile.s3=URL -Ddomicile.s3.credential=FILE} this is somebody else's
     * endpoint.
     */
    @Test
    void anyEndpointGetsTheWholeFolder() throws IOException {
        String named = System.getProperty("domicile.s3", "");
        String target = "s3://imported-" + (seed & 0xFFFFFF) + "/a/b";
        if (!named.isEmpty()) {
            Path credential = Path.of(System.getProperty("domicile.s3.credential", "credential"));
            new ImportedFolder(files, named, credential, target).check(random);
            return;
        }
        Rig rig = new Rig(folder);
        try (Cloud cloud = rig.open()) {
            new ImportedFolder(files, cloud.endpoints().s3(), rig.firstCredential(), target)
                    .check(random);
        }
    }

    /** The server on the data folder and its first credential are found without being named. */
    @Test
    void theRunningServerIsFound() throws IOException {
        write("a", 5);
        String part = "n".repeat(200);
        write(String.join("/", part, part, part, part, part, part), 3);
        Rig rig = new Rig(folder);
        String[] copy = {"import", files.toString(), "s3://archive/scans"};
        try (Cloud cloud = rig.open()) {
            Ran missing = rig.run(copy);
            assertEquals(1, missing.code());
            assertTrue(missing.err().contains("--create makes it"), missing.err());
            assertEquals(0, rig.run("bucket", "create", "archive").code());
            Ran dry = rig.run("import", files.toString(), "s3://archive/scans", "--dry-run");
            assertTrue(dry.out().contains("would copy scans/a\n"), dry.out() + dry.err());
            Ran ran = rig.run(copy);
            assertEquals(1, ran.code());
            assertTrue(ran.err().contains("longer than 1,024 bytes"), ran.err());
            assertTrue(ran.out().startsWith("1 files copied"), ran.out());
            String used = rig.run("uses", "--bucket", "archive", "--object", "scans/a").out();
            assertTrue(
                    used.lines()
                            .anyMatch(line -> line.matches(".* s3:PutObject +archive/scans/a .*")),
                    used);
            assertEquals("ready", cloud.instruments().status().state());
        }
    }

    @Test
    void copiesOnceAndThenFindsItThere() throws IOException {
        byte[] a = write("a.tif", 5_000);
        byte[] odd = write("sub/ü b+c&d%20;.txt", 10);
        write("empty", 0);
        write("z", 1);
        Files.createSymbolicLink(files.resolve("link"), files.resolve("a.tif"));
        Ran first = copy("--verify", "--json");
        assertEquals(0, first.code(), first.err());
        Json.Row row = first.rows().getFirst();
        assertEquals(4, row.number("copied"));
        assertEquals(5_011, row.number("bytes"));
        assertEquals(1, row.number("links"));
        assertArrayEquals(a, s3.objects.get("scans/a.tif"));
        assertArrayEquals(odd, s3.objects.get("scans/sub/ü b+c&d%20;.txt"));
        assertEquals(0, s3.objects.getOrDefault("scans/empty", new byte[9]).length);

        s3.requests.clear();
        Ran again = copy();
        assertEquals(0, again.code(), again.err());
        assertEquals(
                "0 files copied (0 B), 4 were there already; left out: 1 symbolic links, 0 other"
                        + " things that are no files\n",
                again.out());
        assertEquals(0, asked("PUT"));

        write("a.tif", 5_000); // other bytes, same size
        Ran changed = copy("--json");
        assertEquals(1, changed.rows().getFirst().number("copied"));
    }

    @Test
    void aLargeFileKeepsThePartsThatArrived() throws IOException {
        byte[] large = write("large", 33 * MIB);
        s3.busy = request -> request.contains("partNumber=3");
        Ran broken = copy();
        assertEquals(1, broken.code(), broken.out());
        assertTrue(broken.err().contains("SlowDown"), broken.err());
        assertTrue(broken.err().contains("run the same command again"), broken.err());
        assertTrue(s3.objects.isEmpty());

        s3.busy = request -> false;
        s3.requests.clear();
        Ran resumed = copy("--verify");
        assertEquals(0, resumed.code(), resumed.err());
        assertArrayEquals(large, s3.objects.get("scans/large"));
        assertEquals(1, asked("PUT"), () -> "" + s3.requests);
        assertEquals(0, asked("POST /archive/scans/large?uploads"));

        s3.requests.clear();
        assertEquals(1, copy("--json").rows().getFirst().number("present"));
        assertEquals(0, asked("PUT"));
    }

    @Test
    void anUploadThatIsGoneIsBegunAnew() throws IOException {
        byte[] large = write("large", 17 * MIB);
        s3.busy = request -> request.startsWith("PUT") && request.contains("partNumber=2");
        assertEquals(1, copy().code());
        AtomicBoolean gone = new AtomicBoolean();
        s3.busy =
                request -> {
                    // after the listing named it, somebody aborts it
                    if (request.startsWith("GET /archive/scans/large?uploadId")
                            && gone.compareAndSet(false, true)) {
                        s3.uploads.clear();
                    }
                    return false;
                };
        Ran ran = copy();
        assertEquals(0, ran.code(), ran.err());
        assertTrue(gone.get());
        assertArrayEquals(large, s3.objects.get("scans/large"));
    }

    @Test
    void aPassingFailureIsTriedAgain() throws IOException {
        write("a", 5);
        AtomicBoolean once = new AtomicBoolean();
        s3.busy = request -> request.startsWith("PUT") && once.compareAndSet(false, true);
        assertEquals(0, copy().code());
        assertEquals(2, asked("PUT"));
    }

    @Test
    void anotherSumThanTheFilesIsAFailure() throws IOException {
        write("a", 5);
        write("b", 5);
        s3.lies = request -> request.endsWith("/b");
        Ran ran = copy("--json");
        assertEquals(1, ran.code());
        Json.Row row = ran.rows().getFirst();
        assertEquals(1, row.number("copied"));
        assertEquals("scans/b", row.rows("failed").getFirst().text("file"));
        assertTrue(row.rows("failed").getFirst().text("why").contains("other bytes"), row.line());
    }

    @Test
    void whatIsReadBackMustBeTheFile() throws IOException {
        write("a", 5);
        assertEquals(0, copy().code());
        s3.objects.put("scans/a", new byte[5]); // and its ETag stays
        Ran ran = copy("--verify");
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("read back"), ran.err());
    }

    @Test
    void aFileThatChangesMeanwhileIsReported() throws IOException {
        write("a", 5);
        s3.busy =
                request -> {
                    if (request.startsWith("PUT")) {
                        try {
                            Files.writeString(files.resolve("a"), "longer than before");
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    }
                    return false;
                };
        Ran ran = copy();
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("changed while it was copied"), ran.err());
    }

    @Test
    void whereNothingAnswersIsSaidOnce() throws IOException {
        write("a", 5);
        s3.close();
        Ran ran = copy();
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("nothing answers at"), ran.err());
        assertEquals(1, ran.err().lines().count());
    }

    @Test
    void aFileOfAuthoritiesWithoutCertificatesIsSaid() throws IOException {
        write("a", 5);
        Ran ran = copy("--ca", folder.resolve("credential").toString());
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("PEM form"), ran.err());
    }

    @Test
    void partsAreAtMostTenThousand() {
        assertEquals(16L * MIB, Copying.partSize(17L * MIB));
        long terabyte = 1L << 40;
        long size = Copying.partSize(5 * terabyte);
        assertEquals(0, size % MIB);
        assertTrue((5 * terabyte + size - 1) / size <= 10_000);
    }
}
