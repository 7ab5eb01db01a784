package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** GetObjectAttributes. */
class ObjectAttributesTest extends DoorTest {
    private static final int LEAST = 5 << 20;
    private static final String ALL =
            "x-amz-object-attributes: ETag,Checksum, ObjectParts,StorageClass,ObjectSize";

    private Client.Reply attributes(String name, String... fields) throws IOException {
        return client.get(bucket + "/" + name + "?attributes", fields);
    }

    @Test
    void ofAWholeObject() throws IOException {
        Client.Reply put = client.put(bucket + "/a", "four", "x-amz-meta-secret: s");
        Client.Reply all = attributes("a", ALL);
        assertEquals(200, all.status(), all.text());
        assertEquals(put.field("etag"), '"' + all.element("ETag") + '"');
        assertEquals(put.field("x-amz-checksum-crc64nvme"), all.element("ChecksumCRC64NVME"));
        assertEquals("FULL_OBJECT", all.element("ChecksumType"));
        assertEquals("STANDARD", all.element("StorageClass"));
        assertEquals("4", all.element("ObjectSize"));
        assertFalse(all.text().contains("ObjectParts"));
        assertFalse(all.field("last-modified").isEmpty());
        assertFalse(all.fields().toString().contains("secret"));
        Client.Reply one = attributes("a", "x-amz-object-attributes: ObjectSize");
        assertEquals("4", one.element("ObjectSize"));
        assertFalse(one.text().contains("ETag"));
    }

    @Test
    void ofParts() throws IOException {
        Client.Reply begun =
                client.post(bucket + "/p?uploads", "", "x-amz-checksum-algorithm: SHA256");
        String id = begun.element("UploadId");
        StringBuilder document = new StringBuilder("<CompleteMultipartUpload>");
        String[] sums = new String[3];
        for (int i = 0; i < 3; i++) {
            byte[] part = new byte[i < 2 ? LEAST : 7];
            part[0] = (byte) i;
            Client.Reply put =
                    client.put(bucket + "/p?uploadId=" + id + "&partNumber=" + (2 * i + 1), part);
            sums[i] = put.field("x-amz-checksum-sha256");
            document.append("<Part><PartNumber>")
                    .append(2 * i + 1)
                    .append("</PartNumber><ETag>")
                    .append(put.field("etag"))
                    .append("</ETag></Part>");
        }
        document.append("</CompleteMultipartUpload>");
        Client.Reply made = client.post(bucket + "/p?uploadId=" + id, document.toString());
        assertEquals(200, made.status(), made.text());

        Client.Reply all = attributes("p", ALL);
        assertEquals("3", all.element("PartsCount"));
        assertEquals("false", all.element("IsTruncated"));
        assertEquals(List.of("1", "2", "3"), all.elements("PartNumber"));
        assertEquals(List.of("" + LEAST, "" + LEAST, "7"), all.elements("Size"));
        assertEquals("COMPOSITE", all.element("ChecksumType"));
        assertEquals(
                List.of(made.element("ChecksumSHA256"), sums[0], sums[1], sums[2]),
                all.elements("ChecksumSHA256"));

        Client.Reply page =
                attributes("p", ALL, "x-amz-max-parts: 1", "x-amz-part-number-marker: 1");
        assertEquals("true", page.element("IsTruncated"));
        assertEquals("2", page.element("NextPartNumberMarker"));
        assertEquals(List.of("2"), page.elements("PartNumber"));
        assertEquals("3", page.element("PartsCount"));
        Client.Reply behind = attributes("p", ALL, "x-amz-part-number-marker: 2147483647");
        assertEquals("false", behind.element("IsTruncated"));
        assertTrue(behind.elements("PartNumber").isEmpty());

        Client.Reply second =
                client.head(bucket + "/p?partNumber=2", "x-amz-checksum-mode: ENABLED");
        assertEquals(206, second.status());
        assertEquals(sums[1], second.field("x-amz-checksum-sha256"));
        assertEquals("COMPOSITE", second.field("x-amz-checksum-type"));
        Client.Reply silent = client.head(bucket + "/p?partNumber=2");
        assertEquals("", silent.field("x-amz-checksum-sha256"));

        client.put(bucket + "/copy", "", "x-amz-copy-source: " + bucket + "/p");
        assertFalse(attributes("copy", ALL).text().contains("ObjectParts"));
    }

    @Test
    void whatIsNotThere() throws IOException {
        client.put(bucket + "/a", "four");
        failed(400, "InvalidArgument", attributes("a"));
        failed(400, "InvalidArgument", attributes("a", "x-amz-object-attributes: ETag,Colour"));
        failed(400, "InvalidArgument", attributes("a", ALL, "x-amz-max-parts: -1"));
        failed(404, "NoSuchKey", attributes("b", ALL));
        failed(
                404,
                "NoSuchVersion",
                client.get(bucket + "/a?attributes&versionId=00000000000000ff", ALL));
    }
}
