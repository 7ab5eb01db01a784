package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whole objects: put, get, head, delete, copy. */
class ObjectsTest extends DoorTest {
    private static String md5(byte[] bytes) {
        return HexFormat.of().formatHex(TrustingAuthentication.digest("MD5").digest(bytes));
    }

    @Test
    void putGetHeadDelete() throws IOException {
        byte[] body = "hello".getBytes(StandardCharsets.US_ASCII);
        Client.Reply put =
                client.put(
                        bucket + "/a/b",
                        body,
                        "Content-Type: text/plain",
                        "Cache-Control: no-cache",
                        "Content-Disposition: attachment",
                        "Content-Language: de",
                        "Expires: whenever I say",
                        "Content-Encoding: aws-chunked,gzip",
                        "X-Amz-Meta-Color: blue");
        assertEquals(200, put.status(), put.text());
        assertEquals('"' + md5(body) + '"', put.field("etag"));
        assertEquals(
                TrustingAuthentication.Sum.text("crc64nvme", body),
                put.field("x-amz-checksum-crc64nvme"));
        assertEquals("FULL_OBJECT", put.field("x-amz-checksum-type"));
        assertEquals("AES256", put.field("x-amz-server-side-encryption"));
        assertFalse(put.field("x-amz-request-id").isEmpty());
        assertFalse(put.field("x-amz-id-2").isEmpty());
        assertTrue(put.field("x-domicile-use").startsWith("main/node-1/"));
        assertEquals("Domicile", put.field("server"));

        Client.Reply get = client.get(bucket + "/a/b");
        assertEquals(200, get.status());
        assertArrayEquals(body, get.body());
        assertEquals("text/plain", get.field("content-type"));
        assertEquals("no-cache", get.field("cache-control"));
        assertEquals("attachment", get.field("content-disposition"));
        assertEquals("de", get.field("content-language"));
        assertEquals("whenever I say", get.field("expires"));
        assertEquals("gzip", get.field("content-encoding"));
        assertEquals("blue", get.field("x-amz-meta-color"));
        assertEquals("bytes", get.field("accept-ranges"));
        assertEquals(put.field("etag"), get.field("etag"));
        assertEquals("", get.field("x-amz-checksum-crc64nvme"));
        assertEquals("", get.field("x-amz-version-id"));

        Client.Reply head = client.head(bucket + "/a/b", "x-amz-checksum-mode: ENABLED");
        assertEquals(200, head.status());
        assertEquals("5", head.field("content-length"));
        assertEquals(put.field("x-amz-checksum-crc64nvme"), head.field("x-amz-checksum-crc64nvme"));

        assertEquals(204, client.delete(bucket + "/a/b").status());
        assertEquals(204, client.delete(bucket + "/a/b").status());
        failed(404, "NoSuchKey", client.get(bucket + "/a/b"));
        assertEquals(404, client.head(bucket + "/a/b").status());
        failed(404, "NoSuchBucket", client.get("/no-such-bucket/a"));
        failed(404, "NoSuchBucket", client.put("/no-such-bucket/a", "x"));
        failed(404, "NoSuchBucket", client.delete("/no-such-bucket/a"));
    }

    @Test
    void aTypeThatWasNotSaidIsBinary() throws IOException {
        client.put(bucket + "/x", "");
        Client.Reply get = client.get(bucket + "/x");
        assertEquals("binary/octet-stream", get.field("content-type"));
        assertEquals("0", get.field("content-length"));
    }

    @Test
    void largeBodiesComeBackWhole() throws IOException {
        byte[] body = new byte[3_000_001];
        new Random(7).nextBytes(body);
        client.put(bucket + "/large", body);
        assertArrayEquals(body, client.get(bucket + "/large").body());
        Client.Reply part = client.get(bucket + "/large", "Range: bytes=99999-2000000");
        assertEquals(206, part.status());
        assertArrayEquals(Arrays.copyOfRange(body, 99_999, 2_000_001), part.body());
    }

    @Test
    void namesAreTakenAsTheyStand() throws IOException {
        List<String> names =
                List.of(
                        "/.",
                        "/..",
                        "/../x",
                        "/a/../b",
                        "//",
                        "//a//",
                        "/a/",
                        "/%00",
                        "/%01%1f",
                        "/%0a%0d",
                        "/a+b",
                        "/a%2Bb%20c",
                        "/%C3%A4",
                        "/\u00c3\u00b6",
                        "/%EF%BF%BF",
                        "/%F0%9F%98%80",
                        "/%22%3C%26%3E",
                        "/%7f",
                        "/a%2Fb%25",
                        "/" + "x".repeat(1_024));
        for (String name : names) {
            assertEquals(200, client.put(bucket + name, name).status(), name);
        }
        for (String name : names) {
            assertArrayEquals(
                    name.getBytes(StandardCharsets.UTF_8), client.get(bucket + name).body(), name);
        }
        Client.Reply list = client.get(bucket);
        assertEquals(names.size(), list.elements("Key").size());
        assertTrue(list.elements("Key").contains("\u0000"), "as a character reference");
        assertTrue(list.elements("Key").contains("\ud83d\ude00"));
        Client.Reply encoded = client.get(bucket + "?list-type=2&encoding-type=url");
        assertTrue(encoded.elements("Key").contains("%00"));
        assertTrue(encoded.elements("Key").contains("a%2Bb%20c"));
        assertTrue(encoded.elements("Key").contains("/a//"));
    }

    @Test
    void whatIsNoNameIsRefused() throws IOException {
        failed(400, "KeyTooLongError", client.put(bucket + "/" + "x".repeat(1_025), "x"));
        failed(400, "KeyTooLongError", client.put(bucket + "/" + "%C3%A4".repeat(513), "x"));
        for (String bad :
                List.of(
                        "/%ff",
                        "/%C3",
                        "/%C0%80",
                        "/%ED%A0%80",
                        "/%",
                        "/%4",
                        "/%zz",
                        "/\u00ff",
                        "/%F5%80%80%80")) {
            failed(400, "InvalidURI", client.put(bucket + bad, "x"));
            failed(400, "InvalidURI", client.get(bucket + bad));
        }
        assertEquals(List.of(), client.get(bucket).elements("Key"));
    }

    @Test
    void ranges() throws IOException {
        client.put(bucket + "/r", "0123456789");
        String[][] right = {
            {"bytes=0-0", "0", "bytes 0-0/10"},
            {"bytes=0-9", "0123456789", "bytes 0-9/10"},
            {"bytes=3-", "3456789", "bytes 3-9/10"},
            {"bytes=-3", "789", "bytes 7-9/10"},
            {"bytes=-30", "0123456789", "bytes 0-9/10"},
            {"bytes=8-99999999999999999999999", "89", "bytes 8-9/10"},
        };
        for (String[] each : right) {
            Client.Reply reply = client.get(bucket + "/r", "Range: " + each[0]);
            assertEquals(206, reply.status(), each[0]);
            assertEquals(each[1], reply.text(), each[0]);
            assertEquals(each[2], reply.field("content-range"), each[0]);
            Client.Reply head = client.head(bucket + "/r", "Range: " + each[0]);
            assertEquals(206, head.status(), each[0]);
            assertEquals(Integer.toString(each[1].length()), head.field("content-length"));
        }
        for (String all :
                List.of(
                        "bytes=0-1,4-5",
                        "bytes=5-3",
                        "bytes=",
                        "bytes=a-b",
                        "items=0-1",
                        "bytes=--1")) {
            Client.Reply reply = client.get(bucket + "/r", "Range: " + all);
            assertEquals(200, reply.status(), all);
            assertEquals("0123456789", reply.text(), all);
        }
        for (String none :
                List.of("bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-")) {
            Client.Reply reply = client.get(bucket + "/r", "Range: " + none);
            failed(416, "InvalidRange", reply);
            assertEquals("bytes */10", reply.field("content-range"));
            assertEquals("10", reply.element("ActualObjectSize"));
        }
        client.put(bucket + "/empty", "");
        failed(416, "InvalidRange", client.get(bucket + "/empty", "Range: bytes=0-"));
        assertEquals(416, client.head(bucket + "/empty", "Range: bytes=-1").status());
    }

    @Test
    void partNumberOfAWholeObject() throws IOException {
        client.put(bucket + "/w", "whole");
        Client.Reply one = client.get(bucket + "/w?partNumber=1");
        assertEquals(206, one.status());
        assertEquals("whole", one.text());
        assertEquals("", one.field("x-amz-mp-parts-count"));
        failed(400, "InvalidPart", client.get(bucket + "/w?partNumber=2"));
        failed(400, "InvalidArgument", client.get(bucket + "/w?partNumber=0"));
        failed(400, "InvalidArgument", client.get(bucket + "/w?partNumber=x"));
        failed(400, "InvalidRequest", client.get(bucket + "/w?partNumber=1", "Range: bytes=0-1"));
    }

    @Test
    void conditionsOnReads() throws IOException {
        String etag = client.put(bucket + "/c", "c").field("etag");
        Instant modified =
                Dates.parse(client.head(bucket + "/c").field("last-modified")).orElseThrow();
        String now = Dates.http(modified);
        String before = Dates.http(modified.minusSeconds(10));
        String after = Dates.http(modified.plusSeconds(10));
        Object[][] matrix = {
            {200, "If-Match: " + etag},
            {200, "If-Match: *"},
            {200, "If-Match: \"x\", " + etag},
            {200, "If-Match: " + etag.replace("\"", "")},
            {412, "If-Match: \"x\""},
            {412, "If-Match: W/" + etag},
            {304, "If-None-Match: " + etag},
            {304, "If-None-Match: W/" + etag},
            {304, "If-None-Match: *"},
            {200, "If-None-Match: \"x\""},
            {304, "If-Modified-Since: " + now},
            {304, "If-Modified-Since: " + after},
            {200, "If-Modified-Since: " + before},
            {200, "If-Modified-Since: no date"},
            {200, "If-Unmodified-Since: " + now},
            {412, "If-Unmodified-Since: " + before},
            {200, "If-Unmodified-Since: no date"},
            {200, "If-Match: " + etag, "If-Unmodified-Since: " + before},
            {412, "If-Match: \"x\"", "If-Unmodified-Since: " + after},
            {304, "If-None-Match: " + etag, "If-Modified-Since: " + before},
            {200, "If-None-Match: \"x\"", "If-Modified-Since: " + after},
            {412, "If-Match: \"x\"", "If-None-Match: " + etag},
            {304, "If-Match: " + etag, "If-None-Match: " + etag},
        };
        for (Object[] each : matrix) {
            String[] fields =
                    Arrays.stream(each).skip(1).map(Object::toString).toArray(String[]::new);
            Client.Reply get = client.get(bucket + "/c", fields);
            assertEquals(each[0], get.status(), Arrays.toString(fields));
            assertEquals(each[0], client.head(bucket + "/c", fields).status());
            if (get.status() == 304) {
                assertEquals(etag, get.field("etag"));
                assertEquals(now, get.field("last-modified"));
            }
        }
        Client.Reply same = client.get(bucket + "/c", "Range: bytes=0-0", "If-Range: " + etag);
        assertEquals(206, same.status());
        assertEquals(
                206, client.get(bucket + "/c", "Range: bytes=0-0", "If-Range: " + now).status());
        assertEquals(
                200, client.get(bucket + "/c", "Range: bytes=0-0", "If-Range: \"other\"").status());
        assertEquals(
                200, client.get(bucket + "/c", "Range: bytes=0-0", "If-Range: " + before).status());
    }

    @Test
    void conditionsOnWrites() throws IOException {
        failed(404, "NoSuchKey", client.put(bucket + "/w", "x", "If-Match: \"abc\""));
        failed(404, "NoSuchKey", client.put(bucket + "/w", "x", "If-Match: *"));
        String etag = client.put(bucket + "/w", "1", "If-None-Match: *").field("etag");
        failed(412, "PreconditionFailed", client.put(bucket + "/w", "2", "If-None-Match: *"));
        failed(412, "PreconditionFailed", client.put(bucket + "/w", "2", "If-Match: \"abc\""));
        failed(501, "NotImplemented", client.put(bucket + "/w", "2", "If-None-Match: \"abc\""));
        failed(
                501,
                "NotImplemented",
                client.put(bucket + "/w", "2", "If-Match: " + etag, "If-None-Match: *"));
        assertEquals("1", client.get(bucket + "/w").text());
        assertEquals(200, client.put(bucket + "/w", "2", "If-Match: " + etag).status());
        failed(412, "PreconditionFailed", client.delete(bucket + "/w", "If-Match: " + etag));
        String second = client.head(bucket + "/w").field("etag");
        assertEquals(204, client.delete(bucket + "/w", "If-Match: " + second).status());
        failed(404, "NoSuchKey", client.delete(bucket + "/w", "If-Match: " + second));
    }

    @Test
    void ofManyFirstWritesOneWins() throws Exception {
        var statuses = new java.util.concurrent.ConcurrentLinkedQueue<Integer>();
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                threads.submit(() -> {
                    try (Client one = installation.client()) {
                        statuses.add(one.put(bucket + "/race", "x", "If-None-Match: *").status());
                    }
                    return true;
                });
            }
        }
        assertEquals(8, statuses.size());
        assertEquals(1, statuses.stream().filter(status -> status == 200).count());
        assertEquals(7, statuses.stream().filter(status -> status == 412).count());
    }

    @Test
    void userMetadata() throws IOException {
        assertEquals(
                200,
                client.put(
                                bucket + "/m",
                                "",
                                "x-amz-meta-utf8: \u00c3\u00a4",
                                "x-amz-meta-latin: \u00e4",
                                "x-amz-meta-twice: 1",
                                "x-amz-meta-twice: 2")
                        .status());
        Client.Reply head = client.head(bucket + "/m");
        String a =
                "=?UTF-8?B?"
                        + Base64.getEncoder().encodeToString(new byte[] {(byte) 0xc3, (byte) 0xa4})
                        + "?=";
        assertEquals(a, head.field("x-amz-meta-utf8"));
        assertEquals(a, head.field("x-amz-meta-latin"));
        assertEquals("1,2", head.field("x-amz-meta-twice"));
        String limit = "x".repeat(2_048 - 1);
        assertEquals(200, client.put(bucket + "/m", "", "x-amz-meta-a: " + limit).status());
        failed(400, "MetadataTooLarge", client.put(bucket + "/m", "", "x-amz-meta-ab: " + limit));
        failed(
                400,
                "RequestHeaderSectionTooLarge",
                client.put(bucket + "/m", "", "Content-Language: " + "d".repeat(9_000)));
    }

    @Test
    void whatWeDoNotDoIsRefused() throws IOException {
        String[][] refused = {
            {"x-amz-server-side-encryption: aws:kms:dsse", "NotImplemented"},
            {"x-amz-server-side-encryption-context: e30=", "NotImplemented"},
            {"x-amz-object-lock-mode: COMPLIANCE", "InvalidArgument"},
            {"x-amz-object-lock-legal-hold: ON", "InvalidRequest"},
            {"x-amz-acl: public-read", "AccessControlListNotSupported"},
            {"x-amz-acl: nonsense", "InvalidArgument"},
            {"x-amz-grant-read: id=x", "AccessControlListNotSupported"},
            {"x-amz-website-redirect-location: x", "InvalidRedirectLocation"},
            {"x-amz-website-redirect-location: /" + "x".repeat(2_048), "InvalidRedirectLocation"},
            {"x-amz-write-offset-bytes: 0", "NotImplemented"},
            {"x-amz-storage-class: GLACIER", "InvalidStorageClass"},
            {"x-amz-storage-class: nonsense", "InvalidStorageClass"},
            {"x-amz-expected-bucket-owner: other", "AccessDenied"},
        };
        for (String[] each : refused) {
            Client.Reply reply = client.put(bucket + "/no", "x", each[0]);
            assertEquals(each[1], reply.code(), each[0]);
        }
        assertEquals(404, client.head(bucket + "/no").status());
        for (String taken :
                List.of(
                        "x-amz-server-side-encryption: AES256",
                        "x-amz-acl: bucket-owner-full-control",
                        "x-amz-storage-class: STANDARD",
                        "x-amz-tagging: ",
                        "x-amz-expected-bucket-owner: main")) {
            assertEquals(200, client.put(bucket + "/yes", "x", taken).status(), taken);
        }
    }

    /** As S3: a redirect belongs to its object, and is not copied with the metadata. */
    @Test
    void aRedirectIsKeptAnsweredAndNotCopied() throws IOException {
        String field = "x-amz-website-redirect-location";
        client.put(bucket + "/o", "x", field + ": /elsewhere", "Cache-Control: no-cache");
        assertEquals("/elsewhere", client.head(bucket + "/o").field(field));
        assertEquals("/elsewhere", client.get(bucket + "/o").field(field));
        String from = "x-amz-copy-source: " + bucket + "/o";
        assertEquals(200, client.put(bucket + "/c", "", from).status());
        Client.Reply copy = client.get(bucket + "/c");
        assertEquals("no-cache ", copy.field("cache-control") + " " + copy.field(field));
        failed(501, "NotImplemented", client.put(bucket + "/c", "", from, field + ": /y"));
        client.put(bucket + "/c", "", from, "x-amz-metadata-directive: REPLACE", field + ": /y");
        assertEquals("/y", client.get(bucket + "/c").field(field));
    }

    @Test
    void responseFieldsCanBeAskedFor() throws IOException {
        client.put(bucket + "/o", "x", "Content-Type: text/plain", "Cache-Control: no-cache");
        Client.Reply get =
                client.get(
                        bucket
                                + "/o?response-content-type=foo%2Fbar&response-cache-control=x"
                                + "&response-content-disposition=a%20%C3%A4"
                                + "&response-content-language=en&response-expires=e"
                                + "&response-content-encoding=z");
        assertEquals(200, get.status());
        assertEquals("foo/bar", get.field("content-type"));
        assertEquals("x", get.field("cache-control"));
        assertEquals("a \u00c3\u00a4", get.field("content-disposition"));
        assertEquals("en", get.field("content-language"));
        assertEquals("e", get.field("expires"));
        assertEquals("z", get.field("content-encoding"));
        failed(
                400,
                "InvalidArgument",
                client.get(bucket + "/o?response-content-type=a%0d%0aSet-Cookie:%20b"));
        try (Client anonymous = installation.client("")) {
            failed(400, "InvalidRequest", anonymous.get(bucket + "/o?response-content-type=foo"));
            failed(403, "AccessDenied", anonymous.get(bucket + "/o"));
        }
    }

    @Test
    void bodiesThatAreNotWhatWasPromised() throws IOException {
        failed(
                400,
                "BadDigest",
                client.put(
                        bucket + "/b",
                        "x",
                        "Content-MD5: " + Base64.getEncoder().encodeToString(new byte[16])));
        failed(400, "BadDigest", client.put(bucket + "/b", "x", "x-amz-checksum-crc32: AAAAAA=="));
        failed(411, "MissingContentLength", client.put(bucket + "/b", "", "No-Length: 1"));
        Client.Reply chunked =
                client.put(
                        bucket + "/b",
                        "1\r\nx\r\n0\r\n\r\n",
                        "No-Length: 1",
                        "Transfer-Encoding: chunked");
        failed(501, "NotImplemented", chunked);
        assertEquals("Transfer-Encoding", chunked.element("Header"));
        failed(
                400,
                "EntityTooLarge",
                client.call(
                        "PUT",
                        bucket + "/b",
                        new byte[0],
                        "No-Length: 1",
                        "Content-Length: 5368709121",
                        "Expect: 100-continue"));
        assertEquals(404, client.head(bucket + "/b").status());
    }

    @Test
    void versionsOfAnUnversionedBucket() throws IOException {
        client.put(bucket + "/v", "x");
        assertEquals("x", client.get(bucket + "/v?versionId=null").text());
        failed(404, "NoSuchVersion", client.get(bucket + "/v?versionId=00000000000000ff"));
        failed(400, "InvalidArgument", client.get(bucket + "/v?versionId="));
        failed(400, "InvalidArgument", client.get(bucket + "/v?versionId=nonsense"));
        assertEquals(204, client.delete(bucket + "/v?versionId=null").status());
        assertEquals(404, client.head(bucket + "/v").status());
    }

    @Test
    void copies() throws IOException {
        client.put(
                bucket + "/a%20%C3%A4+b", "source", "Content-Type: text/plain", "x-amz-meta-k: v");
        String from = bucket + "/a%20%C3%A4%2Bb";
        String etag = client.head(from).field("etag");
        Client.Reply copied = client.put(bucket + "/copy", "", "x-amz-copy-source: " + from);
        assertEquals(200, copied.status(), copied.text());
        assertEquals(etag, copied.element("ETag"));
        Client.Reply copy = client.get(bucket + "/copy");
        assertEquals("source", copy.text());
        assertEquals("text/plain", copy.field("content-type"));
        assertEquals("v", copy.field("x-amz-meta-k"));

        client.put(
                bucket + "/other",
                "",
                "x-amz-copy-source: " + from.substring(1) + "?versionId=null",
                "x-amz-metadata-directive: REPLACE",
                "x-amz-meta-k: w");
        assertEquals("w", client.head(bucket + "/other").field("x-amz-meta-k"));
        assertEquals("binary/octet-stream", client.head(bucket + "/other").field("content-type"));

        failed(400, "InvalidRequest", client.put(from, "", "x-amz-copy-source: " + from));
        assertEquals(
                200,
                client.put(
                                from,
                                "",
                                "x-amz-copy-source: " + from,
                                "x-amz-metadata-directive: REPLACE",
                                "x-amz-meta-k: self")
                        .status());
        assertEquals("self", client.head(from).field("x-amz-meta-k"));
        assertEquals("source", client.get(from).text());

        Object[][] conditions = {
            {200, "x-amz-copy-source-if-match: " + etag},
            {412, "x-amz-copy-source-if-match: \"x\""},
            {412, "x-amz-copy-source-if-none-match: " + etag},
            {200, "x-amz-copy-source-if-none-match: \"x\""},
            {412, "x-amz-copy-source-if-unmodified-since: Sat, 01 Jan 2000 00:00:00 GMT"},
            {200, "x-amz-copy-source-if-modified-since: Sat, 01 Jan 2000 00:00:00 GMT"},
            {412, "If-None-Match: *"},
            {200, "If-Match: " + etag},
            {412, "If-Match: \"x\""},
        };
        for (Object[] each : conditions) {
            Client.Reply reply =
                    client.put(
                            bucket + "/copy", "", "x-amz-copy-source: " + from, each[1].toString());
            assertEquals(each[0], reply.status(), each[1].toString());
        }
        failed(
                404,
                "NoSuchKey",
                client.put(bucket + "/n", "", "x-amz-copy-source: " + bucket + "/none"));
        failed(
                404,
                "NoSuchBucket",
                client.put(bucket + "/n", "", "x-amz-copy-source: nowhere/none"));
        failed(404, "NoSuchBucket", client.put("/nowhere/n", "", "x-amz-copy-source: " + from));
        failed(
                404,
                "NoSuchVersion",
                client.put(
                        bucket + "/n",
                        "",
                        "x-amz-copy-source: " + from + "?versionId=00000000000000ff"));
        for (String bad : List.of("", "x", "/x", "bucket/", "%ff/x", "a%/b")) {
            Client.Reply reply = client.put(bucket + "/n", "", "x-amz-copy-source: " + bad);
            failed(400, "InvalidArgument", reply);
        }
        failed(
                400,
                "InvalidArgument",
                client.put(
                        bucket + "/n",
                        "",
                        "x-amz-copy-source: " + from,
                        "x-amz-metadata-directive: MAYBE"));
        assertEquals(404, client.head(bucket + "/n").status());
    }

    @Test
    void hostNamesTheBucket() throws IOException {
        String host = "Host: " + bucket.substring(1) + "." + Installation.DOMAIN + ":9000";
        assertEquals(200, client.put("/by/host", "x", host).status());
        assertEquals("x", client.get(bucket + "/by/host").text());
        assertEquals(List.of("by/host"), client.get("/", host).elements("Key"));
        assertEquals(
                200, client.get(bucket, "Host: " + Installation.DOMAIN).status(), "path style");
        failed(400, "InvalidBucketName", client.get("/", "Host: x." + Installation.DOMAIN));
    }

    /** Story: a copy that asked for another checksum and kept its metadata was copied without. */
    @Test
    void aCopysChecksumWithTheSourcesMetadata() throws IOException {
        byte[] body = "copied".getBytes(StandardCharsets.UTF_8);
        client.put(bucket + "/from", body, "Content-Type: text/x", "x-amz-meta-k: v");
        Client.Reply copy =
                client.put(
                        bucket + "/to",
                        "",
                        "x-amz-copy-source: " + bucket + "/from",
                        "x-amz-checksum-algorithm: SHA256");
        String sum = TrustingAuthentication.Sum.text("sha256", body);
        assertEquals(sum, copy.element("ChecksumSHA256"), copy.text());
        Client.Reply head = client.head(bucket + "/to", "x-amz-checksum-mode: ENABLED");
        assertEquals(sum, head.field("x-amz-checksum-sha256"));
        assertEquals("text/x", head.field("content-type"));
        assertEquals("v", head.field("x-amz-meta-k"));
    }

    /** Story: the record of a range or of a 304 said the size of the whole object. */
    @Test
    void recordsSayWhatWasAnswered() throws IOException {
        String path = bucket + "/sized";
        String etag = client.put(path, "0123456789").field("etag");
        String name = path.substring(1);
        assertEquals(200, client.get(path).status());
        assertEquals(206, client.get(path, "Range: bytes=2-4").status());
        assertEquals(206, client.get(path, "Range: bytes=0-1", "If-Range: " + etag).status());
        assertEquals(200, client.get(path, "Range: bytes=0-1", "If-Range: \"x\"").status());
        assertEquals(206, client.get(path + "?partNumber=1").status());
        assertEquals(304, client.get(path, "If-None-Match: " + etag).status());
        assertEquals(412, client.get(path, "If-Match: \"x\"").status());
        assertEquals(416, client.get(path, "Range: bytes=10-").status());
        assertEquals(400, client.get(path + "?partNumber=2").status());
        assertEquals(200, client.head(path).status());
        assertEquals(
                List.of(10L, 3L, 2L, 10L, 10L, 0L, 0L, 0L, 0L, 0L),
                installation.uses("main").reversed().stream()
                        .filter(use ->
                                use.object().equals(name) && use.action().equals("s3:GetObject"))
                        .map(org.domicile.ledger.Ledger.Recorded::size)
                        .toList());
    }

    /** Story: a bucket that a restored folder brought back answered with an internal error. */
    @Test
    void aBucketWhoseKeyWasDestroyed() throws IOException {
        client.put(bucket + "/n", "x");
        installation.destroyKey(bucket.substring(1));
        failed(403, "InvalidObjectState", client.get(bucket + "/n"));
        assertEquals(403, client.head(bucket + "/n").status());
        failed(403, "InvalidObjectState", client.get(bucket));
        failed(403, "InvalidObjectState", client.put(bucket + "/m", "y"));
        failed(403, "InvalidObjectState", client.delete(bucket + "/n", "If-Match: \"x\""));
        assertEquals(204, client.delete(bucket + "/n").status());
        assertEquals(204, client.delete(bucket).status());
    }
}
