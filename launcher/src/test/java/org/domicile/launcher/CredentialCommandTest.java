package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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
