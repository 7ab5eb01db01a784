package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.domicile.bytes.StorageFailure;
import org.domicile.objects.Bucket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** One data folder: opened, closed, opened again; and everything that must keep it shut. */
class CloudTest {
    @TempDir Path above;
    private Rig rig;

    @BeforeEach
    void rig() {
        rig = new Rig(above);
    }

    @Test
    void whatWasMadeIsThereAfterEachRestart() throws IOException {
        try (Cloud cloud = rig.open()) {
            Rig.administration(cloud.guard()).createBucket("main", "archive", List.of());
        }
        byte[] credential = Files.readAllBytes(rig.firstCredential());
        for (int start = 0; start < 2; start++) {
            try (Cloud cloud = rig.open()) {
                List<Bucket> buckets = Rig.administration(cloud.guard()).buckets("main");
                assertEquals(List.of("archive"), buckets.stream().map(Bucket::name).toList());
                assertArrayEquals(credential, Files.readAllBytes(rig.firstCredential()));
            }
            assertFalse(Files.exists(new Folder(rig.data()).endpoints()));
        }
    }

    @Test
    void aFirstStartSaysWhereEverythingIs() throws IOException {
        try (Cloud cloud = rig.open()) {
            Folder folder = new Folder(rig.data());
            Endpoints said = Endpoints.running(folder).orElseThrow();
            assertEquals(cloud.endpoints(), said);
            assertTrue(
                    said.urls().getOrDefault("s3", "").matches("http://127\\.0\\.0\\.1:[1-9]\\d+"));
            assertEquals(List.of(rig.keys()), said.keyPlaces());
            assertTrue(FirstCredential.read(said.firstCredential()).isPresent());
            assertEquals("home", said.zone());
            for (Path secret : List.of(rig.firstCredential(), folder.token(), folder.endpoints())) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
            }
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.data())));
            Json.Row status = AdminClient.of(folder).object("/v1/status");
            assertEquals("ready", status.text("state"));
            assertTrue(status.row("figures").number("ledger.entries") > 0);
            // not the only one where the machine's disk is nearly full
            assertTrue(
                    status.texts("warnings").stream()
                            .anyMatch(each -> each.contains("one place only")));
        }
    }

    @Test
    void aSecondOneIsToldWhoHasTheFolder() throws IOException {
        try (Cloud first = rig.open()) {
            String sentence = refusal(Folder.Taken.class, () -> rig.open().close());
            assertTrue(sentence.contains("(pid " + ProcessHandle.current().pid() + ")"), sentence);
            assertEquals("ready", first.instruments().status().state());
        }
    }

    @Test
    void aNewerFormatIsRefusedAndNothingIsTouched() throws IOException {
        Files.createDirectories(rig.data());
        Files.writeString(rig.data().resolve("format"), "domicile data 2\n");
        String sentence = refusal(Problem.class, rig::open);
        assertTrue(sentence.contains("has format 2 and this program reads up to 1"), sentence);
        assertEquals(List.of("format"), names(rig.data()));
    }

    @Test
    void aFolderOfSomethingElseIsRefusedAndNothingIsTouched() throws IOException {
        Files.createDirectories(rig.data());
        Files.writeString(rig.data().resolve("thesis.txt"), "years of work");
        String sentence = refusal(Problem.class, rig::open);
        assertTrue(sentence.contains("thesis.txt lies in it"), sentence);
        assertEquals(List.of("thesis.txt"), names(rig.data()));
    }

    @Test
    void aPortInUseIsSaidAndClosesWhatWasOpened() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String taken = "s3.listen=127.0.0.1:" + other.getLocalPort();
            String sentence = refusal(IOException.class, () -> rig.open(taken));
            assertTrue(
                    sentence.contains("s3") && sentence.contains("" + other.getLocalPort()),
                    sentence);
        }
        rig.open().close(); // nothing holds the folder
    }

    @Test
    void aKeyStoreThatIsMissingKeepsTheFolderShutUntilItIsBack() throws IOException {
        rig.open().close();
        Path aside = above.resolve("aside");
        Files.move(rig.keys(), aside);
        String failure = refusal(StorageFailure.class, rig::open);
        assertTrue(failure.contains(rig.keys().toString()), failure);
        assertFalse(Files.exists(rig.keys()), "nothing was written in its place");
        Files.move(aside, rig.keys());
        rig.open().close();
    }

    @Test
    void aKeyStoreOlderThanTheFolderIsRefused() throws IOException {
        rig.open().close();
        Path old = above.resolve("old");
        copy(rig.keys(), old);
        try (Cloud cloud = rig.open()) {
            Rig.administration(cloud.guard()).createOrganisation("city", "home");
        }
        Path today = above.resolve("today");
        Files.move(rig.keys(), today);
        Files.move(old, rig.keys());
        String sentence = refusal(StorageFailure.class, rig::open);
        assertTrue(sentence.contains("older"), sentence);
        Files.move(rig.keys(), old);
        Files.move(today, rig.keys());
        rig.open().close();
    }

    @Test
    void keysInsideTheDataFolderAreRefused() {
        String inside = "keys.places=" + rig.data().resolve("keys");
        assertTrue(
                refusal(Problem.class, () -> rig.open(inside)).contains("lies in the data folder"));
    }

    @Test
    void aPassphraseOpensAndAnotherDoesNot() throws IOException {
        Path phrase = Files.writeString(above.resolve("phrase"), "four plain words here\n");
        String setting = "keys.passphrase.file=" + phrase;
        Files.setPosixFilePermissions(phrase, PosixFilePermissions.fromString("rw-r--r--"));
        assertTrue(refusal(Problem.class, () -> rig.open(setting)).contains("chmod 600"));
        Files.setPosixFilePermissions(phrase, PosixFilePermissions.fromString("rw-------"));
        rig.open(setting).close();
        assertFalse(Files.readString(rig.keys().resolve("root.key")).contains("four plain"));
        rig.open(setting).close();
        Files.writeString(phrase, "four other words here\n");
        assertTrue(
                refusal(StorageFailure.class, () -> rig.open(setting))
                        .contains("passphrase does not open"));
    }

    @Test
    void originAndHomeZoneAreFixedByTheFirstStart() throws IOException {
        rig.open("ledger.origin=cloud.city.example/ledger").close();
        rig.open().close();
        assertTrue(
                refusal(Problem.class, () -> rig.open("ledger.origin=other.example"))
                        .contains("cloud.city.example/ledger"));
        assertTrue(
                refusal(Problem.class, () -> rig.open("zone.default=elsewhere"))
                        .contains("zone create"));
    }

    @Test
    void aZoneThatTheConfigurationNamesAndNobodyMadeIsWarnedAbout() throws IOException {
        try (Cloud cloud = rig.open("zone.networks=127.0.0.2/32=north")) {
            assertTrue(warned(cloud, "domicile zone create north"));
            Rig.administration(cloud.guard()).createZone("north", java.util.Optional.empty());
            assertFalse(warned(cloud, "domicile zone create north"));
        }
    }

    @Test
    void aDataFolderFarDownHasItsSocketElsewhere() throws IOException {
        Path far = above.resolve("a-folder-with-a-long-name".repeat(8));
        Path socket;
        try (Cloud cloud = Cloud.open(far, rig.settings())) {
            socket = cloud.endpoints().socket();
            assertFalse(socket.startsWith(far), "it would not fit");
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(socket.getParent())));
            AdminClient admin = AdminClient.of(new Folder(far), cloud.endpoints());
            assertEquals(200, admin.ask("GET", "/v1/status").status());
        }
        assertFalse(Files.exists(socket.getParent()));
    }

    @Test
    void stoppingOverTheAdminDoorEndsTheWait() throws Exception {
        try (Cloud cloud = rig.open()) {
            AdminClient admin = AdminClient.of(new Folder(rig.data()));
            assertEquals(202, admin.ask("POST", "/v1/stop").status());
            cloud.awaitStop();
            assertEquals("stopping", cloud.instruments().status().state());
        }
    }

    /** The sentence of a failure that must come. */
    private static String refusal(Class<? extends Exception> kind, Executable call) {
        return String.valueOf(assertThrows(kind, call).getMessage());
    }

    private static boolean warned(Cloud cloud, String words) {
        return cloud.instruments().status().warnings().stream()
                .anyMatch(warning -> warning.contains(words));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        for (String name : names(from)) {
            Files.copy(
                    from.resolve(name),
                    to.resolve(name),
                    java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
    }
}
