package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.domicile.objects.Quota;
import org.junit.jupiter.api.Test;

/** What clients are told when there is no room for what they bring. */
class QuotasTest extends DoorTest {
    private void limit(long bytes, long objects) {
        installation
                .administration()
                .holdings()
                .limitBucket(bucket.substring(1), new Quota(bytes, objects));
    }

    @Test
    void everyWayToWriteIsRefusedWithCephsCode() throws IOException {
        assertEquals(200, client.put(bucket + "/source", "12345").status());
        Client.Reply begun = client.post(bucket + "/u?uploads", "");
        String upload = "uploadId=" + begun.element("UploadId");
        Client.Reply part = client.put(bucket + "/u?partNumber=1&" + upload, "part");
        limit(10, Quota.UNLIMITED);
        Client.Reply put = client.put(bucket + "/n", "two");
        failed(403, "QuotaExceeded", put);
        assertTrue(put.text().contains("(10 bytes, any number of objects)"), put.text());
        assertTrue(put.text().contains("ask the operator for more"), put.text());
        failed(403, "QuotaExceeded", client.put(bucket + "/n", "x".repeat(200_000)));
        failed(
                403,
                "QuotaExceeded",
                client.put(bucket + "/n", "", "x-amz-copy-source: " + bucket + "/source"));
        failed(403, "QuotaExceeded", client.put(bucket + "/u?partNumber=2&" + upload, "part"));
        assertEquals(200, client.put(bucket + "/n", "1").status());
        // What is here already only becomes one object.
        limit(10, 2);
        String chosen =
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                        + part.field("etag")
                        + "</ETag></Part></CompleteMultipartUpload>";
        failed(403, "QuotaExceeded", client.post(bucket + "/u?" + upload, chosen));
        assertEquals(204, client.delete(bucket + "/n").status());
        assertEquals(200, client.post(bucket + "/u?" + upload, chosen).status());
        assertEquals(204, client.delete(bucket + "/source").status());
        assertEquals(200, client.put(bucket + "/source", "123456").status());
    }

    @Test
    void anOrganisationsNumbersAreNobodysBusiness() throws IOException {
        String organisation =
                java.util.Objects.requireNonNull(
                                installation
                                        .administration()
                                        .register()
                                        .credentials()
                                        .get(installation.key))
                        .organisation();
        installation
                .administration()
                .holdings()
                .limitOrganisation(organisation, new Quota(0, Quota.UNLIMITED));
        try {
            Client.Reply refused = client.put(bucket + "/n", "x");
            failed(403, "QuotaExceeded", refused);
            assertTrue(refused.text().contains("organisation that the bucket"), refused.text());
            assertFalse(refused.text().matches("(?s).*\\d bytes.*"), refused.text());
        } finally {
            installation.administration().holdings().limitOrganisation(organisation, Quota.NONE);
        }
    }
}
