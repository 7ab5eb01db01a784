package org.domicile.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.domicile.admin.Installation.Answered;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every operation over the socket, before the real guard; and who is not let in. */
class AdminDoorTest {
    private static final String REFUSED_USES = "/v1/uses?organisation=installation&verdict=refused";

    private Installation installation;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        installation = new Installation(folder);
    }

    @AfterEach
    void close() {
        installation.close();
    }

    @Test
    void anOrganisationGetsAllItNeedsAndItsUsesAreRead() throws IOException {
        made(installation.post("/v1/zones", "{\"name\":\"annex\",\"parent\":\"home\"}"));
        made(installation.post("/v1/organisations", "{\"name\":\"city\",\"zone\":\"annex\"}"));
        made(
                installation.post(
                        "/v1/purposes",
                        """
                        {"organisation":"city","name":"air","kind":"environment","text":"Air quality","owner":"Office",
                         "legalBasis":"Act","zones":["home"],"expires":"%s"}
                        """
                                .formatted(Instant.now().plus(Duration.ofDays(9)))));
        String principal =
                made(installation.post(
                                "/v1/principals", "{\"organisation\":\"city\",\"name\":\"Ada\"}"))
                        .field("id");
        Answered issued =
                made(
                        installation.post(
                                "/v1/credentials",
                                "{\"principal\":\"%s\",\"purpose\":\"city/air\",\"actions\":[\"s3:Get*\"]}"
                                        .formatted(principal)));
        String accessKey = issued.field("accessKey");
        assertEquals(40, issued.field("secret").length());
        String rotated =
                made(installation.post("/v1/credentials/" + accessKey + "/rotate", ""))
                        .field("accessKey");
        assertFalse(rotated.equals(accessKey));
        assertEquals(
                200, installation.post("/v1/credentials/" + rotated + "/withdraw", "").status());
        made(
                installation.post(
                        "/v1/buckets",
                        "{\"organisation\":\"city\",\"name\":\"readings\",\"zones\":[\"home\"]}"));
        Answered changed =
                installation.post(
                        "/v1/purposes/city/air",
                        "{\"contact\":\"air@city\",\"classes\":[\"location\"]}");
        assertEquals(200, changed.status(), changed.body());
        assertEquals("Air quality", changed.field("text"));
        assertEquals("dpv:CombatClimateChange", changed.field("term"));
        assertEquals("air@city", changed.field("contact"));
        Answered label =
                made(
                        installation.post(
                                "/v1/labels",
                                "{\"bucket\":\"readings\",\"prefix\":\"a/\",\"prohibited\":[\"air\"]}"));
        assertTrue(label.body().contains("[\"city/air\"]"), label.body());
        assertTrue(installation.get("/v1/labels").body().contains("\"prefix\":\"a/\""));
        Answered known = installation.get("/v1/labels/of?bucket=readings&name=a/1");
        assertTrue(
                known.body()
                        .contains("\"together\":{\"classes\":[],\"prohibited\":[\"city/air\"]"));
        assertEquals(
                200,
                installation
                        .post("/v1/labels/remove", "{\"bucket\":\"readings\",\"prefix\":\"a/\"}")
                        .status());
        assertEquals(200, installation.post("/v1/purposes/city/air/withdraw", "").status());
        made(installation.post("/v1/keys", "{\"organisation\":\"city\",\"name\":\"records\"}"));
        assertTrue(
                installation
                        .get("/v1/keys?organisation=city")
                        .body()
                        .contains("\"destroyed\":false"));
        Answered destroyed = installation.post("/v1/keys/city/records/destroy", "");
        assertTrue(destroyed.body().contains("\"destroyed\":true"), destroyed.body());

        assertTrue(installation.get("/v1/organisations").body().contains("\"city\""));
        assertTrue(installation.get("/v1/zones").body().contains("\"parent\":\"home\""));
        Answered purposes = installation.get("/v1/purposes?organisation=city");
        assertTrue(purposes.body().contains("\"withdrawn\":true"), purposes.body());
        assertFalse(purposes.body().contains("installation/"));
        assertTrue(installation.get("/v1/purposes").body().contains("\"expires\":\"never\""));
        assertTrue(installation.get("/v1/principals").body().contains("\"Ada\""));
        Answered credentials = installation.get("/v1/credentials?organisation=city");
        assertTrue(credentials.body().contains("s3:Get*"), credentials.body());
        assertFalse(credentials.body().contains("secret"));
        assertTrue(installation.get("/v1/buckets").body().contains("\"readings\""));

        Answered uses = installation.get("/v1/uses?organisation=city&limit=50");
        assertEquals(200, uses.status(), uses.body());
        assertEquals("application/x-ndjson", uses.header("Content-Type"));
        assertTrue(uses.body().contains("\"action\":\"admin:CreateBucket\""), uses.body());
        assertTrue(uses.body().contains("\"object\":\"readings\""), uses.body());
        assertTrue(uses.header("x-domicile-use").startsWith("city/"));
        Answered some = installation.get("/v1/uses?organisation=city&object=readings");
        // the bucket was made, its label was set, read and removed; this very reading is one too
        assertEquals(5, some.body().lines().filter(line -> line.startsWith("{")).count());
        assertFalse(
                installation
                        .get("/v1/uses?organisation=city&verdict=refused")
                        .body()
                        .contains("action"));
    }

    @Test
    void aSealedCredentialIsAskedForAndApprovedByPersons() throws IOException {
        made(installation.post("/v1/organisations", "{\"name\":\"city\",\"zone\":\"home\"}"));
        made(
                installation.post(
                        "/v1/purposes",
                        """
                        {"organisation":"city","name":"fraud","kind":"fraud-prevention","text":"Fraud","owner":"Office",
                         "legalBasis":"Act","expires":"%s","sealable":"yes"}
                        """
                                .formatted(Instant.now().plus(Duration.ofDays(90)))));
        String holder = principal("Cy");
        Answered bo =
                made(
                        installation.post(
                                "/v1/credentials",
                                "{\"principal\":\"%s\",\"purpose\":\"city/fraud\"}"
                                        .formatted(principal("Bo"))));
        String person =
                "\"as\":\"%s\",\"secret\":\"%s\""
                        .formatted(bo.field("accessKey"), bo.field("secret"));
        String wanted =
                "{\"principal\":\"%s\",\"purpose\":\"city/fraud\",\"sealedUntil\":\"%s\"%s}";
        String day =
                Instant.now()
                        .plus(Duration.ofDays(9))
                        .toString()
                        .substring(0, "2026-01-01".length());
        String ask = wanted.formatted(holder, day, "," + person);
        Answered asked = installation.post("/v1/credentials", ask);
        assertEquals(202, asked.status(), asked.body());
        assertFalse(asked.body().contains("secret"), asked.body());
        assertTrue(asked.header("x-domicile-use").startsWith("city/"), "the person's own act");
        String approve = "/v1/credentials/" + asked.field("accessKey") + "/approve";
        impossible("two persons", installation.post(approve, "{" + person + "}"));
        Answered wrong =
                installation.post(
                        approve,
                        "{\"as\":\"%s\",\"secret\":\"x\"}".formatted(bo.field("accessKey")));
        assertEquals(403, wrong.status(), wrong.body());
        assertEquals("bad-secret", wrong.field("code"));
        Answered covert = made(installation.post(approve, "{}"));
        assertEquals(40, covert.field("secret").length());
        assertEquals(day, covert.field("sealedUntil"));
        assertEquals("admin:ApproveCredential", newest("city"));
        invalid(
                "a day such as",
                installation.post("/v1/credentials", wanted.formatted(holder, "soon", "")));
        invalid(
                "sealedUntil is missing",
                installation.post(
                        "/v1/credentials",
                        "{\"principal\":\"%s\",\"purpose\":\"city/fraud\",%s}"
                                .formatted(holder, person)));
        invalid("whose is it", installation.post(approve, "{\"secret\":\"x\"}"));
        String max = "/v1/credentials/sealed-max";
        assertEquals("{\"days\":365}", installation.get(max).body());
        assertEquals("{\"days\":5}", installation.post(max, "{\"days\":\"5\"}").body());
        impossible("at most 5 days", installation.post("/v1/credentials", ask));
        impossible("3,650 days", installation.post(max, "{\"days\":\"3651\"}"));
        invalid("no whole number", installation.post(max, "{\"days\":\"a year\"}"));
    }

    private String principal(String name) throws IOException {
        return made(installation.post(
                        "/v1/principals",
                        "{\"organisation\":\"city\",\"name\":\"%s\"}".formatted(name)))
                .field("id");
    }

    /** What the newest use of an organisation was, beside the reading that tells it. */
    private String newest(String organisation) throws IOException {
        return uses(installation.get("/v1/uses?organisation=" + organisation)).stream()
                .filter(use -> !use.contains("admin:ReadUses"))
                .findFirst()
                .map(use -> use.replaceAll(".*\"action\":\"([^\"]*)\".*", "$1"))
                .orElseThrow();
    }

    @Test
    void aListingOfUsesThatWasCutSaysWhereToGoOn() throws IOException {
        made(installation.post("/v1/organisations", "{\"name\":\"city\",\"zone\":\"home\"}"));
        for (String name : List.of("logs", "logs-2", "maps")) {
            made(
                    installation.post(
                            "/v1/buckets",
                            "{\"organisation\":\"city\",\"name\":\"%s\"}".formatted(name)));
        }
        String all = "/v1/uses?organisation=city";
        Answered whole = installation.get(all + "&bucket=logs");
        // the bucket was made; the reading that answers stands in the log too
        assertEquals(2, uses(whole).size(), whole.body());
        assertFalse(whole.body().contains("logs-2"));
        assertEquals("", whole.header("x-domicile-before"));
        List<String> paged = new ArrayList<>();
        String before = "";
        do {
            Answered page =
                    installation.get(
                            all
                                    + "&limit=1&verdict=allowed"
                                    + (before.isEmpty() ? "" : "&before=" + before));
            paged.addAll(uses(page));
            before = page.header("x-domicile-before");
        } while (!before.isEmpty() && paged.size() < 20);
        assertEquals(5, paged.size(), () -> String.join("\n", paged));
        assertTrue(paged.getLast().contains("\"object\":\"logs\""), paged.getLast());
        assertEquals(List.of(), uses(installation.get(all + "&verdict=refused")));
        invalid("allowed or refused", installation.get(all + "&verdict=maybe"));
    }

    /** The objects of an answer in chunks. */
    private static List<String> uses(Answered answered) {
        assertEquals(200, answered.status(), answered.body());
        return answered.body().lines().filter(line -> line.startsWith("{")).toList();
    }

    private static Answered made(Answered answered) {
        assertEquals(201, answered.status(), answered.body());
        assertTrue(answered.header("x-domicile-use").contains("/node-1/"), answered.head());
        return answered;
    }

    @Test
    void theLedgerSaysItsLogsKeysAndProofs() throws IOException {
        assertTrue(installation.get("/v1/ledger/logs").body().contains("\"public\""));
        assertTrue(installation.get("/v1/ledger/keys").body().contains("+"));
        Answered proof = installation.get("/v1/ledger/proof?index=0");
        assertTrue(proof.body().startsWith("c2sp.org/tlog-proof@v1\n"), proof.body());
        impossible("no entry", installation.get("/v1/ledger/proof?index=999999"));
        impossible("ledger list", installation.get("/v1/ledger/keys?log=nobody"));
        String use = installation.get("/v1/ledger/logs").header("x-domicile-use");
        String path = "/v1/ledger/proof?use=";
        Answered named = installation.get(path + use);
        assertTrue(named.body().startsWith("c2sp.org/tlog-proof@v1\n"), named.body());
        String none = use.substring(0, use.lastIndexOf('/') + 1) + "999999";
        impossible("has no entry for the use", installation.get(path + none));
        impossible("there is no log", installation.get(path + "nobody/node-1/1"));
        invalid("ORGANISATION/NODE/NUMBER", installation.get(path + "1"));
        invalid("index is missing", installation.get("/v1/ledger/proof"));
    }

    @Test
    void statusAndStop() throws Exception {
        Answered status = installation.get("/v1/status");
        assertEquals("ready", status.field("state"));
        assertTrue(status.body().contains("\"ledger.entries\":"), status.body());
        assertEquals(202, installation.post("/v1/stop", "").status());
        assertTrue(installation.stopped.await(10, TimeUnit.SECONDS));
        Answered uses = installation.get("/v1/uses?organisation=installation");
        assertTrue(uses.body().contains("admin:Stop"), uses.body());
        assertTrue(uses.body().contains("admin:ReadStatus"), uses.body());
    }

    @Test
    void theDescriptionIsAnswered() throws IOException {
        assertTrue(installation.get("/openapi.json").body().contains("\"openapi\": \"3.1.0\""));
    }

    @Test
    void nobodyComesInWithoutTheToken() throws IOException {
        assertEquals(401, installation.call("GET", "/v1/status", "", "").status());
        assertEquals(401, installation.call("GET", "/nothing", "", "").status());
        assertEquals(
                401,
                installation.call("GET", "/v1/zones", "Authorization: Bearer wrong", "").status());
        assertEquals(
                401,
                installation
                        .call(
                                "GET",
                                "/v1/zones",
                                "Authorization: Bearer "
                                        + Installation.TOKEN
                                        + "\r\nAuthorization: Bearer x",
                                "")
                        .status());
        Answered page =
                installation.call(
                        "GET",
                        "/v1/zones",
                        "Origin: http://localhost\r\nAuthorization: Bearer " + Installation.TOKEN,
                        "");
        assertEquals(403, page.status());
        assertEquals("origin", page.field("code"));
        assertEquals("no-tls", installation.overTcp("/v1/zones").field("code"));
    }

    @Test
    void wrongInputIsToldWhatToDo() throws IOException {
        assertEquals(404, installation.get("/v1/nothing").status());
        assertEquals(405, installation.post("/v1/status", "").status());
        invalid("JSON object", installation.post("/v1/zones", "[]"));
        invalid("not JSON", installation.post("/v1/zones", "{\"name\":"));
        invalid("known are name, parent", installation.post("/v1/zones", "{\"nam\":\"x\"}"));
        invalid("name is missing", installation.post("/v1/zones", "{}"));
        invalid("text or a list", installation.post("/v1/zones", "{\"name\":7}"));
        invalid("text or a list", installation.post("/v1/zones", "{\"name\":{\"a\":\"b\"}}"));
        invalid("follows", installation.post("/v1/zones", "{\"name\":\"x\"} {}"));
        invalid(
                "too long",
                installation.post("/v1/zones", "{\"name\":\"" + "x".repeat(20_000) + "\"}"));
        assertEquals(413, installation.post("/v1/zones", "x".repeat(300 << 10)).status());
        invalid("organisation is missing", installation.get("/v1/uses"));
        invalid("no whole number", installation.get("/v1/uses?organisation=city&limit=many"));
        invalid("from 1 to 10000", installation.get("/v1/uses?organisation=city&limit=10001"));
        invalid("write a time", installation.get("/v1/uses?organisation=city&from=yesterday"));
        invalid("twice", installation.get("/v1/uses?organisation=a&organisation=b"));
        invalid("hex digits", installation.get("/v1/uses?organisation=%zz"));
        impossible("organisation list", installation.get("/v1/uses?organisation=mars"));
        impossible("organisation list", installation.get("/v1/buckets?organisation=mars"));
        invalid("unknown", installation.get("/v1/status?verbose=1"));
        impossible(
                "zone list",
                installation.post("/v1/organisations", "{\"name\":\"a\",\"zone\":\"no\"}"));
        impossible("exists already", installation.post("/v1/zones", "{\"name\":\"home\"}"));
        impossible("credential list", installation.post("/v1/credentials/NONE/withdraw", ""));
        impossible("purpose list", installation.post("/v1/purposes/city/no/withdraw", ""));
        impossible("purpose list", installation.post("/v1/purposes/city/no", "{\"text\":\"x\"}"));
        impossible("bucket list", installation.post("/v1/labels", "{\"bucket\":\"none-such\"}"));
        String pair = "{\"principal\":\"p\",\"purpose\":\"city/air\",\"accessKey\":\"old\"%s}";
        invalid("secret is missing", installation.post("/v1/credentials", pair.formatted("")));
        invalid(
                "leave out accessKey",
                installation.post(
                        "/v1/credentials",
                        pair.formatted(",\"secret\":\"s\",\"sealedUntil\":\"2030-01-01\"")));
        impossible(
                "too weak",
                installation.post("/v1/credentials", pair.formatted(",\"secret\":\"s\"")));
        invalid(
                "no whole number",
                installation.post("/v1/credentials/NONE/rotate", "{\"grace\":\"a day\"}"));
    }

    @Test
    void whatTheDoorRefusesAnOperatorIsOnRecord() throws IOException {
        onRecord("admin:Unknown", "no-route", installation.get("/v1/nothing"));
        onRecord("admin:Unknown", "method", installation.post("/v1/status", ""));
        onRecord("admin:CreateZone", "invalid", installation.post("/v1/zones", "{\"name\":"));
        onRecord("admin:ReadStatus", "invalid", installation.get("/v1/status?verbose=1"));
        onRecord("admin:ListKeys", "impossible", installation.get("/v1/ledger/keys?log=nobody"));
        Answered repeated = installation.get("/v1/nothing/else");
        assertEquals(404, repeated.status());
        assertEquals("", repeated.header("x-domicile-use"), "it is counted");
        assertEquals(401, installation.call("GET", "/v1/other", "", "").status());
        assertEquals(5, uses(installation.get(REFUSED_USES)).size());
    }

    private void onRecord(String action, String reason, Answered refused) throws IOException {
        String use = refused.header("x-domicile-use");
        assertTrue(use.startsWith("installation/node-1/"), refused.head());
        String newest = uses(installation.get(REFUSED_USES)).getFirst();
        assertTrue(newest.contains("\"action\":\"" + action + "\""), newest);
        assertTrue(newest.contains("\"reason\":\"" + reason + "\""), newest);
        String number = use.substring(use.lastIndexOf('/') + 1);
        assertTrue(newest.contains("\"number\":" + number + ","), newest);
    }

    private static void invalid(String says, Answered answered) {
        assertEquals(400, answered.status(), answered.body());
        assertTrue(answered.field("message").contains(says), answered.body());
    }

    private static void impossible(String says, Answered answered) {
        assertEquals(409, answered.status(), answered.body());
        assertTrue(answered.field("message").contains(says), answered.body());
    }
}
