package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a bucket's policy may ask about locks and versions, wherever the request says it: in its
 * fields, in its body, or in one entry of a list.
 */
class LockConditionsTest extends SharedTest {
    private String bucket = "";

    @BeforeEach
    void lockable() throws IOException {
        bucket = bucket("x-amz-bucket-object-lock-enabled: true");
        assertEquals(200, client.put(bucket + "/n", "x").status());
    }

    private void deny(String action, String condition) throws IOException {
        String policy =
                """
                {"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"%s",
                 "Resource":"arn:aws:s3:::%s/*","Condition":{%s}}}
                """
                        .formatted(action, bucket.substring(1), condition);
        assertEquals(204, client.put(bucket + "?policy", policy).status());
    }

    private static String in(Duration time) {
        return Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private Client.Reply retain(String mode, String until) throws IOException {
        return client.put(
                bucket + "/n?retention",
                "<Retention><Mode>%s</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>"
                        .formatted(mode, until));
    }

    private Client.Reply locked(String mode, String until) throws IOException {
        return client.put(
                bucket + "/m",
                "x",
                "x-amz-object-lock-mode: " + mode,
                "x-amz-object-lock-retain-until-date: " + until);
    }

    @Test
    void howLongIsAskedOfFieldsAndBodiesAlike() throws IOException {
        String longer =
                "\"NumericGreaterThan\":{\"s3:object-lock-remaining-retention-days\":\"10\"}";
        String eleven = in(Duration.ofDays(10).plusMinutes(5));
        String ten = in(Duration.ofDays(10).minusMinutes(5));
        deny("s3:PutObjectRetention", longer);
        failed(403, "AccessDenied", retain("GOVERNANCE", eleven));
        failed(403, "AccessDenied", locked("GOVERNANCE", eleven)); // locking takes that action too
        done(200, retain("GOVERNANCE", ten));
        deny("s3:PutObject", longer);
        failed(403, "AccessDenied", locked("GOVERNANCE", eleven));
        done(200, locked("GOVERNANCE", ten));
        done(200, client.put(bucket + "/m", "x"));
    }

    @Test
    void modeAndDateAreAskedOfTheBody() throws IOException {
        deny("s3:PutObjectRetention", "\"StringEquals\":{\"s3:object-lock-mode\":\"COMPLIANCE\"}");
        String soon = in(Duration.ofHours(1));
        failed(403, "AccessDenied", retain("COMPLIANCE", soon));
        done(200, retain("GOVERNANCE", soon));
        deny(
                "s3:PutObjectRetention",
                "\"DateGreaterThan\":{\"s3:object-lock-retain-until-date\":\"%s\"}"
                        .formatted(in(Duration.ofDays(1))));
        failed(403, "AccessDenied", retain("GOVERNANCE", in(Duration.ofDays(2))));
        done(200, retain("GOVERNANCE", in(Duration.ofHours(2))));
    }

    @Test
    void aHoldIsAskedOfTheBody() throws IOException {
        deny("s3:PutObjectLegalHold", "\"StringEquals\":{\"s3:object-lock-legal-hold\":\"ON\"}");
        String hold = "<LegalHold><Status>%s</Status></LegalHold>";
        failed(403, "AccessDenied", client.put(bucket + "/n?legal-hold", hold.formatted("ON")));
        done(200, client.put(bucket + "/n?legal-hold", hold.formatted("OFF")));
    }

    /** Story: of the entries of a DeleteObjects no policy could tell which version they named. */
    @Test
    void eachEntryOfADeletionIsAskedForItsVersion() throws Exception {
        String kept = client.put(bucket + "/n", "y").field("x-amz-version-id");
        String other = client.put(bucket + "/n", "z").field("x-amz-version-id");
        deny(
                "s3:DeleteObjectVersion",
                "\"StringEquals\":{\"s3:VersionId\":\"%s\"}".formatted(kept));
        String entry = "<Object><Key>n</Key><VersionId>%s</VersionId></Object>";
        Client.Reply reply =
                delete(
                        entry.formatted(kept)
                                + entry.formatted(other)
                                + "<Object><Key>n</Key></Object>");
        done(200, reply);
        assertEquals(List.of("AccessDenied"), reply.elements("Code"), reply.text());
        assertEquals(2, reply.elements("Deleted").size(), reply.text());
        assertEquals("y", client.get(bucket + "/n?versionId=" + kept).text());
        failed(404, "NoSuchVersion", client.get(bucket + "/n?versionId=" + other));
    }

    private Client.Reply delete(String entries) throws IOException, NoSuchAlgorithmException {
        byte[] document = ("<Delete>" + entries + "</Delete>").getBytes(StandardCharsets.UTF_8);
        byte[] md5 = MessageDigest.getInstance("MD5").digest(document);
        return client.call(
                "POST",
                bucket + "?delete",
                document,
                "Content-MD5: " + Base64.getEncoder().encodeToString(md5));
    }
}
