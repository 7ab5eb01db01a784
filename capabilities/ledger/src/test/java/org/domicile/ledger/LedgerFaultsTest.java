package org.domicile.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.domicile.bytes.Disk;
import org.domicile.bytes.FaultyDisk;
import org.domicile.bytes.FaultyDisk.Call;
import org.domicile.bytes.FaultyDisk.Fault;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyId;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keys.Passes;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.verifier.Audit;
import org.domicile.verifier.TiledLog;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.Verdict;
import org.domicile.verifier.VerifierKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ledger on a disk that fails at each call of its life in turn, or loses its power there. Then
 * the independent check: no acknowledged entry is lost, and every checkpoint that was ever handed
 * to the disk is one that the final log extends.
 */
@Timeout(240)
class LedgerFaultsTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime() >>> 20);

    /** Each so many-th call, from one that the seed chooses; 1 visits all of them. */
    private static final int EVERY = Integer.getInteger("domicile.every", 12);

    /** About the call of the disk at which a life begins to prune. */
    private static final int PRUNES = 105;

    private static final String ORGANISATION = "0f1e2d3c";
    private static final String ORIGIN = "test.example/faults";
    private static final Path LOGS = Path.of("/data/ledger");

    @TempDir Path folder;
    private Keys keys;
    private Passes passes;
    private KeyId subject;

    @BeforeEach
    void keys() throws IOException {
        Path place = folder.resolve("keys");
        Files.createDirectories(
                place,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        keys =
                Keys.open(
                        new KeyOptions(
                                List.of(place), new KeyOptions.Root.KeyFile(place.resolve("root"))),
                        FolderMark.inMemory(),
                        Disk.real(),
                        new SecureRandom());
        passes = keys.passes();
        subject = keys.create(KeyId.Kind.SUBJECT, keys.createOrganisation());
    }

    @AfterEach
    void close() {
        keys.close();
    }

    /** One life on one disk. The keyspace stands for what is durable already. */
    private final class Life implements AutoCloseable {
        final FaultyDisk disk;
        final Keyspace keyspace = Keyspace.inMemory();
        final Set<Long> acknowledged = new HashSet<>();
        final Map<String, List<byte[]>> signed = new TreeMap<>();
        Instant now = Instant.parse("2026-11-24T05:03:07Z");

        Life(long seed) {
            disk = new FaultyDisk(seed);
        }

        Clock clock() {
            return new Clock() {
                @Override
                public ZoneOffset getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(java.time.ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now;
                }
            };
        }

        Ledger open() {
            return Ledger.open(
                    keyspace,
                    keys.vault(),
                    keys.subjects(),
                    passes,
                    new Watched(disk, signed),
                    clock(),
                    clock(),
                    new SecureRandom(),
                    // its thread does nothing of its own: opening and closing do all the rounds
                    new LedgerOptions(
                            LOGS, "n1", ORIGIN, Duration.ofSeconds(1), 4_000_000, List.of()),
                    new Outside(mark(), Witnesses.none()));
        }

        SignedMark mark() {
            try {
                return SignedMark.in(
                        List.of(Path.of("/keys/a")), disk, ORIGIN + "/" + Ledger.PUBLIC);
            } catch (IOException e) {
                throw new StorageFailure(StorageFailure.Kind.FENCED, "no mark", e);
            }
        }

        /** All of it: a first run, a second that crosses full tiles, a third that prunes. */
        void run() {
            session(10, false);
            now = now.plus(Duration.ofMinutes(1));
            session(260, false);
            now = now.plus(Duration.ofDays(401));
            session(5, true);
        }

        private void session(int uses, boolean prune) {
            Ledger ledger = open();
            try {
                for (int i = 0; i < uses; i++) {
                    long number = ledger.number(ORGANISATION);
                    ledger.record(use(number, now), Outcome.DONE, 1);
                    acknowledged.add(number);
                }
                if (prune) {
                    ledger.prune();
                }
            } finally {
                ledger.close();
            }
        }

        @Override
        public void close() {
            keyspace.close();
        }
    }

    private Use use(long number, Instant now) {
        return new Use(
                ORGANISATION,
                number,
                now,
                "s3:GetObject",
                Use.Verdict.ALLOWED,
                "allowed",
                "city/first-steps",
                "home",
                "home",
                "ab".repeat(32),
                new Caller.Known(ORGANISATION, "p-17", "AKIAEXAMPLE", "city/first-steps"),
                subject,
                List.of(),
                "archive/a",
                "192.0.2.7",
                List.of());
    }

    /** Keeps every checkpoint that is written, whether it becomes durable or not. */
    private record Watched(Disk below, Map<String, List<byte[]>> signed) implements Disk {
        @Override
        public DiskFile open(Path path) throws IOException {
            DiskFile file = below.open(path);
            return path.endsWith("checkpoint.new") ? new WatchedFile(file, path, signed) : file;
        }

        @Override
        public DiskFile openForReading(Path path) throws IOException {
            return below.openForReading(path);
        }

        @Override
        public byte[] read(Path path) throws IOException {
            return below.read(path);
        }

        @Override
        public boolean exists(Path path) {
            return below.exists(path);
        }

        @Override
        public List<String> list(Path directory) throws IOException {
            return below.list(directory);
        }

        @Override
        public void createDirectories(Path directory) throws IOException {
            below.createDirectories(directory);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            below.rename(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            below.delete(path);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            below.forceDirectory(directory);
        }

        @Override
        public long usable(Path directory) throws IOException {
            return below.usable(directory);
        }
    }

    private record WatchedFile(Disk.DiskFile below, Path path, Map<String, List<byte[]>> signed)
            implements Disk.DiskFile {
        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return below.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            byte[] copy = new byte[source.remaining()];
            source.duplicate().get(copy);
            signed.computeIfAbsent(
                            LOGS.relativize(path.resolveSibling("")).toString(),
                            _ -> new ArrayList<>())
                    .add(copy);
            below.write(source, position);
        }

        @Override
        public void force() throws IOException {
            below.force();
        }

        @Override
        public void allocate(long length) throws IOException {
            below.allocate(length);
        }

        @Override
        public long size() throws IOException {
            return below.size();
        }

        @Override
        public void close() throws IOException {
            below.close();
        }
    }

    @Test
    void aFailureOfAnyCallLosesNothingAndContradictsNothing() throws IOException {
        int lives = 0;
        for (Call call :
                List.of(
                        Call.OPEN,
                        Call.WRITE,
                        Call.FORCE,
                        Call.RENAME,
                        Call.DELETE,
                        Call.CREATE_DIRECTORY,
                        Call.FORCE_DIRECTORY,
                        Call.READ)) {
            long calls = Long.MAX_VALUE;
            for (long nth = 1 + SEED % EVERY; nth <= calls; nth += EVERY) {
                Fault fault = (nth + SEED) % 3 == 0 ? Fault.ENOSPC : Fault.EIO;
                String story = "seed %d, %s at %s %d".formatted(SEED, fault, call, nth);
                try (Life life = new Life(SEED + nth)) {
                    life.disk.fail(call, nth, fault);
                    runToItsEnd(life);
                    calls = life.disk.calls(call);
                    life.disk.heal();
                    if (call == Call.FORCE || call == Call.WRITE) {
                        life.disk.powerCut();
                    }
                    assertWhole(life, story);
                    lives++;
                }
            }
        }
        assertTrue(lives > 100 / EVERY, lives + " lives");
        System.out.println(lives + " lives, one failing call in each");
    }

    @Test
    void aPowerCutAfterAnyCallLosesNothingAndContradictsNothing() throws IOException {
        boolean survived = false;
        int cut = (int) (SEED % EVERY);
        int lives = 0;
        for (; !survived; cut += EVERY) {
            lives++;
            try (Life life = new Life(SEED + cut)) {
                life.disk.cutPowerAfter(cut);
                survived = runToItsEnd(life);
                life.disk.powerCut();
                assertWhole(life, "seed %d, power cut after call %d".formatted(SEED, cut));
            }
            assertTrue(cut < 2_000, "the life ends");
        }
        System.out.println(
                "%d lives, the power cut after call 0 to %d".formatted(lives, cut - EVERY));
    }

    /**
     * The cut came while files were removed: a bundle stayed whose tile was gone, and whoever read
     * the log before the next turn of retention found it broken.
     */
    @Test
    void whatAPowerCutLeftOfPruningIsGoneAtTheNextStart() throws IOException {
        for (int seed = 0; seed < 4; seed++) {
            boolean survived = false;
            for (int cut = PRUNES; !survived; cut++) {
                try (Life life = new Life(6_036_664 + 112 + seed * 1_000 + cut - PRUNES)) {
                    life.disk.cutPowerAfter(cut);
                    survived = runToItsEnd(life);
                    life.disk.powerCut();
                    assertWhole(life, "seed %d, power cut after call %d".formatted(seed, cut));
                }
            }
        }
    }

    /** True when nothing failed. A failure is typed, and says what to do. */
    private static boolean runToItsEnd(Life life) {
        try {
            life.run();
            return true;
        } catch (StorageFailure e) {
            return false;
        }
    }

    private void assertWhole(Life life, String story) throws IOException {
        try {
            life.now = life.now.plus(Duration.ofMinutes(1));
            Ledger ledger = life.open();
            List<VerifierKey> verifierKeys =
                    ledger.verifierKeys(Ledger.PUBLIC).stream().map(VerifierKey::parse).toList();
            ledger.close();
            Path copy = Files.createTempDirectory(folder, "copy");
            export(life.disk, LOGS, copy);
            if (!Files.exists(copy.resolve("public/checkpoint"))) {
                assertEquals(Set.of(), life.acknowledged, story);
                return;
            }
            Audit.Report report =
                    new Audit(copy, verifierKeys)
                            .run(
                                    new Audit.Options(
                                            Duration.ZERO, Optional.empty(), TrustPolicy.none()),
                                    (name, size) -> done -> {});
            assertEquals(List.of(), report.findings(), story);
            assertAcknowledged(life, copy, story);
            assertConsistent(life, copy, verifierKeys, story);
        } catch (StorageFailure e) {
            throw new AssertionError(story, e);
        }
    }

    private static void assertAcknowledged(Life life, Path copy, String story) throws IOException {
        Path log = copy.resolve(Ledger.useLog(ORGANISATION, "n1"));
        if (!Files.exists(log.resolve("checkpoint"))) {
            assertEquals(Set.of(), life.acknowledged, story);
            return;
        }
        long size = Long.parseLong(Files.readString(log.resolve("checkpoint")).split("\n")[1]);
        LogFolder files = new LogFolder(Disk.real(), log);
        Set<Long> lost = new HashSet<>(life.acknowledged);
        for (long bundle = 0; bundle * 256 < size; bundle++) {
            if (bundle * 256 + 256 <= size && !Files.exists(files.bundle(bundle, 256))) {
                // pruned, which the audit has found to be stated, with their numbers
                for (long number = 1; number <= 256; number++) {
                    lost.remove(bundle * 256 + number);
                }
                continue;
            }
            for (byte[] entry : files.entries(bundle, size)) {
                UseEntry.parse(entry).ifPresent(use -> lost.remove(use.number()));
            }
        }
        assertEquals(Set.of(), lost, story);
    }

    private static void assertConsistent(
            Life life, Path copy, List<VerifierKey> verifierKeys, String story) throws IOException {
        for (Map.Entry<String, List<byte[]>> log : life.signed.entrySet()) {
            for (byte[] checkpoint : log.getValue()) {
                String[] lines = new String(checkpoint, StandardCharsets.UTF_8).split("\n", -1);
                if (log.getKey().startsWith("use/") && Long.parseLong(lines[1]) < 256) {
                    continue; // once pruned, what lies before can no longer be recomputed
                }
                Path older = Files.write(copy.resolve("older"), checkpoint);
                Verdict verdict =
                        new TiledLog(copy.resolve(log.getKey()))
                                .verify(
                                        verifierKeys.stream()
                                                .map(key -> key.named(ORIGIN + "/" + log.getKey()))
                                                .toList(),
                                        new TiledLog.Options(Optional.of(older), done -> {}));
                assertInstanceOf(Verdict.Sound.class, verdict, () -> story + ": " + verdict);
            }
        }
    }

    private static void export(FaultyDisk disk, Path from, Path to) throws IOException {
        for (String name : disk.list(from)) {
            Path child = from.resolve(name);
            List<String> below = disk.list(child);
            if (below.isEmpty() && !name.endsWith(".p")) {
                try {
                    Files.createDirectories(to);
                    Files.write(to.resolve(name), disk.read(child));
                } catch (IOException e) {
                    Files.createDirectories(to.resolve(name)); // an empty directory
                }
            } else {
                export(disk, child, to.resolve(name));
            }
        }
    }
}
