package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.domicile.guard.Upstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A body behind its framing, and its promises. */
@Timeout(60)
class PayloadTest {
    private static final byte[] HELLO = Signer.latin("hello, domicile");
    private static final String CRC32_HELLO = base64(BodyChecksum.CRC32, HELLO);

    static String base64(BodyChecksum algorithm, byte[] bytes) {
        BodyChecksum.Running running = algorithm.start();
        running.update(bytes, 0, bytes.length);
        return Base64.getEncoder().encodeToString(running.raw());
    }

    private static String md5(byte[] bytes) {
        return HexFormat.of().formatHex(Signer.digest("MD5", bytes));
    }

    private static Sent put(byte[] body) {
        return Sent.of("PUT", "/b/k", "", body);
    }

    static Payload payload(org.domicile.http.Exchange sent) {
        Authentication.Verdict verdict = Signer.door().judge(sent);
        if (verdict instanceof Authentication.Verdict.Rejected rejected) {
            throw rejected.failure();
        }
        return assertInstanceOf(Authentication.Verdict.Accepted.class, verdict).payload();
    }

    /** Reads as the guard does, small reads or large. */
    private static Upstream.Digests read(Sent sent, byte[] expected, int step) throws IOException {
        Upstream upstream = payload(sent).upstream("crc64nvme");
        assertEquals(expected.length, upstream.expected());
        byte[] got = new byte[expected.length];
        int at = 0;
        while (at < got.length) {
            int count = upstream.body().read(got, at, Math.min(step, got.length - at));
            assertTrue(count > 0);
            at += count;
        }
        assertEquals(-1, upstream.body().read());
        assertArrayEquals(expected, got);
        return upstream.finish();
    }

    private static Upstream.Digests read(Sent sent, byte[] expected) throws IOException {
        Upstream whole = payload(sent).upstream("crc64nvme");
        assertArrayEquals(expected, whole.body().readNBytes(expected.length));
        assertEquals(-1, whole.body().read());
        Upstream.Digests digests = whole.finish();
        for (int step : new int[] {1, 7, 100_000}) {
            assertEquals(digests, read(sent, expected, step));
        }
        return digests;
    }

    private static String broken(Sent sent) {
        return assertThrows(
                        Upstream.Invalid.class,
                        () -> {
                            Upstream upstream = payload(sent).upstream("");
                            upstream.body().readAllBytes();
                            upstream.finish();
                        })
                .code();
    }

    private static ErrorCode refused(Sent sent) {
        return assertThrows(Failure.class, () -> payload(sent).upstream("")).code();
    }

    private static Sent hashed(Sent sent) {
        return Signer.sign(sent, "home", Signer.sha256(sent.bytes()));
    }

    private static Sent unsignedPayload(Sent sent) {
        return Signer.sign(sent, "home", "UNSIGNED-PAYLOAD");
    }

    private static Sent signedChunks(byte[] body, int size) {
        Sent head =
                Signer.sign(
                        put(new byte[0])
                                .with("x-amz-decoded-content-length", "" + body.length)
                                .with("Content-Encoding", "aws-chunked"),
                        "home",
                        Framing.SIGNED_CHUNKS);
        return head.body(Signer.chunks(body, size, Signer.seed(head), "home", ""));
    }

    static Sent signedTrailer(byte[] body, int size, String name, String value) {
        Sent head =
                Signer.sign(
                        put(new byte[0])
                                .with("x-amz-decoded-content-length", "" + body.length)
                                .with("x-amz-trailer", name),
                        "home",
                        Framing.SIGNED_TRAILER);
        return head.body(Signer.chunks(body, size, Signer.seed(head), "home", name + ":" + value));
    }

    static Sent unsignedTrailer(byte[] body, int size, String name, String value) {
        return Signer.sign(
                        put(new byte[0])
                                .with("x-amz-decoded-content-length", "" + body.length)
                                .with("x-amz-trailer", name),
                        "home",
                        Framing.UNSIGNED_TRAILER)
                .body(Signer.unsignedChunks(body, size, name + ":" + value));
    }

    @Test
    void publishedChunkedUpload() throws IOException {
        byte[] body = new byte[66_560];
        Arrays.fill(body, (byte) 'a');
        StringBuilder framed = new StringBuilder();
        String[] signatures = {
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
        };
        int[] sizes = {65_536, 1_024, 0};
        for (int i = 0; i < 3; i++) {
            framed.append(Integer.toHexString(sizes[i]))
                    .append(";chunk-signature=")
                    .append(signatures[i])
                    .append("\r\n")
                    .append("a".repeat(sizes[i]))
                    .append("\r\n");
        }
        Sent sent =
                Sent.of("PUT", "/examplebucket/chunkObject.txt", "", Signer.latin(framed + ""))
                        .with("Host", "s3.amazonaws.com")
                        .with("x-amz-date", Signer.STAMP)
                        .with("x-amz-storage-class", "REDUCED_REDUNDANCY")
                        .with("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
                        .with("Content-Encoding", "aws-chunked")
                        .with("x-amz-decoded-content-length", "66560")
                        .with("Content-Length", "66824")
                        .with(
                                "Authorization",
                                "AWS4-HMAC-SHA256"
                                    + " Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1"
                                    + "/s3/aws4_request,SignedHeaders=content-encoding;content-length;"
                                    + "host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-leng"
                                    + "th;x-amz-storage-class,Signature=4f232c4386841ef735655705268965"
                                    + "c44a0e4690baa4adea153f7db9fa80a0a9");
        assertEquals(66_824, sent.contentLength());
        assertEquals(md5(body), read(sent, body).etag());
    }

    /** The chain of the published example with a trailer, from its published seed on. */
    @Test
    void publishedTrailer() {
        Claim claim =
                new Claim(
                        Claim.Place.HEADER,
                        Scope.parse(
                                Signer.KEY + "/20130524/us-east-1/s3/aws4_request",
                                ErrorCode.ACCESS_DENIED),
                        "host",
                        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
                        Signer.STAMP,
                        Signer.NOW,
                        java.time.Duration.ZERO);
        ChunkSigner signer =
                new ChunkSigner(new SigningKey(Signer.key("20130524", "us-east-1", "s3")), claim);
        byte[] chunk = new byte[65_536];
        Arrays.fill(chunk, (byte) 'a');
        signer.update(chunk, 0, 65_536);
        assertTrue(
                signer.endsChunk(
                        Signer.latin(
                                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2")));
        signer.update(chunk, 0, 1_024);
        assertTrue(
                signer.endsChunk(
                        Signer.latin(
                                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")));
        assertTrue(
                signer.endsChunk(
                        Signer.latin(
                                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")));
        byte[] trailer = Signer.latin("x-amz-checksum-crc32c:sOO8/Q==\n");
        signer.update(trailer, 0, trailer.length);
        assertTrue(
                signer.endsTrailers(
                        Signer.latin(
                                "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435")));
    }

    @Test
    void everyFramingGivesTheSameBody() throws IOException {
        byte[] large = new byte[70_000];
        new Random(1).nextBytes(large);
        for (byte[] body : List.of(new byte[0], HELLO, large)) {
            Map<String, String> crc64 = Map.of("crc64nvme", base64(BodyChecksum.CRC64NVME, body));
            Upstream.Digests plain = new Upstream.Digests(md5(body), crc64);
            assertEquals(plain, read(hashed(put(body).with("content-length", "")), body));
            assertEquals(plain, read(unsignedPayload(put(body).with("content-length", "")), body));
            assertEquals(plain, read(put(body).with("content-length", ""), body));
            assertEquals(plain, read(signedChunks(body, 8_192), body));
            for (BodyChecksum algorithm : BodyChecksum.values()) {
                String value = base64(algorithm, body);
                Upstream.Digests summed =
                        new Upstream.Digests(md5(body), Map.of(algorithm.lower(), value));
                String name = algorithm.header();
                assertEquals(summed, read(signedTrailer(body, 8_192, name, value), body));
                assertEquals(summed, read(unsignedTrailer(body, 65_536, name, value), body));
                assertEquals(
                        summed,
                        read(hashed(put(body).with(name, value).with("content-length", "")), body));
            }
        }
    }

    @Test
    void signedAndFramedHeadersAreEnough() throws IOException {
        Sent sent = unsignedTrailer(HELLO, 8_192, "x-amz-checksum-crc32", CRC32_HELLO);
        assertEquals(md5(HELLO), read(sent.chunkedTransfer(), HELLO).etag());
        // An SDK without credentials frames the body and leaves the hash header out.
        Sent anonymous =
                put(Signer.unsignedChunks(HELLO, 8_192, "x-amz-checksum-crc32:" + CRC32_HELLO))
                        .with("Content-Encoding", "aws-chunked")
                        .with("x-amz-trailer", "x-amz-checksum-crc32")
                        .with("x-amz-decoded-content-length", "" + HELLO.length);
        assertEquals(md5(HELLO), read(anonymous, HELLO).etag());
        assertEquals(
                ErrorCode.INVALID_REQUEST,
                refused(anonymous.with("x-amz-content-sha256", Framing.SIGNED_CHUNKS)));
        // minio-go's line ends.
        String text = new String(sent.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertEquals(
                md5(HELLO),
                read(sent.body(Signer.latin(text.replace("==\r\n\r\n", "==\n\r\n\r\n"))), HELLO)
                        .etag());
        Sent signed = signedTrailer(HELLO, 8_192, "x-amz-checksum-crc32", CRC32_HELLO);
        text = new String(signed.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertEquals(
                md5(HELLO),
                read(signed.body(Signer.latin(text.replace("==\r\nx-amz", "==\n\r\nx-amz"))), HELLO)
                        .etag());
    }

    @Test
    void aBodyCutAnywhereIsIncomplete() {
        for (Sent sent :
                List.of(
                        signedChunks(HELLO, 15),
                        signedTrailer(HELLO, 15, "x-amz-checksum-crc32", CRC32_HELLO),
                        unsignedTrailer(HELLO, 15, "x-amz-checksum-crc32", CRC32_HELLO))) {
            for (int cut = 0; cut < sent.bytes().length; cut++) {
                String code = broken(sent.body(Arrays.copyOf(sent.bytes(), cut)));
                assertEquals("IncompleteBody", code, "cut at " + cut);
            }
            byte[] longer = Arrays.copyOf(sent.bytes(), sent.bytes().length + 1);
            longer[longer.length - 1] = 'x';
            assertEquals("IncompleteBody", broken(sent.body(longer)));
        }
        Sent plain = unsignedPayload(put(HELLO).with("content-length", ""));
        for (int cut = 0; cut < HELLO.length; cut++) {
            Sent cutShort =
                    new Sent(
                            "PUT",
                            "/b/k",
                            "",
                            plain.fields(),
                            HELLO.length,
                            Arrays.copyOf(HELLO, cut));
            assertEquals("IncompleteBody", broken(cutShort));
        }
    }

    @Test
    void everyChangedByteOfSignedFramesIsFound() {
        for (Sent sent :
                List.of(
                        signedChunks(HELLO, 15),
                        signedTrailer(HELLO, 15, "x-amz-checksum-crc32", CRC32_HELLO))) {
            int found = 0;
            for (int i = 0; i < sent.bytes().length; i++) {
                byte[] changed = sent.bytes().clone();
                changed[i] ^= 1;
                try {
                    broken(sent.body(changed));
                } catch (AssertionError e) {
                    throw new AssertionError("a changed byte " + i + " is not found", e);
                }
                found++;
            }
            assertEquals(sent.bytes().length, found);
        }
    }

    @Test
    void framesSayWhatIsWrong() {
        String crc = "x-amz-checksum-crc32:" + CRC32_HELLO + "\r\n";
        Sent head = unsignedTrailer(HELLO, 15, "x-amz-checksum-crc32", CRC32_HELLO);
        String data = "f\r\nhello, domicile\r\n";
        for (String[] one :
                new String[][] {
                    {"IncompleteBody", "10\r\nhello, domicile\r\n0\r\n" + crc + "\r\n"},
                    {"IncompleteBody", "e\r\nhello, domicil\r\n0\r\n" + crc + "\r\n"},
                    {"IncompleteBody", "\r\nhello"},
                    {"IncompleteBody", "g\r\nhello"},
                    {"IncompleteBody", "-f\r\nhello"},
                    {"IncompleteBody", "0xf\r\nhello"},
                    {"IncompleteBody", "ffffffffffffffff\r\nhello"},
                    {"IncompleteBody", "8000000000000000\r\nhello"},
                    {"IncompleteBody", "f\nhello, domicile\r\n0\r\n" + crc + "\r\n"},
                    {"IncompleteBody", "f;a=b\r\nhello, domicile\r\n0\r\n" + crc + "\r\n"},
                    {"IncompleteBody", "f".repeat(9_000)},
                    {"IncompleteBody", data + "00000000000000000\r\n" + crc + "\r\n"},
                    {
                        "InvalidChunkSizeError",
                        "5\r\nhello\r\na\r\n, domicile\r\n0\r\n" + crc + "\r\n"
                    },
                    {"MalformedTrailerError", data + "0\r\n\r\n"},
                    {"MalformedTrailerError", data + "0\r\n" + crc + crc + "\r\n"},
                    {"MalformedTrailerError", data + "0\r\nx-amz-meta-a:b\r\n" + crc + "\r\n"},
                    {"MalformedTrailerError", data + "0\r\n" + crc.replace(":", "") + "\r\n"},
                    {"MalformedTrailerError", data + "0\r\n" + crc.replace("32", "32c") + "\r\n"},
                    {"MalformedTrailerError", data + "0\r\n" + crc + "\n"},
                    {
                        "MalformedTrailerError",
                        data + "0\r\n" + crc + "x-amz-trailer-signature:0\r\n\r\n"
                    },
                    {"MalformedTrailerError", data + "0\r\nx:" + "y".repeat(9_000) + "\r\n\r\n"},
                    {"InvalidRequest", data + "0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n"},
                    {"BadDigest", data + "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"},
                    {"IncompleteBody", data + "0\r\n" + crc + "\r\n\r\n\r\n"},
                }) {
            assertEquals(one[0], broken(head.body(Signer.latin(one[1]))), one[1]);
        }
        Sent unannounced =
                Signer.sign(
                                put(new byte[0]).with("x-amz-decoded-content-length", "15"),
                                "home",
                                Framing.UNSIGNED_TRAILER)
                        .body(Signer.latin(data + "0\r\n" + crc + "\r\n"));
        assertEquals("MalformedTrailerError", broken(unannounced));
    }

    @Test
    void aTrailerIsSigned() {
        Sent sent = signedTrailer(HELLO, 15, "x-amz-checksum-crc32", CRC32_HELLO);
        String text = new String(sent.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertEquals(
                "SignatureDoesNotMatch",
                broken(sent.body(Signer.latin(text.replace(CRC32_HELLO, "AAAAAA==")))));
        assertEquals(
                "IncompleteBody",
                broken(
                        sent.body(
                                Signer.latin(
                                        text.replaceAll("x-amz-trailer-signature:.*\r\n", "")))));
        assertEquals(
                "BadDigest", broken(signedTrailer(HELLO, 15, "x-amz-checksum-crc32", "AAAAAA==")));
        // The chunks of one request under the head of another.
        assertEquals("SignatureDoesNotMatch", broken(signedChunks(HELLO, 15).body(sent.bytes())));
    }

    @Test
    void promisesAreKept() {
        Sent put = put(HELLO).with("content-length", "");
        assertEquals(
                "XAmzContentSHA256Mismatch",
                broken(Signer.sign(put, "home", Signer.sha256(new byte[0]))));
        assertEquals(
                "BadDigest", broken(hashed(put.with("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="))));
        for (BodyChecksum algorithm : BodyChecksum.values()) {
            String wrong = base64(algorithm, Signer.latin("other"));
            assertEquals("BadDigest", broken(hashed(put.with(algorithm.header(), wrong))));
            assertEquals(
                    "BadDigest", broken(unsignedTrailer(HELLO, 15, algorithm.header(), wrong)));
            assertEquals(
                    ErrorCode.INVALID_REQUEST,
                    refused(hashed(put.with(algorithm.header(), wrong.substring(1)))));
            assertEquals(
                    ErrorCode.INVALID_REQUEST,
                    refused(hashed(put.with(algorithm.header(), "!" + wrong.substring(1)))));
        }
    }

    @Test
    void malformedPromisesAreRefused() {
        Sent put = put(HELLO).with("content-length", "");
        String crc = "x-amz-checksum-crc32";
        assertEquals(ErrorCode.INVALID_DIGEST, refused(hashed(put.with("Content-MD5", ""))));
        assertEquals(ErrorCode.INVALID_DIGEST, refused(hashed(put.with("Content-MD5", "AAAA"))));
        for (Sent sent :
                List.of(
                        put.with(crc, CRC32_HELLO).with("x-amz-checksum-sha1", "x"),
                        put.with(crc, CRC32_HELLO).with(crc, CRC32_HELLO),
                        put.with("x-amz-checksum-md4", "x"),
                        put.with(crc, CRC32_HELLO).with("x-amz-sdk-checksum-algorithm", "SHA1"),
                        put.with(crc, CRC32_HELLO).with("x-amz-sdk-checksum-algorithm", "ROT13"),
                        put.with("x-amz-sdk-checksum-algorithm", "CRC32"))) {
            assertEquals(ErrorCode.INVALID_REQUEST, refused(hashed(sent)));
        }
        Sent trailing = put(HELLO).with("x-amz-decoded-content-length", "15");
        for (Sent sent :
                List.of(
                        trailing.with("x-amz-trailer", "x-amz-meta-a"),
                        trailing.with("x-amz-trailer", crc + ",x-amz-checksum-sha1"),
                        trailing.with("x-amz-trailer", crc).with(crc, CRC32_HELLO))) {
            assertEquals(
                    ErrorCode.INVALID_REQUEST,
                    refused(Signer.sign(sent, "home", Framing.UNSIGNED_TRAILER)));
        }
    }

    @Test
    void aLengthIsDemanded() {
        assertEquals(
                ErrorCode.NOT_IMPLEMENTED, refused(unsignedPayload(put(HELLO).chunkedTransfer())));
        assertEquals(ErrorCode.MISSING_CONTENT_LENGTH, refused(unsignedPayload(put(new byte[0]))));
        for (String framing :
                List.of(Framing.SIGNED_CHUNKS, Framing.SIGNED_TRAILER, Framing.UNSIGNED_TRAILER)) {
            assertEquals(
                    ErrorCode.MISSING_CONTENT_LENGTH,
                    refused(Signer.sign(put(HELLO), "home", framing)));
            for (String length : List.of("", "x", "-1", "1e3", "99999999999999999999")) {
                assertEquals(
                        ErrorCode.INVALID_ARGUMENT,
                        refused(
                                Signer.sign(
                                        put(HELLO).with("x-amz-decoded-content-length", length),
                                        "home",
                                        framing)));
            }
        }
        for (String length : List.of("14", "16", "0")) {
            Sent sent =
                    Signer.sign(
                                    put(new byte[0]).with("x-amz-decoded-content-length", length),
                                    "home",
                                    Framing.UNSIGNED_TRAILER)
                            .body(Signer.unsignedChunks(HELLO, 15, ""));
            assertEquals("IncompleteBody", broken(sent), length);
        }
    }

    @Test
    void documents() throws IOException {
        Sent sent = hashed(put(HELLO).with("content-length", ""));
        assertArrayEquals(HELLO, payload(sent).document(15));
        assertArrayEquals(HELLO, payload(sent.chunkedTransfer()).document(15));
        for (Sent tooLong : List.of(sent, sent.chunkedTransfer())) {
            assertEquals(
                    ErrorCode.ENTITY_TOO_LARGE,
                    assertThrows(Failure.class, () -> payload(tooLong).document(14)).code());
        }
        assertArrayEquals(new byte[0], payload(hashed(put(new byte[0]))).document(0));
        Sent chunked = unsignedTrailer(HELLO, 15, "x-amz-checksum-crc32", CRC32_HELLO);
        assertArrayEquals(HELLO, payload(chunked).document(1_000));
        Sent wrong = hashed(put(HELLO).with("x-amz-checksum-crc32", "AAAAAA=="));
        assertEquals(
                ErrorCode.BAD_DIGEST,
                assertThrows(Failure.class, () -> payload(wrong).document(99)).code());
        // CompleteMultipartUpload's checksum is the object's, not the document's.
        Sent complete =
                hashed(
                        Sent.of("POST", "/b/k", "uploadId=1", HELLO)
                                .with("x-amz-checksum-crc32", "AAAAAA=="));
        assertArrayEquals(HELLO, payload(complete).document(99));
    }

    @Test
    void largeBodiesAreHashedBesideTheRequestAndLeaveNoThread() throws IOException {
        byte[] body = new byte[5_000_001];
        new Random(3).nextBytes(body);
        Sent sent = hashed(put(body).with("content-length", ""));
        for (int step : new int[] {100, 65_537, 1 << 20}) {
            assertEquals(md5(body), read(sent, body, step).etag());
        }
        assertEquals(
                md5(body),
                read(
                                unsignedTrailer(
                                        body,
                                        1 << 16,
                                        "x-amz-checksum-sha256",
                                        base64(BodyChecksum.SHA256, body)),
                                body,
                                1 << 20)
                        .etag());
        // Given up in the middle: nobody tells the other thread, and it ends.
        Md5Lane lane = new Md5Lane(SigningKey.lookUp("MD5"));
        lane.update(body, 0, body.length);
        assertArrayEquals(Signer.digest("MD5", body), lane.digest());
    }
}
