package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Objects;
import org.domicile.policy.NamedKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects under named keys of the organisation, and buckets that ask for one by default. */
class NamedKeysTest extends DoorTest {
    private static final String SSE = "x-amz-server-side-encryption";
    private static final String KMS = SSE + ": aws:kms";
    private static final String KEY_ID = SSE + "-aws-kms-key-id";

    private String organisation = "";

    @BeforeEach
    void makeKeys() {
        organisation =
                Objects.requireNonNull(
                                installation
                                        .administration()
                                        .register()
                                        .credentials()
                                        .get(installation.key))
                        .organisation();
        installation.administration().createKey(organisation, "records");
    }

    @AfterEach
    void destroyKeys() {
        for (NamedKey key : installation.administration().register().keys().values()) {
            if (!key.destroyed()) {
                installation.administration().destroyKey(organisation, key.name());
            }
        }
    }

    private static void under(String key, Client.Reply reply) {
        assertEquals(200, reply.status(), reply.text());
        assertEquals("aws:kms", reply.field(SSE));
        assertEquals(key, reply.field(KEY_ID));
        assertEquals("true", reply.field(SSE + "-bucket-key-enabled"));
    }

    @Test
    void aNamedKeySealsUntilItIsDestroyed() throws IOException {
        String name = bucket + "/n";
        String plain = client.put(bucket + "/plain", "content").field("etag");
        Client.Reply put = client.put(name, "content", KMS, KEY_ID + ": records");
        under("records", put);
        assertNotEquals(plain, put.field("etag"));
        under("records", client.get(name));
        under("records", client.head(name));
        assertEquals("content", client.get(name).text());
        installation.administration().destroyKey(organisation, "records");
        failed(400, "KMS.NotFoundException", client.get(name));
        failed(400, "KMS.NotFoundException", client.put(name, "x", KMS, KEY_ID + ": records"));
        // Another key of the same name opens nothing of the old one's, and can be put in its place.
        installation.administration().createKey(organisation, "records");
        failed(400, "KMS.NotFoundException", client.get(name));
        under("records", client.put(name, "new", KMS, KEY_ID + ": records"));
        assertEquals("new", client.get(name).text());
        assertEquals("content", client.get(bucket + "/plain").text());
    }

    @Test
    void whereNoKeyIsNamedTheOneCalledDefaultIsMeant() throws IOException {
        failed(400, "KMS.NotFoundException", client.put(bucket + "/n", "x", KMS));
        installation.administration().createKey(organisation, "default");
        under("default", client.put(bucket + "/n", "x", KMS));
        under("default", client.get(bucket + "/n"));
    }

    @Test
    void anotherOrganisationsKeyIsNotThere() throws IOException {
        installation.neighbour("neighbours");
        installation.administration().createKey("neighbours", "theirs");
        failed(
                400,
                "KMS.NotFoundException",
                client.put(bucket + "/n", "x", KMS, KEY_ID + ": theirs"));
        failed(
                400,
                "KMS.NotFoundException",
                client.put(bucket + "/n", "x", KMS, KEY_ID + ": ../neighbours/theirs"));
        installation.administration().destroyKey("neighbours", "theirs");
    }

    @Test
    void partsAndCopiesAreUnderTheKeyThatTheTargetNames() throws IOException {
        Client.Reply begun = client.post(bucket + "/u?uploads", "", KMS, KEY_ID + ": records");
        under("records", begun);
        String part = bucket + "/u?partNumber=1&uploadId=" + begun.element("UploadId");
        Client.Reply put = client.put(part, "part");
        under("records", put);
        under("records", client.put(part, "part", KMS, KEY_ID + ": records"));
        failed(400, "InvalidRequest", client.put(part, "part", KMS, KEY_ID + ": other"));
        under(
                "records",
                client.post(
                        bucket + "/u?uploadId=" + begun.element("UploadId"),
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                                + put.field("etag")
                                + "</ETag></Part></CompleteMultipartUpload>"));
        assertEquals("part", client.get(bucket + "/u").text());
        String from = "x-amz-copy-source: " + bucket + "/u";
        assertEquals("AES256", client.put(bucket + "/open", "", from).field(SSE));
        under("records", client.put(bucket + "/m", "", from, KMS, KEY_ID + ": records"));
        installation.administration().destroyKey(organisation, "records");
        failed(400, "KMS.NotFoundException", client.put(bucket + "/z", "", from));
        assertEquals("part", client.get(bucket + "/open").text());
    }

    private static String rule(String algorithm, String more) {
        return "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
                + "<SSEAlgorithm>"
                + algorithm
                + "</SSEAlgorithm>"
                + more
                + "</ApplyServerSideEncryptionByDefault></Rule>"
                + "</ServerSideEncryptionConfiguration>";
    }

    @Test
    void aBucketsDefaultSealsWhatSaysNothing() throws IOException {
        String at = bucket + "?encryption";
        failed(404, "ServerSideEncryptionConfigurationNotFoundError", client.get(at));
        assertEquals(200, client.put(at, rule("AES256", "")).status());
        assertEquals("AES256", client.get(at).element("SSEAlgorithm"));
        assertEquals("AES256", client.put(bucket + "/n", "x").field(SSE));
        String records = "<KMSMasterKeyID>records</KMSMasterKeyID>";
        assertEquals(200, client.put(at, rule("aws:kms", records)).status());
        Client.Reply set = client.get(at);
        assertEquals(
                "aws:kms records false",
                set.element("SSEAlgorithm")
                        + " "
                        + set.element("KMSMasterKeyID")
                        + " "
                        + set.element("BucketKeyEnabled"));
        under("records", client.put(bucket + "/n", "x"));
        under("records", client.put(bucket + "/n", "x", KMS));
        under("records", client.get(bucket + "/n"));
        under("records", client.post(bucket + "/u?uploads", ""));
        // What says something is as it says.
        assertEquals("AES256", client.put(bucket + "/n", "x", SSE + ": AES256").field(SSE));
        assertEquals(204, client.delete(at).status());
        assertEquals(204, client.delete(at).status());
        failed(404, "ServerSideEncryptionConfigurationNotFoundError", client.get(at));
        assertEquals("AES256", client.put(bucket + "/n", "x").field(SSE));
        assertEquals(200, client.put(at, rule("aws:kms", "")).status());
        failed(400, "KMS.NotFoundException", client.put(bucket + "/n", "x"));
    }

    @Test
    void defaultsThatMeanNothingAreRefused() throws IOException {
        String at = bucket + "?encryption";
        String records = "<KMSMasterKeyID>records</KMSMasterKeyID>";
        failed(400, "InvalidArgument", client.put(at, rule("AES256", records)));
        failed(400, "MalformedXML", client.put(at, rule("aes", "")));
        failed(400, "MalformedXML", client.put(at, rule("", "")));
        failed(501, "NotImplemented", client.put(at, rule("aws:kms:dsse", "")));
        failed(
                400,
                "MalformedXML",
                client.put(
                        at,
                        "<ServerSideEncryptionConfiguration></ServerSideEncryptionConfiguration>"));
        failed(404, "NoSuchBucket", client.put("/none?encryption", rule("AES256", "")));
        failed(404, "NoSuchBucket", client.get("/none?encryption"));
    }

    @Test
    void theRegisterKnowsWhatIsDestroyed() {
        NamedKey gone = installation.administration().destroyKey(organisation, "records");
        assertTrue(gone.destroyed());
        NamedKey next = installation.administration().createKey(organisation, "records");
        assertFalse(next.destroyed());
        assertNotEquals(gone.key(), next.key());
    }
}
