package org.domicile.sql;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** Real work of pgjdbc at the door. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JdbcTest {
    @TempDir static Path folder;
    private Served served;

    @BeforeAll
    void serve() throws Exception {
        served = new Served(folder, Optional.empty(), 32);
    }

    @AfterAll
    void stop() {
        served.close();
    }

    private static String state(SQLException e) {
        return String.valueOf(e.getSQLState());
    }

    private static List<String> texts(Connection connection, String sql) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                all.add(rows.getString(1));
            }
        }
        return all;
    }

    @Test
    void aSecretThatIsWrongIsRefused() {
        SQLException e = assertThrows(SQLException.class, () -> served.connect("password=wrong"));
        assertEquals("28P01", state(e));
        SQLException other = assertThrows(SQLException.class, () -> served.connect("user=nobody"));
        assertEquals("28P01", state(other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended", "extendedForPrepared"})
    void rowsOfEveryTypeCome(String mode) throws SQLException {
        try (Connection connection =
                        served.connect("preferQueryMode=" + mode, "binaryTransfer=true");
                PreparedStatement statement = connection.prepareStatement("select * from types")) {
            for (int i = 0; i < 7; i++) { // from the fifth on it is prepared, and binary
                try (ResultSet row = statement.executeQuery()) {
                    assertTrue(row.next());
                    assertTrue(row.getBoolean("b"));
                    assertEquals(-8, row.getInt("i1"));
                    assertEquals(Long.MIN_VALUE, row.getLong("i8"));
                    assertEquals(
                            new BigDecimal("170141183460469231731687303715884105727"),
                            row.getBigDecimal("h"));
                    assertEquals(1.5f, row.getFloat("f"));
                    assertEquals(1e100, row.getDouble("d"));
                    assertEquals(new BigDecimal("-12.30"), row.getBigDecimal("n"));
                    assertEquals("ä €", row.getString("t"));
                    assertArrayEquals(new byte[] {0, (byte) 0xff}, row.getBytes("x"));
                    assertEquals("2024-02-29", row.getString("day"));
                    assertEquals("04:05:06", row.getString("at"));
                    assertEquals("2024-02-29 12:34:56.5", row.getTimestamp("ts").toString());
                    assertEquals(
                            "2024-02-29T12:34:56.500Z",
                            row.getTimestamp("tz").toInstant().toString());
                    assertEquals("1 years 2 mons 3 days 5 secs", row.getObject("span").toString());
                    assertEquals(new UUID(1, 2), row.getObject("id"));
                    assertEquals("{\"a\": [1]}", row.getString("j"));
                    assertArrayEquals(
                            new Integer[] {1, 2}, (Object[]) row.getArray("l").getArray());
                    assertEquals("{\"a\":7}", row.getString("s"));
                    assertEquals(0, row.getInt("none"));
                    assertTrue(row.wasNull());
                    assertFalse(row.next());
                }
            }
            // the simple protocol has no way to ask before it runs
            if (!mode.equals("simple")) {
                assertEquals(2, statement.getMetaData().getScale(7));
            }
        }
    }

    @Test
    void parametersComeAsTheyWereMeant() throws SQLException {
        try (Connection connection = served.connect();
                PreparedStatement statement =
                        connection.prepareStatement("select echo(?, ?, ?, ?, ?, ?)")) {
            for (int i = 0; i < 7; i++) {
                statement.setInt(1, 5);
                statement.setString(2, "it's");
                statement.setBigDecimal(3, new BigDecimal("1.50"));
                statement.setObject(4, java.time.LocalDate.of(2024, 2, 29));
                statement.setNull(5, java.sql.Types.INTEGER);
                statement.setObject(6, new UUID(1, 2));
                try (ResultSet row = statement.executeQuery()) {
                    assertTrue(row.next());
                    assertEquals(
                            "[Whole[value=5], Text[value=it's], Exact[value=1.50],"
                                    + " Date[value=2024-02-29], Null[],"
                                    + " Uuid[value=00000000-0000-0001-0000-000000000002]]",
                            row.getString(1));
                }
            }
        }
    }

    @Test
    void aCursorPullsAndLeavesRoomForOthers() throws SQLException {
        try (Connection connection = served.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(100);
                try (ResultSet rows = statement.executeQuery("select * from series(25000)")) {
                    int count = 0;
                    while (rows.next()) {
                        assertEquals(count, rows.getInt(1));
                        assertEquals(count % 10 == 9 ? null : "row " + count, rows.getString(2));
                        if (count == 150) {
                            assertEquals(
                                    List.of("0", "1"),
                                    texts(connection, "select * from series(2)"));
                        }
                        count++;
                    }
                    assertEquals(25_000, count);
                }
            }
            connection.commit();
        }
    }

    @Test
    void aFailureFailsItsTransactionAndNotTheConnection() throws SQLException {
        try (Connection connection = served.connect()) {
            PSQLException e =
                    assertThrows(PSQLException.class, () -> texts(connection, "select boom"));
            assertEquals("22012", state(e));
            assertEquals(8, Objects.requireNonNull(e.getServerErrorMessage()).getPosition());
            assertEquals(
                    "do not divide", Objects.requireNonNull(e.getServerErrorMessage()).getHint());
            assertEquals(List.of("0"), texts(connection, "select * from series(1)"));
            connection.setAutoCommit(false);
            assertEquals(
                    "42501",
                    state(
                            assertThrows(
                                    SQLException.class, () -> texts(connection, "select deny"))));
            assertEquals(
                    "25P02",
                    state(
                            assertThrows(
                                    SQLException.class,
                                    () -> texts(connection, "select * from series(1)"))));
            connection.rollback();
            assertEquals(List.of("0"), texts(connection, "select * from series(1)"));
            connection.commit();
        }
    }

    @Test
    void aSavepointBringsATransactionBack() throws SQLException {
        try (Connection connection = served.connect("autosave=always")) {
            connection.setAutoCommit(false);
            assertEquals(List.of("0"), texts(connection, "select * from series(1)"));
            assertThrows(SQLException.class, () -> texts(connection, "select boom"));
            assertEquals(List.of("0"), texts(connection, "select * from series(1)"));
            connection.commit();
        }
    }

    @Test
    void cancelEndsTheStatementAlone() throws Exception {
        try (Connection connection = served.connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Void> later =
                    CompletableFuture.runAsync(() -> {
                        try {
                            LockSupport.parkNanos(500_000_000);
                            statement.cancel();
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            assertEquals(
                    "57014",
                    state(
                            assertThrows(
                                    SQLException.class,
                                    () -> statement.executeQuery("select slow"))));
            later.join();
            assertEquals(List.of("0"), texts(connection, "select * from series(1)"));
        }
    }

    /** It went on for nobody. */
    @Test
    void whatAClientThatWentHasAskedEnds() throws Exception {
        int before = served.engine.open.get();
        int ran = served.engine.ran.get();
        Connection connection = served.connect();
        Statement statement = connection.createStatement();
        CompletableFuture<SQLException> asked =
                CompletableFuture.supplyAsync(() ->
                        assertThrows(
                                SQLException.class, () -> statement.executeQuery("select slow")));
        for (int i = 0; i < 200 && served.engine.ran.get() == ran; i++) {
            LockSupport.parkNanos(50_000_000);
        }
        connection.abort(Runnable::run);
        asked.join();
        for (int i = 0; i < 200 && served.engine.open.get() > before; i++) {
            LockSupport.parkNanos(50_000_000); // ten seconds; by itself it takes twenty
        }
        assertEquals(before, served.engine.open.get());
    }

    /** It was taken and nothing ended the engine's work. */
    @Test
    void statementTimeoutEndsTheStatementAlone() throws Exception {
        try (Connection connection = served.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = '300ms'");
            SQLException e =
                    assertThrows(SQLException.class, () -> statement.executeQuery("select slow"));
            assertEquals("57014", state(e));
            assertTrue(String.valueOf(e.getMessage()).contains("due to statement timeout"));
            assertEquals(List.of("0"), texts(connection, "select * from series(1)"));
            LockSupport.parkNanos(400_000_000);
            assertEquals(List.of("0"), texts(connection, "select * from series(1)"));
        }
    }

    @Test
    void aNamespaceWithSignsIsFoundByItsName() throws SQLException {
        try (Connection connection = served.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path = \"a \"\"x\"\", b\", other");
            assertEquals(
                    List.of("\"a \"\"x\"\", b\", other"), texts(connection, "show search_path"));
            assertEquals(List.of("a \"x\", b"), texts(connection, "select current_schema"));
            statement.execute("set search_path to 'Travel Two'");
            assertEquals(List.of("Travel Two"), texts(connection, "select current_schema()"));
            statement.execute("set search_path to travel, public");
            assertEquals(List.of("travel"), texts(connection, "select current_schema"));
        }
    }

    @Test
    void aSessionThatDiedIsFollowedByAnother() throws SQLException {
        try (Connection connection = served.connect()) {
            assertEquals(
                    "57P01",
                    state(assertThrows(SQLException.class, () -> texts(connection, "select die"))));
            assertEquals(List.of("0"), texts(connection, "select * from series(1)"));
        }
    }

    @Test
    void noticesNameTheUse() throws SQLException {
        try (Connection connection = served.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set domicile.receipts = on");
            statement.executeQuery("select * from series(1)").close();
            assertTrue(String.valueOf(statement.getWarnings()).contains("use city/node-1/"));
        }
    }

    @Test
    void copyGoesOut() throws Exception {
        try (Connection connection = served.connect()) {
            StringWriter csv = new StringWriter();
            long rows =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut(
                                    "copy (select * from series(10)) to stdout (format csv,"
                                            + " header)",
                                    csv);
            assertEquals(10, rows);
            assertTrue(csv.toString().startsWith("i,name,even\n0,row 0,t\n1,row 1,f\n"));
            assertTrue(csv.toString().endsWith("\n9,,f\n"));
        }
    }

    @Test
    void metadataNeedNoSession() throws SQLException {
        int begun = served.engine.begun.get();
        try (Connection connection = served.connect()) {
            DatabaseMetaData of = connection.getMetaData();
            assertEquals("PostgreSQL", of.getDatabaseProductName());
            assertEquals(
                    List.of("information_schema", "pg_catalog", "travel", "Übung"),
                    names(of.getSchemas(), 1));
            assertEquals(
                    List.of("flights"),
                    names(of.getTables(null, "travel", "%", new String[] {"TABLE"}), 3));
            assertEquals(
                    List.of("late"),
                    names(of.getTables(null, "travel", null, new String[] {"VIEW"}), 3));
            assertEquals(
                    List.of("id", "origin", "delay", "fare", "code", "day", "at", "tags", "more"),
                    names(of.getColumns(null, "travel", "flights", null), 4));
            try (ResultSet column = of.getColumns(null, "travel", "flights", "fare")) {
                assertTrue(column.next());
                assertEquals("numeric", column.getString("TYPE_NAME"));
                assertEquals(10, column.getInt("COLUMN_SIZE"));
                assertEquals(2, column.getInt("DECIMAL_DIGITS"));
            }
            assertEquals(List.of(), names(of.getPrimaryKeys(null, "travel", "flights"), 4));
            assertEquals(List.of(), names(of.getImportedKeys(null, "travel", "flights"), 4));
            assertEquals(
                    List.of(), names(of.getIndexInfo(null, "travel", "flights", false, true), 6));
            assertEquals(
                    List.of("A b"), names(of.getColumns(null, "Übung", "Odd \"name\"", null), 4));
            assertTrue(names(of.getTypeInfo(), 1).contains("timestamptz"));
            assertEquals(
                    List.of("postgres".equals(connection.getCatalog()) ? "postgres" : "travel"),
                    names(of.getCatalogs(), 1));
            names(of.getFunctions(null, null, "%"), 3);
            names(of.getProcedures(null, null, "%"), 3);
            names(of.getTablePrivileges(null, "travel", "%"), 3);
            names(of.getTableTypes(), 1);
            names(of.getBestRowIdentifier(null, "travel", "flights", 1, true), 2);
            names(of.getExportedKeys(null, "travel", "flights"), 4);
            names(of.getCrossReference(null, "travel", "flights", null, "travel", "late"), 4);
            names(of.getUDTs(null, null, null, null), 3);
            names(of.getClientInfoProperties(), 1);
            assertEquals("travel", connection.getSchema());
            assertTrue(connection.isValid(5));
        }
        assertEquals(begun, served.engine.begun.get());
    }

    private static List<String> names(ResultSet rows, int column) throws SQLException {
        List<String> names = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                names.add(rows.getString(column));
            }
        }
        return names;
    }

    @Test
    void nothingStaysOpen() throws Exception {
        try (Connection connection = served.connect()) {
            texts(connection, "select * from series(1)");
        }
        for (int i = 0; i < 200 && served.engine.open.get() > 0; i++) {
            LockSupport.parkNanos(20_000_000);
        }
        assertEquals(0, served.engine.open.get());
    }
}
