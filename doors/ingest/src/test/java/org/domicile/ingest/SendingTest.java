package org.domicile.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.domicile.guard.GuardedStreams;
import org.domicile.http.BodyOutput;
import org.domicile.http.Exchange;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.StreamRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How followers of several organisations share memory, behind a real listener. */
@Timeout(60)
final class SendingTest {
    private static final Duration SLOW = Duration.ofMinutes(1);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<Socket> sockets = new ArrayList<>();
    private final Room room = new Room(2 * Sending.PORTION, Sending.PORTION, Duration.ZERO);
    private final AtomicLong later = new AtomicLong(); // nanoseconds that pass at once
    private volatile Sending sending = sending(0);
    private HttpServer server;

    /** Values of all records, of which each poll gives three. */
    private volatile List<byte[]> values = List.of();

    private Sending sending(long rate) {
        return new Sending(
                room, rate, SLOW, InstantSource.system(), () -> System.nanoTime() + later.get());
    }

    @BeforeEach
    void open() throws IOException {
        server =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("t", "127.0.0.1", 0), this::handle)));
    }

    @AfterEach
    void close() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
        server.close();
    }

    private void handle(Exchange exchange) throws IOException {
        Instant now = Instant.now();
        Request request =
                new Request(
                        exchange.requestId(),
                        new Caller.Known(exchange.rawPath().substring(1), "p", "c", "o/purpose"),
                        "ingest",
                        "home",
                        "127.0.0.1",
                        now,
                        now.plusSeconds(60),
                        Optional.empty());
        BodyOutput out = exchange.respond(200, Answers.headers("text/event-stream", ""), -1);
        sending.send(request, new Values(values), new Sink(out, false, Map.of()), values.size(), 1);
        out.close();
    }

    /** What a stream would give. */
    private static final class Values implements GuardedStreams.Reader {
        private final List<byte[]> all;
        private int next;

        Values(List<byte[]> all) {
            this.all = all;
        }

        @Override
        public List<StreamRecord> poll(Request request, Duration longest, int most) {
            List<StreamRecord> records = new ArrayList<>();
            for (int i = 0; i < 3 && next < all.size(); i++) {
                records.add(
                        new StreamRecord(
                                0,
                                next,
                                Instant.EPOCH,
                                Optional.empty(),
                                Optional.of(all.get(next)),
                                List.of()));
                next++;
            }
            return records;
        }

        @Override
        public Map<Integer, Long> begins() {
            return Map.of();
        }

        @Override
        public Optional<String> use() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    private CompletableFuture<String> follow(String organisation) {
        return HTTP.sendAsync(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + server.port("t")
                                                        + "/"
                                                        + organisation))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .thenApply(HttpResponse::body);
    }

    /** Follows, and takes nothing yet. */
    private Socket begin(String organisation) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(16 << 10);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port("t")));
        socket.getOutputStream()
                .write(
                        ("GET /" + organisation + " HTTP/1.1\r\nHost: t\r\n\r\n")
                                .getBytes(ISO_8859_1));
        return socket;
    }

    /** Control characters, whose text is six times as long. */
    private static List<byte[]> large(int count) {
        byte[] value = new byte[1 << 20];
        Arrays.fill(value, (byte) 1);
        return Collections.nCopies(count, value);
    }

    private static void await(BooleanSupplier holds) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it took too long");
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Some ten of them once filled the memory of the whole program. */
    @Test
    void aSlowFollowerHoldsItsOrganisationsShareAlone() throws Exception {
        values = large(3);
        Socket slow = begin("north");
        await(() -> room.taken() > 3 << 20 && room.taken() < Sending.PORTION);
        CompletableFuture<String> second = follow("north");
        assertTrue(follow("south").get(20, TimeUnit.SECONDS).contains("\"offset\":2,"));
        assertThrowsTimeout(second);
        later.set(SLOW.toNanos());
        StringBuilder told = new StringBuilder();
        byte[] piece = new byte[64 << 10];
        while (told.indexOf("\r\n0\r\n") < 0) {
            int read = slow.getInputStream().read(piece);
            assertTrue(read > 0, "it was cut off");
            told.append(new String(piece, 0, read, ISO_8859_1));
            told.delete(0, Math.max(0, told.length() - 2_000));
        }
        assertTrue(told.indexOf("event: error\ndata: {\"error\":\"too-slow\"") > 0, told::toString);
        assertTrue(second.get(20, TimeUnit.SECONDS).contains("\"offset\":2,"));
        await(() -> room.taken() == 0);
    }

    /** As a consumer by Kafka's protocol: a second's worth at once, and then at its rate. */
    @Test
    void whoFollowsIsSlowedDownAndNobodyElse() throws Exception {
        sending = sending(1 << 20);
        values = Collections.nCopies(24, new byte[100_000]);
        long begun = System.nanoTime();
        CompletableFuture<String> much = follow("north");
        CompletableFuture<String> other = follow("south");
        assertThrowsTimeout(much);
        // its own account is new: as much is as slow, and no slower beside the other's
        assertTrue(other.get(20, TimeUnit.SECONDS).contains("\"offset\":23,"));
        assertTrue(much.get(20, TimeUnit.SECONDS).contains("\"offset\":23,"));
        long took = System.nanoTime() - begun;
        assertTrue(took > 1_000_000_000L, "2.4 MB at 1 MiB a second in " + took);
    }

    private static void assertThrowsTimeout(CompletableFuture<String> waits) {
        org.junit.jupiter.api.Assertions.assertThrows(
                TimeoutException.class, () -> waits.get(100, TimeUnit.MILLISECONDS));
    }

    /** One that takes nothing at all is cut off in its record. */
    @Test
    void aFollowerThatComesToAHaltIsCutOff() throws Exception {
        values = large(3);
        Socket slow = begin("north");
        await(() -> room.taken() > 3 << 20);
        slow.getInputStream().readNBytes(1 << 20);
        later.set(2 * SLOW.toNanos());
        String rest = "";
        try {
            rest = new String(slow.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            rest = e.toString(); // it was reset
        }
        assertTrue(!rest.endsWith("0\r\n\r\n"), "its answer has an end");
        await(() -> room.taken() == 0);
    }

    /** The text of a value, whichever way it is written. */
    private static String text(String data) throws IOException {
        try (JsonParser json = Answers.JSON.createParser(data)) {
            JsonToken token = json.nextToken();
            while (!(token == JsonToken.FIELD_NAME && json.currentName().equals("value"))) {
                token = json.nextToken();
            }
            return json.nextToken() == JsonToken.VALUE_STRING ? json.getText() : "no text";
        }
    }

    @Test
    void valuesAreWrittenInPieces() throws Exception {
        StringBuilder faces = new StringBuilder("x");
        StringBuilder object = new StringBuilder("{\"a\":[\r\n\n1");
        for (int i = 0; i < 20_000; i++) {
            faces.append("\ud83d\ude00\u00e9\"");
            object.append(",\n").append(i);
        }
        object.append("]}");
        values =
                List.of(
                        faces.toString().getBytes(UTF_8),
                        object.toString().getBytes(UTF_8),
                        new byte[] {(byte) 0xff, 0, 1},
                        new byte[0],
                        "\"an open text".getBytes(UTF_8),
                        "{\"n\":1} {}".getBytes(UTF_8),
                        "-7".getBytes(UTF_8));
        List<String> data =
                follow("north")
                        .get(20, TimeUnit.SECONDS)
                        .lines()
                        .filter(each -> each.startsWith("data: "))
                        .map(each -> each.substring(6))
                        .toList();
        assertEquals(7, data.size());
        assertEquals(faces.toString(), text(data.getFirst()));
        assertTrue(
                data.get(1)
                        .endsWith(
                                "\"value\":"
                                        + object.toString().replaceAll("[\\r\\n]+", " ")
                                        + "}"));
        assertTrue(data.get(2).endsWith("\"value\":{\"base64\":\"/wAB\"}}"), data.get(2));
        assertEquals("", text(data.get(3)));
        assertEquals("\"an open text", text(data.get(4)));
        assertEquals("{\"n\":1} {}", text(data.get(5)));
        assertTrue(data.get(6).endsWith("\"value\":-7}"), data.get(6));
    }
}
