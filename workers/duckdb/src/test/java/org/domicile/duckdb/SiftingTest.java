package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.Batch;
import org.domicile.query.CatalogTable;
import org.domicile.query.DataFile;
import org.domicile.query.Failure;
import org.domicile.query.Field;
import org.domicile.query.FolderSources;
import org.domicile.query.Limits;
import org.domicile.query.Plan;
import org.domicile.query.Queries;
import org.domicile.query.Relation;
import org.domicile.query.Rows;
import org.domicile.query.RuledTable;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.Table;
import org.domicile.query.TableFile;
import org.domicile.query.TableName;
import org.domicile.query.Type;
import org.domicile.query.Value;
import org.domicile.query.Wanted;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens to the second session, which applies the rules of a table, while it is staged for
 * and while it writes: a cancel, and its death. The statement ends and says so, the user's own
 * session goes on, and nothing of the other stays. The second session is stopped (SIGSTOP) where
 * something is to happen, so how fast a machine is decides nothing.
 */
@Timeout(120)
class SiftingTest {
    private static final String PLANTED = "planted-word-";
    private static final String ALL = "select count(*), min(n) from r where word is not null";
    private static final String SOME = "select count(*) from r where n < 2";
    private static final int TRIES = 20;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

    private static final Limits LIMITS =
            new Limits(256 << 20, 1, Duration.ofSeconds(60), 1_000_000, 48 << 20, 64 << 20, 4);

    /** Of which a table of this test is no more than a part. */
    private static final Limits LITTLE =
            new Limits(256 << 20, 1, Duration.ofSeconds(60), 1_000_000, 1 << 20, 64 << 20, 4);

    @TempDir static Path folder;

    /** Several times what the engine writes at once. */
    private static final int ROWS = 1_000_000;

    @BeforeAll
    static void files() {
        Workers.parquet(
                folder.resolve("wide.parquet"),
                "select i as n, '%s' || (i %% 1000) as word from range(%d) t(i)"
                        .formatted(PLANTED, ROWS));
        Workers.parquet(
                folder.resolve("small.parquet"),
                "select i as n, '%s' || md5(i::varchar) as word from range(90000) t(i)"
                        .formatted(PLANTED));
    }

    private static <T> T given(Answer<T> answer) {
        return switch (answer) {
            case Answer.Given<T>(T value) -> value;
            case Answer.Failed<T>(Failure failure) -> fail(failure.toString());
        };
    }

    private static Failure failure(Answer<?> answer) {
        return switch (answer) {
            case Answer.Given<?>(Object value) -> fail("no failure: " + value);
            case Answer.Failed<?>(Failure failure) -> failure;
        };
    }

    private static Answer<String> first(Session session, String sql, Sources sources) {
        return session.run(sql, List.of(), sources)
                .then(rows -> {
                    try (rows) {
                        return rows.next().then(batch -> Answer.of(text(rows, batch)));
                    }
                });
    }

    private static String text(Rows rows, Optional<Batch> batch) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rows.columns().size(); i++) {
            Value value =
                    batch.orElseThrow().columns().get(i).value(rows.columns().get(i).type(), 0);
            text.append(i == 0 ? "" : "|")
                    .append(value instanceof Value.Whole(long whole) ? whole : value);
        }
        return text.toString();
    }

    /**
     * One table, of which rules leave the odd rows. @param reads how many there were @param then
     * with which of them something happens
     */
    private record Ruled(String file, AtomicInteger reads, int at, Runnable then)
            implements Sources {
        Ruled(String file) {
            this(file, new AtomicInteger(), 0, () -> {});
        }

        Ruled at(int read, Runnable happens) {
            return new Ruled(file, new AtomicInteger(), read, happens);
        }

        private static Field field(int id, String name, Type type, String sql) {
            return new Field(
                    id,
                    name,
                    List.of(name),
                    new Field.Form.Plain(type, sql),
                    new Field.Initial.None());
        }

        @Override
        public Answer<Relation> resolve(TableName name, At moment, List<String> namespace) {
            return Answer.of(
                    new RuledTable(
                            new CatalogTable(
                                    file,
                                    "a.r",
                                    List.of(
                                            field(1, "n", Type.Simple.BIGINT, "BIGINT"),
                                            field(2, "word", Type.Simple.VARCHAR, "VARCHAR"))),
                            List.of(),
                            Map.of(),
                            "\"n\" % 2 = 1",
                            List.of("n"),
                            "told"));
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            return new FolderSources(folder)
                    .resolve(new TableName(List.of(file)), At.NOW, List.of())
                    .then(found ->
                            Answer.of(
                                    ((Table) found)
                                            .files().stream()
                                                    .map(each ->
                                                            new TableFile(
                                                                    each, "at", Map.of(),
                                                                    List.of()))
                                                    .toList()));
        }

        @Override
        public Answer<Reading> open(Plan plan) {
            return new FolderSources(folder)
                    .open(plan)
                    .then(reading ->
                            Answer.of(
                                    new Reading() {
                                        @Override
                                        public InputStream read(
                                                DataFile of, long offset, long length)
                                                throws IOException {
                                            if (reads.incrementAndGet() == at) {
                                                then.run();
                                            }
                                            return reading.read(of, offset, length);
                                        }

                                        @Override
                                        public void close() {
                                            reading.close();
                                        }
                                    }));
        }
    }

    // ---- processes ----

    private static Optional<Path> folderOfAnother(Path staging) {
        try (Stream<Path> all = Files.list(staging)) {
            return all.filter(each -> !each.endsWith("session-1")).findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process that sifts. */
    private static ProcessHandle scanner(Path staging) {
        Path own = folderOfAnother(staging).orElseThrow();
        return ProcessHandle.current()
                .children()
                .filter(each ->
                        String.join(" ", each.info().arguments().orElse(new String[0]))
                                .contains(own + "/"))
                .findFirst()
                .orElseThrow();
    }

    /** Whether it is still there to get it. */
    private static boolean signal(String which, ProcessHandle process) {
        try {
            Process sent =
                    new ProcessBuilder("sh", "-c", "kill -" + which + " " + process.pid()).start();
            assertTrue(sent.waitFor(20, TimeUnit.SECONDS));
            return sent.exitValue() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void kill(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    private static void await(BooleanSupplier what, String why) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!what.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, why);
            LockSupport.parkNanos(200_000);
        }
    }

    /** Of what it writes; -1 while it is not there. */
    private static long written(Path staging) {
        return folderOfAnother(staging)
                .map(each -> {
                    try (Stream<Path> out = Files.list(each.resolve("out"))) {
                        return out.mapToLong(file -> file.toFile().length()).max().orElse(-1);
                    } catch (NoSuchFileException gone) {
                        return -1L;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .orElse(-1L);
    }

    /** What ends with the statement: the other session, and all that it had. */
    private static void nothingStays(Queries queries, Path staging) {
        await(() -> folderOfAnother(staging).isEmpty(), "the other's folder stays");
        assertEquals(1, queries.standing().sessions());
        try (Stream<Path> all = Files.walk(staging)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                assertFalse(
                        new String(
                                        Files.readAllBytes(each),
                                        java.nio.charset.StandardCharsets.ISO_8859_1)
                                .contains(PLANTED),
                        each::toString);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void unapplied(Failure failure) {
        assertEquals(Failure.SYSTEM, failure.state(), failure::toString);
        assertTrue(failure.message().contains("could not be applied (57P01)"), failure::toString);
        assertFalse(failure.toString().contains("planted"), failure::toString);
    }

    // ---- what happens ----

    /** Between batches, and at the last read, when it is about to write. */
    @Test
    void aCancelAndADeathAtAnyReadEndTheStatement() {
        Path staging = Workers.staging();
        Ruled ruled = new Ruled("small");
        try (Queries queries = Queries.open(Workers.options(LITTLE, staging, 0));
                Session session = given(queries.begin("city", "UTC"))) {
            String few = "select count(word), min(n) from r where n < 10";
            assertEquals("5|1", given(first(session, few, ruled)));
            int reads = ruled.reads().get();
            assertTrue(reads > 3, reads + " reads");
            for (int at : new int[] {reads / 2 + 1, reads}) {
                Failure failure = failure(first(session, few, ruled.at(at, session::cancel)));
                assertEquals(Failure.CANCELLED, failure.state(), at + ": " + failure);
                nothingStays(queries, staging);
                unapplied(failure(first(session, few, ruled.at(at, () -> kill(scanner(staging))))));
                nothingStays(queries, staging);
            }
            assertTrue(session.alive());
            assertEquals("5|1", given(first(session, few, ruled)), "it goes on");
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }

    /** It has all that it reads, its file is made, and it does not get further. */
    @Test
    void aCancelAndADeathBeforeItsFirstRowEndTheStatement() throws Exception {
        Path staging = Workers.staging();
        Ruled ruled = new Ruled("small");
        try (Queries queries = Queries.open(Workers.options(LIMITS, staging, 0));
                Session session = given(queries.begin("city", "UTC"));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            given(first(session, ALL, ruled));
            Ruled stops =
                    ruled.at(
                            ruled.reads().get(),
                            () -> assertTrue(signal("STOP", scanner(staging))));
            for (boolean dies : new boolean[] {true, false}) {
                Ruled once = stops.at(stops.at(), stops.then());
                Future<Answer<String>> statement = threads.submit(() -> first(session, ALL, once));
                await(() -> written(staging) >= 0, "its file is not made");
                ProcessHandle scanner = scanner(staging);
                assertFalse(statement.isDone());
                if (dies) {
                    kill(scanner);
                } else {
                    session.cancel();
                    assertTrue(signal("CONT", scanner));
                }
                Failure failure = failure(statement.get(30, TimeUnit.SECONDS));
                if (dies) {
                    unapplied(failure);
                } else {
                    assertEquals(Failure.CANCELLED, failure.state(), failure::toString);
                }
                nothingStays(queries, staging);
                assertEquals("1", given(first(session, SOME, new Ruled("small"))), "it goes on");
            }
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }

    @Test
    void aCancelAndADeathWhileItWritesEndTheStatement() throws Exception {
        Path staging = Workers.staging();
        Ruled ruled = new Ruled("wide");
        try (Queries queries = Queries.open(Workers.options(LIMITS, staging, 0));
                Session session = given(queries.begin("city", "UTC"));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (boolean dies : new boolean[] {true, false}) {
                Future<Answer<String>> statement = inTheMiddle(threads, session, staging, ruled);
                ProcessHandle scanner = scanner(staging);
                if (dies) {
                    kill(scanner);
                } else {
                    session.cancel();
                    assertTrue(signal("CONT", scanner));
                }
                Failure failure = failure(statement.get(30, TimeUnit.SECONDS));
                if (dies) {
                    unapplied(failure);
                } else {
                    assertEquals(Failure.CANCELLED, failure.state(), failure::toString);
                }
                nothingStays(queries, staging);
                assertTrue(session.alive());
            }
            assertEquals(ROWS / 2 + "|1", given(first(session, ALL, ruled)), "it goes on");
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }

    /**
     * A statement whose second session stands still with a piece of its file written. One that was
     * through when it was stopped is let go on, and asked again.
     */
    private static Future<Answer<String>> inTheMiddle(
            ExecutorService threads, Session session, Path staging, Ruled ruled) throws Exception {
        for (int i = 0; i < TRIES; i++) {
            Future<Answer<String>> statement = threads.submit(() -> first(session, ALL, ruled));
            await(() -> written(staging) > 0 || statement.isDone(), "nothing is written");
            Optional<ProcessHandle> scanner = folderOfAnother(staging).map(_ -> scanner(staging));
            if (scanner.isPresent() && signal("STOP", scanner.get()) && unfinished(staging)) {
                assertFalse(statement.isDone());
                return statement;
            }
            scanner.ifPresent(each -> signal("CONT", each));
            assertNotEquals("", given(statement.get(30, TimeUnit.SECONDS)));
        }
        return fail("it was through each time");
    }

    /** A file of Parquet ends with its magic bytes, which come last. */
    private static boolean unfinished(Path staging) throws IOException {
        Optional<Path> other = folderOfAnother(staging);
        if (other.isEmpty()) {
            return false;
        }
        try (Stream<Path> out = Files.list(other.get().resolve("out"))) {
            Optional<Path> file = out.findFirst();
            if (file.isEmpty()) {
                return false;
            }
            byte[] bytes = Files.readAllBytes(file.get());
            return bytes.length > 4
                    && !new String(
                                    bytes,
                                    bytes.length - 4,
                                    4,
                                    java.nio.charset.StandardCharsets.ISO_8859_1)
                            .equals("PAR1");
        } catch (NoSuchFileException gone) {
            return false;
        }
    }
}
