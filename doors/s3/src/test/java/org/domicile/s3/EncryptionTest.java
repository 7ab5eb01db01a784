package org.domicile.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Server-side encryption with customers' keys, as clients use it. */
class EncryptionTest extends DoorTest {
    private static final String SSE = "x-amz-server-side-encryption";
    private static final String CUSTOMER = SSE + "-customer-";
    private static final String OF_SOURCE = "x-amz-copy-source-server-side-encryption-customer-";
    private static final String[] FIRST = key(CUSTOMER, 'k');
    private static final String[] SECOND = key(CUSTOMER, 'l');

    private static String[] key(String fields, char fill) {
        byte[] key = String.valueOf(fill).repeat(32).getBytes(US_ASCII);
        return new String[] {
            fields + "algorithm: AES256",
            fields + "key: " + Base64.getEncoder().encodeToString(key),
            fields + "key-MD5: " + md5(key)
        };
    }

    private static String md5(byte[] key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(key));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String[] and(String[] fields, String... more) {
        return Stream.concat(Arrays.stream(fields), Arrays.stream(more)).toArray(String[]::new);
    }

    private static void customers(Client.Reply reply) {
        assertEquals(200, reply.status(), reply.text());
        assertEquals("AES256", reply.field(CUSTOMER + "algorithm"));
        assertEquals(md5("k".repeat(32).getBytes(US_ASCII)), reply.field(CUSTOMER + "key-md5"));
        assertEquals("", reply.field(SSE));
    }

    @Test
    void aCustomersKeyIsNeededForEachRead() throws IOException {
        String name = bucket + "/n";
        byte[] body = new byte[200_000];
        random().nextBytes(body);
        Client.Reply put = client.put(name, body, FIRST);
        customers(put);
        Client.Reply got = client.get(name, FIRST);
        customers(got);
        assertArrayEquals(body, got.body());
        assertEquals(put.field("etag"), got.field("etag"));
        customers(client.head(name, FIRST));
        Client.Reply range = client.get(name, and(FIRST, "Range: bytes=65530-65545"));
        assertEquals(206, range.status());
        assertArrayEquals(Arrays.copyOfRange(body, 65_530, 65_546), range.body());
        failed(400, "InvalidRequest", client.get(name));
        assertEquals(400, client.head(name).status());
        failed(403, "AccessDenied", client.get(name, SECOND));
        assertEquals(403, client.head(name, SECOND).status());
        // What reads no byte of it needs no key.
        assertEquals(200, client.get(name + "?tagging").status());
        assertEquals(put.field("etag"), client.get(bucket + "?list-type=2").element("ETag"));
        assertEquals(204, client.delete(name).status());
    }

    @Test
    void aKeyForWhatHasNoneIsRefusedAndReadsChooseNothing() throws IOException {
        String name = bucket + "/n";
        assertEquals("AES256", client.put(name, "x").field(SSE));
        failed(400, "InvalidRequest", client.get(name, FIRST));
        failed(400, "InvalidArgument", client.get(name, SSE + ": AES256"));
        failed(400, "InvalidArgument", client.get(name, SSE + "-aws-kms-key-id: k"));
        assertEquals(400, client.head(name, SSE + ": AES256").status());
        assertEquals("AES256", client.get(name).field(SSE));
    }

    @Test
    void whatIsWrongWithAKeyIsSaid() throws IOException {
        String name = bucket + "/n";
        String algorithm = CUSTOMER + "algorithm: AES256";
        String key = FIRST[1];
        String digest = FIRST[2];
        String[][] wrong = {
            {key, digest},
            {algorithm, digest},
            {algorithm, key},
            {algorithm, key, CUSTOMER + "key-MD5: AAAAAAAAAAAAAAAAAAAAAA=="},
            {algorithm, CUSTOMER + "key: c2hvcnQ=", digest},
            {algorithm, CUSTOMER + "key: not base64", digest},
            {algorithm, CUSTOMER + "key: " + "QUFB".repeat(99), digest},
            {algorithm, key, digest, SSE + ": AES256"},
            {algorithm, key, digest, SSE + ": aws:kms"},
            {algorithm, key, digest, SSE + "-aws-kms-key-id: k"},
            {SSE + ": AES256", SSE + "-aws-kms-key-id: k"},
            {SSE + "-aws-kms-key-id: k"},
            {SSE + ": aes:kms"},
            {SSE + "-bucket-key-enabled: perhaps"},
        };
        for (String[] fields : wrong) {
            failed(400, "InvalidArgument", client.put(name, "x", fields));
        }
        failed(
                400,
                "InvalidEncryptionAlgorithmError",
                client.put(name, "x", CUSTOMER + "algorithm: AES192", key, digest));
        failed(400, "InvalidRequest", client.put(name, "x", algorithm, key, key, digest));
        failed(501, "NotImplemented", client.put(name, "x", SSE + ": aws:kms:dsse"));
        failed(
                400,
                "KMS.NotFoundException",
                client.put(name, "x", SSE + ": aws:kms", SSE + "-aws-kms-key-id: k"));
        failed(404, "NoSuchKey", client.get(name));
    }

    /** An ETag that were the MD5 would tell whoever lists which of some guesses lies there. */
    @Test
    void anETagUnderACustomersKeyIsNoDigestOfTheContent() throws IOException {
        String plain = client.put(bucket + "/plain", "guess me").field("etag");
        String first = client.put(bucket + "/n", "guess me", FIRST).field("etag");
        assertTrue(first.matches("\"[0-9a-f]{32}\""), first);
        assertNotEquals(plain, first);
        assertNotEquals(first, client.put(bucket + "/n", "guess me", SECOND).field("etag"));
        assertNotEquals(first, client.put(bucket + "/m", "guess me", FIRST).field("etag"));
        // The same content under the same key at the same place keeps it: conditions hold.
        assertEquals(first, client.put(bucket + "/n", "guess me", FIRST).field("etag"));
        assertEquals(
                200, client.put(bucket + "/n", "new", and(FIRST, "If-Match: " + first)).status());
        assertEquals(
                412, client.put(bucket + "/n", "new", and(FIRST, "If-Match: " + first)).status());
    }

    private String begin(String... fields) throws IOException {
        return client.post(bucket + "/u?uploads", "", fields).element("UploadId");
    }

    private String part(String upload, int number) {
        return bucket + "/u?partNumber=" + number + "&uploadId=" + upload;
    }

    private Client.Reply complete(String upload, String etag, String... fields) throws IOException {
        return client.post(
                bucket + "/u?uploadId=" + upload,
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                        + etag
                        + "</ETag></Part></CompleteMultipartUpload>",
                fields);
    }

    @Test
    void allPartsOfAnUploadAreUnderTheKeyThatItBeganWith() throws IOException {
        customers(client.post(bucket + "/u?uploads", "", FIRST));
        String upload = begin(FIRST);
        failed(400, "InvalidRequest", client.put(part(upload, 1), "part"));
        failed(400, "InvalidRequest", client.put(part(upload, 1), "part", SECOND));
        failed(400, "InvalidRequest", client.put(part(upload, 1), "part", SSE + ": AES256"));
        Client.Reply put = client.put(part(upload, 1), "part", FIRST);
        customers(put);
        // A part that is sent again is the same part.
        assertEquals(put.field("etag"), client.put(part(upload, 1), "part", FIRST).field("etag"));
        failed(400, "InvalidRequest", complete(upload, put.field("etag"), SECOND));
        failed(400, "InvalidRequest", complete(upload, put.field("etag")));
        Client.Reply done = complete(upload, put.field("etag"), FIRST);
        assertEquals(200, done.status(), done.text());
        assertTrue(done.element("ETag").endsWith("-1\""), done.text());
        assertEquals("part", client.get(bucket + "/u", FIRST).text());
        failed(400, "InvalidRequest", client.get(bucket + "/u"));
        failed(400, "InvalidPart", client.get(bucket + "/u?partNumber=2"));
        String open = begin();
        failed(400, "InvalidRequest", client.put(part(open, 1), "part", FIRST));
        assertEquals(200, client.put(part(open, 1), "part", SSE + ": AES256").status());
    }

    @Test
    void copiesTakeAKeyForEachEnd() throws IOException {
        client.put(bucket + "/n", "content", FIRST);
        String from = "x-amz-copy-source: " + bucket + "/n";
        String[] source = key(OF_SOURCE, 'k');
        failed(400, "InvalidRequest", client.put(bucket + "/m", "", from));
        failed(403, "AccessDenied", client.put(bucket + "/m", "", and(key(OF_SOURCE, 'l'), from)));
        // A copy does not inherit the source's key.
        Client.Reply open = client.put(bucket + "/m", "", and(source, from));
        assertEquals("AES256", open.field(SSE), open.text());
        assertEquals("content", client.get(bucket + "/m").text());
        failed(
                400,
                "InvalidRequest",
                client.put(
                        bucket + "/m",
                        "",
                        and(FIRST, and(source, "x-amz-copy-source: " + bucket + "/m"))));
        // From one key to another, in its place.
        assertEquals(200, client.put(bucket + "/n", "", and(SECOND, and(source, from))).status());
        assertEquals("content", client.get(bucket + "/n", SECOND).text());
        failed(403, "AccessDenied", client.get(bucket + "/n", FIRST));
        String upload = begin(FIRST);
        String[] second = key(OF_SOURCE, 'l');
        failed(400, "InvalidRequest", client.put(part(upload, 1), "", and(second, from)));
        Client.Reply part = client.put(part(upload, 1), "", and(FIRST, and(second, from)));
        customers(part);
        complete(upload, part.element("ETag"), FIRST);
        assertEquals("content", client.get(bucket + "/u", FIRST).text());
    }

    /** Marks and tags lie in one sealed state with what is known of the key. */
    @Test
    void tagsLeaveTheKeyNeeded() throws IOException {
        client.put(bucket + "/n", "content", FIRST);
        String tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
        assertEquals(200, client.put(bucket + "/n?tagging", tags).status());
        assertEquals(204, client.delete(bucket + "/n?tagging").status());
        failed(400, "InvalidRequest", client.get(bucket + "/n"));
        assertEquals("content", client.get(bucket + "/n", FIRST).text());
    }
}
