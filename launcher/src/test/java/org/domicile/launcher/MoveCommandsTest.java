package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Buckets move from one server of ours to another, and back, by the commands that people use. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MoveCommandsTest {
    private static final String UNTIL =
            Instant.now().plus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
    private static final String LOCKED = "locked/ü b+c";
    private static final String VERSIONS =
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    private static final String POLICY =
            """
            {"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject",\
            "Resource":"arn:aws:s3:::plain/k"}}\
            """;

    @TempDir static Path folder;
    private Side from;
    private Side to;

    @BeforeAll
    void open() throws IOException {
        from = Side.open(folder.resolve("from"));
        to = Side.open(folder.resolve("to"));
        to.knows(from, "provider");
    }

    @AfterAll
    void close() {
        from.close();
        to.close();
    }

    /** One of the two servers, with its first credential's client. */
    private record Side(Rig rig, Cloud cloud, S3Client s3) implements AutoCloseable {
        static Side open(Path folder, String... assignments) throws IOException {
            Files.createDirectories(folder);
            Rig rig = new Rig(folder);
            Cloud cloud = rig.open(assignments);
            FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
            return new Side(
                    rig,
                    cloud,
                    new S3Client(
                            URI.create(cloud.endpoints().s3()),
                            new S3Signature(first.accessKey(), first.secret(), "home"),
                            Clock.systemUTC(),
                            Optional.empty()));
        }

        /** Registers another one of this machine as a target. */
        void knows(Side other, String name) {
            Rig.Ran made =
                    rig.run(
                            "target",
                            "create",
                            name,
                            other.cloud.endpoints().s3(),
                            "--zone",
                            "home",
                            "--network",
                            "127.0.0.0/8",
                            "--organisation",
                            "main");
            assertEquals(0, made.code(), made.err());
        }

        String put(String bucket, String key, Map<String, String> headers, byte[] body)
                throws IOException {
            return s3.call("PUT", bucket, key, Map.of(), headers, S3Client.Payload.of(body))
                    .header("x-amz-version-id");
        }

        void set(String bucket, String key, String resource, String document) throws IOException {
            s3.call(
                    "PUT",
                    bucket,
                    key,
                    Map.of(resource, ""),
                    Map.of(),
                    S3Client.Payload.of(document.getBytes(StandardCharsets.UTF_8)));
        }

        String get(String bucket, String key, String resource, String version) throws IOException {
            Map<String, String> query = new HashMap<>(Map.of(resource, ""));
            if (!version.isEmpty()) {
                query.put("versionId", version);
            }
            return new String(
                    s3.call("GET", bucket, key, query, Map.of(), S3Client.Payload.nothing()).body(),
                    StandardCharsets.UTF_8);
        }

        String body(String bucket, String key) throws IOException {
            return s3.get(bucket, key, in -> new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }

        /** Name, kind, date and ETag of all versions, newest first. */
        List<String> versions(String bucket) throws IOException {
            S3Client.Answer answer =
                    s3.call(
                            "GET",
                            bucket,
                            "",
                            Map.of("versions", ""),
                            Map.of(),
                            S3Client.Payload.nothing());
            List<String> all = new ArrayList<>();
            for (String kind : List.of("Version", "DeleteMarker")) {
                for (Map<String, String> each : answer.elements(kind)) {
                    all.add(
                            kind
                                    + " "
                                    + each.get("Key")
                                    + " "
                                    + each.get("LastModified")
                                    + " "
                                    + each.getOrDefault("ETag", ""));
                }
            }
            return all;
        }

        @Override
        public void close() {
            s3.close();
            cloud.close();
        }
    }

    private static Rig.Ran moved(Side here, Side there, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--remote-credential", there.rig.firstCredential().toString()));
        return here.rig.run(all.toArray(String[]::new));
    }

    /** A bucket with everything that a bucket can have. */
    private static void fill(Side side) throws IOException {
        side.s3.call(
                "PUT",
                "old",
                "",
                Map.of(),
                Map.of("x-amz-bucket-object-lock-enabled", "true"),
                S3Client.Payload.nothing());
        side.put("old", "a", Map.of("x-amz-meta-who", "me", "content-type", "text/x"), bytes("1"));
        side.put("old", "a", Map.of(), bytes("two"));
        side.s3.call("DELETE", "old", "a", Map.of(), Map.of(), S3Client.Payload.nothing());
        side.put("old", "a", Map.of("cache-control", "no-store"), bytes("three"));
        side.put(
                "old",
                LOCKED,
                Map.of(
                        "x-amz-object-lock-mode", "COMPLIANCE",
                        "x-amz-object-lock-retain-until-date", UNTIL,
                        "x-amz-object-lock-legal-hold", "ON"),
                bytes("kept"));
        side.put("old", "large", Map.of(), new byte[300_000]);
        side.put("old", "tagged", Map.of("x-amz-tagging", "k=v%20w"), bytes(""));
        parts(side);
        side.set(
                "old",
                "",
                "tagging",
                "<Tagging><TagSet><Tag><Key>t</Key><Value>1</Value></Tag></TagSet></Tagging>");
        side.set(
                "old",
                "",
                "lifecycle",
                "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>x/</Prefix></Filter>"
                    + "<Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>");
        side.set(
                "old",
                "",
                "cors",
                "<CORSConfiguration><CORSRule><AllowedOrigin>o</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
                    + "</CORSRule></CORSConfiguration>");
    }

    private static void parts(Side side) throws IOException {
        String upload =
                side.s3
                        .call(
                                "POST",
                                "old",
                                "parts",
                                Map.of("uploads", ""),
                                Map.of(),
                                S3Client.Payload.nothing())
                        .text("UploadId");
        StringBuilder parts = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 1; i <= 2; i++) {
            String etag =
                    side.s3
                            .call(
                                    "PUT",
                                    "old",
                                    "parts",
                                    Map.of("partNumber", "" + i, "uploadId", upload),
                                    Map.of(),
                                    S3Client.Payload.of(new byte[i == 1 ? 5 << 20 : 7]))
                            .etag();
            parts.append(
                    "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>".formatted(i, etag));
        }
        side.s3.call(
                "POST",
                "old",
                "parts",
                Map.of("uploadId", upload),
                Map.of(),
                S3Client.Payload.of(bytes(parts + "</CompleteMultipartUpload>")));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Rig.Ran imported(String bucket, String here, String... more) {
        List<String> words = new ArrayList<>(List.of("import", "s3://" + bucket, "s3://" + here));
        words.addAll(List.of("--from", "provider"));
        words.addAll(List.of(more));
        return moved(to, from, words.toArray(String[]::new));
    }

    @Test
    void aBucketComesWithAllThatItHasAndGoesAgain() throws IOException {
        fill(from);
        Rig.Ran ran = imported("old", "new");
        assertEquals(0, ran.code(), ran.out() + ran.err());
        assertEquals(from.versions("old"), to.versions("new"), ran.out());
        assertTrue(ran.out().startsWith("done: 8 versions carried"), ran.out());
        assertTrue(ran.out().contains("by MD5 and CRC64NVME\n"), ran.out());
        assertTrue(ran.out().contains("by MD5 of 2 parts and CRC64NVME"), ran.out());
        for (String resource :
                List.of("tagging", "lifecycle", "cors", "object-lock", "versioning")) {
            assertEquals(
                    from.get("old", "", resource, ""), to.get("new", "", resource, ""), resource);
        }
        assertEquals(
                from.get("old", LOCKED, "legal-hold", ""), to.get("new", LOCKED, "legal-hold", ""));
        assertTrue(to.get("new", LOCKED, "retention", "").contains("COMPLIANCE"));
        assertEquals(
                "no-store",
                to.s3.call("HEAD", "new", "a", Map.of(), Map.of(), S3Client.Payload.nothing())
                        .header("cache-control"));
        assertTrue(to.get("new", "tagged", "tagging", "").contains("v w"), "tags came along");

        // what is there is not carried again, and what is new is
        from.put("old", "a", Map.of(), bytes("four"));
        ran = imported("old", "new", "--json");
        assertEquals(0, ran.code(), ran.err());
        assertEquals(1, ran.rows().getFirst().number("carried"), ran.out());
        assertEquals(8, ran.rows().getFirst().number("present"), ran.out());
        assertEquals(from.versions("old"), to.versions("new"), ran.out());

        // and out again, to a third bucket
        ran = moved(to, from, "export", "s3://new", "s3://third", "--to", "provider");
        assertEquals(0, ran.code(), ran.out() + ran.err());
        assertEquals(undated(from.versions("old")), undated(from.versions("third")), ran.out());
        assertTrue(
                from.get("third", LOCKED, "retention", "").contains(UNTIL.substring(0, 19)),
                "locked there");
        String id = to.rig.run("move", "list", "--json").rows().getFirst().text("move");
        ran = to.rig.run("move", "report", id, "--json");
        assertEquals(
                9,
                ran.rows().stream()
                        .filter(row -> !row.text("to").isEmpty() && !row.text("name").isEmpty())
                        .count(),
                ran.out());
        Rig.Ran uses = to.rig.run("uses", "--bucket", "new", "--json");
        assertTrue(uses.out().contains("s3:GetObjectVersion"), uses.out());
    }

    /** Whatever the other side says, a lock here only ever becomes longer. */
    @Test
    void aRetentionIsNeverShortened() throws IOException {
        from.s3.call(
                "PUT",
                "locks",
                "",
                Map.of(),
                Map.of("x-amz-bucket-object-lock-enabled", "true"),
                S3Client.Payload.nothing());
        from.put("locks", "k", locked(day(30)), bytes("kept"));
        assertEquals(0, imported("locks", "locks").code());
        to.set("locks", "k", "retention", retention(day(50)));
        Rig.Ran ran = imported("locks", "locks");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(
                to.get("locks", "k", "retention", "").contains(day(50).substring(0, 19)),
                ran.out());
        from.set("locks", "k", "retention", retention(day(70)));
        ran = imported("locks", "locks");
        assertTrue(ran.out().contains("its retention was made longer"), ran.out() + ran.err());
        assertTrue(to.get("locks", "k", "retention", "").contains(day(70).substring(0, 19)));
        assertEquals(1, to.versions("locks").size());
    }

    private static String day(int days) {
        return Instant.parse(UNTIL).plus(days, ChronoUnit.DAYS).toString();
    }

    private static Map<String, String> locked(String until) {
        return Map.of(
                "x-amz-object-lock-mode",
                "COMPLIANCE",
                "x-amz-object-lock-retain-until-date",
                until);
    }

    private static String retention(String until) {
        return "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>"
                + until
                + "</RetainUntilDate></Retention>";
    }

    @Test
    void whatCannotBeMovedIsSaid() throws IOException {
        create(from, "plain");
        from.put("plain", "k", Map.of(), bytes("there"));
        from.set("plain", "", "policy", POLICY);
        create(to, "taken");
        to.put("taken", "k", Map.of(), bytes("newer"));
        // what is newer here stays
        Rig.Ran ran = imported("plain", "taken");
        assertEquals(0, ran.code(), ran.out());
        assertTrue(
                ran.err().contains("k null: " + "what is there under its name is newer"),
                ran.err());
        assertEquals("newer", to.body("taken", "k"));
        // a bucket that keeps no versions takes none
        create(from, "kept");
        from.set("kept", "", "versioning", VERSIONS);
        from.put("kept", "k", Map.of(), bytes("1"));
        ran = imported("kept", "taken");
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.err().contains("keeps no versions"), ran.err());
        // no such bucket, no such target, no whole bucket, no credential
        ran = imported("nothing", "nothing");
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.err().contains("NoSuchBucket"), ran.err());
        ran = moved(to, from, "import", "s3://plain", "--from", "nobody");
        assertTrue(ran.err().contains("has no target nobody"), ran.err());
        assertEquals(2, moved(to, from, "import", "s3://a/b", "--from", "provider").code());
        assertEquals(2, to.rig.run("import", "s3://a", "--from", "provider").code());
        assertEquals(2, to.rig.run("import", "s3://a").code());
        // somebody else's secret opens nothing
        Path other = folder.resolve("other.json");
        Files.writeString(other, "{\"accessKey\":\"AK\",\"secret\":\"no\"}");
        ran = imported("plain", "plain", "--credential", other.toString());
        assertTrue(ran.err().contains("no credential AK with this secret"), ran.err());
    }

    /** Data bring along what is said of them, and a label that would allow more refuses them. */
    @Test
    void whatIsSaidOfDataTravels() throws IOException {
        create(from, "said");
        from.put("said", "k", Map.of(), bytes("1"));
        Rig.Ran ran = imported("said", "said", "--prohibit", "statistics");
        assertEquals(0, ran.code(), ran.err());
        ran = to.rig.run("label", "show", "s3://said/k");
        assertTrue(ran.out().contains("statistics"), ran.out() + ran.err());
        ran = imported("said", "said", "--classes", "no-such-class");
        assertTrue(ran.code() != 0 && ran.err().contains("no-such-class"), ran.err());
        create(to, "open");
        ran = to.rig.run("label", "s3://open/", "--allow", "statistics,main/first-steps");
        assertEquals(0, ran.code(), ran.out() + ran.err());
        ran = imported("said", "open", "--prohibit", "statistics");
        assertTrue((ran.out() + ran.err()).contains("source prohibits"), ran.out() + ran.err());
        assertEquals(List.of(), to.versions("open"), ran.err());
    }

    /** Neither a server that is away nor the end of ours ends a move. */
    @Test
    void aMoveGoesOnAfterARestart() throws IOException {
        Side there = Side.open(folder.resolve("there"));
        int port = URI.create(there.cloud.endpoints().s3()).getPort();
        Side here = Side.open(folder.resolve("here"));
        try {
            create(there, "old");
            there.set("old", "", "versioning", VERSIONS);
            for (int i = 0; i < 20; i++) {
                there.put("old", "k" + i / 2, Map.of(), bytes("v" + i));
            }
            here.knows(there, "provider");
            there.close();
            Rig.Ran ran =
                    moved(here, there, "import", "s3://old", "--from", "provider", "--background");
            assertEquals(0, ran.code(), ran.err());
            here.close();
            there = Side.open(folder.resolve("there"), "s3.listen=127.0.0.1:" + port);
            here = Side.open(folder.resolve("here"));
            String id = here.rig.run("move", "list", "--json").rows().getFirst().text("move");
            ran = here.rig.run("move", "watch", id);
            assertEquals(0, ran.code(), ran.out() + ran.err());
            assertEquals(there.versions("old"), here.versions("old"));
            ran = here.rig.run("move", "resume", id);
            assertTrue(ran.err().contains("is done"), ran.err());
            assertEquals(1, here.rig.run("move", "stop", "0123").code());
        } finally {
            here.close();
            there.close();
        }
    }

    private static void create(Side side, String bucket) throws IOException {
        side.s3.call("PUT", bucket, "", Map.of(), Map.of(), S3Client.Payload.nothing());
    }

    /** Without dates, which who stores gives. */
    private static List<String> undated(List<String> versions) {
        return versions.stream().map(each -> each.replaceAll(" \\S+T\\S+Z ", " ")).toList();
    }
}
