package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SQL on a whole server, by the command that people use. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlCommandTest {
    /** What no file of the server may hold in plain. */
    private static final String MARKER = "the-planted-marker-";

    @TempDir static Path folder;
    private Rig rig;
    private Cloud cloud;
    private Path staging;

    @BeforeAll
    void open() throws Exception {
        rig = new Rig(folder);
        staging = Path.of("/dev/shm", "domicile-sql-test-" + ProcessHandle.current().pid());
        cloud = rig.open("sql.staging.folder=" + staging, "sql.staging=8MiB", "sql.memory=128MiB");
        Path file = folder.resolve("flights.parquet");
        Path large = folder.resolve("large.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    ("copy (select i as id, '%s' || i as word, i %% 3 as day, null::varchar as none"
                                    + " from range(20000) t(i)) to '%s' (format parquet,"
                                    + " compression uncompressed)")
                            .formatted(MARKER, file));
            statement.execute(
                    ("copy (select i as id, '%s' || i as word from range(500000) t(i)) to '%s'"
                                    + " (format parquet, compression uncompressed, row_group_size"
                                    + " 50000)")
                            .formatted(MARKER, large));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        S3Client s3 =
                new S3Client(
                        URI.create(cloud.endpoints().s3()),
                        new S3Signature(first.accessKey(), first.secret(), "home"),
                        Clock.systemUTC(),
                        Optional.empty());
        s3.call("PUT", "travel", "", Map.of(), Map.of(), S3Client.Payload.nothing());
        put(s3, "flights.parquet", Files.readAllBytes(file));
        assertTrue(Files.size(large) > 16 << 20, "more than the staging holds");
        put(s3, "large.parquet", Files.readAllBytes(large));
        put(s3, "text.parquet", "no Parquet".getBytes(StandardCharsets.UTF_8));
    }

    private static void put(S3Client s3, String key, byte[] bytes) throws IOException {
        s3.call("PUT", "travel", key, Map.of(), Map.of(), S3Client.Payload.of(bytes));
    }

    @AfterAll
    void close() {
        cloud.close();
        assertTrue(!Files.exists(staging), "nothing is left in memory");
    }

    private Rig.Ran sql(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "sql";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return rig.run(all);
    }

    @Test
    void aTableForPeople() {
        Rig.Ran ran =
                sql(
                        "select day, count(*) as flights from 's3://travel/flights.parquet' group"
                                + " by 1 order by 1");
        assertEquals("", ran.err());
        assertEquals(
                """
                DAY  FLIGHTS
                  0     6667
                  1     6667
                  2     6666
                (3 rows)
                """,
                ran.out());
        Rig.Ran status = rig.run("status");
        assertTrue(
                status.out().contains("walls that stand: files, network, privileges, processes"),
                status.out());
    }

    /** Its lines were told as signs in one line. */
    @Test
    void anExplanationIsDrawnInLines() {
        Rig.Ran ran = sql("explain select max(day) from 's3://travel/flights.parquet'");
        assertEquals("", ran.err());
        assertTrue(ran.out().startsWith("purpose   "), ran.out());
        assertTrue(ran.out().contains("\nreads     "), ran.out());
        assertTrue(ran.out().contains("│\n"), ran.out());
        assertTrue(!ran.out().contains("u000a"), ran.out());
    }

    @Test
    void aParquetFile() throws Exception {
        Path file = folder.resolve("words.parquet");
        Rig.Ran ran =
                sql(
                        "--parquet",
                        file.toString(),
                        "select id, word, day from 's3://travel/flights.parquet' where id < 15000");
        assertEquals("", ran.err());
        assertEquals("15,000 rows are in " + file + "\n", ran.out());
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "select count(*), sum(id), max(word) from '" + file + "'")) {
            assertTrue(rows.next());
            assertEquals(15_000, rows.getLong(1));
            assertEquals(112_492_500L, rows.getLong(2));
            assertEquals(MARKER + "9999", rows.getString(3));
        }
        byte[] before = Files.readAllBytes(file);
        for (String wrong :
                List.of(
                        "select nothing from 's3://travel/flights.parquet'",
                        "select id / (id - 1)::bigint, error('no') from"
                                + " 's3://travel/flights.parquet'",
                        "create schema other")) {
            Rig.Ran failed = sql("--parquet", file.toString(), wrong);
            assertEquals(1, failed.code(), wrong);
            assertTrue(!failed.err().isEmpty(), wrong);
        }
        assertEquals(0, rig.run("organisation", "sql", "main", "--rows", "1000").code());
        Rig.Ran many =
                sql("--parquet", file.toString(), "select id from 's3://travel/flights.parquet'");
        assertEquals(0, rig.run("organisation", "sql", "main", "--usual").code());
        assertEquals(1, many.code());
        assertTrue(many.err().contains("more than 1,000 rows"), many.err());
        assertArrayEquals(before, Files.readAllBytes(file));
        try (var left = Files.list(folder)) {
            assertEquals(
                    List.of(), left.filter(each -> each.toString().endsWith(".part")).toList());
        }
        String uses = rig.run("uses", "--last", "1h", "--json").out();
        assertTrue(uses.contains("sql:Select"), uses);
    }

    @Test
    void linesForPrograms() throws IOException {
        Rig.Ran json =
                sql(
                        "--json",
                        "select id, word, none, 1.50 as exact from 's3://travel/flights.parquet'"
                                + " where id = 7");
        assertEquals(
                "{\"id\":7,\"word\":\"%s7\",\"none\":null,\"exact\":\"1.50\"}\n".formatted(MARKER),
                json.out());
        assertEquals(
                "{\"a\":0.1,\"b\":1.0E300,\"c\":\"inf\",\"d\":null}\n",
                sql(
                                "--json",
                                "select 0.1::float as a, 1e300 as b, 'inf'::double as c,"
                                        + " null::double as d")
                        .out());
        Rig.Ran csv =
                sql("--csv", "select 1 as one, 'a \"b\", c' as two, null as three, '' as four");
        assertEquals("one,two,three,four\r\n1,\"a \"\"b\"\", c\",,\"\"\r\n", csv.out());
        assertEquals(
                20_000 + 1,
                sql("--csv", "select id from 's3://travel/flights.parquet'").out().lines().count());
    }

    @Test
    void failuresAreSentences() {
        Rig.Ran none = sql("select 1 from 's3://travel/none.parquet'");
        assertEquals(1, none.code());
        assertTrue(none.err().contains("no object s3://travel/none.parquet"), none.err());
        assertTrue(sql("select 1 from 's3://travel/text.parquet'").err().contains("not a Parquet"));
        assertTrue(sql("create index x on y (a)").err().contains("do not run here"));
        assertTrue(sql("selec 1").err().contains("selec"));
        assertTrue(sql("select 'x'::integer").err().contains("Could not convert"));
    }

    @Test
    void everyStatementIsOnRecordAndNoPlainTextIsLeft() throws IOException {
        assertEquals(0, sql("select max(word) from 's3://travel/flights.parquet'").code());
        Rig.Ran batches =
                sql("--csv", "select count(distinct word) from 's3://travel/large.parquet'");
        assertEquals("500000", batches.out().lines().toList().getLast(), batches.err());
        Rig.Ran uses = rig.run("uses", "--last", "1h", "--json");
        assertEquals(
                1,
                uses.rows().stream()
                        .filter(use ->
                                use.text("action").equals("sql:Select")
                                        && use.text("object")
                                                .startsWith("travel/large.parquet (word)"))
                        .count(),
                "one use, in however many batches");
        assertTrue(
                uses.rows().stream()
                        .anyMatch(use ->
                                use.text("action").equals("sql:Select")
                                        && use.text("object")
                                                .startsWith("travel/flights.parquet (word)")),
                uses.out());
        byte[] marker = MARKER.getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> all = Stream.concat(Files.walk(rig.data()), Files.walk(staging))) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                if (!each.toString().contains("/engines/")) {
                    String text = new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1);
                    assertTrue(
                            !text.contains(new String(marker, StandardCharsets.ISO_8859_1)),
                            each + " holds it in plain");
                }
            }
        }
    }
}
