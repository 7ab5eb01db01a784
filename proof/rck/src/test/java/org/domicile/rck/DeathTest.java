package org.domicile.rck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/**
 * The program dies while many commit: by SIGKILL at a random moment, and at crash points between a
 * metadata file and its commit, before and after the sync. Whatever was acknowledged is there
 * afterwards, once; what was not may be; every table can be read and changed.
 */
class DeathTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final Schema SCHEMA =
            new Schema(Types.NestedField.optional(1, "n", Types.LongType.get()));
    private static final Namespace NAMESPACE = Namespace.of("death");
    private static final int WRITERS = 6;
    private static final List<String> TABLES = List.of("shared", "own-0", "own-1");

    private final Random random = new Random(SEED);

    /**
     * Files that were appended, by table: those that were acknowledged, and all that were tried.
     */
    private final Map<String, Set<String>> acknowledged = new HashMap<>();

    private final Map<String, Set<String>> tried = new HashMap<>();

    @Test
    void whatWasCommittedOutlivesEveryDeath() throws Exception {
        Path work = OurServer.work();
        TABLES.forEach(each -> {
            acknowledged.put(each, ConcurrentHashMap.newKeySet());
            tried.put(each, ConcurrentHashMap.newKeySet());
        });
        List<String> deaths =
                List.of(
                        "",
                        "objects.after-commit:" + (20 + random.nextInt(60)),
                        (random.nextBoolean() ? "keyspace.before-sync:" : "keyspace.after-sync:")
                                + (100 + random.nextInt(200)));
        String again = "again: -Ddomicile.seed=" + SEED;
        for (int life = 0; life <= deaths.size(); life++) {
            boolean last = life == deaths.size();
            String death = last ? "" : deaths.get(life);
            List<String> flags = death.isEmpty() ? List.of() : List.of("-Ddomicile.crash=" + death);
            try (OurServer.Up up = OurServer.started(work, flags)) {
                try (RESTCatalog catalog = catalog(up)) {
                    if (life == 0) {
                        catalog.createNamespace(NAMESPACE);
                        for (String each : TABLES) {
                            catalog.createTable(TableIdentifier.of(NAMESPACE, each), SCHEMA);
                        }
                    }
                    // a death at a point may come while what the last one left is looked at
                    if (death.isEmpty()) {
                        check(catalog, again);
                    }
                }
                if (!last) {
                    int before = count(acknowledged);
                    die(up, death);
                    assertNotEquals(before, count(acknowledged), "nobody committed; " + again);
                }
            }
        }
        assertTrue(count(acknowledged) > 20, "only " + count(acknowledged) + " commits; " + again);
        System.out.printf(
                "seed %d: %d commits acknowledged, %d tried, %d deaths%n",
                SEED, count(acknowledged), count(tried), deaths.size());
    }

    private static Set<String> of(Map<String, Set<String>> files, String table) {
        return Objects.requireNonNull(files.get(table), table);
    }

    private static int count(Map<String, Set<String>> files) {
        return files.values().stream().mapToInt(Set::size).sum();
    }

    private static RESTCatalog catalog(OurServer.Up up) {
        RESTCatalog made = new RESTCatalog();
        made.initialize(
                "ours",
                Map.of(
                        "uri", up.catalog(),
                        "credential", up.accessKey() + ":" + up.secret(),
                        "io-impl", "org.apache.iceberg.aws.s3.S3FileIO",
                        "http-client.type", "urlconnection",
                        "rest.client.connection-timeout-ms", "2000",
                        "rest.client.socket-timeout-ms", "5000",
                        "header.X-Iceberg-Access-Delegation", "vended-credentials"));
        return made;
    }

    /** Lets all commit until the server is dead. */
    private void die(OurServer.Up up, String death) throws Exception {
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            for (int i = 0; i < WRITERS; i++) {
                String table = TABLES.get(i % TABLES.size());
                var _ = writers.submit(() -> commits(up, table));
            }
            if (death.isEmpty()) {
                int wanted = count(acknowledged) + 15;
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (count(acknowledged) < wanted && System.nanoTime() < end) {
                    LockSupport.parkNanos(1_000_000);
                }
                LockSupport.parkNanos(random.nextInt(30_000_000));
                up.process().destroyForcibly();
            }
            assertTrue(
                    up.process().waitFor(60, TimeUnit.SECONDS),
                    "it did not die at " + death + "; seed " + SEED);
        }
    }

    /** Appends until nobody answers any more. */
    private boolean commits(OurServer.Up up, String name) throws IOException {
        try (RESTCatalog catalog = catalog(up)) {
            Table table = catalog.loadTable(TableIdentifier.of(NAMESPACE, name));
            while (up.process().isAlive()) {
                String location = "%s/data/%016x.parquet".formatted(table.location(), next());
                DataFile file = written(table, location);
                of(tried, name).add(location);
                table.newFastAppend().appendFile(file).commit();
                of(acknowledged, name).add(location);
            }
        } catch (RuntimeException e) {
            // dead, or too often too late: this writer ends
        }
        return true;
    }

    private synchronized long next() {
        return random.nextLong();
    }

    private static DataFile written(Table table, String location) throws IOException {
        byte[] bytes = location.getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = table.io().newOutputFile(location).createOrOverwrite()) {
            out.write(bytes);
        }
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(location)
                .withFileSizeInBytes(bytes.length)
                .withRecordCount(1)
                .build();
    }

    private void check(RESTCatalog catalog, String again) throws IOException {
        for (String name : TABLES) {
            Table table = catalog.loadTable(TableIdentifier.of(NAMESPACE, name));
            List<String> found = files(table);
            Set<String> once = new HashSet<>(found);
            assertEquals(found.size(), once.size(), name + " has a file twice; " + again);
            assertTrue(
                    once.containsAll(of(acknowledged, name)),
                    name + " lost what it had acknowledged; " + again);
            assertTrue(
                    of(tried, name).containsAll(once), name + " has what nobody tried; " + again);
            // every snapshot of its history can be opened, and the metadata file says the same
            for (Snapshot each : table.snapshots()) {
                each.allManifests(table.io());
            }
            TableMetadata served = ((BaseTable) table).operations().current();
            TableMetadata file =
                    TableMetadataParser.read(
                            table.io().newInputFile(served.metadataFileLocation()));
            assertEquals(
                    TableMetadataParser.toJson(served), TableMetadataParser.toJson(file), again);
            String location = table.location() + "/data/checked-" + next() + ".parquet";
            of(tried, name).add(location);
            table.newFastAppend().appendFile(written(table, location)).commit();
            of(acknowledged, name).add(location);
        }
    }

    private static List<String> files(Table table) throws IOException {
        List<String> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(each -> files.add(each.file().location()));
        }
        return files;
    }
}
