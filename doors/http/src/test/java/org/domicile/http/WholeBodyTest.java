package org.domicile.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WholeBodyTest {
    private static final int MOST = 20_000;
    private static final Duration WITHIN = Duration.ofMillis(700);

    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("t", "127.0.0.1", 0),
                                        WholeBodyTest::handle)));
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Says how much came. */
    private static void handle(Exchange exchange) throws IOException {
        String said;
        try {
            said = Integer.toString(WholeBody.read(exchange, MOST, WITHIN).length);
        } catch (SocketTimeoutException e) {
            said = "slow";
        }
        exchange.respond(200, new Headers(), ByteBuffer.wrap(said.getBytes(ISO_8859_1)));
    }

    private Socket begin() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port("t"));
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(
                        ("PUT / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n")
                                .getBytes(ISO_8859_1));
        return socket;
    }

    private static void chunk(OutputStream out, int bytes) throws IOException {
        String head = Integer.toHexString(bytes) + "\r\n";
        out.write((head + "x".repeat(bytes) + "\r\n").getBytes(ISO_8859_1));
        out.flush();
    }

    private static String said(Socket socket) throws IOException {
        String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        return all.substring(all.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void allOfABodyIsRead() throws Exception {
        try (Socket socket = begin()) {
            chunk(socket.getOutputStream(), MOST - 1);
            chunk(socket.getOutputStream(), 1);
            socket.getOutputStream().write("0\r\n\r\n".getBytes(ISO_8859_1));
            assertEquals("" + MOST, said(socket));
        }
    }

    @Test
    void ofALargerOneThereIsMore() throws Exception {
        try (Socket socket = begin()) {
            chunk(socket.getOutputStream(), MOST + 1);
            assertEquals("" + (MOST + 1), said(socket));
        }
    }

    /** Each byte once gave its sender as long as the first. */
    @Test
    void whoSendsAByteNowAndThenIsNotWaitedFor() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        try (Socket socket = begin()) {
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    while (!answered.await(100, TimeUnit.MILLISECONDS)) {
                                        chunk(socket.getOutputStream(), 1);
                                    }
                                } catch (IOException e) {
                                    // it was told that it is slow, and the connection ended
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            byte[] head = socket.getInputStream().readNBytes(12);
            answered.countDown();
            sender.join();
            assertEquals("HTTP/1.1 200", new String(head, ISO_8859_1));
            assertEquals("slow", said(socket));
        }
    }
}
