package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinReader;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.Pair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server counts values of tables by itself, with real workers: Iceberg's own client finds the
 * counts in the metadata that the catalog answers, and reads their file.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TablesCountedTest {
    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private Path staging;
    private Lake lake;

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder);
        staging = Path.of("/dev/shm", "domicile-counted-test-" + ProcessHandle.current().pid());
        cloud =
                rig.open(
                        "sql.staging.folder=" + staging,
                        "sql.staging=16MiB",
                        "sql.memory=128MiB",
                        "upkeep.pause=200ms",
                        "upkeep.compaction=off",
                        "upkeep.compaction.quiet=1s");
        lake =
                new Lake(
                        folder,
                        cloud.endpoints().urls().getOrDefault("web", ""),
                        FirstCredential.read(rig.firstCredential()).orElseThrow());
        lake.namespace("travel");
    }

    @AfterAll
    void close() throws IOException {
        lake.close();
        cloud.close();
        Files.deleteIfExists(staging);
    }

    private Rig.Ran ran(String... words) {
        Rig.Ran ran = rig.run(words);
        assertEquals(0, ran.code(), ran.err());
        return ran;
    }

    private static void await(BooleanSupplier done) {
        for (int i = 0; i < 600 && !done.getAsBoolean(); i++) {
            LockSupport.parkNanos(100_000_000);
        }
        assertTrue(done.getAsBoolean(), "it did not come to that in a minute");
    }

    private static boolean counted(Table table) {
        table.refresh();
        return !table.statisticsFiles().isEmpty();
    }

    /** What the metadata say of each column, and that the file says the same. */
    private static Map<String, Long> counts(Table table) throws IOException {
        StatisticsFile file = table.statisticsFiles().getFirst();
        assertEquals(table.currentSnapshot().snapshotId(), file.snapshotId());
        assertTrue(file.path().startsWith(table.location() + "/metadata/"), file::path);
        Map<String, Long> counts = new TreeMap<>();
        try (PuffinReader reader =
                Puffin.read(table.io().newInputFile(file.path()))
                        .withFileSize(file.fileSizeInBytes())
                        .withFooterSize(file.fileFooterSizeInBytes())
                        .build()) {
            List<BlobMetadata> blobs = reader.fileMetadata().blobs();
            assertEquals(
                    file.blobMetadata(),
                    org.apache.iceberg.GenericBlobMetadata.from(blobs),
                    "the metadata say what the file says");
            for (Pair<BlobMetadata, ByteBuffer> each : reader.readAll(blobs)) {
                assertEquals("apache-datasketches-theta-v1", each.first().type());
                assertEquals(3, each.second().get(2), "a compact theta sketch");
                counts.put(
                        table.schema().findColumnName(each.first().inputFields().getFirst()),
                        Long.parseLong(each.first().properties().getOrDefault("ndv", "")));
            }
        }
        return counts;
    }

    private static long count(Map<String, Long> counts, String column) {
        return Optional.ofNullable(counts.get(column)).orElseThrow();
    }

    private long asked(String sql) {
        return Long.parseLong(
                ran("sql", "--csv", sql).out().lines().skip(1).findFirst().orElseThrow());
    }

    @Test
    void liveRowsAreCountedAndEveryReaderIsTold() throws Exception {
        Table table =
                lake.create(
                        Lake.named("travel", "flights"),
                        2,
                        Types.NestedField.optional(1, "n", Types.LongType.get()),
                        Types.NestedField.optional(2, "word", Types.StringType.get()),
                        Types.NestedField.optional(3, "day", Types.DateType.get()),
                        Types.NestedField.optional(4, "cents", Types.DecimalType.of(9, 2)),
                        Types.NestedField.optional(
                                5, "all", Types.ListType.ofOptional(6, Types.LongType.get())));
        table.updateProperties().set("upkeep.statistics", "off").commit();
        DataFile file =
                lake.append(
                        table,
                        "select i as n, 'w' || (i % 500) as word,"
                                + " date '2026-01-01' + (i % 31)::integer as day,"
                                + " (i % 90 / 100)::decimal(9, 2) as cents, [i] as all"
                                + " from range(30000) t(i)",
                        30_000);
        // one word of them all, and a few numbers
        lake.deleteEqual(table, "select 'w7' as word", "word: 2", 1, 2);
        lake.deletePositions(table, file, "0,1,2,3,4");
        table.updateProperties().remove("upkeep.statistics").commit();
        await(() -> counted(table));
        Map<String, Long> counts = counts(table);
        assertEquals(new TreeSet<>(List.of("n", "word", "day", "cents")), counts.keySet());
        assertEquals(499, asked("select count(distinct word) from travel.flights"));
        assertEquals(499, count(counts, "word"), "without what was deleted");
        assertEquals(31, count(counts, "day"));
        assertEquals(
                asked("select count(distinct cents) from travel.flights"), count(counts, "cents"));
        long rows = asked("select count(distinct n) from travel.flights");
        assertEquals(rows, count(counts, "n"), rows * 0.05);
        assertEquals("append", table.snapshots().iterator().next().operation());
        String shown = ran("table", "show", "travel.flights").out();
        assertTrue(shown.contains("DISTINCT"), shown);
        assertTrue(shown.contains("statistics      nothing to do; not before"), shown);
        assertTrue(shown.contains("by whomever: 4 columns\n"), shown);
        Json.Row json = ran("table", "show", "--json", "travel.flights").rows().getFirst();
        assertEquals(
                "499",
                json.row("statistics").rows("columns").stream()
                        .filter(each -> each.text("name").equals("word"))
                        .findFirst()
                        .orElseThrow()
                        .text("distinct"));
        assertTrue(ran("status").out().contains("counted since the start"), "status");
        List<Json.Row> uses =
                ran("uses", "--last", "1h", "--json").rows().stream()
                        .filter(each -> each.text("action").startsWith("statistics:"))
                        .toList();
        assertEquals(
                new TreeSet<>(List.of("statistics:Plan", "statistics:Read", "statistics:Set")),
                uses.stream()
                        .map(each -> each.text("action"))
                        .collect(Collectors.toCollection(TreeSet::new)));
        for (Json.Row each : uses) {
            assertEquals("installation/upkeep", each.text("purpose"), each::line);
        }
    }

    /** Of format 3, with a vector; more than a session's staging holds comes in batches. */
    @Test
    void whatIsLargerThanTheStagingIsCountedToo() throws Exception {
        Table table =
                lake.create(
                        Lake.named("travel", "large"),
                        3,
                        Types.NestedField.optional(1, "n", Types.LongType.get()),
                        Types.NestedField.optional(2, "word", Types.StringType.get()));
        table.updateProperties().set("upkeep.statistics", "off").commit();
        DataFile first = lake.append(table, words(0), 100_000);
        lake.deleteVector(table, first, 0, 1, 2);
        for (int i = 1; i < 6; i++) {
            lake.append(table, words(i), 100_000);
        }
        table.updateProperties().remove("upkeep.statistics").commit();
        await(() -> counted(table));
        Map<String, Long> counts = counts(table);
        assertEquals(599_997, count(counts, "n"), 600_000 * 0.05);
        assertEquals(599_997, count(counts, "word"), 600_000 * 0.05);
    }

    private static String words(int part) {
        return "select i as n, md5(i::varchar) || md5((i + 1)::varchar) as word from range(%d, %d) t(i)"
                .formatted(part * 100_000, part * 100_000 + 100_000);
    }

    /** Nobody is told of what is not seen, whoever sees all of it today. */
    @Test
    void aTableUnderRulesHasNone() throws Exception {
        Table table =
                lake.create(
                        Lake.named("travel", "ruled"),
                        2,
                        Types.NestedField.optional(1, "n", Types.LongType.get()),
                        Types.NestedField.optional(2, "word", Types.StringType.get()));
        lake.append(table, "select i as n, 'w' || i as word from range(100) t(i)", 100);
        await(() -> counted(table));
        assertEquals(Map.of("n", 100L, "word", 100L), counts(table));
        ran("table", "rows", "travel.ruled", "--where", "n > 1000");
        ran("table", "rows", "travel.ruled", "--purpose", "first-steps", "--where", "true");
        await(() -> !counted(table));
        await(() -> shown().contains("not here: a rule keeps rows from purposes"));
        assertFalse(shown().contains("DISTINCT"), this::shown);
    }

    private String shown() {
        return ran("table", "show", "travel.ruled").out();
    }
}
