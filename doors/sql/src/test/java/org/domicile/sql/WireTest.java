package org.domicile.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.domicile.http.ListenerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no good client sends: cut, too long, too many, too slow; and TLS. */
class WireTest {
    @TempDir Path folder;

    private static byte[] message(int... parts) {
        ByteBuffer all = ByteBuffer.allocate(4 * parts.length);
        for (int part : parts) {
            all.putInt(part);
        }
        return all.array();
    }

    /** All that comes back until the other side closes. */
    private static String told(int port, byte[]... sent) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            for (byte[] each : sent) {
                out.write(each);
            }
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void whatIsNotTheProtocolIsToldAndEnded() throws Exception {
        try (Served served = new Served(folder, Optional.empty(), 8)) {
            int port = served.port();
            assertTrue(told(port, message(Integer.MAX_VALUE)).contains("08P01"));
            assertTrue(told(port, message(3)).contains("08P01"));
            assertTrue(told(port, message(8, 2 << 16)).contains("0A000"));
            assertTrue(
                    told(port, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
                            .contains("08P01"));
            assertTrue(told(port, message(8, 3 << 16)).contains("08P01"));
            assertEquals("", told(port, message(16, 80877102, 7, 9)), "a cancel is never answered");
            assertTrue(
                    told(port, begin("user", "u"), new byte[] {'Q', 0, 0, 0, 4}).contains("08P01"),
                    "no login, no question");
            assertTrue(
                    told(port, begin("user", "u"), new byte[] {'p', 0x7f, 0, 0, 0})
                            .contains("08P01"));
            String negotiated =
                    told(
                            port,
                            begin(3 << 16 | 9, "user", "u", "_pq_.x", "1"),
                            new byte[] {'p', 0, 0, 0, 4});
            assertTrue(negotiated.startsWith("v") && negotiated.contains("_pq_.x"));
        }
    }

    private static byte[] begin(String... words) {
        return begin(3 << 16, words);
    }

    private static byte[] begin(int version, String... words) {
        ByteBuffer body = ByteBuffer.allocate(1_000);
        body.putInt(0).putInt(version);
        for (String word : words) {
            body.put(word.getBytes(StandardCharsets.UTF_8)).put((byte) 0);
        }
        body.put((byte) 0).putInt(0, body.position());
        return java.util.Arrays.copyOf(body.array(), body.position());
    }

    @Test
    void aLoginThatNeverComesIsCutOff() throws Exception {
        try (Served served = new Served(folder, Optional.empty(), 8);
                Socket silent = new Socket("127.0.0.1", served.port())) {
            silent.setSoTimeout(20_000);
            assertEquals(-1, silent.getInputStream().read());
        }
    }

    @Test
    void saltsDoNotTellWhoIsThere() throws Exception {
        try (Served served = new Served(folder, Optional.empty(), 8)) {
            assertEquals(salt(served.port(), "nobody"), salt(served.port(), "nobody"));
            assertEquals(salt(served.port(), served.user()), salt(served.port(), served.user()));
            assertFalse(salt(served.port(), "nobody").equals(salt(served.port(), "other")));
        }
    }

    private static String salt(int port, String user) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(begin("user", user));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readNBytes(1);
            in.readNBytes(in.readInt() - 4);
            byte[] first = "n,,n=,r=abcdef".getBytes(StandardCharsets.US_ASCII);
            byte[] name = "SCRAM-SHA-256\0".getBytes(StandardCharsets.US_ASCII);
            ByteBuffer out = ByteBuffer.allocate(5 + name.length + 4 + first.length);
            out.put((byte) 'p')
                    .putInt(out.capacity() - 1)
                    .put(name)
                    .putInt(first.length)
                    .put(first);
            socket.getOutputStream().write(out.array());
            in.readNBytes(1);
            String answer =
                    new String(in.readNBytes(in.readInt() - 4), StandardCharsets.ISO_8859_1);
            return answer.substring(answer.indexOf(",s="));
        }
    }

    @Test
    void oneMoreThanTheLimitIsToldSo() throws Exception {
        try (Served served = new Served(folder, Optional.empty(), 2)) {
            List<Connection> open = new ArrayList<>();
            open.add(served.connect());
            open.add(served.connect());
            SQLException e = assertThrows(SQLException.class, served::connect);
            assertEquals("53300", e.getSQLState());
            for (Connection each : open) {
                each.close();
            }
        }
    }

    @Test
    void wrongSecretsSlowTheirAddressDown() throws Exception {
        try (Served served = new Served(folder, Optional.empty(), 8)) {
            String last = "";
            for (int i = 0; i < 33; i++) {
                last =
                        String.valueOf(
                                assertThrows(
                                                SQLException.class,
                                                () -> served.connect("password=wrong"))
                                        .getMessage());
            }
            assertTrue(last.contains("too many wrong logins"), last);
        }
    }

    /** With channel binding, and refused without TLS to nobody on this machine. */
    @Test
    void tlsIsSpokenWithTheListenersCertificate() throws Exception {
        Path key = folder.resolve("key.pem");
        Path chain = folder.resolve("chain.pem");
        Process openssl =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-keyout",
                                key.toString(),
                                "-out",
                                chain.toString(),
                                "-days",
                                "2",
                                "-subj",
                                "/CN=localhost",
                                "-addext",
                                "subjectAltName=IP:127.0.0.1")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("openssl").toFile())
                        .start();
        assertTrue(openssl.waitFor(60, TimeUnit.SECONDS));
        assertTrue(Files.exists(chain), "openssl makes a certificate");
        try (Served served =
                        new Served(
                                folder.resolve("cloud"),
                                Optional.of(new ListenerOptions.Tls(chain, key)),
                                8);
                Connection tls =
                        served.connect(
                                "sslmode=verify-full",
                                "sslrootcert=" + chain,
                                "channelBinding=require");
                Connection direct =
                        served.connect(
                                "sslmode=verify-full",
                                "sslrootcert=" + chain,
                                "sslNegotiation=direct");
                Connection clear = served.connect("sslmode=disable")) {
            for (Connection each : List.of(tls, direct)) {
                try (var rows = each.createStatement().executeQuery("show ssl")) {
                    assertTrue(rows.next());
                    assertEquals("on", rows.getString(1));
                }
            }
            try (var rows = clear.createStatement().executeQuery("show ssl")) {
                assertTrue(rows.next());
                assertEquals("off", rows.getString(1));
            }
        }
    }
}
