package org.domicile.outbound;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where requests may go, and what of an answer is taken, before a server of a few lines. */
@Timeout(30)
class OutboundTest {
    private static final Limits LIMITS = new Limits(64, Duration.ofSeconds(5));
    private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1");

    /** After it the server says nothing more. */
    private static final String PAUSE = "~";

    private ServerSocket server;
    private final AtomicInteger connections = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String answer = "";

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void end() throws IOException {
        ended.countDown();
        server.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                connections.incrementAndGet();
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int c = socket.getInputStream().read();
                    if (c < 0) {
                        break;
                    }
                    head.append((char) c);
                }
                heads.add(head + body(head.toString(), socket));
                OutputStream out = socket.getOutputStream();
                out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
                if (answer.endsWith(PAUSE)) {
                    ended.await(20, TimeUnit.SECONDS);
                }
            } catch (IOException e) {
                // The client has gone, or the test is over.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** What follows a head that says its length. */
    private static String body(String head, Socket socket) throws IOException {
        Matcher length = Pattern.compile("Content-Length: (\\d+)\r\n").matcher(head);
        byte[] body =
                length.find()
                        ? socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)))
                        : new byte[0];
        return new String(body, StandardCharsets.UTF_8);
    }

    private String base() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/realm";
    }

    private Answer get(String sent) throws Unreachable {
        answer = sent;
        return Outbound.open().get(new Site(base(), LOOPBACK), base() + "/keys?v=1", LIMITS);
    }

    private static String said(org.junit.jupiter.api.function.Executable call) {
        return String.valueOf(assertThrows(Unreachable.class, call).getMessage());
    }

    @Test
    void anAnswerIsTakenByItsLengthInChunksOrToTheEnd() throws Unreachable {
        for (String each :
                List.of(
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello more",
                        "HTTP/1.1 200 OK\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"
                                + "2;x=y\r\n"
                                + "he\r\n"
                                + "3\r\n"
                                + "llo\r\n"
                                + "0\r\n\r\n",
                        "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello",
                        "HTTP/1.0 200 \r\n\r\nhello")) {
            Answer taken = get(each);
            assertEquals(200, taken.status());
            assertArrayEquals("hello".getBytes(StandardCharsets.US_ASCII), taken.body(), each);
        }
        String head = heads.element();
        assertTrue(head.startsWith("GET /realm/keys?v=1 HTTP/1.1\r\nHost: 127.0.0.1:"), head);
        assertFalse(head.contains("Authorization"), head);
    }

    @Test
    void whatIsSentComesWholeWithItsFields() throws Unreachable {
        answer = "HTTP/1.1 204 No Content\r\n\r\n";
        Site site = new Site(base(), LOOPBACK);
        byte[] body = "{\"k\":\"ü\"}".getBytes(StandardCharsets.UTF_8);
        Map<String, String> fields = Map.of("X-Signature", "v1,ab=");
        Answer taken = Outbound.open().post(site, base(), fields, body, LIMITS);
        assertEquals(204, taken.status());
        String sent = heads.element();
        assertTrue(sent.startsWith("POST /realm HTTP/1.1\r\nHost: 127.0.0.1:"), sent);
        assertTrue(sent.contains("\r\nX-Signature: v1,ab=\r\n"), sent);
        assertTrue(sent.endsWith("\r\n\r\n{\"k\":\"ü\"}"), sent);
        for (Map<String, String> wrong :
                List.of(Map.of("A", "b\r\nC: d"), Map.of("A\r\nB", "c"), Map.of("A", "ü"))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Outbound.open().post(site, base(), wrong, body, LIMITS));
        }
        assertEquals(1, connections.get());
    }

    /** A webhook that answers at length has taken what was sent: it is told once. */
    @Test
    void ofALongAnswerToWhatIsSentTheBeginningIsRead() throws Unreachable {
        Site site = new Site(base(), LOOPBACK);
        Limits few = new Limits(4, LIMITS.time());
        for (String framed :
                List.of(
                        "Content-Length: 11\r\n\r\nhello world",
                        "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n")) {
            answer = "HTTP/1.1 200 OK\r\n" + framed;
            Answer taken = Outbound.open().post(site, base(), Map.of(), new byte[1], few);
            assertEquals(200, taken.status());
            assertArrayEquals("hell".getBytes(StandardCharsets.US_ASCII), taken.body());
        }
    }

    @Test
    void aRedirectIsAnAnswerAndIsNotFollowed() throws Unreachable {
        Answer redirect =
                get(
                        "HTTP/1.1 302 Found\r\nLocation: "
                                + base()
                                + "/x\r\nContent-Length: 0\r\n\r\n");
        assertEquals(302, redirect.status());
        assertEquals(1, connections.get());
    }

    @Test
    void whatIsTooLongOrMalformedIsRefused() {
        record Case(String part, String sent) {}
        for (Case each :
                List.of(
                        new Case(
                                "more than 64 bytes",
                                "HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n"),
                        new Case("more than 64 bytes", "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(65)),
                        new Case(
                                "more than 64 bytes",
                                "HTTP/1.1 200 OK\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n"
                                        + "ffffffff\r\n"),
                        new Case("16 KiB", "HTTP/1.1 200 OK\r\nA: " + "x".repeat(17_000)),
                        new Case("too early", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"),
                        new Case(
                                "too early",
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell"),
                        new Case(
                                "two lengths",
                                "HTTP/1.1 200 OK\r\n"
                                        + "Content-Length: 5\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n"),
                        new Case(
                                "length is malformed",
                                "HTTP/1.1 200 OK\r\n"
                                        + "Content-Length: 5\r\n"
                                        + "Content-Length: 6\r\n\r\n"),
                        new Case(
                                "length is malformed",
                                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
                        new Case(
                                "coding",
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
                        new Case("compressed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"),
                        new Case("field", "HTTP/1.1 200 OK\r\nA B: c\r\n\r\n"),
                        new Case("not of HTTP/1.1", "HTTP/2 200\r\n\r\n"),
                        new Case("not of HTTP/1.1", "220 smtp\r\n"),
                        new Case("does not come", "HTTP/1.1 100 Continue\r\n\r\n".repeat(9)),
                        new Case("too early", ""))) {
            String sentence = said(() -> get(each.sent()));
            assertTrue(sentence.contains(each.part()), sentence + " for " + each.sent());
        }
    }

    /** Whatever comes, it is an answer within the limit, or a failure of reading. */
    @Test
    void noAnswerBreaksTheReader() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        String[] valid = {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        };
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = valid[i % 2].getBytes(StandardCharsets.US_ASCII);
            for (int n = random.nextInt(4); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Answer taken = new AnswerReader(new ByteArrayInputStream(bytes), 64).read();
                assertTrue(taken.body().length <= 64);
                read++;
            } catch (IOException expected) {
                assertFalse(String.valueOf(expected.getMessage()).isEmpty());
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + i, e);
            }
        }
        assertTrue(read > 1_000 && read < 20_000, "seed " + seed + " " + read);
    }

    @Test
    void whoDoesNotAnswerInTimeIsLeft() {
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + PAUSE;
        Site site = new Site(base(), LOOPBACK);
        Limits brief = new Limits(64, Duration.ofMillis(200));
        // One byte of the five has come; nothing follows.
        String sentence = said(() -> Outbound.open().get(site, base() + "/", brief));
        assertTrue(sentence.contains("in time"), sentence);
    }

    @Test
    void aLookUpCountsToo() throws NoSuchAlgorithmException {
        CountDownLatch never = new CountDownLatch(1);
        Outbound slow =
                new Outbound(
                        host -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return List.of();
                        },
                        SSLContext.getDefault());
        Site site = new Site("https://id.example/", List.of());
        String sentence =
                said(() ->
                        slow.get(
                                site,
                                "https://id.example/",
                                new Limits(1, Duration.ofMillis(100))));
        assertTrue(sentence.contains("in time"), sentence);
        never.countDown();
    }

    /** The look-up is made once: what a second one would say does not matter. */
    @Test
    void aNameIsLookedUpOnceAndEveryAddressOfItCounts() throws Exception {
        List<String> asked = new ArrayList<>();
        List<InetAddress> found = new ArrayList<>(List.of(InetAddress.getLoopbackAddress()));
        Outbound outbound =
                new Outbound(
                        host -> {
                            asked.add(host);
                            return List.copyOf(found);
                        },
                        SSLContext.getDefault());
        String url = "http://localhost:" + server.getLocalPort() + "/";
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        assertEquals(200, outbound.get(new Site(url, LOOPBACK), url, LIMITS).status());
        assertEquals(List.of("localhost"), asked);
        assertTrue(heads.element().contains("\r\nHost: localhost:"), heads::element);
        found.add(InetAddress.getByName("10.0.0.1"));
        String sentence = said(() -> outbound.get(new Site(url, LOOPBACK), url, LIMITS));
        assertTrue(sentence.contains("10.0.0.1"), sentence);
        found.clear();
        assertTrue(
                said(() -> outbound.get(new Site(url, LOOPBACK), url, LIMITS))
                        .contains("no address"));
        Outbound lost =
                new Outbound(
                        host -> {
                            throw new UnknownHostException(host);
                        },
                        SSLContext.getDefault());
        assertTrue(
                said(() -> lost.get(new Site(url, LOOPBACK), url, LIMITS)).contains("not known"));
        assertEquals(1, connections.get());
    }

    @Test
    void nothingInsideIsReachedThatIsNotListed() throws Exception {
        for (String address :
                List.of(
                        "127.0.0.1",
                        "10.1.2.3",
                        "172.31.0.1",
                        "192.168.1.1",
                        "169.254.169.254",
                        "100.64.0.1",
                        "0.0.0.0",
                        "224.0.0.1",
                        "255.255.255.255",
                        "198.18.0.1",
                        "::1",
                        "::",
                        "fe80::1",
                        "fc00::1",
                        "fd12::1",
                        "ff02::1",
                        "64:ff9b::a00:1",
                        "2002:a00:1::",
                        "::ffff:10.0.0.1",
                        "::10.0.0.1")) {
            Outbound outbound =
                    new Outbound(
                            host -> List.of(InetAddress.getByName(address)),
                            SSLContext.getDefault());
            String url = "https://id.example/";
            String sentence = said(() -> outbound.get(new Site(url, List.of()), url, LIMITS));
            assertTrue(sentence.contains("not of the public internet"), address + ": " + sentence);
        }
        Site plain = new Site("http://id.example/", List.of("10.0.0.0/8"));
        Outbound outbound =
                new Outbound(
                        host -> List.of(InetAddress.getByName("10.0.0.1")),
                        SSLContext.getDefault());
        assertTrue(
                said(() -> outbound.get(plain, "http://id.example/", LIMITS))
                        .contains("not encrypted"));
        for (String outside : List.of("8.8.8.8", "193.0.6.139", "2a00:1450:4001::1")) {
            assertFalse(Network.isInside(InetAddress.getByName(outside)), outside);
        }
    }

    /** The server behind speaks no TLS: nothing of an answer in the clear is taken for one. */
    @Test
    void httpsIsTls() {
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        String url = "https://127.0.0.1:" + server.getLocalPort() + "/";
        said(() -> Outbound.open().get(new Site(url, LOOPBACK), url, LIMITS));
    }

    @Test
    void aRequestStaysWithinItsSite() {
        Site site = new Site("https://id.example/realm", List.of());
        for (String inside :
                List.of(
                        "https://id.example/realm",
                        "https://id.example/realm/keys?x=y",
                        "https://id.example:443/realm/")) {
            assertTrue(site.has(inside), inside);
        }
        for (String outside :
                List.of(
                        "http://id.example/realm",
                        "https://id.example/realms",
                        "https://id.example/",
                        "https://id.example:444/realm",
                        "https://id.example.org/realm",
                        "https://a@id.example/realm",
                        "https://id.example/realm/../admin",
                        "https://id.example/realm/%2e%2E/admin",
                        "https://id.example/realm/.%2e/admin",
                        "https://id.example/realm#x",
                        "ftp://id.example/realm",
                        "id.example/realm",
                        "https:///realm",
                        "https://id.example/re alm",
                        "")) {
            assertFalse(site.has(outside), outside);
        }
        assertTrue(
                said(() -> Outbound.open().get(site, "https://other.example/", LIMITS))
                        .contains("within"));
        assertThrows(
                IllegalArgumentException.class, () -> new Site("https://id.example/?q", List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Site("id.example", List.of()));
        for (String network :
                List.of("id.example/8", "10.0.0.0/33", "10.0.0.0/x", "fd00::/129", "")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new Site("https://id.example/", List.of(network)),
                    network);
        }
    }
}
