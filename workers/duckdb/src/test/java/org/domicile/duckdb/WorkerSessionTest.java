package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.domicile.query.Failure;
import org.domicile.query.Limits;
import org.domicile.query.Queries;
import org.domicile.query.Session;
import org.domicile.query.SessionContract;
import org.domicile.query.Value;
import org.domicile.walls.Walls;
import org.junit.jupiter.api.Test;

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
