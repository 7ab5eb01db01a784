package org.domicile.proof;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Watches over a stream that is a table, whose server or worker dies under load: what they publish
 * is, row by row and each row once, what the same question finds in the table afterwards. A writer
 * sends numbered events all the time, each request with an Idempotency-Key until it is answered; an
 * event's time is its number's, so that there is one right answer.
 */
final class WatchDeaths {
    private static final String STREAM = "drift.marks";
    private static final int PARTITIONS = 2;
    private static final int NAMES = 8; // keys, so that each partition has some
    private static final int MOST_AT_ONCE = 40;
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final long STEP_MILLIS = 10; // of an event's time
    private static final int WINDOW_STEPS = 100; // a second
    private static final long CLOSING_STEPS = 20 * WINDOW_STEPS;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int WORKERS = 3; // deaths before all is compared
    private static final int SHOWN = 5;

    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},"
                    + "\"who\":{\"type\":\"string\"},\"slot\":{\"type\":\"integer\"},"
                    + "\"twin\":{\"type\":\"integer\"},"
                    + "\"at\":{\"type\":\"string\",\"format\":\"date-time\"}},"
                    + "\"required\":[\"n\",\"who\",\"slot\",\"twin\",\"at\"]}";

    /**
     * A watch and the same as batch SQL over the table.
     *
     * @param continuous Flink's SQL @param batch DuckDB's: the columns in their order, and as
     *     {@code last} the number of the last event that makes the row
     */
    private record Asked(String name, String continuous, String batch, List<String> columns) {
        String stream() {
            return "drift." + name;
        }
    }

    private static final List<Asked> ALL =
            List.of(
                    new Asked(
                            "thirds",
                            "select n, who from \"drift.marks\" where mod(n, 3) = 0",
                            "select n, who, n as last from marks where n % 3 = 0",
                            List.of("n", "who")),
                    new Asked(
                            "sums",
                            "select who, window_start, count(*) as many, sum(n) as total from"
                                    + " table(tumble(table \"drift.marks\", descriptor(at),"
                                    + " interval '1' second)) group by who, window_start,"
                                    + " window_end",
                            "select who, cast(floor(epoch(\"at\")) as bigint) as window_start,"
                                    + " count(*) as many, cast(sum(n) as bigint) as total,"
                                    + " max(n) as last from marks group by 1, 2",
                            List.of("who", "window_start", "many", "total")),
                    new Asked(
                            "firsts",
                            "select slot, n from (select slot, n, row_number() over (partition by"
                                    + " slot order by at) as place from \"drift.marks\") where"
                                    + " place = 1",
                            "select slot, min(n) as n, max(n) as last from marks group by 1",
                            List.of("slot", "n")),
                    new Asked(
                            "twins",
                            "select a.n as n, b.n as other from \"drift.marks\" a join"
                                    + " \"drift.marks\" b on b.twin = a.n and b.at between a.at and"
                                    + " a.at + interval '1' second",
                            "select a.n, b.n as other, b.n as last from marks a join marks b on"
                                    + " b.twin = a.n",
                            List.of("n", "other")));

    /** What dies. */
    private enum Death {
        WORKER,
        SERVER,
        NOBODY_BUT_A_RESTART;

        /** The first is a worker's, the second a server's, so that few have both. */
        static Death of(int number, Random random) {
            int choice = random.nextInt(20);
            if (number < 2) {
                return number == 0 ? WORKER : SERVER;
            }
            return choice < 10 ? WORKER : choice < 17 ? SERVER : NOBODY_BUT_A_RESTART;
        }
    }

    private final Path work;
    private final long seed;
    private final Consumer<String> told;
    private final Random random;
    private final Random lines;
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final Map<Death, Long> deaths = new HashMap<>();
    private long next; // number, of events
    private String body = "";
    private long requests;
    private long acknowledged; // events
    private long compared;
    private long published;

    WatchDeaths(Path work, long seed, Consumer<String> told) {
        this.work = work;
        this.seed = seed;
        this.told = told;
        this.random = new Random(seed);
        this.lines = new Random(seed + 1);
    }

    Figures run(String word, int count) throws IOException, InterruptedException {
        Files.createDirectories(work.resolve("keys"));
        long begun = System.nanoTime();
        int died = 0;
        int good = 0;
        boolean fresh = true;
        while (violations.isEmpty() && good < count) {
            try (Server server = start()) {
                StreamLife life = new StreamLife(server);
                if (fresh) {
                    prepare(life);
                    fresh = false;
                } else if (died == count || random.nextInt(4) > 0) {
                    good = checked(life, died, begun);
                }
                while (server.isAlive() && violations.isEmpty() && good < count) {
                    int before = died;
                    died += load(life, died, count);
                    // in the same life, for those whose worker alone died
                    if (server.isAlive() && died > before) {
                        good = checked(life, died, begun);
                    }
                }
            } catch (Server.Died | SQLException e) {
                violations.add(String.valueOf(e.getMessage()));
            }
        }
        Map<String, Long> more = new TreeMap<>();
        more.put("events", acknowledged);
        more.put("results", published);
        more.put("rows compared", compared);
        more.put("of workers", deaths.getOrDefault(Death.WORKER, 0L));
        more.put("of servers", deaths.getOrDefault(Death.SERVER, 0L));
        more.put("restarts", deaths.getOrDefault(Death.NOBODY_BUT_A_RESTART, 0L));
        more.put("seconds", Duration.ofNanos(System.nanoTime() - begun).toSeconds());
        return new Figures(
                word, good, violations.isEmpty() ? 0 : 1, 0, more, seed, List.copyOf(violations));
    }

    /** Compares all. @return how many deaths have left nothing wrong */
    private int checked(StreamLife life, int died, long begun)
            throws IOException, SQLException, InterruptedException {
        check(life);
        told.accept(
                "%d deaths, %,d events, %,d results, %.1f s a death%s"
                        .formatted(
                                died,
                                acknowledged,
                                published,
                                (System.nanoTime() - begun) / 1e9 / died,
                                violations.isEmpty() ? "" : ": " + violations));
        return violations.isEmpty() ? died : 0;
    }

    private Server start() throws IOException, Server.Died, InterruptedException {
        // many checkpoints in a short life, in which one SQL session is opened
        return Server.ready(work, "watches.pace=300ms", "sql.warm=0");
    }

    private static void prepare(StreamLife life) throws IOException, InterruptedException {
        life.stream(STREAM, PARTITIONS);
        life.schema(STREAM, "JSON", SCHEMA);
        life.table(STREAM);
        for (Asked each : ALL) {
            life.stream(each.stream(), 1);
            StreamLife.done(
                    life.request("/watches/" + each.name())
                            .timeout(PATIENCE) // the first starts the worker
                            .PUT(
                                    HttpRequest.BodyPublishers.ofString(
                                            "{\"sql\":\"%s\",\"to\":\"%s\",\"lateSeconds\":1,\"from\":\"beginning\"}"
                                                    .formatted(
                                                            each.continuous().replace("\"", "\\\""),
                                                            each.stream()))));
        }
    }

    // writing

    private void fresh() {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + lines.nextInt(MOST_AT_ONCE); i > 0; i--) {
            append(text, next++);
        }
        body = text.toString();
        requests++;
    }

    private static void append(StringBuilder text, long n) {
        text.append(
                "{\"n\":%d,\"who\":\"w%d\",\"slot\":%d,\"twin\":%d,\"at\":\"%s\"}\n"
                        .formatted(n, n % NAMES, n / 5, n - 7, BEGIN.plusMillis(n * STEP_MILLIS)));
    }

    /** Sends what is there; true when it was answered. */
    private boolean sent(StreamLife life) throws InterruptedException {
        switch (life.send(STREAM + "?key=who", "r" + requests, body)) {
            case StreamLife.Sent.Acknowledged _ -> {
                acknowledged += body.lines().count();
                body = "";
                return true;
            }
            case StreamLife.Sent.Unknown _ -> {}
            case StreamLife.Sent.Refused(String answer) ->
                    violations.add("a request was answered " + answer);
        }
        return false;
    }

    /** A thread that writes until it is ended, through deaths. */
    private final class Writing {
        private final StreamLife life;
        private final Thread thread;
        private volatile boolean ended;

        Writing(StreamLife life) {
            this.life = life;
            this.thread = Thread.ofPlatform().start(this::write);
        }

        private void write() {
            try {
                while (!ended && violations.isEmpty()) {
                    if (body.isEmpty()) {
                        fresh();
                    }
                    if (sent(life)) {
                        LockSupport.parkNanos(Duration.ofMillis(20 + lines.nextInt(100)).toNanos());
                    }
                }
            } catch (InterruptedException e) {
                violations.add("the writer was interrupted");
            }
        }

        void end() throws InterruptedException {
            ended = true;
            thread.join();
        }
    }

    /** Sends what has no answer yet until it has one, or fresh events. */
    private void settle(StreamLife life) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!body.isEmpty() && violations.isEmpty() && !sent(life)) {
            if (System.nanoTime() > end) {
                violations.add("a request is not answered after a death");
            }
        }
    }

    // dying

    /** Lets somebody die, a worker up to three times, or the server. @return how often */
    private int load(StreamLife life, int before, int count)
            throws IOException, InterruptedException {
        Writing writing = new Writing(life);
        int died = 0;
        try {
            while (died < WORKERS && violations.isEmpty() && before + died < count) {
                Death death = Death.of(before + died, random);
                moment(life);
                died++;
                deaths.merge(death, 1L, Long::sum);
                switch (death) {
                    case WORKER -> killWorkers(life);
                    case SERVER -> {
                        life.server().kill();
                        return died;
                    }
                    case NOBODY_BUT_A_RESTART -> {
                        life.server().stop();
                        return died;
                    }
                }
            }
        } finally {
            writing.end();
        }
        return died;
    }

    /** Mostly while all of them run and keep checkpoints, now and then whatever they do. */
    private void moment(StreamLife life) throws IOException, InterruptedException {
        long pause = random.nextInt(2_000);
        if (random.nextInt(4) > 0) {
            Instant since = Instant.now();
            await(
                    life,
                    "no checkpoint of each watch is kept",
                    () -> {
                        for (Asked each : ALL) {
                            Map<String, String> shown = shown(life, each);
                            if (Instant.parse(shown.getOrDefault("checkpoint", BEGIN.toString()))
                                    .isBefore(since)) {
                                return false;
                            }
                        }
                        return true;
                    });
        }
        LockSupport.parkNanos(Duration.ofMillis(pause).toNanos());
    }

    private void killWorkers(StreamLife life) throws IOException, InterruptedException {
        List<ProcessHandle> killed = new ArrayList<>();
        await(
                life,
                "no worker runs",
                () -> {
                    killed.addAll(life.server().watchWorkers());
                    killed.forEach(ProcessHandle::destroyForcibly);
                    return !killed.isEmpty();
                });
        await(
                life,
                "a worker does not die",
                () -> killed.stream().noneMatch(ProcessHandle::isAlive));
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private void await(StreamLife life, String otherwise, Condition condition)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds() && violations.isEmpty()) {
            if (System.nanoTime() > end) {
                StringBuilder how = new StringBuilder(otherwise);
                for (Asked each : ALL) {
                    how.append("; ").append(each.name()).append(": ").append(shown(life, each));
                }
                violations.add(how.toString());
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private static Map<String, String> shown(StreamLife life, Asked asked)
            throws IOException, InterruptedException {
        Map<String, String> all =
                Server.json(StreamLife.done(life.request("/watches/" + asked.name())));
        Map<String, String> some = new LinkedHashMap<>();
        for (String each : List.of("state", "lag", "recordsOut", "checkpoint", "error")) {
            String value = all.get(each);
            if (value != null) {
                some.put(each, value);
            }
        }
        return some;
    }

    // comparing

    /** What was published, beside what the table says. */
    private void check(StreamLife life) throws IOException, SQLException, InterruptedException {
        settle(life);
        long due = next;
        // time goes on in each partition, so that windows end
        next += CLOSING_STEPS;
        StringBuilder closing = new StringBuilder();
        for (int i = 0; i < 2 * NAMES; i++) {
            append(closing, next++);
        }
        body = closing.toString();
        requests++;
        settle(life);
        try (Connection connection = life.connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet all = statement.executeQuery("select count(*) from marks")) {
                all.next();
                if (all.getLong(1) != acknowledged) {
                    violations.add(
                            "%,d rows, and %,d events were acknowledged"
                                    .formatted(all.getLong(1), acknowledged));
                }
            }
            long results = 0;
            for (Asked each : ALL) {
                results += compare(life, each, expected(statement, each, due));
            }
            published = results;
        }
    }

    /** All rows that may be there; and those of them that have to be. */
    private record Expected(Set<String> all, Set<String> due) {}

    private static Expected expected(Statement statement, Asked asked, long due)
            throws SQLException {
        Expected rows = new Expected(new TreeSet<>(), new TreeSet<>());
        try (ResultSet found = statement.executeQuery(asked.batch())) {
            while (found.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= asked.columns().size(); i++) {
                    row.append('|').append(found.getString(i));
                }
                rows.all().add(row.toString());
                if (found.getLong("last") < due) {
                    rows.due().add(row.toString());
                }
            }
        }
        return rows;
    }

    private long compare(StreamLife life, Asked asked, Expected expected)
            throws IOException, InterruptedException {
        Map<String, Integer> found = new HashMap<>();
        await(
                life,
                asked.name() + " has not published all of its rows",
                () -> {
                    found.clear();
                    found.putAll(found(life, asked));
                    return found.keySet().containsAll(expected.due());
                });
        List<String> wrong = new ArrayList<>();
        expected.due().stream()
                .filter(row -> !found.containsKey(row))
                .forEach(row -> wrong.add(row + " is lost"));
        found.forEach((row, times) -> {
            if (!expected.all().contains(row)) {
                wrong.add(row + " is not what SQL finds");
            } else if (times > 1) {
                wrong.add(row + " is there %d times".formatted(times));
            }
        });
        wrong.stream().limit(SHOWN).forEach(each -> violations.add(asked.name() + ": " + each));
        compared += expected.due().size();
        return found.size();
    }

    private static Map<String, Integer> found(StreamLife life, Asked asked)
            throws IOException, InterruptedException {
        Map<String, Integer> rows = new HashMap<>();
        for (String value : life.values(asked.stream(), 0).values()) {
            rows.merge(row(value, asked.columns()), 1, Integer::sum);
        }
        return rows;
    }

    private static String row(String value, List<String> columns) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(value)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, parser.getText());
            }
        }
        StringBuilder row = new StringBuilder();
        for (String each : columns) {
            String text = fields.getOrDefault(each, "");
            row.append('|')
                    .append(
                            each.equals("window_start")
                                    ? LocalDateTime.parse(text).toEpochSecond(ZoneOffset.UTC)
                                    : text);
        }
        return row.toString();
    }
}
