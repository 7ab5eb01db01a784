package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Policy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policies of buckets, between two organisations and strangers. */
class BucketPoliciesTest extends SharedTest {
    private String name = "";
    private String bucket = "";

    @BeforeEach
    void fresh() throws IOException {
        bucket = bucket();
        name = bucket.substring(1);
        done(200, client.put(bucket + "/n", "x", "x-amz-tagging: security=public"));
    }

    private String statement(
            String effect, String principal, String action, String resource, String more) {
        return """
        {"Effect":"%s","Principal":%s,"Action":"%s","Resource":"arn:aws:s3:::%s"%s}\
        """
                .formatted(effect, principal, action, resource, more);
    }

    private static String policy(String... statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    private void put(String... statements) throws IOException {
        Client.Reply reply = client.put(bucket + "?policy", policy(statements));
        assertEquals(204, reply.status(), reply.text());
    }

    @Test
    void aPolicyIsKeptAsItWasPutAndTakenAway() throws IOException {
        failed(404, "NoSuchBucketPolicy", client.get(bucket + "?policy"));
        String text = policy(statement("Allow", "\"*\"", "s3:GetObject", name + "/*", ""));
        assertEquals(204, client.put(bucket + "?policy", text).status());
        Client.Reply got = client.get(bucket + "?policy");
        assertEquals(text, got.text());
        assertEquals("application/json", got.field("content-type"));
        assertEquals(204, client.delete(bucket + "?policy").status());
        failed(404, "NoSuchBucketPolicy", client.get(bucket + "?policy"));
        failed(404, "NoSuchBucket", client.put("/policies-none?policy", text));
    }

    @Test
    void whatCannotBeSaidIsRefusedAndSaysWhy() throws IOException {
        Client.Reply wrong =
                client.put(
                        bucket + "?policy",
                        policy(statement("Allow", "\"*\"", "s3:GetObject", "elsewhere/*", "")));
        failed(400, "MalformedPolicy", wrong);
        assertTrue(wrong.text().contains("statement 1"), wrong.text());
        failed(400, "MalformedPolicy", client.put(bucket + "?policy", "{"));
        for (String unknown :
                List.of(
                        "NumericGreaterThan s3:signatureAge 600000",
                        "NumericLessThan s3:TlsVersion 1.2",
                        "DateLessThan aws:TokenIssueTime 2026-01-01T00:00:00Z",
                        "BoolIfExists aws:MultiFactorAuthPresent false",
                        "NumericGreaterThan aws:MultiFactorAuthAge 60",
                        "NumericGreaterThan aws:MultiFactorAuthAge 9")) {
            String[] words = unknown.split(" ", -1);
            Client.Reply refused =
                    client.put(
                            bucket + "?policy",
                            policy(
                                    statement(
                                            "Deny",
                                            "\"*\"",
                                            "s3:*",
                                            name + "/*",
                                            ",\"Condition\":{\"%s\":{\"%s\":\"%s\"}}"
                                                    .formatted((Object[]) words))));
            failed(400, "MalformedPolicy", refused);
            assertTrue(refused.text().contains(words[1]), refused.text());
        }
        failed(404, "NoSuchBucketPolicy", client.get(bucket + "?policy"));
    }

    @Test
    void anotherOrganisationIsLetInAndStandsInTheOwnersLog() throws IOException {
        failed(403, "AccessDenied", other.get(bucket + "/n"));
        put(statement("Allow", "{\"AWS\":\"other\"}", "s3:GetObject", name + "/*", ""));
        Client.Reply got = other.get(bucket + "/n");
        assertEquals("x", got.text());
        assertTrue(got.field("x-domicile-use").startsWith("main/"), got.field("x-domicile-use"));
        failed(403, "AccessDenied", other.get(bucket));
        failed(403, "AccessDenied", other.put(bucket + "/m", "y"));
        failed(403, "AccessDenied", stranger.get(bucket + "/n"));
        failed(403, "AccessDenied", other.get(bucket + "/none"));
        failed(404, "NoSuchKey", client.get(bucket + "/none"));
        put(statement("Allow", "{\"AWS\":\"other\"}", "s3:ListBucket", name, ""));
        failed(404, "NoSuchKey", other.get(bucket + "/none"));
        assertEquals(404, other.head(bucket + "/none").status());
        failed(403, "AccessDenied", other.get(bucket + "/n"));
    }

    @Test
    void strangersActUnderThePublicPurpose() throws IOException {
        failed(403, "AccessDenied", stranger.get(bucket + "/n"));
        put(
                statement("Allow", "\"*\"", "s3:GetObject", name + "/*", ""),
                statement(
                        "Allow",
                        "\"*\"",
                        "s3:ListBucket",
                        name,
                        ",\"Condition\":{\"StringLike\":{\"s3:prefix\":\"public/*\"}}"));
        Client.Reply got = stranger.get(bucket + "/n");
        assertEquals("x", got.text());
        Ledger.Recorded use =
                installation.uses("main").stream()
                        .filter(each -> each.principal().equals("anonymous"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("s3:GetObject", use.action());
        assertEquals("main/first-steps", use.purpose());
        failed(404, "NoSuchKey", stranger.get(bucket + "/public/none"));
        assertEquals(404, other.head(bucket + "/public/none").status());
        failed(403, "AccessDenied", stranger.get(bucket + "/private/none"));
        failed(403, "AccessDenied", stranger.put(bucket + "/n", "y"));
        failed(404, "NoSuchBucket", stranger.get("/policies-none/n"));
    }

    @Test
    void withoutAPublicPurposeAPublicGrantLetsNobodyIn() throws IOException {
        String theirs = "/policies-other-" + name;
        assertEquals(200, other.put(theirs, "").status());
        assertEquals(200, other.put(theirs + "/n", "x").status());
        String open =
                policy(statement("Allow", "\"*\"", "s3:GetObject", theirs.substring(1) + "/*", ""));
        assertEquals(204, other.put(theirs + "?policy", open).status());
        Client.Reply refused = stranger.get(theirs + "/n");
        failed(403, "AccessDenied", refused);
        assertTrue(refused.text().contains("s3.public.purposes"), refused.text());
        assertEquals("x", client.get(theirs + "/n").text());
    }

    @Test
    void aPolicyForbidsItsOwnOrganisationButNotToMendIt() throws IOException {
        put(statement("Deny", "\"*\"", "s3:*", name + "*", ""));
        failed(403, "AccessDenied", client.get(bucket + "/n"));
        failed(403, "AccessDenied", client.get(bucket));
        assertEquals(200, client.get(bucket + "?policy").status());
        assertEquals(204, client.delete(bucket + "?policy").status());
        assertEquals("x", client.get(bucket + "/n").text());
    }

    @Test
    void conditionsSeeTheRequestAndTheObject() throws IOException {
        String tagged =
                ",\"Condition\":{\"StringEquals\":{\"s3:ExistingObjectTag/security\":\"public\"}}";
        String referred = ",\"Condition\":{\"StringLike\":{\"aws:Referer\":\"https://a/*\"}}";
        put(
                statement("Allow", "\"*\"", "s3:GetObject", name + "/*", tagged),
                statement("Allow", "\"*\"", "s3:PutObject", name + "/*", referred));
        client.put(bucket + "/secret", "x", "x-amz-tagging: security=no");
        assertEquals("x", other.get(bucket + "/n").text());
        failed(403, "AccessDenied", other.get(bucket + "/secret"));
        failed(403, "AccessDenied", other.put(bucket + "/m", "y", "Referer: https://b/"));
        assertEquals(200, other.put(bucket + "/m", "y", "Referer: https://a/").status());
        put(
                statement(
                        "Allow",
                        "\"*\"",
                        "s3:PutObjectTagging",
                        name + "/*",
                        ",\"Condition\":{\"StringEquals\":{\"s3:RequestObjectTag/a\":\"1\"}}"));
        String tags =
                "<Tagging><TagSet><Tag><Key>a</Key><Value>%s</Value></Tag></TagSet></Tagging>";
        failed(403, "AccessDenied", other.put(bucket + "/n?tagging", tags.formatted("2")));
        assertEquals(200, other.put(bucket + "/n?tagging", tags.formatted("1")).status());
    }

    /** Story: an algorithm that is none was told as such to who might not write at all. */
    @Test
    void encryptionThatMeansNothingIsForThePolicyFirst() throws IOException {
        String sse = "x-amz-server-side-encryption";
        String[] wrong = {sse + ": AES192"};
        String[] wrongOfCustomer = {sse + "-customer-algorithm: AES192"};
        for (String[] fields : List.of(wrong, wrongOfCustomer)) {
            String field = fields[0].substring(0, fields[0].indexOf(':'));
            assertEquals(400, client.put(bucket + "/m", "x", fields).status());
            put(
                    statement(
                            "Deny",
                            "\"*\"",
                            "s3:PutObject",
                            name + "/*",
                            ",\"Condition\":{\"StringNotEquals\":{\"s3:"
                                    + field
                                    + "\":\"AES256\"}}"));
            failed(403, "AccessDenied", client.put(bucket + "/m", "x", fields));
            String copy = "x-amz-copy-source: " + bucket + "/n";
            failed(403, "AccessDenied", client.put(bucket + "/m", "", copy, fields[0]));
            assertEquals(204, client.delete(bucket + "?policy").status());
            assertEquals(400, client.put(bucket + "/m", "", copy, fields[0]).status());
        }
        failed(404, "NoSuchKey", client.get(bucket + "/m"));
    }

    @Test
    void tagsThatARequestSetsAreSeenOnEachWay() throws IOException {
        String condition = ",\"Condition\":{\"StringEquals\":{\"s3:RequestObjectTag/a\":\"2\"}}";
        put(statement("Deny", "\"*\"", "s3:PutObject*", name + "/*", condition));
        String copy = "x-amz-copy-source: " + bucket + "/n";
        String replace = "x-amz-tagging-directive: REPLACE";
        for (String value : List.of("1", "2")) {
            String tag = "x-amz-tagging: a=" + value;
            String tags =
                    "<Tagging><TagSet><Tag><Key>a</Key><Value>%s</Value></Tag></TagSet></Tagging>"
                            .formatted(value);
            List<Client.Reply> replies =
                    List.of(
                            client.put(bucket + "/m", "x", tag),
                            client.put(bucket + "/c", "", copy, replace, tag),
                            client.call("POST", bucket + "/u?uploads", new byte[0], tag),
                            client.put(bucket + "/n?tagging", tags),
                            form(Map.of("key", "f", "tagging", tags), "https://a/", "a"));
            for (Client.Reply each : replies) {
                boolean refused = each.status() == 403;
                assertEquals(value.equals("2"), refused, each.text());
            }
        }
    }

    /** A policy that forbids one way of signing holds for it and for no other. */
    @Test
    void conditionsSeeHowItWasSigned() throws IOException {
        Map<String, String> fields = Map.of("key", "f");
        for (String denied :
                List.of(
                        "\"StringEquals\":{\"s3:authType\":\"POST\"}",
                        "\"StringEquals\":{\"s3:authType\":\"POST\","
                                + "\"s3:signatureversion\":\"AWS4-HMAC-SHA256\"}",
                        "\"StringEquals\":{\"s3:authType\":\"POST\","
                                + "\"s3:x-amz-content-sha256\":\"UNSIGNED-PAYLOAD\"}",
                        "\"StringLike\":{\"aws:Referer\":\"https://bad/*\"}",
                        "\"StringLike\":{\"aws:UserAgent\":\"bad*\"}")) {
            put(
                    statement(
                            "Deny",
                            "\"*\"",
                            "s3:PutObject",
                            name + "/*",
                            ",\"Condition\":{" + denied + "}"));
            failed(403, "AccessDenied", form(fields, "https://bad/page", "bad/1"));
            assertEquals(200, client.put(bucket + "/n", "x").status());
        }
        done(204, form(fields, "https://good/page", "good/1"));
        assertEquals(200, presigned().status());
        put(
                statement(
                        "Deny",
                        "\"*\"",
                        "s3:GetObject",
                        name + "/*",
                        ",\"Condition\":{\"StringEquals\":"
                                + "{\"s3:x-amz-content-sha256\":\"UNSIGNED-PAYLOAD\"}}"));
        failed(403, "AccessDenied", presigned());
    }

    private Client.Reply form(Map<String, String> fields, String referer, String agent)
            throws IOException {
        String conditions = ",{\"key\": \"f\"}";
        if (fields.containsKey("tagging")) {
            conditions += ",[\"starts-with\", \"$tagging\", \"\"]";
        }
        Map<String, String> signed =
                FormsTest.signed(installation.pair(), "", name, fields, conditions);
        return stranger.call(
                "POST",
                bucket,
                FormsTest.form(signed, "f", new byte[] {1}),
                "Content-Type: multipart/form-data; boundary=" + FormsTest.BOUNDARY,
                "Referer: " + referer,
                "User-Agent: " + agent);
    }

    private Client.Reply presigned() throws IOException {
        Sent get = Sent.of("GET", bucket + "/n", "", new byte[0]).with("Host", "localhost");
        try (Client signing = installation.signing(InetAddress.getLoopbackAddress())) {
            return signing.send(
                    Signer.presign(get, "home", 60, Instant.now(), installation.pair()));
        }
    }

    @Test
    void theStatusSaysWhatIsPublic() throws IOException {
        assertEquals("false", client.get(bucket + "?policyStatus").element("IsPublic"));
        put(statement("Allow", "\"*\"", "s3:GetObject", name + "/*", ""));
        assertEquals("true", client.get(bucket + "?policyStatus").element("IsPublic"));
        put(
                statement(
                        "Allow",
                        "\"*\"",
                        "s3:GetObject",
                        name + "/*",
                        ",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/32\"}}"));
        assertEquals("false", client.get(bucket + "?policyStatus").element("IsPublic"));
        failed(404, "NoSuchBucket", client.get("/policies-none?policyStatus"));
    }

    @Test
    void theRecordExplainsTheDecision() throws IOException {
        put(statement("Allow", "\"*\"", "s3:GetObject", name + "/*", ""));
        for (Client caller : List.of(other, stranger)) {
            String use = caller.get(bucket + "/n").field("x-domicile-use");
            Policy.Explanation explained = installation.administration().explain(use).explanation();
            assertTrue(
                    explained instanceof Policy.Explanation.Explained done
                            && done.decided().reason().equals("allowed"),
                    explained::toString);
        }
    }
}
