package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How bodies of several organisations share memory, behind a real listener. */
@Timeout(60)
final class BodiesTest {
    private static final long STEP = (long) Bodies.TIMES * Bodies.STEP;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<Socket> sockets = new ArrayList<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private Bodies bodies = new Bodies(0);
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("t", "127.0.0.1", 0),
                                        exchange -> handle(bodies, exchange))));
    }

    @AfterEach
    void close() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
        server.close();
    }

    /** Says how many bytes came; {@code /held} keeps them for a while. */
    private void handle(Bodies bodies, Exchange exchange) throws IOException {
        String organisation = exchange.headers().first("Of").orElseThrow();
        try (Bodies.Body body = bodies.of(exchange, organisation)) {
            int length = body.bytes().length;
            if (exchange.rawPath().equals("/held")) {
                assertTrue(goOn.await(20, TimeUnit.SECONDS));
            }
            exchange.respond(
                    200, new Headers(), ByteBuffer.wrap(Integer.toString(length).getBytes(UTF_8)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Failure e) {
            Answers.fail(exchange, e, "");
        }
    }

    private HttpRequest.Builder request(String organisation, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port("t") + path))
                .header("Of", organisation);
    }

    private CompletableFuture<HttpResponse<String>> post(
            String organisation, String path, byte[] body) {
        return HTTP.sendAsync(
                request(organisation, path)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> packed(String organisation, byte[] packed) throws Exception {
        return HTTP.send(
                request(organisation, "/")
                        .header("Content-Encoding", "gzip")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(packed))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    /** Begins a body of no told length, of so many bytes, which does not end. */
    private Socket begin(String organisation, int bytes) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port("t"));
        sockets.add(socket);
        socket.setSoTimeout(30_000);
        String head =
                "POST / HTTP/1.1\r\nHost: t\r\nOf: "
                        + organisation
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(bytes)
                        + "\r\n";
        byte[] all = Arrays.copyOf(head.getBytes(ISO_8859_1), head.length() + bytes);
        socket.getOutputStream().write(all);
        socket.getOutputStream().flush();
        return socket;
    }

    private static int status(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return Integer.parseInt(new String(in.readNBytes(12), ISO_8859_1).substring(9));
    }

    private static void await(BooleanSupplier holds) {
        long end = System.nanoTime() + LONG.toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it took too long");
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** An exporter that packs what it sends was once alone with the room of all. */
    @Test
    void anOrganisationThatHasItsShareLeavesTheRestToOthers() throws Exception {
        Room room = new Room(6 * STEP, 3 * STEP, SHORT);
        bodies = new Bodies(room, 0, LONG);
        begin("north", 3 * Bodies.STEP);
        await(() -> room.taken() == 3 * STEP);
        HttpResponse<String> full = packed("north", gzip(new byte[1_000]));
        assertEquals(503, full.statusCode());
        assertTrue(full.body().contains("Your organisation"), full::body);
        assertEquals("5", full.headers().firstValue("Retry-After").orElseThrow());
        HttpResponse<String> other = packed("south", gzip(new byte[3 * Bodies.STEP]));
        assertEquals(200, other.statusCode(), other.body());
        assertEquals("" + 3 * Bodies.STEP, other.body());
    }

    @Test
    void manyPackedBodiesComeAtOnce() throws Exception {
        bodies = new Bodies(Bodies.room(1, LONG), 0, LONG);
        byte[] packed = gzip(new byte[300_000]);
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(
                    HTTP.sendAsync(
                            request("north", "/held")
                                    .header("Content-Encoding", "gzip")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(packed))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()));
        }
        goOn.countDown();
        for (CompletableFuture<HttpResponse<String>> each : all) {
            assertEquals("300000", each.get(20, TimeUnit.SECONDS).body());
        }
    }

    @Test
    void whoFindsNoRoomWaitsForIt() throws Exception {
        Room room = new Room(2 * STEP, 2 * STEP, LONG);
        bodies = new Bodies(room, 0, LONG);
        CompletableFuture<HttpResponse<String>> first =
                post("north", "/held", new byte[2 * Bodies.STEP]);
        await(() -> room.taken() == 2 * STEP);
        CompletableFuture<HttpResponse<String>> second = post("south", "/", new byte[100_000]);
        assertThrows(
                java.util.concurrent.TimeoutException.class,
                () -> second.get(100, TimeUnit.MILLISECONDS));
        goOn.countDown();
        assertEquals("" + 2 * Bodies.STEP, first.get(20, TimeUnit.SECONDS).body());
        assertEquals("100000", second.get(20, TimeUnit.SECONDS).body());
        await(() -> room.taken() == 0);
    }

    /** Who holds little may be slow; who holds much and comes to a halt gives it back. */
    @Test
    void aSlowSenderThatHoldsMuchIsEnded() throws Exception {
        Room room = new Room(10 * STEP, 5 * STEP, LONG);
        bodies = new Bodies(room, 0, SHORT);
        Socket little = begin("north", Bodies.STEP - 1);
        Socket much = begin("north", 2 * Bodies.STEP);
        assertEquals(408, status(much));
        await(() -> room.taken() == STEP);
        little.getOutputStream().write("\r\n0\r\n\r\n".getBytes(ISO_8859_1));
        assertEquals(200, status(little));
    }

    /** Those that wait for each other: the eldest goes on when the others have given up. */
    @Test
    void theEldestOutlastsThoseThatWaitForEachOther() throws Exception {
        Room room = new Room(4 * STEP, 4 * STEP, SHORT);
        try (Room.Part eldest = room.part("north");
                Room.Part younger = room.part("south")) {
            eldest.grow(2 * STEP, LONG);
            younger.grow(2 * STEP, LONG);
            Thread gives =
                    Thread.ofVirtual()
                            .start(() -> {
                                Failure full =
                                        assertThrows(Failure.class, () -> younger.grow(STEP, LONG));
                                assertEquals(503, full.status());
                                younger.close();
                            });
            eldest.grow(2 * STEP, LONG);
            gives.join();
            assertEquals(4 * STEP, room.taken());
        }
        assertEquals(0, room.taken());
    }

    @Test
    void whatIsPackedWronglyOrTooLargeIsSaid() throws Exception {
        Room room = Bodies.room(1, LONG);
        bodies = new Bodies(room, 0, LONG);
        byte[] packed = gzip("{}".getBytes(UTF_8));
        byte[] twice = Arrays.copyOf(packed, 2 * packed.length);
        System.arraycopy(packed, 0, twice, packed.length, packed.length);
        assertEquals("4", packed("north", twice).body(), "both members");
        assertEquals(400, packed("north", Arrays.copyOf(packed, 12)).statusCode());
        assertEquals(400, packed("north", "no".getBytes(UTF_8)).statusCode());
        HttpResponse<String> large = packed("north", gzip(new byte[Bodies.LONGEST + 1]));
        assertEquals(413, large.statusCode());
        assertTrue(large.body().contains("unpacked"), large::body);
        assertEquals("" + Bodies.LONGEST, packed("north", gzip(new byte[Bodies.LONGEST])).body());
        await(() -> room.taken() == 0);
    }

    @Test
    void anOrganisationThatIsTooFastIsToldWhenToComeBackAndOthersGoOn() throws Exception {
        bodies = new Bodies(Bodies.room(1, LONG), 10_000, LONG);
        assertEquals("40000", post("north", "/", new byte[40_000]).get().body());
        HttpResponse<String> late = post("north", "/", new byte[1]).get();
        assertEquals(429, late.statusCode(), late.body());
        assertTrue(late.body().contains("too-fast"), late::body);
        String after = late.headers().firstValue("Retry-After").orElseThrow();
        assertTrue(List.of("1", "2", "3").contains(after), after); // three, but for what passed
        assertEquals("1", post("south", "/", new byte[1]).get().body());
    }

    @Test
    void aRateIsPaidOffAsTimePasses() {
        Rates rates = new Rates(1_000);
        long second = 1_000_000_000L;
        rates.came("north", 1_000, 0);
        assertEquals(Duration.ZERO, rates.wait("north", 0));
        rates.came("north", 2_000, 0);
        assertEquals(Duration.ofSeconds(2), rates.wait("north", 0));
        assertEquals(Duration.ofSeconds(1), rates.wait("north", second));
        assertEquals(Duration.ZERO, rates.wait("north", 2 * second));
        rates.came("north", 2_000, 10 * second);
        assertEquals(Duration.ofSeconds(1), rates.wait("north", 10 * second));
        new Rates(0).came("north", Long.MAX_VALUE, 0);
        assertEquals(Duration.ZERO, new Rates(0).wait("north", 0));
    }
}
