package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Issue 10, "Bad input": what would change the meaning of a request and is not done is never passed
 * over in silence. Fields of requests are those of the S3 API Reference, "Actions", Amazon S3.
 */
class UnservedTest extends DoorTest {
    private static final byte[] NOTHING = {};

    private void refused(String method, String path, String... fields) throws IOException {
        Client.Reply reply = client.call(method, path, NOTHING, fields);
        failed(501, "NotImplemented", reply);
        assertEquals(
                fields[0].substring(0, fields[0].indexOf(':')),
                reply.element("Header"),
                reply.text());
    }

    @Test
    void fieldsThatAskForWhatIsNotDone() throws IOException {
        assertEquals(200, client.put(bucket + "/n", "x").status());
        for (String field :
                List.of(
                        "x-amz-write-offset-bytes: 1",
                        "x-amz-copy-source-range: bytes=0-0",
                        "Content-Range: bytes 0-0/2",
                        "x-amz-server-side-encryption-context: e30=",
                        "x-amz-object-annotation-directive: COPY",
                        "x-amz-if-newer: 1",
                        "x-amz-object-lock-event: hold")) {
            refused("PUT", bucket + "/n", field);
        }
        for (String field :
                List.of(
                        "x-amz-object-lock-mode: GOVERNANCE",
                        "x-amz-object-ownership: ObjectWriter",
                        "x-amz-if-match-initiated-time: Sat, 28 Nov 2026 00:00:00 GMT",
                        "x-amz-if-match-size: 1")) {
            refused("GET", bucket + "/n", field);
        }
        refused("PUT", bucket + "-zoned", "x-amz-bucket-namespace: account-regional");
        assertEquals("x", client.get(bucket + "/n").text());
    }

    @Test
    void conditionsThatADeleteDoesNotHave() throws IOException {
        assertEquals(200, client.put(bucket + "/n", "x").status());
        for (String field :
                List.of(
                        "If-None-Match: *",
                        "If-Modified-Since: Sat, 28 Nov 2026 00:00:00 GMT",
                        "If-Unmodified-Since: Sat, 28 Nov 2026 00:00:00 GMT")) {
            failed(501, "NotImplemented", client.call("DELETE", bucket + "/n", NOTHING, field));
        }
        assertEquals("x", client.get(bucket + "/n").text());
    }

    @Test
    void whatIsSaidOfAnObjectIsNotSaidOfItsParts() throws IOException {
        String id = client.call("POST", bucket + "/u?uploads", NOTHING).element("UploadId");
        String part = bucket + "/u?partNumber=1&uploadId=" + id;
        for (String field :
                List.of(
                        "x-amz-tagging: a=b",
                        "x-amz-acl: private",
                        "x-amz-grant-read: id=main",
                        "x-amz-website-redirect-location: /x",
                        "Content-Range: bytes 0-0/2")) {
            refused("PUT", part, field);
        }
        failed(400, "InvalidArgument", client.put(part, "x", "x-amz-meta-a: b"));
        assertEquals(200, client.put(part, "x").status());
        failed(
                501,
                "NotImplemented",
                client.call("POST", bucket + "/u?uploadId=" + id, NOTHING, "x-amz-acl: private"));
    }

    /** A subresource without a value is never taken for none, one of tomorrow neither. */
    @Test
    void subresourcesThatNobodyKnows() throws IOException {
        assertEquals(200, client.put(bucket + "/n", "x").status());
        for (String method : List.of("GET", "PUT", "DELETE")) {
            for (String path : List.of(bucket, bucket + "/n")) {
                failed(501, "NotImplemented", client.call(method, path + "?annotation", NOTHING));
            }
        }
        assertEquals("x", client.get(bucket + "/n").text());
    }
}
