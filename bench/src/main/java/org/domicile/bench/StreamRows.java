package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Streams that are tables: how fast records that lie in a stream become rows, and how long it takes
 * until SQL sees one that is published while others come. Owned by one thread.
 */
final class StreamRows {
    static final String FILL = "stream to table";
    static final String CORE = "stream to table, a core";
    static final String SEE = "event to SQL";
    static final double FILL_GOAL = 40;
    static final int PACE = 50_000;

    private static final int LINES = 5_000;
    private static final int PARTITIONS = 2;
    private static final int BODIES = 64;
    private static final int LATELY = 5;
    private static final String RECENT = " and _time > ";
    private static final long PATIENCE = 300_000_000_000L;

    private static final String SCHEMA =
            "{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Reading\\\",\\\"fields\\\":["
                    + "{\\\"name\\\":\\\"station\\\",\\\"type\\\":\\\"string\\\"},"
                    + "{\\\"name\\\":\\\"level\\\",\\\"type\\\":\\\"long\\\"},"
                    + "{\\\"name\\\":\\\"quality\\\",\\\"type\\\":\\\"double\\\"},"
                    + "{\\\"name\\\":\\\"note\\\",\\\"type\\\":\\\"string\\\"}]}";

    private final Ours ours;
    private final OurWeb web;
    private int made;

    StreamRows(Ours ours) throws IOException {
        this.ours = ours;
        this.web = new OurWeb(ours);
    }

    /** What a sensor says, some 160 bytes. */
    private static String line(long number) {
        return "{\"station\":\"station-%04d\",\"level\":%d,\"quality\":%.3f,\"note\":\"%s\"}\n"
                .formatted(
                        number % 1_000,
                        number,
                        (number % 997) / 7.0,
                        "measured by the gauge below the bridge, and looked at by nobody yet, "
                                .repeat(2)
                                .substring(0, 60 + (int) (number % 60)));
    }

    private static byte[] lines(long from) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            text.append(line(from + i));
        }
        return text.toString().getBytes(UTF_8);
    }

    private String stream() throws IOException {
        String name = "bench.rows" + made++;
        web.ask(
                "PUT",
                "/streams/" + name,
                "application/json",
                ("{\"partitions\":" + PARTITIONS + "}").getBytes(UTF_8));
        web.ask(
                "POST",
                "/schemas/subjects/" + name + "-value/versions",
                "application/vnd.schemaregistry.v1+json",
                ("{\"schema\":\"" + SCHEMA + "\"}").getBytes(UTF_8));
        return name;
    }

    private void publish(String name, byte[] body) throws IOException {
        web.ask("POST", "/streams/" + name, "application/x-ndjson", body);
    }

    private Connection connect() throws IOException, SQLException {
        Signer.Credential credential = ours.credential();
        Properties properties = new Properties();
        properties.setProperty("user", credential.access());
        properties.setProperty("password", credential.secret());
        return DriverManager.getConnection("jdbc:" + ours.sql() + "/bench", properties);
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getLong(1);
        }
    }

    /**
     * Megabytes of JSON a second, from when the stream becomes a table until all are rows: by the
     * clock, and by what processors did, of the server and its workers.
     */
    List<Figure> fill(double seconds) throws IOException {
        String name = stream();
        byte[] body = lines(0);
        int requests = Math.max(4, (int) (seconds * 40 * (1 << 20) / body.length));
        long all = (long) requests * LINES;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            number(statement, "select 1"); // who asks is there before
            for (int i = 0; i < requests; i++) {
                publish(name, body);
            }
            double before = ours.process().allCpuMicros();
            long begin = System.nanoTime();
            web.ask("PUT", "/streams/" + name + "/table", "application/json", new byte[0]);
            String sql = "select count(*) from " + name;
            while (number(statement, sql) < all) {
                if (System.nanoTime() - begin > PATIENCE) {
                    throw new IOException("not all became rows");
                }
                LockSupport.parkNanos(10_000_000);
            }
            double took = (System.nanoTime() - begin) / 1e9;
            double megabytes = (double) requests * body.length / 1e6;
            double cost = ours.process().allCpuMicros() - before;
            return List.of(
                    filled(FILL, megabytes / took, cost / all),
                    filled(CORE, megabytes / (cost / 1e6), cost / all));
        } catch (SQLException e) {
            throw new IOException("the table was not read: " + e.getMessage(), e);
        } finally {
            web.ask("DELETE", "/streams/" + name, "application/json", new byte[0]);
        }
    }

    private static Figure filled(String what, double rate, double cost) {
        return new Figure(what, "domicile", "MB/s", rate, 0, 0, 0, cost, 0, 0, Server.DURABLE);
    }

    /** A stream that is a table, with rows that somebody has asked for. */
    void rest() throws IOException {
        String name = tabled();
        publish(name, lines(0));
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            number(statement, "select count(*) from " + name);
        } catch (SQLException e) {
            throw new IOException("the table was not read: " + e.getMessage(), e);
        }
    }

    /** Milliseconds from before an event is sent until a statement has returned it. */
    Figure see(double seconds) throws IOException {
        String name = tabled();
        Figure figure = see(name, seconds, "", List.of(lines(1_000_000_000)));
        delete(name);
        return figure;
    }

    private String tabled() throws IOException {
        String name = stream();
        web.ask("PUT", "/streams/" + name + "/table", "application/json", new byte[0]);
        return name;
    }

    private void delete(String name) throws IOException {
        web.ask("DELETE", "/streams/" + name, "application/json", new byte[0]);
    }

    /** The same for long, of what came within the last seconds; and what the table is then. */
    record Laid(Figure seen, StreamLayout layout) {}

    Laid layout(double seconds) throws IOException {
        String name = tabled();
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < BODIES; i++) {
            bodies.add(readings(new Random(i)));
        }
        Figure seen = see(name, seconds, RECENT, bodies);
        Signer.Credential credential = ours.credential();
        StreamLayout layout;
        try (CatalogClient catalog = CatalogClient.open(ours, credential)) {
            String table = name.substring(name.indexOf('.') + 1);
            layout = StreamLayout.of(catalog.described(table), catalog.planned(table));
        }
        delete(name);
        return new Laid(seen, layout);
    }

    private static String lately(String which) {
        return which.isEmpty()
                ? ""
                : which + "timestamptz '" + Instant.now().minusSeconds(LATELY) + "'";
    }

    /**
     * Readings as they are: no number is like the one before it, so a file of them is as large as
     * one of real ones.
     */
    private static byte[] readings(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            text.append("{\"station\":\"station-")
                    .append(1_000 + random.nextInt(1_000))
                    .append("\",\"level\":")
                    .append(1_000_000 + random.nextInt(1_000_000))
                    .append(",\"quality\":")
                    .append(random.nextInt(1_000_000_000) / 1e6)
                    .append(",\"note\":\"gauge ")
                    .append(random.nextInt(100))
                    .append("\"}\n");
        }
        return text.toString().getBytes(UTF_8);
    }

    /**
     * Looks while others come.
     *
     * @param which rows are looked at, by the time that follows; empty for all
     * @param bodies what comes beside, in turn
     */
    private Figure see(String name, double seconds, String which, List<byte[]> bodies)
            throws IOException {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        Thread load =
                Thread.ofPlatform()
                        .start(() -> {
                            long next = System.nanoTime();
                            for (int i = 0; !over.get(); i++) {
                                try {
                                    publish(name, bodies.get(i % bodies.size()));
                                    sent.addAndGet(LINES);
                                } catch (IOException e) {
                                    failed.addAndGet(LINES);
                                }
                                next += 1_000_000_000L * LINES / PACE;
                                LockSupport.parkNanos(next - System.nanoTime());
                            }
                        });
        Histogram latency = new Histogram();
        long begin = System.nanoTime();
        double server = ours.process().cpuMicros();
        long looks = 0;
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            number(statement, "select count(*) from " + name);
            begin = System.nanoTime();
            long end = begin + (long) (seconds * 1e9);
            while (System.nanoTime() < end) {
                long at = System.nanoTime();
                publish(name, line(looks).getBytes(UTF_8));
                String sql =
                        "select count(*) from " + name + " where level = " + looks + lately(which);
                while (number(statement, sql) < 1) {
                    if (System.nanoTime() - at > PATIENCE) {
                        throw new IOException("an event is not seen");
                    }
                }
                latency.add(System.nanoTime() - at);
                looks++;
            }
        } catch (SQLException e) {
            throw new IOException("the table was not read: " + e.getMessage(), e);
        } finally {
            over.set(true);
            try {
                load.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        double took = (System.nanoTime() - begin) / 1e9;
        double cost = ours.process().cpuMicros() - server;
        return new Figure(
                SEE,
                "domicile",
                "events/s beside it",
                sent.get() / took,
                latency.millis(0.5),
                latency.millis(0.99),
                latency.maxMillis(),
                cost / Math.max(1, sent.get()),
                0,
                failed.get(),
                Server.DURABLE);
    }
}
