package org.domicile.bench;

import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/**
 * The same questions, in turns, to a bare DuckDB in this process that reads Parquet files and to
 * our server: through pgjdbc, with log-in, policy and record. Every answer is compared, value by
 * value.
 */
final class Asking implements AutoCloseable {
    /** Sums of doubles differ in their last digits with the order of the threads. */
    private static final double NEAR = 1e-9;

    /** As long as a server takes until as many workers wait again as it keeps. */
    private static final Duration REST = Duration.ofMillis(3_500);

    private final Connection bare;
    private final Statement plain;
    private final String url;
    private final Properties login = new Properties();
    private final int rounds;
    private final List<Double> begins = new ArrayList<>();

    /**
     * What one question took, in milliseconds: medians, and ours when nothing was in its session.
     */
    record Took(double bare, double ours, double first) {}

    /**
     * @param url of our server's SQL, for pgjdbc
     * @param files what the bare one reads, by the table's name
     */
    Asking(String url, Signer.Credential credential, Map<String, ?> files, int rounds)
            throws SQLException {
        this.url = url;
        this.rounds = rounds;
        login.setProperty("user", credential.access());
        login.setProperty("password", credential.secret());
        bare = DriverManager.getConnection("jdbc:duckdb:");
        plain = bare.createStatement();
        plain.execute("set threads = 2");
        for (Map.Entry<String, ?> each : files.entrySet()) {
            plain.execute("create view " + each.getKey() + " as from '" + each.getValue() + "'");
        }
    }

    /** Does something by SQL on our server. */
    void run(String sql) throws SQLException {
        try (Connection ours = DriverManager.getConnection(url, login);
                Statement statement = ours.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * @throws IOException when an answer differs
     */
    Map<String, Took> ask(Map<String, String> questions, RunOptions run)
            throws SQLException, IOException {
        Map<String, Took> took = new LinkedHashMap<>();
        try (Connection ours = DriverManager.getConnection(url, login);
                Statement walled = ours.createStatement()) {
            for (Map.Entry<String, String> each : questions.entrySet()) {
                run.progress("asking " + each.getKey());
                took.put(each.getKey(), ask(each.getKey(), each.getValue(), walled));
            }
        }
        return took;
    }

    private Took ask(String name, String question, Statement walled)
            throws SQLException, IOException {
        double first;
        LockSupport.parkNanos(REST.toNanos());
        long begin = System.nanoTime();
        try (Connection fresh = DriverManager.getConnection(url, login);
                Statement statement = fresh.createStatement()) {
            rows(statement, "select random()"); // begins the session, in which nothing is yet
            begins.add(millis(begin));
            begin = System.nanoTime();
            rows(statement, question);
            first = millis(begin);
        }
        List<Double> one = new ArrayList<>();
        List<Double> other = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            begin = System.nanoTime();
            List<List<String>> expected = rows(plain, question);
            double took = millis(begin);
            begin = System.nanoTime();
            List<List<String>> answered = rows(walled, question);
            if (round > 0) {
                one.add(took);
                other.add(millis(begin));
            } else {
                compare(name, expected, answered);
            }
        }
        return new Took(median(one), median(other), first);
    }

    /**
     * How long it took until a session had answered its first statement, its log-in included: a
     * median in milliseconds.
     */
    double begin() {
        return median(begins);
    }

    private static List<List<String>> rows(Statement statement, String question)
            throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (ResultSet answer = statement.executeQuery(question)) {
            int columns = answer.getMetaData().getColumnCount();
            while (answer.next()) {
                List<String> row = new ArrayList<>(columns);
                for (int i = 1; i <= columns; i++) {
                    row.add(String.valueOf(answer.getString(i)));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private static void compare(
            String name, List<List<String>> expected, List<List<String>> answered)
            throws IOException {
        if (expected.size() != answered.size()) {
            throw new IOException(
                    "%s: DuckDB answers %d rows, we %d"
                            .formatted(name, expected.size(), answered.size()));
        }
        for (int row = 0; row < expected.size(); row++) {
            for (int i = 0; i < expected.get(row).size(); i++) {
                String one = expected.get(row).get(i);
                String other = answered.get(row).get(i);
                if (!same(one, other)) {
                    throw new IOException(
                            "%s, row %d, column %d: DuckDB answers %s, we %s"
                                    .formatted(name, row + 1, i + 1, one, other));
                }
            }
        }
    }

    private static boolean same(String one, String other) {
        if (one.equals(other)) {
            return true;
        }
        try {
            BigDecimal first = new BigDecimal(one);
            BigDecimal second = new BigDecimal(other);
            return Math.abs(first.doubleValue() - second.doubleValue())
                    <= NEAR * Math.max(1, Math.abs(first.doubleValue()));
        } catch (NumberFormatException e) {
            // a time may have a fraction of nought
            return one.replaceFirst("\\.0+$", "").equals(other.replaceFirst("\\.0+$", ""));
        }
    }

    private static double millis(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }

    private static double median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @Override
    public void close() throws SQLException {
        plain.close();
        bare.close();
    }
}
