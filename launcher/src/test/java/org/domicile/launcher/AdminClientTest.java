package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the client makes of answers of every shape, and of liars. */
class AdminClientTest {
    @TempDir Path folder;

    /** A server that answers one call with these bytes. */
    private String answered(String answer, String path) throws Exception {
        Path socket = folder.resolve("s" + System.nanoTime());
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (SocketChannel peer = server.accept()) {
                                    peer.read(ByteBuffer.allocate(4_096));
                                    peer.write(
                                            ByteBuffer.wrap(
                                                    answer.getBytes(StandardCharsets.UTF_8)));
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
            AdminClient client = new AdminClient(socket, "secret-token");
            assertFalse(client.toString().contains("secret"));
            try {
                if (path.equals("lines")) {
                    List<String> lines = new ArrayList<>();
                    client.lines("/", row -> lines.add(row.line()));
                    return String.join("\n", lines);
                }
                return client.text(path);
            } finally {
                thread.join(10_000);
            }
        }
    }

    @Test
    void readsLengthsAndChunks() throws Exception {
        assertEquals("abc", answered("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "/"));
        assertEquals(
                "abcdefg",
                answered(
                        "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
                                + "3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\nTrailer: 1\r\n\r\n",
                        "/"));
        assertEquals("", answered("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "/"));
        assertEquals(
                "{\"a\":1}\n{\"b\":[\"x\"]}",
                answered(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "9\r\n{\"a\":1}\n{\r\nB\r\n\"b\":[\"x\"]}\n\r\n0\r\n\r\n",
                        "lines"));
    }

    @Test
    void aFailureIsItsSentence() {
        Problem problem =
                assertThrows(
                        Problem.class,
                        () ->
                                answered(
                                        "HTTP/1.1 409 Conflict\r\nContent-Length: 41\r\n\r\n"
                                                + "{\"code\":\"impossible\",\"message\":\"do"
                                                + " that\"}",
                                        "/"));
        assertEquals("do that", problem.getMessage());
    }

    @Test
    void refusesWhatIsNoAnswer() {
        for (String wrong :
                new String[] {
                    "",
                    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\n\r\nabc",
                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                    "HTTP/1.1 200 OK\nContent-Length: 1\n\na",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                    "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                }) {
            Problem problem = assertThrows(Problem.class, () -> answered(wrong, "/"), wrong);
            assertTrue(
                    String.valueOf(problem.getMessage()).contains("broke off"),
                    problem.getMessage());
        }
    }

    @Test
    void aServerThatIsGoneIsSaid() {
        Problem problem =
                assertThrows(
                        Problem.class,
                        () -> new AdminClient(folder.resolve("none"), "t").text("/"));
        assertTrue(
                String.valueOf(problem.getMessage()).contains("./domicile status"),
                problem.getMessage());
    }
}
