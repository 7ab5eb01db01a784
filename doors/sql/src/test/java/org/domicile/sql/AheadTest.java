package org.domicile.sql;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is read ahead of a client is not lost, and its end is told. */
@Timeout(60)
class AheadTest {
    @Test
    void nothingIsLostHoweverOftenSomebodyLooks() throws Exception {
        byte[] sent = new byte[200_000];
        new Random(7).nextBytes(sent);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket socket = server.accept()) {
            Ahead ahead = new Ahead(socket.getInputStream());
            AtomicBoolean over = new AtomicBoolean();
            CountDownLatch gone = new CountDownLatch(1);
            Thread watcher =
                    Thread.ofVirtual()
                            .start(() -> {
                                while (!over.get()) {
                                    ahead.watch(gone::countDown);
                                    Thread.yield();
                                }
                            });
            Thread writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int at = 0; at < sent.length; at += 1_000) {
                                        client.getOutputStream().write(sent, at, 1_000);
                                    }
                                    client.shutdownOutput();
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            });
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            byte[] some = new byte[777];
            for (int count = ahead.read(some); count >= 0; count = ahead.read(some)) {
                got.write(some, 0, count);
            }
            over.set(true);
            watcher.join();
            writer.join();
            assertArrayEquals(sent, got.toByteArray());
            assertEquals(-1, ahead.read());
        }
    }

    @Test
    void theEndIsToldToWhoeverWatches() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket socket = server.accept()) {
            Ahead ahead = new Ahead(socket.getInputStream());
            CountDownLatch gone = new CountDownLatch(1);
            // a client says more before it waits for an answer
            client.getOutputStream().write(new byte[] {1, 2, 3});
            ahead.watch(gone::countDown);
            assertEquals(1, gone.getCount());
            client.getOutputStream().write(4);
            client.close();
            assertTrue(gone.await(30, TimeUnit.SECONDS));
            assertArrayEquals(new byte[] {1, 2, 3, 4}, ahead.readAllBytes());
            assertEquals(-1, ahead.read());
        }
    }

    @Test
    void aConnectionThatBreaksIsToldToBoth() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        Ahead ahead =
                new Ahead(
                        new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("reset");
                            }
                        });
        ahead.watch(gone::countDown);
        assertTrue(gone.await(30, TimeUnit.SECONDS));
        assertThrows(IOException.class, ahead::read);
    }
}
