package org.domicile.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A stream that is a table, whose server dies under load: each record that was acknowledged is a
 * row, once, at once and ever after. Writers send each request with an Idempotency-Key until it is
 * answered; a reader asks meanwhile, and a server that is to put right what was left may die over
 * that, too. After each one or few deaths stream and table are compared row by row.
 */
final class StreamDeaths {
    /** Lives under load that one stream sees; then the next begins, so each check stays short. */
    private static final int OF_ONE = 10;

    /** Of so many servers that begin after a death, one is left to become ready. */
    private static final int BEGINNINGS = 3;

    /** Milliseconds within which the others die: a server is ready after about two seconds. */
    private static final int BEGINS = 3_000;

    /** Of so many lives one commits nothing, so that the next begins with much to read. */
    private static final int COMMITTING = 3;

    private static final int WRITERS = 2;
    private static final int PARTITIONS = 3;
    private static final int MOST_AT_ONCE = 200;

    private static final String SCHEMA =
            "{\"type\":\"record\",\"name\":\"Mark\",\"fields\":[{\"name\":\"n\",\"type\":\"long\"},"
                    + "{\"name\":\"who\",\"type\":\"string\"}]}";

    private final Path work;
    private final long seed;
    private final Consumer<String> told;
    private final Random random;
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final List<Writing> writers = new ArrayList<>();
    private long looks;
    private long compared;
    private long ended;
    private int generation;

    StreamDeaths(Path work, long seed, Consumer<String> told) {
        this.work = work;
        this.seed = seed;
        this.told = told;
        this.random = new Random(seed);
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writing(i, new Random(seed + 1 + i)));
        }
    }

    /**
     * What one writer has sent. Numbers are its own: they rise, and none is sent again but with the
     * key that it was sent with. Owned by one thread; {@code rows} and {@code unfit} are what was
     * acknowledged.
     */
    private final class Writing {
        private final int number;
        private final Random choice;
        private final AtomicLong rows = new AtomicLong();
        private final AtomicLong unfit = new AtomicLong();
        private long sum; // of the numbers in those rows
        private long next;
        private String body = "";
        private long bodyRows;
        private long bodySum;
        private long bodyUnfit;

        Writing(int number, Random choice) {
            this.number = number;
            this.choice = choice;
        }

        private void fresh() {
            StringBuilder lines = new StringBuilder();
            int count = 1 + choice.nextInt(MOST_AT_ONCE);
            bodyRows = 0;
            bodySum = 0;
            bodyUnfit = 0;
            for (int i = 0; i < count; i++) {
                boolean fits = choice.nextInt(50) != 0;
                lines.append("{\"n\":")
                        .append(fits ? "" : "\"")
                        .append(next * WRITERS + number)
                        .append(fits ? "" : " is no number\"")
                        .append(",\"who\":\"w")
                        .append(number)
                        .append("\"}\n");
                if (fits) {
                    bodyRows++;
                    bodySum += next * WRITERS + number;
                } else {
                    bodyUnfit++;
                }
                next++;
            }
            body = lines.toString();
        }

        /** Sends what is there, and more, until the server has died. */
        void write(StreamLife life) {
            while (!life.over()) {
                if (body.isEmpty()) {
                    fresh();
                }
                attempt(life);
            }
        }

        /** Sends what has no answer yet until it has one. */
        void settle(StreamLife life) {
            long end = System.nanoTime() + StreamLife.PATIENCE.toNanos();
            while (!body.isEmpty() && violations.isEmpty()) {
                attempt(life);
                if (System.nanoTime() > end) {
                    violations.add("a request is not answered after a death");
                }
            }
        }

        private void attempt(StreamLife life) {
            try {
                switch (life.send(stream(), number + "-" + next, body)) {
                    case StreamLife.Sent.Acknowledged _ -> {
                        rows.addAndGet(bodyRows);
                        sum += bodySum;
                        unfit.addAndGet(bodyUnfit);
                        body = "";
                    }
                    case StreamLife.Sent.Unknown _ -> {}
                    case StreamLife.Sent.Refused(String answer) -> {
                        violations.add("a request was answered " + answer);
                        life.end();
                    }
                }
            } catch (InterruptedException e) {
                life.end();
            }
        }
    }

    private String table() {
        return "marks" + generation;
    }

    private String stream() {
        return "drift." + table();
    }

    private long acknowledged() {
        return writers.stream().mapToLong(each -> each.rows.get()).sum();
    }

    Figures run(String word, int count) throws IOException, InterruptedException {
        Files.createDirectories(work.resolve("keys"));
        int passed = 0;
        int deaths = 0;
        long loaded = 0;
        boolean more = true;
        for (int life = 0; more && violations.isEmpty(); life++) {
            more = deaths < count;
            try (Server server = Server.ready(work, settings())) {
                StreamLife asked = new StreamLife(server);
                if (life == 0) {
                    prepare(asked);
                } else {
                    check(asked);
                    passed = violations.isEmpty() ? deaths : passed;
                    told.accept(
                            "%d deaths, %,d rows, %,d looks%s"
                                    .formatted(
                                            deaths,
                                            ended + acknowledged(),
                                            looks,
                                            violations.isEmpty() ? "" : ": " + violations));
                }
                if (life % OF_ONE == 0 && life > 0 && more && violations.isEmpty()) {
                    next(asked);
                }
                if (more) {
                    load(asked);
                    loaded++;
                    deaths++;
                }
            } catch (Server.Died | SQLException e) {
                violations.add(String.valueOf(e.getMessage()));
            }
            deaths += more ? beginnings(count - deaths) : 0;
        }
        return new Figures(
                word,
                passed,
                violations.isEmpty() ? 0 : 1,
                0,
                new TreeMap<>(
                        Map.of(
                                "under load", loaded,
                                "rows", ended + acknowledged(),
                                "looks", looks,
                                "rows compared", compared)),
                seed,
                List.copyOf(violations));
    }

    /** Many commits in a short life, or none; and no workers that nobody asks for. */
    private String[] settings() {
        String pause = random.nextInt(COMMITTING) > 0 ? "300ms" : "1m";
        return new String[] {"streams.commit=" + pause, "sql.warm=0"};
    }

    /** Servers that die while they begin; how many. */
    private int beginnings(int most) throws IOException, InterruptedException {
        int died = 0;
        while (died < most && random.nextInt(BEGINNINGS) > 0) {
            try (Server server = Server.begun(work, settings())) {
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(BEGINS)).toNanos());
                if (!server.isAlive()) {
                    violations.add("a server that began after a death died by itself");
                }
                server.kill();
            }
            died++;
        }
        return died;
    }

    private void prepare(StreamLife life) throws IOException, InterruptedException {
        life.stream(stream(), PARTITIONS);
        life.schema(stream(), "AVRO", SCHEMA);
        life.table(stream());
    }

    /** Ends the stream and its tables, of which all is known, and begins the next. */
    private void next(StreamLife life) throws IOException, SQLException, InterruptedException {
        life.delete(stream());
        try (Connection connection = life.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table " + table());
            statement.execute("drop table " + table() + "_unfit");
        }
        ended += acknowledged();
        for (Writing each : writers) {
            each.rows.set(0);
            each.sum = 0;
            each.unfit.set(0);
        }
        generation++;
        prepare(life);
    }

    /** Writes and looks until the server dies. */
    private void load(StreamLife life) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (Writing each : writers) {
            threads.add(Thread.ofPlatform().start(() -> each.write(life)));
        }
        threads.add(Thread.ofPlatform().start(() -> look(life)));
        LockSupport.parkNanos(Duration.ofMillis(200 + random.nextInt(2_500)).toNanos());
        life.end();
        life.server().kill();
        for (Thread each : threads) {
            each.join();
        }
    }

    /**
     * What was acknowledged before is there, and nothing twice, whatever is being committed; and a
     * query that reads the table twice reads the same.
     */
    private void look(StreamLife life) {
        try (Connection connection = life.connect();
                Statement statement = connection.createStatement()) {
            while (!life.over()) {
                long before = acknowledged();
                try (ResultSet found =
                        statement.executeQuery(
                                "select count(*), count(distinct n), (select count(*) from "
                                        + table()
                                        + ") from "
                                        + table())) {
                    found.next();
                    long rows = found.getLong(1);
                    looks++;
                    if (rows != found.getLong(2)) {
                        violations.add("%d rows have %d numbers".formatted(rows, found.getLong(2)));
                    }
                    if (rows != found.getLong(3)) {
                        violations.add(
                                "one query reads %d and %d rows".formatted(rows, found.getLong(3)));
                    }
                    if (rows < before) {
                        violations.add(
                                "%d rows, and %d were acknowledged before".formatted(rows, before));
                    }
                }
            }
        } catch (SQLException | IOException e) {
            if (!life.over() && life.server().isAlive()) {
                violations.add("a look failed: " + e.getMessage());
            }
        }
    }

    /** Stream and tables, row by row. */
    private void check(StreamLife life) throws IOException, SQLException, InterruptedException {
        writers.forEach(each -> each.settle(life));
        long all = 0;
        for (Writing each : writers) {
            all += each.rows.get() + each.unfit.get();
        }
        Map<String, String> stream = life.values(stream(), all);
        Map<String, String> table = new TreeMap<>();
        try (Connection connection = life.connect();
                Statement statement = connection.createStatement()) {
            String places = "select _partition, _offset, ";
            rows(statement, places + "cast(n as varchar) from " + table(), table);
            rows(statement, places + "decode(value) from " + table() + "_unfit", table);
            committed(statement, stream);
            sums(statement);
        }
        compared += table.size();
        for (Map.Entry<String, String> each : stream.entrySet()) {
            String row = table.remove(each.getKey());
            if (row == null) {
                violations.add("the record at " + each.getKey() + " is no row");
            } else if (!each.getValue().equals(row)
                    && !each.getValue().startsWith("{\"n\":" + row + ",")) {
                violations.add("the row of " + each.getKey() + " says " + row);
            }
            if (violations.size() > 5) {
                return;
            }
        }
        if (!table.isEmpty()) {
            violations.add(
                    table.size() + " rows are of no record: " + table.keySet().iterator().next());
        }
        if (stream.size() != all) {
            violations.add("%d records, and %d were acknowledged".formatted(stream.size(), all));
        }
    }

    /** What all were together, as the writers know it. */
    private void sums(Statement statement) throws SQLException {
        long rows = acknowledged();
        long sum = writers.stream().mapToLong(each -> each.sum).sum();
        String sql = "select count(*), count(distinct n), coalesce(sum(n), 0)::bigint from ";
        try (ResultSet found = statement.executeQuery(sql + table())) {
            found.next();
            if (found.getLong(1) != rows || found.getLong(2) != rows || found.getLong(3) != sum) {
                violations.add(
                        "%d rows have %d numbers, %d together; they were %d, %d together"
                                .formatted(
                                        found.getLong(1),
                                        found.getLong(2),
                                        found.getLong(3),
                                        rows,
                                        sum));
            }
        }
    }

    /** The snapshots of both tables hold all records before some offset, and no others. */
    private void committed(Statement statement, Map<String, String> stream) throws SQLException {
        String snapshot = " at (version => 'main')";
        String places = "select _partition, _offset, ''";
        String sql =
                places
                        + " from "
                        + table()
                        + snapshot
                        + " union all "
                        + places
                        + " from "
                        + table()
                        + "_unfit"
                        + snapshot;
        String gap = "";
        for (int i = 0; i < 2; i++) { // a commit may fall between the two of them, once
            Map<String, String> held = new TreeMap<>();
            rows(statement, sql, held);
            Map<String, Long> ends = new TreeMap<>();
            held.keySet().forEach(each -> ends.merge(partition(each), offset(each), Math::max));
            gap =
                    stream.keySet().stream()
                            .filter(each -> offset(each) <= ends.getOrDefault(partition(each), -1L))
                            .filter(each -> !held.containsKey(each))
                            .findFirst()
                            .orElse("");
            if (gap.isEmpty()) {
                return;
            }
        }
        violations.add("the record at " + gap + " is in no snapshot, and later ones are");
    }

    private static String partition(String place) {
        return place.substring(0, place.indexOf(':'));
    }

    private static long offset(String place) {
        return Long.parseLong(place.substring(place.indexOf(':') + 1));
    }

    private void rows(Statement statement, String sql, Map<String, String> into)
            throws SQLException {
        try (ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                String place = found.getInt(1) + ":" + found.getLong(2);
                if (into.put(place, found.getString(3)) != null) {
                    violations.add("the record at " + place + " is two rows");
                }
            }
        }
    }
}
