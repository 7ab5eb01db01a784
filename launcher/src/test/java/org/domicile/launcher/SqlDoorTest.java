package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** PostgreSQL's protocol and HTTP before real workers, on a real object. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlDoorTest {
    private static final String FLIGHTS = "'s3://travel/flights.parquet'";

    @TempDir static Path folder;
    private Cloud cloud;
    private FirstCredential first;
    private Path staging;

    @BeforeAll
    void open() throws Exception {
        Rig rig = new Rig(folder);
        staging = Path.of("/dev/shm", "domicile-door-test-" + ProcessHandle.current().pid());
        cloud = rig.open("sql.staging.folder=" + staging, "sql.staging=8MiB", "sql.memory=128MiB");
        Path file = folder.resolve("flights.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    ("copy (select i as id, 'word ' || i as word, i %% 3 as day, [i, i + 1] as"
                         + " pair, {'a': i} as more, date '2024-01-01' + (i %% 100)::int as made, i"
                         + " / 4.0 as quarter from range(20000) t(i)) to '%s' (format parquet)")
                            .formatted(file));
        }
        first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        S3Client s3 =
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
    }

    @AfterAll
    void close() throws IOException {
        cloud.close();
        Files.deleteIfExists(staging);
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", first.accessKey());
        properties.setProperty("password", first.secret());
        return DriverManager.getConnection(
                "jdbc:" + cloud.endpoints().urls().getOrDefault("sql", "") + "/travel", properties);
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertTrue(row.next());
            return String.valueOf(row.getString(1));
        }
    }

    @Test
    void jdbcReadsAnObject() throws Exception {
        try (Connection connection = connect()) {
            assertEquals("20000", one(connection, "select count(*) from " + FLIGHTS));
            String late =
                    "select word, pair, more, made, quarter from " + FLIGHTS + " where id = ?";
            try (PreparedStatement statement = connection.prepareStatement(late)) {
                for (int i = 0; i < 7; i++) { // binary from the fifth on
                    statement.setInt(1, i);
                    try (ResultSet row = statement.executeQuery()) {
                        assertTrue(row.next());
                        assertEquals("word " + i, row.getString(1));
                        assertArrayEquals(
                                new Long[] {(long) i, i + 1L},
                                (Object[]) row.getArray(2).getArray());
                        assertEquals("{\"a\":" + i + "}", row.getString(3));
                        assertEquals("2024-01-0" + (i + 1), row.getString(4));
                        assertEquals(i / 4.0, row.getDouble(5));
                    }
                }
            }
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(1_000);
                long sum = 0;
                try (ResultSet rows = statement.executeQuery("select id from " + FLIGHTS)) {
                    while (rows.next()) {
                        sum += rows.getLong(1);
                    }
                }
                assertEquals(199_990_000L, sum);
            }
            connection.commit();
            StringWriter csv = new StringWriter();
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(
                            "copy (select id, day from "
                                    + FLIGHTS
                                    + " order by id limit 2) to stdout csv header",
                            csv);
            assertEquals("id,day\n0,0\n1,1\n", csv.toString());
        }
    }

    @Test
    void errorsHaveTheirState() throws SQLException {
        try (Connection connection = connect()) {
            for (Map.Entry<String, String> each :
                    Map.of(
                                    "select * from 's3://travel/nothing.parquet'",
                                    "42P01",
                                    "select nothing from " + FLIGHTS,
                                    "42703",
                                    "selec 1",
                                    "42601",
                                    "create index x on y (a)",
                                    "0A000",
                                    "select * from read_csv('/etc/passwd')",
                                    "0A000")
                            .entrySet()) {
                SQLException e =
                        assertThrows(
                                SQLException.class,
                                () -> one(connection, each.getKey()),
                                each.getKey());
                assertEquals(
                        each.getValue(), e.getSQLState(), each.getKey() + ": " + e.getMessage());
            }
            assertEquals("20000", one(connection, "select count(*) from " + FLIGHTS));
        }
    }

    @Test
    void cancelReachesTheWorker() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Void> later =
                    CompletableFuture.runAsync(() -> {
                        try {
                            LockSupport.parkNanos(3_000_000_000L);
                            statement.cancel();
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            SQLException e =
                    assertThrows(
                            SQLException.class,
                            () ->
                                    statement.executeQuery(
                                            "select sum(a.id * b.id % 7 + c.id) from "
                                                    + FLIGHTS
                                                    + " a, "
                                                    + FLIGHTS
                                                    + " b, "
                                                    + FLIGHTS
                                                    + " c"));
            later.join();
            assertEquals("57014", e.getSQLState());
            assertEquals("1", one(connection, "select count(*) from " + FLIGHTS + " where id = 1"));
        }
    }

    @Test
    void httpAnswersInJson() throws Exception {
        String sql =
                "{\"sql\": \"select id, word, pair, more from "
                        + FLIGHTS
                        + " where id < $1 order by id\", \"parameters\": [2]}";
        HttpResponse<String> whole = post(sql, first.secret(), "application/json");
        assertEquals(200, whole.statusCode(), whole.body());
        assertTrue(
                whole.body()
                        .contains(
                                "\"rows\":[[0,\"word 0\",[0,1],{\"a\":0}],[1,\"word"
                                        + " 1\",[1,2],{\"a\":1}]]"),
                whole.body());
        String use = whole.headers().firstValue("x-domicile-use").orElse("");
        assertTrue(use.startsWith("main/node-1/") && whole.body().contains(use), use);
        HttpResponse<String> lines = post(sql, first.secret(), "application/x-ndjson");
        assertEquals(4, lines.body().lines().count(), lines.body());
        assertTrue(lines.body().endsWith("{\"count\":2}\n"), lines.body());
        assertEquals(401, post(sql, "wrong", "application/json").statusCode());
        HttpResponse<String> none =
                post(
                        "{\"sql\": \"select * from 's3://travel/no.parquet'\"}",
                        first.secret(),
                        "*/*");
        assertEquals(400, none.statusCode());
        assertTrue(none.body().contains("42P01"), none.body());
        assertEquals(400, post("{\"sql\": 1, \"x\"", first.secret(), "*/*").statusCode());
        assertEquals(400, post("{\"sql\": \"begin\"}", first.secret(), "*/*").statusCode());
    }

    private HttpResponse<String> post(String body, String secret, String accept) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(
                                    URI.create(
                                            cloud.endpoints().urls().getOrDefault("web", "")
                                                    + "/sql"))
                            .header("Content-Type", "application/json")
                            .header("Accept", accept)
                            .header(
                                    "Authorization",
                                    "Basic "
                                            + Base64.getEncoder()
                                                    .encodeToString(
                                                            (first.accessKey() + ":" + secret)
                                                                    .getBytes(
                                                                            StandardCharsets
                                                                                    .UTF_8)))
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
