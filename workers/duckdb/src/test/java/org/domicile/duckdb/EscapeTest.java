package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.domicile.query.Answer;
import org.domicile.query.Batch;
import org.domicile.query.Failure;
import org.domicile.query.Kind;
import org.domicile.query.Limits;
import org.domicile.query.Queries;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.TableName;
import org.domicile.query.Wire;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways out of a session, in SQL. Each is tried in an engine without locks first, where it works:
 * what fails there shows nothing.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EscapeTest {
    private static final Limits LIMITS =
            new Limits(256 << 20, 1, Duration.ofSeconds(30), 1_000, 8 << 20, 8 << 20, 8);

    @TempDir static Path folder;
    private Path staging;
    private Queries queries;

    @BeforeAll
    void open() {
        staging = Workers.staging();
        queries = Queries.open(Workers.options(LIMITS, staging, 1));
        Workers.parquet(folder.resolve("p.parquet"), "select 'secret' as s");
    }

    @AfterAll
    void close() {
        queries.close();
    }

    /** Statements that reach a file, the network, an extension, a setting or the process. */
    private List<String> attempts() throws Exception {
        Path text = Files.writeString(folder.resolve("t.csv"), "a,b\n1,secret\n");
        Path json = Files.writeString(folder.resolve("t.json"), "{\"a\":\"secret\"}\n");
        String p = folder.resolve("p.parquet").toString();
        List<String> all = new ArrayList<>();
        for (String file :
                List.of(
                        "/etc/passwd",
                        text.toString(),
                        folder + "/../" + folder.getFileName() + "/t.csv")) {
            all.add("select * from read_text('" + file + "')");
            all.add("select * from read_blob('" + file + "')");
            all.add("select (select content from read_text('" + file + "'))");
            all.add("with x as (from read_text('" + file + "')) from x");
            all.add("select * from range(1), lateral (from read_text('" + file + "'))");
        }
        all.add("from read_csv('" + text + "')");
        all.add("from read_csv_auto('" + text + "')");
        all.add("from sniff_csv('" + text + "')");
        all.add("from '" + text + "'");
        all.add("from \"" + text + "\"");
        all.add("from read_json('" + json + "')");
        all.add("from read_json_auto('" + json + "')");
        all.add("from read_ndjson('" + json + "')");
        all.add("from read_json_objects('" + json + "')");
        all.add("from '" + json + "'");
        all.add("from read_parquet('" + p + "')");
        all.add("from parquet_scan('" + p + "')");
        all.add("from parquet_metadata('" + p + "')");
        all.add("from parquet_schema('" + p + "')");
        all.add("from parquet_file_metadata('" + p + "')");
        all.add("from parquet_kv_metadata('" + p + "')");
        all.add("from '" + p + "'");
        all.add("from glob('/etc/*')");
        all.add("from glob('" + folder + "/*')");
        all.add("from query('select * from read_text(''/etc/passwd'')')");
        all.add("select * from query_table('" + p + "')");
        all.add(
                "from json_execute_serialized_sql(json_serialize_sql('select * from"
                        + " read_text(''/etc/passwd'')'))");
        all.add("describe select * from read_parquet('" + p + "')");
        all.add("summarize '" + p + "'");
        all.add("explain analyze select * from read_text('/etc/passwd')");
        all.add("explain (format json) select * from read_csv('" + text + "')");
        all.add("copy (select 1) to '" + folder + "/out.csv'");
        all.add("copy (select 1) to '" + folder + "/out.parquet' (format parquet)");
        all.add("create table x as from read_text('/etc/passwd')");
        all.add("attach '" + folder + "/new.db' as n" + System.nanoTime());
        all.add("export database '" + folder + "/exported'");
        all.add("set threads = 3");
        all.add("set memory_limit = '900MB'");
        all.add("set temp_directory = '" + folder + "'");
        all.add("set allowed_directories = ['/']");
        all.add("set enable_profiling = 'json'");
        all.add("set log_query_path = '" + folder + "/log'");
        all.add("reset threads");
        all.add("pragma threads = 2");
        all.add("pragma database_list");
        all.add("pragma enable_checkpoint_on_shutdown");
        all.add("set global threads = 2");
        all.add("set session timezone = 'Africa/Tunis'");
        all.add("set timezone = 'Africa/Tunis'");
        all.add("set extension_directory = '" + folder + "'");
        all.add("set secret_directory = '" + folder + "'");
        all.add("create macro m() as 1");
        all.add("from duckdb_settings()");
        all.add("from duckdb_secrets()");
        all.add("from duckdb_extensions()");
        all.add("from pragma_database_size()");
        all.add("from duckdb_temporary_files()");
        all.add("from duckdb_memory()");
        all.add("call pragma_version()");
        all.add("checkpoint");
        all.add("select 1; select 2");
        return all;
    }

    @Test
    void noStatementOfAUserGetsOut() throws Exception {
        List<String> through = new ArrayList<>();
        List<String> idle = new ArrayList<>();
        int tried = 0;
        try (Session session = given(queries.begin("city", "UTC"))) {
            for (String attempt : attempts()) {
                tried++;
                works(attempt).ifPresent(idle::add);
                if (runs(session, attempt)) {
                    through.add(attempt);
                }
                assertTrue(session.alive(), attempt);
            }
        }
        assertEquals(List.of(), through);
        assertEquals(List.of(), idle, "attempts that fail without walls, too");
        assertTrue(tried >= 60, "only " + tried);
    }

    /** Why an attempt does not even work in an engine without locks. */
    private static Optional<String> works(String attempt) {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(attempt);
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(attempt + ": " + e.getMessage());
        }
    }

    private static boolean runs(Session session, String attempt) {
        return switch (session.run(attempt, List.of(), new Nothing())) {
            case Answer.Failed<Rows> _ -> false;
            case Answer.Given<Rows>(Rows rows) -> {
                try (rows) {
                    yield rows.next() instanceof Answer.Given<Optional<Batch>>;
                }
            }
        };
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
                        public java.io.InputStream read(
                                org.domicile.query.DataFile file, long offset, long length) {
                            throw new IllegalStateException("nothing is there");
                        }

                        @Override
                        public void close() {}
                    });
        }
    }

    /** The engine's own locks hold where the parse is passed over. */
    @Test
    void theEnginesOwnLocksHoldWithoutTheParse() throws Exception {
        Path files = Files.createDirectories(folder.resolve("files"));
        Path spill = Files.createDirectories(folder.resolve("spill"));
        Files.copy(folder.resolve("p.parquet"), files.resolve("mine.parquet"));
        Engine engine = Engine.open(files, spill);
        engine.begin(256 << 20, 1, 8 << 20, "UTC");
        List<String> through = new ArrayList<>();
        Set<String> harmless =
                Set.of("duckdb_", "pragma_version", "pragma_database", "pragma database_list");
        for (String attempt : attempts()) {
            boolean reaches =
                    harmless.stream().noneMatch(attempt::contains)
                            && !attempt.equals("checkpoint")
                            && !attempt.contains("macro")
                            && !attempt.contains("1; select 2");
            if (reaches && engineRuns(engine, attempt)) {
                through.add(attempt);
            }
        }
        assertEquals(List.of(), through);
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

    /** A name that the parse passes over has no view, so it is not there. */
    @Test
    void anotherSessionsStagingIsNotThere() throws Exception {
        try (Session one = given(queries.begin("city", "UTC"));
                Session other = given(queries.begin("city", "UTC"))) {
            org.domicile.query.FolderSources sources = new org.domicile.query.FolderSources(folder);
            try (Rows rows = given(one.run("select s from p", List.of(), sources))) {
                rows.next();
            }
            List<Path> staged;
            try (var all = Files.walk(staging)) {
                staged = all.filter(each -> each.toString().endsWith(".parquet")).toList();
            }
            assertEquals(1, staged.size());
            assertTrue(works("from '" + staged.getFirst() + "'").isEmpty(), "it is there");
            assertFalse(runs(other, "from '" + staged.getFirst() + "'"));
            assertFalse(runs(other, "from read_parquet('" + staged.getFirst() + "')"));
            // not even one's own, past its name
            assertFalse(runs(one, "from read_parquet('" + staged.getFirst() + "')"));
            assertFalse(runs(one, "select s from p"), "nothing resolves it now");
        }
    }

    private static <T> T given(Answer<T> answer) {
        if (answer instanceof Answer.Given<T>(T value)) {
            return value;
        }
        throw new AssertionError(answer);
    }

    @Test
    void parsingFindsWhatIsNamed() throws Exception {
        Engine engine = Engine.open(folder, folder);
        Parsing.Found found =
                engine.parse(
                        "with recursive c as (select a from \"S 1\".t1 union all select a from c)"
                                + " select (select max(b) from t2 where t2.k = c.a) from c"
                                + " join t3 using (z) where exists (from t4)");
        assertEquals(Kind.SELECT, found.kind());
        assertEquals(
                Set.of("S 1.t1", "t2", "t3", "t4"),
                Set.copyOf(
                        found.references().stream().map(each -> each.name().toString()).toList()));
        assertTrue(found.words().containsAll(Set.of("a", "b", "k", "z")));
        assertFalse(
                engine.parse("select a from t where b = 'not a column'")
                        .words()
                        .contains("not a column"));
        assertEquals(List.of(), engine.parse("select 1").references());
        assertEquals(Wire.VERSION, 1);
    }
}
