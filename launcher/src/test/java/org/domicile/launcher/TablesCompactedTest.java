package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server compacts tables by itself, with real workers: Iceberg's own client and SQL read the
 * same rows before, meanwhile and afterwards.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TablesCompactedTest {
    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private FirstCredential first;
    private Path staging;
    private Lake lake;

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder);
        staging = Path.of("/dev/shm", "domicile-compacted-test-" + ProcessHandle.current().pid());
        cloud =
                rig.open(
                        "sql.staging.folder=" + staging,
                        "sql.staging=16MiB",
                        "sql.memory=128MiB",
                        "upkeep.pause=200ms",
                        "upkeep.compaction.quiet=1s");
        first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        lake = new Lake(folder, cloud.endpoints().urls().getOrDefault("web", ""), first);
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

    private Connection sql() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", first.accessKey());
        properties.setProperty("password", first.secret());
        return DriverManager.getConnection(
                "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/travel", properties);
    }

    private static String asked(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    private Table worn(String name, int files) {
        return worn(lake, name, files);
    }

    private static Table worn(Lake lake, String name, int files) {
        Table table =
                lake.create(
                        Lake.named("travel", name),
                        2,
                        Types.NestedField.optional(1, "n", Types.LongType.get()),
                        Types.NestedField.optional(2, "word", Types.StringType.get()));
        var append = table.newAppend();
        for (int i = 0; i < files; i++) {
            append.appendFile(
                    lake.file(
                            table,
                            "select i as n, 'word ' || i as word from range(%d, %d) t(i)"
                                    .formatted(i * 100, i * 100 + 100),
                            100));
        }
        append.commit();
        return table;
    }

    private static long files(Table table) {
        table.refresh();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            long count = 0;
            for (FileScanTask _ : tasks) {
                count++;
            }
            return count;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Rows as Iceberg's client plans them, in order: of each file those that no file deletes. */
    private List<String> rows(Table table, TableScan scan) throws IOException, SQLException {
        TreeSet<String> rows = new TreeSet<>();
        try (CloseableIterable<FileScanTask> tasks = scan.planFiles();
                Connection engine = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = engine.createStatement()) {
            for (FileScanTask task : tasks) {
                DataFile file = task.file();
                String deleted =
                        task.deletes().stream()
                                .map(each ->
                                        "select pos from '%s' where file_path = '%s'"
                                                .formatted(fetched(table, each), file.location()))
                                .collect(Collectors.joining(" union all "));
                try (ResultSet found =
                        statement.executeQuery(
                                "select n, word from read_parquet('%s', file_row_number = true)%s"
                                        .formatted(
                                                fetched(table, file.location()),
                                                deleted.isEmpty()
                                                        ? ""
                                                        : " where file_row_number not in ("
                                                                + deleted
                                                                + ")"))) {
                    while (found.next()) {
                        assertTrue(rows.add(found.getLong(1) + "|" + found.getString(2)), "twice");
                    }
                }
            }
        }
        return new ArrayList<>(rows);
    }

    private Path fetched(Table table, DeleteFile file) {
        return fetched(table, file.location());
    }

    private static Path fetched(Table table, String location) {
        Path file = folder.resolve("fetched-" + location.replaceAll(".*/", ""));
        if (!Files.exists(file)) {
            try (InputStream in = table.io().newInputFile(location).newStream()) {
                Path part = Files.createTempFile(folder, "part", ".parquet");
                Files.write(part, in.readAllBytes());
                Files.move(part, file);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return file;
    }

    private static void await(BooleanSupplier done) {
        for (int i = 0; i < 600 && !done.getAsBoolean(); i++) {
            LockSupport.parkNanos(100_000_000);
        }
        assertTrue(done.getAsBoolean(), "it did not come to that in a minute");
    }

    @Test
    void partitionedTablesAndThoseOfFormatThreeToo() throws Exception {
        org.apache.iceberg.Schema schema =
                new org.apache.iceberg.Schema(
                        Types.NestedField.optional(1, "n", Types.LongType.get()),
                        Types.NestedField.optional(2, "word", Types.StringType.get()));
        for (String format : List.of("2", "3")) {
            Table table =
                    lake.create(
                            Lake.named("travel", "parts" + format),
                            schema,
                            org.apache.iceberg.PartitionSpec.builderFor(schema)
                                    .identity("word")
                                    .build(),
                            java.util.Map.of("format-version", format));
            var append = table.newAppend();
            for (int i = 0; i < 26; i++) {
                String word = i % 2 == 0 ? "a" : "b";
                append.appendFile(
                        lake.file(
                                table,
                                "select i as n, '%s' as word from range(%d, %d) t(i)"
                                        .formatted(word, i * 100, i * 100 + 100),
                                "n: 1, word: 2",
                                100,
                                "word=" + word));
            }
            append.commit();
            table.refresh();
            List<String> before = rows(table, table.newScan());
            await(() -> files(table) == 2);
            assertEquals(before, rows(table, table.newScan()));
        }
    }

    private static long figure(Cloud cloud, String name) {
        return cloud.instruments().status().figures().getOrDefault(name, 0L);
    }

    @Test
    void smallFilesBecomeOneAndEveryReaderSeesTheSameRows() throws Exception {
        Table table = worn("flights", 14);
        DataFile file;
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            file = tasks.iterator().next().file();
        }
        lake.deletePositions(table, file, "0,1,2,3,4,5,6,7,8,9,10,11");
        table.refresh();
        List<String> before = rows(table, table.newScan());
        assertEquals(1_388, before.size());
        long old = table.currentSnapshot().snapshotId();
        CompletableFuture<Integer> reading =
                CompletableFuture.supplyAsync(() -> {
                    try (Connection connection = sql()) {
                        Table own = lake.catalog.loadTable(Lake.named("travel", "flights"));
                        int times = 0;
                        while (files(own) > 1) {
                            assertEquals(before, rows(own, own.newScan()));
                            assertEquals("1388", asked(connection, "select count(*) from flights"));
                            times++;
                        }
                        return times;
                    } catch (IOException | SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
        await(() -> files(table) == 1);
        assertTrue(reading.join() > 0, "somebody read meanwhile");
        assertEquals(before, rows(table, table.newScan()), "as it is now");
        assertEquals(before, rows(table, table.newScan().useSnapshot(old)), "as it was");
        assertEquals("replace", table.currentSnapshot().operation());
        try (Connection connection = sql()) {
            assertEquals("1388", asked(connection, "select count(distinct word) from flights"));
        }
        String shown = ran("table", "show", "travel.flights").out();
        assertTrue(shown.contains("14 files became 1"), shown);
        assertTrue(shown.contains("by the server itself since it started: 14 files"), shown);
        String status = ran("status").out();
        assertTrue(status.contains("compaction"), status);
        List<Json.Row> uses =
                ran("uses", "--last", "1h", "--json").rows().stream()
                        .filter(each -> each.text("action").startsWith("compaction:"))
                        .toList();
        assertEquals(
                new TreeSet<>(List.of("compaction:Plan", "compaction:Read", "compaction:Rewrite")),
                uses.stream()
                        .map(each -> each.text("action"))
                        .collect(Collectors.toCollection(TreeSet::new)));
        for (Json.Row each : uses) {
            assertEquals("installation/upkeep", each.text("purpose"), each::line);
        }
    }

    /** It ends while it is at it: the table is what it was, and nobody is told of half a file. */
    @Test
    void aWorkerThatIsKilledLeavesTheTableAsItWas() throws Exception {
        Rig other = new Rig(folder.resolve("killed"));
        Path memory = Path.of(staging + "-killed");
        try (Cloud own =
                        other.open(
                                "sql.staging.folder=" + memory,
                                "sql.memory=128MiB",
                                "upkeep.compaction.quiet=500ms");
                Lake theirs =
                        new Lake(
                                folder,
                                own.endpoints().urls().getOrDefault("web", ""),
                                FirstCredential.read(other.firstCredential()).orElseThrow())) {
            theirs.namespace("travel");
            Set<Long> before =
                    ProcessHandle.current()
                            .descendants()
                            .map(ProcessHandle::pid)
                            .collect(Collectors.toSet());
            Table table = worn(theirs, "killed", 14);
            List<String> rows = rows(table, table.newScan());
            await(() -> {
                ProcessHandle.current()
                        .descendants()
                        .filter(each -> !before.contains(each.pid()))
                        .forEach(ProcessHandle::destroyForcibly);
                return figure(own, "tables.compaction.waiting") == 1;
            });
            assertEquals(14, files(table));
            assertEquals(rows, rows(table, table.newScan()));
            assertEquals(0, figure(own, "tables.compacted"));
        }
        Files.deleteIfExists(memory);
    }

    /** Rules keep rows and columns from purposes; the files that they stand in keep them all. */
    @Test
    void rulesMaskNothingOfWhatIsWrittenAnew() throws Exception {
        Table table = worn("ruled", 2);
        long before = figure(cloud, "tables.compacted.files");
        ran("table", "classes", "travel.ruled", "word", "--classes", "name");
        ran("table", "rows", "travel.ruled", "--where", "n > 1000");
        try (Connection connection = sql()) {
            assertEquals("0", asked(connection, "select count(word) from ruled"));
            ran("table", "rows", "travel.ruled", "--purpose", "first-steps", "--where", "true");
            for (int i = 0; i < 11; i++) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("insert into ruled values (%d, 'word')".formatted(5_000 + i));
                }
            }
            // who is shown a part is not told of files: the server's own figures are
            await(() -> figure(cloud, "tables.compacted.files") >= before + 13);
            ran("table", "classes", "travel.ruled", "word", "--remove");
            assertEquals("211", asked(connection, "select count(word) from ruled"));
            assertEquals("word 7", asked(connection, "select word from ruled where n = 7"));
        }
        table.refresh();
        assertEquals(1, files(table));
    }
}
