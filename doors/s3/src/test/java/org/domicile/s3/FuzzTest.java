package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a client sends, it is never a 500, and the server goes on. */
class FuzzTest extends DoorTest {
    private static final String[] METHODS = {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"};
    private static final String[] PARAMETERS = {
        "acl",
        "delete",
        "uploads",
        "uploadId",
        "partNumber",
        "versionId",
        "versions",
        "versioning",
        "location",
        "list-type",
        "prefix",
        "delimiter",
        "marker",
        "max-keys",
        "encoding-type",
        "continuation-token",
        "start-after",
        "key-marker",
        "version-id-marker",
        "upload-id-marker",
        "max-uploads",
        "max-parts",
        "part-number-marker",
        "response-content-type",
        "fetch-owner",
        "x-id",
        "max-buckets",
        "attributes",
        "tagging",
        "restore",
        "select",
        "id",
        "metrics"
    };
    private static final String[] FIELDS = {
        "Range",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Range",
        "Content-MD5",
        "x-amz-copy-source",
        "x-amz-copy-source-range",
        "x-amz-metadata-directive",
        "x-amz-acl",
        "x-amz-checksum-crc32",
        "x-amz-checksum-algorithm",
        "x-amz-checksum-type",
        "x-amz-mp-object-size",
        "x-amz-meta-a",
        "Content-Encoding",
        "Expires",
        "x-amz-tagging",
        "x-amz-checksum-mode",
        "Host",
        "Content-Type"
    };
    private static final String[] VALUES = {
        "",
        "0",
        "1",
        "2",
        "-1",
        "10001",
        "99999999999999999999",
        "null",
        "*",
        "\"",
        "W/\"x\"",
        "bytes=0-",
        "bytes=-",
        "bytes=5-1,",
        "aws-chunked",
        "%",
        "%00",
        "%ff",
        "%F0%9F%98%80",
        "a/b",
        "/",
        "..",
        "Tue, 99 Foo 2026 25:61:61 GMT",
        "2026-01-01T00:00:00Z",
        "COPY",
        "REPLACE",
        "SHA256",
        "url",
        "true",
        "AQ",
        "AWE",
        "x.s3.example",
        "\u00ff",
        "multipart/form-data"
    };

    private static String any(Random random, String[] from) {
        return from[random.nextInt(from.length)];
    }

    private static String noise(Random random, int most) {
        StringBuilder out = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            char c =
                    (char)
                            (random.nextInt(5) > 0
                                    ? '!' + random.nextInt(90)
                                    : 0x80 + random.nextInt(0x80));
            out.append(c);
        }
        return out.toString();
    }

    private String target(Random random) {
        StringBuilder out = new StringBuilder();
        switch (random.nextInt(6)) {
            case 0 -> out.append("/");
            case 1 -> out.append(bucket);
            case 2 -> out.append("/").append(noise(random, 70).replace("?", ""));
            case 3 -> out.append(bucket).append("/").append(noise(random, 40).replace("?", ""));
            default -> out.append(bucket).append("/k");
        }
        String mark = "?";
        for (int i = random.nextInt(4); i > 0; i--) {
            out.append(mark)
                    .append(random.nextInt(8) > 0 ? any(random, PARAMETERS) : noise(random, 9));
            if (random.nextInt(3) > 0) {
                out.append('=')
                        .append(
                                random.nextInt(4) > 0
                                        ? any(random, VALUES).replace(' ', '+')
                                        : noise(random, 30));
            }
            mark = "&";
        }
        return out.toString();
    }

    private static String document(Random random) {
        String[] pieces = {
            "<Delete>",
            "</Delete>",
            "<Object>",
            "</Object>",
            "<Key>",
            "</Key>",
            "k",
            "<Quiet>true</Quiet>",
            "<CompleteMultipartUpload>",
            "</CompleteMultipartUpload>",
            "<Part>",
            "</Part>",
            "<PartNumber>1</PartNumber>",
            "<ETag>x</ETag>",
            "<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
            "<!DOCTYPE a>",
            "&amp;",
            "&x;",
            "&#0;",
            "<![CDATA[x]]>",
            "<!-- -->",
            "\u00ff",
            "<",
            "]]>",
            "<CreateBucketConfiguration>",
            "</CreateBucketConfiguration>"
        };
        StringBuilder out = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            out.append(any(random, pieces));
        }
        return out.toString();
    }

    @Test
    void neverAFiveHundred() throws IOException {
        Random random = random();
        client.put(bucket + "/k", "0123456789");
        for (int i = 0; i < 4_000; i++) {
            String method = any(random, METHODS);
            String target = target(random);
            List<String> fields = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                String name = any(random, FIELDS);
                if (fields.stream().noneMatch(line -> line.startsWith(name))) {
                    fields.add(
                            name
                                    + ": "
                                    + (random.nextInt(3) > 0
                                            ? any(random, VALUES)
                                            : noise(random, 20)));
                }
            }
            byte[] body =
                    random.nextBoolean()
                            ? new byte[0]
                            : document(random).getBytes(StandardCharsets.ISO_8859_1);
            Client.Reply reply = client.call(method, target, body, fields.toArray(String[]::new));
            int status = reply.status();
            assertTrue(
                    status < 500 || status == 501,
                    status
                            + " to "
                            + method
                            + " "
                            + target
                            + " "
                            + fields
                            + " "
                            + new String(body, StandardCharsets.ISO_8859_1)
                            + ": "
                            + reply.text());
            if (random.nextInt(50) == 0) {
                client.put(bucket, ""); // in case it was deleted
                client.put(bucket + "/k", "0123456789");
            }
        }
    }
}
