package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.datasketches.theta.ThetaSketch;
import org.apache.datasketches.theta.UpdatableThetaSketch;
import org.domicile.query.Failure;
import org.domicile.query.Limits;
import org.domicile.query.Queries;
import org.domicile.query.QueryOptions;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.SessionContract;
import org.domicile.query.Sketch;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Written;
import org.domicile.walls.Walls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract, kept by workers; and what is special of them. */
class WorkerSessionTest extends SessionContract {
    @Override
    protected Queries open(Limits limits) {
        return Queries.open(Workers.options(limits));
    }

    @Override
    protected void parquet(Path file, String select) {
        Workers.parquet(file, select);
    }

    /**
     * What another has to put into a sketch to have the same: values as Iceberg's table
     * specification, appendix D, writes them.
     */
    @Test
    void sketchesAreThoseThatIcebergNames() {
        Map<String, byte[]> values =
                Map.ofEntries(
                        Map.entry("true", bytes("01")),
                        Map.entry("34::integer", bytes("22000000")),
                        Map.entry("34::bigint", bytes("2200000000000000")),
                        Map.entry("1.5::float", bytes("0000c03f")),
                        Map.entry("1.5::double", bytes("000000000000f83f")),
                        Map.entry("date '2017-11-16'", bytes("4e440000")),
                        Map.entry("time '00:00:00.000001'", bytes("0100000000000000")),
                        Map.entry(
                                "timestamp '1970-01-01 00:00:00.000002'",
                                bytes("0200000000000000")),
                        Map.entry("timestamptz '1969-12-31 23:59:59Z'", bytes("c0bdf0ffffffffff")),
                        Map.entry("'iceberg'", bytes("69636562657267")),
                        Map.entry("'\\xff\\x00'::blob", bytes("ff00")),
                        Map.entry(
                                "uuid 'f79c3e09-677c-4bbd-a479-3f349cb785e7'",
                                bytes("f79c3e09677c4bbda4793f349cb785e7")),
                        Map.entry("14.20::decimal(9, 2)", bytes("058c")),
                        Map.entry("-1::decimal(4, 0)", bytes("ff")),
                        Map.entry(
                                "12345678901234567890.1::decimal(38, 1)",
                                bytes("06b14e9f812f366c35")));
        try (Session session = session()) {
            values.forEach((value, bytes) -> {
                Sketch found = given(session.sketch("select " + value, sources)).getFirst();
                assertEquals(1, found.distinct(), value);
                UpdatableThetaSketch own = UpdatableThetaSketch.builder().build();
                own.update(bytes);
                assertArrayEquals(own.compact().toByteArray(), found.theta(), value);
            });
            Sketch many =
                    given(session.sketch("select i from range(1000000) t(i)", sources)).getFirst();
            assertTrue(many.theta().length <= Sketch.MOST, "at most 32 KiB");
            ThetaSketch read = ThetaSketch.heapify(MemorySegment.ofArray(many.theta()));
            assertEquals(many.distinct(), Math.round(read.getEstimate()));
            assertTrue(
                    read.getLowerBound(3) <= 1_000_000 && 1_000_000 <= read.getUpperBound(3),
                    () -> "far from a million: " + read);
        }
    }

    private static byte[] bytes(String hexadecimal) {
        return HexFormat.of().parseHex(hexadecimal);
    }

    @Test
    void everyWallStands() {
        session().close();
        assertEquals(Walls.NAMES, queries.standing().walls());
        assertEquals(List.of(), queries.standing().missing());
    }

    @Test
    void aWorkerThatIsKilledEndsItsSessionAlone() throws Exception {
        Path staging = Workers.staging();
        try (Queries own = Queries.open(Workers.options(LIMITS, staging, 0));
                Session one = given(own.begin("city", "UTC"));
                Session other = given(own.begin("city", "UTC"))) {
            List<ProcessHandle> workers = workers(staging);
            assertTrue(workers.size() >= 2, workers::toString);
            ProcessHandle killed =
                    workers.stream()
                            .filter(each -> arguments(each).contains("session-1/"))
                            .findFirst()
                            .orElseThrow();
            killed.destroyForcibly();
            killed.onExit().get(10, TimeUnit.SECONDS);
            Failure failure = failing(one, "select 1");
            assertEquals(Failure.GONE, failure.state(), failure::toString);
            assertFalse(one.alive());
            assertEquals(List.of(List.<Value>of(new Value.Whole(1))), rows(other, "select 1"));
            try (Session next = given(own.begin("city", "UTC"))) {
                assertEquals(1, rows(next, "select 1").size());
            }
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }

    /** A process that was just killed still looks alive to the pool, which gives it away. */
    @Test
    void aSessionBeginsInAnotherWorkerWhenTheWaitingOnesAreDead() throws Exception {
        Path staging = Workers.staging();
        try (Queries own = Queries.open(Workers.options(LIMITS, staging, 2))) {
            for (int round = 0; round < 3; round++) {
                workers(staging).forEach(ProcessHandle::destroyForcibly);
                try (Session session = given(own.begin("city", "UTC"))) {
                    assertEquals(Map.of("city", 1), own.taken());
                    assertEquals(1, rows(session, "select 1").size());
                }
                assertEquals(Map.of(), own.taken());
            }
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }

    /** The first session leaves it, and the next one's Java says so if it cannot use it. */
    @Test
    void workersThatStartLaterFindTheirClassesReady(@TempDir Path engines) throws Exception {
        QueryOptions options = Workers.keptIn(engines);
        List<Path> made;
        try (Queries own = Queries.open(options)) {
            given(own.begin("city", "UTC")).close();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            for (made = archives(engines); made.isEmpty(); made = archives(engines)) {
                assertTrue(System.nanoTime() < end, "no archive was made");
                LockSupport.parkNanos(20_000_000);
            }
            try (Session session = given(own.begin("city", "UTC"))) {
                assertEquals(1, rows(session, "select 1").size());
                String archive = made.getFirst().toRealPath().toString();
                assertTrue(
                        workers(options.staging()).stream().anyMatch(each -> maps(each, archive)),
                        "no worker has mapped " + archive);
            }
        }
        assertFalse(Files.exists(options.staging()), "nothing is left");
        // one that is broken is no reason not to start, whether Java sees that or dies of it
        byte[] whole = Files.readAllBytes(made.getFirst());
        byte[] within = whole.clone();
        Arrays.fill(within, within.length / 8, within.length, (byte) 7);
        for (byte[] broken : List.of(new byte[10_000], within)) {
            Files.write(made.getFirst(), broken);
            try (Queries own = Queries.open(options);
                    Session session = given(own.begin("city", "UTC"))) {
                assertEquals(1, rows(session, "select 1").size());
            }
        }
    }

    /** A folder that others could write to may hold anything. */
    @Test
    void whatOthersCouldHaveWrittenIsNotRun(@TempDir Path above) throws Exception {
        Path engines = above.resolve("engines");
        QueryOptions options = Workers.keptIn(engines);
        try (Queries own = Queries.open(options)) {
            given(own.begin("city", "UTC")).close();
        }
        Path planted;
        try (Stream<Path> all = Files.walk(engines)) {
            planted = all.filter(each -> each.endsWith("engine.jar")).findFirst().orElseThrow();
        }
        Files.writeString(planted, "anybody's");
        Files.setPosixFilePermissions(engines, PosixFilePermissions.fromString("rwxrwxr-x"));
        try (Queries own = Queries.open(options);
                Session session = given(own.begin("city", "UTC"))) {
            assertEquals(1, rows(session, "select 1").size());
        }
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(engines)));
        assertTrue(Files.size(planted) > 100_000, "it was unpacked anew");
    }

    private static List<Path> archives(Path engines) throws IOException {
        try (Stream<Path> all = Files.walk(engines)) {
            return all.filter(each -> each.toString().endsWith(".jsa")).toList();
        }
    }

    private static boolean maps(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc", process.pid() + "", "maps")).contains(file);
        } catch (IOException e) {
            return false;
        }
    }

    /** Of the server's heap: an organisation has half, and what waits for it can be ended. */
    @Test
    void largeRowsOfManySessionsWaitForEachOther() throws Exception {
        String large = "select repeat('x', 7000000) from range(3)";
        try (Session waiting = session();
                Session elsewhere = given(queries.begin("water", "UTC"))) {
            Session holding = session();
            Rows held = given(holding.run(large, List.of(), sources));
            assertEquals(1, given(held.next()).orElseThrow().rows());
            // another organisation's come
            assertEquals(3, rows(elsewhere, large).size());
            // one of the same waits, and is cancelled
            Thread canceller =
                    Thread.ofVirtual()
                            .start(() -> {
                                LockSupport.parkNanos(700_000_000);
                                waiting.cancel();
                            });
            Failure cancelled = failing(waiting, large);
            canceller.join();
            assertEquals(Failure.CANCELLED, cancelled.state(), cancelled::toString);
            assertEquals(1, rows(waiting, "select 1").size(), "it knows where it is");
            // or until its time is over
            Failure crowded = failing(waiting, large);
            assertEquals(Failure.MEMORY, crowded.state(), crowded::toString);
            assertEquals(1, rows(waiting, "select 1").size());
            // what a session held when it was closed is free
            assertEquals(1, given(held.next()).orElseThrow().rows());
            holding.close();
            assertEquals(3, rows(waiting, large).size());
        }
    }

    private static final Target.Parquet MANY =
            new Target.Parquet(
                    List.of(new Target.Slot("n", "BIGINT", "1", 1)),
                    List.of(
                            new Target.Key(
                                    0, List.of(), "BIGINT", new Target.Transform.Identity())));

    private static final String ROWS = "select i %% %d from range(100000) t(i)";

    /** Of files that a worker has begun and the program has taken, none is left. */
    @Test
    void whatIsInterruptedBetweenPartitionsLeavesNothing() throws Exception {
        Path staging = Workers.staging();
        try (Queries own = Queries.open(Workers.options(LIMITS, staging, 0));
                Session session = given(own.begin("city", "UTC"))) {
            Path out = staging.resolve("session-1").resolve("out");
            Thread canceller = later(out, session::cancel);
            Failure failure =
                    failure(session.write(ROWS.formatted(1_000), List.of(), MANY, sources));
            canceller.join();
            assertEquals(Failure.CANCELLED, failure.state(), failure::toString);
            assertEquals(0, own.standing().staged());
            try (Written written =
                    given(session.write(ROWS.formatted(10), List.of(), MANY, sources))) {
                assertEquals(10, written.files().size(), "it goes on");
            }
            Thread killer =
                    later(out, () -> workers(staging).forEach(ProcessHandle::destroyForcibly));
            Failure gone = failure(session.write(ROWS.formatted(1_000), List.of(), MANY, sources));
            killer.join();
            assertEquals(Failure.GONE, gone.state(), gone::toString);
            assertEquals(0, own.standing().staged());
        }
        assertFalse(Files.exists(staging), "nothing is left");
    }

    /** Once some partitions are done, of which each file in turn has had its name. */
    private static Thread later(Path out, Runnable what) {
        return Thread.ofVirtual()
                .start(() -> {
                    Set<String> seen = new HashSet<>();
                    while (seen.size() < 20) {
                        String[] names = out.toFile().list();
                        seen.addAll(names == null ? List.of() : List.of(names));
                        LockSupport.parkNanos(100_000);
                    }
                    what.run();
                });
    }

    @Test
    void partitionsThatTheStagingDoesNotHoldAreNotWritten() {
        try (Session session = session()) {
            Failure failure =
                    failure(
                            session.write(
                                    "select i, md5(i::varchar) || md5((i + 1)::varchar) from"
                                            + " range(110000) t(i)",
                                    List.of(),
                                    new Target.Parquet(
                                            List.of(
                                                    new Target.Slot("n", "BIGINT", "1", 1),
                                                    new Target.Slot("w", "VARCHAR", "2", 2)),
                                            List.of(
                                                    new Target.Key(
                                                            0,
                                                            List.of(),
                                                            "BIGINT",
                                                            new Target.Transform.Bucket(4)))),
                                    sources));
            assertEquals(Failure.OVER_LIMIT, failure.state(), failure::toString);
            assertEquals(0, queries.standing().staged());
        }
    }

    @Test
    void functionsOfOursAreNobodysElse() {
        try (Session session = session()) {
            for (String call :
                    List.of(
                            "select domicile_hash_long(1)",
                            "select * from range(1) where \"DOMICILE_HASH_hex\"('zz') = 1",
                            "select domicile_hash_whole(repeat('9', 1000000))")) {
                assertEquals(Failure.NOT_HERE, failing(session, call).state(), call);
            }
        }
    }

    @Test
    void noWorkerOutlivesItsPool() throws Exception {
        Path staging = Workers.staging();
        List<ProcessHandle> workers;
        try (Queries own = Queries.open(Workers.options(LIMITS, staging, 0))) {
            given(own.begin("city", "UTC"));
            workers = workers(staging);
            assertFalse(workers.isEmpty());
        }
        for (ProcessHandle each : workers) {
            each.onExit().get(10, TimeUnit.SECONDS);
        }
    }

    /**
     * A session that its client's end closes while the server stops leaves its folder to nobody.
     */
    @Test
    void nothingIsLeftOfSessionsThatEndWithTheirPool() throws Exception {
        for (int round = 0; round < 3; round++) {
            Path staging = Workers.staging();
            List<Thread> clients = new ArrayList<>();
            try (Queries own = Queries.open(Workers.options(LIMITS, staging, 0))) {
                for (int i = 0; i < 3; i++) {
                    Session session = given(own.begin("city", "UTC"));
                    clients.add(Thread.ofVirtual().unstarted(session::close));
                }
                clients.forEach(Thread::start);
                LockSupport.parkNanos(1_000_000L << round); // some have just begun to close
            }
            assertFalse(Files.exists(staging), "nothing is left");
            for (Thread each : clients) {
                each.join();
            }
        }
    }

    @Test
    void whatAnEarlierRunLeftIsRemoved() throws IOException {
        Path staging = Workers.staging();
        Path left = Files.createDirectories(staging.resolve("session-7/files"));
        Files.writeString(left.resolve("f1.parquet"), "left");
        Path kept = Files.createDirectories(staging.resolve("something"));
        try (Queries own = Queries.open(Workers.options(LIMITS, staging, 0))) {
            assertEquals(0, own.standing().sessions());
            assertFalse(Files.exists(left));
            assertTrue(Files.exists(kept), "it removes what it can have made, and nothing else");
        }
    }

    private static List<ProcessHandle> workers(Path staging) {
        return ProcessHandle.current()
                .children()
                .filter(each -> arguments(each).contains(staging.toString()))
                .toList();
    }

    private static String arguments(ProcessHandle process) {
        return String.join(" ", process.info().arguments().orElse(new String[0]));
    }
}
