package org.domicile.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.domicile.ledger.Ledger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Issue 8, "Bad input", a case a test, over the real door: the code, its sentence, nothing half
 * written, and an entry where the caller was known.
 */
class BadInputTest extends DoorTest {
    private static final byte[] NOTHING = {};
    private static final byte[] BODY = "hello".getBytes(UTF_8);

    private Client signing;
    private Signer.Pair pair;

    @BeforeEach
    void sign() throws IOException {
        signing = installation.signing();
        // A principal of its own for each test: what is on record of it is this test's.
        pair = installation.issue("main", List.of("*"), List.of("*"));
    }

    @AfterEach
    void stop() throws IOException {
        installation.ahead.set(0);
        signing.close();
    }

    private Sent request(String method, String path, String query, byte[] body) {
        return Sent.of(method, path, query, body).with("Host", "localhost");
    }

    private Sent signed(Sent sent) {
        return signed(sent, Signer.sha256(sent.bytes()));
    }

    private Sent signed(Sent sent, String hash) {
        return Signer.sign(sent, "home", hash, Instant.now(), pair);
    }

    /** What happened to our principal, the newest first. */
    private List<Ledger.Recorded> recorded() {
        String principal =
                installation.guard.identity().caller(pair.key()).orElseThrow().principal();
        return installation.uses("main").stream()
                .filter(use -> use.principal().equals(principal))
                .toList();
    }

    /** One entry: a refusal by this reason. */
    private void onRecord(String action, String reason) {
        List<Ledger.Recorded> uses = recorded();
        assertEquals(1, uses.size(), uses::toString);
        assertEquals(action, uses.getFirst().action());
        assertEquals("refused", uses.getFirst().verdict());
        assertEquals(reason, uses.getFirst().reason());
    }

    /** One entry: it was allowed, and what came was not what was promised. */
    private void onRecordAsInvalid(String action) {
        List<Ledger.Recorded> uses = recorded();
        assertEquals(1, uses.size(), uses::toString);
        assertEquals(action, uses.getFirst().action());
        assertEquals("allowed", uses.getFirst().verdict());
        assertEquals("invalid", uses.getFirst().outcome());
    }

    private void nothingIsWritten() throws IOException {
        assertEquals(List.of(), client.get(bucket).elements("Key"));
        assertEquals(List.of(), client.get(bucket + "?uploads").elements("UploadId"));
        assertEquals(List.of(), client.get(bucket + "?versions").elements("Key"));
    }

    @Test
    void aWrongSignature() throws IOException {
        Sent put = signed(request("PUT", bucket + "/n", "", BODY));
        String authorization = put.field("authorization");
        int last = authorization.length() - 1;
        char flipped = authorization.charAt(last) == '0' ? '1' : '0';
        Client.Reply reply =
                signing.send(
                        put.without("Authorization")
                                .with("Authorization", authorization.substring(0, last) + flipped));
        failed(403, "SignatureDoesNotMatch", reply);
        assertTrue(reply.element("Message").contains("Check your key and signing method"));
        onRecord("s3:PutObject", "SignatureDoesNotMatch");
        nothingIsWritten();
    }

    @Test
    void aSkewedClock() throws IOException {
        for (int minutes : new int[] {-16, 16}) {
            Sent put = request("PUT", bucket + "/n", "", BODY);
            Client.Reply reply =
                    signing.send(
                            Signer.sign(
                                    put,
                                    "home",
                                    Signer.sha256(BODY),
                                    Instant.now().plus(Duration.ofMinutes(minutes)),
                                    pair));
            failed(403, "RequestTimeTooSkewed", reply);
        }
        onRecord("s3:PutObject", "RequestTimeTooSkewed");
        nothingIsWritten();
    }

    @Test
    void anotherRegion() throws IOException {
        Sent put = request("PUT", bucket + "/n", "", BODY);
        Client.Reply reply =
                signing.send(
                        Signer.sign(put, "eu-west-3", Signer.sha256(BODY), Instant.now(), pair));
        failed(400, "AuthorizationHeaderMalformed", reply);
        // Story: without these two, botocore and minio-go cannot sign again, and give up.
        assertEquals("home", reply.element("Region"));
        assertEquals("home", reply.field("x-amz-bucket-region"));
        onRecord("s3:PutObject", "AuthorizationHeaderMalformed");
        Client.Reply query =
                signing.send(
                        Signer.presign(
                                request("GET", bucket + "/n", "", NOTHING),
                                "eu-west-3",
                                60,
                                Instant.now(),
                                pair));
        failed(400, "AuthorizationQueryParametersError", query);
        assertEquals("home", query.element("Region"));
        assertEquals("home", query.field("x-amz-bucket-region"));
        nothingIsWritten();
    }

    @Test
    void aTruncatedBody() throws IOException {
        Sent put = signed(request("PUT", bucket + "/n", "", new byte[200_000]));
        signing.write(Client.head(put).getBytes(UTF_8));
        signing.write(Arrays.copyOf(put.bytes(), 150_000));
        signing.end();
        Client.Reply reply = signing.reply("PUT");
        failed(400, "IncompleteBody", reply);
        onRecordAsInvalid("s3:PutObject");
        nothingIsWritten();
    }

    @Test
    void aTruncatedPartAndATruncatedFraming() throws IOException {
        byte[] whole = Signer.unsignedChunks(new byte[50_000], 20_000, "");
        Sent put =
                signed(
                        request("PUT", bucket + "/n", "", Arrays.copyOf(whole, 45_000))
                                .with("x-amz-decoded-content-length", "50000"),
                        Framing.UNSIGNED_TRAILER);
        failed(400, "IncompleteBody", signing.send(put));
        onRecordAsInvalid("s3:PutObject");
        nothingIsWritten();
    }

    @Test
    void aChecksumThatDoesNotMatch() throws IOException {
        String wrong = Base64.getEncoder().encodeToString(new byte[16]);
        String[][] promises = {
            {"Content-MD5", wrong, "BadDigest"},
            {"x-amz-checksum-crc32", "AAAAAA==", "BadDigest"},
            {"x-amz-checksum-sha256", "A".repeat(43) + "=", "BadDigest"},
            {"Content-MD5", "short", "InvalidDigest"},
        };
        for (String[] promise : promises) {
            pair = installation.issue("main", List.of("*"), List.of("*"));
            Client.Reply reply =
                    signing.send(
                            signed(
                                    request("PUT", bucket + "/n", "", BODY)
                                            .with(promise[0], promise[1])));
            failed(400, promise[2], reply);
            if (promise[2].equals("BadDigest")) {
                onRecordAsInvalid("s3:PutObject");
            } else {
                onRecord("s3:PutObject", promise[2]);
            }
        }
        pair = installation.issue("main", List.of("*"), List.of("*"));
        Sent put = signed(request("PUT", bucket + "/n", "", BODY));
        failed(400, "XAmzContentSHA256Mismatch", signing.send(put.body("other".getBytes(UTF_8))));
        onRecordAsInvalid("s3:PutObject");
        nothingIsWritten();
    }

    private Client.Reply document(String method, String path, String query, String text)
            throws IOException {
        byte[] body = text.getBytes(UTF_8);
        String md5 = Base64.getEncoder().encodeToString(Signer.digest("MD5", body));
        return signing.send(signed(request(method, path, query, body).with("Content-MD5", md5)));
    }

    @Test
    void malformedXml() throws IOException {
        failed(400, "MalformedXML", document("POST", bucket, "delete=", "<Delete><Object>"));
        onRecord("s3:DeleteObject", "MalformedXML");
        failed(400, "MalformedXML", document("PUT", "/malformed-bucket", "", "<Create"));
        assertEquals(404, client.head("/malformed-bucket").status());
        String id = client.post(bucket + "/n?uploads", "").element("UploadId");
        failed(400, "MalformedXML", document("POST", bucket + "/n", "uploadId=" + id, "<?xml"));
        assertEquals(List.of(id), client.get(bucket + "?uploads").elements("UploadId"));
        assertEquals(204, client.delete(bucket + "/n?uploadId=" + id).status());
        nothingIsWritten();
    }

    @Test
    void aNameThatIsTooLong() throws IOException {
        String name = "k".repeat(1_025);
        Client.Reply reply = signing.send(signed(request("PUT", bucket + "/" + name, "", BODY)));
        failed(400, "KeyTooLongError", reply);
        assertTrue(reply.element("Message").contains("1024 bytes"));
        assertEquals("refused", recorded().getFirst().verdict());
        assertEquals("KeyTooLongError", recorded().getFirst().reason());
        nothingIsWritten();
    }

    @Test
    void aNameThatIsNotUtf8() throws IOException {
        for (String bytes : List.of("%FF%FE", "%C0%AF", "%ED%A0%80", "a%80")) {
            pair = installation.issue("main", List.of("*"), List.of("*"));
            Client.Reply reply =
                    signing.send(signed(request("PUT", bucket + "/" + bytes, "", BODY)));
            failed(400, "InvalidURI", reply);
            assertTrue(reply.element("Message").contains("UTF-8"));
            assertEquals("InvalidURI", recorded().getFirst().reason());
            assertEquals("refused", recorded().getFirst().verdict());
        }
        nothingIsWritten();
    }

    /** NUL, control characters and dots are part of a name, as on S3: kept, and never a path. */
    @Test
    void oddNamesAreNamesAndNoPaths() throws IOException {
        List<String> names =
                List.of("a%00b", "%01%1F%7F", "..", "../../x", "x/../y", ".", "a//b", "%0D%0A");
        for (String name : names) {
            String path = bucket + "/" + name;
            byte[] body = name.getBytes(UTF_8);
            Client.Reply put = signing.send(signed(request("PUT", path, "", body)));
            assertEquals(200, put.status(), () -> name + ": " + put.text());
            assertEquals(
                    name, signing.send(signed(request("GET", path, "", NOTHING))).text(), name);
        }
        List<String> listed = client.get(bucket + "?encoding-type=url").elements("Key");
        assertEquals(names.stream().sorted().toList(), listed.stream().sorted().toList());
        for (String name : names) {
            Sent delete = signed(request("DELETE", bucket + "/" + name, "", NOTHING));
            assertEquals(204, signing.send(delete).status(), name);
        }
        nothingIsWritten();
    }

    @Test
    void aZoneThatDoesNotExist() throws IOException {
        String text =
                "<CreateBucketConfiguration><LocationConstraint>atlantis</LocationConstraint>"
                        + "</CreateBucketConfiguration>";
        Client.Reply reply = document("PUT", "/in-atlantis", "", text);
        failed(400, "InvalidLocationConstraint", reply);
        assertTrue(reply.element("Message").contains("there is no zone atlantis"));
        onRecordAsInvalid("s3:CreateBucket");
        assertEquals(404, client.head("/in-atlantis").status());
        assertTrue(!client.get("/").elements("Name").contains("in-atlantis"));
    }

    /** The clock is moved and not waited for. */
    @Test
    void aPurposeThatHasExpired() throws IOException {
        assertEquals(200, signing.send(signed(request("PUT", bucket + "/n", "", BODY))).status());
        installation.ahead.set(Duration.ofDays(2).toSeconds());
        Instant then = Instant.now().plusSeconds(installation.ahead.get());
        Sent get = request("GET", bucket + "/n", "", NOTHING);
        Client.Reply reply =
                signing.send(Signer.sign(get, "home", Signer.sha256(NOTHING), then, pair));
        failed(403, "AccessDenied", reply);
        assertTrue(reply.element("Message").contains("has expired. Register a new one"));
        Ledger.Recorded use =
                recorded().stream()
                        .filter(each -> each.verdict().equals("refused"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("purpose-expired", use.reason());
        assertEquals("s3:GetObject", use.action());
    }
}
