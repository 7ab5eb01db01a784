package org.domicile.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.domicile.ledger.Ledger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** AssumeRole, GetSessionToken and GetCallerIdentity over the wire, and what they make. */
@Timeout(60)
class StsTest {
    private static final byte[] NOTHING = {};
    private static StsRig rig;

    @TempDir static Path folder;

    @BeforeAll
    static void start() throws IOException {
        rig = new StsRig(folder);
        assertEquals(200, rig.s3(rig.first(), "PUT", "/data", NOTHING).status());
        assertEquals(200, rig.s3(rig.first(), "PUT", "/data/a", "A".getBytes(US_ASCII)).status());
    }

    @AfterAll
    static void end() {
        rig.close();
    }

    private static void refused(int status, String code, Client.Reply reply) {
        assertEquals(code, reply.code(), reply::text);
        assertEquals(status, reply.status());
        assertTrue(reply.text().contains("<ErrorResponse xmlns="), reply::text);
        assertEquals(status < 500 ? "Sender" : "Receiver", reply.element("Type"));
        assertFalse(reply.element("RequestId").isEmpty());
    }

    @Test
    void aSessionInARoleActsAsTheRoleAndItsPolicyLetIt() throws IOException {
        rig.role("all", StsRig.EVERYTHING);
        Client.Reply made = rig.assume(rig.first(), "all");
        StsRig.Signing session = StsRig.signing(made);
        assertTrue(session.pair().key().startsWith("ASIA"));
        assertTrue(made.element("Arn").endsWith(":assumed-role/all/tester"), made::text);
        assertEquals("", made.element("PackedPolicySize"));
        assertEquals("A", rig.s3(session, "GET", "/data/a", NOTHING).text());
        assertEquals(200, rig.s3(session, "PUT", "/data/b", NOTHING).status());
        Client.Reply narrow = rig.assume(rig.first(), "all", "Policy", StsRig.READING);
        assertTrue(Integer.parseInt(narrow.element("PackedPolicySize")) > 0);
        StsRig.Signing reading = StsRig.signing(narrow);
        assertEquals("A", rig.s3(reading, "GET", "/data/a", NOTHING).text());
        Client.Reply put = rig.s3(reading, "PUT", "/data/c", NOTHING);
        assertEquals(403, put.status());
        assertTrue(put.text().contains("own policy"), put::text);
        Client.Reply self = rig.sts(session, "Action", "GetCallerIdentity");
        assertEquals(made.element("Arn"), self.element("Arn"));
        assertEquals(made.element("AssumedRoleId"), self.element("UserId"));
        assertEquals("main", self.element("Account"));
    }

    @Test
    void aSessionsPolicyWidensNothing() throws IOException {
        rig.role("reader", StsRig.READING);
        StsRig.Signing session =
                StsRig.signing(rig.assume(rig.first(), "reader", "Policy", StsRig.EVERYTHING));
        assertEquals("A", rig.s3(session, "GET", "/data/a", NOTHING).text());
        Client.Reply put = rig.s3(session, "PUT", "/data/c", NOTHING);
        assertTrue(put.text().contains("role does not permit"), put::text);
        assertEquals(403, rig.s3(session, "GET", "/", NOTHING).status());
    }

    @Test
    void aRemovedRoleEndsItsSessionsAtOnceAndANewOneIsAnother() throws IOException {
        rig.role("brief", StsRig.EVERYTHING);
        StsRig.Signing session = StsRig.signing(rig.assume(rig.first(), "brief"));
        assertEquals(200, rig.s3(session, "GET", "/data/a", NOTHING).status());
        rig.installation.administration().removeRole("main/brief");
        assertEquals(403, rig.s3(session, "GET", "/data/a", NOTHING).status());
        rig.role("brief", StsRig.EVERYTHING);
        assertEquals(403, rig.s3(session, "GET", "/data/a", NOTHING).status());
    }

    /** A form that a session signed needs its token among what is signed. */
    @Test
    void aSessionSignsForms() throws IOException {
        StsRig.Signing session = StsRig.signing(rig.sts(rig.first(), "Action", "GetSessionToken"));
        Map<String, String> form =
                FormsTest.signed(
                        session.pair(),
                        session.token(),
                        "data",
                        Map.of("key", "form"),
                        ",{\"key\": \"form\"}");
        assertEquals(204, post(form).status());
        form.put("X-Amz-Security-Token", session.token() + "0");
        assertEquals(400, post(form).status());
        form.remove("X-Amz-Security-Token");
        assertEquals(403, post(form).status());
    }

    private Client.Reply post(Map<String, String> form) throws IOException {
        try (Client browser = rig.installation.client("")) {
            return browser.call(
                    "POST",
                    "/data",
                    FormsTest.form(form, "f", NOTHING),
                    "Content-Type: multipart/form-data; boundary=" + FormsTest.BOUNDARY);
        }
    }

    @Test
    void aSessionDiesWithTheCredentialThatAskedForIt() throws IOException {
        Signer.Pair pair = rig.installation.issue("main", List.of("*"), List.of("*"));
        StsRig.Signing mine = new StsRig.Signing(pair, "");
        StsRig.Signing session = StsRig.signing(rig.sts(mine, "Action", "GetSessionToken"));
        assertEquals(200, rig.s3(session, "GET", "/data/a", NOTHING).status());
        rig.installation.administration().withdrawCredential(pair.key());
        Client.Reply gone = rig.s3(session, "GET", "/data/a", NOTHING);
        assertEquals(403, gone.status(), gone::text);
        refused(403, "AccessDenied", rig.sts(session, "Action", "GetCallerIdentity"));
    }

    @Test
    void aSessionTokenIsAsGoodAsItsCredential() throws IOException {
        Signer.Pair pair =
                rig.installation.issue("main", List.of("s3:GetObject", "sts:*"), List.of("data"));
        StsRig.Signing mine = new StsRig.Signing(pair, "");
        Client.Reply made = rig.sts(mine, "Action", "GetSessionToken", "DurationSeconds", "900");
        StsRig.Signing session = StsRig.signing(made);
        assertEquals(200, rig.s3(session, "GET", "/data/a", NOTHING).status());
        assertEquals(403, rig.s3(session, "PUT", "/data/a", NOTHING).status());
        assertEquals(
                rig.sts(mine, "Action", "GetCallerIdentity").element("Arn"),
                rig.sts(session, "Action", "GetCallerIdentity").element("Arn"));
        refused(403, "AccessDenied", rig.sts(session, "Action", "GetSessionToken"));
        refused(403, "AccessDenied", rig.assume(session, "all"));
        Duration life = Duration.between(rig.now(), Instant.parse(made.element("Expiration")));
        assertTrue(life.toSeconds() > 800 && life.toSeconds() <= 900, life::toString);
    }

    @Test
    void whoSomebodyIsNeedsNoRight() throws IOException {
        Signer.Pair pair = rig.installation.issue("main", List.of("s3:GetObject"), List.of("x"));
        Client.Reply self = rig.sts(new StsRig.Signing(pair, ""), "Action", "GetCallerIdentity");
        assertEquals(200, self.status(), self::text);
        assertTrue(self.element("Arn").startsWith("arn:aws:iam::main:user/"), self::text);
        Sent get =
                Signer.signForm(
                        Sent.of("GET", "/", "Action=GetCallerIdentity&Version=2011-06-15", NOTHING),
                        "us-east-1",
                        rig.now(),
                        pair);
        assertEquals(self.element("UserId"), rig.send(get).element("UserId"));
    }

    @Test
    void whatIsNotRightIsRefusedInStsWords() throws IOException {
        rig.role("strict", StsRig.EVERYTHING);
        StsRig.Signing first = rig.first();
        String arn = "arn:aws:iam::main:role/strict";
        refused(403, "MissingAuthenticationToken", rig.unsigned("Action", "GetCallerIdentity"));
        refused(400, "MissingAction", rig.sts(first));
        refused(400, "InvalidAction", rig.sts(first, "Action", "AssumeRoot"));
        refused(403, "AccessDenied", rig.assume(first, "absent-role"));
        refused(
                403,
                "AccessDenied",
                rig.sts(
                        first,
                        "Action",
                        "AssumeRole",
                        "RoleArn",
                        "arn:aws:iam::other:role/strict",
                        "RoleSessionName",
                        "tester"));
        Signer.Pair other = rig.installation.issue("main", List.of("*"), List.of("*"));
        refused(403, "AccessDenied", rig.assume(new StsRig.Signing(other, ""), "strict"));
        record Case(String code, List<String> parameters) {}
        for (Case each :
                List.of(
                        new Case("ValidationError", List.of("RoleArn", arn)),
                        new Case(
                                "ValidationError",
                                List.of("RoleArn", "x".repeat(20), "RoleSessionName", "tester")),
                        new Case(
                                "ValidationError",
                                List.of("RoleArn", arn, "RoleSessionName", "a b")),
                        new Case(
                                "ValidationError",
                                List.of(
                                        "RoleArn",
                                        arn,
                                        "RoleSessionName",
                                        "tester",
                                        "DurationSeconds",
                                        "899")),
                        new Case(
                                "ValidationError",
                                List.of(
                                        "RoleArn",
                                        arn,
                                        "RoleSessionName",
                                        "tester",
                                        "DurationSeconds",
                                        "7201")),
                        new Case(
                                "ValidationError",
                                List.of(
                                        "RoleArn",
                                        arn,
                                        "RoleSessionName",
                                        "tester",
                                        "DurationSeconds",
                                        "soon")),
                        new Case(
                                "ValidationError",
                                List.of(
                                        "RoleArn",
                                        arn,
                                        "RoleSessionName",
                                        "tester",
                                        "Policy",
                                        " ".repeat(2_049))),
                        new Case(
                                "ValidationError",
                                List.of(
                                        "RoleArn",
                                        arn,
                                        "RoleSessionName",
                                        "tester",
                                        "PolicyArns.member.1.arn",
                                        "x")),
                        new Case(
                                "ValidationError",
                                List.of(
                                        "RoleArn",
                                        arn,
                                        "RoleArn",
                                        arn,
                                        "RoleSessionName",
                                        "tester")),
                        new Case(
                                "MalformedPolicyDocument",
                                List.of(
                                        "RoleArn",
                                        arn,
                                        "RoleSessionName",
                                        "tester",
                                        "Policy",
                                        "{}")),
                        new Case(
                                "PackedPolicyTooLarge",
                                List.of(
                                        "RoleArn",
                                        arn,
                                        "RoleSessionName",
                                        "tester",
                                        "Policy",
                                        wide())))) {
            List<String> all = new java.util.ArrayList<>(List.of("Action", "AssumeRole"));
            all.addAll(each.parameters());
            refused(400, each.code(), rig.sts(first, all.toArray(String[]::new)));
        }
        refused(
                400,
                "ValidationError",
                rig.sts(first, "Action", "GetSessionToken", "DurationSeconds", "129601"));
    }

    /** Short to write and much once it is compiled. */
    private static String wide() {
        StringBuilder text = new StringBuilder("{\"Statement\":[");
        for (int i = 0; i < 24; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(
                            "{\"Effect\":\"Allow\",\"Action\":\"s3:*e*\",\"Resource\":\"arn:aws:s3:::")
                    .append(i)
                    .append("\"}");
        }
        return text.append("]}").toString();
    }

    @Test
    void signaturesCount() throws IOException {
        Signer.Pair pair = rig.installation.pair();
        refused(
                403,
                "SignatureDoesNotMatch",
                rig.sts(
                        new StsRig.Signing(new Signer.Pair(pair.key(), "x"), ""),
                        "Action",
                        "GetCallerIdentity"));
        refused(
                403,
                "InvalidClientTokenId",
                rig.sts(
                        new StsRig.Signing(new Signer.Pair("DOMNOBODY", "x"), ""),
                        "Action",
                        "GetCallerIdentity"));
        Sent sent =
                Sent.of("POST", "/", "", StsRig.form("Action", "GetCallerIdentity"))
                        .with("Content-Type", "application/x-www-form-urlencoded");
        Sent signed = Signer.signForm(sent, "home", rig.now(), pair);
        assertEquals(200, rig.send(signed).status());
        refused(
                403,
                "SignatureDoesNotMatch",
                rig.send(signed.body(StsRig.form("Action", "GetSessionToken"))));
        refused(
                403,
                "SignatureDoesNotMatch",
                rig.send(Signer.signForm(sent, "home", rig.now().minusSeconds(1_000), pair)));
        refused(
                400,
                "IncompleteSignature",
                rig.send(
                        Signer.sign(
                                sent.with("Host", "localhost"),
                                "home",
                                Signer.sha256(sent.bytes()),
                                rig.now(),
                                pair)));
    }

    @Test
    void aTamperedOrForeignTokenIsNobodys() throws IOException {
        rig.role("sealed", StsRig.EVERYTHING);
        StsRig.Signing session = StsRig.signing(rig.assume(rig.first(), "sealed"));
        StsRig.Signing another = StsRig.signing(rig.assume(rig.first(), "sealed"));
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            char[] changed = session.token().toCharArray();
            int at = random.nextInt(changed.length);
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            Client.Reply reply =
                    rig.s3(
                            new StsRig.Signing(session.pair(), new String(changed)),
                            "GET",
                            "/data/a",
                            NOTHING);
            assertEquals("InvalidToken", reply.code(), reply::text);
        }
        for (String token : List.of(another.token(), "x", "=", "A".repeat(5_000))) {
            Client.Reply reply =
                    rig.s3(new StsRig.Signing(session.pair(), token), "GET", "/data/a", NOTHING);
            assertEquals("InvalidToken", reply.code(), reply::text);
        }
        assertEquals(
                "InvalidAccessKeyId",
                rig.s3(new StsRig.Signing(session.pair(), ""), "GET", "/data/a", NOTHING).code());
        assertEquals(
                "SignatureDoesNotMatch",
                rig.s3(
                                new StsRig.Signing(
                                        new Signer.Pair(session.pair().key(), "x"),
                                        session.token()),
                                "GET",
                                "/data/a",
                                NOTHING)
                        .code());
        assertEquals(
                "InvalidToken",
                rig.s3(
                                new StsRig.Signing(rig.installation.pair(), session.token()),
                                "GET",
                                "/data/a",
                                NOTHING)
                        .code());
    }

    @Test
    void aPresignedRequestBringsItsTokenAndEndsWithIt() throws IOException {
        rig.role("links", StsRig.READING);
        StsRig.Signing session =
                StsRig.signing(rig.assume(rig.first(), "links", "DurationSeconds", "900"));
        Sent plain =
                Sent.of("GET", "/data/a", "X-Amz-Security-Token=" + session.token(), NOTHING)
                        .with("Host", "localhost");
        Sent link = Signer.presign(plain, "home", 3_600, rig.now(), session.pair());
        assertEquals("A", rig.send(link).text());
        String without =
                link.rawQuery().replace("X-Amz-Security-Token=" + session.token() + "&", "");
        assertEquals("InvalidAccessKeyId", rig.send(link.query(without)).code());
        try {
            rig.installation.ahead.set(901);
            Client.Reply late = rig.send(link);
            assertEquals("ExpiredToken", late.code(), late::text);
            assertEquals(400, late.status());
            refused(403, "ExpiredToken", rig.sts(session, "Action", "GetCallerIdentity"));
        } finally {
            rig.installation.ahead.set(0);
        }
    }

    /**
     * Its own random id stands for it, and the uses of two sessions cannot be told apart by name.
     */
    @Test
    void aSessionIsOnRecordByItsOwnIdUnderItsRolesPurpose() throws IOException {
        rig.role("recorded", StsRig.READING);
        Client.Reply made = rig.assume(rig.first(), "recorded");
        rig.s3(StsRig.signing(made), "GET", "/data/a", NOTHING);
        rig.s3(StsRig.signing(made), "PUT", "/data/a", NOTHING);
        List<Ledger.Recorded> uses = rig.installation.uses("main"); // the newest is the look itself
        Ledger.Recorded put = uses.get(1);
        Ledger.Recorded get = uses.get(2);
        Ledger.Recorded assumed = uses.get(3);
        assertEquals("s3:PutObject role-not-permitted", put.action() + " " + put.reason());
        assertEquals("s3:GetObject allowed", get.action() + " " + get.reason());
        assertEquals("sts:AssumeRole allowed", assumed.action() + " " + assumed.reason());
        assertEquals(rig.purpose, get.purpose());
        assertEquals(get.principal(), put.principal());
        assertEquals(rig.principal, assumed.principal());
        assertEquals("main/recorded/" + get.principal(), assumed.object());
        assertTrue(get.principal().matches("[0-9a-f]{32}"));
        assertEquals(made.field("x-domicile-use"), "main/node-1/" + assumed.number());
    }

    @Test
    void s3IsNotTakenForSts() throws IOException {
        Client.Reply buckets = rig.s3(rig.first(), "GET", "/", NOTHING);
        assertTrue(buckets.text().contains("ListAllMyBucketsResult"), buckets::text);
        assertEquals("MethodNotAllowed", rig.s3(rig.first(), "POST", "/", NOTHING).code());
        Sent form =
                Sent.of("POST", "/data", "", StsRig.form("Action", "GetCallerIdentity"))
                        .with("Host", "localhost")
                        .with("Content-Type", "application/x-www-form-urlencoded");
        Client.Reply bucket =
                rig.send(
                        Signer.sign(
                                form,
                                "home",
                                Signer.sha256(form.bytes()),
                                rig.now(),
                                rig.installation.pair()));
        assertFalse(bucket.text().contains("ErrorResponse"), bucket::text);
    }

    /** Whatever a form holds, it is read or refused, and names stand once. */
    @Test
    void noFormBreaksTheParser() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] valid = StsRig.form("Action", "AssumeRole", "RoleArn", "arn:aws:iam::main:role/x");
        int read = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] body = java.util.Arrays.copyOf(valid, 1 + random.nextInt(valid.length));
            for (int n = random.nextInt(6); n > 0; n--) {
                body[random.nextInt(body.length)] =
                        (byte)
                                (random.nextBoolean()
                                        ? "&=%+;".charAt(random.nextInt(5))
                                        : random.nextInt());
            }
            try {
                StsQuery query = StsQuery.parse("", body);
                query.life();
                read++;
            } catch (StsFailure expected) {
                assertEquals(4, expected.code().status() / 100);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " " + new String(body, US_ASCII), e);
            }
        }
        assertTrue(read > 100 && read < 5_000, "seed " + seed + " " + read);
        assertFalse(StsQuery.parse("a=1", new byte[0]).value("a").isEmpty());
    }

    @Test
    void whatIsTooLongOrNoFormIsRefused() throws IOException {
        Sent sent =
                Sent.of("POST", "/", "", new byte[65_537])
                        .with("Content-Type", "application/x-www-form-urlencoded");
        refused(404, "MalformedQueryString", rig.send(sent));
        for (String body :
                List.of(
                        "Action=%zz&Version=2011-06-15",
                        "Action=%ff&Version=2011-06-15", "=&=&Action")) {
            Client.Reply reply =
                    rig.send(
                            Signer.signForm(
                                    sent.body(body.getBytes(US_ASCII)),
                                    "home",
                                    rig.now(),
                                    rig.installation.pair()));
            assertTrue(reply.status() == 404 || reply.status() == 400, reply::text);
            assertTrue(reply.text().contains("ErrorResponse"), reply::text);
        }
    }
}
