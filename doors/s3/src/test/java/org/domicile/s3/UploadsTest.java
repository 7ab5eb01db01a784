package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UploadsTest extends DoorTest {
    private static final int LEAST = 5 << 20;

    private String begin(String name, String... fields) throws IOException {
        Client.Reply reply = client.post(bucket + "/" + name + "?uploads", "", fields);
        assertEquals(200, reply.status(), reply.text());
        assertEquals(bucket.substring(1), reply.element("Bucket"));
        return reply.element("UploadId");
    }

    private Client.Reply part(String name, String id, int number, byte[] body, String... fields)
            throws IOException {
        return client.put(
                bucket + "/" + name + "?uploadId=" + id + "&partNumber=" + number, body, fields);
    }

    private static String list(String... parts) {
        StringBuilder out = new StringBuilder("<CompleteMultipartUpload>");
        for (String part : parts) {
            out.append(part);
        }
        return out.append("</CompleteMultipartUpload>").toString();
    }

    private static String chosen(int number, String etag) {
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag></Part>";
    }

    private Client.Reply complete(String name, String id, String list, String... fields)
            throws IOException {
        return client.post(bucket + "/" + name + "?uploadId=" + id, list, fields);
    }

    private static byte[] random(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] join(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    private static String etag(byte[]... parts) {
        ByteArrayOutputStream hashes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            hashes.writeBytes(TrustingAuthentication.digest("MD5").digest(part));
        }
        byte[] whole = TrustingAuthentication.digest("MD5").digest(hashes.toByteArray());
        return '"' + HexFormat.of().formatHex(whole) + "-" + parts.length + '"';
    }

    @Test
    void anObjectInParts() throws IOException {
        byte[] one = random(1, LEAST);
        byte[] two = random(2, LEAST + 7);
        byte[] three = random(3, 11);
        String id = begin("a%2Bb", "Content-Type: text/x", "x-amz-meta-k: v");
        Client.Reply first = part("a%2Bb", id, 1, one);
        assertEquals(200, first.status(), first.text());
        assertEquals(
                TrustingAuthentication.Sum.text("crc64nvme", one),
                first.field("x-amz-checksum-crc64nvme"));
        part("a%2Bb", id, 2, random(9, 100)); // overwritten below
        Client.Reply second = part("a%2Bb", id, 2, two);
        Client.Reply last = part("a%2Bb", id, 7, three);
        part("a%2Bb", id, 8, random(8, 5)); // left out below
        assertEquals(404, client.head(bucket + "/a%2Bb").status());

        String list =
                list(
                        chosen(1, first.field("etag")),
                        chosen(2, second.field("etag").replace("\"", "&quot;")),
                        chosen(7, last.field("etag").replace("\"", "")));
        Client.Reply done =
                complete("a%2Bb", id, list, "x-amz-mp-object-size: " + (2 * LEAST + 18));
        assertEquals(200, done.status(), done.text());
        assertEquals(etag(one, two, three), done.element("ETag"));
        assertEquals("a+b", done.element("Key"));
        byte[] all = join(one, two, three);
        assertEquals(
                TrustingAuthentication.Sum.text("crc64nvme", all),
                done.element("ChecksumCRC64NVME"));
        assertEquals("FULL_OBJECT", done.element("ChecksumType"));

        Client.Reply again = complete("a%2Bb", id, list);
        assertEquals(200, again.status(), "a retry after a lost answer");
        assertEquals(done.element("ETag"), again.element("ETag"));

        Client.Reply get = client.get(bucket + "/a%2Bb");
        assertArrayEquals(all, get.body());
        assertEquals("text/x", get.field("content-type"));
        assertEquals("v", get.field("x-amz-meta-k"));
        assertEquals("", get.field("x-amz-mp-parts-count"));
        byte[][] parts = {one, two, three};
        int offset = 0;
        for (int i = 0; i < 3; i++) {
            Client.Reply read = client.get(bucket + "/a%2Bb?partNumber=" + (i + 1));
            assertEquals(206, read.status());
            assertArrayEquals(parts[i], read.body());
            assertEquals("3", read.field("x-amz-mp-parts-count"));
            assertEquals(
                    "bytes " + offset + "-" + (offset + parts[i].length - 1) + "/" + all.length,
                    read.field("content-range"));
            offset += parts[i].length;
        }
        Client.Reply head = client.head(bucket + "/a%2Bb?partNumber=2");
        assertEquals(Integer.toString(two.length), head.field("content-length"));
        failed(400, "InvalidPart", client.get(bucket + "/a%2Bb?partNumber=4"));
        Client.Reply across =
                client.get(bucket + "/a%2Bb", "Range: bytes=" + (LEAST - 3) + "-" + (LEAST + 2));
        assertArrayEquals(Arrays.copyOfRange(all, LEAST - 3, LEAST + 3), across.body());
    }

    @Test
    void checksumsOfParts() throws IOException {
        for (String algorithm : List.of("crc32c", "sha256")) {
            byte[] one = random(1, LEAST);
            byte[] two = random(2, 5);
            String upper = Uploads.upper(algorithm);
            String id = begin(algorithm, "x-amz-checksum-algorithm: " + upper);
            String sumOne = TrustingAuthentication.Sum.text(algorithm, one);
            String sumTwo = TrustingAuthentication.Sum.text(algorithm, two);
            Client.Reply first =
                    part(algorithm, id, 1, one, "x-amz-checksum-" + algorithm + ": " + sumOne);
            assertEquals(sumOne, first.field("x-amz-checksum-" + algorithm));
            // Computed here, since the upload named the algorithm.
            Client.Reply second = part(algorithm, id, 2, two);
            assertEquals(sumTwo, second.field("x-amz-checksum-" + algorithm));
            String wrong =
                    "<Part><PartNumber>1</PartNumber><ETag>"
                            + first.field("etag")
                            + "</ETag><Checksum"
                            + upper
                            + ">"
                            + sumTwo
                            + "</Checksum"
                            + upper
                            + "></Part>";
            failed(
                    400,
                    "InvalidPart",
                    complete(algorithm, id, list(wrong, chosen(2, second.field("etag")))));
            byte[] raw =
                    join(Base64.getDecoder().decode(sumOne), Base64.getDecoder().decode(sumTwo));
            String bare = TrustingAuthentication.Sum.text(algorithm, raw);
            String composite = bare + "-2";
            String both = list(chosen(1, first.field("etag")), chosen(2, second.field("etag")));
            String said = "x-amz-checksum-" + algorithm + ": ";
            failed(400, "BadDigest", complete(algorithm, id, both, said + sumOne));
            // minio-go leaves the count of parts away
            Client.Reply done = complete(algorithm, id, both, said + bare);
            assertEquals(composite, done.element("Checksum" + upper));
            assertEquals("COMPOSITE", done.element("ChecksumType"));
            Client.Reply head =
                    client.head(bucket + "/" + algorithm, "x-amz-checksum-mode: ENABLED");
            assertEquals(composite, head.field("x-amz-checksum-" + algorithm));
            assertEquals("COMPOSITE", head.field("x-amz-checksum-type"));
        }
    }

    @Test
    void checksumsOfASinglePart() throws IOException {
        for (String algorithm : List.of("crc32", "crc32c", "sha1", "sha256")) {
            byte[] only = random(5, 50);
            String upper = Uploads.upper(algorithm);
            String id = begin(algorithm, "x-amz-checksum-algorithm: " + upper);
            String etag = part(algorithm, id, 3, only).field("etag");
            Client.Reply done = complete(algorithm, id, list(chosen(3, etag)));
            assertEquals(
                    TrustingAuthentication.Sum.text(
                                    algorithm, TrustingAuthentication.Sum.of(algorithm, only))
                            + "-1",
                    done.element("Checksum" + upper));
        }
    }

    @Test
    void checksumsOfTheWhole() throws IOException {
        for (String algorithm : List.of("crc32", "crc64nvme")) {
            byte[] one = random(1, LEAST);
            byte[] two = random(2, 5);
            String upper = Uploads.upper(algorithm);
            String id =
                    begin(
                            algorithm,
                            "x-amz-checksum-algorithm: " + upper,
                            "x-amz-checksum-type: FULL_OBJECT");
            String list =
                    list(
                            chosen(1, part(algorithm, id, 1, one).field("etag")),
                            chosen(2, part(algorithm, id, 2, two).field("etag")));
            failed(
                    400,
                    "BadDigest",
                    complete(algorithm, id, list, "x-amz-checksum-" + algorithm + ": AAAA"));
            failed(400, "InvalidRequest", complete(algorithm, id, list, "x-amz-mp-object-size: 1"));
            failed(400, "InvalidRequest", complete(algorithm, id, list, "x-amz-mp-object-size: x"));
            String whole = TrustingAuthentication.Sum.text(algorithm, join(one, two));
            Client.Reply done =
                    complete(algorithm, id, list, "x-amz-checksum-" + algorithm + ": " + whole);
            assertEquals(200, done.status(), done.text());
            assertEquals(whole, done.element("Checksum" + upper));
            assertEquals("FULL_OBJECT", done.element("ChecksumType"));
        }
        String[][] wrong = {
            {"x-amz-checksum-algorithm: MD5"},
            {"x-amz-checksum-type: COMPOSITE"},
            {"x-amz-checksum-algorithm: SHA1", "x-amz-checksum-type: FULL_OBJECT"},
            {"x-amz-checksum-algorithm: CRC64NVME", "x-amz-checksum-type: COMPOSITE"},
            {"x-amz-checksum-algorithm: CRC32", "x-amz-checksum-type: HALF"},
        };
        for (String[] fields : wrong) {
            failed(400, "InvalidRequest", client.post(bucket + "/w?uploads", "", fields));
        }
    }

    @Test
    void completionsThatFail() throws IOException {
        String id = begin("f");
        String small = part("f", id, 1, random(1, 10)).field("etag");
        String other = part("f", id, 2, random(2, 10)).field("etag");
        failed(400, "EntityTooSmall", complete("f", id, list(chosen(1, small), chosen(2, other))));
        failed(
                400,
                "InvalidPartOrder",
                complete("f", id, list(chosen(2, other), chosen(1, small))));
        failed(
                400,
                "InvalidPartOrder",
                complete("f", id, list(chosen(1, small), chosen(1, small))));
        failed(400, "InvalidPart", complete("f", id, list(chosen(3, small))));
        failed(400, "InvalidPart", complete("f", id, list(chosen(1, other))));
        failed(400, "InvalidArgument", complete("f", id, list(chosen(0, small))));
        failed(400, "InvalidArgument", complete("f", id, list(chosen(10_001, small))));
        failed(400, "MalformedXML", complete("f", id, list()));
        failed(400, "MalformedXML", complete("f", id, ""));
        failed(400, "MalformedXML", complete("f", id, "<Delete/>"));
        failed(400, "MalformedXML", complete("f", id, list("<Part><ETag>x</ETag></Part>")));
        failed(404, "NoSuchUpload", complete("f", "0".repeat(32), list(chosen(1, small))));
        failed(404, "NoSuchUpload", complete("f", "nonsense", list(chosen(1, small))));
        failed(404, "NoSuchUpload", complete("g", id, list(chosen(1, small))));
        failed(404, "NoSuchKey", complete("f", id, list(chosen(1, small)), "If-Match: \"x\""));
        client.put(bucket + "/f", "there");
        failed(
                412,
                "PreconditionFailed",
                complete("f", id, list(chosen(1, small)), "If-None-Match: *"));
        assertEquals("there", client.get(bucket + "/f").text());
        assertEquals(200, complete("f", id, list(chosen(1, small))).status());
        Client.Reply single = client.get(bucket + "/f?partNumber=1");
        assertEquals("1", single.field("x-amz-mp-parts-count"));
    }

    @Test
    void partsThatFail() throws IOException {
        String id = begin("p");
        failed(400, "InvalidArgument", part("p", id, 0, new byte[1]));
        failed(400, "InvalidArgument", part("p", id, 10_001, new byte[1]));
        failed(404, "NoSuchUpload", part("p", "0".repeat(32), 1, new byte[1]));
        failed(400, "BadDigest", part("p", id, 1, new byte[1], "x-amz-checksum-crc32: AAAAAA=="));
        assertEquals(List.of(), client.get(bucket + "/p?uploadId=" + id).elements("Part"));
        assertEquals(204, client.delete(bucket + "/p?uploadId=" + id).status());
        failed(404, "NoSuchUpload", client.delete(bucket + "/p?uploadId=" + id));
        failed(404, "NoSuchUpload", part("p", id, 1, new byte[1]));
        failed(404, "NoSuchUpload", client.get(bucket + "/p?uploadId=" + id));
    }

    @Test
    void partsAreListedInPages() throws IOException {
        String id = begin("l", "x-amz-checksum-algorithm: SHA256");
        for (int number : new int[] {9, 1, 5, 3, 7}) {
            part("l", id, number, random(number, number));
        }
        List<String> all = new ArrayList<>();
        String marker = "0";
        while (true) {
            Client.Reply page =
                    client.get(
                            bucket
                                    + "/l?uploadId="
                                    + id
                                    + "&max-parts=2&part-number-marker="
                                    + marker);
            assertEquals("2", page.element("MaxParts"));
            assertEquals("SHA256", page.element("ChecksumAlgorithm"));
            all.addAll(page.elements("PartNumber"));
            if (page.element("IsTruncated").equals("false")) {
                break;
            }
            marker = page.element("NextPartNumberMarker");
        }
        assertEquals(List.of("1", "3", "5", "7", "9"), all);
        Client.Reply none = client.get(bucket + "/l?uploadId=" + id + "&max-parts=0");
        assertEquals("false", none.element("IsTruncated"));
        failed(400, "InvalidArgument", client.get(bucket + "/l?uploadId=" + id + "&max-parts=x"));
    }

    @Test
    void uploadsAreListedInPages() throws IOException {
        List<String> begun = new ArrayList<>();
        for (String name : List.of("a", "a", "b/1", "b/2", "c")) {
            begun.add(begin(name));
        }
        List<String> keys = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        String more = "";
        while (true) {
            Client.Reply page = client.get(bucket + "?uploads&delimiter=/&max-uploads=1" + more);
            keys.addAll(page.elements("Key"));
            ids.addAll(page.elements("UploadId"));
            keys.addAll(page.elements("CommonPrefixes"));
            if (page.element("IsTruncated").equals("false")) {
                break;
            }
            more =
                    "&key-marker="
                            + page.element("NextKeyMarker")
                            + "&upload-id-marker="
                            + page.element("NextUploadIdMarker");
        }
        assertEquals(List.of("a", "a", "<Prefix>b/</Prefix>", "c"), keys);
        assertEquals(3, ids.size());
        assertTrue(begun.containsAll(ids));
        assertEquals(204, client.delete(bucket).status(), "uploads keep no bucket");
        failed(404, "NoSuchBucket", client.get(bucket + "?uploads"));
        String name = bucket.substring(1);
        assertEquals(
                begun.size() + 1,
                installation.uses("main").stream()
                        .filter(use -> use.action().equals("s3:DeleteBucket"))
                        .filter(use ->
                                use.object().equals(name) || use.object().startsWith(name + "/"))
                        .count(),
                "each upload that was given up is on record, and the bucket");
    }

    @Test
    void partsFromOtherObjects() throws IOException {
        byte[] source = random(4, LEAST + 100);
        client.put(bucket + "/source", source);
        String id = begin("t");
        String target = bucket + "/t?uploadId=" + id + "&partNumber=";
        String from = "x-amz-copy-source: " + bucket + "/source";
        Client.Reply one =
                client.put(target + 1, "", from, "x-amz-copy-source-range: bytes=0-" + (LEAST - 1));
        assertEquals(200, one.status(), one.text());
        Client.Reply two = client.put(target + 2, "", from, "x-amz-copy-source-range: bytes=10-19");
        for (String bad :
                List.of(
                        "0-2",
                        "bytes=0",
                        "bytes=hello-world",
                        "bytes=0-bar",
                        "bytes=hello-",
                        "bytes=0-2,3-5",
                        "bytes=3-2",
                        "bytes=-5",
                        "bytes=5-")) {
            failed(
                    400,
                    "InvalidArgument",
                    client.put(target + 3, "", from, "x-amz-copy-source-range: " + bad));
        }
        failed(
                416,
                "InvalidRange",
                client.put(
                        target + 3, "", from, "x-amz-copy-source-range: bytes=0-" + source.length));
        failed(
                412,
                "PreconditionFailed",
                client.put(target + 3, "", from, "x-amz-copy-source-if-match: \"x\""));
        failed(
                404,
                "NoSuchUpload",
                client.put(bucket + "/t?uploadId=" + "0".repeat(32) + "&partNumber=1", "", from));
        failed(
                404,
                "NoSuchKey",
                client.put(target + 3, "", "x-amz-copy-source: " + bucket + "/none"));
        Client.Reply done =
                complete(
                        "t",
                        id,
                        list(chosen(1, one.element("ETag")), chosen(2, two.element("ETag"))));
        assertEquals(200, done.status(), done.text());
        assertArrayEquals(
                join(Arrays.copyOf(source, LEAST), Arrays.copyOfRange(source, 10, 20)),
                client.get(bucket + "/t").body());
    }

    /**
     * Story: a missing bucket was reported as a missing upload, and clients went on cleaning up.
     */
    @Test
    void inAMissingBucket() throws IOException {
        String id = begin("n");
        failed(404, "NoSuchBucket", client.delete("/no-such-bucket/n?uploadId=" + id));
        failed(404, "NoSuchBucket", client.get("/no-such-bucket/n?uploadId=" + id));
        failed(404, "NoSuchUpload", client.delete(bucket + "/other?uploadId=" + id));
        failed(404, "NoSuchUpload", client.get(bucket + "/other?uploadId=" + id));
        assertEquals(204, client.delete(bucket + "/n?uploadId=" + id).status());
    }

    /** Story: a part with another checksum than its upload's was taken, and the object had none. */
    @Test
    void aPartsChecksumIsItsUploads() throws IOException {
        String id = begin("n", "x-amz-checksum-algorithm: SHA256");
        byte[] body = random(5, 100);
        String crc = "x-amz-checksum-crc32: " + TrustingAuthentication.Sum.text("crc32", body);
        Client.Reply refused = part("n", id, 1, body, crc);
        failed(400, "InvalidRequest", refused);
        assertTrue(refused.element("Message").contains("expected checksum Type: sha256"));
        assertEquals(List.of(), client.get(bucket + "/n?uploadId=" + id).elements("PartNumber"));
        assertEquals(200, part("n", id, 1, body).status());
        // An upload that named none takes what comes, as SDKs before trailing checksums send it.
        assertEquals(200, part("m", begin("m"), 1, body, crc).status());
    }

    /** Story: a checksum that nobody had computed was taken for one that agrees. */
    @Test
    void aChecksumThatNobodyComputedAgreesWithNothing() throws IOException {
        byte[] body = random(6, 100);
        String id = begin("n");
        String etag = part("n", id, 1, body).field("etag");
        String sum = TrustingAuthentication.Sum.text("sha256", body);
        failed(
                400,
                "InvalidRequest",
                complete("n", id, list(chosen(1, etag)), "x-amz-checksum-sha256: " + sum));
        String withSum =
                chosen(1, etag)
                        .replace("</Part>", "<ChecksumSHA256>" + sum + "</ChecksumSHA256></Part>");
        failed(400, "InvalidPart", complete("n", id, list(withSum)));
        assertEquals(404, client.head(bucket + "/n").status());
        assertEquals(200, complete("n", id, list(chosen(1, etag))).status());
    }

    /**
     * Story: a completion that was repeated with other parts was told that they were the object.
     */
    @Test
    void aRepeatedCompletionNamesTheSameParts() throws IOException {
        byte[] body = random(7, 100);
        String id = begin("n");
        String etag = part("n", id, 1, body).field("etag");
        String other = part("n", id, 2, random(8, 100)).field("etag");
        Client.Reply done = complete("n", id, list(chosen(1, etag)));
        assertEquals(200, done.status(), done.text());
        Client.Reply again = complete("n", id, list(chosen(1, etag)));
        assertEquals(done.element("ETag"), again.element("ETag"));
        failed(404, "NoSuchUpload", complete("n", id, list(chosen(1, other))));
        failed(404, "NoSuchUpload", complete("n", id, list(chosen(2, etag))));
        failed(404, "NoSuchUpload", complete("n", id, list(chosen(1, etag), chosen(2, other))));
    }
}
