package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.domicile.query.Answer;
import org.domicile.query.Batch;
import org.domicile.query.Failure;
import org.domicile.query.FolderSources;
import org.domicile.query.Limits;
import org.domicile.query.Queries;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.TableName;
import org.domicile.query.WorkerJars;
import org.domicile.walls.Room;
import org.domicile.walls.Walls;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The list of ways out in SQL ({@code escapes.txt}): each works in an engine without locks and
 * walls, and fails at every layer that it names. What a child does without SQL is {@code
 * org.domicile.walls.EscapesTest}; what a table session does, the launcher's {@code
 * TableEscapesTest}.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapesTest {
    private static final Limits LIMITS =
            new Limits(256 << 20, 1, Duration.ofSeconds(30), 1_000, 8 << 20, 8 << 20, 8);
    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    @TempDir static Path folder;
    private Path area;
    private Queries queries;
    private Session other;
    private final List<Attempt> attempts = new ArrayList<>();

    /** One line of the list. */
    private record Attempt(String kind, String layers, String sql) {
        boolean at(char layer) {
            return layers.indexOf(layer) >= 0;
        }
    }

    @BeforeAll
    void open() throws Exception {
        area = Workers.staging();
        queries = Queries.open(Workers.options(LIMITS, area, 1));
        Workers.parquet(folder.resolve("p.parquet"), "select 'secret' as s");
        Files.writeString(folder.resolve("t.csv"), "a,b\n1,secret\n");
        Files.writeString(folder.resolve("t.json"), "{\"a\":\"secret\"}\n");
        other = given(queries.begin("city", "UTC"));
        try (Rows rows =
                given(other.run("select s from p", List.of(), new FolderSources(folder)))) {
            rows.next();
        }
        Map<String, String> words = new HashMap<>();
        words.put("folder", folder.toString());
        words.put("leaf", String.valueOf(folder.getFileName()));
        words.put("csv", folder.resolve("t.csv").toString());
        words.put("json", folder.resolve("t.json").toString());
        words.put("parquet", folder.resolve("p.parquet").toString());
        words.put("area", area.toString());
        words.put("area-leaf", String.valueOf(area.getFileName()));
        words.put("pid", Long.toString(ProcessHandle.current().pid()));
        try (var all = Files.walk(area)) {
            words.put(
                    "staged",
                    all.filter(each -> each.toString().endsWith(".parquet"))
                            .findFirst()
                            .orElseThrow()
                            .toString());
        }
        try (InputStream list = EscapesTest.class.getResourceAsStream("escapes.txt")) {
            if (list == null) {
                throw new IOException("there is no list");
            }
            int n = 0;
            for (String line :
                    new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                String[] parts = line.split(" \\| ", 3);
                words.put("n", Integer.toString(n++));
                attempts.add(new Attempt(parts[0], parts[1], filled(parts[2], words)));
            }
        }
    }

    private static String filled(String text, Map<String, String> words) {
        String filled = text;
        for (Map.Entry<String, String> word : words.entrySet()) {
            filled = filled.replace("{" + word.getKey() + "}", word.getValue());
        }
        return filled;
    }

    @AfterAll
    void close() {
        other.close();
        queries.close();
    }

    @Test
    void theListIsLongEnough() {
        Map<String, Integer> counts = new TreeMap<>();
        attempts.forEach(each -> counts.merge(each.kind(), 1, Integer::sum));
        assertTrue(attempts.size() >= 100, attempts.size() + " attempts");
        for (String kind : List.of("read", "extension", "setting", "staging")) {
            assertTrue(counts.getOrDefault(kind, 0) >= 15, counts::toString);
        }
    }

    /** What fails here shows nothing elsewhere. */
    @Test
    void eachWorksWhereThereAreNoLocksAndNoWalls() throws Exception {
        List<String> idle = new ArrayList<>();
        for (Attempt each : attempts) {
            try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = connection.createStatement()) {
                statement.execute(each.sql());
                // A list of files that is empty would be no success
                if (each.sql().contains("glob(")) {
                    try (var rows = statement.executeQuery(each.sql())) {
                        if (!rows.next()) {
                            idle.add(each + ": nothing there");
                        }
                    }
                }
            } catch (SQLException e) {
                idle.add(each + ": " + e.getMessage());
            }
        }
        assertEquals(List.of(), idle);
        clean();
    }

    /** What the controls wrote must not be there for those that follow. */
    private void clean() throws IOException {
        for (Path place : List.of(folder, area)) {
            try (var all = Files.walk(place)) {
                for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    String name = each.toString();
                    if (name.matches(".*(out_|parts_|new_|exported_|note_|shared_|\\.mine).*")) {
                        Files.deleteIfExists(each);
                    }
                }
            }
        }
    }

    private List<String> written() throws IOException {
        List<String> written = new ArrayList<>();
        for (Path place : List.of(folder, area)) {
            try (var all = Files.walk(place)) {
                all.map(Path::toString)
                        .filter(each ->
                                each.matches(
                                        ".*(out_|parts_|new_|exported_|note_|shared_|\\.mine).*"))
                        .forEach(written::add);
            }
        }
        return written;
    }

    @Test
    void noneGetsOutOfASession() throws Exception {
        clean();
        List<String> through = new ArrayList<>();
        try (Session session = given(queries.begin("city", "UTC"))) {
            for (Attempt each : attempts) {
                if (each.at('s') && runs(session, each.sql())) {
                    through.add(each.toString());
                }
                assertTrue(session.alive(), each::toString);
            }
        }
        assertEquals(List.of(), through);
        assertEquals(List.of(), written());
        assertTrue(other.alive());
    }

    private static boolean runs(Session session, String sql) {
        return switch (session.run(sql, List.of(), new Nothing())) {
            case Answer.Failed<Rows> _ -> false;
            case Answer.Given<Rows>(Rows rows) -> {
                try (rows) {
                    yield rows.next() instanceof Answer.Given<Optional<Batch>>;
                }
            }
        };
    }

    @Test
    void noneGetsPastTheEnginesOwnLocks() throws Exception {
        clean();
        Path files = Files.createDirectories(folder.resolve("files"));
        Path spill = Files.createDirectories(folder.resolve("spill"));
        Files.copy(
                folder.resolve("p.parquet"),
                files.resolve("mine.parquet"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Engine engine = Engine.open(files, spill, spill);
        engine.begin(256 << 20, 1, 8 << 20, "UTC");
        List<String> through = new ArrayList<>();
        for (Attempt each : attempts) {
            if (each.at('e') && engineRuns(engine, each.sql())) {
                through.add(each.toString());
            }
        }
        assertEquals(List.of(), through);
        assertEquals(List.of(), written());
        assertTrue(
                engineRuns(engine, "from read_parquet('" + files.resolve("mine.parquet") + "')"),
                "what is staged can be read");
    }

    private static boolean engineRuns(Engine engine, String sql) {
        try {
            engine.run(1, List.of(), sql, List.of());
            engine.next();
            return true;
        } catch (Engine.Failed _) {
            return false;
        } finally {
            try {
                engine.end();
            } catch (Engine.Failed _) {
                // it had failed
            }
        }
    }

    @Test
    void noneGetsPastTheWallsAlone() throws Exception {
        clean();
        List<Attempt> tried = attempts.stream().filter(each -> each.at('w')).toList();
        Path shown = Files.createDirectories(folder.resolve("shown"));
        Path mine = Files.createDirectories(folder.resolve("mine"));
        List<String> lines = new ArrayList<>();
        // The first is one that has to work there: the engine runs, and reads what is shown to it.
        Workers.parquet(shown.resolve("own.parquet"), "select 1 as one");
        lines.add("from read_parquet('" + shown.resolve("own.parquet") + "')");
        tried.forEach(each -> lines.add(each.sql()));
        Path list = shown.resolve("list");
        Files.write(
                list,
                lines.stream()
                        .map(each ->
                                Base64.getEncoder()
                                        .encodeToString(each.getBytes(StandardCharsets.UTF_8)))
                        .toList());
        List<String> said = unlocked(list, shown, mine);
        assertEquals(lines.size(), said.size(), said::toString);
        assertEquals("got through", said.getFirst(), "the engine works there");
        List<String> through = new ArrayList<>();
        for (int i = 0; i < tried.size(); i++) {
            if (!said.get(i + 1).startsWith("refused")
                    && !said.get(i + 1).equals("nothing there")) {
                through.add(tried.get(i) + ": " + said.get(i + 1));
            }
        }
        assertEquals(List.of(), through);
        assertEquals(List.of(), written());
    }

    // ---- the network ----

    /** Counts who comes, and has nothing for them. */
    private static final class Outside implements AutoCloseable {
        private final ServerSocket server;
        private final AtomicInteger came = new AtomicInteger();

        Outside() throws IOException {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual()
                    .start(() -> {
                        while (!server.isClosed()) {
                            try (Socket each = server.accept()) {
                                came.incrementAndGet();
                                each.getOutputStream()
                                        .write(
                                                "HTTP/1.1 404 Not Found\r\nContent-Length:"
                                                        .concat(" 0\r\nConnection: close\r\n\r\n")
                                                        .getBytes(StandardCharsets.UTF_8));
                                each.shutdownOutput();
                                each.getInputStream().readNBytes(1_000);
                            } catch (IOException _) {
                                // who came has gone, or it is over
                            }
                        }
                    });
        }

        String address() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static List<String> network(String address) throws IOException {
        try (InputStream list = EscapesTest.class.getResourceAsStream("network.txt")) {
            return new String(
                            java.util.Objects.requireNonNull(list).readAllBytes(),
                            StandardCharsets.UTF_8)
                    .lines()
                    .filter(each -> !each.isBlank() && !each.startsWith("#"))
                    .map(each -> each.replace("{at}", address))
                    .toList();
        }
    }

    /** What makes an engine fetch what it lacks. @param kept where it may write */
    private static List<String> fetching(String address, Path kept) {
        return List.of(
                "set extension_directory = '" + kept + "'",
                "set autoinstall_extension_repository = '" + address + "'",
                "set custom_extension_repository = '" + address + "'",
                "set autoinstall_known_extensions = true",
                "set autoload_known_extensions = true");
    }

    /** Each layer alone, before a server that would see it. */
    @Test
    void noneReachesTheNetwork() throws Exception {
        Path kept = Files.createDirectories(folder.resolve("kept"));
        try (Outside outside = new Outside()) {
            List<String> all = network(outside.address());
            assertTrue(all.size() >= 15, all.size() + " attempts");
            List<String> idle = new ArrayList<>();
            for (String each : all) {
                int before = outside.came.get();
                try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                        Statement statement = connection.createStatement()) {
                    for (String set : fetching(outside.address(), kept)) {
                        statement.execute(set);
                    }
                    statement.execute(each);
                } catch (SQLException _) {
                    // the server has nothing; that somebody asked is what counts
                }
                if (outside.came.get() == before) {
                    idle.add(each);
                }
            }
            assertEquals(List.of(), idle, "these reach nothing where there are no walls either");
            int before = outside.came.get();
            // a session, as a user has one
            try (Session session = given(queries.begin("city", "UTC"))) {
                for (String set : fetching(outside.address(), kept)) {
                    assertFalse(runs(session, set), set);
                }
                for (String each : all) {
                    assertFalse(runs(session, each), each);
                    assertTrue(session.alive(), each);
                }
            }
            assertEquals(before, outside.came.get(), "from a session");
            // the engine's own locks
            Path files = Files.createDirectories(folder.resolve("locked-files"));
            Engine engine = Engine.open(files, kept, kept);
            engine.begin(256 << 20, 1, 8 << 20, "UTC");
            for (String each : fetching(outside.address(), kept)) {
                assertFalse(engineRuns(engine, each), each);
            }
            for (String each : all) {
                assertFalse(engineRuns(engine, each), each);
            }
            assertEquals(before, outside.came.get(), "from behind the engine's locks");
            // the walls
            Path shown = Files.createDirectories(folder.resolve("shown-there"));
            Path mine = Files.createDirectories(folder.resolve("mine-there"));
            Workers.parquet(shown.resolve("own.parquet"), "select 1 as one");
            List<String> lines = new ArrayList<>();
            lines.add("from read_parquet('" + shown.resolve("own.parquet") + "')");
            String set = String.join("; ", fetching(outside.address(), mine));
            all.forEach(each -> lines.add(set + "; " + each));
            Path list = shown.resolve("list");
            Files.write(
                    list,
                    lines.stream()
                            .map(each ->
                                    Base64.getEncoder()
                                            .encodeToString(each.getBytes(StandardCharsets.UTF_8)))
                            .toList());
            List<String> said = unlocked(list, shown, mine);
            assertEquals("got through", said.getFirst(), "the engine works there");
            assertEquals(
                    List.of(),
                    said.stream().skip(1).filter(each -> !each.startsWith("refused")).toList());
            assertEquals(before, outside.came.get(), "from within the walls");
        }
    }

    /** Where the engine's library lies beside its jar. */
    private static String libraries(List<Path> places) {
        return String.join(
                ":",
                places.stream()
                        .filter(each -> each.toString().endsWith(".jar"))
                        .map(each -> each.resolveSibling("").toString())
                        .toList());
    }

    private static List<String> unlocked(Path list, Path shown, Path mine) throws Exception {
        List<Path> places =
                new ArrayList<>(
                        new WorkerJars(
                                        Path.of(
                                                System.getProperty("java.io.tmpdir"),
                                                "domicile-test-engines"))
                                .places());
        Path own =
                Path.of(Unlocked.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (!places.contains(own)) {
            places.add(own);
        }
        List<Path> run = new ArrayList<>(places);
        places.stream()
                .map(each -> each.resolveSibling("libduckdb_java.so"))
                .filter(Files::exists)
                .forEach(run::add);
        Room room = Room.ofJava(JAVA, run, List.of(shown), List.of(mine));
        List<String> command =
                List.of(
                        JAVA.resolve("bin/java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Djava.io.tmpdir=" + mine,
                        "-Djava.library.path=" + libraries(places),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        String.join(":", places.stream().map(Path::toString).toList()),
                        Unlocked.class.getName(),
                        list.toString());
        Process child = Walls.start(room, command, Map.of("LANG", "C.UTF-8"), mine);
        String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String complaint =
                new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, child.exitValue(), complaint);
        return out.lines().toList();
    }

    /** A name that the parse passes over has no view, so it is not there. */
    @Test
    void notEvenOnesOwnStagingIsThereByItsPath() throws Exception {
        Path own = folder.resolve("own");
        Files.createDirectories(own);
        Workers.parquet(own.resolve("q.parquet"), "select 'mine' as s");
        try (Session one = given(queries.begin("city", "UTC"))) {
            try (Rows rows = given(one.run("select s from q", List.of(), new FolderSources(own)))) {
                rows.next();
            }
            List<Path> staged;
            try (var all = Files.walk(area)) {
                staged = all.filter(each -> each.toString().endsWith(".parquet")).toList();
            }
            assertEquals(2, staged.size(), "the other session's and this one's");
            for (Path each : staged) {
                assertFalse(runs(one, "from read_parquet('" + each + "')"), each::toString);
            }
            assertFalse(runs(one, "select s from q"), "nothing resolves it now");
        }
    }

    // ---- crashes ----

    /** What could end a worker ends one session, with a clear error; the other goes on. */
    @Test
    void whatEndsAWorkerEndsOneSession() throws Exception {
        List<String> bombs =
                List.of(
                        "select " + "(".repeat(20_000) + "1" + ")".repeat(20_000),
                        "select 1" + "+1".repeat(30_000),
                        "select '" + "x".repeat(900_000) + "'",
                        "select " + "1,".repeat(9_000) + "1",
                        "select list(i) from range(2000000000) t(i)",
                        "select repeat('x', 2000000000)",
                        "select string_agg(repeat('x', 1000), '') from range(2000000)",
                        "select array_agg(a) from range(1000000) t(i), (select range(1000) as a)",
                        "select unnest(range(100000000)) order by random()",
                        "with recursive r as (select 1 as n union all select n + 1 from r) select"
                                + " max(n) from r",
                        "select regexp_matches(repeat('a', 30000), '(a*)*b')",
                        "select json_extract(repeat('[', 100000), '$')",
                        "select * from generate_series(1, 9223372036854775807) order by 1 desc"
                                + " limit 1",
                        "select printf('%' || repeat('9', 9) || 'd', 1)",
                        "select lpad('x', 2000000000, 'y')",
                        "select count(*) from range(1000) a" + ", range(1000)".repeat(6));
        Queue<String> left = new ConcurrentLinkedQueue<>(bombs);
        List<Thread> threads = new ArrayList<>();
        List<String> wrong = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (String sql = left.poll(); sql != null; sql = left.poll()) {
                                    ended(sql).ifPresent(wrong::add);
                                }
                            }));
        }
        for (Thread each : threads) {
            each.join();
        }
        assertEquals(List.of(), wrong);
        assertTrue(other.alive());
        try (Rows rows =
                given(other.run("select s from p", List.of(), new FolderSources(folder)))) {
            assertTrue(given(rows.next()).isPresent());
        }
    }

    /** What is wrong with how it ended; within a second somebody cancels it. */
    private Optional<String> ended(String sql) {
        try (Session session = given(queries.begin("city", "UTC"))) {
            Thread canceller =
                    Thread.ofVirtual()
                            .start(() -> {
                                LockSupport.parkNanos(1_000_000_000);
                                if (!Thread.currentThread().isInterrupted()) {
                                    session.cancel();
                                }
                            });
            try {
                return switch (session.run(sql, List.of(), new Nothing())) {
                    case Answer.Failed<Rows>(Failure failure) ->
                            failure.message().isBlank()
                                    ? Optional.of(head(sql) + ": " + failure)
                                    : Optional.empty();
                    case Answer.Given<Rows>(Rows rows) -> {
                        try (rows) {
                            rows.next();
                        }
                        yield Optional.empty();
                    }
                };
            } finally {
                canceller.interrupt();
            }
        }
    }

    private static String head(String sql) {
        return sql.substring(0, Math.min(60, sql.length()));
    }

    /** Nothing is known by any name. */
    private static final class Nothing implements org.domicile.query.Sources {
        @Override
        public Answer<org.domicile.query.Relation> resolve(
                TableName name, org.domicile.query.At at, List<String> namespace) {
            return Answer.failed(Failure.NO_TABLE, "nothing is known of " + name);
        }

        @Override
        public Answer<Reading> open(org.domicile.query.Plan plan) {
            return Answer.of(
                    new Reading() {
                        @Override
                        public InputStream read(
                                org.domicile.query.DataFile file, long offset, long length) {
                            throw new IllegalStateException("nothing is there");
                        }

                        @Override
                        public void close() {}
                    });
        }
    }

    private static <T> T given(Answer<T> answer) {
        if (answer instanceof Answer.Given<T>(T value)) {
            return value;
        }
        throw new AssertionError(answer);
    }
}
