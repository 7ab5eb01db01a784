package org.domicile.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A partitioned table of each format that the program's SQL makes and all engines read, by
 * conditions on each of its partitions' fields too, and write in turn; what the use log says of the
 * files that they opened for it; partitioned tables that the engines make and SQL reads; what
 * becomes of the numbers of rows of format 3; and all of it again when SQL has packed the rows, and
 * when the server has compacted tables by itself. Owned by one thread.
 */
final class EngineLayouts {
    private static final int FIRST = 8;
    private static final int ADDED = 4;
    private static final long PATIENCE_SECONDS = 120;

    /** Steps, in the list of gaps too: reading rows' numbers, and giving each row its own. */
    static final String LINEAGE = "lineage";

    static final String NUMBERS = "number rows";

    private final Server server;
    private final String data;
    private final OwnSql own;
    private final Map<Engines.Engine, Orders> running;
    private final EngineSteps steps;

    EngineLayouts(
            Server server,
            String data,
            OwnSql own,
            Map<Engines.Engine, Orders> running,
            EngineSteps steps) {
        this.server = server;
        this.data = data;
        this.own = own;
        this.running = running;
        this.steps = steps;
    }

    static String kind(String format) {
        return "partitioned " + format;
    }

    static String table(String format) {
        return "parted_" + format;
    }

    /** Half of the rows are of the north and of one day, the others of the south and of another. */
    static List<String> values(long n, String word) {
        return List.of(
                Long.toString(n),
                (n % 2 == 0 ? "north " : "south ") + word,
                "%d.%02d".formatted(n, n % 100),
                LocalDate.of(2026, 1, 1).plusDays(n % 2).toString(),
                "2026-02-0%d 12:30:15.1234%02d".formatted(1 + n % 2, n % 100));
    }

    /** The table of a format as it was left. */
    final class Laid {
        private final String format;
        private final EngineSteps.Expected expected;
        private final Numbers numbers;

        private Laid(String format, EngineSteps.Expected expected, Numbers numbers) {
            this.format = format;
            this.expected = expected;
            this.numbers = numbers;
        }

        /** What all read when the server has compacted it. */
        void compacted() throws IOException {
            numbers.after("the server's compaction", Set.of(), Engines.Engine.DOMICILE);
            agree(format, expected, EngineSteps.COMPACTED);
            numbers.all("the server's compaction");
        }
    }

    /** All of it for one format, but for what the server does by itself. */
    Laid run(String format) throws IOException, InterruptedException {
        String table = table(format);
        String kind = kind(format);
        EngineSteps.Expected expected = new EngineSteps.Expected();
        done("create", table, format, "partitioned");
        own.set(table, "self-optimizing.enabled", "false");
        insert(Engines.Engine.DOMICILE, own, format, table, expected, FIRST);
        Numbers numbers = new Numbers(format, expected);
        for (Map.Entry<Engines.Engine, Orders> each : running.entrySet()) {
            Engines.Engine engine = each.getKey();
            Orders orders = each.getValue();
            steps.read(engine, orders, kind, EngineSteps.READ, expected.rows(), "read", table);
            finds(engine, orders, format, expected);
            numbers.before();
            insert(engine, orders, format, table, expected, ADDED);
            numbers.after("insert of " + engine.word(), Set.of(), engine);
            numbers.all("insert of " + engine.word(), LINEAGE + " in turn", Map.of(engine, orders));
            // one of its own, if it could add any, and one of those that were there first
            Set<Long> chosen = new HashSet<>(List.of(expected.next() - 3, 3L));
            for (long n : chosen) {
                String word = values(n, "changed by " + engine.word()).get(1);
                numbers.before();
                if (steps.ask(engine, orders, kind, "update", table, Long.toString(n), word)) {
                    expected.word(n, word);
                }
                numbers.after("update of " + engine.word(), Set.of(n), engine);
            }
            long last = expected.next() - 1;
            numbers.before();
            if (steps.ask(engine, orders, kind, "delete", table, Long.toString(last))) {
                expected.remove(last);
            }
            numbers.after("delete of " + engine.word(), Set.of(), engine);
            steps.read(engine, orders, kind, EngineSteps.READ, expected.rows(), "read", table);
            steps.read(
                    Engines.Engine.DOMICILE,
                    own,
                    kind,
                    "read after " + engine.word(),
                    expected.rows(),
                    "read",
                    table);
            made(engine, orders, format);
        }
        agree(format, expected, EngineSteps.AGREE);
        numbers.before();
        done("run", "alter table " + table + " execute optimize");
        numbers.after("optimize", Set.of(), Engines.Engine.DOMICILE);
        agree(format, expected, EngineSteps.PACKED);
        numbers.all("optimize");
        worn(format, expected);
        numbers.before();
        steps.counts().put("rows of table " + kind, (long) expected.size());
        return new Laid(format, expected, numbers);
    }

    /** Small files and deletes of all, for the server to compact. */
    private void worn(String format, EngineSteps.Expected expected) throws IOException {
        String table = table(format);
        for (Map.Entry<Engines.Engine, Orders> each : running.entrySet()) {
            long first = expected.next();
            if (insert(each.getKey(), each.getValue(), format, table, expected, 2)
                    && steps.ask(
                            each.getKey(),
                            each.getValue(),
                            kind(format),
                            "delete",
                            table,
                            Long.toString(first))) {
                expected.remove(first);
            }
        }
    }

    private void agree(String format, EngineSteps.Expected expected, String when)
            throws IOException {
        for (Map.Entry<Engines.Engine, Orders> each : running.entrySet()) {
            steps.read(
                    each.getKey(),
                    each.getValue(),
                    kind(format),
                    when,
                    expected.rows(),
                    "read",
                    table(format));
        }
    }

    private void done(String... order) throws IOException {
        try {
            own.ask(order);
        } catch (Orders.Failed e) {
            throw new IOException(String.join(" ", order) + ": " + e.why(), e);
        }
    }

    private boolean insert(
            Engines.Engine engine,
            Orders orders,
            String format,
            String table,
            EngineSteps.Expected expected,
            int count)
            throws IOException {
        List<String> words = new ArrayList<>(List.of("insert", table));
        List<List<String>> rows = new ArrayList<>();
        for (long n = expected.next(); n < expected.next() + count; n++) {
            List<String> row = values(n, engine.word() + " ü 'quoted' " + n);
            words.addAll(row);
            rows.add(row);
        }
        if (steps.ask(engine, orders, kind(format), words.toArray(String[]::new))) {
            rows.forEach(expected::put);
            return true;
        }
        return false;
    }

    /** A partitioned table that the engine makes and fills, and SQL reads. */
    private void made(Engines.Engine engine, Orders orders, String format) throws IOException {
        String table = "parted_" + format + "_" + engine.word();
        if (!steps.ask(engine, orders, kind(format), "create", table, format, "partitioned")) {
            return;
        }
        EngineSteps.Expected expected = new EngineSteps.Expected();
        if (insert(engine, orders, format, table, expected, FIRST)) {
            steps.read(
                    Engines.Engine.DOMICILE,
                    own,
                    kind(format),
                    "read what was made by " + engine.word(),
                    expected.rows(),
                    "read",
                    table);
            for (List<String> each : conditions(1)) {
                steps.read(
                        Engines.Engine.DOMICILE,
                        own,
                        kind(format),
                        "find in what was made by " + engine.word(),
                        expected.rows(each.getFirst(), each.get(1)),
                        "find",
                        table,
                        each.getFirst(),
                        each.get(1));
            }
        }
    }

    private static List<List<String>> conditions(long n) {
        return List.of(
                List.of("n", Long.toString(n)),
                List.of("word", "north"),
                List.of("day", "2026-01-02"),
                List.of("at", "2026-02-01"));
    }

    // which files they open

    /** By each field of the partitioning, and what the use log says of it. */
    private void finds(
            Engines.Engine engine, Orders orders, String format, EngineSteps.Expected expected)
            throws IOException, InterruptedException {
        String table = table(format);
        State state = state(table);
        Map<String, Long> from = new TreeMap<>();
        Map<String, Long> to = new TreeMap<>();
        int wrong = steps.wrong().size();
        for (List<String> each : conditions(2)) {
            String column = each.getFirst();
            from.put(column, state(table).use());
            steps.read(
                    engine,
                    orders,
                    kind(format),
                    EngineSteps.FIND + " by " + column,
                    expected.rows(column, each.get(1)),
                    "find",
                    table,
                    column,
                    each.get(1));
            to.put(column, state(table).use());
        }
        if (steps.wrong().size() > wrong) {
            return;
        }
        Map<String, Integer> opened = new TreeMap<>();
        if (engine == Engines.Engine.DOMICILE) {
            // its uses name the table, and explain the files
            for (List<String> each : conditions(2)) {
                opened.put(each.getFirst(), own.files(table, each.getFirst(), each.get(1)));
            }
        } else {
            opened.putAll(opened(state, from, to));
        }
        opened.forEach((column, files) -> {
            if (files < 1 || files >= state.files()) {
                steps.wrong()
                        .add(
                                "%s opens %d of %d files of table %s to find by %s"
                                        .formatted(
                                                engine.word(),
                                                files,
                                                state.files(),
                                                kind(format),
                                                column));
            } else {
                steps.passed(1);
            }
        });
        steps.say(
                "%s, table %s: of %d files opened by %s"
                        .formatted(
                                engine.word(),
                                kind(format),
                                state.files(),
                                opened.toString().replaceAll("[{}]", "")));
    }

    /**
     * How many files of rows and deletes the use log says were opened.
     *
     * @param from the use before, by name @param to the use behind
     */
    private Map<String, Integer> opened(State state, Map<String, Long> from, Map<String, Long> to)
            throws IOException, InterruptedException {
        Map<String, Set<String>> objects = new TreeMap<>();
        from.keySet().forEach(name -> objects.put(name, new HashSet<>()));
        List<String> uses =
                Server.command(
                                "uses",
                                "--data",
                                data,
                                "--bucket",
                                state.bucket(),
                                "--object",
                                state.place(),
                                "--last",
                                "15m",
                                "--limit",
                                "10000",
                                "--json")
                        .lines()
                        .toList();
        for (String line : uses) {
            Map<String, String> use = Server.json(line.getBytes(StandardCharsets.UTF_8));
            long number = Long.parseLong(use.getOrDefault("number", "0"));
            String object = use.getOrDefault("object", "");
            objects.forEach((name, found) -> {
                if (number > from.getOrDefault(name, 0L)
                        && number < to.getOrDefault(name, 0L)
                        && object.contains("/data/")) {
                    found.add(object);
                }
            });
        }
        Map<String, Integer> counts = new TreeMap<>();
        objects.forEach((name, found) -> counts.put(name, found.size()));
        return counts;
    }

    /**
     * What the catalog says of a table now.
     *
     * @param use the number of this asking @param files of rows and of deletes
     */
    private record State(
            long use, String bucket, String place, String snapshot, String operation, long files) {}

    private State state(String table) throws IOException, InterruptedException {
        try (S3Client catalog = server.catalog()) {
            S3Client.Answer answer =
                    catalog.send(
                            "GET",
                            "iceberg/v1/namespaces/engines/tables/" + table,
                            Map.of(),
                            Map.of(),
                            new byte[0]);
            Map<String, String> found = Server.json(answer.body());
            String location = found.getOrDefault("metadata.location", "");
            String[] parts = location.split("/", -1);
            return new State(
                    Long.parseLong(answer.use().substring(answer.use().lastIndexOf('/') + 1)),
                    parts[2],
                    parts[3],
                    found.getOrDefault("metadata.current-snapshot-id", ""),
                    // snapshots stand in their order, so the last one's are what is left
                    found.getOrDefault("metadata.summary.operation", ""),
                    Long.parseLong(found.getOrDefault("metadata.summary.total-data-files", "0"))
                            + Long.parseLong(
                                    found.getOrDefault(
                                            "metadata.summary.total-delete-files", "0")));
        }
    }

    // the server's own compaction

    /** Lets the server compact tables, and waits until it has. */
    void compact(List<String> tables) throws IOException, InterruptedException {
        Map<String, State> before = new TreeMap<>();
        for (String each : tables) {
            before.put(each, state(each));
            own.set(each, "self-optimizing.minor.trigger.file-count", "2");
            own.set(each, "self-optimizing.enabled", "true");
        }
        for (String each : tables) {
            long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
            State state = state(each);
            while (!state.operation().equals("replace")
                    || state.snapshot()
                            .equals(Objects.requireNonNull(before.get(each)).snapshot())) {
                if (System.nanoTime() > end) {
                    steps.wrong()
                            .add(
                                    "the server has not compacted %s in %d s: %s"
                                            .formatted(
                                                    each,
                                                    PATIENCE_SECONDS,
                                                    Server.command(
                                                            "table",
                                                            "show",
                                                            "engines." + each,
                                                            "--data",
                                                            data)));
                    break;
                }
                LockSupport.parkNanos(500_000_000);
                state = state(each);
            }
            steps.say(
                    "the server compacted %s: %d files became %d"
                            .formatted(
                                    each,
                                    Objects.requireNonNull(before.get(each)).files(),
                                    state.files()));
        }
    }

    // the numbers of rows

    /** A row's number and the commit that wrote it last, as an engine reads them. */
    private record Lineage(long id, long written) {}

    /** Watches them over changes, by the first engine that reads them. */
    private final class Numbers {
        private final String format;
        private final EngineSteps.Expected expected;
        private final Set<Long> doubled = new HashSet<>();
        private Map<Long, Lineage> before = Map.of();

        Numbers(String format, EngineSteps.Expected expected) {
            this.format = format;
            this.expected = expected;
        }

        private boolean watched() {
            return format.equals("3") && running.containsKey(Engines.Engine.JAVA);
        }

        private Map<Long, Lineage> read(Orders orders) throws IOException, Orders.Failed {
            Map<Long, Lineage> rows = new TreeMap<>();
            for (String row : orders.ask(LINEAGE, table(format))) {
                String[] parts = row.split("\\|", -1);
                rows.put(
                        Long.parseLong(parts[0]),
                        new Lineage(Long.parseLong(parts[1]), Long.parseLong(parts[2])));
            }
            return rows;
        }

        private Map<Long, Lineage> read() throws IOException {
            try {
                return read(Objects.requireNonNull(running.get(Engines.Engine.JAVA)));
            } catch (Orders.Failed e) {
                throw new IOException(e.why(), e);
            }
        }

        void before() throws IOException {
            if (watched()) {
                before = read();
            }
        }

        /**
         * What did not change is what it was; what the program changed has its number still, and
         * says that it was changed.
         */
        void after(String change, Set<Long> changed, Engines.Engine by) throws IOException {
            if (!watched()) {
                return;
            }
            Map<Long, Lineage> after = read();
            int wrong = steps.wrong().size();
            numbered(after, change, by);
            after.forEach((n, lineage) -> {
                Lineage old = before.get(n);
                if (old == null || lineage.equals(old)) {
                    return;
                }
                if (!changed.contains(n)) {
                    steps.wrong()
                            .add(
                                    "%s: row %d is %s and was %s, and did not change"
                                            .formatted(change, n, lineage, old));
                } else if (lineage.id() != old.id()) {
                    if (by == Engines.Engine.DOMICILE) {
                        steps.wrong()
                                .add(
                                        "%s: row %d is %s and was %s"
                                                .formatted(change, n, lineage, old));
                    } else {
                        steps.say("%s gives row %d another number".formatted(change, n));
                    }
                } else if (lineage.written() <= old.written()) {
                    steps.wrong()
                            .add("%s: row %d is %s and was %s".formatted(change, n, lineage, old));
                }
            });
            for (long n : changed) {
                if (by == Engines.Engine.DOMICILE && Objects.equals(before.get(n), after.get(n))) {
                    steps.wrong().add(change + ": row " + n + " does not say that it changed");
                }
            }
            if (after.size() != expected.size()) {
                steps.wrong().add(change + ": " + after.size() + " rows have numbers");
            }
            steps.passed(steps.wrong().size() == wrong ? 1 : 0);
        }

        /** No two rows have the same number, unless they had it before. */
        private void numbered(Map<Long, Lineage> rows, String change, Engines.Engine by) {
            Map<Long, Long> seen = new TreeMap<>();
            List<String> same = new ArrayList<>();
            rows.forEach((n, lineage) -> {
                Long other = seen.put(lineage.id(), n);
                if (other != null && doubled.add(lineage.id())) {
                    same.add(
                            "%s: rows %d and %d have the same number, %d"
                                    .formatted(change, other, n, lineage.id()));
                }
            });
            if (!same.isEmpty()) {
                steps.failed(by, kind(format), NUMBERS, String.join("; ", same));
            }
        }

        /** All engines that can read the same. */
        void all(String when) throws IOException {
            all(when, LINEAGE, running);
        }

        /** Some of them, as a step of this name. */
        void all(String when, String step, Map<Engines.Engine, Orders> engines) throws IOException {
            if (!watched()) {
                return;
            }
            Map<Long, Lineage> first = read();
            for (Map.Entry<Engines.Engine, Orders> each : engines.entrySet()) {
                try {
                    Map<Long, Lineage> found = read(each.getValue());
                    if (found.equals(first)) {
                        steps.done(each.getKey(), kind(format), step);
                    } else {
                        steps.failed(
                                each.getKey(),
                                kind(format),
                                step,
                                "after %s other numbers than Java reads: %s and not %s"
                                        .formatted(when, found, first));
                    }
                } catch (Orders.Failed e) {
                    steps.failed(each.getKey(), kind(format), step, e.why());
                }
            }
        }
    }
}
