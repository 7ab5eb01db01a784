package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.launcher.Rig.Ran;
import org.domicile.s3client.S3Signature;
import org.domicile.verifier.DisclosureFile;
import org.domicile.verifier.VerifierKey;
import org.domicile.verifier.VerifierPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** People's commands on a running server, and what their files say without one. */
@Timeout(90)
class PeopleCommandsTest {
    /** Formed as a code is. */
    private static final String NEVER_ISSUED = "2222222-2222222";

    @TempDir Path folder;
    private Rig rig;
    private Cloud cloud;

    @BeforeEach
    void open() throws IOException {
        rig = new Rig(folder);
        cloud = rig.open("ledger.origin=test.example/ledger");
        done("bucket", "create", "clinic");
        done("subject", "rule", "create", "s3://clinic/", "--pattern", "patients/{subject}/");
        Path scans = Files.createDirectories(folder.resolve("scans/patients/p-1"));
        Files.writeString(scans.resolve("a.txt"), "a finding");
        done("import", folder.resolve("scans").toString(), "s3://clinic");
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

    private Json.Row use() throws IOException {
        return done("uses", "--json").rows().stream()
                .filter(row -> row.text("action").equals("s3:PutObject"))
                .findFirst()
                .orElseThrow();
    }

    private Path keys() throws IOException {
        return Files.writeString(folder.resolve("keys.txt"), done("ledger", "key").out());
    }

    private static Ran check(Path file, Path keys) {
        return Rig.command("ledger", "check", file.toString(), "--key", keys.toString());
    }

    @Test
    void aDisclosureIsCheckedOfflineAndSaysWhichStepFailed() throws IOException {
        Path file = folder.resolve("use.disclosure");
        String index = use().text("index");
        done(
                "disclose",
                index,
                "--log",
                "use/main/node-1",
                "--fields",
                "object,time",
                "--to",
                "the auditor",
                "-o",
                file.toString());
        Path keys = keys();
        cloud.close();
        Ran good = check(file, keys);
        assertEquals(0, good.code(), good.err());
        assertTrue(good.out().contains("object: clinic/patients/p-1/a.txt"), good.out());
        String text = Files.readString(file);
        says(
                text.replaceFirst("field object (\\S+) \\S+", "field object $1 eA=="),
                keys,
                "field object: its value is not the one");
        says(text.replaceFirst("field object", "field address"), keys, "field address: its value");
        says(text.replaceFirst("field object", "field nothing"), keys, "commits to no such field");
        says(text.substring(0, 40), keys, "disclosure: ends before its proof");
        says(text.substring(0, text.length() - 9), keys, "checkpoint");
        says(text.replaceFirst("index " + index, "index 0"), keys, "path: its hashes do not lead");
        Path others =
                Files.writeString(
                        folder.resolve("others.txt"),
                        VerifierKey.of(
                                        "other.example/ledger/public",
                                        VerifierKey.Algorithm.ED25519,
                                        new byte[32])
                                .format());
        Ran other = check(file, others);
        assertEquals(1, other.code());
        assertTrue(other.err().contains("none of the given keys belongs to the log"), other.err());
        assertFalse(Files.readString(file).contains("p-1"), "only base64");
        byDigit(text, VerifierKey.parse(Files.readAllLines(keys).getFirst()));
    }

    /** No character of the file can be another one. */
    private static void byDigit(String text, VerifierKey key) {
        String origin = "test.example/ledger/use/main/node-1";
        List<VerifierKey> keys = List.of(key.named(origin));
        byte[] file = text.getBytes(StandardCharsets.UTF_8);
        assertTrue(DisclosureFile.check(file, keys) instanceof DisclosureFile.Checked.Opened);
        int end = text.lastIndexOf("\u2014 ");
        int mldsa =
                text.getBytes(StandardCharsets.UTF_8).length
                        - text.substring(end).getBytes(StandardCharsets.UTF_8).length;
        for (int at = 0; at < mldsa; at++) {
            byte[] changed = file.clone();
            changed[at] ^= 1;
            assertFalse(
                    DisclosureFile.check(changed, keys) instanceof DisclosureFile.Checked.Opened,
                    "byte " + at);
        }
    }

    private void says(String text, Path keys, String what) throws IOException {
        Path bent = Files.writeString(folder.resolve("bent"), text);
        Ran ran = check(bent, keys);
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.err().contains(what), ran.err());
    }

    @Test
    void anErasureHasAConfirmationAndUsesSaySo() throws IOException {
        Path confirmation = folder.resolve("p-1.confirmation");
        assertEquals("clinic/patients/p-1/a.txt", use().text("object"));
        Ran erased = done("erase", "--subject", "p-1", "--confirmation", confirmation.toString());
        assertTrue(erased.out().contains("is dead in every place"), erased.out());
        assertEquals("(erased)", use().text("object"));
        Ran again = rig.run("erase", "--subject", "p-1");
        assertEquals(1, again.code());
        assertFalse(again.err().contains("p-1 "), again.err());
        assertEquals(2, rig.run("erase").code());
        Path keys = keys();
        assertEquals(0, check(confirmation, keys).code());
        assertEquals(
                0, rig.run("ledger", "verify", "--known", folder.resolve("k").toString()).code());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Process node = node(confirmation, keys);
        node.getInputStream().transferTo(out);
        String said = out.toString(StandardCharsets.UTF_8);
        assertTrue(said.startsWith("true"), said);
        assertTrue(said.contains("was destroyed at"), said);
        assertEquals(
                1,
                rig.run(
                                "disclose",
                                use().text("index"),
                                "--log",
                                "use/main/node-1",
                                "--fields",
                                "object",
                                "--to",
                                "x")
                        .code());
    }

    /** The page's own code, where node is; the page in a browser is the proof module's. */
    private Process node(Path file, Path keys) throws IOException {
        String page = new String(VerifierPage.html(), StandardCharsets.UTF_8);
        String script = page.substring(page.indexOf("<script>") + 8, page.indexOf("</script>"));
        Path program =
                Files.writeString(
                        folder.resolve("check.js"),
                        script
                                + """

                                const fs = require("fs");
                                const [file, keys] = process.argv.slice(2);
                                const r = Domicile.check([new Uint8Array(fs.readFileSync(file))],
                                    fs.readFileSync(keys, "utf8"));
                                console.log(r.holds);
                                for (const s of r.steps) console.log(Domicile.sentence("en", s.code, s.args));
                                if (r.wrong) console.log(Domicile.sentence("en", r.wrong.code, r.wrong.args));
                                """);
        return new ProcessBuilder("node", program.toString(), file.toString(), keys.toString())
                .redirectErrorStream(true)
                .start();
    }

    @Test
    void aPersonSeesWhoUsedWhatAboutHer() throws Exception {
        String code =
                done("subject", "code", "--subject", "p-1", "--json")
                        .rows()
                        .getFirst()
                        .text("code");
        HttpResponse<String> seen = get("Bearer " + code);
        assertEquals(200, seen.statusCode(), seen.body());
        Json.Row answer = Json.object(seen.body().getBytes(StandardCharsets.UTF_8));
        assertEquals("main", answer.text("organisation"));
        List<Json.Row> usages = answer.rows("usages");
        assertTrue(
                usages.stream().anyMatch(row -> row.text("operation").equals("s3:PutObject")),
                seen.body());
        assertFalse(seen.body().contains("a.txt"), "no object");
        assertTrue(usages.getLast().text("action").contains("Trying Domicile"), seen.body());
        assertEquals(401, get("Bearer " + code).statusCode());
        for (int i = 0; i < 9; i++) {
            assertEquals(401, get("Bearer " + NEVER_ISSUED).statusCode());
        }
        assertEquals(429, get("Bearer " + code).statusCode());
    }

    private HttpResponse<String> get(String authorization) throws Exception {
        String web = cloud.endpoints().urls().get("web");
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(web + "/register/me"))
                            .header("Authorization", authorization)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** A tag is put and changed by an S3 client; both persons are told; one is erased. */
    @Test
    void whomATagNamesIsToldAndErased() throws Exception {
        Ran both =
                rig.run(
                        "subject",
                        "rule",
                        "create",
                        "s3://clinic/",
                        "--pattern",
                        "{subject}/",
                        "--tag",
                        "t");
        assertEquals(2, both.code(), both.out());
        assertEquals(2, rig.run("subject", "rule", "create", "s3://clinic/").code());
        Ran made = done("subject", "rule", "create", "s3://clinic/scans/", "--tag", "subject");
        assertTrue(made.out().contains("the person stands in the tag subject"), made.out());
        assertTrue(done("subject", "rule", "list").out().contains("subject"));
        assertEquals(
                List.of("", "subject"),
                done("subject", "rule", "list", "--json").rows().stream()
                        .map(row -> row.text("tag"))
                        .toList());
        try (S3Client s3 = s3()) {
            byte[] body = "a finding".getBytes(StandardCharsets.UTF_8);
            s3.call(
                    "PUT",
                    "clinic",
                    "scans/a.txt",
                    Map.of(),
                    Map.of("x-amz-tagging", "subject=p-7&ward=7"),
                    S3Client.Payload.of(body));
            s3.get("clinic", "scans/a.txt", in -> in.readAllBytes());
            String tags =
                    "<Tagging><TagSet><Tag><Key>subject</Key><Value>p-8</Value></Tag></TagSet>"
                            + "</Tagging>";
            s3.call(
                    "PUT",
                    "clinic",
                    "scans/a.txt",
                    Map.of("tagging", ""),
                    Map.of(),
                    S3Client.Payload.of(tags.getBytes(StandardCharsets.UTF_8)));
            s3.get("clinic", "scans/a.txt", in -> in.readAllBytes());
        }
        assertEquals(List.of("s3:PutObject", "s3:GetObject", "s3:PutObjectTagging"), told("p-7"));
        assertEquals(List.of("s3:PutObjectTagging", "s3:GetObject"), told("p-8"));
        Ran hers = done("uses", "--subject", "p-7", "--json");
        assertEquals(List.of("s3:PutObject", "s3:GetObject", "s3:PutObjectTagging"), objects(hers));
        assertEquals(
                List.of("s3:PutObjectTagging", "s3:GetObject"),
                objects(done("uses", "--subject", "p-8", "--bucket", "clinic", "--json")));
        assertEquals(
                List.of(), objects(done("uses", "--subject", "p-8", "--bucket", "no", "--json")));
        assertEquals(1, rig.run("uses", "--subject", "p-9").code());
        Path confirmation = folder.resolve("p-7.confirmation");
        done("erase", "--subject", "p-7", "--confirmation", confirmation.toString());
        List<Json.Row> rows =
                done("uses", "--json").rows().stream()
                        .filter(row -> row.text("action").startsWith("s3:"))
                        .filter(row -> !row.text("object").contains("patients/"))
                        .filter(row -> !row.text("action").contains("Bucket"))
                        .toList();
        assertEquals(
                List.of("(erased)", "(erased)", "(erased)", "clinic/scans/a.txt"),
                rows.stream().map(row -> row.text("object")).toList());
        assertEquals(1, rig.run("subject", "code", "--subject", "p-7").code());
        assertEquals(1, rig.run("uses", "--subject", "p-7").code());
        assertEquals(0, check(confirmation, keys()).code());
        assertEquals(
                0, rig.run("ledger", "verify", "--known", folder.resolve("k").toString()).code());
    }

    /** What was done with objects, as 'uses' shows it. */
    private static List<String> objects(Ran uses) throws IOException {
        return uses.rows().stream()
                .map(row -> row.text("action"))
                .filter(each -> each.startsWith("s3:"))
                .toList();
    }

    private S3Client s3() throws IOException {
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        return new S3Client(
                URI.create(cloud.endpoints().s3()),
                new S3Signature(first.accessKey(), first.secret(), "home"),
                Clock.systemUTC(),
                Optional.empty());
    }

    /** What she is told of objects with a code of her own, oldest first. */
    private List<String> told(String who) throws Exception {
        String code =
                done("subject", "code", "--subject", who, "--json").rows().getFirst().text("code");
        HttpResponse<String> seen = get("Bearer " + code);
        return Json.object(seen.body().getBytes(StandardCharsets.UTF_8))
                .rows("usages")
                .reversed()
                .stream()
                .map(row -> row.text("operation"))
                .filter(each -> each.startsWith("s3:"))
                .toList();
    }

    @Test
    void theVerifiersPageIsServedAndOpensNoConnection() throws Exception {
        String web = cloud.endpoints().urls().get("web");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> page =
                    client.send(
                            HttpRequest.newBuilder(URI.create(web + "/ledger/verify")).build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            assertEquals(200, page.statusCode());
            org.junit.jupiter.api.Assertions.assertArrayEquals(VerifierPage.html(), page.body());
            String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
            assertTrue(policy.contains("default-src 'none'"), policy);
            assertTrue(policy.contains("script-src 'sha256-"), policy);
        }
    }
}
