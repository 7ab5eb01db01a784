package org.domicile.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a folder with large and small files, whole, cut short, and damaged. */
class RepositoryTest {
    private static final int MIB = 1 << 20;
    private static final Instant FIRST = Instant.parse("2026-11-28T20:00:00Z");

    @TempDir Path above;
    private final Random random = new Random(7);
    private Path data;
    private Path backups;
    private Instant now = FIRST;
    private final List<String> moved = new ArrayList<>();
    private final List<String> present = new ArrayList<>();

    /** Thrown by the meter: as a kill would, it leaves everything as it is. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @BeforeEach
    void data() throws IOException {
        data = above.resolve("data");
        backups = above.resolve("backups");
        write("blobs/000001.segment", 3 * MIB);
        write("blobs/000002.segment", 2 * MIB);
        write("ledger/tile/0/000", 8_192);
        write("ledger/checkpoint", 100);
        write("format", 10);
    }

    private void write(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        Path file = data.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        // long before it is backed up, so that its time says something
        Files.setLastModifiedTime(file, FileTime.from(now.minusSeconds(60)));
    }

    private Source source() {
        return new Source(
                List.of(
                        new Source.Root("format", data.resolve("format")),
                        new Source.Root("blobs", data.resolve("blobs")),
                        new Source.Root(
                                "ledger", data.resolve("ledger"), name -> !name.endsWith(".p"))));
    }

    private Meter meter(int killedAfter) {
        return new Meter() {
            private int left = killedAfter;

            @Override
            public void moved(long bytes, String file) {
                if (moved.isEmpty() || !moved.getLast().equals(file)) {
                    if (left-- == 0) {
                        throw new Killed();
                    }
                    moved.add(file);
                }
            }

            @Override
            public void present(long bytes, String file) {
                present.add(file);
            }
        };
    }

    private Backup.Made backup(int killedAfter) throws IOException {
        moved.clear();
        present.clear();
        now = now.plusSeconds(3_600);
        try (Repository repository = Repository.open(backups, Disk.real(), "family")) {
            return Backup.run(
                    repository,
                    source(),
                    new Snapshot.Facts("family/public", now, "1.0", 5),
                    () -> now,
                    Rate.unbounded(),
                    meter(killedAfter));
        }
    }

    private Backup.Made backup() throws IOException {
        return backup(Integer.MAX_VALUE);
    }

    private void restore(Snapshot snapshot, Path to, int killedAfter) throws IOException {
        moved.clear();
        present.clear();
        try (Repository repository = Repository.read(backups, Disk.real())) {
            Restore.run(
                    repository,
                    snapshot,
                    Map.of(
                            "format", to.resolve("format"),
                            "blobs", to.resolve("blobs"),
                            "ledger", to.resolve("ledger")),
                    Rate.unbounded(),
                    meter(killedAfter));
        }
    }

    private Check.Report check() throws IOException {
        try (Repository repository = Repository.read(backups, Disk.real())) {
            return Check.run(repository, Rate.unbounded(), meter(Integer.MAX_VALUE));
        }
    }

    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(each).toString(), Files.readAllBytes(each));
            }
        }
        return files;
    }

    private static void assertSame(Map<String, byte[]> wanted, Map<String, byte[]> found) {
        assertEquals(wanted.keySet(), found.keySet());
        wanted.forEach((name, bytes) -> assertArrayEquals(bytes, found.get(name), name));
    }

    @Test
    void aSecondBackupCopiesOnlyWhatIsNewAndBothComeBack() throws IOException {
        Map<String, byte[]> first = files(data);
        Snapshot one = backup().snapshot();
        assertEquals(5, one.size().files());
        assertEquals(5 * MIB + 8_192 + 100 + 10, one.size().bytes());

        write("blobs/000003.segment", MIB);
        write("ledger/checkpoint", 100);
        Files.delete(data.resolve("blobs/000001.segment"));
        Map<String, byte[]> second = files(data);
        Backup.Made two = backup();
        assertEquals(List.of("blobs/000003.segment", "ledger/checkpoint"), moved);
        assertEquals(MIB + 100, two.newBytes());

        restore(one, above.resolve("one"), Integer.MAX_VALUE);
        assertSame(first, files(above.resolve("one")));
        restore(two.snapshot(), above.resolve("two"), Integer.MAX_VALUE);
        assertSame(second, files(above.resolve("two")));
        assertTrue(check().sound());
    }

    /** A file may be written twice in one tick of its clock, the second time after it was read. */
    @Test
    void aFileThatWasWrittenJustNowIsReadAgain() throws IOException {
        backup();
        Path checkpoint = data.resolve("ledger/checkpoint");
        Files.setLastModifiedTime(checkpoint, FileTime.from(now.plusSeconds(3_600)));
        FileTime tick = Files.getLastModifiedTime(checkpoint);
        backup();
        byte[] later = new byte[100];
        Files.write(checkpoint, later);
        Files.setLastModifiedTime(checkpoint, tick);
        Snapshot snapshot = backup().snapshot();
        restore(snapshot, above.resolve("restored"), Integer.MAX_VALUE);
        assertArrayEquals(later, Files.readAllBytes(above.resolve("restored/ledger/checkpoint")));
    }

    @Test
    void aKilledBackupLeavesTheOneBeforeAndGoesOn() throws IOException {
        Map<String, byte[]> before = files(data);
        Snapshot one = backup().snapshot();
        write("blobs/000003.segment", MIB);
        write("blobs/000004.segment", MIB);
        assertThrows(Killed.class, () -> backup(1));
        try (Repository repository = Repository.read(backups, Disk.real())) {
            assertEquals(List.of(one.id()), repository.ids());
        }
        assertTrue(check().sound());
        restore(one, above.resolve("one"), Integer.MAX_VALUE);
        assertSame(before, files(above.resolve("one")));

        Snapshot two = backup().snapshot();
        assertEquals(List.of("blobs/000004.segment"), moved);
        restore(two, above.resolve("two"), Integer.MAX_VALUE);
        assertSame(files(data), files(above.resolve("two")));
    }

    @Test
    void aKilledRestoreGoesOn() throws IOException {
        Snapshot one = backup().snapshot();
        Path to = above.resolve("to");
        assertThrows(Killed.class, () -> restore(one, to, 2));
        restore(one, to, Integer.MAX_VALUE);
        assertEquals(2, present.size(), "what was whole is not copied again: " + present);
        assertSame(files(data), files(to));
    }

    @Test
    void whatRottedIsFoundAndNotRestored() throws IOException {
        Snapshot one = backup().snapshot();
        write("ledger/checkpoint", 100);
        Snapshot two = backup().snapshot();
        Path object = object(content("blobs/000002.segment"));
        byte[] bytes = Files.readAllBytes(object);
        bytes[MIB] ^= 1;
        Files.write(object, bytes);
        Check.Report report = check();
        assertFalse(report.sound());
        List<String> fault = List.of("blobs/000002.segment is damaged");
        assertEquals(Map.of(one.id(), fault, two.id(), fault), report.faults());
        StorageFailure refused =
                assertThrows(
                        StorageFailure.class,
                        () -> restore(one, above.resolve("to"), Integer.MAX_VALUE));
        assertEquals(StorageFailure.Kind.CORRUPT, refused.kind());
        assertFalse(Files.exists(above.resolve("to/blobs/000002.segment")));

        Files.delete(object);
        assertEquals(List.of("blobs/000002.segment is missing, or has another size"), faults(one));
        Path snapshot = backups.resolve("snapshots").resolve(two.id());
        Files.writeString(snapshot, Files.readString(snapshot).replace("entries 5", "entries 6"));
        assertTrue(
                faults(two).getFirst().contains("is damaged"),
                "a snapshot that was changed is none");
    }

    @Test
    void whatIsNotKeptGoesAndWhatIsStays() throws IOException {
        byte[] gone = content("blobs/000001.segment");
        byte[] stays = content("blobs/000002.segment");
        Snapshot one = backup().snapshot();
        Files.delete(data.resolve("blobs/000001.segment"));
        Snapshot two = backup().snapshot();
        try (Repository repository = Repository.open(backups, Disk.real(), "family")) {
            Retention.Gone swept = Retention.keep(repository, 1);
            assertEquals(List.of(one.id()), swept.snapshots());
            assertTrue(swept.bytes() >= 3 * MIB, swept.toString());
        }
        assertFalse(Files.exists(object(gone)));
        assertTrue(Files.exists(object(stays)));
        assertTrue(check().sound());
        restore(two, above.resolve("two"), Integer.MAX_VALUE);
        assertSame(files(data), files(above.resolve("two")));
    }

    /** The old ones went first once, and then it was seen that what stays is damaged. */
    @Test
    void nothingGoesWhileWhatStaysCannotBeRead() throws IOException {
        Snapshot one = backup().snapshot();
        write("ledger/checkpoint", 101);
        Snapshot two = backup().snapshot();
        Path list = backups.resolve("objects").resolve(two.tree().substring(0, 2));
        Files.write(list.resolve(two.tree()), new byte[] {1});
        try (Repository repository = Repository.open(backups, Disk.real(), "family")) {
            StorageFailure damaged =
                    assertThrows(StorageFailure.class, () -> Retention.keep(repository, 1));
            assertEquals(StorageFailure.Kind.CORRUPT, damaged.kind());
            assertEquals(List.of(one.id(), two.id()), repository.ids());
        }
        restore(one, above.resolve("one"), Integer.MAX_VALUE);
    }

    @Test
    void zerosTakeNoRoomAndAreThere() throws IOException {
        Path file = data.resolve("blobs/000009.segment");
        byte[] sparse = new byte[8 * MIB];
        sparse[5 * MIB] = 1;
        Files.write(file, sparse);
        Snapshot one = backup().snapshot();
        restore(one, above.resolve("to"), Integer.MAX_VALUE);
        assertArrayEquals(sparse, Files.readAllBytes(above.resolve("to/blobs/000009.segment")));
        for (Path each : List.of(object(sparse), above.resolve("to/blobs/000009.segment"))) {
            Process du = new ProcessBuilder("du", "-k", each.toString()).start();
            String said = new String(du.getInputStream().readAllBytes(), UTF_8);
            long kibibytes = Long.parseLong(said.split("\t", 2)[0]);
            assertTrue(kibibytes < 1_024, each + " takes " + kibibytes + " KiB");
        }
    }

    @Test
    void aRateIsNotPassed() throws IOException {
        long began = System.nanoTime();
        try (Repository repository = Repository.open(backups, Disk.real(), "family")) {
            Backup.run(
                    repository,
                    source(),
                    new Snapshot.Facts("family/public", now, "1.0", 5),
                    () -> now,
                    Rate.of(20 * MIB),
                    meter(Integer.MAX_VALUE));
        }
        assertTrue(System.nanoTime() - began >= 250_000_000, "5 MiB at 20 MiB/s");
    }

    @Test
    void aFileThatVanishesFailsTheBackup() throws IOException {
        Source source = new Source(List.of(new Source.Root("gone", data.resolve("not-there"))));
        try (Repository repository = Repository.open(backups, Disk.real(), "family")) {
            assertThrows(
                    IOException.class,
                    () ->
                            Backup.run(
                                    repository,
                                    source,
                                    new Snapshot.Facts("family/public", now, "1.0", 5),
                                    () -> now,
                                    Rate.unbounded(),
                                    meter(Integer.MAX_VALUE)));
            assertEquals(List.of(), repository.ids());
        }
    }

    @Test
    void othersFoldersAreLeftAlone() throws IOException {
        backup();
        Repository.open(backups, Disk.real(), "family").close();
        assertRefused("of family, and this is another", "another");
        try (Repository _ = Repository.open(backups, Disk.real(), "family")) {
            assertRefused("another process writes", "family");
        }
        Files.writeString(backups.resolve("format"), "domicile backup 2\nfamily\n");
        assertRefused("have format 2 and this program reads up to 1", "family");
        assertThrows(StorageFailure.class, () -> Repository.read(backups, Disk.real()));
        Path photos = Files.createDirectory(above.resolve("photos"));
        Files.writeString(photos.resolve("cat.jpg"), "cat");
        backups = photos;
        assertRefused("holds no backups and is not empty (cat.jpg lies in it)", "family");
        assertEquals(List.of("cat.jpg"), Disk.real().list(photos));
    }

    private void assertRefused(String sentence, String family) {
        StorageFailure refused =
                assertThrows(
                        StorageFailure.class,
                        () -> Repository.open(backups, Disk.real(), family).close());
        assertEquals(StorageFailure.Kind.FOREIGN, refused.kind());
        assertTrue(String.valueOf(refused.getMessage()).contains(sentence), refused.getMessage());
    }

    private byte[] content(String name) throws IOException {
        return Objects.requireNonNull(files(data).get(name));
    }

    private List<String> faults(Snapshot snapshot) throws IOException {
        return Objects.requireNonNull(check().faults().get(snapshot.id()));
    }

    private Path object(byte[] content) {
        String hash = Repository.sha256(content);
        return backups.resolve("objects").resolve(hash.substring(0, 2)).resolve(hash);
    }
}
