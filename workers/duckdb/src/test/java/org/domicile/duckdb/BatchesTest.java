package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.domicile.query.Answer;
import org.domicile.query.Arrived;
import org.domicile.query.At;
import org.domicile.query.Batch;
import org.domicile.query.DataFile;
import org.domicile.query.Failure;
import org.domicile.query.FolderSources;
import org.domicile.query.Limits;
import org.domicile.query.Plan;
import org.domicile.query.Queries;
import org.domicile.query.QueryOptions;
import org.domicile.query.Relation;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.TableName;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Written;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Statements that read several times what the staging holds, and what they leave where. */
@Timeout(120)
class BatchesTest {
    private static final int MIB = 1 << 20;
    private static final Limits SMALL = limits(256, 64);

    /** What is large has it in every row. */
    private static final String MARKER = "planted-marker-";

    /** Enough of it that it is there for sure. */
    private static final int SPILLED = 8 * MIB;

    @TempDir static Path folder;

    private static Limits limits(int memory, int spill) {
        return new Limits(
                (long) memory * MIB,
                2,
                Duration.ofSeconds(60),
                1_000_000,
                2 * MIB,
                (long) spill * MIB,
                4);
    }

    /** All sessions together stage half as much more than one may. */
    private static QueryOptions little(int warm) {
        QueryOptions usual = Workers.options(SMALL);
        return new QueryOptions(
                usual.java(),
                usual.classPath(),
                usual.staging(),
                3 * MIB,
                usual.rows(),
                warm,
                SMALL,
                Map.of());
    }

    @BeforeAll
    static void files() {
        Workers.parquet(
                folder.resolve("a.parquet"),
                "select i as id, '%s' || md5(i::varchar) as word, (i %% 1000)::int as n, i * 0.5 as x,"
                                .formatted(MARKER)
                        + " case when i % 10 = 0 then null else i % 7 end as day, [i, -i] as pair"
                        + " from range(240000) t(i)");
        Workers.parquet(
                folder.resolve("b.parquet"),
                "select i * 3 as id, md5((i + 7)::varchar) as word from range(140000) t(i)");
        Workers.parquet(
                folder.resolve("c.parquet"),
                "select i as id, '%s' || md5(i::varchar) as word, md5((-i)::varchar) as other"
                                .formatted(MARKER)
                        + " from range(800000) t(i)");
    }

    private static <T> T given(Answer<T> answer) {
        return switch (answer) {
            case Answer.Given<T>(T value) -> value;
            case Answer.Failed<T>(Failure failure) -> fail(failure.toString());
        };
    }

    private static Answer<List<String>> rows(Session session, String sql, Sources sources) {
        switch (session.run(sql, List.of(), sources)) {
            case Answer.Failed<Rows>(Failure failure) -> {
                return Answer.failed(failure);
            }
            case Answer.Given<Rows>(Rows rows) -> {
                try (rows) {
                    List<String> all = new ArrayList<>();
                    while (true) {
                        switch (rows.next()) {
                            case Answer.Failed<Optional<Batch>>(Failure failure) -> {
                                return Answer.failed(failure);
                            }
                            case Answer.Given<Optional<Batch>>(Optional<Batch> batch) -> {
                                if (batch.isEmpty()) {
                                    return Answer.of(all);
                                }
                                add(all, rows, batch.get());
                            }
                        }
                    }
                }
            }
        }
    }

    private static void add(List<String> all, Rows rows, Batch batch) {
        for (int row = 0; row < batch.rows(); row++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < rows.columns().size(); i++) {
                Value value = batch.columns().get(i).value(rows.columns().get(i).type(), row);
                text.append(i == 0 ? "" : "|")
                        .append(
                                switch (value) {
                                    case Value.Null _ -> "null";
                                    case Value.Whole(long whole) -> whole;
                                    case Value.Text(String each) -> each;
                                    case Value.Exact(java.math.BigDecimal each) -> each;
                                    case Value.Big(java.math.BigInteger each) -> each;
                                    default -> value;
                                });
            }
            all.add(text.toString());
        }
    }

    /** The engine alone, on the same files. */
    private static List<String> bare(String sql) {
        List<String> all = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            for (String name : List.of("a", "b", "c")) {
                statement.execute(
                        "create view %s as from '%s'"
                                .formatted(name, folder.resolve(name + ".parquet")));
            }
            try (ResultSet rows = statement.executeQuery(sql)) {
                int count = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    StringBuilder text = new StringBuilder();
                    for (int i = 1; i <= count; i++) {
                        text.append(i == 1 ? "" : "|").append(rows.getObject(i));
                    }
                    all.add(text.toString());
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return all;
    }

    /**
     * Found by {@code bench streams --layout}: after hours of reading, nothing could be written.
     */
    @Test
    void whatWasReadBeforeGivesWayToWhatIsWritten() throws Exception {
        List<String> names = List.of("p", "q", "r");
        for (String each : names) {
            Workers.parquet(
                    folder.resolve(each + ".parquet"),
                    "select md5(i::varchar || '%s') as word from range(24000) t(i)"
                            .formatted(each));
        }
        Target.Parquet target =
                new Target.Parquet(List.of(new Target.Slot("word", "VARCHAR", "1", 1)), List.of());
        try (Queries own = Queries.open(Workers.options(SMALL, Workers.staging(), 0));
                Session session = given(own.begin("city", "UTC"))) {
            Sources sources = new FolderSources(folder);
            for (String each : names) {
                given(rows(session, "select max(word) from " + each, sources));
                try (Written written =
                        given(
                                session.write(
                                        "select word from " + each, List.of(), target, sources))) {
                    assertEquals(24_000, written.rows());
                }
            }
            given(rows(session, "select max(word) from p", sources));
            byte[] lines = "{\"word\":\"x\"}\n".repeat(80_000).getBytes(StandardCharsets.UTF_8);
            try (Arrived arrived = given(session.arrive(new ByteArrayInputStream(lines)))) {
                assertTrue(own.standing().staged() >= lines.length);
            }
            session.forget();
            assertEquals(0, own.standing().staged());
        }
    }

    /**
     * Two connections of a pool that nobody uses held all that sessions may stage, so nobody else
     * read anything, and streams' tables stopped.
     */
    @Test
    void whatIdleSessionsKeepGivesWayToOthers() throws Exception {
        List<String> names = List.of("s", "t");
        for (String each : names) {
            Workers.parquet(
                    folder.resolve(each + ".parquet"),
                    "select md5(i::varchar || '%s') as word from range(24000) t(i)"
                            .formatted(each));
        }
        QueryOptions little = little(0);
        Target.Parquet target =
                new Target.Parquet(List.of(new Target.Slot("word", "VARCHAR", "1", 1)), List.of());
        FolderSources sources = new FolderSources(folder);
        String both = "select max(s.word), max(t.word) from s, t where s.word = t.word";
        byte[] lines = "{\"word\":\"x\"}\n".repeat(140_000).getBytes(StandardCharsets.UTF_8);
        try (Queries queries = Queries.open(little);
                Session idle = given(queries.begin("city", "UTC"));
                Session busy = given(queries.begin("city", "UTC"));
                Session program = given(queries.beginAside())) {
            given(rows(idle, both, sources));
            long once = sources.read;
            given(rows(idle, both, sources));
            assertEquals(once, sources.read, "what is there is not staged again");
            assertTrue(queries.standing().staged() > 3 * MIB / 2);

            given(rows(busy, both, sources));
            assertEquals(2 * once, sources.read);
            try (Written written =
                    given(busy.write("select word from s", List.of(), target, sources))) {
                assertEquals(24_000, written.rows());
            }
            given(rows(idle, both, sources));
            assertEquals(3 * once, sources.read, "it gave way, and reads it again");

            // the program's own work finds room beside a statement that keeps its files
            try (Rows open =
                    given(
                            idle.run(
                                    "select word from s union all select word from t",
                                    List.of(),
                                    sources))) {
                long count = given(open.next()).orElseThrow().rows();
                try (Arrived arrived =
                        given(program.arrive(new ByteArrayInputStream(lines, 0, 200_000)))) {
                    assertEquals(200_000, arrived.size());
                }
                given(rows(busy, both, sources)); // in batches
                Optional<Batch> next = given(open.next());
                while (next.isPresent()) {
                    count += next.get().rows();
                    next = given(open.next());
                }
                assertEquals(48_000, count, "what it reads stayed");
            }
            try (Arrived arrived = given(program.arrive(new ByteArrayInputStream(lines)))) {
                assertTrue(queries.standing().staged() < 2 * MIB);
                assertEquals(lines.length, arrived.size());
            }
            given(rows(busy, both, sources));
        }
    }

    private static final List<String> STATEMENTS =
            List.of(
                    "select count(*) from a",
                    "select count(*), sum(id), min(word), max(word), count(day), sum(x),"
                            + " sum(pair[2]) from a",
                    "select n, count(*), max(word) from a group by n order by n",
                    "select substr(word, 16, 4) as k, count(*), sum(n) from a group by k order by"
                            + " k",
                    "select count(*), sum(a.n), max(b.word), min(a.word) from a join b on a.id ="
                            + " b.id",
                    "select count(*), max(x.word) from a x join a y on x.id = y.id + 1"
                            + " where x.n < 10 and y.n >= 5",
                    "with t as (from a) select count(*), max(q.word) from t p, t q"
                            + " where p.id = q.id + 7",
                    "select id, word, day from a order by word limit 50 offset 1000",
                    "select id, n from a order by word desc",
                    "select word, x from a where id = 123456",
                    "select count(*) from a where id between 5000 and 90000 and word > '"
                            + MARKER
                            + "8'",
                    "select id, row_number() over (partition by n order by word) as r from a"
                            + " where n = 77 order by id",
                    "select (select max(word) from b) || max(word) from a",
                    "select word from a union all select word from b order by 1 limit 20 offset"
                            + " 150000");

    @Test
    void answersAreThoseOfTheEngineAlone() throws Exception {
        assertTrue(Files.size(folder.resolve("a.parquet")) > 4 * SMALL.staging());
        assertTrue(Files.size(folder.resolve("b.parquet")) > 2 * SMALL.staging());
        FolderSources sources = new FolderSources(folder);
        try (Queries queries = Queries.open(Workers.options(SMALL));
                Session session = given(queries.begin("city", "UTC"))) {
            for (String sql : STATEMENTS) {
                assertEquals(bare(sql), given(rows(session, sql, sources)), sql);
                assertTrue(queries.standing().staged() <= SMALL.staging(), sql);
            }
            String some = "select id from a limit 7";
            assertEquals(7, given(rows(session, some, sources)).size());
        }
    }

    /** Neither has room for all that it would like to take. */
    @Test
    void twoSessionsShareTheRoom() throws Exception {
        QueryOptions little = little(2);
        try (Queries queries = Queries.open(little);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> some = STATEMENTS.subList(3, 5);
            List<List<String>> answers = some.stream().map(BatchesTest::bare).toList();
            List<Future<Boolean>> both = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Callable<Boolean> work =
                        () -> {
                            FolderSources sources = new FolderSources(folder);
                            try (Session session = given(queries.begin("city", "UTC"))) {
                                for (int each = 0; each < some.size(); each++) {
                                    assertEquals(
                                            answers.get(each),
                                            given(rows(session, some.get(each), sources)));
                                    assertTrue(queries.standing().staged() <= 3 * MIB);
                                }
                            }
                            return true;
                        };
                both.add(threads.submit(work));
            }
            for (Future<Boolean> each : both) {
                assertTrue(each.get(60, TimeUnit.SECONDS));
            }
            assertEquals(0, queries.standing().staged());
        }
    }

    @Test
    void aCancelAndAKillEndAStatementBetweenBatches() throws Exception {
        Path staging = Workers.staging();
        FolderSources sources = new FolderSources(folder);
        try (Queries queries = Queries.open(Workers.options(SMALL, staging, 0));
                Session one = given(queries.begin("city", "UTC"));
                Session other = given(queries.begin("city", "UTC"))) {
            String sql = "select count(*), max(word) from a";
            Failure cancelled = failure(rows(one, sql, new Watched(sources, 5, one::cancel)));
            assertEquals(Failure.CANCELLED, cancelled.state(), cancelled::toString);
            assertEquals(bare(sql), given(rows(one, sql, sources)), "it goes on");
            Runnable kill =
                    () -> {
                        ProcessHandle worker = worker(staging, "session-1/");
                        worker.destroyForcibly();
                        worker.onExit().join();
                    };
            Failure killed = failure(rows(one, sql, new Watched(sources, 5, kill)));
            assertEquals(Failure.GONE, killed.state(), killed::toString);
            assertFalse(one.alive());
            assertEquals(bare(sql), given(rows(other, sql, sources)));
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }

    private static Failure failure(Answer<?> answer) {
        return switch (answer) {
            case Answer.Given<?>(Object value) -> fail("no failure: " + value);
            case Answer.Failed<?>(Failure failure) -> failure;
        };
    }

    private static ProcessHandle worker(Path staging, String session) {
        return ProcessHandle.current()
                .children()
                .filter(each -> arguments(each).contains(staging + "/" + session))
                .findFirst()
                .orElseThrow();
    }

    private static String arguments(ProcessHandle process) {
        return String.join(" ", process.info().arguments().orElse(new String[0]));
    }

    /** A reading that does something with one of its reads. */
    private record Watched(Sources of, int at, Runnable then) implements Sources {
        @Override
        public Answer<Relation> resolve(TableName name, At moment, List<String> namespace) {
            return of.resolve(name, moment, namespace);
        }

        @Override
        public Answer<Reading> open(Plan plan) {
            AtomicInteger reads = new AtomicInteger();
            return of.open(plan)
                    .then(reading ->
                            Answer.of(
                                    new Reading() {
                                        @Override
                                        public InputStream read(
                                                DataFile file, long offset, long length)
                                                throws IOException {
                                            int count = reads.incrementAndGet();
                                            if (at == 0 || count == at) {
                                                then.run();
                                            }
                                            return reading.read(file, offset, length);
                                        }

                                        @Override
                                        public void close() {
                                            reading.close();
                                        }
                                    }));
        }
    }

    private static List<Path> spill(Path staging) {
        try (Stream<Path> all = Files.walk(staging)) {
            return all.filter(each -> each.toString().contains("/spill/"))
                    .filter(Files::isRegularFile)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long bytes(List<Path> files) {
        return files.stream().mapToLong(each -> each.toFile().length()).sum();
    }

    private static boolean holdsMarker(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                    .contains(MARKER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final String LARGE = "select count(*), max(word), max(other), sum(id) from c";

    @Test
    void whatIsSpilledIsEncryptedAndCounts() throws Exception {
        assertTrue(holdsMarker(folder.resolve("a.parquet")), "it would be found");
        Path staging = Workers.staging();
        FolderSources sources = new FolderSources(folder);
        try (Queries queries = Queries.open(Workers.options(limits(64, 200), staging, 0));
                Session session = given(queries.begin("city", "UTC"))) {
            AtomicBoolean looked = new AtomicBoolean();
            AtomicBoolean counted = new AtomicBoolean();
            Runnable look =
                    () -> {
                        List<Path> files = spill(staging);
                        if (bytes(files) > SPILLED && looked.compareAndSet(false, true)) {
                            files.forEach(each -> assertFalse(holdsMarker(each), each::toString));
                            // the count is made now and then: the next read waits for it
                            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                            while (queries.standing().staged() <= SPILLED
                                    && System.nanoTime() < end) {
                                LockSupport.parkNanos(20_000_000);
                            }
                            counted.set(queries.standing().staged() > SPILLED);
                        }
                    };
            assertEquals(bare(LARGE), given(rows(session, LARGE, new Watched(sources, 0, look))));
            assertTrue(looked.get(), "it spilled");
            assertTrue(counted.get(), "it counted");
            assertTrue(queries.standing().staged() <= 2 * MIB, "it does no longer");
            assertTrue(bytes(spill(staging)) < MIB, "it is gone");
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }

    @Test
    void moreThanMayBeSpilledIsRefused() throws Exception {
        FolderSources sources = new FolderSources(folder);
        try (Queries queries = Queries.open(Workers.options(limits(64, 2)));
                Session session = given(queries.begin("city", "UTC"))) {
            Failure failure = failure(rows(session, LARGE, sources));
            assertEquals(Failure.MEMORY, failure.state(), failure::toString);
            assertTrue(failure.message().contains("batches"), failure::toString);
            assertTrue(failure.hint().contains("sql.spill"), failure::toString);
            String small = "select count(*), max(word) from b";
            assertEquals(bare(small), given(rows(session, small, sources)));
            // what WHERE says keeps it small
            String some = "select count(*), max(word) from c where id >= 750000";
            assertEquals(bare(some), given(rows(session, some, sources)));
        }
        // what others hold counts, too
        QueryOptions usual = Workers.options(limits(64, 200));
        QueryOptions little =
                new QueryOptions(
                        usual.java(),
                        usual.classPath(),
                        usual.staging(),
                        7 * MIB,
                        usual.rows(),
                        0,
                        limits(64, 200),
                        Map.of());
        try (Queries queries = Queries.open(little);
                Session session = given(queries.begin("city", "UTC"))) {
            Failure failure = failure(rows(session, LARGE, sources));
            assertEquals(Failure.OVER_LIMIT, failure.state(), failure::toString);
            assertTrue(failure.hint().contains("sql.staging.total"), failure::toString);
            assertEquals(List.of("1"), given(rows(session, "select 1", sources)), "it goes on");
        }
    }

    /** A program of which a session spills when it is killed. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            Path staging = Path.of(arguments[0]);
            Queries queries = Queries.open(Workers.options(limits(64, 200), staging, 0));
            Session session = given(queries.begin("city", "UTC"));
            Runnable wait =
                    () -> {
                        if (bytes(spill(staging)) > SPILLED) {
                            System.out.println("spilled");
                            LockSupport.parkNanos(Duration.ofMinutes(2).toNanos());
                        }
                    };
            FolderSources sources = new FolderSources(Path.of(arguments[1]));
            given(rows(session, LARGE, new Watched(sources, 0, wait)));
        }
    }

    @Test
    void nothingIsToBeReadAfterAKill(@TempDir Path temporary) throws Exception {
        Path staging = Workers.staging();
        Process program =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Program.class.getName(),
                                staging.toString(),
                                folder.toString())
                        .directory(temporary.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader said = program.inputReader()) {
            assertEquals("spilled", said.readLine());
            program.destroyForcibly();
            assertTrue(program.waitFor(10, TimeUnit.SECONDS));
        } finally {
            program.destroyForcibly();
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (ProcessHandle.allProcesses()
                .anyMatch(each -> arguments(each).contains(staging + "/"))) {
            assertTrue(System.nanoTime() < end, "the worker outlives the program");
            LockSupport.parkNanos(20_000_000);
        }
        List<Path> spilled = spill(staging);
        assertTrue(bytes(spilled) > SPILLED, "it lies there");
        spilled.forEach(each -> assertFalse(holdsMarker(each), each::toString));
        try (Stream<Path> all = Files.walk(temporary)) {
            assertEquals(List.of(), all.filter(Files::isRegularFile).toList());
        }
        try (Queries next = Queries.open(Workers.options(SMALL, staging, 0))) {
            assertEquals(0, next.standing().sessions());
            try (Stream<Path> all = Files.walk(staging)) {
                assertEquals(List.of(), all.filter(Files::isRegularFile).toList());
            }
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }
}
