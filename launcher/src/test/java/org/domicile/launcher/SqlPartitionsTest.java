package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/**
 * Partitioned tables that SQL writes: each file's rows are put through the transforms of Iceberg's
 * own library, which have to give the partition that the manifest has for the file.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class SqlPartitionsTest {
    private static final Schema SCHEMA =
            new Schema(
                    Types.NestedField.optional(1, "n", Types.LongType.get()),
                    Types.NestedField.optional(2, "small", Types.IntegerType.get()),
                    Types.NestedField.optional(3, "word", Types.StringType.get()),
                    Types.NestedField.optional(4, "price", Types.DecimalType.of(9, 2)),
                    Types.NestedField.optional(5, "day", Types.DateType.get()),
                    Types.NestedField.optional(6, "at", Types.TimestampType.withoutZone()),
                    Types.NestedField.optional(7, "moment", Types.TimestampType.withZone()),
                    Types.NestedField.optional(8, "which", Types.UUIDType.get()),
                    Types.NestedField.optional(9, "bytes", Types.BinaryType.get()),
                    Types.NestedField.optional(10, "clock", Types.TimeType.get()),
                    Types.NestedField.optional(11, "real", Types.DoubleType.get()),
                    Types.NestedField.optional(12, "yes", Types.BooleanType.get()),
                    Types.NestedField.optional(
                            13,
                            "inner",
                            Types.StructType.of(
                                    Types.NestedField.optional(
                                            14, "a b", Types.IntegerType.get()))));

    /** Rows with numbers from a first one on; each fifth value of each column is null. */
    private static String rows(int from, int to) {
        return """
        select i, if(i %% 5 = 1, null, i * 7 - 50),
          if(i %% 5 = 2, null, ['', 'Aix', 'ärger', 'it''s', repeat('xy', 200)][i %% 7 + 1]),
          if(i %% 5 = 3, null, i * 1.37 - 10), if(i %% 5 = 4, null, date '1969-12-25' + i::int),
          timestamp '1969-12-31 20:00:00.000001' + to_hours(i::int),
          timestamptz '1969-12-31 20:30:00+00' + to_hours(i::int),
          if(i %% 5 = 0, null, ('00000000-0000-4000-8000-' || lpad((i %% 3)::varchar, 12, '0'))::uuid),
          if(i %% 5 = 1, null, encode('b' || i %% 4)), time '00:00:00' + to_hours(i::int %% 3),
          [0.0, '-0.0'::double, 'nan'::double, 'inf'::double, 1.5e300, null][i %% 6 + 1],
          [true, false, null][i %% 3 + 1], {'a b': i %% 3}
        from range(%d, %d) t(i)\
        """
                .formatted(from, to);
    }

    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private FirstCredential first;
    private Connection connection;
    private Lake lake;

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder.resolve("data"));
        Path staging = Path.of("/dev/shm", "domicile-parts-test-" + ProcessHandle.current().pid());
        cloud = rig.open("sql.staging.folder=" + staging, "sql.staging=16MiB", "sql.memory=256MiB");
        first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        lake = new Lake(folder, cloud.endpoints().urls().getOrDefault("web", ""), first);
        lake.namespace("parts");
        connection = connect();
    }

    @AfterAll
    void close() throws Exception {
        connection.close();
        lake.close();
        cloud.close();
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", first.accessKey());
        properties.setProperty("password", first.secret());
        return DriverManager.getConnection(
                "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/parts", properties);
    }

    private int run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getUpdateCount();
        }
    }

    private SQLException failing(String sql) {
        return assertThrows(SQLException.class, () -> run(sql), sql);
    }

    private List<String> answer(String sql) throws SQLException {
        return answer(connection, sql);
    }

    /** Rows as texts, with a bar between. */
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

    private static List<DataFile> files(Table table, Expression filter) throws IOException {
        table.refresh();
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(filter).planFiles()) {
            for (FileScanTask each : tasks) {
                assertTrue(each.deletes().isEmpty());
                files.add(each.file().copy());
            }
        }
        return files;
    }

    /** Of a row of a file, as the library wants it for a type. */
    private static String asked(Types.NestedField field, String column) {
        String name = "\"" + column.replace(".", "\".\"") + '"';
        return switch (field.type().typeId()) {
            case TIMESTAMP, TIME -> "epoch_us(" + name + ")::varchar";
            case DATE -> "(" + name + " - date '1970-01-01')::varchar";
            case BINARY -> "hex(" + name + ")";
            default -> name + "::varchar";
        };
    }

    private static String human(Object value) {
        return value instanceof java.nio.ByteBuffer bytes
                ? org.apache.iceberg.util.ByteBuffers.toByteArray(bytes).length
                        + java.util.HexFormat.of()
                                .formatHex(org.apache.iceberg.util.ByteBuffers.toByteArray(bytes))
                : String.valueOf(value);
    }

    private static Object value(Type type, String text) {
        return switch (type.typeId()) {
            case TIMESTAMP, TIME, LONG -> Long.valueOf(text);
            case DATE, INTEGER -> Integer.valueOf(text);
            case BINARY -> java.nio.ByteBuffer.wrap(java.util.HexFormat.of().parseHex(text));
            case UUID -> UUID.fromString(text);
            case DOUBLE -> Double.valueOf(text.replace("nan", "NaN").replace("inf", "Infinity"));
            case BOOLEAN -> Boolean.valueOf(text);
            case STRING -> text;
            default -> Literal.of(text).to(type).value();
        };
    }

    /** Puts the rows of each file through its partitioning. Gives the rows that there are. */
    @SuppressWarnings("unchecked")
    private long checked(Table table) throws Exception {
        long count = 0;
        try (Connection plain = DriverManager.getConnection("jdbc:duckdb:")) {
            for (DataFile file : files(table, Expressions.alwaysTrue())) {
                PartitionSpec spec = Objects.requireNonNull(table.specs().get(file.specId()));
                Path local = folder.resolve(UUID.randomUUID() + ".parquet");
                try (InputStream in = table.io().newInputFile(file.location()).newStream()) {
                    Files.write(local, in.readAllBytes());
                }
                count += file.recordCount();
                assertEquals(
                        List.of(Long.toString(file.recordCount())),
                        answer(plain, "select count(*) from '" + local + "'"));
                StructLike partition = file.partition();
                for (int i = 0; i < spec.fields().size(); i++) {
                    PartitionField field = spec.fields().get(i);
                    Types.NestedField source = table.schema().findField(field.sourceId());
                    Type result = field.transform().getResultType(source.type());
                    Function<Object, Object> bound =
                            ((Transform<Object, Object>) field.transform()).bind(source.type())
                                    ::apply;
                    String column = table.schema().findColumnName(field.sourceId());
                    Object said = partition.get(i, spec.javaClasses()[i]);
                    Set<Object> found = new HashSet<>();
                    for (String each :
                            answer(
                                    plain,
                                    "select distinct coalesce('=' || %s, 'null') from '%s'"
                                            .formatted(asked(source, column), local))) {
                        found.add(
                                each.equals("null")
                                        ? "null"
                                        : human(
                                                bound.apply(
                                                        value(source.type(), each.substring(1)))));
                    }
                    assertEquals(
                            Set.of(human(said)),
                            found,
                            field + " of " + result + " in " + file.location());
                }
                Files.delete(local);
            }
        }
        return count;
    }

    private Table table(String name, PartitionSpec spec, int format) {
        return lake.create(
                Lake.named("parts", name),
                SCHEMA,
                spec,
                Map.of("format-version", Integer.toString(format)));
    }

    private static PartitionSpec.Builder by() {
        return PartitionSpec.builderFor(SCHEMA);
    }

    @Test
    void everyTransformIsTheLibrarys() throws Exception {
        Map<String, PartitionSpec> specs = new TreeMap<>();
        specs.put("words", by().identity("word").bucket("n", 7).build());
        specs.put("begins", by().truncate("word", 2).bucket("word", 5).build());
        specs.put("prices", by().truncate("price", 50).bucket("price", 3).build());
        specs.put("exact", by().identity("price").truncate("small", 10).build());
        specs.put("years", by().year("day").year("at").month("moment").bucket("day", 3).build());
        specs.put("days", by().day("day").bucket("at", 3).build());
        specs.put("times", by().day("at").hour("moment").bucket("moment", 2).build());
        specs.put("whiches", by().bucket("which", 4).identity("which").build());
        specs.put("bytes", by().bucket("bytes", 3).truncate("bytes", 1).identity("bytes").build());
        specs.put("clocks", by().identity("clock").bucket("clock", 9).identity("yes").build());
        specs.put("reals", by().identity("real").identity("inner.a b").build());
        specs.put("stamps", by().identity("moment").alwaysNull("n").bucket("small", 2).build());
        specs.put("nothing", by().alwaysNull("n").build());
        for (Map.Entry<String, PartitionSpec> each : specs.entrySet()) {
            Table table = table(each.getKey(), each.getValue(), 2);
            assertEquals(24, run("insert into " + each.getKey() + " " + rows(0, 24)), each::getKey);
            assertEquals(24, checked(table), each::getKey);
            assertEquals(
                    answer(
                            "select count(*), sum(n)::bigint, count(word), sum(price) from (%s) t(n, s, word, price)"
                                    .formatted(rows(0, 24))),
                    answer(
                            "select count(*), sum(n)::bigint, count(word), sum(price) from "
                                    + each.getKey()));
        }
    }

    /** Readers leave out the files that hold no row that they want, and none that holds one. */
    @Test
    void filesAreLeftOut() throws Exception {
        Table table = table("pruned", by().day("day").bucket("n", 4).build(), 2);
        run("insert into pruned " + rows(0, 40));
        int all = files(table, Expressions.alwaysTrue()).size();
        for (int n = 0; n < 40; n++) {
            List<DataFile> found = files(table, Expressions.equal("n", (long) n));
            assertTrue(found.size() < all);
            assertEquals(List.of("1"), answer("select count(*) from pruned where n = " + n));
        }
        assertEquals(
                8,
                files(table, Expressions.isNull("day")).stream()
                        .mapToLong(DataFile::recordCount)
                        .sum());
    }

    @Test
    void rowsOfPartitionsChange() throws Exception {
        Table table = table("changing", by().truncate("small", 100).identity("yes").build(), 2);
        run("insert into changing " + rows(0, 60));
        Set<String> before = new TreeSet<>();
        files(table, Expressions.alwaysTrue()).forEach(each -> before.add(each.location()));
        assertEquals(1, run("delete from changing where n = 7"));
        assertEquals(59, checked(table));
        long kept =
                files(table, Expressions.alwaysTrue()).stream()
                        .filter(each -> before.contains(each.location()))
                        .count();
        assertTrue(kept > 0, "files without such rows stay");
        // into another partition
        assertEquals(
                3, run("update changing set small = 100000, yes = null where n in (8, 9, 10)"));
        assertEquals(59, checked(table));
        assertEquals(List.of("3"), answer("select count(*) from changing where small = 100000"));
        assertEquals(
                4,
                run(
                        "merge into changing c using (select * from (values (8, 1), (100, 2), (101,"
                            + " null), (102, 3)) v(n, small)) s on c.n = s.n when matched then"
                            + " update set small = s.small when not matched then insert (n, small)"
                            + " values (s.n, s.small)"));
        assertEquals(62, checked(table));
        assertEquals(
                List.of("1|1"),
                answer("select small, count(*) from changing where n = 8 group by 1"));
        assertEquals(62, run("delete from changing"));
        assertEquals(0, checked(table));
    }

    /** What is written is laid out as the table says now; packing brings the small ones along. */
    @Test
    void thePartitioningChanges() throws Exception {
        Table table = table("evolving", PartitionSpec.unpartitioned(), 2);
        run("insert into evolving " + rows(0, 10));
        table.refresh();
        table.updateSpec().addField(Expressions.bucket("n", 2)).commit();
        run("insert into evolving " + rows(10, 20));
        run("insert into evolving " + rows(20, 30));
        table.refresh();
        table.updateSpec().removeField("n_bucket_2").addField("yes").commit();
        run("insert into evolving " + rows(30, 40));
        assertEquals(40, checked(table));
        assertEquals(
                3,
                files(table, Expressions.alwaysTrue()).stream()
                        .map(DataFile::specId)
                        .distinct()
                        .count());
        assertEquals(1, run("update evolving set word = 'now' where n = 12"));
        assertEquals(40, checked(table));
        assertEquals(List.of("now"), answer("select word from evolving where n = 12"));
        run("alter table evolving execute optimize");
        run("alter table evolving execute optimize");
        assertEquals(40, checked(table));
        assertEquals(
                Set.of(table.spec().specId()),
                new TreeSet<>(
                        files(table, Expressions.alwaysTrue()).stream()
                                .map(DataFile::specId)
                                .toList()));
        assertEquals(3, files(table, Expressions.alwaysTrue()).size());
        assertEquals(List.of("40|780"), answer("select count(*), sum(n)::bigint from evolving"));
    }

    @Test
    void smallFilesOfAPartitionArePacked() throws Exception {
        Table table = table("packed", by().identity("yes").build(), 2);
        for (int i = 0; i < 4; i++) {
            run("insert into packed " + rows(i * 10, i * 10 + 10));
        }
        assertEquals(12, files(table, Expressions.alwaysTrue()).size());
        run("alter table packed execute optimize");
        assertEquals(3, files(table, Expressions.alwaysTrue()).size());
        assertEquals(40, checked(table));
        run("alter table packed execute optimize");
        assertEquals(3, files(table, Expressions.alwaysTrue()).size());
    }

    @Test
    void rowsAreLoadedAndCopied() throws Exception {
        Table table =
                lake.create(
                        Lake.named("parts", "loaded"),
                        new Schema(
                                Types.NestedField.required(1, "n", Types.LongType.get()),
                                Types.NestedField.optional(2, "day", Types.DateType.get())),
                        PartitionSpec.builderFor(
                                        new Schema(
                                                Types.NestedField.required(
                                                        1, "n", Types.LongType.get()),
                                                Types.NestedField.optional(
                                                        2, "day", Types.DateType.get())))
                                .month("day")
                                .build(),
                        Map.of());
        long copied =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn(
                                "copy loaded from stdin with (format csv)",
                                new java.io.StringReader(
                                        "1,2024-01-01\n2,2024-01-31\n3,2024-02-01\n4,\n"));
        assertEquals(4, copied);
        assertEquals(4, checked(table));
        assertEquals(3, files(table, Expressions.alwaysTrue()).size());
        assertEquals(
                "23502", failing("insert into loaded values (null, '2024-01-01')").getSQLState());
        assertEquals(4, checked(table));
    }

    /** Nothing comes of a statement with too many; what fits is many files in one commit. */
    @Test
    void thereIsABound() throws Exception {
        Table table = table("bounded", by().identity("n").build(), 2);
        SQLException failed = failing("insert into bounded (n) select i from range(1001) t(i)");
        assertEquals("54000", failed.getSQLState());
        assertEquals(0, checked(table));
        run("insert into bounded (n) select i from range(200) t(i)");
        assertEquals(200, checked(table));
        assertEquals(1, table.history().size());
    }

    @Test
    void aPartitionedTableIsMade() throws Exception {
        run(
                "create table made (n bigint, day date, word varchar, at timestamp) partitioned by"
                        + " (day, bucket(4, n), truncate(2, word), hour(at))");
        Table made = lake.catalog.loadTable(Lake.named("parts", "made"));
        assertEquals(
                List.of("identity", "bucket[4]", "truncate[2]", "hour"),
                made.spec().fields().stream().map(each -> each.transform().toString()).toList());
        run("insert into made values (1, '2024-01-01', 'abc', '2024-01-01 01:00:00')");
        assertEquals(1, checked(made));
        run(
                "create table filled partitioned by (years(day), word) as select date '2024-01-01'"
                        + " + i::int as day, 'w' || i % 2 as word from range(500) t(i)");
        Table filled = lake.catalog.loadTable(Lake.named("parts", "filled"));
        assertEquals(500, checked(filled));
        assertEquals(4, files(filled, Expressions.alwaysTrue()).size());
        assertEquals(
                "42703",
                failing("create table wrong (n bigint) partitioned by (day)").getSQLState());
        assertEquals(
                "22023",
                failing("create table wrong (n bigint) partitioned by (day(n))").getSQLState());
        assertEquals(
                "42601",
                failing("create table wrong (n bigint) partitioned by (n, )").getSQLState());
        assertEquals(
                "0A000",
                failing("create table wrong (n bigint) partitioned by (sqrt(n))").getSQLState());
    }
}
