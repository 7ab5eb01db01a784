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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bucket moves from one server of ours to another, and back, by the commands that people use. */
@Timeout(120)
class MoveCommandsTest {
    private static final String UNTIL =
            Instant.now().plus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();

    @TempDir Path folder;

    /** One of the two servers, with its first credential's client. */
    private record Side(Rig rig, Cloud cloud, S3Client s3) implements AutoCloseable {
        static Side open(Path folder) throws IOException {
            Files.createDirectories(folder);
            Rig rig = new Rig(folder);
            Cloud cloud = rig.open();
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

        String get(String bucket, String key, String resource, String version)
                throws IOException {
            Map<String, String> query = new HashMap<>(Map.of(resource, ""));
            if (!version.isEmpty()) {
                query.put("versionId", version);
            }
            return new String(
                    s3.call("GET", bucket, key, query, Map.of(), S3Client.Payload.nothing()).body(),
                    StandardCharsets.UTF_8);
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
        side.put("old", "a", Map.of("x-amz-tagging", "k=v%20w"), bytes("two"));
        side.s3.call("DELETE", "old", "a", Map.of(), Map.of(), S3Client.Payload.nothing());
        side.put("old", "a", Map.of("cache-control", "no-store"), bytes("three"));
        side.put(
                "old",
                "locked/ü b+c",
                Map.of(
                        "x-amz-object-lock-mode", "COMPLIANCE",
                        "x-amz-object-lock-retain-until-date", UNTIL,
                        "x-amz-object-lock-legal-hold", "ON"),
                bytes("kept"));
        side.put("old", "large", Map.of(), new byte[300_000]);
        side.put("old", "empty", Map.of(), bytes(""));
        parts(side);
        side.set("old", "", "tagging", "<Tagging><TagSet><Tag><Key>t</Key><Value>1</Value></Tag></TagSet></Tagging>");
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
            parts.append("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>".formatted(i, etag));
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

    @Test
    void aBucketComesWithAllThatItHasAndGoesAgain() throws IOException {
        try (Side from = Side.open(folder.resolve("from"));
                Side to = Side.open(folder.resolve("to"))) {
            fill(from);
            to.knows(from, "provider");
            Rig.Ran ran = moved(to, from, "import", "s3://old", "s3://new", "--from", "provider");
            assertEquals(0, ran.code(), ran.out() + ran.err());
            assertEquals(from.versions("old"), to.versions("new"), ran.out());
            assertTrue(ran.out().contains("by MD5\n"), ran.out());
            assertTrue(ran.out().contains("by MD5 of 2 parts"), ran.out());
            for (String resource :
                    List.of("tagging", "lifecycle", "cors", "object-lock", "versioning")) {
                assertEquals(
                        from.get("old", "", resource, ""), to.get("new", "", resource, ""), resource);
            }
            for (String resource : List.of("retention", "legal-hold")) {
                assertEquals(
                        from.get("old", "locked/ü b+c", resource, ""),
                        to.get("new", "locked/ü b+c", resource, ""));
            }
            assertEquals(
                    "no-store",
                    to.s3
                            .call("HEAD", "new", "a", Map.of(), Map.of(), S3Client.Payload.nothing())
                            .header("cache-control"));

            // what is there is not carried again, and what is new is
            from.put("old", "a", Map.of(), bytes("four"));
            ran = moved(to, from, "import", "s3://old", "s3://new", "--from", "provider");
            assertEquals(0, ran.code(), ran.err());
            assertTrue(ran.out().contains("1 versions carried"), ran.out());
            assertEquals(from.versions("old"), to.versions("new"), ran.out());

            // and out again, to a third bucket
            to.knows(from, "back");
            ran = moved(to, from, "export", "s3://new", "s3://third", "--to", "provider");
            assertEquals(0, ran.code(), ran.out() + ran.err());
            assertEquals(
                    undated(from.versions("old")), undated(from.versions("third")), ran.out());
        }
    }

    /** Without dates, which who stores gives. */
    private static List<String> undated(List<String> versions) {
        return versions.stream().map(each -> each.replaceAll(" \\S+T\\S+Z ", " ")).toList();
    }
}
