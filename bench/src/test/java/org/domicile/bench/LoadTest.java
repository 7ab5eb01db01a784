package org.domicile.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.junit.jupiter.api.Test;

/** The client against a real server that sometimes does wrong. */
class LoadTest {
    private static final long REQUESTS = 2_000;
    private final Content content = new Content(-7);
    private final Map<String, byte[]> stored = new ConcurrentHashMap<>();
    private final AtomicLong asked = new AtomicLong();

    private void keep(Exchange exchange) throws IOException {
        asked.incrementAndGet();
        if (exchange.method().equals("PUT")) {
            stored.put(exchange.rawPath(), exchange.body().readAllBytes());
            exchange.respond(200, new Headers(), ByteBuffer.allocate(0));
            return;
        }
        byte[] body = stored.get(exchange.rawPath());
        exchange.respond(
                body == null ? 404 : 200,
                new Headers(),
                ByteBuffer.wrap(body == null ? new byte[0] : body));
    }

    private interface Use {
        void with(Load.Target target) throws IOException;
    }

    private static void serving(HttpHandler handler, Use use) throws IOException {
        try (HttpServer server =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("test", "127.0.0.1", 0), handler)))) {
            use.with(target(server.port("test")));
        }
    }

    private static Load.Target target(int port) {
        return new Load.Target(
                new InetSocketAddress("127.0.0.1", port),
                Optional.of(new Load.Signing(new Signer.Credential("a", "b"), "home")),
                Load.Payload.SHA256);
    }

    private static Load load(Load.Target target, long most) {
        return new Load(target, 8, 2, Duration.ofSeconds(30), most);
    }

    @Test
    void countsEachRequestOnceAndReadsBackWhatItPut() throws IOException {
        serving(
                this::keep,
                target -> {
                    Work.Objects objects = new Work.Objects("/b/", "", 10_000);
                    Load.Outcome puts = load(target, REQUESTS).run(new Work.Puts(objects), content);
                    assertEquals("", puts.firstFailure());
                    assertEquals(REQUESTS, puts.done());
                    assertEquals(REQUESTS, asked.get());
                    assertEquals(REQUESTS, stored.size());
                    assertEquals(REQUESTS, puts.latency().count());
                    assertEquals(REQUESTS * 10_000, puts.bytes());
                    assertTrue(puts.clientCpu() > 0 && puts.seconds() > 0);
                    Load.Outcome gets = load(target, REQUESTS).run(new Work.Gets(objects), content);
                    assertEquals("", gets.firstFailure());
                    assertEquals(REQUESTS, gets.done());
                });
    }

    @Test
    void atAFixedRateNothingBeginsBeforeItsTime() throws IOException {
        serving(
                this::keep,
                target -> {
                    Work.Objects objects = new Work.Objects("/b/", "", 100);
                    Load.Outcome puts =
                            load(target, 200).paced(1_000).run(new Work.Puts(objects), content);
                    assertEquals("", puts.firstFailure());
                    assertEquals(200, puts.done());
                    // two threads, each with the 100th of its requests due after 198 ms
                    assertTrue(puts.seconds() >= 0.198, () -> "after " + puts.seconds());
                });
    }

    @Test
    void everyPageOfEveryObjectIsDifferent() throws IOException {
        serving(
                this::keep,
                target -> {
                    Work.Objects objects = new Work.Objects("/b/", "", 3 * Content.PIECE);
                    load(target, 4).run(new Work.Puts(objects), content);
                    long pages =
                            stored.values().stream()
                                    .flatMap(body ->
                                            java.util.stream.IntStream.range(
                                                            0, body.length / Content.PAGE)
                                                    .mapToObj(i ->
                                                            ByteBuffer.wrap(
                                                                    body,
                                                                    i * Content.PAGE,
                                                                    Content.PAGE)))
                                    .distinct()
                                    .count();
                    assertEquals(4L * 3 * Content.PIECE / Content.PAGE, pages);
                });
    }

    @Test
    void aRefusalIsAFailureAndNotARequestDone() throws IOException {
        AtomicLong turn = new AtomicLong();
        serving(
                exchange -> {
                    exchange.body().readAllBytes();
                    exchange.respond(
                            turn.incrementAndGet() % 10 == 0 ? 503 : 200,
                            new Headers(),
                            ByteBuffer.allocate(0));
                },
                target -> {
                    Load.Outcome puts =
                            load(target, REQUESTS)
                                    .run(new Work.Puts(new Work.Objects("/b/", "", 100)), content);
                    assertEquals(REQUESTS / 10, puts.failed());
                    assertEquals(REQUESTS - REQUESTS / 10, puts.done());
                    assertTrue(puts.firstFailure().startsWith("status 503"), puts.firstFailure());
                });
    }

    @Test
    void aWrongBodyIsAFailure() throws IOException {
        serving(
                exchange -> {
                    exchange.body().readAllBytes();
                    exchange.respond(
                            200,
                            new Headers(),
                            ByteBuffer.allocate(exchange.method().equals("GET") ? 100 : 0));
                },
                target -> {
                    Work.Objects right = new Work.Objects("/b/", "", 100);
                    load(target, 10).run(new Work.Puts(right), content);
                    Load.Outcome other = load(target, 50).run(new Work.Gets(right), content);
                    assertEquals(50, other.failed());
                    assertTrue(other.firstFailure().startsWith("another content"));
                    Work.Objects longer = new Work.Objects("/b/", "", 101);
                    load(target, 10).run(new Work.Puts(longer), content);
                    Load.Outcome shorter = load(target, 50).run(new Work.Gets(longer), content);
                    assertEquals(50, shorter.failed());
                    assertTrue(shorter.firstFailure().startsWith("100 bytes answered"));
                });
    }

    @Test
    void aBrokenConnectionIsAFailureAndTheLoadGoesOn() throws IOException {
        AtomicLong turn = new AtomicLong();
        serving(
                exchange -> {
                    exchange.body().readAllBytes();
                    if (turn.incrementAndGet() % 50 == 0) {
                        // closing before the promised bytes cuts the connection
                        exchange.respond(200, new Headers(), 10).close();
                    } else {
                        exchange.respond(200, new Headers(), ByteBuffer.allocate(0));
                    }
                },
                target -> {
                    Load.Outcome puts =
                            load(target, 1_000)
                                    .run(new Work.Puts(new Work.Objects("/b/", "", 100)), content);
                    assertEquals(20, puts.failed());
                    assertEquals(980, puts.done());
                });
    }

    @Test
    void nobodyThereIsSaid() {
        Load load = load(target(1), 10);
        IOException failure =
                assertThrows(
                        IOException.class,
                        () -> load.run(new Work.Puts(new Work.Objects("/b/", "", 1)), content));
        assertTrue(String.valueOf(failure.getMessage()).startsWith("no connection to 127.0.0.1:1"));
    }
}
