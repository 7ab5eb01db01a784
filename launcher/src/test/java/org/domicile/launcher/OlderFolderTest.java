package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.domicile.bytes.StorageFailure;
import org.domicile.launcher.Rig.Ran;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data folder of an earlier program opens, and everything in it is there. The README.md beside
 * the archive says how it was made.
 */
class OlderFolderTest {
    private static final String BUCKET = "archive";

    @TempDir Path above;

    @BeforeEach
    void unpack() throws IOException {
        try (InputStream archive =
                        OlderFolderTest.class.getResourceAsStream("older/data-2026-11-24.zip");
                ZipInputStream zip = new ZipInputStream(archive)) {
            for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
                Path file = above.resolve(each.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, zip.readAllBytes());
            }
        }
        Files.setPosixFilePermissions(
                rig().keys().resolve("root.key"), PosixFilePermissions.fromString("rw-------"));
    }

    private Rig rig() {
        return new Rig(above);
    }

    private S3Client client(Cloud cloud) throws IOException {
        Json.Row pair = Json.object(Files.readAllBytes(above.resolve("credential")));
        return new S3Client(
                URI.create(cloud.endpoints().s3()),
                new S3Signature(pair.text("accessKey"), pair.text("secret"), "home"),
                Clock.systemUTC(),
                Optional.empty());
    }

    private static byte[] get(S3Client s3, String key) throws IOException {
        return s3.get(BUCKET, key, body -> body.readAllBytes());
    }

    private String done(String... words) {
        Ran ran = rig().run(words);
        assertEquals(0, ran.code(), ran.err() + ran.out());
        return ran.out();
    }

    @Test
    void opensIsReadAndWritten() throws Exception {
        try (Cloud cloud = rig().open();
                S3Client s3 = client(cloud)) {
            everythingIsThere(s3);
            s3.call(
                    "PUT",
                    BUCKET,
                    "new",
                    Map.of(),
                    Map.of(),
                    S3Client.Payload.of("new".getBytes(UTF_8)));
            verified();
        }
        // what this program wrote beside it is read as well
        try (Cloud cloud = rig().open();
                S3Client s3 = client(cloud)) {
            everythingIsThere(s3);
            assertArrayEquals("new".getBytes(UTF_8), get(s3, "new"));
            verified();
        }
    }

    private void everythingIsThere(S3Client s3) throws IOException {
        assertEquals("a small file", new String(get(s3, "small.txt"), UTF_8));
        byte[] large = new byte[131_200];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) ((long) i * i >> 7);
        }
        assertArrayEquals(large, get(s3, "large.bin"));
        assertEquals("one", new String(get(s3, "patients/p-1/x"), UTF_8));
        assertEquals("two", new String(get(s3, "patients/p-2/x"), UTF_8));
        assertTrue(done("zone", "list").contains("annex"));
        assertTrue(done("subject", "rule", "list").contains("patients/{subject}/"));
        assertTrue(done("label", "show", "s3://archive/patients/p-1/x").contains("name"));
        assertTrue(done("ledger", "retention").contains("730"));
        assertTrue(done("credential", "list").contains("main/reading"));
        String uses = done("uses", "--bucket", BUCKET);
        assertTrue(uses.contains("Ada Park") && uses.contains("archive/large.bin"), uses);
    }

    private void verified() {
        String verified = done("ledger", "verify", "--known", above.resolve("known").toString());
        assertTrue(verified.contains("use/main/node-1"), verified);
    }

    @Test
    void aBackupOfItIsRestored() throws Exception {
        Path backups = above.resolve("backups");
        done("backup", backups.toString());
        Path to = above.resolve("restored");
        Ran restored = Rig.command("restore", backups.toString(), "--data", to.toString());
        assertEquals(0, restored.code(), restored.err());
        try (Cloud cloud = Cloud.open(to, rig().settings());
                S3Client s3 = client(cloud)) {
            assertEquals("a small file", new String(get(s3, "small.txt"), UTF_8));
        }
    }

    /**
     * What a newer program wrote is refused in every part, with a sentence that says what to do.
     */
    @Test
    void aNewerFormatIsRefused() throws Exception {
        Path format = rig().data().resolve("format");
        String line = Files.readString(format);
        Files.writeString(format, "domicile data 2\n");
        Problem newer = assertThrows(Problem.class, () -> rig().open().close());
        assertTrue(
                String.valueOf(newer.getMessage()).contains("use the program that wrote it"),
                newer.getMessage());
        Files.writeString(format, line);
        Files.writeString(rig().data().resolve("keyspace/format"), "domicile keyspace 2\n");
        StorageFailure keyspace = assertThrows(StorageFailure.class, () -> rig().open().close());
        assertEquals(StorageFailure.Kind.FOREIGN, keyspace.kind());
        assertTrue(
                String.valueOf(keyspace.getMessage()).contains("use the program that wrote it"),
                keyspace.getMessage());
    }
}
