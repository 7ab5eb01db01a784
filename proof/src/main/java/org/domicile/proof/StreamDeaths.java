package org.domicile.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A stream that is a table, whose server dies under load: each record that was acknowledged is a
 * row, once, at once and ever after. Writers send each request with an Idempotency-Key until it is
 * answered; a reader asks meanwhile, and after each death stream and table are compared row by row.
 */
final class StreamDeaths {
    /** Deaths that one stream sees; then the next one begins, so that each check stays short. */
    private static final int OF_ONE = 25;

    private static final int WRITERS = 2;
    private static final int PARTITIONS = 3;
    private static final int MOST_AT_ONCE = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String SCHEMA =
            "{\"type\":\"record\",\"name\":\"Mark\",\"fields\":[{\"name\":\"n\",\"type\":\"long\"},"
                    + "{\"name\":\"who\",\"type\":\"string\"}]}";

    private final Path work;
    private final long seed;
    private final Consumer<String> told;
    private final Random random;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
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

    /** One life of the server: where it is, and whether it is to be left alone. */
    private static final class Life {
        private final Server server;
        private final String web;
        private final String login;
        private volatile boolean over;

        Life(Server server) throws IOException {
            this.server = server;
            this.web = server.web().toString();
            Signature signature = server.signature();
            this.login =
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(
                                            (signature.accessKey() + ":" + signature.secret())
                                                    .getBytes(UTF_8));
        }

        HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create(web + path))
                    .timeout(PATIENCE)
                    .header("Authorization", login);
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
        private long next;
        private String body = "";
        private long bodyRows;
        private long bodyUnfit;

        Writing(int number, Random choice) {
            this.number = number;
            this.choice = choice;
        }

        private void fresh() {
            StringBuilder lines = new StringBuilder();
            int count = 1 + choice.nextInt(MOST_AT_ONCE);
            bodyRows = 0;
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
                next++;
                if (fits) {
                    bodyRows++;
                } else {
                    bodyUnfit++;
                }
            }
            body = lines.toString();
        }

        /** Sends what is there, and more, until the server has died. */
        void write(Life life) {
            while (!life.over) {
                if (body.isEmpty()) {
                    fresh();
                }
                attempt(life);
            }
        }

        /** Sends what has no answer yet until it has one. */
        void settle(Life life) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!body.isEmpty() && violations.isEmpty()) {
                attempt(life);
                if (System.nanoTime() > end) {
                    violations.add("a request is not answered after a death");
                }
            }
        }

        private void attempt(Life life) {
            try {
                HttpResponse<String> answer =
                        http.send(
                                life.request("/streams/" + stream())
                                        .header("Content-Type", "application/x-ndjson")
                                        .header("Idempotency-Key", number + "-" + next)
                                        .POST(HttpRequest.BodyPublishers.ofString(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    rows.addAndGet(bodyRows);
                    unfit.addAndGet(bodyUnfit);
                    body = "";
                } else if (answer.statusCode() == 503) {
                    LockSupport.parkNanos(50_000_000); // not yet ready, or no more
                } else {
                    violations.add("a request was answered " + answer.body());
                    life.over = true;
                }
            } catch (IOException died) {
                LockSupport.parkNanos(5_000_000);
            } catch (InterruptedException e) {
                life.over = true;
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
        for (int i = 0; i <= count && violations.isEmpty(); i++) {
            try (Server server = start()) {
                Life life = new Life(server);
                if (i == 0) {
                    prepare(life);
                } else {
                    check(life);
                    passed += violations.isEmpty() ? 1 : 0;
                    told.accept(
                            "%d deaths, %,d rows, %,d looks%s"
                                    .formatted(
                                            i,
                                            ended + acknowledged(),
                                            looks,
                                            violations.isEmpty() ? "" : ": " + violations));
                }
                if (i % OF_ONE == 0 && i > 0 && i < count && violations.isEmpty()) {
                    next(life);
                }
                if (i < count) {
                    load(life);
                }
            } catch (Server.Died | SQLException e) {
                violations.add(String.valueOf(e.getMessage()));
            }
        }
        return new Figures(
                word,
                passed,
                violations.isEmpty() ? 0 : 1,
                0,
                new TreeMap<>(
                        Map.of(
                                "rows", ended + acknowledged(),
                                "looks", looks,
                                "rows compared", compared)),
                seed,
                List.copyOf(violations));
    }

    private Server start() throws IOException, Server.Died, InterruptedException {
        Server server =
                Server.start(
                        new Server.Start(
                                work.resolve("data"),
                                List.of(work.resolve("keys")),
                                work.resolve("output"),
                                List.of(),
                                List.of(),
                                // many commits in a short life
                                List.of("streams.commit=300ms")));
        server.awaitReady();
        return server;
    }

    private void prepare(Life life) throws IOException, InterruptedException {
        done(
                life.request("/streams/" + stream())
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"partitions\":" + PARTITIONS + "}")));
        done(
                life.request("/schemas/subjects/" + stream() + "-value/versions")
                        .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"schema\":\"" + SCHEMA.replace("\"", "\\\"") + "\"}")));
        done(
                life.request("/streams/" + stream() + "/table")
                        .PUT(HttpRequest.BodyPublishers.noBody()));
    }

    /** Ends the stream and its tables, of which all is known, and begins the next. */
    private void next(Life life) throws IOException, SQLException, InterruptedException {
        done(life.request("/streams/" + stream()).DELETE());
        try (Connection connection = connect(life);
                Statement statement = connection.createStatement()) {
            statement.execute("drop table " + table());
            statement.execute("drop table " + table() + "_unfit");
        }
        ended += acknowledged();
        for (Writing each : writers) {
            each.rows.set(0);
            each.unfit.set(0);
        }
        generation++;
        prepare(life);
    }

    private void done(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
    }

    /** Writes and looks until the server dies. */
    private void load(Life life) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (Writing each : writers) {
            threads.add(Thread.ofPlatform().start(() -> each.write(life)));
        }
        threads.add(Thread.ofPlatform().start(() -> look(life)));
        LockSupport.parkNanos(Duration.ofMillis(200 + random.nextInt(2_500)).toNanos());
        life.over = true; // what is under way meets the death
        life.server.kill();
        for (Thread each : threads) {
            each.join();
        }
    }

    private static Connection connect(Life life) throws IOException, SQLException {
        Properties login = new Properties();
        Signature signature = life.server.signature();
        login.setProperty("user", signature.accessKey());
        login.setProperty("password", signature.secret());
        return DriverManager.getConnection(
                life.server.sql().toString().replace("postgresql:", "jdbc:postgresql:") + "/drift",
                login);
    }

    /** What was acknowledged before is there, and nothing twice, whatever is being committed. */
    private void look(Life life) {
        try (Connection connection = connect(life);
                Statement statement = connection.createStatement()) {
            while (!life.over) {
                long before = acknowledged();
                try (ResultSet found =
                        statement.executeQuery(
                                "select count(*), count(distinct n) from " + table())) {
                    found.next();
                    long rows = found.getLong(1);
                    looks++;
                    if (rows != found.getLong(2)) {
                        violations.add("%d rows have %d numbers".formatted(rows, found.getLong(2)));
                    }
                    if (rows < before) {
                        violations.add(
                                "%d rows, and %d were acknowledged before".formatted(rows, before));
                    }
                }
            }
        } catch (SQLException | IOException e) {
            if (!life.over && life.server.isAlive()) {
                violations.add("a look failed: " + e.getMessage());
            }
        }
    }

    /** Stream and tables, row by row. */
    private void check(Life life) throws IOException, SQLException, InterruptedException {
        writers.forEach(each -> each.settle(life));
        Map<String, String> stream = values(life);
        Map<String, String> table = new TreeMap<>();
        try (Connection connection = connect(life);
                Statement statement = connection.createStatement()) {
            String places = "select _partition, _offset, ";
            rows(statement, places + "cast(n as varchar) from " + table(), table);
            rows(statement, places + "decode(value) from " + table() + "_unfit", table);
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
        long all = 0;
        for (Writing each : writers) {
            all += each.rows.get() + each.unfit.get();
        }
        if (stream.size() != all) {
            violations.add("%d records, and %d were acknowledged".formatted(stream.size(), all));
        }
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

    /** Values by place. */
    private Map<String, String> values(Life life) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                http.send(
                        life.request("/streams/" + stream() + "/records?from=beginning&idle=300")
                                .header("Accept", "application/x-ndjson")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException("the stream was answered " + answer.statusCode());
        }
        Map<String, String> values = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(answer.body())) {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                long partition = -1;
                long offset = -1;
                String value = "";
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken token = parser.nextToken();
                    switch (name) {
                        case "partition" -> partition = parser.getLongValue();
                        case "offset" -> offset = parser.getLongValue();
                        case "value" -> value = raw(parser, answer.body());
                        default -> {
                            if (token.isStructStart()) {
                                parser.skipChildren();
                            }
                        }
                    }
                }
                values.put(partition + ":" + offset, value);
            }
        }
        return values;
    }

    private static String raw(JsonParser parser, byte[] text) throws IOException {
        int begin = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        return new String(
                text, begin, (int) parser.currentLocation().getByteOffset() - begin, UTF_8);
    }
}
