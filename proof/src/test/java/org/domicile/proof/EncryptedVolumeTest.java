package org.domicile.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A volume that is encrypted as an operator would do it: gocryptfs, on the folder of streams. */
@Timeout(180)
final class EncryptedVolumeTest {
    private static final String LOGIN = "gauge-of-people-1";
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String RECORD = "{\"name\":\"Ada of the third floor\"}";

    @TempDir private Path folder;

    private Path data() {
        return folder.resolve("data");
    }

    private void command(String... words) throws IOException, InterruptedException {
        List<String> all =
                Stream.concat(Stream.of(words), Stream.of("--data", data().toString())).toList();
        Server.command(all.toArray(String[]::new));
    }

    /** Under a purpose that may use names. */
    private HttpResponse<String> publish(Server server) throws IOException, InterruptedException {
        String pair = Base64.getEncoder().encodeToString((LOGIN + ":" + SECRET).getBytes(UTF_8));
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(server.web() + "/streams/people.here"))
                            .header("Authorization", "Basic " + pair)
                            .POST(HttpRequest.BodyPublishers.ofString(RECORD))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private void prepare() throws IOException, InterruptedException {
        command(
                "purpose",
                "create",
                "care",
                "--kind",
                "public-service",
                "--text",
                "Who is where",
                "--owner",
                "Office",
                "--legal-basis",
                "Act",
                "--class",
                "name",
                "--expires",
                "2099-12-31");
        command("principal", "create", "gauge");
        Path secret = Files.writeString(folder.resolve("secret"), SECRET);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        command(
                "credential",
                "create",
                "--principal",
                "gauge",
                "--purpose",
                "care",
                "--access-key",
                LOGIN,
                "--secret-file",
                secret.toString());
        command("stream", "create", "people.here");
        command("label", "streams://main/people.", "--classes", "name");
    }

    /** Files below a folder in which the record stands. */
    private static long inClear(Path below) throws IOException {
        try (Stream<Path> files = Files.walk(below)) {
            long found = 0;
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                found += new String(Files.readAllBytes(each), UTF_8).contains(RECORD) ? 1 : 0;
            }
            return found;
        }
    }

    @Test
    void recordsAboutPeopleLieOnAnEncryptedVolumeAlone() throws Exception {
        try (Server plain = Server.ready(folder)) {
            prepare();
            HttpResponse<String> refused = publish(plain);
            assertEquals(403, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("clear-volume"), refused::body);
        }
        try (Gocryptfs volume = Gocryptfs.on(data().resolve("streams"), folder);
                Server encrypted = Server.ready(folder)) {
            HttpResponse<String> taken = publish(encrypted);
            long end = System.nanoTime() + StreamLife.PATIENCE.toNanos();
            while (taken.statusCode() == 503 && System.nanoTime() < end) {
                LockSupport.parkNanos(200_000_000); // the log is brought to the register
                taken = publish(encrypted);
            }
            assertEquals(200, taken.statusCode(), taken.body());
            assertTrue(inClear(data().resolve("streams")) > 0, "where is it?");
            assertEquals(0, inClear(volume.below()));
        }
        assertFalse(inClear(data().resolve("streams")) > 0, "below the volume");
    }

    /** Mounted at a folder. @param below where what lies in it lies in truth */
    private record Gocryptfs(Path at, Path below) implements AutoCloseable {
        static Gocryptfs on(Path at, Path folder) throws IOException, InterruptedException {
            Path below = Files.createDirectory(folder.resolve("sealed"));
            Path word = Files.writeString(folder.resolve("word"), "a long one\n");
            String program = Foreign.program("gocryptfs");
            for (List<String> words :
                    List.of(
                            List.of("-init", "-scryptn", "10", below.toString()),
                            // what lies there already stays below, as nobody sees it any more
                            List.of("-nonempty", below.toString(), at.toString()))) {
                Foreign.command(
                                Stream.concat(
                                                Stream.of(
                                                        program,
                                                        "-q",
                                                        "-passfile",
                                                        word.toString()),
                                                words.stream())
                                        .toArray(String[]::new))
                        .done();
            }
            return new Gocryptfs(at, below);
        }

        @Override
        public void close() throws IOException, InterruptedException {
            Foreign.command(Foreign.program("fusermount3"), "-u", at.toString()).done();
        }
    }
}
