package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A credential that ends is dead at the S3 door within a second. */
class CredentialCommandTest {
    @TempDir Path above;

    @Test
    void whoWasReplacedOrEndedIsRefused() throws IOException {
        Rig rig = new Rig(above);
        try (Cloud cloud = rig.open()) {
            assertEquals(0, rig.run("bucket", "create", "archive").code());
            FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
            String url = cloud.endpoints().s3();
            list(url, first.accessKey(), first.secret());

            Json.Row fresh =
                    rig.run("credential", "rotate", first.accessKey(), "--json").rows().getFirst();
            long ended = System.nanoTime();
            assertRefused(url, first.accessKey(), first.secret());
            assertTrue(System.nanoTime() - ended < Duration.ofSeconds(1).toNanos());
            list(url, fresh.text("accessKey"), fresh.text("secret"));

            Rig.Ran withdrawn = rig.run("credential", "withdraw", fresh.text("accessKey"));
            ended = System.nanoTime();
            assertEquals(0, withdrawn.code(), withdrawn.err());
            assertRefused(url, fresh.text("accessKey"), fresh.text("secret"));
            assertTrue(System.nanoTime() - ended < Duration.ofSeconds(1).toNanos());

            // a caller who is known is refused on record
            Rig.Ran uses = rig.run("uses", "--refused", "--bucket", "archive");
            assertTrue(uses.out().contains("refused: credential-withdrawn"), uses.out());
        }
    }

    /** Story: clients that move in had to be given new keys, each of them. */
    @Test
    void aPairThatClientsHaveIsKeptAndItsSecretIsNowhereToBeRead() throws IOException {
        Rig rig = new Rig(above);
        String secret = "planted+Sqv2hV/8mWmYtT4kQx0b9";
        Path file = above.resolve("pair.secret");
        String[] keep = {
            "credential",
            "create",
            "--principal",
            "Backup",
            "--purpose",
            "first-steps",
            "--access-key",
            "backup@old-server",
            "--secret-file",
            file.toString()
        };
        try (Cloud cloud = rig.open()) {
            assertEquals(0, rig.run("bucket", "create", "archive").code());
            assertEquals(0, rig.run("principal", "create", "Backup").code());
            Files.writeString(file, secret + "\n");
            Rig.Ran open = rig.run(keep);
            assertTrue(open.code() != 0 && open.err().contains("chmod 600"), open.err());
            Rig.secret(file, secret.substring(0, 15));
            Rig.Ran weak = rig.run(keep);
            assertTrue(weak.code() != 0 && weak.err().contains("16 to 128"), weak.err());
            Rig.secret(file, secret + "\n");
            Rig.Ran kept = rig.run(keep);
            assertEquals(0, kept.code(), kept.err());
            Rig.Ran again = rig.run(keep);
            assertTrue(again.err().contains("exists already"), again.err());
            list(cloud.endpoints().s3(), "backup@old-server", secret);
            for (Rig.Ran ran : List.of(open, weak, kept, again)) {
                assertFalse((ran.out() + ran.err()).contains(secret.substring(0, 15)));
            }
        }
        try (Cloud cloud = rig.open()) {
            list(cloud.endpoints().s3(), "backup@old-server", secret);
        }
        Files.delete(file);
        try (Stream<Path> all = Files.walk(above)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                String bytes = Files.readString(each, StandardCharsets.ISO_8859_1);
                assertFalse(bytes.contains(secret.substring(0, 15)), each.toString());
            }
        }
    }

    @Test
    void aReplacedCredentialMayGoOnForAWhile() throws IOException {
        Rig rig = new Rig(above);
        try (Cloud cloud = rig.open()) {
            assertEquals(0, rig.run("bucket", "create", "archive").code());
            FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
            String url = cloud.endpoints().s3();
            String key = first.accessKey();
            Rig.Ran tooLong = rig.run("credential", "rotate", key, "--grace", "91d");
            assertTrue(tooLong.err().contains("at most 90 days"), tooLong.err());
            Json.Row fresh =
                    rig.run("credential", "rotate", key, "--grace", "24h", "--json")
                            .rows()
                            .getFirst();
            list(url, key, first.secret());
            list(url, fresh.text("accessKey"), fresh.text("secret"));
            Json.Row old =
                    rig.run("credential", "list", "--json").rows().stream()
                            .filter(row -> row.text("accessKey").equals(key))
                            .findFirst()
                            .orElseThrow();
            Instant end = Instant.parse(old.text("expires"));
            Instant latest = Instant.now().plus(Duration.ofHours(24));
            assertFalse(
                    end.isAfter(latest) || end.isBefore(latest.minusSeconds(600)), end::toString);
        }
    }

    private static void assertRefused(String url, String accessKey, String secret) {
        S3Failure failure = assertThrows(S3Failure.class, () -> list(url, accessKey, secret));
        assertEquals("AccessDenied", failure.code(), failure.getMessage());
    }

    private static void list(String url, String accessKey, String secret) throws IOException {
        S3Signature signature = new S3Signature(accessKey, secret, "home");
        try (S3Client s3 =
                new S3Client(URI.create(url), signature, Clock.systemUTC(), Optional.empty())) {
            s3.call("GET", "archive", "", Map.of(), Map.of(), S3Client.Payload.nothing());
        }
    }
}
