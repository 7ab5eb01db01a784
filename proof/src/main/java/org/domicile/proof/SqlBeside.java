package org.domicile.proof;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Random questions and changes through PostgreSQL's protocol to a server, and the same to a DuckDB
 * of our own: each answer has to be the same, and so has each count of changed rows. Now and then
 * the server is killed in the middle of a change, which then is there, or is not. Owned by one
 * thread.
 */
final class SqlBeside {
    private static final String ALL = "select id, g, s, d, day, n from proof.t order by id, g, s";
    private static final String NO = "no: ";
    private static final int CHANGES = 4;
    private static final int DEATHS = 60;
    private static final int LONGEST_LIFE = 500;
    private static final int TOLD = 50;
    private static final long ENDS_SECONDS = 60;

    private final Site.Folder site;
    private final SplittableRandom random;
    private final SqlWords words;
    private final Consumer<String> told;
    private final List<String> violations = new ArrayList<>();
    private long changes;
    private long deaths;
    private long came;

    /**
     * @param work a folder that outlives every death @param told hears now and then
     */
    SqlBeside(Path work, long seed, Consumer<String> told) {
        this.site = new Site.Folder(work);
        this.random = new SplittableRandom(seed);
        this.words = new SqlWords(random.split());
        this.told = told;
    }

    /** A server, and a connection to it. */
    private static final class Life implements AutoCloseable {
        private final Server server;
        private final Connection connection;

        Life(Server server) throws IOException, SQLException {
            this.server = server;
            Properties login = new Properties();
            Signature signature = server.signature();
            login.setProperty("user", signature.accessKey());
            login.setProperty("password", signature.secret());
            this.connection =
                    DriverManager.getConnection(
                            server.sql().toString().replace("postgresql:", "jdbc:postgresql:")
                                    + "/postgres",
                            login);
        }

        @Override
        public void close() throws SQLException, InterruptedException {
            try (server) {
                connection.close();
            }
        }
    }

    /** Asks so often. */
    Figures run(String name, int statements, long seed) throws IOException, InterruptedException {
        site.prepare(0);
        int wrong = 0;
        try (Connection beside = DriverManager.getConnection("jdbc:duckdb:")) {
            Life life = start();
            try {
                for (String each : SqlWords.BEGIN) {
                    run(each, beside);
                    run(each, life.connection);
                }
                for (int i = 0; i < statements; i++) {
                    int before = violations.size();
                    if (i % DEATHS == DEATHS - 1) {
                        life = dieIn(life, beside);
                    } else if (random.nextInt(CHANGES) == 0) {
                        change(words.change(), life.connection, beside);
                    } else {
                        ask(words.question(), life.connection, beside);
                    }
                    wrong += violations.size() > before ? 1 : 0;
                    if ((i + 1) % TOLD == 0) {
                        told.accept(
                                "%d statements, %d changes, %d deaths%s"
                                        .formatted(
                                                i + 1,
                                                changes,
                                                deaths,
                                                wrong > 0 ? ", WRONG" : ""));
                    }
                }
                ask(ALL, life.connection, beside);
                wrong += wrong == 0 && !violations.isEmpty() ? 1 : 0;
            } finally {
                life.close();
            }
        } catch (SQLException e) {
            throw new IOException("a statement that has to work does not: " + e.getMessage(), e);
        } catch (Server.Died e) {
            throw new IOException(e.getMessage(), e);
        }
        Map<String, Long> more = new LinkedHashMap<>();
        more.put("changes", changes);
        more.put("deaths", deaths);
        more.put("changes that came though the server died", came);
        return new Figures(name, statements - wrong, wrong, 0, more, seed, List.copyOf(violations));
    }

    private Life start() throws IOException, InterruptedException, SQLException, Server.Died {
        Server server =
                Server.start(
                        new Server.Start(
                                site.data(0),
                                site.keys(0),
                                site.ground().resolve("server.out"),
                                List.of(),
                                List.of(),
                                List.of()));
        boolean ready = false;
        try {
            server.awaitReady();
            Life life = new Life(server);
            ready = true;
            return life;
        } finally {
            if (!ready) {
                server.close();
            }
        }
    }

    private void ask(String question, Connection ours, Connection beside) {
        Told one = rows(question, ours);
        Told other = rows(question, beside);
        if (!one.equals(other) || one.refused()) {
            violations.add(question + ": we say " + one.brief() + ", DuckDB " + other.brief());
        }
    }

    private void change(String change, Connection ours, Connection beside) {
        changes++;
        String one = changed(change, ours);
        String other = changed(change, beside);
        if (!one.equals(other)) {
            violations.add(change + ": we say " + one + ", DuckDB " + other);
        }
    }

    /** A statement each: a driver may close one that failed. */
    private static void run(String sql, Connection on) throws SQLException {
        try (Statement statement = on.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String changed(String change, Connection on) {
        try (Statement statement = on.createStatement()) {
            return statement.executeUpdate(change) + " rows";
        } catch (SQLException e) {
            return NO + e.getSQLState() + " " + e.getMessage();
        }
    }

    /** The server dies at any moment of a change, which is then there in full or not at all. */
    private Life dieIn(Life life, Connection beside)
            throws IOException, InterruptedException, SQLException, Server.Died {
        String change = words.change();
        deaths++;
        changes++;
        Told before = rows(ALL, beside);
        AtomicReference<String> answer = new AtomicReference<>("");
        CountDownLatch ended = new CountDownLatch(1);
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        run(change, life.connection);
                        answer.set("done");
                    } catch (SQLException e) {
                        answer.set("cut off");
                    } finally {
                        ended.countDown();
                    }
                });
        LockSupport.parkNanos(random.nextInt(LONGEST_LIFE) * 1_000_000L);
        life.server.kill();
        if (!ended.await(ENDS_SECONDS, TimeUnit.SECONDS)) {
            violations.add(change + ": a client of a dead server waits for ever");
        }
        life.close();
        run(change, beside);
        Told after = rows(ALL, beside);
        Life next = start();
        Told found = rows(ALL, next.connection);
        boolean done = "done".equals(answer.get());
        if (found.equals(after)) {
            came++;
        } else if (found.equals(before) && !done) {
            run("delete from proof.t", beside);
            refill(next.connection, beside);
        } else {
            violations.add(
                    "%s, when the server died (%s): the table is neither as before nor as after: %s"
                            .formatted(change, answer.get(), found.brief()));
        }
        return next;
    }

    /** Beside us stands what we have. */
    private static void refill(Connection ours, Connection beside) throws SQLException {
        StringBuilder values = new StringBuilder();
        try (Statement statement = ours.createStatement();
                ResultSet all = statement.executeQuery(ALL)) {
            while (all.next()) {
                values.append(values.isEmpty() ? "" : ",").append('(');
                for (int i = 1; i <= 6; i++) {
                    String value = all.getString(i);
                    values.append(i == 1 ? "" : ",")
                            .append(value == null ? "null" : "'" + value.replace("'", "''") + "'");
                }
                values.append(')');
            }
        }
        if (!values.isEmpty()) {
            run("insert into proof.t values " + values, beside);
        }
    }

    /** Rows, or why there are none. Their order is the one thing that is not compared. */
    private record Told(List<String> rows) {
        /** Every question has an answer. */
        boolean refused() {
            return rows.size() == 1 && rows.getFirst().startsWith(NO);
        }

        String brief() {
            return rows.size() + " rows " + rows.subList(0, Math.min(3, rows.size()));
        }
    }

    private static Told rows(String question, Connection on) {
        List<String> rows = new ArrayList<>();
        try (Statement statement = on.createStatement();
                ResultSet answer = statement.executeQuery(question)) {
            int columns = answer.getMetaData().getColumnCount();
            while (answer.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    row.append(plain(answer.getObject(i))).append('|');
                }
                rows.add(row.toString());
            }
        } catch (SQLException e) {
            return new Told(List.of(NO + e.getSQLState() + " " + e.getMessage()));
        }
        Collections.sort(rows);
        return new Told(rows);
    }

    /** Numbers by their value: drivers differ in how they write one. */
    private static String plain(Object value) {
        return switch (value) {
            case null -> "null";
            case BigDecimal number -> number.stripTrailingZeros().toPlainString();
            case Number number ->
                    new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
            default -> value.toString();
        };
    }
}
