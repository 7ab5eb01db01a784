package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.domicile.bytes.Disk;
import org.domicile.launcher.Rig.Ran;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sealed credential on a whole server, from the asking to the day on which its uses open. */
@Timeout(120)
class SealedCommandsTest {
    private static final String NAME = "patients/p-1/a.txt";

    /** The machine's time, put forward. */
    private static final class Ahead extends Clock {
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @TempDir Path folder;
    private final Ahead time = new Ahead();
    private Rig rig;
    private Cloud cloud;

    @BeforeEach
    void begin() throws IOException {
        rig = new Rig(folder);
        open();
        done("bucket", "create", "clinic");
        done("subject", "rule", "create", "s3://clinic/", "--pattern", "patients/{subject}/");
        done("principal", "create", "Bo");
        done("principal", "create", "Cy");
        done(
                "purpose",
                "create",
                "fraud",
                "--kind",
                "fraud-prevention",
                "--text",
                "Finding fraud",
                "--owner",
                "Audit office",
                "--legal-basis",
                "Social Code, section 67",
                "--expires",
                "2098-12-31",
                "--sealable");
    }

    private void open(String... settings) throws IOException {
        cloud =
                Cloud.open(
                        rig.data(), rig.settings(settings), Disk.real(), time, new SecureRandom());
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    private Ran done(String... arguments) {
        Ran ran = rig.run(arguments);
        assertEquals(0, ran.code(), ran.out() + ran.err());
        return ran;
    }

    private void refused(String part, String... arguments) {
        Ran ran = rig.run(arguments);
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.err().contains(part), ran.err());
    }

    private Json.Row one(String... arguments) throws IOException {
        return done(arguments).rows().getFirst();
    }

    private S3Client.Answer s3(String method, String accessKey, String secret) throws IOException {
        S3Signature signature = new S3Signature(accessKey, secret, "home");
        URI url = URI.create(cloud.endpoints().s3());
        try (S3Client s3 = new S3Client(url, signature, time, Optional.empty())) {
            return s3.call(method, "clinic", NAME, Map.of(), Map.of(), S3Client.Payload.nothing());
        }
    }

    private List<Json.Row> own() throws Exception {
        String code = one("subject", "code", "--subject", "p-1", "--json").text("code");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    cloud.endpoints().urls().get("web")
                                                            + "/register/me"))
                                    .header("Authorization", "Bearer " + code)
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
            return Json.object(answer.body().getBytes(StandardCharsets.UTF_8))
                    .rows("usages")
                    .stream()
                    .filter(row -> row.text("operation").startsWith("s3:"))
                    .toList();
        }
    }

    private String web(String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(
                                            URI.create(cloud.endpoints().urls().get("web") + path))
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    void twoPersonsSealAndTheDayOpens() throws Exception {
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        LocalDate day = time.instant().atZone(ZoneOffset.UTC).toLocalDate().plusDays(20);
        Json.Row bo =
                one("credential", "create", "--principal", "Bo", "--purpose", "fraud", "--json");
        Path secret = Rig.secret(folder.resolve("bo.secret"), bo.text("secret") + "\n");
        String[] ask = {
            "credential",
            "create",
            "--principal",
            "Cy",
            "--purpose",
            "fraud",
            "--json",
            "--sealed-until",
            day.toString()
        };
        Json.Row asked = one(ask);
        String key = asked.text("accessKey");
        assertEquals("", asked.text("secret"));
        assertTrue(done("credential", "list").out().contains("not approved"));
        refused("needs two persons", "sealed", "approve", key);
        Path wrong = Rig.secret(folder.resolve("wrong.secret"), "no such secret");
        String[] approve = {
            "sealed",
            "approve",
            key,
            "--as",
            bo.text("accessKey"),
            "--secret-file",
            secret.toString(),
            "--json"
        };
        approve[6] = wrong.toString();
        refused("with this secret", approve);
        approve[6] = secret.toString();
        // Killed between the two acts.
        cloud.close();
        open();
        Json.Row covert = one(approve);
        refused("approved already", approve);
        assertFalse(done("credential", "list").out().contains("not approved"));

        s3("PUT", first.accessKey(), first.secret());
        List<String> ordinary = names(s3("GET", first.accessKey(), first.secret()));
        assertEquals(ordinary, names(s3("GET", key, covert.text("secret"))), "told by no header");
        assertEquals(2, own().size());
        String listed = done("uses").out();
        assertTrue(listed.contains("(sealed until " + day + ")"), listed);
        Json.Row use =
                done("uses", "--json").rows().stream()
                        .filter(row -> row.text("sealedUntil").equals(day.toString()))
                        .findFirst()
                        .orElseThrow();
        assertEquals("(sealed)", use.text("object"));
        assertFalse(done("uses", "--bucket", "clinic").out().contains("sealed"));
        Ran explained = rig.run("policy", "explain", use.text("index"), "--log", "use/main/node-1");
        assertTrue(explained.out().contains("sealed until " + day), explained.out());

        // A clock that jumps opens nothing until the operator says that it is right.
        time.ahead = Duration.ofDays(21);
        cloud.close();
        open();
        assertEquals(2, own().size());
        cloud.close();
        open("clock.jump=accept");
        List<Json.Row> own = own();
        assertEquals(3, own.size());
        assertEquals(day.toString(), own.getFirst().text("sealedUntil"));
        Path keys = Files.writeString(folder.resolve("keys.txt"), done("ledger", "key").out());
        cloud.close();
        Ran audit =
                Rig.command(
                        "ledger",
                        "audit",
                        rig.data().resolve("ledger").toString(),
                        "--key",
                        keys.toString());
        assertEquals(0, audit.code(), audit.out() + audit.err());
    }

    private static List<String> names(S3Client.Answer answer) {
        return List.copyOf(new TreeSet<>(answer.headers().map().keySet()));
    }

    @Test
    void whatIsWrongIsSaid() {
        String today = time.instant().atZone(ZoneOffset.UTC).toLocalDate().toString();
        refused("does not allow sealed uses", ask("first-steps", "2027-01-01"));
        refused("open in the future", ask("fraud", today));
        refused("at most 365 days", ask("fraud", "9999-12-31"));
        refused("write a day such as 2027-01-31", ask("fraud", "soon"));
        assertEquals(
                2,
                rig.run("credential", "create", "--principal", "Cy", "--purpose", "x", "--as", "K")
                        .code());
        refused("of no use without --as", "sealed", "approve", "K", "--secret-file", "none");
        refused("there is no credential K", "sealed", "approve", "K");
    }

    private static String[] ask(String purpose, String day) {
        return new String[] {
            "credential", "create", "--principal", "Cy", "--purpose", purpose, "--sealed-until", day
        };
    }

    @Test
    void theLongestTimeAndWhatAllowsItArePublic() throws Exception {
        assertTrue(done("sealed", "max").out().contains("at most 365 days"));
        assertTrue(done("sealed", "max", "--days", "30").out().contains("at most 30 days"));
        refused("0 (not at all) to 3,650 days", "sealed", "max", "--days", "-1");
        assertTrue(web("/register/index.json").contains("\"sealedMaxDays\":30"));
        assertTrue(web("/register/purposes/main/fraud.json").contains("\"sealable\":true"));
        assertTrue(web("/register/purposes/main/fraud?lang=en").contains("at most: 30"));
        assertTrue(web("/register/purposes/main/first-steps?lang=en").contains("not allowed"));
        assertTrue(done("purpose", "show", "fraud").out().contains("sealed uses  allowed"));
        refused("at most 30 days", ask("fraud", "2098-12-31"));
    }

    /** What a decision read is a field like any other, and its proof holds without a server. */
    @Test
    void whatADecisionReadIsDisclosed() throws Exception {
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        s3("PUT", first.accessKey(), first.secret());
        Json.Row use =
                done("uses", "--json").rows().stream()
                        .filter(row -> row.text("action").equals("s3:PutObject"))
                        .findFirst()
                        .orElseThrow();
        Path file = folder.resolve("use.disclosure");
        done(
                "disclose",
                use.text("index"),
                "--log",
                use.text("log"),
                "--fields",
                "read,object",
                "--to",
                "the auditor",
                "-o",
                file.toString());
        Path keys = Files.writeString(folder.resolve("keys.txt"), done("ledger", "key").out());
        Ran checked = Rig.command("ledger", "check", file.toString(), "--key", keys.toString());
        assertEquals(0, checked.code(), checked.err());
        assertTrue(checked.out().contains("read: "), checked.out());
    }
}
