package org.domicile.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.bytes.FaultyDisk;
import org.domicile.verifier.Checkpoint;
import org.domicile.verifier.TrustPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Asking witnesses over HTTP: good ones, dead ones, slow ones, liars. */
@Timeout(60)
class CosignersTest {
    private final MadeLog log = MadeLog.of("log.example/a").grow(5, "a");
    private final List<Served> served = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore moved = new Semaphore(0);

    /** A witness on a port of its own; what it does first can be set. */
    private final class Served {
        final HttpServer server;
        final Witness witness;
        final AtomicInteger asked = new AtomicInteger();
        volatile Manner manner = exchange -> false;

        Served(String name) throws IOException {
            FaultyDisk disk = new FaultyDisk(1);
            Path folder = Path.of("/" + name);
            Witness.create(folder, "witness.example/" + name, disk);
            witness = Witness.open(folder, disk, InstantSource.system(), List.of(log.key));
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            server.createContext("/", this::answer);
            server.start();
            served.add(this);
        }

        private void answer(HttpExchange exchange) throws IOException {
            asked.incrementAndGet();
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!manner.answers(exchange)) {
                Witness.Answer answer = witness.addCheckpoint(body);
                send(exchange, answer.status(), answer.body());
            }
        }

        String lines(String name) {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            return "witness %s-ed %s %s\nwitness %s-ml %s %s\ngroup %s any %s-ed %s-ml\n"
                    .formatted(
                            name,
                            witness.key().verifierKeys().get(0).format(),
                            url,
                            name,
                            witness.key().verifierKeys().get(1).format(),
                            url,
                            name,
                            name,
                            name);
        }
    }

    private interface Manner {
        /** Whether it did; else the witness answers. */
        boolean answers(HttpExchange exchange) throws IOException;
    }

    private static boolean send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
        return true;
    }

    @AfterEach
    void close() {
        served.forEach(each -> each.server.stop(0));
        threads.shutdownNow();
    }

    private Cosigners cosigners(Demand demand, Served... witnesses) {
        StringBuilder policy = new StringBuilder();
        StringBuilder names = new StringBuilder();
        for (Served each : witnesses) {
            String name = "w" + served.indexOf(each);
            policy.append(each.lines(name));
            names.append(' ').append(name);
        }
        policy.append("group all 2").append(names).append("\nquorum all\n");
        return Cosigners.open(
                TrustPolicy.parse(policy.toString().getBytes(StandardCharsets.UTF_8)),
                demand,
                InstantSource.system(),
                HttpClient.newBuilder());
    }

    private Cosigners.Asking ask(Cosigners cosigners) {
        int size = log.size();
        return cosigners.ask(
                new Candidate(
                        log.origin, log.checkpoint(), older -> log.consistency((int) older, size)),
                moved::release);
    }

    /** The lines, waited for. */
    private String lines(Cosigners.Asking asking) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < end) {
            var lines = asking.lines();
            if (lines.isPresent()) {
                return lines.get();
            }
            boolean signalled = moved.tryAcquire(50, TimeUnit.MILLISECONDS);
            assertTrue(signalled || System.nanoTime() < end);
        }
        throw new AssertionError("no lines in 20 s");
    }

    private int cosigned(String lines) throws Exception {
        byte[] note =
                (new String(log.checkpoint(), StandardCharsets.UTF_8) + lines)
                        .getBytes(StandardCharsets.UTF_8);
        Checkpoint checkpoint = Checkpoint.parse("cosigned", note);
        int count = 0;
        for (Served each : served) {
            for (var key : each.witness.key().verifierKeys()) {
                count += checkpoint.cosigned("cosigned", key).isPresent() ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void allThatAreWellCosignAndCatchUp() throws Exception {
        Served one = new Served("one");
        Served two = new Served("two");
        // it has seen an earlier size that we know nothing of
        assertEquals(
                200,
                one.witness
                        .addCheckpoint(new AddCheckpoint(0, List.of(), log.checkpoint(3)).format())
                        .status());
        try (Cosigners cosigners = cosigners(new Demand.Nothing(), one, two)) {
            for (int round = 0; round < 3; round++) {
                try (Cosigners.Asking asking = ask(cosigners)) {
                    assertEquals(4, cosigned(lines(asking)), "two witnesses, two keys each");
                }
                log.grow(round + 1, "more" + round);
            }
            assertEquals(4, one.asked.get(), "a 409, then once for each");
            assertEquals(3, two.asked.get());
            assertTrue(cosigners.figures().stream().allMatch(each -> each.error().isEmpty()));
        }
    }

    @Test
    void aDemandIsMetByOthersThanTheDeadOne() throws Exception {
        Served dead = new Served("dead");
        dead.server.stop(0);
        Served one = new Served("one");
        Served two = new Served("two");
        for (Demand demand : List.of(new Demand.AtLeast(2), new Demand.Quorum())) {
            try (Cosigners cosigners = cosigners(demand, dead, one, two);
                    Cosigners.Asking asking = ask(cosigners)) {
                assertEquals(4, cosigned(lines(asking)));
                assertFalse(cosigners.figures().getFirst().error().isEmpty());
            }
        }
    }

    @Test
    void nothingIsPublishedBelowTheDemandUntilSomebodyComesBack() throws Exception {
        Served one = new Served("one");
        Served two = new Served("two");
        two.manner = exchange -> send(exchange, 503, new byte[] {'n', 'o'});
        try (Cosigners cosigners = cosigners(new Demand.AtLeast(2), one, two);
                Cosigners.Asking asking = ask(cosigners)) {
            assertTrue(moved.tryAcquire(2, 10, TimeUnit.SECONDS));
            assertTrue(asking.lines().isEmpty());
            assertTrue(cosigners.figures().get(1).error().contains("answered 503: no"));
            two.manner = exchange -> false;
            assertEquals(4, cosigned(lines(asking)));
        }
    }

    @Test
    void liarsAndTalkersCountForNothing() throws Exception {
        Served liar = new Served("liar");
        Served talker = new Served("talker");
        Served redirecting = new Served("redirecting");
        Served ahead = new Served("ahead");
        Served honest = new Served("honest");
        Witness.Answer others =
                honest.witness.addCheckpoint(
                        new AddCheckpoint(0, List.of(), log.checkpoint(2)).format());
        liar.manner = exchange -> send(exchange, 200, others.body());
        talker.manner = exchange -> send(exchange, 200, new byte[1 << 20]);
        redirecting.manner =
                exchange -> {
                    exchange.getResponseHeaders()
                            .set(
                                    "Location",
                                    "http://127.0.0.1:"
                                            + honest.server.getAddress().getPort()
                                            + "/add-checkpoint");
                    return send(exchange, 307, new byte[0]);
                };
        ahead.manner = exchange -> send(exchange, 409, "99\n".getBytes(StandardCharsets.UTF_8));
        try (Cosigners cosigners =
                        cosigners(new Demand.AtLeast(1), liar, talker, redirecting, ahead, honest);
                Cosigners.Asking asking = ask(cosigners)) {
            assertTrue(moved.tryAcquire(5, 20, TimeUnit.SECONDS));
            assertEquals(2, cosigned(lines(asking)));
            List<String> errors =
                    cosigners.figures().stream().map(Cosigners.Figures::error).toList();
            assertTrue(errors.get(0).contains("no valid cosignature"), errors::toString);
            assertTrue(errors.get(1).contains("longer than"), errors::toString);
            assertTrue(errors.get(2).contains("answered 307"), errors::toString);
            assertTrue(errors.get(3).contains("has cosigned 99 entries"), errors::toString);
            assertEquals("", errors.get(4));
        }
    }

    /** A witness that says nothing holds publication up for a second, and then never again. */
    @Test
    void aSilentOneIsNotWaitedForLong() throws Exception {
        Served silent = new Served("silent");
        Semaphore talk = new Semaphore(0);
        silent.manner =
                exchange -> {
                    talk.acquireUninterruptibly();
                    return false;
                };
        Served one = new Served("one");
        try (Cosigners cosigners = cosigners(new Demand.Nothing(), silent, one)) {
            long began = System.nanoTime();
            try (Cosigners.Asking asking = ask(cosigners)) {
                assertEquals(2, cosigned(lines(asking)));
            }
            long took = Duration.ofNanos(System.nanoTime() - began).toMillis();
            assertTrue(took >= 900 && took < 5_000, took + " ms");
        } finally {
            talk.release(100);
        }
    }

    @Test
    void moreThanThereAreCannotBeDemanded() throws Exception {
        Served one = new Served("one");
        Served two = new Served("two");
        assertThrows(
                IllegalArgumentException.class, () -> cosigners(new Demand.AtLeast(3), one, two));
    }
}
