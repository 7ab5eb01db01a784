package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Object lock as clients use it: retentions, holds, what a bucket does by itself, every delete. */
class ObjectLocksTest extends DoorTest {
    private static final String BYPASS = "x-amz-bypass-governance-retention: true";
    private static final Instant LATE = Instant.parse("2100-01-01T00:00:00Z");
    private static final Instant EARLY = Instant.parse("2099-01-01T00:00:00Z");

    /** A bucket with object lock, and a name in it. */
    private String locked;

    private String key;

    @BeforeEach
    void lockable() throws IOException {
        locked = bucket + "-locked";
        assertEquals(
                200, client.put(locked, "", "x-amz-bucket-object-lock-enabled: true").status());
        key = locked + "/n";
    }

    private static String retention(String mode, Object until) {
        return "<Retention><Mode>%s</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>"
                .formatted(mode, until);
    }

    private static String hold(String status) {
        return "<LegalHold><Status>" + status + "</Status></LegalHold>";
    }

    private static String rule(String retention) {
        return "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
                + "<DefaultRetention>"
                + retention
                + "</DefaultRetention></Rule></ObjectLockConfiguration>";
    }

    private String put(String... fields) throws IOException {
        Client.Reply reply = client.put(key, "x", fields);
        assertEquals(200, reply.status(), reply.text());
        return reply.field("x-amz-version-id");
    }

    private void done(Client.Reply reply) {
        assertTrue(reply.status() < 300, reply.text());
    }

    private static void denied(Client.Reply reply) {
        failed(403, "AccessDenied", reply);
    }

    private String named(String version) {
        return key + "?versionId=" + version;
    }

    private static String versioning(String status) {
        return "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>";
    }

    @Test
    void aBucketBeginsWithItOrGetsItWithVersions() throws IOException {
        assertEquals("Enabled", client.get(locked + "?versioning").element("Status"));
        Client.Reply plain = client.get(locked + "?object-lock");
        assertEquals("Enabled", plain.element("ObjectLockEnabled"));
        assertEquals(List.of(), plain.elements("Rule"));
        failed(
                409,
                "InvalidBucketState",
                client.put(locked + "?versioning", versioning("Suspended")));
        done(client.put(locked + "?versioning", versioning("Enabled")));

        String days = rule("<Mode>GOVERNANCE</Mode><Days>1</Days>");
        String late = bucket + "?object-lock";
        failed(404, "ObjectLockConfigurationNotFoundError", client.get(late));
        failed(409, "InvalidBucketState", client.put(late, days));
        done(client.put(bucket + "?versioning", versioning("Suspended")));
        failed(409, "InvalidBucketState", client.put(late, days));
        done(client.put(bucket + "?versioning", versioning("Enabled")));
        done(client.put(late, days));
        assertEquals("1", client.get(late).element("Days"));
        done(client.put(late, rule("<Mode>COMPLIANCE</Mode><Years>3</Years>")));
        assertEquals("3", client.get(late).element("Years"));
        assertEquals("COMPLIANCE", client.get(late).element("Mode"));
        failed(404, "NoSuchBucket", client.get("/bucket-none?object-lock"));
        failed(404, "NoSuchBucket", client.put("/bucket-none?object-lock", days));
        failed(
                400,
                "InvalidArgument",
                client.put(bucket + "-no", "", "x-amz-bucket-object-lock-enabled: yes"));
    }

    @Test
    void whatIsNoConfigurationIsRefused() throws IOException {
        String[][] wrong = {
            {"<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>", "MalformedXML"},
            {"<Mode>GOVERNANCE</Mode>", "MalformedXML"},
            {"<Mode>governance</Mode><Days>1</Days>", "MalformedXML"},
            {"<Days>1</Days>", "MalformedXML"},
            {"<Mode>GOVERNANCE</Mode><Days>many</Days>", "MalformedXML"},
            {"<Mode>GOVERNANCE</Mode><Days>0</Days>", "InvalidRetentionPeriod"},
            {"<Mode>GOVERNANCE</Mode><Years>-1</Years>", "InvalidRetentionPeriod"},
            {"<Mode>GOVERNANCE</Mode><Days>36501</Days>", "InvalidRetentionPeriod"},
            {"<Mode>GOVERNANCE</Mode><Years>101</Years>", "InvalidRetentionPeriod"},
        };
        for (String[] each : wrong) {
            failed(400, each[1], client.put(locked + "?object-lock", rule(each[0])));
        }
        String disabled =
                rule("<Mode>GOVERNANCE</Mode><Days>1</Days>").replace(">Enabled<", ">Disabled<");
        failed(400, "MalformedXML", client.put(locked + "?object-lock", disabled));
    }

    @Test
    void governanceIsPassedOverByWhoMayAndSaysSo() throws IOException {
        String version = put();
        failed(404, "NoSuchObjectLockConfiguration", client.get(key + "?retention"));
        done(client.put(key + "?retention", retention("GOVERNANCE", EARLY)));
        Client.Reply shown = client.get(key + "?retention&versionId=" + version);
        assertEquals("GOVERNANCE", shown.element("Mode"));
        assertEquals("2099-01-01T00:00:00.000Z", shown.element("RetainUntilDate"));
        done(client.put(key + "?retention", retention("GOVERNANCE", LATE)));
        denied(client.put(key + "?retention", retention("GOVERNANCE", EARLY)));
        denied(client.put(key + "?retention", retention("COMPLIANCE", LATE)));
        denied(client.put(key + "?retention", "<Retention/>"));
        denied(client.delete(named(version)));
        denied(client.delete(named(version), "x-amz-bypass-governance-retention: false"));
        String most = installation.credential("main", List.of("s3:Put*", "s3:De*"), List.of("*"));
        try (Client other = installation.client(most)) {
            denied(other.delete(named(version), BYPASS));
            denied(other.put(key + "?retention", retention("GOVERNANCE", EARLY), BYPASS));
        }
        done(client.put(key + "?retention", retention("GOVERNANCE", EARLY), BYPASS));
        done(client.put(key + "?retention", "<Retention/>", BYPASS));
        failed(404, "NoSuchObjectLockConfiguration", client.get(key + "?retention"));
        done(client.put(key + "?retention", retention("GOVERNANCE", LATE), BYPASS));
        done(client.delete(key));
        denied(client.delete(named(version)));
        done(client.delete(named(version), BYPASS));
        List<String> actions =
                installation.uses("main").stream()
                        .filter(use -> use.object().equals(key.substring(1)))
                        .map(use -> use.action())
                        .toList();
        assertEquals("s3:BypassGovernanceRetention", actions.getFirst(), "said on record");
        assertEquals(
                3,
                actions.stream().filter("s3:BypassGovernanceRetention"::equals).count(),
                "where it was needed, and nowhere else: " + actions);
    }

    @Test
    void complianceEndsByItselfAlone() throws IOException {
        Instant until = Instant.now().plus(Duration.ofDays(2)).truncatedTo(ChronoUnit.SECONDS);
        String version =
                put(
                        "x-amz-object-lock-mode: COMPLIANCE",
                        "x-amz-object-lock-retain-until-date: " + until);
        for (String bypass : List.of("x: y", BYPASS)) {
            denied(client.delete(named(version), bypass));
            denied(client.put(key + "?retention", "<Retention/>", bypass));
            denied(client.put(key + "?retention", retention("GOVERNANCE", LATE), bypass));
            Instant sooner = until.minusSeconds(3_600);
            denied(client.put(key + "?retention", retention("COMPLIANCE", sooner), bypass));
        }
        failed(409, "BucketNotEmpty", client.delete(locked));
        installation.ahead.set(Duration.ofDays(2).toSeconds() + 60);
        try {
            done(client.delete(named(version)));
            done(client.delete(locked));
        } finally {
            installation.ahead.set(0);
        }
    }

    @Test
    void aHoldHasNoEndAndNoBypass() throws IOException {
        String version = put();
        failed(404, "NoSuchObjectLockConfiguration", client.get(key + "?legal-hold"));
        done(client.put(key + "?legal-hold", hold("ON")));
        assertEquals("ON", client.get(key + "?legal-hold").element("Status"));
        denied(client.delete(named(version), BYPASS));
        done(client.put(key + "?legal-hold", hold("OFF")));
        assertEquals("OFF", client.get(key + "?legal-hold").element("Status"));
        failed(400, "MalformedXML", client.put(key + "?legal-hold", hold("on")));
        done(client.delete(named(version)));
    }

    @Test
    void writesBringLocksAndReadsShowThem() throws IOException {
        String[] lock = {
            "x-amz-object-lock-mode: GOVERNANCE",
            "x-amz-object-lock-retain-until-date: 2099-01-01T00:00:00Z",
            "x-amz-object-lock-legal-hold: ON"
        };
        put(lock);
        Client.Reply head = client.head(key);
        assertEquals("GOVERNANCE", head.field("x-amz-object-lock-mode"));
        assertEquals("2099-01-01T00:00:00.000Z", head.field("x-amz-object-lock-retain-until-date"));
        assertEquals("ON", head.field("x-amz-object-lock-legal-hold"));
        String reader = installation.credential("main", List.of("s3:GetObject"), List.of("*"));
        try (Client other = installation.client(reader)) {
            Client.Reply seen = other.get(key);
            assertEquals(200, seen.status());
            assertEquals("", seen.field("x-amz-object-lock-mode"), "not for everybody's eyes");
            assertEquals("", seen.field("x-amz-object-lock-legal-hold"));
        }
        String writer = installation.credential("main", List.of("s3:PutObject"), List.of("*"));
        try (Client other = installation.client(writer)) {
            denied(other.put(key, "x", lock[0], lock[1]));
            denied(other.put(key, "x", lock[2]));
            denied(other.post(key + "?uploads", "", lock[2]));
        }

        String copy = locked + "/copy";
        done(client.put(copy, "", "x-amz-copy-source: " + key));
        assertEquals("", client.head(copy).field("x-amz-object-lock-mode"), "none travels");
        done(client.put(copy, "", "x-amz-copy-source: " + key, lock[0], lock[1]));
        assertEquals("GOVERNANCE", client.head(copy).field("x-amz-object-lock-mode"));
        assertEquals("", client.head(copy).field("x-amz-object-lock-legal-hold"));

        String parts = locked + "/parts";
        String version = complete(parts, client.post(parts + "?uploads", "", lock));
        assertEquals("ON", client.head(parts).field("x-amz-object-lock-legal-hold"));
        denied(client.delete(parts + "?versionId=" + version, BYPASS));
    }

    private String complete(String parts, Client.Reply begun) throws IOException {
        String id = begun.element("UploadId");
        String etag = client.put(parts + "?partNumber=1&uploadId=" + id, "x").field("etag");
        Client.Reply completed =
                client.post(
                        parts + "?uploadId=" + id,
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                                + etag
                                + "</ETag></Part></CompleteMultipartUpload>");
        assertEquals(200, completed.status(), completed.text());
        return completed.field("x-amz-version-id");
    }

    @Test
    void aBucketLocksWhatComesWithoutALock() throws IOException {
        String until = "x-amz-object-lock-retain-until-date";
        done(client.put(locked + "?object-lock", rule("<Mode>COMPLIANCE</Mode><Days>10</Days>")));
        Instant before = Instant.now().plus(Duration.ofDays(10)).minusSeconds(1);
        String version = put("x-amz-object-lock-legal-hold: OFF");
        Instant end = Instant.parse(client.head(key).field(until));
        assertTrue(!end.isBefore(before) && end.isBefore(before.plusSeconds(300)), "" + end);
        denied(client.delete(named(version), BYPASS));
        done(client.put(locked + "/copy", "", "x-amz-copy-source: " + key));
        assertEquals("COMPLIANCE", client.head(locked + "/copy").field("x-amz-object-lock-mode"));
        String parts = locked + "/parts";
        complete(parts, client.post(parts + "?uploads", ""));
        assertEquals("COMPLIANCE", client.head(parts).field("x-amz-object-lock-mode"));
        put("x-amz-object-lock-mode: GOVERNANCE", until + ": 2099-01-01T00:00:00Z");
        assertEquals("GOVERNANCE", client.head(key).field("x-amz-object-lock-mode"), "its own");
        done(client.put(locked + "?object-lock", rule("<Mode>GOVERNANCE</Mode><Years>1</Years>")));
        put();
        assertEquals("GOVERNANCE", client.head(key).field("x-amz-object-lock-mode"));
        assertEquals(
                "COMPLIANCE",
                client.head(named(version)).field("x-amz-object-lock-mode"),
                "what is there keeps its own");
        String none =
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
                        + "</ObjectLockConfiguration>";
        done(client.put(locked + "?object-lock", none));
        put();
        assertEquals("", client.head(key).field("x-amz-object-lock-mode"));
    }

    @Test
    void amongManyTheLockedOneStays() throws Exception {
        String kept = put("x-amz-object-lock-legal-hold: ON");
        String free = put();
        String document =
                "<Delete><Object><Key>n</Key><VersionId>%s</VersionId></Object><Object><Key>n</Key><VersionId>%s</VersionId></Object></Delete>"
                        .formatted(kept, free);
        byte[] digest =
                MessageDigest.getInstance("MD5").digest(document.getBytes(StandardCharsets.UTF_8));
        Client.Reply reply =
                client.post(
                        locked + "?delete",
                        document,
                        BYPASS,
                        "Content-MD5: " + Base64.getEncoder().encodeToString(digest));
        assertEquals(List.of("AccessDenied"), reply.elements("Code"), reply.text());
        assertEquals(1, reply.elements("Deleted").size());
        assertEquals(200, client.head(named(kept)).status());
        assertEquals(404, client.head(named(free)).status());
    }

    @Test
    void whatIsNoLockIsRefused() throws IOException {
        put();
        String date = "x-amz-object-lock-retain-until-date: ";
        String mode = "x-amz-object-lock-mode: GOVERNANCE";
        String[][] wrong = {
            {mode},
            {date + LATE},
            {"x-amz-object-lock-mode: governance", date + LATE},
            {mode, date + "soon"},
            {mode, date + "2020-01-01T00:00:00Z"},
            {mode, date + "+12020-01-01T00:00:00Z"},
            {"x-amz-object-lock-legal-hold: on"},
        };
        for (String[] each : wrong) {
            failed(400, "InvalidArgument", client.put(key, "x", each));
        }
        failed(
                400,
                "InvalidArgument",
                client.put(key + "?retention", retention("GOVERNANCE", "2020-01-01T00:00:00Z")));
        for (String document :
                List.of(
                        retention("governance", LATE),
                        retention("abc", LATE),
                        retention("GOVERNANCE", "soon"),
                        retention("GOVERNANCE", ""),
                        "<Other/>")) {
            failed(400, "MalformedXML", client.put(key + "?retention", document));
        }

        String plain = bucket + "/n";
        client.put(plain, "x");
        failed(400, "InvalidRequest", client.put(plain, "x", mode, date + LATE));
        failed(400, "InvalidRequest", client.put(plain, "x", "x-amz-object-lock-legal-hold: ON"));
        failed(400, "InvalidRequest", client.post(plain + "?uploads", "", mode, date + LATE));
        failed(
                400,
                "InvalidRequest",
                client.put(plain, "", "x-amz-copy-source: " + key, mode, date + LATE));
        failed(400, "InvalidRequest", client.get(plain + "?retention"));
        failed(400, "InvalidRequest", client.get(plain + "?legal-hold"));
        failed(
                400,
                "InvalidRequest",
                client.put(plain + "?retention", retention("GOVERNANCE", LATE)));
        failed(400, "InvalidRequest", client.put(plain + "?legal-hold", hold("ON")));
        failed(404, "NoSuchKey", client.put(locked + "/none?legal-hold", hold("ON")));
        failed(501, "NotImplemented", client.get(key, mode));
        String marker = client.delete(key).field("x-amz-version-id");
        failed(
                405,
                "MethodNotAllowed",
                client.put(key + "?legal-hold&versionId=" + marker, hold("ON")));
        failed(405, "MethodNotAllowed", client.get(key + "?retention&versionId=" + marker));
    }
}
