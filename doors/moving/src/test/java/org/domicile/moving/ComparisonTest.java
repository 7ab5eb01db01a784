package org.domicile.moving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.domicile.guard.Upstream;
import org.domicile.outbound.Link;
import org.domicile.s3client.RemoteBucket;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.Test;

/** By what bytes that come are compared, and what is not taken. */
class ComparisonTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final byte[] BODY = new byte[12 * MEBIBYTE + 5];

    static {
        new Random(1).nextBytes(BODY);
    }

    private static String md5(byte[] bytes) {
        return HexFormat.of().formatHex(S3Signature.digest("MD5").digest(bytes));
    }

    private static String ofParts(byte[] body, int size) {
        var all = S3Signature.digest("MD5");
        int count = 0;
        for (int at = 0; at < body.length; at += size, count++) {
            var part = S3Signature.digest("MD5");
            part.update(body, at, Math.min(size, body.length - at));
            all.update(part.digest());
        }
        return HexFormat.of().formatHex(all.digest()) + "-" + count;
    }

    private static String sha256(byte[] bytes) {
        return Base64.getEncoder().encodeToString(S3Signature.sha256(bytes));
    }

    private static Comparison comparison(Map<String, String> fields, byte[] body, long firstPart) {
        RemoteBucket.Reading reading =
                new RemoteBucket.Reading(
                        fields,
                        body.length,
                        new ByteArrayInputStream(body),
                        new Link.Reply(
                                200,
                                fields,
                                body.length,
                                new ByteArrayInputStream(body),
                                () -> {}));
        return new Comparison(Expected.of(reading, body.length, () -> firstPart), reading.body());
    }

    private static Upstream.Digests read(Comparison comparison) throws IOException {
        assertArrayEquals(BODY, comparison.body().readAllBytes());
        return comparison.finish();
    }

    private static Map<String, String> fields(String... pairs) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put(pairs[i], pairs[i + 1]);
        }
        return fields;
    }

    @Test
    void byTheMd5ThatTheETagIs() throws IOException {
        Comparison comparison = comparison(fields("etag", '"' + md5(BODY) + '"'), BODY, -1);
        Upstream.Digests digests = read(comparison);
        assertEquals("MD5", comparison.by());
        assertEquals(md5(BODY), digests.etag());
        assertEquals("crc64nvme", digests.checksums().keySet().iterator().next());
    }

    @Test
    void byThePartsThatAreKnownOrUsual() throws IOException {
        for (int size : List.of(5 * MEBIBYTE, 8 * MEBIBYTE, 12 * MEBIBYTE + 5)) {
            String etag = ofParts(BODY, size);
            Comparison guessed = comparison(fields("etag", etag), BODY, -1);
            assertEquals(etag, read(guessed).etag());
            assertEquals("MD5 of " + etag.substring(33) + " parts", guessed.by());
        }
        String odd = ofParts(BODY, 7 * MEBIBYTE + 1);
        Comparison known = comparison(fields("etag", odd), BODY, 7 * MEBIBYTE + 1);
        assertEquals(odd, read(known).etag());
        Comparison unknown = comparison(fields("etag", odd), BODY, -1);
        assertEquals(md5(BODY), read(unknown).etag(), "what is not compared is not claimed");
        assertEquals("size alone", unknown.by().substring(0, 10));
    }

    @Test
    void byTheChecksumWhereTheETagIsNone() throws IOException {
        Map<String, String> sealed =
                fields(
                        "etag", md5(new byte[1]),
                        "x-amz-server-side-encryption", "aws:kms",
                        "x-amz-checksum-sha256", sha256(BODY));
        Comparison comparison = comparison(sealed, BODY, -1);
        assertEquals(Map.of("sha256", sha256(BODY)), read(comparison).checksums());
        assertEquals("SHA256", comparison.by());
        sealed.put("x-amz-checksum-type", "COMPOSITE");
        Comparison alone = comparison(sealed, BODY, -1);
        assertEquals(md5(BODY), read(alone).etag());
        assertEquals("size alone", alone.by().substring(0, 10));
        sealed.put("x-amz-checksum-type", "FULL_OBJECT");
        sealed.put("etag", md5(BODY));
        sealed.remove("x-amz-server-side-encryption");
        Comparison both = comparison(sealed, BODY, -1);
        read(both);
        assertEquals("MD5 and SHA256", both.by());
    }

    @Test
    void whatDiffersIsNotTaken() throws IOException {
        for (Map<String, String> fields :
                List.of(
                        fields("etag", md5(new byte[1])),
                        fields("etag", md5(BODY), "x-amz-checksum-sha256", sha256(new byte[1])),
                        fields("etag", "x", "x-amz-checksum-crc32", "AAAAAA=="))) {
            Comparison comparison = comparison(fields, BODY, -1);
            comparison.body().readAllBytes();
            assertThrows(Upstream.Invalid.class, comparison::finish, fields::toString);
        }
    }

    @Test
    void nothingIsAsManyBytesAsAny() throws IOException {
        Comparison empty = comparison(fields("etag", md5(new byte[0])), new byte[0], -1);
        assertEquals(-1, empty.body().read());
        assertEquals(md5(new byte[0]), empty.finish().etag());
        String etag = ofParts(new byte[1], 1);
        Comparison one = comparison(fields("etag", etag), new byte[1], -1);
        assertEquals(0, one.body().read());
        assertEquals(-1, one.body().read());
        assertEquals(etag, one.finish().etag());
    }
}
