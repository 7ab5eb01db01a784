package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Moves with another side that lies, breaks off, and is changed, as this one is, in the middle. */
@Timeout(120)
class MoveRefusalsTest {
    @TempDir Path above;
    private OtherSide there;
    private Rig rig;
    private Cloud cloud;
    private S3Client s3;
    private Path credential;

    @BeforeEach
    void open() throws IOException {
        there = new OtherSide();
        rig = new Rig(above);
        reopen();
        credential =
                Rig.secret(above.resolve("other.json"), "{\"accessKey\":\"AK\",\"secret\":\"s\"}");
        ran(
                0,
                "target",
                "create",
                "provider",
                there.url(),
                "--zone",
                "home",
                "--network",
                "127.0.0.0/8",
                "--organisation",
                "main");
    }

    private void reopen() throws IOException {
        cloud = rig.open();
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        s3 =
                new S3Client(
                        URI.create(cloud.endpoints().s3()),
                        new S3Signature(first.accessKey(), first.secret(), "home"),
                        Clock.systemUTC(),
                        Optional.empty());
    }

    @AfterEach
    void close() {
        s3.close();
        cloud.close();
        there.close();
    }

    private Rig.Ran ran(int code, String... words) {
        Rig.Ran ran = rig.run(words);
        assertEquals(code, ran.code(), ran.out() + ran.err());
        return ran;
    }

    private Rig.Ran imported(int code, String... more) {
        return moved(code, List.of("import", "s3://old", "s3://new", "--from", "provider"), more);
    }

    private Rig.Ran exported(int code, String... more) {
        return moved(code, List.of("export", "s3://new", "s3://old", "--to", "provider"), more);
    }

    private Rig.Ran moved(int code, List<String> words, String... more) {
        List<String> all = new java.util.ArrayList<>(words);
        all.addAll(List.of("--remote-credential", credential.toString()));
        all.addAll(List.of(more));
        return ran(code, all.toArray(String[]::new));
    }

    private void call(
            String method, String bucket, String key, Map<String, String> query, String body)
            throws IOException {
        s3.call(
                method,
                bucket,
                key,
                query,
                Map.of(),
                S3Client.Payload.of(body.getBytes(StandardCharsets.UTF_8)));
    }

    private void put(String key, String body) throws IOException {
        call("PUT", "new", key, Map.of(), body);
    }

    private String body(String key) throws IOException {
        return s3.get("new", key, in -> new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }

    private String get(String resource) throws IOException {
        return new String(
                s3.call(
                                "GET",
                                "new",
                                "",
                                Map.of(resource, ""),
                                Map.of(),
                                S3Client.Payload.nothing())
                        .body(),
                StandardCharsets.UTF_8);
    }

    private void unchecked(Unchecked act) {
        try {
            act.run();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private interface Unchecked {
        void run() throws IOException;
    }

    /** Does something once, before an answer to a request that begins so. */
    private void before(String request, Unchecked act) {
        AtomicBoolean done = new AtomicBoolean();
        there.instead =
                asked -> {
                    if (asked.startsWith(request) && done.compareAndSet(false, true)) {
                        unchecked(act);
                    }
                    return Optional.empty();
                };
    }

    /** What was compared may be hours old: nothing comes on top of what came since. */
    @Test
    void whatAClientHasJustStoredStays() throws IOException {
        there.versions.add(OtherSide.Held.object("k", "null", "theirs"));
        call("PUT", "new", "", Map.of(), "");
        before("GET /old/k?versionId", () -> put("k", "mine"));
        Rig.Ran ran = imported(0);
        assertEquals("mine", body("k"));
        assertTrue(ran.err().contains("is newer"), ran.out() + ran.err());

        // the same where versions are kept
        there.versioned();
        there.versions.add(0, OtherSide.Held.marker("a", "2"));
        there.versions.add(1, OtherSide.Held.object("a", "1", "theirs"));
        call("PUT", "kept", "", Map.of(), "");
        before("GET /old/a?versionId", () -> call("PUT", "kept", "a", Map.of(), "mine"));
        ran = moved(0, List.of("import", "s3://old", "s3://kept", "--from", "provider"));
        assertTrue(ran.err().contains("somebody else has put"), ran.out() + ran.err());
        assertEquals(
                "mine",
                s3.get("kept", "a", in -> new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        assertEquals(
                1,
                s3.call(
                                "GET",
                                "kept",
                                "",
                                Map.of("versions", "", "prefix", "a"),
                                Map.of(),
                                S3Client.Payload.nothing())
                        .elements("Version")
                        .size());
    }

    /** A listing without end neither fills the memory nor goes on for ever. */
    @Test
    void aListingHasAnEnd() {
        there.instead =
                asked ->
                        asked.contains("versions") && asked.startsWith("GET /old?")
                                ? Optional.of(
                                        OtherSide.Answer.of(
                                                200,
                                                "<ListVersionsResult>"
                                                        + "<Version>".repeat(1 << 20)))
                                : Optional.empty();
        assertTrue(imported(1).err().contains("does not list its versions"));
        there.instead =
                asked -> {
                    if (!asked.contains("versions") || !asked.startsWith("GET /old?")) {
                        return Optional.empty();
                    }
                    String next =
                            asked.contains("key-marker=a") ? "b" : asked.contains("=b") ? "c" : "a";
                    return Optional.of(
                            OtherSide.Answer.of(
                                    200,
                                    "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>"
                                            + next
                                            + "</NextKeyMarker></ListVersionsResult>"));
                };
        assertTrue(imported(1).err().contains("in circles"));
    }

    /** Whatever could not be carried now is tried again before the move is done. */
    @Test
    void whatBrokeOffIsTriedAgain() throws IOException {
        there.versioned();
        there.versions.add(OtherSide.Held.object("k", "2", "second"));
        there.versions.add(OtherSide.Held.object("k", "1", "first"));
        AtomicInteger broken = new AtomicInteger();
        there.instead =
                asked ->
                        asked.startsWith("GET /old/k?versionId=1") && broken.incrementAndGet() <= 3
                                ? Optional.of(new OtherSide.Answer(200, "fi", 5))
                                : Optional.empty();
        Rig.Ran ran = imported(0, "--json");
        assertEquals(2, ran.rows().getFirst().number("carried"), ran.out());
        assertEquals(0, ran.rows().getFirst().number("left"), ran.out());
        assertEquals("second", body("k"));
        String id = rig.run("move", "list", "--json").rows().getFirst().text("move");
        ran = ran(0, "move", "report", id, "--json");
        assertEquals(2, ran.out().split("\"waiting\"", -1).length - 1, ran.out());

        // and where it stays so, the move is not done, and goes on when it is asked to
        broken.set(-1_000);
        there.versions.add(OtherSide.Held.object("n", "1", "third"));
        there.instead =
                asked ->
                        asked.startsWith("GET /old/n?versionId=1")
                                ? Optional.of(new OtherSide.Answer(200, "th", 5))
                                : Optional.empty();
        ran = imported(1);
        assertTrue(ran.err().contains("its bytes broke off"), ran.err());
        id = rig.run("move", "list", "--json").rows().getFirst().text("move");
        there.instead = asked -> Optional.empty();
        ran(0, "move", "resume", id);
        ran(0, "move", "watch", id);
        assertEquals("third", body("n"));

        // one that is done with can be forgotten
        ran(0, "move", "forget", id);
        ran(1, "move", "report", id);
    }

    @Test
    void aFullQuotaEndsAnImport() throws IOException {
        for (int i = 0; i < 30; i++) {
            there.versions.add(OtherSide.Held.object("k%02d".formatted(i), "null", "b" + i));
        }
        call("PUT", "new", "", Map.of(), "");
        ran(0, "bucket", "quota", "new", "--objects", "3");
        Rig.Ran ran = imported(1);
        assertTrue(ran.err().contains("quota of the bucket new has no room"), ran.err());
        assertTrue(there.requests.size() < 80, there.requests::toString);
        ran(0, "bucket", "quota", "new", "--objects", "100");
        String id = rig.run("move", "list", "--json").rows().getFirst().text("move");
        ran(0, "move", "resume", id);
        ran(0, "move", "watch", id);
        assertEquals("b29", body("k29"));
    }

    /** Conditions of a bucket's policy hold for what moves in as for what is put. */
    @Test
    void aPolicyIsNotGoneRound() throws IOException {
        there.versions.add(OtherSide.Held.object("k", "null", "b"));
        there.versions.add(OtherSide.Held.object("w", "null", "b"));
        there.versions.getFirst().fields().put("x-amz-website-redirect-location", "/x");
        call("PUT", "new", "", Map.of(), "");
        call(
                "PUT",
                "new",
                "",
                Map.of("policy", ""),
                """
                {"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:PutObject",\
                "Resource":"arn:aws:s3:::new/*",\
                "Condition":{"StringLike":{"s3:x-amz-website-redirect-location":"*"}}}}\
                """);
        Rig.Ran ran = imported(0);
        assertTrue(ran.err().contains("k null: refused"), ran.out() + ran.err());
        assertEquals("b", body("w"));
    }

    /** Removing a target means the moves too that are under way. */
    @Test
    void aTargetThatIsRemovedEndsTheMove() throws IOException {
        for (int i = 0; i < 200; i++) {
            there.versions.add(OtherSide.Held.object("k%03d".formatted(i), "null", "b"));
        }
        before("GET /old/k005", () -> ran(0, "target", "remove", "main/provider"));
        Rig.Ran ran = imported(1);
        assertTrue(ran.err().contains("its target is not what it was"), ran.err());
        assertFalse(
                there.requests.stream().anyMatch(each -> each.startsWith("GET /old/k199")),
                "nothing more is asked there");
        String id = rig.run("move", "list", "--json").rows().getFirst().text("move");
        assertTrue(ran(1, "move", "resume", id).err().contains("make it again"));
    }

    private static String cors(String origin) {
        return "<CORSConfiguration><CORSRule><AllowedOrigin>"
                + origin
                + "</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
    }

    private static String lock(int days) {
        return "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
                + "<DefaultRetention><Mode>GOVERNANCE</Mode><Days>"
                + days
                + "</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
    }

    private static String encryption(String algorithm) {
        return "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
                + "<SSEAlgorithm>"
                + algorithm
                + "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
                + "</ServerSideEncryptionConfiguration>";
    }

    /** What is set here was set by somebody; what another server says is no reason to change it. */
    @Test
    void settingsStay() throws IOException {
        there.versioned();
        there.settings.put("cors", cors("theirs"));
        there.settings.put("encryption", encryption("AES256"));
        there.settings.put("object-lock", lock(3));
        there.settings.put(
                "tagging",
                "<Tagging><TagSet><Tag><Key>t</Key><Value>1</Value></Tag></TagSet></Tagging>");
        there.settings.put(
                "policy",
                "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\","
                    + "\"Resource\":\"arn:aws:s3:::old/*\"}}");
        there.settings.put(
                "notification",
                "<NotificationConfiguration><QueueConfiguration><Queue>arn:aws:sqs:eu:1:q</Queue>"
                    + "<Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>");
        s3.call(
                "PUT",
                "new",
                "",
                Map.of(),
                Map.of("x-amz-bucket-object-lock-enabled", "true"),
                S3Client.Payload.nothing());
        call("PUT", "new", "", Map.of("cors", ""), cors("ours"));
        call("PUT", "new", "", Map.of("encryption", ""), encryption("aws:kms"));
        call("PUT", "new", "", Map.of("object-lock", ""), lock(9));
        Rig.Ran ran = imported(0);
        assertTrue(get("cors").contains("ours"), ran.err());
        assertTrue(get("encryption").contains("aws:kms"), ran.err());
        assertTrue(get("object-lock").contains("<Days>9</Days>"), ran.err());
        assertTrue(get("tagging").contains("<Key>t</Key>"), "what was not set is set");
        assertTrue(ran.err().contains("cors: it is set otherwise here"), ran.err());
        assertTrue(ran.err().contains("policy: it would let everybody in"), ran.err());
        assertTrue(ran.err().contains("notification: ") && ran.err().contains("target create"));
        // only when somebody says so, and no retention shorter even then
        ran = imported(0, "--settings", "replace");
        assertTrue(get("cors").contains("theirs"), ran.err());
        assertTrue(get("policy").contains("arn:aws:s3:::new/*"), ran.err());
        assertTrue(get("encryption").contains("aws:kms"), ran.err());
        assertTrue(get("object-lock").contains("<Days>9</Days>"), ran.err());
        call("PUT", "new", "", Map.of("cors", ""), cors("ours"));
        ran = imported(0, "--settings", "none");
        assertTrue(get("cors").contains("ours"), ran.err());
        assertFalse(ran.err().contains("cors"), ran.err());
        assertEquals(
                1,
                rig.run(
                                "import",
                                "s3://old",
                                "--from",
                                "provider",
                                "--remote-credential",
                                credential.toString(),
                                "--settings",
                                "some")
                        .code());
    }

    /** Under a named key an ETag only looks like an MD5. */
    @Test
    void whatANamedKeySealsGoesOut() throws IOException {
        ran(0, "key", "create", "vault", "--organisation", "main");
        call("PUT", "new", "", Map.of(), "");
        s3.call(
                "PUT",
                "new",
                "k",
                Map.of(),
                Map.of(
                        "x-amz-server-side-encryption",
                        "aws:kms",
                        "x-amz-server-side-encryption-aws-kms-key-id",
                        "vault"),
                S3Client.Payload.of("sealed".getBytes(StandardCharsets.UTF_8)));
        Rig.Ran ran = exported(0);
        assertTrue(
                ran.out().contains("1 by MD5, checked by the other side"), ran.out() + ran.err());
        assertEquals("sealed", new String(there.held("k").body(), StandardCharsets.UTF_8));
        // the ETags differ, and it is the same
        ran = exported(0, "--json");
        assertEquals(1, ran.rows().getFirst().number("present"), ran.out());
    }

    /** Also one of the same length, with as many parts. */
    @Test
    void whatWasChangedGoesOutAgain() throws IOException {
        call("PUT", "new", "", Map.of(), "");
        parts("k", 'a');
        put("m", "same");
        exported(0);
        assertEquals(OtherSide.md5(bytes('a')), OtherSide.md5(there.held("k").body()));
        parts("k", 'b');
        s3.call(
                "PUT",
                "new",
                "m",
                Map.of(),
                Map.of("x-amz-meta-a", "1"),
                S3Client.Payload.of("same".getBytes(StandardCharsets.UTF_8)));
        Rig.Ran ran = exported(0, "--json");
        assertEquals(OtherSide.md5(bytes('b')), OtherSide.md5(there.held("k").body()), ran.out());
        assertEquals("1", there.held("m").fields().get("x-amz-meta-a"), ran.out());
        ran = exported(0, "--json");
        assertEquals(2, ran.rows().getFirst().number("present"), ran.out());
    }

    private static byte[] bytes(char with) {
        byte[] body = new byte[(5 << 20) + 7];
        java.util.Arrays.fill(body, (byte) with);
        return body;
    }

    private void parts(String key, char with) throws IOException {
        String upload =
                s3.call(
                                "POST",
                                "new",
                                key,
                                Map.of("uploads", ""),
                                Map.of(),
                                S3Client.Payload.nothing())
                        .text("UploadId");
        StringBuilder xml = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 1; i <= 2; i++) {
            byte[] all = bytes(with);
            byte[] part =
                    i == 1
                            ? java.util.Arrays.copyOf(all, 5 << 20)
                            : java.util.Arrays.copyOfRange(all, 5 << 20, all.length);
            String etag =
                    s3.call(
                                    "PUT",
                                    "new",
                                    key,
                                    Map.of("partNumber", "" + i, "uploadId", upload),
                                    Map.of(),
                                    S3Client.Payload.of(part))
                            .etag();
            xml.append(
                    "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>".formatted(i, etag));
        }
        call("POST", "new", key, Map.of("uploadId", upload), xml + "</CompleteMultipartUpload>");
    }

    /** S3 refuses a date that is over; and what is locked has to come with a checksum. */
    @Test
    void aRetentionThatIsOverIsLeftOut() throws Exception {
        s3.call(
                "PUT",
                "new",
                "",
                Map.of(),
                Map.of("x-amz-bucket-object-lock-enabled", "true"),
                S3Client.Payload.nothing());
        there.versioned();
        there.settings.put("object-lock", lock(1).replaceAll("<Rule>.*</Rule>", ""));
        Instant soon = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);
        for (Map.Entry<String, Instant> each :
                Map.of("over", soon, "kept", soon.plusSeconds(9_999)).entrySet()) {
            s3.call(
                    "PUT",
                    "new",
                    each.getKey(),
                    Map.of(),
                    new HashMap<>(
                            Map.of(
                                    "x-amz-object-lock-mode",
                                    "COMPLIANCE",
                                    "x-amz-object-lock-retain-until-date",
                                    each.getValue().toString())),
                    S3Client.Payload.of("b".getBytes(StandardCharsets.UTF_8)));
        }
        while (Instant.now().isBefore(soon.plusMillis(100))) {
            LockSupport.parkNanos(50_000_000);
        }
        exported(0);
        assertFalse(there.held("over").fields().containsKey("x-amz-object-lock-mode"));
        assertEquals("COMPLIANCE", there.held("kept").fields().get("x-amz-object-lock-mode"));
        assertTrue(there.held("kept").fields().containsKey("content-md5"));
    }

    /** One damaged body is a line of the report, and what comes behind goes out. */
    @Test
    void whatIsDamagedHereIsSaid() throws IOException {
        call("PUT", "new", "", Map.of(), "");
        byte[] large = new byte[300_000];
        new Random(1).nextBytes(large);
        s3.call("PUT", "new", "a", Map.of(), Map.of(), S3Client.Payload.of(large));
        put("b", "whole");
        s3.close();
        cloud.close();
        Path segment = rig.data().resolve("blobs/000000000001.segment");
        try (FileChannel file =
                FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, 65_536 + 5_000);
            one.put(0, (byte) (one.get(0) ^ 1));
            file.write(one.flip(), 65_536 + 5_000);
        }
        reopen();
        Rig.Ran ran = exported(0);
        assertTrue(ran.err().contains("what is stored of it is damaged"), ran.out() + ran.err());
        assertEquals("whole", new String(there.held("b").body(), StandardCharsets.UTF_8));
    }

    /** An upload that a death left on the other side is given up by who goes on. */
    @Test
    void anUploadIsNotLeftThere() throws Exception {
        call("PUT", "new", "", Map.of(), "");
        parts("k", 'a');
        AtomicBoolean dying = new AtomicBoolean(true);
        java.util.concurrent.CountDownLatch reached = new java.util.concurrent.CountDownLatch(1);
        java.util.concurrent.CountDownLatch died = new java.util.concurrent.CountDownLatch(1);
        there.instead =
                asked -> {
                    if (dying.get() && asked.contains("partNumber=2")) {
                        reached.countDown();
                        try {
                            died.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    // What dies gives nothing up any more.
                    return dying.get() && asked.startsWith("DELETE")
                            ? Optional.of(OtherSide.Answer.of(503, ""))
                            : Optional.empty();
                };
        exported(0, "--background");
        assertTrue(reached.await(30, java.util.concurrent.TimeUnit.SECONDS));
        s3.close();
        cloud.close();
        assertEquals(1, there.uploads.size());
        String left = there.uploads.keySet().iterator().next();
        dying.set(false);
        died.countDown();
        reopen();
        String id = rig.run("move", "list", "--json").rows().getFirst().text("move");
        ran(0, "move", "watch", id);
        assertEquals(Map.of(), there.uploads, "the upload " + left + " is there no more");
        assertEquals(OtherSide.md5(bytes('a')), OtherSide.md5(there.held("k").body()));
        assertTrue(Files.exists(rig.data()));
    }
}
