package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power fails under the keyspace, the one place where a commit becomes durable, and under the
 * whole server with its keys. A kill keeps the page cache and so proves no sync; this does: with
 * the sync calls taken out, the same runs lose what was acknowledged.
 */
class PowerCutTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final int CUTS = 10;

    private final Random random = new Random(SEED);

    @Test
    void whatWasAcknowledgedOutlivesThePower() throws Exception {
        System.out.println("seed " + SEED);
        long acknowledged = 0;
        try (LoopVolume volume = new LoopVolume(LoopVolume.FileSystem.EXT4)) {
            List<Long> all = new ArrayList<>();
            for (int cut = 0; cut < CUTS; cut++) {
                all.addAll(writeUntilCut(volume, cut, List.of()));
                volume.revive();
                assertEquals(List.of(), missing(volume, all), "lost in cut " + cut);
            }
            acknowledged = all.size();
        }
        assertTrue(acknowledged > CUTS * 20L, "only " + acknowledged + " were written");
        System.out.println(CUTS + " cuts, " + acknowledged + " acknowledged, none lost");
    }

    @Test
    void withoutTheSyncTheSameRunLosesThem() throws Exception {
        System.out.println("seed " + SEED);
        List<String> unsynced = unsynced();
        int lost = 0;
        int acknowledged = 0;
        for (int cut = 0; cut < 3 && lost == 0; cut++) {
            try (LoopVolume volume = new LoopVolume(LoopVolume.FileSystem.EXT4)) {
                List<Long> all = writeUntilCut(volume, 0, unsynced);
                volume.revive();
                acknowledged += all.size();
                lost += missing(volume, all).size();
            }
        }
        assertTrue(acknowledged > 0, "nothing was acknowledged");
        assertTrue(lost > 0, "the cut loses nothing, so it proves nothing");
        System.out.println("without sync: " + lost + " of " + acknowledged + " lost");
    }

    @Test
    void theServerKeepsWhatItAcknowledged(@TempDir Path work) throws Exception {
        System.out.println("seed " + SEED);
        Figures figures = cutServers(work, CUTS, List.of());
        System.out.println(figures.line());
        assertEquals(List.of(), figures.violations(), "again: -Ddomicile.seed=" + SEED);
        assertTrue(figures.passed() >= CUTS, figures::line);
        assertTrue(figures.more().getOrDefault("acknowledged", 0L) > CUTS * 5L, figures::line);
    }

    /**
     * Looked for in the files that Kafka's log reads when it starts again; that it does, deaths of
     * the process show (StreamDeathsTest).
     */
    @Test
    void aStreamKeepsWhatItAcknowledged(@TempDir Path work) throws Exception {
        System.out.println("seed " + SEED);
        String stream = "drift.levels";
        Set<String> acknowledged = new ConcurrentSkipListSet<>();
        String left;
        try (Site site = new Site.Volume(new LoopVolume(LoopVolume.FileSystem.EXT4))) {
            site.prepare(0);
            Server.Start start =
                    new Server.Start(
                            site.data(0),
                            site.keys(0),
                            work.resolve("output"),
                            List.of(),
                            List.of(),
                            List.of("sql.warm=0"));
            try (Server server = Server.start(start)) {
                server.awaitReady();
                StreamLife life = new StreamLife(server);
                life.stream(stream, 1);
                Thread writer =
                        Thread.ofPlatform().start(() -> publish(life, stream, acknowledged));
                Await.until("records are acknowledged", () -> acknowledged.size() >= 5);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
                life.end();
                site.strike(server);
                writer.join();
            }
            left = segments(site.data(0), stream + "-0");
        }
        int count = acknowledged.size();
        acknowledged.removeIf(left::contains);
        assertEquals(Set.of(), acknowledged, "again: -Ddomicile.seed=" + SEED);
        System.out.println(count + " records acknowledged, none lost");
    }

    /** One record after another, until the life ends. */
    private static void publish(StreamLife life, String stream, Set<String> acknowledged) {
        try {
            for (int i = 0; !life.over(); i++) {
                String value = "{\"n\":" + i + "}";
                if (life.send(stream, "n" + i, value) instanceof StreamLife.Sent.Acknowledged) {
                    acknowledged.add(value);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the files of a partition hold; nothing where there is none. */
    private static String segments(Path data, String partition) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path each : files.filter(file -> file.toString().endsWith(".log")).toList()) {
                if (data.relativize(each).toString().contains(partition + "/")) {
                    all.append(Files.readString(each, StandardCharsets.ISO_8859_1));
                }
            }
        }
        return all.toString();
    }

    @Test
    void aServerWithoutSyncsLosesIt(@TempDir Path work) throws Exception {
        System.out.println("seed " + SEED);
        List<String> lost = new ArrayList<>();
        for (int attempt = 0; attempt < 3 && lost.isEmpty(); attempt++) {
            Path folder = Files.createDirectories(work.resolve("attempt-" + attempt));
            lost.addAll(cutServers(folder, 1, unsynced()).violations());
        }
        assertTrue(!lost.isEmpty(), "the cut loses nothing, so it proves nothing");
        System.out.println("without sync: " + lost.getFirst());
    }

    /** The server under load, its disk cut off, mounted again and looked at, so often. */
    private Figures cutServers(Path work, int cuts, List<String> wrapper) throws Exception {
        try (Rounds rounds =
                new Rounds(
                        new Site.Volume(new LoopVolume(LoopVolume.FileSystem.EXT4)),
                        work,
                        SEED,
                        System.out::println,
                        wrapper)) {
            for (int i = 0; i < cuts; i++) {
                rounds.play(Proofs.afterLoad(random));
            }
            return rounds.finish("power");
        }
    }

    /** A program that starts another, for which each sync succeeds and does nothing. */
    private static List<String> unsynced() {
        String calls = "fsync,fdatasync,sync_file_range,msync,sync,syncfs";
        return List.of(
                Foreign.program("strace"),
                "-f",
                "-qq",
                "--seccomp-bpf",
                "-o",
                "/dev/null",
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + calls + ":retval=0");
    }

    /** Starts the appender, cuts the power after a while, and returns what it had printed. */
    private List<Long> writeUntilCut(LoopVolume volume, int start, List<String> wrapper)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(wrapper);
        words.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Appender.class.getName(),
                        volume.mountPoint().resolve("keyspace").toString(),
                        Integer.toString(start)));
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .start();
        List<Long> acknowledged = Collections.synchronizedList(new ArrayList<>());
        try (BufferedReader said = process.inputReader(StandardCharsets.US_ASCII)) {
            List<String> before = new ArrayList<>();
            String first = said.readLine();
            while (first != null && !first.equals("ready")) {
                before.add(first);
                first = said.readLine();
            }
            assertEquals("ready", first, before::toString);
            Thread reader =
                    Thread.ofPlatform()
                            .start(() ->
                                    said.lines()
                                            .filter(line -> line.matches("\\d+"))
                                            .forEach(line -> acknowledged.add(Long.valueOf(line))));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(400)));
            try {
                Freeze.now(process);
                volume.cut();
            } finally {
                kill(process); // else the reader would never end
            }
            reader.join(30_000);
        } finally {
            kill(process);
        }
        return List.copyOf(acknowledged);
    }

    /** strace's child too. */
    private static void kill(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the killed process does not end");
    }

    /** Numbers that were acknowledged and are not there whole, in the record and in the log. */
    private static List<Long> missing(LoopVolume volume, List<Long> acknowledged) {
        Path folder = volume.mountPoint().resolve("keyspace");
        if (!Files.isDirectory(folder)) {
            return acknowledged;
        }
        List<Long> missing = new ArrayList<>();
        try (Keyspace keyspace = Keyspace.open(folder, Appender.options())) {
            Set<Long> logged = new HashSet<>();
            for (long index = 0; index < keyspace.logs().size(Appender.LOG); ) {
                List<byte[]> some = keyspace.logs().entries(Appender.LOG, index, 1_000);
                for (byte[] entry : some) {
                    String text = new String(entry, StandardCharsets.US_ASCII);
                    logged.add(Long.valueOf(text.substring(0, text.indexOf('-'))));
                }
                index += some.size();
            }
            for (long number : acknowledged) {
                Optional<byte[]> found = keyspace.get(Space.RECORDS, Appender.key(number));
                assertEquals(found.isPresent(), logged.contains(number), "half of a commit");
                if (found.isEmpty()) {
                    missing.add(number);
                } else {
                    assertArrayEquals(Appender.value(number), found.get());
                }
            }
        }
        return missing;
    }
}
