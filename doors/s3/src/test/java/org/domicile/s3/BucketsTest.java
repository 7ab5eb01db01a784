package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.domicile.ledger.Ledger;
import org.junit.jupiter.api.Test;

class BucketsTest extends DoorTest {
    private static String located(String zone) {
        return "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + "<LocationConstraint>"
                + zone
                + "</LocationConstraint></CreateBucketConfiguration>";
    }

    @Test
    void createHeadLocateDelete() throws IOException {
        String made = bucket + "-made";
        Client.Reply put = client.put(made, located("home"));
        assertEquals(200, put.status(), put.text());
        assertEquals(made, put.field("location"));
        Client.Reply head = client.head(made);
        assertEquals(200, head.status());
        assertEquals("home", head.field("x-amz-bucket-region"));
        Client.Reply location = client.get(made + "?location");
        assertTrue(location.text().endsWith("doc/2006-03-01/\">home</LocationConstraint>"));
        Client.Reply versioning = client.get(made + "?versioning");
        assertTrue(versioning.text().contains("<VersioningConfiguration"));
        assertEquals(List.of(), versioning.elements("Status"));
        failed(409, "BucketAlreadyOwnedByYou", client.put(made, ""));
        client.put(made + "/x", "x");
        failed(409, "BucketNotEmpty", client.delete(made));
        client.delete(made + "/x");
        assertEquals(204, client.delete(made).status());
        failed(404, "NoSuchBucket", client.delete(made));
        assertEquals(404, client.head(made).status());
        failed(404, "NoSuchBucket", client.get(made));
        failed(404, "NoSuchBucket", client.get(made + "?location"));
        failed(404, "NoSuchBucket", client.get(made + "?uploads"));
        failed(404, "NoSuchBucket", client.get(made + "?versions"));
    }

    /** What S3 says of a bucket that was never told otherwise. */
    @Test
    void factsThatNeverChange() throws IOException {
        assertEquals("BucketOwner", client.get(bucket + "?requestPayment").element("Payer"));
        for (String fact : List.of("?logging", "?accelerate")) {
            assertEquals(200, client.get(bucket + fact).status());
            failed(501, "NotImplemented", client.put(bucket + fact, "<x/>"));
        }
        failed(404, "NoSuchWebsiteConfiguration", client.get(bucket + "?website"));
        failed(404, "ReplicationConfigurationNotFoundError", client.get(bucket + "?replication"));
        failed(404, "NoSuchBucket", client.get("/no-such-bucket?logging"));
    }

    @Test
    void zonesOfNewBuckets() throws IOException {
        assertEquals(200, client.put(bucket + "-a", located("us-east-1")).status());
        assertEquals("home", client.head(bucket + "-a").field("x-amz-bucket-region"));
        assertEquals(200, client.put(bucket + "-b", "<CreateBucketConfiguration/>").status());
        failed(400, "InvalidLocationConstraint", client.put(bucket + "-c", located("eu-west-9")));
        failed(400, "MalformedXML", client.put(bucket + "-c", "<Wrong/>"));
        failed(400, "MalformedXML", client.put(bucket + "-c", "no xml"));
        failed(
                501,
                "NotImplemented",
                client.put(
                        bucket + "-c",
                        "<CreateBucketConfiguration><Location/></CreateBucketConfiguration>"));
        assertEquals(404, client.head(bucket + "-c").status());
    }

    @Test
    void namesOfBuckets() throws IOException {
        for (String bad :
                List.of(
                        "ab",
                        "Upper",
                        "under_score",
                        "-begin",
                        "end-",
                        "a..b",
                        "a.-b",
                        "a-.b",
                        "10.0.0.1",
                        "x".repeat(64),
                        "%C3%A4bc",
                        "a%00b",
                        ".abc",
                        "abc.")) {
            failed(400, "InvalidBucketName", client.put("/" + bad, ""));
            failed(400, "InvalidBucketName", client.get("/" + bad + "/key"));
        }
        for (String kept : List.of("xn--abc", "sthree-abc", "abc-s3alias", "abc--x-s3")) {
            failed(400, "InvalidBucketName", client.put("/" + kept, ""));
        }
        for (String good : List.of("abc", "10.0.0", "1.2.3.4.5", "a-b.c--d", "9".repeat(63))) {
            assertEquals(200, client.put("/" + good, "").status(), good);
            assertEquals(204, client.delete("/" + good).status(), good);
        }
        failed(400, "InvalidBucketName", client.put("//key", ""));
    }

    @Test
    void listsInPages() throws IOException {
        for (String each : List.of("-l1", "-l2", "-l3")) {
            client.put(bucket + each, "");
        }
        String name = bucket.substring(1);
        Client.Reply first = client.get("/?max-buckets=2&prefix=" + name + "-l");
        assertEquals(List.of(name + "-l1", name + "-l2"), first.elements("Name"));
        assertEquals("home", first.element("BucketRegion"));
        assertEquals("main", first.element("ID"));
        String token = first.element("ContinuationToken");
        Client.Reply second =
                client.get("/?prefix=" + name + "-l&max-buckets=2&continuation-token=" + token);
        assertEquals(List.of(name + "-l3"), second.elements("Name"));
        assertEquals("", second.element("ContinuationToken"));
        failed(400, "InvalidArgument", client.get("/?continuation-token=nonsense!"));
        failed(400, "InvalidArgument", client.get("/?max-buckets=0"));
        failed(400, "InvalidArgument", client.get("/?max-buckets=x"));
        assertEquals(List.of(), client.get("/?bucket-region=elsewhere").elements("Name"));
    }

    @Test
    void anotherOrganisationsBuckets() throws IOException {
        client.put(bucket + "/x", "x");
        try (Client other = installation.client(installation.neighbour("other"))) {
            failed(409, "BucketAlreadyExists", other.put(bucket, ""));
            failed(403, "AccessDenied", other.get(bucket));
            failed(403, "AccessDenied", other.get(bucket + "/x"));
            failed(403, "AccessDenied", other.put(bucket + "/x", "y"));
            failed(403, "AccessDenied", other.delete(bucket + "/x"));
            failed(403, "AccessDenied", other.delete(bucket));
            assertEquals(403, other.head(bucket + "/x").status());
            assertEquals(List.of(), other.get("/").elements("Name"));
        }
        assertEquals("x", client.get(bucket + "/x").text());
    }

    /** Story: tags in a bucket's creation were 501, and a client had to set them afterwards. */
    @Test
    void tagsOfACreationAreSetWithIt() throws IOException {
        String tags = "<Tags><Tag><Key>team</Key><Value>water</Value></Tag></Tags>";
        String document = "<CreateBucketConfiguration>%s</CreateBucketConfiguration>";
        assertEquals(200, client.put(bucket + "-tagged", document.formatted(tags)).status());
        Client.Reply tagged = client.get(bucket + "-tagged?tagging");
        assertEquals("team", tagged.element("Key"));
        assertEquals("water", tagged.element("Value"));
        failed(
                409,
                "BucketAlreadyOwnedByYou",
                client.put(bucket + "-tagged", document.formatted(tags)));
        String twice = tags.replace("</Tags>", tags.substring("<Tags>".length()));
        failed(400, "InvalidTag", client.put(bucket + "-twice", document.formatted(twice)));
        failed(404, "NoSuchBucket", client.get(bucket + "-twice?tagging"));
        assertEquals(200, client.put(bucket + "-none", document.formatted("<Tags/>")).status());
        failed(404, "NoSuchTagSet", client.get(bucket + "-none?tagging"));
    }

    @Test
    void refusalsAreOnRecord() throws IOException {
        failed(501, "NotImplemented", client.get(bucket + "/secret?torrent"));
        Client.Reply malformed = client.get(bucket + "?max-keys=x&probe=1");
        failed(400, "InvalidArgument", malformed);
        Instant now = Instant.now();
        List<Ledger.Recorded> uses =
                installation
                        .administration()
                        .uses(
                                "main",
                                new Ledger.Filter(
                                        now.minusSeconds(600), now.plusSeconds(60), "", 1_000));
        assertTrue(
                uses.stream()
                        .anyMatch(use ->
                                use.toString().contains("s3:GetObjectTorrent")
                                        && use.toString().contains("NotImplemented")),
                "the operation that is not there, with its action");
        assertTrue(
                uses.stream().anyMatch(use -> use.toString().contains("InvalidArgument")),
                "the door's own refusal");
    }

    @Test
    void signaturesThatDoNotMatch() throws IOException {
        try (Client forged = installation.client("bad " + installation.key)) {
            Client.Reply reply = forged.get(bucket + "/x");
            failed(403, "SignatureDoesNotMatch", reply);
        }
        try (Client stranger = installation.client("AKIANOBODY")) {
            Client.Reply reply = stranger.get(bucket + "/x");
            failed(403, "InvalidAccessKeyId", reply);
            assertEquals("", reply.field("x-domicile-use"));
            assertEquals(403, stranger.get("/%ff").status());
        }
        try (Client nobody = installation.client("")) {
            failed(403, "AccessDenied", nobody.get(bucket));
            failed(403, "AccessDenied", nobody.put(bucket + "/x", "x"));
            failed(403, "AccessDenied", nobody.get(bucket + "?acl"));
        }
    }
}
