package org.domicile.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Framing of bodies and the life of connections, through the whole door with real signatures. */
class ConnectionsTest extends DoorTest {
    private static final byte[] NOTHING = {};

    private Client signing;

    @BeforeEach
    void sign() throws IOException {
        signing = installation.signing();
    }

    @AfterEach
    void stop() throws IOException {
        signing.close();
    }

    private static byte[] body(int size) {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        return body;
    }

    private Sent request(String method, String path, byte[] body) {
        return Sent.of(method, path, "", body).with("Host", "localhost");
    }

    private Sent signed(Sent sent) {
        return signed(sent, Signer.sha256(sent.bytes()));
    }

    private Sent signed(Sent sent, String hash) {
        return Signer.sign(sent, "home", hash, Instant.now(), installation.pair());
    }

    private void stored(byte[] expected) throws IOException {
        assertArrayEquals(expected, client.get(bucket + "/n").body());
    }

    @Test
    void aBodyIsAskedFor() throws IOException {
        byte[] body = body(300_000);
        Sent put = signed(request("PUT", bucket + "/n", body).with("Expect", "100-continue"));
        signing.write(Client.head(put).getBytes(ISO_8859_1));
        assertEquals(100, signing.reply("PUT").status());
        signing.write(body);
        assertEquals(200, signing.reply("PUT").status());
        stored(body);
    }

    /** Refused before a byte of the body is asked for, and the connection is closed cleanly. */
    @Test
    void aBodyIsNotAskedFor() throws IOException {
        byte[] body = body(300_000);
        Sent wrong =
                Signer.sign(
                        request("PUT", bucket + "/n", body).with("Expect", "100-continue"),
                        "home",
                        Signer.sha256(body),
                        Instant.now(),
                        new Signer.Pair(installation.key, "no secret of ours"));
        signing.write(Client.head(wrong).getBytes(ISO_8859_1));
        Client.Reply reply = signing.reply("PUT");
        failed(403, "SignatureDoesNotMatch", reply);
        assertEquals("close", reply.field("connection"));
        assertTrue(signing.closed());
        try (Client next = installation.signing()) {
            Sent elsewhere =
                    signed(
                            request("PUT", "/no-such-bucket/n", body)
                                    .with("Expect", "100-continue"));
            next.write(Client.head(elsewhere).getBytes(ISO_8859_1));
            failed(404, "NoSuchBucket", next.reply("PUT"));
        }
        assertEquals(404, client.head(bucket + "/n").status());
    }

    /** Chunks of HTTP around bytes; sizes do not follow those of the framing inside. */
    private static byte[] transfer(byte[] bytes, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; at += size) {
            byte[] chunk = Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length));
            out.writeBytes((Integer.toHexString(chunk.length) + "\r\n").getBytes(ISO_8859_1));
            out.writeBytes(chunk);
            out.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        out.writeBytes("0\r\n\r\n".getBytes(ISO_8859_1));
        return out.toByteArray();
    }

    private Client.Reply chunked(Sent signed, byte[] framed) throws IOException {
        String head = Client.head(signed.body(framed).chunkedTransfer());
        return signing.send("PUT", head, transfer(framed, 7_001));
    }

    private Sent streaming(byte[] body, String hash, boolean trailer) {
        Sent put =
                request("PUT", bucket + "/n", NOTHING)
                        .with("Content-Encoding", "aws-chunked")
                        .with("x-amz-decoded-content-length", Integer.toString(body.length));
        return signed(trailer ? put.with("x-amz-trailer", "x-amz-checksum-crc32") : put, hash);
    }

    @Test
    void anUnsignedTrailerInChunkedTransfer() throws IOException {
        for (int size : new int[] {0, 1, 65_536, 200_000}) {
            byte[] body = body(size);
            String sum = TrustingAuthentication.Sum.text("crc32", body);
            Sent put = streaming(body, Framing.UNSIGNED_TRAILER, true);
            String trailer = "x-amz-checksum-crc32:" + sum;
            Client.Reply reply = chunked(put, Signer.unsignedChunks(body, 60_000, trailer));
            assertEquals(200, reply.status(), reply.text());
            assertEquals(sum, reply.field("x-amz-checksum-crc32"));
            stored(body);
        }
        byte[] body = body(100_000);
        Sent put = streaming(body, Framing.UNSIGNED_TRAILER, true);
        byte[] wrong = Signer.unsignedChunks(body, 60_000, "x-amz-checksum-crc32:AAAAAA==");
        failed(400, "BadDigest", chunked(put, wrong));
        stored(body(200_000));
    }

    @Test
    void aSignedTrailerInChunkedTransfer() throws IOException {
        Instant at = Instant.now();
        byte[] body = body(150_000);
        String sum = TrustingAuthentication.Sum.text("crc32", body);
        Sent put = streaming(body, Framing.SIGNED_TRAILER, true);
        Sent signedAt =
                Signer.sign(
                        put.without("Authorization")
                                .without("X-Amz-Date")
                                .without("X-Amz-Content-Sha256"),
                        "home",
                        Framing.SIGNED_TRAILER,
                        at,
                        installation.pair());
        byte[] framed =
                Signer.chunks(
                        body,
                        65_536,
                        Signer.seed(signedAt),
                        "home",
                        "x-amz-checksum-crc32:" + sum,
                        at,
                        installation.pair());
        Client.Reply reply = chunked(signedAt, framed);
        assertEquals(200, reply.status(), reply.text());
        assertEquals(sum, reply.field("x-amz-checksum-crc32"));
        stored(body);
        byte[] forged = framed.clone();
        forged[80_000] ^= 1;
        failed(403, "SignatureDoesNotMatch", chunked(signedAt, forged));
        stored(body);
        // The same request works on the same or a fresh connection: nothing of the forged is left.
        assertEquals(200, chunked(signedAt, framed).status());
    }

    /** After each kind of error the next request is answered, here or on a fresh connection. */
    @Test
    void lifeGoesOnAfterEachError() throws IOException {
        client.put(bucket + "/n", "0123456789");
        byte[] large = body(500_000);
        Sent get = request("GET", bucket + "/n", NOTHING);
        Sent put = request("PUT", bucket + "/p", large);
        record Bad(int status, Sent sent) {}
        List<Bad> all =
                List.of(
                        new Bad(404, signed(request("GET", bucket + "/missing", NOTHING))),
                        new Bad(412, signed(get.with("If-Match", "\"x\""))),
                        new Bad(416, signed(get.with("Range", "bytes=10-"))),
                        new Bad(304, signed(get.with("If-None-Match", "*"))),
                        new Bad(
                                501,
                                signed(
                                        Sent.of("GET", bucket, "inventory=", NOTHING)
                                                .with("Host", "localhost"))),
                        new Bad(405, signed(request("POST", bucket + "/n", NOTHING))),
                        new Bad(403, get),
                        new Bad(400, signed(request("GET", bucket + "/%FF", NOTHING))),
                        new Bad(400, signed(put.with("Content-MD5", "A".repeat(22) + "=="))),
                        new Bad(404, signed(request("PUT", "/no-such-bucket/p", large))),
                        new Bad(
                                403,
                                Signer.sign(
                                        put,
                                        "home",
                                        Signer.sha256(large),
                                        Instant.now(),
                                        new Signer.Pair(installation.key, "another"))),
                        new Bad(400, signed(put).body(body(500_000 - 1))));
        for (Bad bad : all) {
            assertEquals(bad.status(), signing.send(bad.sent()).status(), bad::toString);
            Client.Reply next = signing.send(signed(get));
            assertEquals("0123456789", next.text(), bad::toString);
        }
        assertEquals(List.of("n"), client.get(bucket).elements("Key"));
    }

    /** What comes behind a body is no part of it, and no request of anybody. */
    @Test
    void aBodyThatIsLongerThanItsLength() throws IOException {
        byte[] body = "right".getBytes(UTF_8);
        Sent put = signed(request("PUT", bucket + "/n", body));
        signing.write(Client.head(put).getBytes(ISO_8859_1));
        signing.write("right, and more\r\n\r\n".getBytes(UTF_8));
        assertEquals(200, signing.reply("PUT").status());
        assertEquals(400, signing.reply("GET").status());
        assertTrue(signing.closed());
        stored(body);
    }

    @Test
    void aBodyThatIsShorterThanItsLength() throws IOException {
        for (int sent : new int[] {0, 1, 99_999}) {
            try (Client short1 = installation.signing()) {
                byte[] body = body(100_000);
                Sent put = signed(request("PUT", bucket + "/n", body));
                short1.write(Client.head(put).getBytes(ISO_8859_1));
                short1.write(Arrays.copyOf(body, sent));
                short1.end();
                failed(400, "IncompleteBody", short1.reply("PUT"));
                assertTrue(short1.closed());
            }
            assertEquals(404, client.head(bucket + "/n").status());
        }
    }
}
