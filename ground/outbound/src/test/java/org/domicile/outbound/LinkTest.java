package org.domicile.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Exchanges one after the other, before a server of a few lines. */
@Timeout(30)
class LinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AtomicInteger connections = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();
    private final Deque<String> answers = new ArrayDeque<>();
    private ServerSocket server;
    private Link link;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
        link = Outbound.open().link(new Site(base() + "/below/", List.of("127.0.0.0/8", "::1")));
    }

    @AfterEach
    void end() throws IOException {
        link.close();
        server.close();
    }

    private String base() {
        return "http://localhost:" + server.getLocalPort();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                connections.incrementAndGet();
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.ISO_8859_1));
                while (request(in)) {
                    String answer = answers.removeFirst();
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    if (answer.contains("close")) {
                        break;
                    }
                }
            } catch (IOException e) {
                // the test is over, or the client has hung up
            }
        }
    }

    private boolean request(BufferedReader in) throws IOException {
        StringBuilder head = new StringBuilder();
        int length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            head.append(line).append('\n');
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line, 16, line.length(), 10);
            }
        }
        for (int i = 0; i < length; i++) {
            head.append((char) in.read());
        }
        heads.add(head.toString());
        return !head.isEmpty();
    }

    private static Call get(String path) {
        return new Call("GET", path, "a=b&c", Map.of("x", "y"), Call.Sending.NOTHING);
    }

    private String ask(Call call) throws Exception {
        try (Link.Reply reply = link.exchange(call, PATIENCE)) {
            return reply.status()
                    + " "
                    + new String(reply.body().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aConnectionServesOneExchangeAfterTheOther() throws Exception {
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        answers.add(
                "HTTP/1.1 404 No\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "1\r\n"
                        + "t\r\n"
                        + "2;x=y\r\n"
                        + "wo\r\n"
                        + "0\r\n"
                        + "T: t\r\n\r\n");
        answers.add("HTTP/1.1 204 None\r\n\r\n");
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n");
        answers.add("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end");
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertEquals("200 one", ask(get("/k//x%20y")));
        assertEquals("404 two", ask(get("/k")));
        Call put =
                new Call(
                        "PUT",
                        "/k",
                        "",
                        Map.of(),
                        Call.Sending.of("body".getBytes(StandardCharsets.US_ASCII)));
        assertEquals("204 ", ask(put));
        // a HEAD's length is not that of a body
        assertEquals("200 ", ask(new Call("HEAD", "/k", "", Map.of(), Call.Sending.NOTHING)));
        assertEquals("200 to the end", ask(get("/k")));
        assertEquals(1, connections.get());
        assertEquals("200 ", ask(get("/k")));
        assertEquals(2, connections.get());
        String first = heads.remove();
        assertTrue(first.startsWith("GET /below/k//x%20y?a=b&c HTTP/1.1\n"), first);
        assertTrue(first.contains("Host: " + link.host() + "\n") && first.contains("x: y"), first);
        heads.remove();
        assertTrue(heads.remove().endsWith("Content-Length: 4\nbody"), "the body came");
    }

    /** Whoever does not read a body to its end does not get its rest as the next answer. */
    @Test
    void whatIsLeftOfABodyIsNoAnswer() throws Exception {
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
        try (Link.Reply reply = link.exchange(get("/k"), PATIENCE)) {
            assertEquals('o', reply.body().read());
        }
        assertEquals("200 two", ask(get("/k")));
        assertEquals(2, connections.get());
    }

    @Test
    void aBodyThatBreaksOffIsAFailure() throws Exception {
        answers.add("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: close\r\n\r\nfour");
        answers.add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx: close\r\n\r\n5\r\nfour");
        for (int i = 0; i < 2; i++) {
            try (Link.Reply reply = link.exchange(get("/k"), PATIENCE)) {
                assertThrows(EOFException.class, () -> reply.body().readAllBytes());
            }
        }
        answers.add("");
        assertThrows(
                Unreachable.class, () -> link.exchange(get("/k"), Duration.ofMillis(200)).close());
    }

    @Test
    void whatCouldBeReadOtherwiseIsNotSent() {
        for (String path :
                List.of("", "k", "/a/../b", "/..", "/./a", "/a b", "/a?b", "/a#b", "/ü")) {
            assertThrows(IllegalArgumentException.class, () -> get(path), path);
        }
        for (String value : List.of("a\r\nb: c", "\0", "ü")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new Call("GET", "/", "", Map.of("x", value), Call.Sending.NOTHING));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new Call("GET", "/", "", Map.of("x:", "y"), Call.Sending.NOTHING));
    }

    @Test
    void anAddressThatIsNotListedIsNotReached() {
        Link other = Outbound.open().link(new Site(base(), List.of()));
        Unreachable thrown =
                assertThrows(Unreachable.class, () -> other.exchange(get("/k"), PATIENCE));
        assertTrue(String.valueOf(thrown.getMessage()).contains("not listed"), thrown::toString);
        assertEquals(0, connections.get());
    }
}
