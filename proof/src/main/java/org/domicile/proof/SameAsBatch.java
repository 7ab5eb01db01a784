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
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Continuous is batch: what watches find in two streams is what SQL finds in the tables of the same
 * streams, row by row, once. In each schedule the events are cut into requests at random, come in
 * random order within what watches wait for, and workers and server die or stop in between. Events
 * that come later than watches wait for are published at the end: a table has them, and so has a
 * watch that asks for no time; no window, no join and no pattern counts them.
 */
final class SameAsBatch {
    /** What watches wait for; events of a schedule come behind newer ones by less. */
    private static final int WAIT_SECONDS = 4;

    private static final int MOST_BEHIND = 1_000 * WAIT_SECONDS; // milliseconds

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final int LEVELS = 600;
    private static final int GATES = 200;
    private static final int SPAN = 60_000; // milliseconds
    private static final int LATE = 10;
    private static final int FIRST_LATE = 1_000_000; // by number

    /** Events that say that time has gone on: so many keys that each partition has one. */
    private static final int ENDS = 12;

    private static final String END = "end-";
    private static final int LAST_STAGE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int LONGEST_IDLE = 2_000; // milliseconds

    /** Answers without the end of a stage, until the next wait for longer. */
    private static final int MANY = 10;

    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},"
                    + "\"station\":{\"type\":\"string\"},\"level\":{\"type\":\"integer\"},"
                    + "\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
                    + "\"late\":{\"type\":\"boolean\"}},"
                    + "\"required\":[\"n\",\"station\",\"level\",\"at\",\"late\"]}";

    /**
     * One question in both languages. {@code {levels}} and {@code {gates}} are the streams or what
     * of them came in time, {@code {all}} what came at all.
     *
     * @param columns of a watch's results, in the order that the batch has them
     */
    private record Question(String name, String watch, List<String> columns, String batch) {}

    private static final List<Question> QUESTIONS =
            List.of(
                    new Question(
                            "filter",
                            "select n, station, level * 2 as twice from {levels} where level > 150",
                            List.of("n", "station", "twice"),
                            "select n, station, level * 2 from {all} where level > 150"),
                    new Question(
                            "tumble",
                            "select station, window_end, count(*) as many, sum(level) as total,"
                                    + " max(level) as top from table(tumble(table {levels},"
                                    + " descriptor(at), interval '10' second))"
                                    + " group by station, window_start, window_end",
                            List.of("station", "window_end", "many", "total", "top"),
                            "select station, (epoch_ms(\"at\") // 10000 + 1) * 10000, count(*),"
                                    + " sum(level), max(level) from {levels} group by 1, 2"),
                    new Question(
                            "hop",
                            "select station, window_end, count(*) as many, sum(level) as total"
                                    + " from table(hop(table {levels}, descriptor(at),"
                                    + " interval '5' second, interval '15' second))"
                                    + " group by station, window_start, window_end",
                            List.of("station", "window_end", "many", "total"),
                            "select station, (epoch_ms(\"at\") // 5000 + 1 + k) * 5000, count(*),"
                                    + " sum(level) from (select *, unnest([0, 1, 2]) as k"
                                    + " from {levels}) group by 1, 2"),
                    new Question(
                            "session",
                            "select station, window_start, count(*) as many, sum(level) as total"
                                    + " from table(session(table {levels} partition by station,"
                                    + " descriptor(at), interval '1' second))"
                                    + " group by station, window_start, window_end",
                            List.of("station", "window_start", "many", "total"),
                            "with m as (select *, case when epoch_ms(\"at\")"
                                    + " - lag(epoch_ms(\"at\")) over w > 1000 then 1 else 0 end"
                                    + " as fresh from {levels}"
                                    + " window w as (partition by station order by \"at\")),"
                                    + " s as (select *, sum(fresh) over (partition by station"
                                    + " order by \"at\" rows unbounded preceding) as g from m)"
                                    + " select station, min(epoch_ms(\"at\")), count(*), sum(level)"
                                    + " from s group by station, g"),
                    new Question(
                            "first",
                            "select station, level, n from (select *, row_number() over"
                                    + " (partition by station, level order by at) as place"
                                    + " from {levels}) where place = 1",
                            List.of("station", "level", "n"),
                            "select station, level, n from {levels} qualify row_number() over"
                                    + " (partition by station, level order by \"at\") = 1"),
                    new Question(
                            "join",
                            "select a.station as station, a.n as n, b.n as gate from {levels} a"
                                    + " join {gates} b on a.station = b.station"
                                    + " and b.at between a.at and a.at + interval '3' second",
                            List.of("station", "n", "gate"),
                            "select a.station, a.n, b.n from {levels} a join {gates} b"
                                    + " on a.station = b.station and b.\"at\""
                                    + " between a.\"at\" and a.\"at\" + interval 3 seconds"),
                    new Question(
                            "pattern",
                            "select station, high, low from {levels} match_recognize ("
                                    + "partition by station order by at measures a.n as high,"
                                    + " b.n as low one row per match after match skip past last"
                                    + " row pattern (a b) define a as a.level > 120,"
                                    + " b as b.level < 80) as m",
                            List.of("station", "high", "low"),
                            "select station, n, m from (select station, n, level,"
                                    + " lead(n) over w as m, lead(level) over w as next"
                                    + " from {levels} window w as (partition by station"
                                    + " order by \"at\")) where level > 120 and next < 80"),
                    new Question(
                            "over",
                            "select station, n, sum(level) over (partition by station order by at"
                                    + " range between interval '5' second preceding and current"
                                    + " row) as total from {levels}",
                            List.of("station", "n", "total"),
                            "select station, n, sum(level) over (partition by station"
                                    + " order by \"at\" range between interval 5 seconds preceding"
                                    + " and current row) from {levels}"));

    /** What happens between two requests. */
    enum Fate {
        /** The worker that runs the watches is killed. */
        WORKER,
        /** All is killed. */
        SERVER,
        /** The server is stopped and started again. */
        RESTART
    }

    private enum Side {
        LEVELS,
        GATES
    }

    private record Event(Side side, long n, String station, int level, long at, boolean late) {
        String line() {
            return "{\"n\":%d,\"station\":\"%s\",\"level\":%d,\"at\":\"%s\",\"late\":%b}\n"
                    .formatted(n, station, level, BEGIN.plusMillis(at), late);
        }
    }

    private final Path work;
    private final long seed;
    private final Consumer<String> told;
    private final List<Question> questions;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build();
    private final List<String> violations = new ArrayList<>();
    private final Map<Fate, Long> fates = new TreeMap<>();
    private Server server;

    /**
     * An answer ends when so many milliseconds nothing came; on a busy machine that is too soon.
     */
    private int idle = 50;

    private long compared;
    private long requests;

    private SameAsBatch(
            Path work, long seed, Consumer<String> told, List<Question> questions, Server server) {
        this.questions = questions;
        this.work = work;
        this.seed = seed;
        this.told = told;
        this.server = server;
    }

    /** All questions, and schedules whose deaths are chosen by the seed, too. */
    static Figures run(Path work, long seed, Consumer<String> told, String word, int count)
            throws IOException, InterruptedException {
        return run(work, seed, told, word, count, List.of(), Set.of());
    }

    /**
     * @param fates what happens in each, in order; none for what the seed chooses
     * @param names of questions; none for all
     */
    static Figures run(
            Path work,
            long seed,
            Consumer<String> told,
            String word,
            int count,
            List<Fate> fates,
            Set<String> names)
            throws IOException, InterruptedException {
        Files.createDirectories(work.resolve("keys"));
        SameAsBatch all;
        try {
            List<Question> questions =
                    QUESTIONS.stream()
                            .filter(each -> names.isEmpty() || names.contains(each.name()))
                            .toList();
            all = new SameAsBatch(work, seed, told, questions, start(work));
        } catch (Server.Died e) {
            throw new IOException(e.getMessage(), e);
        }
        try {
            return all.run(word, count, fates);
        } finally {
            all.server.close();
        }
    }

    private static Server start(Path work) throws IOException, Server.Died, InterruptedException {
        return Server.ready(work, "watches.pace=300ms", "streams.commit=1s", "sql.warm=0");
    }

    private Figures run(String word, int count, List<Fate> chosen)
            throws IOException, InterruptedException {
        int passed = 0;
        for (int i = 0; i < count && violations.isEmpty(); i++) {
            // each has a seed of its own, so that one can be run alone
            Random deaths = new Random(~(seed + i));
            List<Fate> now = chosen;
            if (chosen.isEmpty()) {
                now =
                        deaths.ints(deaths.nextInt(3), 0, Fate.values().length)
                                .mapToObj(each -> Fate.values()[each])
                                .toList();
            }
            List<Integer> moments =
                    deaths.ints(now.size(), 0, LEVELS + GATES).sorted().boxed().toList();
            try {
                play(i, new Random(seed + i), now, moments);
            } catch (Server.Died | SQLException e) {
                violations.add(String.valueOf(e.getMessage()));
            }
            passed += violations.isEmpty() ? 1 : 0;
            if (!violations.isEmpty()) {
                violations.add(
                        "of the schedule that --count 1 --seed %d is, with %s"
                                .formatted(seed + i, now));
            }
            told.accept(
                    "%d schedules, the last with %s: %,d results compared"
                            .formatted(i + 1, now, compared));
        }
        Map<String, Long> more = new TreeMap<>();
        more.put("results compared", compared);
        more.put("requests", requests);
        fates.forEach((fate, times) ->
                more.put("times " + fate.name().toLowerCase(java.util.Locale.ROOT), times));
        return new Figures(
                word, passed, violations.isEmpty() ? 0 : 1, 0, more, seed, List.copyOf(violations));
    }

    // one schedule

    private static String stream(Side side, int schedule) {
        return "laws." + side.name().toLowerCase(java.util.Locale.ROOT) + schedule;
    }

    private static String found(Question question, int schedule) {
        return "laws." + question.name() + schedule;
    }

    /**
     * @param moments behind which of the events each of the fates is met
     */
    private void play(int schedule, Random random, List<Fate> chosen, List<Integer> moments)
            throws IOException, InterruptedException, Server.Died, SQLException {
        for (Side side : Side.values()) {
            make(stream(side, schedule), 1 + random.nextInt(3));
            register(stream(side, schedule));
            ask("PUT", "/streams/" + stream(side, schedule) + "/table", "");
        }
        for (Question each : questions) {
            make(found(each, schedule), 1);
            ask("PUT", "/watches/" + each.name() + schedule, wanted(each, schedule));
        }
        // one that publishes what it reads is stopped in the middle: no affair of the others
        String other = "other" + schedule;
        make("laws." + other, 1);
        ask(
                "PUT",
                "/watches/" + other,
                "{\"sql\":\"select n from \\\"%s\\\"\",\"to\":\"laws.%s\",\"from\":\"beginning\"}"
                        .formatted(stream(Side.LEVELS, schedule), other));
        List<Event> events = events(random);
        int stopped = random.nextInt(events.size());
        int next = 0;
        for (int i = 0; i < events.size(); ) {
            int cut =
                    Math.min(events.size(), i + 1 + random.nextInt(random.nextBoolean() ? 5 : 150));
            publish(schedule, events.subList(i, cut));
            if (i <= stopped && stopped < cut) {
                ask("DELETE", "/watches/" + other, "");
            }
            i = cut;
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(40)).toNanos());
            while (next < moments.size() && moments.get(next) < i) {
                meet(chosen.get(next++));
            }
        }
        end(schedule, 1, SPAN);
        publish(schedule, late(random));
        end(schedule, LAST_STAGE, 2 * SPAN);
        compare(schedule);
        for (Question each : questions) {
            ask("DELETE", "/watches/" + each.name() + schedule, "");
            ask("DELETE", "/streams/" + found(each, schedule), "");
        }
        ask("DELETE", "/streams/laws." + other, "");
        for (Side side : Side.values()) {
            ask("DELETE", "/streams/" + stream(side, schedule), "");
        }
    }

    private void meet(Fate fate) throws IOException, InterruptedException, Server.Died {
        fates.merge(fate, 1L, Long::sum);
        switch (fate) {
            case WORKER ->
                    server.descendants()
                            .filter(SameAsBatch::watches)
                            .forEach(each -> {
                                each.destroyForcibly();
                            });
            case SERVER -> {
                server.kill();
                server = start(work);
            }
            case RESTART -> {
                server.stop();
                server = start(work);
            }
        }
    }

    private static boolean watches(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .contains("org.domicile.flink.Main");
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    /** In the order in which they are published. */
    private static List<Event> events(Random random) {
        List<Event> events = new ArrayList<>();
        add(events, Side.LEVELS, LEVELS, random);
        add(events, Side.GATES, GATES, random);
        Map<Event, Long> comes = new HashMap<>();
        events.forEach(each -> comes.put(each, each.at() + random.nextInt(MOST_BEHIND)));
        events.sort(Comparator.comparing(each -> comes.getOrDefault(each, 0L)));
        return events;
    }

    /** No two at the same time: which is first is known. */
    private static void add(List<Event> events, Side side, int count, Random random) {
        int step = SPAN / count;
        for (int i = 0; i < count; i++) {
            events.add(
                    new Event(
                            side,
                            i,
                            "s" + random.nextInt(6),
                            random.nextInt(200),
                            (long) i * step + random.nextInt(step),
                            false));
        }
    }

    /** Of windows that have ended. */
    private static List<Event> late(Random random) {
        List<Event> late = new ArrayList<>();
        for (int i = 0; i < LATE; i++) {
            late.add(
                    new Event(
                            i % 3 == 0 ? Side.GATES : Side.LEVELS,
                            FIRST_LATE + i,
                            "s" + random.nextInt(6),
                            random.nextInt(200),
                            random.nextInt(SPAN),
                            true));
        }
        return late;
    }

    /** Time goes on, and each watch has found something that shows it. */
    private void end(int schedule, int stage, long at) throws IOException, InterruptedException {
        for (int wave = 0; wave < 3; wave++) {
            List<Event> ends = new ArrayList<>();
            for (int i = 0; i < ENDS; i++) {
                for (Side side : Side.values()) {
                    ends.add(
                            new Event(
                                    side,
                                    2_000_000 + wave,
                                    END + stage + "-" + i,
                                    wave == 1 ? 0 : 1_000,
                                    at + (wave + 1) * 10_000L,
                                    false));
                }
            }
            publish(schedule, ends);
        }
        long patience = System.nanoTime() + PATIENCE.toNanos();
        for (Question each : questions) {
            for (int asked = 1; ended(each, schedule, stage) < ENDS; asked++) {
                if (asked % MANY == 0) {
                    readForLonger();
                }
                if (System.nanoTime() > patience) {
                    throw new IOException(
                            "the watch does not come to an end: "
                                    + ask("GET", "/watches/" + each.name() + schedule, ""));
                }
                LockSupport.parkNanos(100_000_000);
            }
        }
    }

    private int ended(Question question, int schedule, int stage)
            throws IOException, InterruptedException {
        return ended(results(question, schedule), stage);
    }

    private static int ended(List<Map<String, String>> results, int stage) {
        Set<String> stations = new HashSet<>();
        for (Map<String, String> each : results) {
            String station = each.getOrDefault("station", "");
            if (station.startsWith(END + stage)) {
                stations.add(station);
            }
        }
        return stations.size();
    }

    // what is compared

    private void compare(int schedule) throws IOException, InterruptedException, SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (Question each : questions) {
                List<String> continuous = new ArrayList<>();
                for (Map<String, String> result : all(each, schedule)) {
                    if (counts(each, result)) {
                        continuous.add(row(result, each.columns()));
                    }
                }
                List<String> batch = batch(statement, each, schedule);
                continuous.sort(Comparator.naturalOrder());
                batch.sort(Comparator.naturalOrder());
                compared += batch.size();
                if (batch.isEmpty()) {
                    violations.add(each.name() + ": there is nothing to compare");
                }
                if (!continuous.equals(batch)) {
                    violations.add(difference(each, continuous, batch));
                }
            }
        }
    }

    /**
     * What says that time has gone on is no part of it. A sum over the rows before each is found
     * for a late row, too, of what is remembered then: that is no answer that batch has.
     */
    private static boolean counts(Question question, Map<String, String> result) {
        return !result.getOrDefault("station", "").startsWith(END)
                && !(question.name().equals("over")
                        && Long.parseLong(result.getOrDefault("n", "")) >= FIRST_LATE);
    }

    private static String difference(
            Question question, List<String> continuous, List<String> batch) {
        List<String> more = new ArrayList<>(continuous);
        batch.forEach(more::remove);
        List<String> less = new ArrayList<>(batch);
        continuous.forEach(less::remove);
        return "%s: the watch found %d, batch %d; %d only the watch: %s; %d only batch: %s"
                .formatted(
                        question.name(),
                        continuous.size(),
                        batch.size(),
                        more.size(),
                        more.subList(0, Math.min(5, more.size())),
                        less.size(),
                        less.subList(0, Math.min(5, less.size())));
    }

    private static String row(Map<String, String> result, List<String> columns) {
        List<String> values = new ArrayList<>();
        for (String each : columns) {
            String value = result.getOrDefault(each, "?");
            values.add(
                    each.startsWith("window_")
                            ? Long.toString(
                                    LocalDateTime.parse(value)
                                            .toInstant(ZoneOffset.UTC)
                                            .toEpochMilli())
                            : value);
        }
        return String.join("|", values);
    }

    private static List<String> batch(Statement statement, Question question, int schedule)
            throws SQLException {
        String some = "(select * from %s where station not like '" + END + "%%'%s)";
        String sql =
                question.batch()
                        .replace(
                                "{levels}",
                                some.formatted(stream(Side.LEVELS, schedule), " and not late"))
                        .replace(
                                "{gates}",
                                some.formatted(stream(Side.GATES, schedule), " and not late"))
                        .replace("{all}", some.formatted(stream(Side.LEVELS, schedule), ""));
        List<String> rows = new ArrayList<>();
        try (ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= question.columns().size(); i++) {
                    values.add(found.getString(i));
                }
                rows.add(String.join("|", values));
            }
        } catch (SQLException e) {
            throw new SQLException(e.getMessage() + " in " + sql, e.getSQLState(), e);
        }
        return rows;
    }

    private void readForLonger() {
        idle = Math.min(LONGEST_IDLE, 2 * idle);
    }

    /** Once the last stage has ended. */
    private List<Map<String, String>> all(Question question, int schedule)
            throws IOException, InterruptedException {
        long patience = System.nanoTime() + PATIENCE.toNanos();
        List<Map<String, String>> results = results(question, schedule);
        while (ended(results, LAST_STAGE) < ENDS) {
            if (System.nanoTime() > patience) {
                throw new IOException("the results are not read to their end: " + question.name());
            }
            readForLonger();
            results = results(question, schedule);
        }
        return results;
    }

    private List<Map<String, String>> results(Question question, int schedule)
            throws IOException, InterruptedException {
        String all =
                ask(
                        "GET",
                        "/streams/"
                                + found(question, schedule)
                                + "/records?from=beginning&idle="
                                + idle,
                        "");
        List<Map<String, String>> results = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(all)) {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                Map<String, String> values = new HashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean value = parser.currentName().equals("value");
                    if (parser.nextToken().isStructStart()) {
                        if (value) {
                            fields(parser, values);
                        } else {
                            parser.skipChildren();
                        }
                    }
                }
                results.add(values);
            }
        }
        return results;
    }

    private static void fields(JsonParser parser, Map<String, String> into) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            into.put(name, parser.getText());
        }
    }

    // what the server is asked

    private Connection connect() throws IOException, SQLException {
        Properties login = new Properties();
        Signature signature = server.signature();
        login.setProperty("user", signature.accessKey());
        login.setProperty("password", signature.secret());
        return DriverManager.getConnection(
                server.sql().toString().replace("postgresql:", "jdbc:postgresql:") + "/laws",
                login);
    }

    private void make(String name, int partitions) throws IOException, InterruptedException {
        ask("PUT", "/streams/" + name, "{\"partitions\":" + partitions + "}");
    }

    private void register(String stream) throws IOException, InterruptedException {
        ask(
                "POST",
                "/schemas/subjects/" + stream + "-value/versions",
                "{\"schemaType\":\"JSON\",\"schema\":\"" + SCHEMA.replace("\"", "\\\"") + "\"}");
    }

    private static String wanted(Question question, int schedule) {
        String sql =
                question.watch()
                        .replace("{levels}", "\\\"" + stream(Side.LEVELS, schedule) + "\\\"")
                        .replace("{gates}", "\\\"" + stream(Side.GATES, schedule) + "\\\"");
        return "{\"sql\":\"%s\",\"to\":\"%s\",\"lateSeconds\":%d,\"from\":\"beginning\"}"
                .formatted(sql, found(question, schedule), WAIT_SECONDS);
    }

    private void publish(int schedule, List<Event> events)
            throws IOException, InterruptedException {
        for (Side side : Side.values()) {
            StringBuilder lines = new StringBuilder();
            events.stream()
                    .filter(each -> each.side() == side)
                    .forEach(each -> lines.append(each.line()));
            if (!lines.isEmpty()) {
                ask(
                        "POST",
                        "/streams/" + stream(side, schedule) + "?key=station",
                        lines.toString());
                requests++;
            }
        }
    }

    /** Until it is answered: what has just been started may ask for some time. */
    private String ask(String method, String path, String body)
            throws IOException, InterruptedException {
        Signature signature = server.signature();
        String login =
                Base64.getEncoder()
                        .encodeToString(
                                (signature.accessKey() + ":" + signature.secret()).getBytes(UTF_8));
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.web() + path))
                        .timeout(PATIENCE)
                        .header("Authorization", "Basic " + login)
                        .header("Accept", "application/x-ndjson, application/json")
                        .header(
                                "Content-Type",
                                method.equals("POST") && path.startsWith("/streams/")
                                        ? "application/x-ndjson"
                                        : "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        long end = System.nanoTime() + PATIENCE.toNanos();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        while (answer.statusCode() == 503 && System.nanoTime() < end) {
            LockSupport.parkNanos(50_000_000);
            answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        }
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(method + " " + path + ": " + answer.body());
        }
        return answer.body();
    }
}
