package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SQL over tables that Iceberg's own client made: what it writes, SQL reads. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlTablesTest {
    /** What nobody planned. */
    private static final String MARKER = "planted-and-unplanned";

    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private FirstCredential first;
    private Path staging;
    private Lake lake;
    private @Nullable Connection shared;

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder);
        staging = Path.of("/dev/shm", "domicile-tables-test-" + ProcessHandle.current().pid());
        cloud = rig.open("sql.staging.folder=" + staging, "sql.staging=8MiB", "sql.memory=128MiB");
        first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        lake = new Lake(folder, cloud.endpoints().urls().getOrDefault("web", ""), first);
        lake.namespace("travel");
    }

    @AfterAll
    void close() throws IOException, SQLException {
        endShared();
        lake.close();
        cloud.close();
        Files.deleteIfExists(staging);
    }

    private Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", first.accessKey());
        properties.setProperty("password", first.secret());
        return DriverManager.getConnection(
                "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/" + database,
                properties);
    }

    private static String rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    cells.add(String.valueOf(rows.getString(i)));
                }
                all.add(String.join("|", cells));
            }
            return String.join(" ", all);
        } catch (SQLException e) {
            throw new SQLException(e.getMessage() + " in " + sql, e.getSQLState(), e);
        }
    }

    /** In a session that statements share which do not mind: each session starts a process. */
    private String rows(String sql) throws SQLException {
        if (shared == null || shared.isClosed()) {
            shared = connect("travel");
        }
        return rows(shared, sql);
    }

    private void endShared() throws SQLException {
        if (shared != null) {
            shared.close();
        }
    }

    private List<Path> staged() throws IOException {
        try (Stream<Path> all = Files.walk(staging)) {
            return all.filter(each -> each.toString().endsWith(".parquet")).toList();
        } catch (UncheckedIOException _) {
            return List.of(staging); // a session's folder went meanwhile: look again
        }
    }

    private SQLException fails(String state, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> rows(sql), sql);
        assertEquals(state, e.getSQLState(), sql + ": " + e.getMessage());
        return e;
    }

    private static Types.NestedField column(
            int id, String name, org.apache.iceberg.types.Type type) {
        return Types.NestedField.optional(id, name, type);
    }

    private Table numbers(String name) {
        return lake.create(Lake.named("travel", name), 2, column(1, "n", Types.LongType.get()));
    }

    @Test
    void aTableIsReadByItsName() throws SQLException {
        Table table =
                lake.create(
                        Lake.named("travel", "flights"),
                        2,
                        column(1, "id", Types.LongType.get()),
                        column(2, "origin", Types.StringType.get()),
                        column(3, "delay", Types.DoubleType.get()));
        assertEquals("0", rows("select count(*) from travel.flights"), "an empty one");
        lake.append(
                table,
                "select i as id, 'o' || i % 3 as origin, i / 2.0 as delay from range(10) t(i)",
                10);
        lake.append(
                table,
                "select i as id, 'o9' as origin, null::double as delay from range(10, 12) t(i)",
                2);
        assertEquals("12|22.5", rows("select count(*), sum(delay) from travel.flights"));
        assertEquals(
                "o0|4 o1|3 o2|3 o9|2",
                rows("select origin, count(*) from flights group by 1 order by 1"));
        assertEquals("7|o1", rows("select f.id, f.origin from Travel.FLIGHTS f where f.id = 7"));
        assertEquals("11", rows("select max(travel.flights.id) from travel.flights"));
        try (Connection none = connect("postgres")) {
            assertEquals("12", rows(none, "select count(*) from travel.flights"));
            assertEquals(
                    "42P01",
                    assertThrows(
                                    SQLException.class,
                                    () -> rows(none, "select count(*) from flights"))
                            .getSQLState());
        }
        fails("42P01", "select 1 from travel.nothing");
        fails("42P01", "select 1 from nowhere.flights");
        fails("42703", "select nothing from flights");
        assertEquals(
                "12\n",
                rig.run(
                                "sql",
                                "--csv",
                                "--namespace",
                                "travel",
                                "select count(*) as c from flights")
                        .out()
                        .replace("c\r\n", "")
                        .replace("\r", ""));
    }

    @Test
    void namesAreWhatTheyAre() throws SQLException {
        lake.namespace("travel", "über all", "deep");
        Table table =
                lake.create(
                        Lake.named("travel", "über all", "deep", "Flüge \"2024\""),
                        2,
                        column(1, "Zahl der Plätze", Types.IntegerType.get()),
                        column(2, "select", Types.StringType.get()));
        lake.append(table, "select 5 as \"Zahl der Plätze\", 'x' as \"select\"", 1);
        String name = "travel.\"über all\".deep.\"Flüge \"\"2024\"\"\"";
        assertEquals("5|x", rows("select * from " + name));
        assertEquals(
                "5|5",
                rows(
                        "select /* € */ a.\"Zahl der Plätze\", b.\"Zahl der Plätze\" from "
                                + name
                                + " a join "
                                + name
                                + " as b using (\"select\")"));
        assertEquals("5", rows("select \"Flüge \"\"2024\"\"\".\"Zahl der Plätze\" from " + name));
        assertEquals(
                "x",
                rows("select \"select\" from \"travel.über all.deep\".\"Flüge \"\"2024\"\"\""));
        try (Connection deep = connect("travel.%C3%BCber%20all.deep")) {
            assertEquals("x", rows(deep, "select \"select\" from \"Flüge \"\"2024\"\"\""));
        }
    }

    @Test
    void everyTypeComesOut() throws SQLException {
        Table table =
                lake.create(
                        Lake.named("travel", "types"),
                        2,
                        column(1, "b", Types.BooleanType.get()),
                        column(2, "i", Types.IntegerType.get()),
                        column(3, "l", Types.LongType.get()),
                        column(4, "f", Types.FloatType.get()),
                        column(5, "d", Types.DoubleType.get()),
                        column(6, "e", Types.DecimalType.of(9, 2)),
                        column(7, "day", Types.DateType.get()),
                        column(8, "t", Types.TimeType.get()),
                        column(9, "ts", Types.TimestampType.withoutZone()),
                        column(10, "tz", Types.TimestampType.withZone()),
                        column(11, "s", Types.StringType.get()),
                        column(12, "u", Types.UUIDType.get()),
                        column(13, "bin", Types.BinaryType.get()),
                        column(14, "list", Types.ListType.ofOptional(20, Types.IntegerType.get())),
                        column(
                                15,
                                "map",
                                Types.MapType.ofOptional(
                                        21, 22, Types.StringType.get(), Types.IntegerType.get())),
                        column(
                                16,
                                "struct",
                                Types.StructType.of(
                                        column(23, "x", Types.IntegerType.get()),
                                        column(24, "y", Types.StringType.get()))));
        lake.append(
                table,
                "select true as b, 1::int as i, 2::bigint as l, 1.5::float as f, 2.5::double as d,"
                        + " 3.25::decimal(9,2) as e, date '2024-02-29' as day, time '12:34:56.789'"
                        + " as t, timestamp '2024-02-29 12:00:00' as ts, timestamptz"
                        + " '2024-02-29 12:00:00+02' as tz, 'käse' as s,"
                        + " 'f0e1d2c3-b4a5-4697-8899-aabbccddeeff'::uuid as u, '\\x00\\xFF'::blob"
                        + " as bin, [1, null]::int[] as list, map {'a': 1::int} as map,"
                        + " {'x': 1::int, 'y': 'z'} as struct",
                1);
        assertEquals(
                "t|1|2|1.5|2.5|3.25|2024-02-29|12:34:56.789|2024-02-29 12:00:00|2024-02-29"
                        + " 10:00:00+00|käse|f0e1d2c3-b4a5-4697-8899-aabbccddeeff|\\x00ff|{1,NULL}"
                        + "|{\"a\":1}|{\"x\":1,\"y\":\"z\"}",
                rows("select * from types"));
    }

    @Test
    void deletesOfEveryKindAreHonoured() throws Exception {
        Table table =
                lake.create(
                        Lake.named("travel", "deleted"),
                        2,
                        column(1, "n", Types.LongType.get()),
                        column(2, "word", Types.StringType.get()));
        DataFile one =
                lake.append(table, "select i as n, 'w' || i as word from range(10) t(i)", 10);
        DataFile two =
                lake.append(table, "select i as n, null as word from range(10, 20) t(i)", 10);
        assertEquals("190", rows("select sum(n) from deleted"));
        lake.deletePositions(table, one, "0, 9");
        assertEquals("181|18", rows("select sum(n), count(*) from deleted"));
        lake.deletePositions(table, two, "5");
        assertEquals("166|17", rows("select sum(n), count(*) from deleted"));
        // by value, of a column that the statement does not name
        lake.deleteEqual(table, "select 'w3' as word", "word: 2", 1, 2);
        assertEquals("163|16", rows("select sum(n), count(*) from deleted"));
        assertEquals("16", rows("select count(*) from deleted"));
        // nulls are equal to nulls
        lake.deleteEqual(
                table, "select 12::bigint as n, null::varchar as word", "n: 1, word: 2", 1, 1, 2);
        assertEquals("151|15", rows("select sum(n), count(*) from deleted"));
        // what comes later is not deleted by value
        lake.append(table, "select 3::bigint as n, 'w3' as word", 1);
        assertEquals("154|16", rows("select sum(n), count(*) from deleted"));
        assertEquals("w3", rows("select word from deleted where n = 3"));
        assertEquals("", rows("select word from deleted where n = 9"));

        Table third =
                lake.create(
                        Lake.named("travel", "vectors"),
                        3,
                        column(1, "n", Types.LongType.get()),
                        column(2, "word", Types.StringType.get()));
        DataFile rows =
                lake.append(
                        third, "select i as n, 'w' || i as word from range(100000) t(i)", 100_000);
        DataFile more = lake.append(third, "select i as n, 'x' as word from range(5) t(i)", 5);
        lake.deleteVector(third, rows, 0, 1, 99_999, 70_000);
        assertEquals(
                "100001|w2",
                rows("select count(*), min(word) filter (n = 2 and word <> 'x') from vectors"));
        lake.deleteVector(third, more, 4);
        assertEquals("100000", rows("select count(*) from vectors"));
        assertEquals(
                "0|1|2|3",
                rows("select string_agg(n, '|' order by n) from vectors where word = 'x'"));
        assertEquals("0", rows("select count(*) from vectors where n in (70000, 99999)"));
    }

    /** A table that the staging does not hold, of which rows are deleted in every way. */
    @Test
    void deletesHoldInBatches() throws SQLException {
        Table table =
                lake.create(
                        Lake.named("travel", "worn"),
                        2,
                        column(1, "id", Types.LongType.get()),
                        column(2, "n", Types.LongType.get()),
                        column(3, "word", Types.StringType.get()),
                        column(4, "m", Types.LongType.get()));
        String some =
                "select i as id, i %% 1000 as n, md5(i::varchar) as word, case when i %% 5 = 0 then"
                        + " null else i %% 5 end as m from range(%d, %d) t(i)";
        DataFile one = lake.append(table, some.formatted(0, 200_000), 200_000);
        lake.deleteEqual(table, "select unnest([7, 8])::bigint as n", "n: 2", 2, 2);
        lake.deleteEqual(table, "select 10::bigint as n, null::bigint as m", "n: 2, m: 4", 1, 2, 4);
        lake.append(table, some.formatted(200_000, 400_000), 200_000);
        lake.deleteEqual(table, "select md5(unnest(['5', '250000'])) as word", "word: 3", 2, 3);
        lake.deletePositions(table, one, "3,150000");
        String left =
                "(select * from (%s) where id not in (5, 250000, 3, 150000) and not (id < 200000"
                        + " and (n in (7, 8) or n = 10 and m is null)))";
        left = left.formatted(some.formatted(0, 400_000));
        for (String each :
                List.of(
                        "select count(*) from T",
                        "select count(*), max(word), min(word) from T",
                        "select count(*), sum(id), max(word) from T where m is null",
                        "select count(*), max(word) from T where n between 6 and 10",
                        "select count(*), min(word) from T where id < 100",
                        "select n, count(word), max(word) from T where n < 12 group by 1 order by"
                                + " 1",
                        "select count(*), max(a.word) from T a join T b on a.id = b.id + 1",
                        "select word from T order by word limit 3 offset 70000")) {
            try (Connection bare = DriverManager.getConnection("jdbc:duckdb:")) {
                assertEquals(
                        rows(bare, each.replace("T", left)), rows(each.replace("T", "worn")), each);
            }
        }
        String told = rows("explain select count(*), max(word) from worn");
        assertTrue(told.contains("batches"), told);
        try (Connection connection = connect("travel");
                Statement statement = connection.createStatement()) {
            statement.execute("create table kept_of_worn as select id, n from worn where n < 12");
            assertEquals(
                    rows(connection, "select count(*), sum(id) from worn where n < 12"),
                    rows(connection, "select count(*), sum(id) from kept_of_worn"));
        }
    }

    @Test
    void columnsAreFoundByTheirIds() throws SQLException {
        Table table =
                lake.create(
                        Lake.named("travel", "changed"),
                        3,
                        column(1, "a", Types.IntegerType.get()),
                        column(2, "b", Types.FloatType.get()),
                        column(3, "gone", Types.StringType.get()),
                        column(4, "e", Types.DecimalType.of(5, 2)),
                        column(
                                5,
                                "s",
                                Types.StructType.of(
                                        column(10, "x", Types.IntegerType.get()),
                                        column(11, "y", Types.StringType.get()))),
                        column(
                                6,
                                "l",
                                Types.ListType.ofOptional(
                                        12,
                                        Types.StructType.of(
                                                column(13, "p", Types.IntegerType.get())))));
        lake.append(
                table,
                "select 1::int as a, 1.5::float as b, 'old' as gone, 1.25::decimal(5,2) as e,"
                        + " {'x': 7::int, 'y': 'why'} as s, [{'p': 1::int}, {'p': 2::int}] as l"
                        + " union all select 2::int, 2.5::float, 'older', 2.25::decimal(5,2),"
                        + " null, null order by a",
                2);
        table.updateSchema()
                .renameColumn("a", "alpha")
                .updateColumn("a", Types.LongType.get())
                .deleteColumn("gone")
                .updateColumn("e", Types.DecimalType.of(9, 2))
                .moveFirst("e")
                .renameColumn("s.x", "ex")
                .deleteColumn("s.y")
                .addColumn("s", "z", Types.IntegerType.get())
                .updateColumn("l.element.p", Types.LongType.get())
                .addColumn("l.element", "q", Types.StringType.get())
                .commit();
        table.updateSchema()
                .renameColumn("b", "a")
                .updateColumn("b", Types.DoubleType.get())
                .addColumn("gone", Types.IntegerType.get())
                .addColumn("given", Types.StringType.get(), Literal.of("it's"))
                .commit();
        String old =
                "1.25|1|1.5|{\"ex\":7,\"z\":null}|[{\"p\":1,\"q\":null},{\"p\":2,\"q\":null}]|null|it's"
                    + " 2.25|2|2.5|null|null|null|it's";
        assertEquals(old, rows("select * from changed order by alpha"));
        assertEquals("7|2", rows("select max(s.ex), sum(len(l)) from changed"));
        lake.append(
                table,
                "select 3.25::decimal(9,2) as e, 3::bigint as alpha, 3.5::double as a, {'ex':"
                    + " 9::int, 'z': 10::int} as s, [{'p': 5::bigint, 'q': 'cue'}] as l, 4::int as"
                    + " gone, 'new' as given",
                1);
        assertEquals(
                old + " 3.25|3|3.5|{\"ex\":9,\"z\":10}|[{\"p\":5,\"q\":\"cue\"}]|4|new",
                rows("select * from changed order by alpha"));
        assertEquals("2", rows("select count(*) from changed where given = 'it''s'"));
        // a file of a writer that knows no ids is read by names
        DataFile plain =
                lake.file(
                        table,
                        "select 8::bigint as alpha, 'plain' as given, 4.25::decimal(9,2) as e",
                        "",
                        1,
                        "");
        table.newAppend().appendFile(plain).commit();
        assertEquals("4.25|null|plain", rows("select e, a, given from changed where alpha = 8"));
    }

    @Test
    void filesAndColumnsThatAreNotWantedStayAway() throws Exception {
        Schema schema =
                new Schema(
                        column(1, "n", Types.LongType.get()),
                        column(2, "day", Types.DateType.get()),
                        column(3, "secret", Types.StringType.get()));
        Table table =
                lake.create(
                        Lake.named("travel", "days"),
                        schema,
                        PartitionSpec.builderFor(schema).identity("day").build(),
                        Map.of("format-version", "2"));
        for (int day = 1; day <= 9; day++) {
            String date = "2024-01-0" + day;
            DataFile file =
                    lake.file(
                            table,
                            "select i as n, date '%s' as day, '%s' || i as secret from range(100) t(i)"
                                    .formatted(date, MARKER),
                            "n: 1, day: 2, secret: 3",
                            100,
                            "day=" + date);
            table.newAppend().appendFile(file).commit();
        }
        endShared();
        for (int i = 0; i < 200 && !staged().isEmpty(); i++) {
            LockSupport.parkNanos(50_000_000); // until nothing of another session lies there
        }
        try (Connection connection = connect("travel");
                Statement statement = connection.createStatement()) {
            try (ResultSet rows =
                    statement.executeQuery(
                            "select n from days where day between '2024-01-03' and date"
                                    + " '2024-01-04' and n >= 0")) {
                assertTrue(rows.next());
                List<Path> files = staged();
                assertEquals(2, files.size());
                for (Path each : files) {
                    String text = new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1);
                    // its footer has the least and the largest of each column
                    assertFalse(text.contains(MARKER + "55"), each + " holds it");
                }
            }
            assertEquals("900", rows(connection, "select count(*) from days"));
            assertEquals(
                    "100|100",
                    rows(
                            connection,
                            "select count(*), count(distinct secret) from days where day ="
                                    + " '2024-01-05'"));
            // what another table wants is not wanted of this one
            assertEquals(
                    "9",
                    rows(
                            connection,
                            "select count(*) from days a left join days b on a.day = b.day and"
                                    + " b.n = a.n and b.day = '2024-01-02' where a.n = 1"));
        }
        String uses = rig.run("uses", "--last", "1h", "--json").out();
        assertTrue(uses.contains("travel.days (n, day) 200 rows"), uses);
    }

    @Test
    void tablesAreReadAsTheyWere() throws SQLException {
        Table table = numbers("history");
        lake.append(table, "select 1::bigint as n", 1);
        long firstSnapshot = table.currentSnapshot().snapshotId();
        Instant firstTime = Instant.ofEpochMilli(table.currentSnapshot().timestampMillis());
        LockSupport.parkNanos(20_000_000);
        table.manageSnapshots().createTag("one", firstSnapshot).commit();
        lake.append(table, "select 2::bigint as n", 1);
        table.updateSchema().renameColumn("n", "m").commit();
        assertEquals("3", rows("select sum(m) from history"));
        for (String as :
                List.of(
                        "for version as of " + firstSnapshot,
                        "for version as of 'one'",
                        "at (version => " + firstSnapshot + ")",
                        "for timestamp as of '" + firstTime.plusMillis(5) + "'",
                        "for system_time as of timestamp '" + firstTime.plusMillis(5) + "'",
                        "at (timestamp => '" + firstTime.plusMillis(5) + "'::timestamptz)")) {
            assertEquals("1", rows("select sum(n) from history " + as), as);
            assertEquals("1", rows("select sum(h.n) from travel.history " + as + " h"), as);
        }
        assertEquals(
                "1|3",
                rows(
                        "select (select sum(n) from history for version as of 'one'), (select"
                                + " sum(m) from history)"));
        fails("22023", "select * from history for version as of 12345");
        fails("22023", "select * from history for version as of 'none'");
        fails("22023", "select * from history for timestamp as of '2020-01-01'");
        assertEquals("for version as of 1", rows("select 'for version as of 1'"));
    }

    @Test
    void viewsAreRunAsWhoeverAsks() throws SQLException {
        Table table = numbers("base");
        lake.append(table, "select i as n from range(10) t(i)", 10);
        view("doubled", "select n * 2 as twice, n from base", "twice", "m");
        view(
                "upper",
                "select sum(d.twice) as s from travel.doubled d, base where d.m = base.n",
                "s");
        assertEquals("90", rows("select sum(twice) from doubled"));
        assertEquals("90", rows("select s from travel.upper"));
        assertEquals("45|90", rows("select sum(m), (select s from upper) from doubled"));
        try (Connection none = connect("postgres")) {
            assertEquals("90", rows(none, "select s from travel.upper"));
        }
        view("left_one", "select 1 as s from right_one", "s");
        view("right_one", "select * from left_one", "s");
        fails("54001", "select * from left_one");
        view("broken", "select nothing from nowhere.at_all", "s");
        fails("42P01", "select * from broken");
        view("reaching", "select * from read_csv('/etc/passwd')", "s");
        fails("0A000", "select * from reaching");
    }

    @Test
    void viewsAreMadeAndSeenByEverybody() throws Exception {
        Table table = numbers("below");
        lake.append(table, "select i as n from range(10) t(i)", 10);
        try (Connection connection = connect("travel");
                Statement statement = connection.createStatement()) {
            statement.execute("create view evens (e) as select n from below where n % 2 = 0; ");
            assertEquals("20", rows("select sum(e) from travel.evens"));
            statement.execute(
                    "create view travel.\"Über alles\" as with t as (select e * 2 as \"Zwei\" from"
                            + " evens) select *, 'it''s; -- so' as s from t -- done");
            assertEquals("40", rows("select sum(\"Zwei\") from \"Über alles\""));
            assertEquals(
                    "it's; -- so", rows("select min(s) from travel.\"Über alles\" where s <> ''"));
            // what it names is what the session meant, whoever reads it from wherever
            try (Connection none = connect("postgres")) {
                assertEquals("20", rows(none, "select sum(e) from travel.evens"));
            }
            long first = table.currentSnapshot().snapshotId();
            statement.execute(
                    "create or replace view evens as select sum(n) as e from below for version as"
                            + " of "
                            + first);
            lake.append(table, "select 100::bigint as n", 1);
            assertEquals("45", rows("select e from evens"));
            String object = first(table);
            fails("42P07", "create view below as select 1 as a");
            fails("42P17", "create or replace view evens as select * from \"Über alles\"");
            fails("42701", "create view twice as select 1 as a, 2 as \"A\"");
            fails("42601", "create view more (a, b) as select 1");
            fails("42P01", "create view none as select * from nowhere.at_all");
            fails("42703", "create view none as select nothing from below");
            fails("0A000", "create view none as select * from read_csv('/etc/passwd')");
            fails("0A000", "create view none as explain select 1");
            fails("42501", "create view none as select * from '" + object + "'");
            fails("42P01", "drop view below");
            fails("42P01", "drop table evens");
            SQLException e = fails("0A000", "create view none as select interval 1 day as i");
            assertTrue(String.valueOf(e.getMessage()).contains("cast it"), e.getMessage());
            try (java.sql.PreparedStatement asked =
                    connection.prepareStatement("create view none as select ?::int as n")) {
                asked.setInt(1, 1);
                assertThrows(SQLException.class, asked::execute);
            }
            String plan = rows("explain select e from evens");
            assertTrue(plan.contains("view      travel.evens"), plan);
            assertTrue(plan.contains("reads     travel.below@"), plan);
            // by its name in catalogues of both kinds
            assertEquals(
                    "evens|select sum(n) as e from below for version as of " + first,
                    rows("select viewname, definition from pg_views where viewname = 'evens'"));
            assertEquals(
                    "Zwei|bigint s|text",
                    rows(
                            "select column_name, data_type from information_schema.columns where"
                                    + " table_name = 'Über alles' order by ordinal_position"));
            assertEquals(
                    "2",
                    rows(
                            "select count(*) from information_schema.views where table_schema ="
                                    + " 'travel' and table_name in ('evens', 'Über alles')"));
            assertTrue(
                    lake.catalog
                            .listViews(Namespace.of("travel"))
                            .containsAll(
                                    List.of(
                                            Lake.named("travel", "evens"),
                                            Lake.named("travel", "Über alles"))));
            org.apache.iceberg.view.View seen =
                    lake.catalog.loadView(Lake.named("travel", "evens"));
            assertEquals(
                    "select sum(n) as e from below for version as of " + first,
                    seen.sqlFor("domicile").sql());
            assertEquals(Namespace.of("travel"), seen.currentVersion().defaultNamespace());
            // a text that another engine gave it is not thrown away
            view("theirs", "select n from below", "n");
            SQLException lost = fails("22023", "create or replace view theirs as select 1 as n");
            assertTrue(String.valueOf(lost.getMessage()).contains("dialect"), lost.getMessage());
            statement.execute("drop view \"Über alles\"");
            statement.execute("drop view if exists \"Über alles\"");
            statement.execute("drop view travel.evens");
            fails("42P01", "select * from evens");
        }
    }

    private static String first(Table table) throws IOException {
        try (var files = table.newScan().planFiles()) {
            return files.iterator().next().file().location();
        }
    }

    private void view(String name, String sql, String... columns) {
        Types.NestedField[] fields = new Types.NestedField[columns.length];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = column(i + 1, columns[i], Types.LongType.get());
        }
        lake.catalog
                .buildView(Lake.named("travel", name))
                .withSchema(new Schema(fields))
                .withDefaultNamespace(Namespace.of("travel"))
                .withQuery("duckdb", sql)
                .create();
    }

    @Test
    void aKilledWorkerEndsOneSession() throws SQLException {
        Table table = numbers("alive");
        lake.append(table, "select i as n from range(10) t(i)", 10);
        try (Connection connection = connect("travel")) {
            assertEquals("45", rows(connection, "select sum(n) from alive"));
            ProcessHandle.current()
                    .descendants()
                    .filter(each -> each.info().commandLine().orElse("").contains("duckdb"))
                    .forEach(ProcessHandle::destroyForcibly);
            endShared();
            SQLException e =
                    assertThrows(
                            SQLException.class, () -> rows(connection, "select sum(n) from alive"));
            assertEquals("57P01", e.getSQLState(), e.getMessage());
        }
        // those that waited for the next session are dead too, whether or not it looks so yet
        assertEquals("45", rows("select sum(n) from alive"));
    }

    @Test
    void whatPolicyForbidsIsRefused() throws SQLException {
        Table table = numbers("closed");
        lake.append(table, "select i as n from range(10) t(i)", 10);
        Table open = numbers("open_one");
        lake.append(open, "select 1::bigint as n", 1);
        assertEquals("45", rows("select sum(n) from closed"));
        String place = table.location() + "/";
        Rig.Ran labelled = rig.run("label", place, "--prohibit", "main/first-steps");
        assertEquals(0, labelled.code(), labelled.err());
        fails("42501", "select sum(n) from closed");
        fails("42501", "select o.n from open_one o left join closed c on o.n = c.n");
        assertEquals("1", rows("select n from open_one"));
        view("into_closed", "select n from closed", "n");
        fails("42501", "select * from into_closed");
        fails("42501", "create view into_closed_too as select n from closed");
        String uses = rig.run("uses", "--last", "1h", "--json").out();
        assertTrue(uses.contains("purpose-prohibited"), uses);
        // the way around, by the file itself
        fails("42501", "select * from '" + table.location() + "/data/x.parquet'");
    }

    @Test
    void explainSaysWhatIsRead() throws SQLException {
        Table table = numbers("explained");
        lake.append(table, "select i as n from range(10) t(i)", 10);
        String plan = rows("explain select sum(n) from explained");
        for (String each :
                List.of(
                        "what is read|purpose   main/first-steps",
                        "use       main/node-1/",
                        "policies  ",
                        "reads     travel.explained: 1 files, 10 rows",
                        "columns n",
                        ".parquet",
                        "physical_plan|")) {
            assertTrue(plan.contains(each), each + " in " + plan);
        }
        String use = plan.replaceAll("(?s).*use       (\\S+).*", "$1");
        Rig.Ran why = rig.run("policy", "explain", use);
        assertEquals(0, why.code(), why.err());
        assertTrue(why.out().contains("allowed"), why.out());
    }

    @Test
    void toolsSeeNamesAndColumns() throws SQLException {
        Table table =
                lake.create(
                        Lake.named("travel", "seen"),
                        2,
                        Types.NestedField.required(1, "id", Types.LongType.get()),
                        column(2, "price", Types.DecimalType.of(9, 2)));
        lake.append(table, "select 1::bigint as id, 1.5::decimal(9,2) as price", 1);
        view("seen_too", "select id from seen", "id");
        try (Connection connection = connect("travel")) {
            assertEquals(
                    "id|NO|bigint price|YES|numeric",
                    rows(
                            connection,
                            "select column_name, is_nullable, data_type from"
                                + " information_schema.columns where table_schema = 'travel' and"
                                + " table_name = 'seen' order by ordinal_position"));
            assertEquals(
                    "seen|r seen_too|v",
                    rows(
                            connection,
                            "select c.relname, c.relkind from pg_catalog.pg_class c join"
                                + " pg_catalog.pg_namespace n on n.oid = c.relnamespace where"
                                + " n.nspname = 'travel' and c.relname like 'seen%' order by 1"));
            List<String> tables = new ArrayList<>();
            try (ResultSet all =
                    connection.getMetaData().getTables(null, "travel", "seen%", null)) {
                while (all.next()) {
                    tables.add(all.getString("TABLE_NAME") + " " + all.getString("TABLE_TYPE"));
                }
            }
            assertEquals(List.of("seen TABLE", "seen_too VIEW"), tables);
        }
        String uses = rig.run("uses", "--last", "1h", "--json").out();
        assertTrue(uses.contains("sql:ReadCatalog"), uses);
    }

    @Test
    void aPurposeThatIsWithdrawnEndsItsReading() throws Exception {
        Table table = numbers("withdrawn");
        lake.append(table, "select i as n from range(10) t(i)", 10);
        for (String[] each :
                List.of(
                        new String[] {
                            "purpose",
                            "create",
                            "counting",
                            "--kind",
                            "infrastructure",
                            "--text",
                            "Counting",
                            "--owner",
                            "Us",
                            "--legal-basis",
                            "Ours",
                            "--zone",
                            "home",
                            "--expires",
                            "2098-12-31"
                        },
                        new String[] {"principal", "create", "Ada Park"})) {
            Rig.Ran ran = rig.run(each);
            assertEquals(0, ran.code(), ran.err());
        }
        Rig.Ran made =
                rig.run(
                        "credential",
                        "create",
                        "--principal",
                        "Ada Park",
                        "--purpose",
                        "counting",
                        "--json");
        assertEquals(0, made.code(), made.err());
        Properties properties = new Properties();
        properties.setProperty("user", made.rows().getFirst().text("accessKey"));
        properties.setProperty("password", made.rows().getFirst().text("secret"));
        try (Connection connection =
                DriverManager.getConnection(
                        "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/travel",
                        properties)) {
            assertEquals("45", rows(connection, "select sum(n) from withdrawn"));
            Rig.Ran ended = rig.run("purpose", "withdraw", "main/counting");
            assertEquals(0, ended.code(), ended.err());
            assertEquals(
                    "42501",
                    assertThrows(
                                    SQLException.class,
                                    () -> rows(connection, "select sum(n) from withdrawn"))
                            .getSQLState());
        }
        assertEquals("45", rows("select sum(n) from withdrawn"));
    }
}
