package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** SQL that writes, end to end: pgjdbc before real workers, read back with SQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class SqlWritesTest {
    private static final String FLIGHTS = "'s3://travel/flights.parquet'";

    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private FirstCredential first;
    private Path staging;
    private S3Client s3;
    private Connection connection;

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder.resolve("data"));
        staging = Path.of("/dev/shm", "domicile-writes-test-" + ProcessHandle.current().pid());
        cloud = rig.open("sql.staging.folder=" + staging, "sql.staging=16MiB", "sql.memory=256MiB");
        Path file = folder.resolve("flights.parquet");
        try (Connection plain = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = plain.createStatement()) {
            statement.execute(
                    ("copy (select i as id, 'word ' || i as word, i %% 3 as day, [i, i + 1] as"
                         + " pair, {'a b': i} as more, date '2024-01-01' + (i %% 100)::int as made,"
                         + " i / 4.0 as quarter from range(20000) t(i)) to '%s' (format parquet)")
                            .formatted(file));
        }
        first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        s3 =
                new S3Client(
                        URI.create(cloud.endpoints().s3()),
                        new S3Signature(first.accessKey(), first.secret(), "home"),
                        Clock.systemUTC(),
                        Optional.empty());
        s3.call("PUT", "travel", "", Map.of(), Map.of(), S3Client.Payload.nothing());
        s3.call(
                "PUT",
                "travel",
                "flights.parquet",
                Map.of(),
                Map.of(),
                S3Client.Payload.of(Files.readAllBytes(file)));
        connection = connect();
        run("create schema if not exists travel");
    }

    @AfterAll
    void close() throws Exception {
        connection.close();
        cloud.close();
        assertTrue(!Files.exists(staging), "nothing is left in memory");
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", first.accessKey());
        properties.setProperty("password", first.secret());
        return DriverManager.getConnection(
                "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/travel", properties);
    }

    private int run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getUpdateCount();
        }
    }

    private String failing(String sql) {
        return String.valueOf(assertThrows(SQLException.class, () -> run(sql), sql).getSQLState());
    }

    /** Rows as texts, with a bar between. */
    private List<String> rows(String sql) throws SQLException {
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

    @Test
    void whatIsMadeIsReadBack() throws SQLException {
        assertEquals(20_000, run("create table travel.made as select * from " + FLIGHTS));
        assertEquals(
                List.of("20000|199990000|word 9999|2024-04-09|4999.750|40000"),
                rows(
                        "select count(*), sum(id)::bigint, max(word), max(made),"
                                + " max(quarter)::decimal(9, 3), sum(len(pair))::bigint from"
                                + " travel.made"));
        assertEquals(List.of("7|8"), rows("select more.\"a b\", pair[2] from made where id = 7"));
        assertEquals("42P07", failing("create table travel.made as select 1"));
    }

    @Test
    void aColumnIsCalledAt() throws SQLException {
        run("create table travel.calls (at timestamptz, n int)");
        run("insert into calls (n, at) values (1, now()), (2, now() - interval '1 h')");
        assertEquals(
                1,
                run("update calls set at = at - interval '1 h' where at < now() - interval '5 s'"));
        assertEquals(List.of("1"), rows("select n from calls where at > now() - interval '5 min'"));
        run(
                "merge into calls c using (select 2 as n, now() as at) o on c.n = o.n"
                        + " when matched then update set at = o.at");
        assertEquals(1, run("delete from calls c where c.at is not null and n = 1"));
        run("alter table calls alter column at drop not null");
        run("alter table calls rename column at to since");
        run("alter table calls rename column since to at");
        run("create view travel.called as select at, n from calls order by at");
        assertEquals(List.of("2"), rows("select n from called where at is not null"));
        assertEquals(
                List.of("2|t"),
                rows("select n, at > '2026-01-01' from calls at (version => 'main') where n = 2"));
        assertEquals(1, run("create table travel.calls2 as select at, n from calls"));
        run("alter table calls drop column at");
        assertEquals(List.of("2"), rows("select * from calls"));
        run("drop view called");
    }

    @Test
    void rowsComeIn() throws SQLException {
        run(
                "create table travel.rows (n bigint not null, word varchar(20), price numeric(9,"
                        + " 2), at timestamptz, tags text[], raw bytea, id uuid)");
        assertEquals(2, run("insert into travel.rows (word, n) values ('a', 1), (null, 2)"));
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into travel.rows (n, word, price) values (?, ?, ?)")) {
            for (int i = 3; i < 10; i++) { // binary from the fifth on
                insert.setLong(1, i);
                insert.setString(2, "w'" + i);
                insert.setBigDecimal(3, new java.math.BigDecimal("1.5"));
                assertEquals(1, insert.executeUpdate());
            }
        }
        // as SQLAlchemy writes it
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into travel.rows (n, word, price) values (?::bigint, ?::varchar,"
                                + " ?)")) {
            insert.setLong(1, 1_000);
            insert.setString(2, "cast");
            insert.setNull(3, java.sql.Types.NUMERIC);
            assertEquals(1, insert.executeUpdate());
        }
        assertEquals(1, run("delete from travel.rows where n = 1000 and word = 'cast'"));
        assertEquals(
                100,
                run(
                        "insert into travel.rows select id, word, quarter, now(), [word, 'x'],"
                                + " 'ab'::blob, uuid() from "
                                + FLIGHTS
                                + " where id between 100 and 199"));
        assertEquals(
                List.of("109|1|199|108|100"),
                rows(
                        "select count(*), min(n), max(n), count(word), count(tags) from"
                                + " travel.rows"));
        assertEquals(
                List.of("3|w'3|1.50", "4|w'4|1.50"),
                rows("select n, word, price from travel.rows where n in (3, 4) order by n"));
        assertEquals("23502", failing("insert into travel.rows (word) values ('x')"));
        assertEquals("23502", failing("insert into travel.rows (n) values (null)"));
        assertEquals("22P02", failing("insert into travel.rows (n) values ('x')"));
        assertEquals("42703", failing("insert into travel.rows (nothing) values (1)"));
        assertEquals("0A000", failing("insert into travel.rows (n) values (1) returning n"));
        assertEquals("42601", failing("insert into travel.rows (n) values (1, 2)"));
        assertEquals(List.of("109"), rows("select count(*) from travel.rows"));
        run("truncate travel.rows");
        assertEquals(List.of("0"), rows("select count(*) from travel.rows"));
        run("drop table travel.rows");
        assertEquals("42P01", failing("select * from travel.rows"));
    }

    @Test
    void rowsChange() throws SQLException {
        run("create table travel.changed as select id as n, word, quarter from " + FLIGHTS);
        run("insert into travel.changed values (100000, 'far', 1)");
        assertEquals(
                1,
                run("update travel.changed set word = upper(word), quarter = n * 2 where n = 7"));
        assertEquals(
                List.of("7|WORD 7|14"),
                rows("select n, word, quarter from travel.changed where n = 7"));
        assertEquals(10_000, run("delete from changed as c where c.n % 2 = 0 and n < 20000"));
        assertEquals(
                List.of("10001|100000|1"),
                rows("select count(*), max(n), min(n) from travel.changed"));
        try (PreparedStatement update =
                connection.prepareStatement("update travel.changed set word = ? where n = ?")) {
            for (int i = 0; i < 6; i++) {
                update.setString(1, "once " + i);
                update.setLong(2, 2L * i + 1);
                assertEquals(1, update.executeUpdate());
            }
        }
        assertEquals(
                List.of("once 0", "once 5"),
                rows("select word from travel.changed where n in (1, 11) order by n"));
        // what it names twice means the same both times
        assertEquals(
                1,
                run(
                        "delete from travel.changed where n = (select max(n) from"
                                + " travel.changed)"));
        assertEquals(0, run("delete from travel.changed where n = -1"));
        assertEquals(0, run("update travel.changed set n = null where word = 'nothing'"));
        assertEquals("22003", failing("update travel.changed set n = 1e30 where n = 3"));
        assertEquals("42703", failing("update travel.changed set nothing = 1"));
        assertEquals("42703", failing("delete from travel.changed where nothing = 1"));
        assertEquals(List.of("10000"), rows("select count(*) from travel.changed"));
        assertEquals(10_000, run("delete from travel.changed"));
        assertEquals(List.of("0"), rows("select count(*) from travel.changed"));
        assertEquals(0, run("delete from travel.changed"));
    }

    @Test
    void rowsAreMerged() throws SQLException {
        run("create table travel.goal (n int, word text)");
        run("create table travel.news (n int, word text)");
        run("insert into travel.news values (2, 'two'), (3, 'gone'), (4, 'four')");
        String merge =
                "merge into travel.goal as g using travel.news as s on g.n = s.n when matched and"
                        + " s.word = 'gone' then delete when matched then update set word = s.word"
                        + " || '%' when not matched and s.n < 4 then do nothing when not matched"
                        + " then insert (word, n) values (upper(s.word), s.n)";
        assertEquals(1, run(merge));
        assertEquals(List.of("4|FOUR"), rows("select n, word from goal"));
        run("insert into travel.goal values (1, 'one'), (2, 'x'), (3, 'y')");
        assertEquals(3, run(merge));
        assertEquals(
                List.of("1|one", "2|two%", "4|four%"), rows("select n, word from goal order by n"));
        run("insert into travel.news values (2, 'again')");
        assertEquals("21000", failing(merge));
        assertEquals(List.of("3"), rows("select count(*) from goal"));
        // whom only one of two matches changes is there once
        run("create table travel.once (n int, word text)");
        run("insert into travel.once values (2, 'x'), (3, 'y')");
        run("delete from travel.news");
        run("insert into travel.news values (2, 'two'), (2, 'other'), (3, 'a'), (3, 'b')");
        assertEquals(
                1,
                run(
                        "merge into travel.once t using travel.news s on t.n = s.n when matched and"
                                + " s.word = 'two' then update set word = s.word"));
        assertEquals(List.of("2|two", "3|y"), rows("select n, word from once order by n"));
    }

    /** A condition that is asked twice, when rows are counted and when they are written. */
    @Test
    void whatDecidesAboutRowsAnswersTheSameEachTime() throws SQLException {
        run("create table travel.dice (n int, x double)");
        run("insert into travel.dice select i, 0 from range(1000) t(i)");
        for (String sql :
                List.of(
                        "delete from travel.dice where random() < 0.5",
                        "update travel.dice set x = 1, n = 0 where RANDOM() < 0.5",
                        "update travel.dice set n = 0 where n in (select n from dice using sample"
                                + " 5)",
                        "merge into travel.dice d using (select 1 as k where random() < 0.5) s on"
                                + " d.n = s.k when matched then delete",
                        "merge into travel.dice d using (select 1 as k) s on d.n = s.k and"
                                + " random() < 0.5 when matched then delete",
                        "merge into travel.dice d using (select 1 as k) s on d.n = s.k when matched"
                                + " and random() < 0.5 then delete")) {
            SQLException e = assertThrows(SQLException.class, () -> run(sql), sql);
            assertEquals("0A000", e.getSQLState(), sql);
            assertTrue(String.valueOf(e.getMessage()).contains("another each time"), e::toString);
        }
        assertEquals(List.of("1000|0"), rows("select count(*), sum(x)::int from dice"));
        // the moment of the statement is one, however many times it is looked at
        run("create table travel.moments (n int, made timestamptz)");
        run("insert into travel.moments select i, now() from range(1000) t(i)");
        assertEquals(
                1_000, run("update travel.moments set made = now(), n = 1 where made < now()"));
        assertEquals(
                List.of("1|1000"),
                rows("select count(distinct made), count(*) from moments where made < now()"));
        // what rows get is asked for once each
        assertEquals(500, run("update travel.dice set x = 2 + random() where n < 500"));
        assertEquals(List.of("500"), rows("select count(*) from dice where x >= 2"));
    }

    @Test
    void columnsChange() throws SQLException {
        run("create table travel.cols (a int, b text)");
        run("insert into travel.cols values (1, 'x')");
        run("alter table travel.cols add column c double");
        run("alter table travel.cols rename column b to word");
        run("alter table travel.cols alter a type bigint");
        run("insert into travel.cols values (5000000000, 'y', 1.5)");
        assertEquals(
                List.of("1|x|null", "5000000000|y|1.5"),
                rows("select a, word, c from travel.cols order by a"));
        run("alter table travel.cols add column more text");
        run("alter table travel.cols drop column more");
        run("alter table travel.cols drop column word");
        run("alter table travel.cols rename to columns2");
        assertEquals(List.of("2"), rows("select count(*) from travel.columns2"));
    }

    @Test
    void copyBringsAndTakes() throws Exception {
        run("create table travel.copied (n int, word text)");
        var copy = connection.unwrap(PGConnection.class).getCopyAPI();
        assertEquals(
                3,
                copy.copyIn(
                        "copy travel.copied from stdin",
                        new StringReader("1\ta\\tb\n2\t\\N\n3\t\n")));
        assertEquals(
                2,
                copy.copyIn(
                        "copy travel.copied (word, n) from stdin with (format csv, header)",
                        new StringReader("w,n\n\"x, \"\"y\"\"\",4\n,5\n")));
        assertEquals(
                List.of("1|a\tb", "2|null", "3|", "4|x, \"y\"", "5|null"),
                rows("select n, word from travel.copied order by n"));
        // lists and bytes come again as they went, and psql ends what stands in a script
        run("create table travel.lists (l int[], w text[], b bytea)");
        String text = "{1,2,NULL}\t{x,\"y\\\\\"z\"}\t\\\\xdeadbeef\n\\N\t{}\t\\\\x\n";
        assertEquals(2, copy.copyIn("copy travel.lists from stdin", new StringReader(text)));
        var out = new java.io.StringWriter();
        copy.copyOut("copy (from travel.lists order by len(w) desc) to stdout", out);
        assertEquals(text, out.toString());
        out = new java.io.StringWriter();
        copy.copyOut("copy (from travel.lists order by len(w) desc) to stdout (format csv)", out);
        assertEquals(
                2,
                copy.copyIn(
                        "copy travel.lists from stdin (format csv)",
                        new StringReader(out + "\\.\n")));
        assertEquals(
                List.of("2|2"),
                rows("select count(distinct (l, w, b)), sum(octet_length(b))/4 from travel.lists"));
        SQLException broken =
                assertThrows(
                        SQLException.class,
                        () ->
                                copy.copyIn(
                                        "copy travel.copied from stdin (format csv)",
                                        new StringReader("6,a\nx,b\n")));
        assertTrue(String.valueOf(broken.getMessage()).contains("Line 2"), broken::toString);
        assertEquals(List.of("5"), rows("select count(*) from travel.copied"));
        assertEquals(
                5,
                run(
                        "copy (select n, word from travel.copied order by n) to"
                                + " 's3://travel/out/copied.csv'"));
        assertEquals(
                "n,word\n1,a\tb\n2,\n3,\"\"\n4,\"x, \"\"y\"\"\"\n5,\n",
                new String(
                        s3.call(
                                        "GET",
                                        "travel",
                                        "out/copied.csv",
                                        Map.of(),
                                        Map.of(),
                                        S3Client.Payload.nothing())
                                .body(),
                        StandardCharsets.UTF_8));
        run("copy travel.copied to 's3://travel/out/copied.parquet'");
        assertEquals(List.of("5"), rows("select count(*) from 's3://travel/out/copied.parquet'"));
    }

    @Test
    void aBlockIsABracket() throws SQLException {
        run("create table travel.block (n int)");
        connection.setAutoCommit(false);
        try {
            run("insert into travel.block values (1)");
            connection.rollback();
        } finally {
            connection.setAutoCommit(true);
        }
        assertEquals(List.of("1"), rows("select count(*) from travel.block"));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void filesAreLoaded() throws Exception {
        StringBuilder text = new StringBuilder("n,word,made\n");
        for (int i = 0; i < 100_000; i++) {
            text.append(i).append(",\"word ").append(i).append("\",2024-01-02\n");
        }
        Path csv = file("load.csv", text.toString());
        Rig.Ran ran = rig.run("table", "load", "--part", "1", csv.toString(), "travel.loaded");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.err().contains("(n bigint, word varchar, made date)"), ran.err());
        assertEquals("100,000 rows came into travel.loaded\n", ran.out());
        assertEquals(
                List.of("100000|99999|2024-01-02"),
                rows("select count(*), max(n), max(made) from travel.loaded"));
        // once more: it is there
        ran = rig.run("table", "load", "--part", "1", csv.toString(), "travel.loaded");
        assertTrue(ran.out().contains("were there already"), ran.out());
        assertEquals(List.of("100000"), rows("select count(*) from travel.loaded"));
        Path more = file("more.ndjson", "{\"n\": -1, \"word\": \"x\"}\n{\"n\": -2}\n");
        ran = rig.run("table", "load", more.toString(), "travel.loaded");
        assertEquals(0, ran.code(), ran.err());
        assertEquals(
                List.of("-2|null", "-1|x"),
                rows("select n, word from travel.loaded where n < 0 order by n"));
        ran =
                rig.run(
                        "table",
                        "load",
                        folder.resolve("flights.parquet").toString(),
                        "travel.parquet");
        assertEquals(0, ran.code(), ran.err());
        assertEquals(List.of("20000"), rows("select count(*) from travel.parquet"));
    }

    @Test
    void brokenRowsAreNamedOrKeptAside() throws Exception {
        run("create table travel.broken (n int, word text)");
        Path csv = file("broken.csv", "n,word\n1,a\nx,b\n3,c\n");
        Rig.Ran ran = rig.run("table", "load", csv.toString(), "travel.broken");
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("Line 3"), ran.err());
        assertEquals(List.of("0"), rows("select count(*) from travel.broken"));
        ran = rig.run("table", "load", "--on-error", "skip", csv.toString(), "travel.broken");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(
                ran.out().startsWith("2 rows came into travel.broken, 1 were left out"), ran.out());
        String kept = Files.readString(folder.resolve("broken.csv.rejected"));
        assertTrue(kept.startsWith("line,why,text\r\n3,"), kept);
        assertTrue(kept.contains("\"x,b\""), kept);
        Path wrong = file("wrong.csv", "n,colour\n1,red\n");
        ran = rig.run("table", "load", wrong.toString(), "travel.broken");
        assertTrue(ran.err().contains("colour"), ran.err());
        Path cut = folder.resolve("cut.parquet");
        byte[] whole = Files.readAllBytes(folder.resolve("flights.parquet"));
        Files.write(cut, java.util.Arrays.copyOf(whole, whole.length - 100));
        ran = rig.run("table", "load", cut.toString(), "travel.broken");
        assertEquals(1, ran.code());
        assertEquals(List.of("2"), rows("select count(*) from travel.broken"));
    }

    /** A server that died in the middle was told as a stack trace. */
    @Test
    void aLoadWhoseServerDiesIsASentence() throws Exception {
        try (var listening =
                new java.net.ServerSocket(0, 8, java.net.InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            while (true) {
                                listening.accept().close();
                            }
                        } catch (java.io.IOException e) {
                            // the test is over
                        }
                    });
            var door =
                    new TableLoadCommand.Door(
                            new ServerHttp(
                                    java.net.URI.create(
                                            "http://127.0.0.1:" + listening.getLocalPort()),
                                    java.util.Optional.empty()),
                            first);
            Problem told =
                    assertThrows(
                            Problem.class,
                            () ->
                                    door.ask(
                                            "/sql/load",
                                            Map.of("into", "travel.x"),
                                            java.net.http.HttpRequest.BodyPublishers.ofString("a"),
                                            0));
            assertTrue(String.valueOf(told.getMessage()).contains("again"), told::toString);
        }
    }

    /** Of a file of several parts none comes when a row of the last is broken. */
    @Test
    void nothingIsHalfLoaded() throws Exception {
        StringBuilder text = new StringBuilder("n,\"a, \"\"b\"\"\"\n");
        for (int i = 0; i < 100_000; i++) {
            text.append(i).append(",\"some words of row ").append(i).append("\"\n");
        }
        Path csv = file("half.csv", text + "x,last\n");
        run("create table travel.half (n bigint, \"a, \"\"b\"\"\" text)");
        for (String table : List.of("travel.half", "travel.made_half")) {
            Rig.Ran ran = rig.run("table", "load", "--part", "1", csv.toString(), table);
            assertEquals(1, ran.code(), ran.out());
            assertTrue(ran.err().contains("Line 100002"), ran.err());
        }
        assertEquals(List.of("0"), rows("select count(*) from travel.half"));
        assertEquals("42P01", failing("select count(*) from travel.made_half"));
        file("half.csv", text + "100000,last\n");
        for (String table : List.of("travel.half", "travel.made_half")) {
            Rig.Ran ran = rig.run("table", "load", "--part", "1", csv.toString(), table);
            assertEquals("100,001 rows came into " + table + "\n", ran.out());
            assertEquals(
                    List.of("100001|100000|last"),
                    rows("select count(*), max(n), min(\"a, \"\"b\"\"\") from travel.half"));
        }
        // what is left out is told of each part, by its line in the file
        file("half.csv", text + "x,last\n");
        Rig.Ran ran =
                rig.run(
                        "table",
                        "load",
                        "--part",
                        "1",
                        "--on-error",
                        "skip",
                        csv.toString(),
                        "travel.skipped_half");
        assertTrue(ran.out().startsWith("100,000 rows came"), ran.out() + ran.err());
        assertTrue(Files.readString(folder.resolve("half.csv.rejected")).contains("\n100002,"));
    }

    /** The same of JSON, of names that need quotes, and of a file that meets another table. */
    @Test
    void brokenRecordsOfJsonAreNamedOrKeptAside() throws Exception {
        String table = "travel.\"Zürich \"\"HB\"\"\"";
        run("create table " + table + " (\"Größe \"\"m\"\"\" bigint, \"a/b\" date)");
        String lines =
                "{\"Größe \\\"m\\\"\": 1, \"a/b\": \"2024-01-31\"}\n{\"Größe \\\"m\\\"\": 2,"
                        + " \"a/b\": \"31.1.\"}\n{\n{\"Größe \\\"m\\\"\": 4}\n";
        Path file = file("broken.ndjson", lines);
        Rig.Ran ran = rig.run("table", "load", file.toString(), table);
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("Line 3: this is no JSON"), ran.err());
        assertEquals(List.of("0"), rows("select count(*) from " + table));
        Path kept = folder.resolve("kept aside.csv");
        ran =
                rig.run(
                        "table",
                        "load",
                        "--on-error",
                        "skip",
                        "--rejects",
                        kept.toString(),
                        file.toString(),
                        table);
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("2 rows came into"), ran.out());
        assertEquals(
                List.of("1|2024-01-31", "4|null"), rows("select * from " + table + " order by 1"));
        List<String> told = Files.readAllLines(kept);
        assertEquals(3, told.size(), told.toString());
        assertTrue(told.get(1).startsWith("2,\"a/b holds what is no date: "), told.get(1));
        assertEquals("3,\"this is no JSON\",\"{\"", told.get(2));
        // an array is loaded whole, and nothing of it when one of its records is broken
        file = file("broken.json", "[{\"a/b\": \"2024-01-01\"}, {\"a/b\": true}]");
        ran = rig.run("table", "load", file.toString(), table);
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("Record 2: a/b holds what is no date: true"), ran.err());
        ran = rig.run("table", "load", "--on-error", "skip", file.toString(), table);
        assertTrue(ran.out().contains("1 rows came into"), ran.out());
        assertTrue(Files.readString(folder.resolve("broken.json.rejected")).contains("2,\"a/b"));
        assertEquals(List.of("3"), rows("select count(*) from " + table));
        // a column that the table has not is a conflict, and no row is loaded
        file = file("other.ndjson", "{\"a/b\": \"2024-01-01\", \"Farbe\": \"röd\"}\n");
        ran = rig.run("table", "load", file.toString(), table);
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("Farbe") && ran.err().contains("[42703]"), ran.err());
        assertEquals(List.of("3"), rows("select count(*) from " + table));
    }

    /** A sheet's rows with their types, a broken one by its row. */
    @Test
    void sheetsOfWorkbooksAreLoaded() throws Exception {
        Path book = WorkbookTest.made(folder, "openpyxl.xlsx");
        Rig.Ran ran = rig.run("table", "load", book.toString(), "travel.sheet");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.err().contains("sheet Flüge & mehr of Flüge & mehr, Second"), ran.err());
        assertTrue(
                ran.err()
                        .contains(
                                "(id bigint, Größe \"m\" double, origin varchar, day date, at"
                                        + " timestamp, late boolean, formula varchar)"),
                ran.err());
        assertEquals("3 rows came into travel.sheet\n", ran.out());
        assertEquals(
                List.of(
                        "-30000000000|7|1900-03-01|9999-12-31 23:59:59|null|#DIV/0!",
                        "1|1.5|2024-01-31|2024-01-31 12:30:15|t|null",
                        "2|0.1|1900-01-01|1899-12-31 06:00:00|f|null"),
                rows(
                        "select id, \"Größe \"\"m\"\"\", day, \"at\", late, formula from"
                                + " travel.sheet order by id"));
        ran = rig.run("table", "load", book.toString(), "travel.sheet");
        assertTrue(ran.out().contains("were there already"), ran.out());
        run("create table travel.second (n bigint, t time)");
        ran = rig.run("table", "load", "--sheet", "Second", book.toString(), "travel.second");
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("Line 3: n holds what is no bigint: \"x\""), ran.err());
        ran =
                rig.run(
                        "table",
                        "load",
                        "--sheet",
                        "Second",
                        "--on-error",
                        "skip",
                        book.toString(),
                        "travel.second");
        assertEquals(0, ran.code(), ran.err());
        assertEquals(List.of("1|07:05:00"), rows("select * from travel.second"));
        assertTrue(Files.readString(folder.resolve("openpyxl.xlsx.rejected")).contains("\n3,\"n"));
        ran = rig.run("table", "load", "--sheet", "Third", book.toString(), "travel.second");
        assertTrue(ran.err().contains("there is no sheet Third"), ran.err());
    }

    @Test
    void theCommandSaysWhatWasDone() throws SQLException {
        Rig.Ran ran = rig.run("sql", "create table travel.command as select 1 as one");
        assertEquals("SELECT 1\n", ran.out());
        assertEquals(
                "INSERT 0 2\n", rig.run("sql", "insert into travel.command values (2), (3)").out());
        assertEquals(List.of("3"), rows("select count(*) from travel.command"));
    }
}
