package org.domicile.guard;

import static org.domicile.guard.Installation.bytes;
import static org.domicile.guard.Installation.draft;
import static org.domicile.guard.Installation.upstream;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.objects.Bucket;
import org.domicile.objects.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The data folder, its backups and the key store beside it: what opens with what. Everything here
 * lies on the real disk.
 */
@Timeout(120)
class KeyStoreTest {
    private static final byte[] SMALL = "what a backup keeps".repeat(9).getBytes();
    private static final byte[] LARGE = new byte[700_000];

    static {
        new java.util.Random(4).nextBytes(LARGE);
    }

    @TempDir private Path folder;

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        Files.createDirectories(to.resolve(from.relativize(directory)));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.copy(
                                file,
                                to.resolve(from.relativize(file)),
                                StandardCopyOption.COPY_ATTRIBUTES,
                                StandardCopyOption.REPLACE_EXISTING);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void delete(Path from) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static Map<String, String> files(Path from) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                files.put(
                        from.relativize(path).toString(),
                        HexFormat.of()
                                .formatHex(
                                        PartsDigest.digest("SHA-256")
                                                .digest(Files.readAllBytes(path))));
            }
        }
        return files;
    }

    /** Every pair of the keyspace: its engine's own files change with each opening. */
    private static Map<String, String> pairs(Path keyspace) {
        Map<String, String> pairs = new TreeMap<>();
        KeyspaceOptions options = new KeyspaceOptions(4L << 20, 8L << 20, 8_192, 8L << 20, 1 << 20);
        try (Keyspace open = Keyspace.open(keyspace, options)) {
            for (Space space : Space.values()) {
                byte[] end = new byte[100];
                Arrays.fill(end, (byte) 0xFF);
                Range all = new Range(new byte[0], end);
                try (Cursor cursor = open.scan(space, all, Reading.Direction.UP)) {
                    while (cursor.next()) {
                        pairs.put(
                                space + HexFormat.of().formatHex(cursor.key()),
                                HexFormat.of().formatHex(cursor.value()));
                    }
                }
            }
        }
        return pairs;
    }

    private void fill(Installation installation, Administration.Issued city, String bucket) {
        installation.as(city).createBucket(bucket, "");
        installation.as(city).put(bucket, "small", draft(), upstream(SMALL), new Match.Any());
        installation.as(city).put(bucket, "large", draft(), upstream(LARGE), new Match.Any());
    }

    @Test
    void anOldFolderOpensWithTodaysKeysLessWhatWasDestroyed() throws IOException {
        Path data = folder.resolve("data");
        Path backup = folder.resolve("backup");
        try (Installation installation = Installation.onDisk(folder)) {
            Administration.Issued city = installation.tenant("city");
            fill(installation, city, "kept");
            fill(installation, city, "doomed");
            Bucket doomed = installation.objects().buckets().bucket("doomed").orElseThrow();

            // What a thief of the backup would have to go by.
            Version version =
                    installation.objects().version(doomed, "large", Optional.empty()).orElseThrow();
            installation.stop();
            copy(data, backup);
            installation.restart();

            for (String name : List.of("small", "large")) {
                installation.as(city).delete("doomed", name, Optional.empty(), new Match.Any());
            }
            assertEquals(
                    GuardedObjects.Removed.REMOVED, installation.as(city).deleteBucket("doomed"));
            installation.stop();

            // Today's folder and today's keys, and the old folder: nothing of it opens.
            installation.restart();
            KeyId key = new KeyId(KeyId.Kind.BUCKET, doomed.key());
            assertTrue(!installation.keys().exists(key));
            assertThrows(Keys.KeyGone.class, () -> installation.keys().sealer(key));
            installation.stop();

            // The old folder in its place, with today's keys.
            delete(data);
            copy(backup, data);
            installation.restart();
            assertArrayEquals(
                    SMALL, bytes(installation.as(city).get("kept", "small", Optional.empty())));
            assertArrayEquals(
                    LARGE, bytes(installation.as(city).get("kept", "large", Optional.empty())));
            assertTrue(installation.objects().buckets().bucket("doomed").isPresent());
            assertEquals(
                    version.size(),
                    installation
                            .objects()
                            .version(doomed, "large", Optional.empty())
                            .orElseThrow()
                            .size());
            for (String name : List.of("small", "large")) {
                assertThrows(
                        Unopenable.class,
                        () -> installation.as(city).get("doomed", name, Optional.empty()));
            }
            assertThrows(
                    Unopenable.class,
                    () ->
                            installation
                                    .as(city)
                                    .list(
                                            "doomed",
                                            new org.domicile.objects.Listing.Query(
                                                    "", "", "", "", 9)));
            // What nobody can open can still be cleared away.
            for (String name : List.of("small", "large")) {
                installation.as(city).delete("doomed", name, Optional.empty(), new Match.Any());
            }
            assertEquals(
                    GuardedObjects.Removed.REMOVED, installation.as(city).deleteBucket("doomed"));
        }
    }

    @Test
    void aStoreThatIsMissingTruncatedOrOlderIsRefusedAndNothingIsWritten() throws IOException {
        Path store = folder.resolve("keys");
        Path older = folder.resolve("older");
        Path newest = folder.resolve("newest");
        Path root = folder.resolve("root");
        try (Installation installation = Installation.onDisk(folder)) {
            Administration.Issued city = installation.tenant("city");
            installation.stop();
            copy(store, older);
            installation.restart();
            fill(installation, city, "archive");
            fill(installation, city, "doomed");
            installation.stop();
            copy(store, newest);

            refuses(installation, "missing", () -> empty(store));
            refuses(
                    installation,
                    "truncated",
                    () -> {
                        restore(newest, store);
                        for (Path file : list(store)) {
                            byte[] all = Files.readAllBytes(file);
                            Files.write(file, Arrays.copyOf(all, all.length - 30));
                        }
                    });
            refuses(installation, "older", () -> restore(older, store));
            byte[] kept = Files.readAllBytes(root);
            refuses(
                    installation,
                    "root key",
                    () -> {
                        restore(newest, store);
                        Files.delete(root);
                    });
            Files.write(root, kept);
            Files.setPosixFilePermissions(
                    root, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
            installation.restart();
            assertArrayEquals(
                    LARGE, bytes(installation.as(city).get("archive", "large", Optional.empty())));
        }
    }

    private interface Damage {
        void make() throws IOException;
    }

    private void refuses(Installation installation, String word, Damage damage) throws IOException {
        damage.make();
        Path data = folder.resolve("data");
        Map<String, String> keys = files(folder.resolve("keys"));
        Map<String, String> blobs = files(data.resolve("blobs"));
        Map<String, String> ledger = files(data.resolve("ledger"));
        Map<String, String> pairs = pairs(data.resolve("keyspace"));
        StorageFailure failure = assertThrows(StorageFailure.class, installation::restart);
        assertTrue(String.valueOf(failure.getMessage()).contains(word), failure.getMessage());
        assertEquals(keys, files(folder.resolve("keys")));
        assertEquals(blobs, files(data.resolve("blobs")));
        assertEquals(ledger, files(data.resolve("ledger")));
        assertEquals(pairs, pairs(data.resolve("keyspace")));
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    private static void empty(Path directory) throws IOException {
        for (Path file : list(directory)) {
            Files.delete(file);
        }
    }

    private static void restore(Path from, Path to) throws IOException {
        empty(to);
        copy(from, to);
    }
}
