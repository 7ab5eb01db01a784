package org.domicile.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backup of which each system call fails once, and a power cut after one that was killed. */
@Timeout(120)
class BackupFaultsTest {
    private static final Instant FIRST = Instant.parse("2026-11-28T20:00:00Z");
    private static final Meter SILENT =
            new Meter() {
                @Override
                public void moved(long bytes, String file) {}

                @Override
                public void present(long bytes, String file) {}
            };

    @TempDir Path above;
    private final WatchedDisk disk = new WatchedDisk();
    private Path data;
    private Instant now = FIRST;

    @BeforeEach
    void fill() throws IOException {
        data = above.resolve("data");
        write("large", (1 << 20) + 5);
        write("below/small", 100);
        write("below/deep/small", 101);
    }

    private void write(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        Path file = data.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, FileTime.from(now.minusSeconds(60)));
    }

    private Snapshot backup(Path backups, Meter meter) throws IOException {
        now = now.plusSeconds(3_600);
        try (Repository repository = Repository.open(backups, disk, "family")) {
            return Backup.run(
                            repository,
                            new Source(List.of(new Source.Root("data", data))),
                            new Snapshot.Facts("family/public", now, "1.0", 5),
                            () -> now,
                            Rate.unbounded(),
                            meter)
                    .snapshot();
        }
    }

    private void assertWhole(Path backups, Snapshot snapshot, Path to) throws IOException {
        try (Repository repository = Repository.read(backups, Disk.real())) {
            assertTrue(Check.run(repository, Rate.unbounded(), SILENT).sound());
            Restore.run(repository, snapshot, Map.of("data", to), Rate.unbounded(), SILENT);
        }
        for (String name : List.of("large", "below/small", "below/deep/small")) {
            assertArrayEquals(
                    Files.readAllBytes(data.resolve(name)), Files.readAllBytes(to.resolve(name)));
        }
    }

    /**
     * What an earlier backup holds stays whole, nothing half is named, and the next one goes on.
     */
    @Test
    void whateverFailsTheOneBeforeStaysAndTheNextIsWhole() throws IOException {
        int failures = 0;
        for (boolean full : List.of(true, false)) {
            boolean more = true;
            for (int nth = 1; more; nth++) {
                Path backups = above.resolve("backups-" + full + nth);
                write("below/small", 100);
                Snapshot first = backup(backups, SILENT);
                byte[] was = Files.readAllBytes(data.resolve("below/small"));
                write("below/small", 100 + nth);
                disk.fail(nth, full);
                try {
                    backup(backups, SILENT);
                } catch (IOException | StorageFailure e) {
                    failures++;
                }
                more = disk.hasFailed();
                disk.heal();
                Path to = above.resolve("first-" + full + nth);
                try (Repository repository = Repository.read(backups, Disk.real())) {
                    assertTrue(Check.run(repository, Rate.unbounded(), SILENT).sound());
                    Restore.run(repository, first, Map.of("data", to), Rate.unbounded(), SILENT);
                }
                assertArrayEquals(was, Files.readAllBytes(to.resolve("below/small")));
                assertWhole(backups, backup(backups, SILENT), above.resolve("next-" + full + nth));
            }
        }
        assertTrue(failures > 2 * 10, "calls that failed: " + failures);
    }

    /** Its objects were found by the next one, and the names of some were never made durable. */
    @Test
    void whatAKilledOneLeftIsDurableBeforeASnapshotNamesIt() throws IOException {
        Path backups = above.resolve("backups");
        Meter killing =
                new Meter() {
                    private int left = 2;

                    @Override
                    public void moved(long bytes, String file) {
                        if (file.endsWith("small") && --left == 0) {
                            throw new IllegalStateException("killed");
                        }
                    }

                    @Override
                    public void present(long bytes, String file) {}
                };
        assertThrows(IllegalStateException.class, () -> backup(backups, killing));
        Snapshot made = backup(backups, SILENT); // the disk looks when the snapshot is named
        assertEquals(List.of(made.id()), Repository.read(backups, Disk.real()).ids());
        assertWhole(backups, made, above.resolve("to"));
    }
}
