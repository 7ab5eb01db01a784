package org.domicile.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.domicile.guard.TestIssuer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** AssumeRoleWithWebIdentity before a small issuer. */
@Timeout(60)
class WebIdentityTest {
    private static final byte[] NOTHING = {};

    @TempDir Path folder;
    private StsRig rig;
    private TestIssuer issuer;

    @BeforeEach
    void start() throws IOException {
        rig = new StsRig(folder);
        issuer = new TestIssuer();
        rig.target("id", issuer.url(), "127.0.0.0/8");
        rig.roleFor("web", "id", "tests", "repo:city/*");
    }

    @AfterEach
    void end() {
        issuer.close();
        rig.close();
    }

    private Client.Reply assume(String token, String... more) throws IOException {
        List<String> parameters =
                new ArrayList<>(
                        List.of(
                                "Action",
                                "AssumeRoleWithWebIdentity",
                                "RoleArn",
                                "arn:aws:iam::main:role/web",
                                "RoleSessionName",
                                "build-7",
                                "WebIdentityToken",
                                token));
        parameters.addAll(List.of(more));
        return rig.unsigned(parameters.toArray(String[]::new));
    }

    private String good(String key) {
        return issuer.token(key, "repo:city/parks", rig.now().plusSeconds(600));
    }

    private static void refused(String code, Client.Reply reply) {
        assertEquals(code, reply.code(), reply::text);
        assertEquals(code.equals("AccessDenied") ? 403 : 400, reply.status());
    }

    @Test
    void aTokenOfEitherAlgorithmMakesASession() throws IOException {
        for (String key : List.of("r", "e")) {
            Client.Reply made = assume(good(key), "Policy", StsRig.READING);
            StsRig.Signing session = StsRig.signing(made);
            assertEquals("repo:city/parks", made.element("SubjectFromWebIdentityToken"));
            assertEquals("tests", made.element("Audience"));
            assertEquals(issuer.url(), made.element("Provider"));
            assertEquals(404, rig.s3(session, "GET", "/data/a", NOTHING).status());
            assertEquals(403, rig.s3(session, "PUT", "/data/a", NOTHING).status());
            assertEquals(
                    "arn:aws:sts::main:assumed-role/web/build-7",
                    rig.sts(session, "Action", "GetCallerIdentity").element("Arn"));
        }
        assertEquals(1, issuer.asked.get(), "keys are remembered");
    }

    @Test
    void whatIsNoGoodTokenIsRefused() throws IOException {
        long soon = rig.now().plusSeconds(600).getEpochSecond();
        String claims =
                "{\"iss\":\"%s\",\"sub\":\"repo:city/parks\",\"aud\":[\"x\",\"tests\"],\"exp\":%d}"
                        .formatted(issuer.url(), soon);
        assertEquals(200, assume(issuer.token("r", claims)).status());
        String header = "{\"alg\":\"RS256\",\"kid\":\"r\"}";
        String[] parts = good("r").split("\\.", -1);
        record Case(String code, String token) {}
        for (Case each :
                List.of(
                        new Case("InvalidIdentityToken", "none at all"),
                        new Case(
                                "InvalidIdentityToken",
                                issuer.token(
                                        "r",
                                        claims.replace(issuer.url(), "https://other.example"))),
                        new Case(
                                "InvalidIdentityToken",
                                issuer.token("r", claims.replace("tests", "others"))),
                        new Case(
                                "InvalidIdentityToken",
                                issuer.token("r", claims.replace("\"sub\"", "\"by\""))),
                        new Case(
                                "InvalidIdentityToken",
                                issuer.token("r", claims.replace("\"exp\"", "\"end\""))),
                        new Case(
                                "InvalidIdentityToken",
                                issuer.token(
                                        "r",
                                        claims.replace("\"exp\"", "\"nbf\":" + soon + ",\"exp\""))),
                        new Case(
                                "InvalidIdentityToken",
                                issuer.token("r", header.replace("RS256", "PS256"), claims)),
                        new Case(
                                "InvalidIdentityToken",
                                issuer.token(
                                        "r",
                                        header.replace(
                                                "\"kid\"", "\"crit\":[\"x\"],\"x\":1,\"kid\""),
                                        claims)),
                        new Case(
                                "InvalidIdentityToken",
                                issuer.token(
                                        "r",
                                        header.replace("\"kid\":\"r\"", "\"kid\":\"e\""),
                                        claims)),
                        new Case(
                                "InvalidIdentityToken",
                                parts[0]
                                        + "."
                                        + TestIssuer.base64(claims.replace("parks", "mayor"))
                                        + "."
                                        + parts[2]),
                        new Case(
                                "InvalidIdentityToken",
                                TestIssuer.base64("{\"alg\":\"none\"}")
                                        + "."
                                        + TestIssuer.base64(claims)
                                        + "."),
                        new Case("InvalidIdentityToken", confused(claims)),
                        new Case(
                                "ExpiredTokenException",
                                issuer.token("r", "repo:city/parks", rig.now().minusSeconds(1))),
                        new Case(
                                "AccessDenied",
                                issuer.token("r", "repo:town/parks", rig.now().plusSeconds(600))),
                        new Case("ValidationError", "x".repeat(20_001)))) {
            refused(each.code(), assume(each.token()));
        }
    }

    /** Signed with the public key as if it were a secret. */
    private String confused(String claims) {
        String signed =
                TestIssuer.base64("{\"alg\":\"HS256\",\"kid\":\"r\"}")
                        + "."
                        + TestIssuer.base64(claims);
        return signed + "." + TestIssuer.base64(Signer.hmac(issuer.publicKey("r"), signed));
    }

    @Test
    void aRoleThatTrustsNoIssuerIsNobodysAndSoIsOneThatIsNotThere() throws IOException {
        rig.role("own", StsRig.EVERYTHING);
        for (String role : List.of("own", "absent")) {
            refused(
                    "AccessDenied",
                    rig.unsigned(
                            "Action",
                            "AssumeRoleWithWebIdentity",
                            "RoleArn",
                            "arn:aws:iam::main:role/" + role,
                            "RoleSessionName",
                            "build-7",
                            "WebIdentityToken",
                            good("r")));
        }
        assertEquals(0, issuer.asked.get(), "nobody is asked for it");
        refused("ValidationError", assume(good("r"), "DurationSeconds", "7201"));
    }

    @Test
    void newKeysAreFetchedOnceInAWhile() throws IOException {
        assertEquals(200, assume(good("r")).status());
        issuer.add("r2", "RSA");
        refused("InvalidIdentityToken", assume(good("r2")));
        assertEquals(1, issuer.asked.get(), "the same minute");
        rig.installation.ahead.set(61);
        assertEquals(200, assume(good("r2")).status());
        assertEquals(2, issuer.asked.get());
        rig.installation.ahead.set(61 + 3_601);
        assertEquals(200, assume(good("r")).status());
        assertEquals(3, issuer.asked.get());
    }

    @Test
    void anIssuerThatDoesNotAnswerIsSaidAndAskedAgainLater() throws IOException {
        for (int status : List.of(302, 500)) {
            issuer.status = status;
            refused("IDPCommunicationError", assume(good("r")));
            issuer.status = 200;
            refused("IDPCommunicationError", assume(good("r")));
            rig.installation.ahead.addAndGet(11);
            issuer.status = status;
        }
        issuer.status = 200;
        issuer.keysAddress = "http://127.0.0.1:1/realm/keys";
        refused("IDPCommunicationError", assume(good("r")));
        rig.installation.ahead.addAndGet(11);
        issuer.keysAddress = "";
        assertEquals(200, assume(good("r")).status());
        assertEquals(1, issuer.asked.get());
    }

    @Test
    void aTargetReachesNothingInsideThatIsNotListed() throws IOException {
        rig.installation.administration().removeRole("main/web");
        rig.installation.administration().removeTarget("main/id");
        rig.target("id", issuer.url());
        rig.roleFor("web", "id", "tests", "*");
        refused("IDPCommunicationError", assume(good("r")));
        assertEquals(0, issuer.asked.get());
        assertEquals(1, fetches("failed"));
    }

    @Test
    void eachFetchIsAUseAndRemovingTheRoleOrTheIssuerEndsSessions() throws IOException {
        StsRig.Signing session = StsRig.signing(assume(good("r")));
        assertEquals(2, fetches("done"));
        rig.installation.administration().removeRole("main/web");
        assertEquals(403, rig.s3(session, "GET", "/data/a", NOTHING).status());
        rig.installation.administration().removeTarget("main/id");
    }

    private long fetches(String outcome) {
        return rig.installation.uses("main").stream()
                .filter(each -> each.action().equals("upkeep:FetchIssuerKeys"))
                .filter(each -> each.outcome().equals(outcome))
                .filter(each -> each.object().startsWith("id " + issuer.url()))
                .count();
    }

    /** Whatever stands for a token, the answer is a refusal in STS's words. */
    @Test
    void noTokenBreaksTheDoor() throws IOException {
        java.util.Random random = new java.util.Random(11);
        String token = good("e");
        for (int i = 0; i < 150; i++) {
            StringBuilder changed = new StringBuilder(token);
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(changed.length() - 1);
                switch (random.nextInt(3)) {
                    case 0 -> changed.setCharAt(at, (char) (33 + random.nextInt(94)));
                    case 1 -> changed.deleteCharAt(at);
                    default -> changed.insert(at, ".");
                }
            }
            if (changed.toString().equals(token)) {
                continue; // a character that was replaced by itself
            }
            Client.Reply reply = assume(changed.toString());
            assertTrue(
                    List.of("InvalidIdentityToken", "ExpiredTokenException", "AccessDenied")
                            .contains(reply.code()),
                    () -> changed + " " + reply.text());
        }
        String signed = good("e");
        while (!signed.contains("_") && !signed.contains("-")) {
            signed = good("e"); // another signature
        }
        refused("InvalidIdentityToken", assume(signed.replace('_', '/').replace('-', '+')));
        String deep = TestIssuer.base64("{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000));
        refused("InvalidIdentityToken", assume(deep + "." + deep + ".AA"));
        refused(
                "InvalidIdentityToken",
                assume(
                        new String(
                                new byte[] {'a', '.', 'b', '.', (byte) 0xc3},
                                StandardCharsets.ISO_8859_1)));
    }
}
