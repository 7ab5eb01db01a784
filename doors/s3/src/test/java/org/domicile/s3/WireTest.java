package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.domicile.guard.Upstream;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signed requests over a real server and a raw socket. */
@Timeout(60)
class WireTest {
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("s3", "127.0.0.1", 0),
                                        WireTest::handle)),
                        InstantSource.system(),
                        new Random(1));
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Answers with the ETag, or with the code of what went wrong. */
    private static void handle(Exchange exchange) throws IOException {
        String answer;
        int status;
        try {
            Upstream upstream = PayloadTest.payload(exchange).upstream("crc64nvme");
            long read = upstream.body().transferTo(OutputStream.nullOutputStream());
            answer = upstream.finish().etag() + " " + read;
            status = 200;
        } catch (Failure failure) {
            answer = failure.code().code();
            status = failure.code().status();
        } catch (Upstream.Invalid invalid) {
            answer = invalid.code();
            status = 400;
        }
        exchange.respond(
                status,
                new Headers(),
                ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private String send(Sent sent, boolean chunkedTransfer) throws IOException {
        StringBuilder head = new StringBuilder(sent.method() + " " + sent.rawPath());
        head.append(sent.rawQuery().isEmpty() ? "" : "?" + sent.rawQuery()).append(" HTTP/1.1\r\n");
        sent.fields().forEach(f -> head.append(f[0]).append(": ").append(f[1]).append("\r\n"));
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        if (chunkedTransfer) {
            wire.writeBytes(Signer.latin(head + "Transfer-Encoding: chunked\r\n\r\n"));
            for (int at = 0; at < sent.bytes().length; at += 10_000) {
                byte[] piece =
                        Arrays.copyOfRange(
                                sent.bytes(), at, Math.min(at + 10_000, sent.bytes().length));
                wire.writeBytes(Signer.latin(Integer.toHexString(piece.length) + "\r\n"));
                wire.writeBytes(piece);
                wire.writeBytes(Signer.latin("\r\n"));
            }
            wire.writeBytes(Signer.latin("0\r\n\r\n"));
        } else {
            wire.writeBytes(
                    Signer.latin(head + "Content-Length: " + sent.bytes().length + "\r\n\r\n"));
            wire.writeBytes(sent.bytes());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port("s3"))) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(wire.toByteArray());
            StringBuilder reply = new StringBuilder();
            byte[] buffer = new byte[4_096];
            while (true) {
                int end = reply.indexOf("\r\n\r\n");
                if (end > 0) {
                    int at = reply.indexOf("Content-Length: ") + 16;
                    int length = Integer.parseInt(reply.substring(at, reply.indexOf("\r\n", at)));
                    if (reply.length() == end + 4 + length) {
                        return reply.substring(end + 4);
                    }
                }
                int count = socket.getInputStream().read(buffer);
                assertTrue(count > 0, () -> "the server closed after: " + reply);
                reply.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Test
    void bodiesOfAllFramings() throws IOException {
        byte[] large = new byte[3_000_000];
        new Random(5).nextBytes(large);
        for (byte[] body : List.of(new byte[0], Signer.latin("small"), large)) {
            String etag =
                    java.util.HexFormat.of().formatHex(Signer.digest("MD5", body))
                            + " "
                            + body.length;
            String crc = PayloadTest.base64(BodyChecksum.CRC32C, body);
            Sent plain = Sent.of("PUT", "/b/k%20\u00e9+", "", body);
            assertEquals(etag, send(Signer.sign(plain, "home", Signer.sha256(body)), false));
            assertEquals(etag, send(Signer.presign(plain, "home", 60), false));
            for (Sent framed :
                    List.of(
                            PayloadTest.signedTrailer(body, 65_536, "x-amz-checksum-crc32c", crc),
                            PayloadTest.unsignedTrailer(
                                    body, 65_536, "x-amz-checksum-crc32c", crc))) {
                assertEquals(etag, send(framed, false));
                assertEquals(etag, send(framed, true));
            }
        }
    }

    @Test
    void whatIsWrongIsSaid() throws IOException {
        byte[] body = new byte[200_000];
        Sent put = Sent.of("PUT", "/b/k", "", body);
        Sent signed = Signer.sign(put, "home", Signer.sha256(body));
        assertEquals("SignatureDoesNotMatch", send(signed.path("/b/other"), false));
        body[7] = 1;
        assertEquals("XAmzContentSHA256Mismatch", send(signed, false));
        assertEquals("NotImplemented", send(Signer.sign(put, "home", "UNSIGNED-PAYLOAD"), true));
        Sent framed = PayloadTest.unsignedTrailer(body, 65_536, "x-amz-checksum-crc32", "AAAAAA==");
        assertEquals("BadDigest", send(framed, true));
        assertEquals(
                "IncompleteBody", send(framed.body(Arrays.copyOf(framed.bytes(), 150_000)), false));
    }
}
