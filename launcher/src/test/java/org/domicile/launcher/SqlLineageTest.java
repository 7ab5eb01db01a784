package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables of format 3 whose rows change by SQL: a row keeps its number for as long as it is there,
 * and says which commit wrote it last, as Iceberg's own library finds it in manifests and files.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class SqlLineageTest {
    private static final Schema SCHEMA =
            new Schema(
                    Types.NestedField.optional(1, "n", Types.LongType.get()),
                    Types.NestedField.optional(2, "word", Types.StringType.get()));

    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private FirstCredential first;
    private Connection connection;
    private Lake lake;

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder.resolve("data"));
        Path staging = Path.of("/dev/shm", "domicile-third-test-" + ProcessHandle.current().pid());
        cloud = rig.open("sql.staging.folder=" + staging, "sql.staging=16MiB", "sql.memory=256MiB");
        first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        lake = new Lake(folder, cloud.endpoints().urls().getOrDefault("web", ""), first);
        lake.namespace("third");
        Properties properties = new Properties();
        properties.setProperty("user", first.accessKey());
        properties.setProperty("password", first.secret());
        connection =
                DriverManager.getConnection(
                        "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/third",
                        properties);
    }

    @AfterAll
    void close() throws Exception {
        connection.close();
        lake.close();
        cloud.close();
    }

    private int run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getUpdateCount();
        }
    }

    private static List<String> answer(Connection connection, String sql) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(String.valueOf(rows.getString(i)));
                }
                all.add(String.join("|", row));
            }
        }
        return all;
    }

    /** What a row is: its number, the commit that wrote it last, and its word. */
    private record Row(long id, long written, String word) {}

    /**
     * Rows by their n, read as the specification says it, of what the library finds; of files of
     * which rows are deleted, too, which is checked by SQL.
     */
    private Map<Long, Row> rows(Table table) throws Exception {
        table.refresh();
        Map<Long, Row> found = new TreeMap<>();
        List<String> live =
                answer(connection, "select n from " + table.name().replaceAll(".*\\.", ""));
        try (Connection plain = DriverManager.getConnection("jdbc:duckdb:");
                CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                DataFile file = task.file();
                Path local = folder.resolve(UUID.randomUUID() + ".parquet");
                try (InputStream in = table.io().newInputFile(file.location()).newStream()) {
                    Files.write(local, in.readAllBytes());
                }
                boolean said =
                        !answer(
                                        plain,
                                        "select 1 from parquet_schema('%s') where field_id = 2147483540"
                                                .formatted(local))
                                .isEmpty();
                String columns =
                        said
                                ? "_row_id, _last_updated_sequence_number"
                                : "null::bigint, null::bigint";
                for (String each :
                        answer(
                                plain,
                                "select n, file_row_number, %s, word from read_parquet('%s', file_row_number=true)"
                                        .formatted(columns, local))) {
                    String[] cells = each.split("\\|", -1);
                    if (!live.contains(cells[0])) {
                        assertFalse(task.deletes().isEmpty());
                        continue;
                    }
                    long first = Objects.requireNonNull(file.firstRowId());
                    Row row =
                            new Row(
                                    cells[2].equals("null")
                                            ? first + Long.parseLong(cells[1])
                                            : Long.parseLong(cells[2]),
                                    cells[3].equals("null")
                                            ? Objects.requireNonNull(file.fileSequenceNumber())
                                            : Long.parseLong(cells[3]),
                                    cells[4]);
                    assertEquals(null, found.put(Long.parseLong(cells[0]), row), cells[0]);
                }
                Files.delete(local);
            }
        }
        assertEquals(live.size(), found.size());
        assertEquals(
                found.size(), found.values().stream().map(Row::id).distinct().count(), "unique");
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        for (Row each : found.values()) {
            assertTrue(each.id() < metadata.nextRowId());
            assertTrue(each.written() <= metadata.lastSequenceNumber());
        }
        return found;
    }

    private Table table(String name, PartitionSpec spec) {
        return lake.create(Lake.named("third", name), SCHEMA, spec, Map.of("format-version", "3"));
    }

    private static Row of(Map<Long, Row> rows, long n) {
        return Objects.requireNonNull(rows.get(n));
    }

    private long now(Table table) {
        table.refresh();
        return table.currentSnapshot().sequenceNumber();
    }

    private static void same(Map<Long, Row> before, Map<Long, Row> after, Long... but) {
        List<Long> changed = List.of(but);
        after.forEach((n, row) -> {
            if (before.containsKey(n) && !changed.contains(n)) {
                assertEquals(of(before, n), row, "row " + n);
            }
        });
    }

    private void change(String name, PartitionSpec spec) throws Exception {
        Table table = table(name, spec);
        assertEquals(
                10, run("insert into %s select i, 'w' || i from range(10) t(i)".formatted(name)));
        assertEquals(
                10,
                run("insert into %s select i, 'w' || i from range(10, 20) t(i)".formatted(name)));
        Map<Long, Row> one = rows(table);
        assertEquals(20, one.size());
        // rows that change keep their number
        assertEquals(
                2,
                run("update %s t set word = 'x' where n in (3, 14) and t.n > 0".formatted(name)));
        Map<Long, Row> two = rows(table);
        same(one, two, 3L, 14L);
        for (long n : new long[] {3, 14}) {
            assertEquals(new Row(of(one, n).id(), now(table), "x"), of(two, n));
        }
        // and again, of a file that has them
        assertEquals(1, run("update %s set word = 'y' where n = 4".formatted(name)));
        assertEquals(1, run("delete from %s where n = 5".formatted(name)));
        Map<Long, Row> three = rows(table);
        same(two, three, 4L);
        assertEquals(19, three.size());
        assertEquals(of(two, 4L).id(), of(three, 4L).id());
        // new ones get new numbers
        assertEquals(
                4,
                run(
                        ("merge into %s using (select * from (values (3, 'z'), (6, 'gone'), (30,"
                             + " 'n'), (31, 'n')) v(n, word)) s on %s.n = s.n when matched and"
                             + " s.word = 'gone' then delete when matched then update set word ="
                             + " s.word when not matched then insert values (s.n, s.word)")
                                .formatted(name, name)));
        Map<Long, Row> four = rows(table);
        same(three, four, 3L);
        assertEquals(new Row(of(three, 3L).id(), now(table), "z"), of(four, 3L));
        assertEquals(20, four.size());
        long highest = three.values().stream().mapToLong(Row::id).max().orElseThrow();
        assertTrue(of(four, 30L).id() > highest && of(four, 31L).id() > highest);
        assertEquals(now(table), of(four, 30L).written());
        // packing keeps all of it
        run("insert into %s values (40, 'late')".formatted(name));
        Map<Long, Row> five = rows(table);
        run("alter table %s execute optimize".formatted(name));
        Map<Long, Row> six = rows(table);
        assertEquals(five, six);
        run("alter table %s execute optimize".formatted(name));
        assertEquals(five, rows(table));
    }

    @Test
    void rowsKeepTheirLineage() throws Exception {
        change("plain", PartitionSpec.unpartitioned());
    }

    @Test
    void inPartitionsToo() throws Exception {
        change("apart", PartitionSpec.builderFor(SCHEMA).bucket("n", 3).build());
    }

    /** Rows move to another partition, and are the same rows. */
    @Test
    void rowsMove() throws Exception {
        Table table = table("moving", PartitionSpec.builderFor(SCHEMA).identity("word").build());
        run("insert into moving values (1, 'a'), (2, 'a'), (3, 'b')");
        Map<Long, Row> before = rows(table);
        run("update moving set word = 'b' where n = 1");
        Map<Long, Row> after = rows(table);
        same(before, after, 1L);
        assertEquals(of(before, 1L).id(), of(after, 1L).id());
    }

    /** What other engines deleted by vectors is gone, and so are the vectors. */
    @Test
    void vectorsGoWithTheirFiles() throws Exception {
        Table table = table("vectors", PartitionSpec.unpartitioned());
        run("insert into vectors select i, 'w' || i from range(10) t(i)");
        table.refresh();
        DataFile file;
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            file = tasks.iterator().next().file().copy();
        }
        lake.deleteVector(table, file, 2, 7);
        Map<Long, Row> before = rows(table);
        assertEquals(8, before.size());
        assertEquals(1, run("update vectors set word = 'x' where n = 3"));
        Map<Long, Row> after = rows(table);
        same(before, after, 3L);
        assertEquals(of(before, 3L).id(), of(after, 3L).id());
        assertEquals(8, after.size());
        assertEquals(
                "0", table.currentSnapshot().summary().getOrDefault("total-delete-files", "none"));
        // packing, too
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            file = tasks.iterator().next().file().copy();
        }
        lake.deleteVector(table, file, 0);
        Map<Long, Row> again = rows(table);
        run("alter table vectors execute optimize");
        assertEquals(again, rows(table));
        assertEquals(
                "0", table.currentSnapshot().summary().getOrDefault("total-delete-files", "none"));
    }

    /** Rows of the time before format 3 get a number with the next commit. */
    @Test
    void aTableThatBecomesOne() throws Exception {
        Table table =
                lake.create(
                        Lake.named("third", "older"),
                        SCHEMA,
                        PartitionSpec.unpartitioned(),
                        Map.of("format-version", "2"));
        run("insert into older select i, 'w' || i from range(5) t(i)");
        table.refresh();
        table.updateProperties().set("format-version", "3").commit();
        run("update older set word = 'x' where n = 1");
        assertEquals(5, rows(table).size());
        run("insert into older values (9, 'new')");
        Map<Long, Row> before = rows(table);
        run("update older set word = 'y' where n = 9");
        same(before, rows(table), 9L);
    }

    @Test
    void namesThatTheFormatKeepsForItself() throws Exception {
        lake.create(
                Lake.named("third", "named"),
                new Schema(Types.NestedField.optional(1, "_ROW_ID", Types.LongType.get())),
                PartitionSpec.unpartitioned(),
                Map.of("format-version", "3"));
        assertEquals(
                "0A000",
                assertThrows(
                                SQLException.class,
                                () -> run("delete from named where \"_ROW_ID\" = 1"))
                        .getSQLState());
    }
}
