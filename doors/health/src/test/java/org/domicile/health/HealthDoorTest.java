package org.domicile.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Purpose;
import org.domicile.policy.Register;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alive, ready, and figures that a strict reader takes, over a real server. */
class HealthDoorTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final AtomicReference<Readiness> readiness = new AtomicReference<>(Optional::empty);
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicReference<Figures> figures = new AtomicReference<>(List::of);
    private HttpServer http;

    @BeforeEach
    void open() throws IOException {
        HealthDoor door =
                new HealthDoor(
                        () -> {
                            asked.incrementAndGet();
                            return readiness.get().obstacle();
                        },
                        () -> figures.get().now(),
                        Duration.ofMillis(200));
        http =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("web", "127.0.0.1", 0), door)));
    }

    @AfterEach
    void close() {
        release.countDown();
        http.close();
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + http.port("web") + path))
                            .timeout(Duration.ofSeconds(20))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private void awaitReady(int status, String says) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        HttpResponse<String> answered = ask("GET", "/ready");
        while (answered.statusCode() != status || !answered.body().contains(says)) {
            assertTrue(System.nanoTime() < end, "waited in vain for " + says + ": " + answered);
            LockSupport.parkNanos(50_000_000);
            answered = ask("GET", "/ready");
        }
    }

    @Test
    void readyIsWhoCouldServeAndAliveIsWhoAnswers() throws Exception {
        awaitReady(200, "ready");
        readiness.set(() -> Optional.of("the ledger does not record: no room"));
        awaitReady(503, "not ready: the ledger does not record: no room");
        readiness.set(() -> {
            throw new StorageFailure(StorageFailure.Kind.FULL, "no room for a write");
        });
        awaitReady(503, "no room for a write");
        readiness.set(() -> {
            throw new IllegalStateException("a bug");
        });
        awaitReady(503, "see the log");
        assertEquals("alive\n", ask("GET", "/health").body());
        readiness.set(Optional::empty);
        awaitReady(200, "ready");
    }

    @Test
    void aStoreThatHangsIsNotReadyAndIsNotAskedTwice() throws Exception {
        readiness.set(() -> {
            try {
                release.await();
                return Optional.empty();
            } catch (InterruptedException e) {
                return Optional.of("interrupted");
            }
        });
        for (int i = 0; i < 8; i++) {
            HttpResponse<String> answered = ask("GET", "/ready");
            assertEquals(503, answered.statusCode());
            assertTrue(answered.body().contains("has not answered"), answered.body());
        }
        assertEquals(1, asked.get());
        assertEquals(200, ask("GET", "/health").statusCode());
        release.countDown();
        awaitReady(200, "ready");
    }

    @Test
    void askingOftenDoesNotAskTheStoreOften() throws Exception {
        long began = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertEquals(200, ask("GET", "/ready").statusCode());
        }
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        assertTrue(asked.get() <= seconds + 2, asked + " in " + seconds + " s");
    }

    @Test
    void figuresAreWhatPrometheusReads() throws Exception {
        figures.set(() -> {
            List<Metric> all = new ArrayList<>(Metrics.http(http.figures()));
            all.addAll(Metrics.ledger(new Ledger.State(2, 70_000, 3, NOW), NOW));
            all.add(Metrics.expiring(register(), NOW));
            all.addAll(Metrics.process(NOW));
            all.add(
                    new Metric(
                            "test_odd",
                            "back\\slash\nand line",
                            Metric.Type.GAUGE,
                            List.of(
                                    Metric.Sample.of(Map.of("a", "q\"b\\n\nl", "b", "é"), 1.5),
                                    Metric.Sample.of(Map.of("a", "inf"), 1 / 0.0),
                                    Metric.Sample.of(Map.of("a", "small"), 1e-9),
                                    Metric.Sample.of(Map.of(), Double.NaN))));
            return all;
        });
        HttpResponse<String> answered = ask("GET", "/metrics");
        assertEquals(200, answered.statusCode());
        assertEquals(
                "text/plain; version=0.0.4; charset=utf-8",
                answered.headers().firstValue("Content-Type").orElseThrow());
        Map<String, Double> values = PrometheusText.parse(answered.body());
        assertEquals(70_000, values.get("domicile_ledger_entries{}"));
        assertEquals(0, values.get("domicile_ledger_checkpoint_age_seconds{}"));
        assertEquals(1, values.get("domicile_http_requests_total{listener=web}"));
        assertEquals(1, values.get("domicile_http_connections{listener=web}"));
        assertTrue(
                values.getOrDefault("domicile_http_received_bytes_total{listener=web}", 0.0) > 10);
        assertEquals(
                86_400, values.get("domicile_purpose_expires_seconds{purpose=main/first-steps}"));
        assertEquals(-60, values.get("domicile_purpose_expires_seconds{purpose=main/over}"));
        assertFalse(answered.body().contains("main/later"));
        assertFalse(answered.body().contains("main/withdrawn"));
        assertFalse(answered.body().contains("installation/"));
        assertEquals(1.5, values.get("test_odd{a=q\"b\\n\nl,b=é}"));
        assertEquals(Double.POSITIVE_INFINITY, values.get("test_odd{a=inf}"));
        assertEquals(1e-9, values.get("test_odd{a=small}"));
        assertEquals(Double.NaN, values.get("test_odd{}"));
    }

    private static Register register() {
        return new Register(
                "",
                Map.of(),
                Map.of(),
                Map.of(
                        "a", purpose("first-steps", NOW.plus(Duration.ofDays(1)), false),
                        "b", purpose("over", NOW.minusSeconds(60), false),
                        "c", purpose("later", NOW.plus(Duration.ofDays(15)), false),
                        "d", purpose("withdrawn", NOW.plus(Duration.ofDays(1)), true),
                        "e", purpose("long-over", NOW.minus(Duration.ofDays(15)), false),
                        "f", purpose("never", Instant.MAX, false)),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of());
    }

    private static Purpose purpose(String name, Instant expires, boolean withdrawn) {
        return new Purpose(
                "main", name, "", "", "", List.of("home"), Instant.EPOCH, expires, withdrawn);
    }

    @Test
    void namesKeepToTheConventions() {
        assertThrows(IllegalArgumentException.class, () -> Metric.gauge("a-b", "", 1));
        assertThrows(IllegalArgumentException.class, () -> Metric.gauge("a_total", "", 1));
        assertThrows(IllegalArgumentException.class, () -> Metric.counter("a", "", 1));
        assertThrows(
                IllegalArgumentException.class, () -> Metric.Sample.of(Map.of("__name__", ""), 1));
        Metric.Sample sample = Metric.Sample.of(Map.of("a", "b"), 1);
        assertThrows(
                IllegalArgumentException.class,
                () -> new Metric("a", "", Metric.Type.GAUGE, List.of(sample, sample)));
        Metric metric = Metric.gauge("a", "", 1);
        assertThrows(IllegalStateException.class, () -> Exposition.of(List.of(metric, metric)));
    }

    @Test
    void theStrictReaderIsStrict() {
        for (String wrong :
                List.of(
                        "a 1\n",
                        "# HELP a h\n# TYPE a gauge\na 1",
                        "# HELP a h\n# TYPE a gauge\na{b=\"c} 1\n",
                        "# HELP a h\n# TYPE a gauge\na{b=\"c\\x\"} 1\n",
                        "# HELP a h\n# TYPE a gauge\nb 1\n",
                        "# HELP a h\n# TYPE a gauge\na 1\na 2\n",
                        "# HELP a h\n# TYPE a thing\na 1\n",
                        "# TYPE a gauge\na 1\n")) {
            assertThrows(IllegalArgumentException.class, () -> PrometheusText.parse(wrong), wrong);
        }
    }

    @Test
    void otherPathsAndMethodsAreNot() throws Exception {
        assertEquals(404, ask("GET", "/").statusCode());
        assertEquals(404, ask("GET", "/health/").statusCode());
        assertEquals(404, ask("GET", "/metrics/../health").statusCode());
        HttpResponse<String> post = ask("POST", "/ready");
        assertEquals(405, post.statusCode());
        assertEquals("GET, HEAD", post.headers().firstValue("Allow").orElseThrow());
        assertEquals("", ask("HEAD", "/health").body());
        figures.set(() -> {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "it is closed");
        });
        assertEquals(503, ask("GET", "/metrics").statusCode());
    }
}
