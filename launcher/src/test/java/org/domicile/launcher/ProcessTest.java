package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a person runs them, each a process, and the server that they start. */
class ProcessTest {
    private static final long LONGEST_SECONDS = 90;

    @TempDir Path above;
    private Path data;

    /** What a command said and how it ended. */
    private record Said(int code, String out, String err) {}

    @BeforeEach
    void data() {
        data = above.resolve("data");
    }

    /** Whatever a test left running ends with it. */
    @AfterEach
    void stop() throws InterruptedException {
        var left = Endpoints.running(new Folder(data)).map(Endpoints::pid);
        if (left.isPresent()) {
            ProcessHandle server = ProcessHandle.of(left.get()).orElseThrow();
            server.destroyForcibly();
            server.onExit().join();
        }
    }

    @Test
    void upStatusEnvDown() throws Exception {
        Said status = ended(command("status"));
        assertEquals(1, status.code());
        assertTrue(status.out().contains("No server runs"), status.out());

        // two at once: one server, and both say that it is there
        Process one = up();
        Process other = up();
        Process waiting = command("status", "--wait", "60s", "--json");
        Said first = ended(one);
        Said second = ended(other);
        assertEquals(List.of(0, 0), List.of(first.code(), second.code()), first + " " + second);
        Endpoints server = Endpoints.running(new Folder(data)).orElseThrow();
        String line = " (pid " + server.pid() + ")";
        assertTrue(first.out().contains(line) && second.out().contains(line), first + "" + second);
        Said ready = ended(waiting);
        assertEquals(0, ready.code(), ready.err());
        assertEquals("ready", Json.object(ready.out().strip().getBytes()).text("state"));
        assertTrue(
                String.join(" ", commandLine(server.pid())).contains("serve --data " + data),
                "the data folder is seen in the list of processes");

        Said env = ended(command("env"));
        FirstCredential credential = FirstCredential.read(server.firstCredential()).orElseThrow();
        assertTrue(
                env.out().startsWith("export AWS_ACCESS_KEY_ID=" + credential.accessKey() + "\n"));
        assertTrue(env.out().contains("export AWS_ENDPOINT_URL=" + server.urls().get("s3")));

        Said down = ended(command("down"));
        assertEquals(0, down.code(), down.err());
        assertFalse(server.alive());
        Said again = ended(command("down", "--json"));
        assertEquals("not running", Json.object(again.out().strip().getBytes()).text("state"));
        String output = Files.readString(new Folder(data).output());
        assertFalse(output.contains("Exception"), output);
        assertFalse(
                (output + Files.readString(new Folder(data).log().resolve("server.log")))
                        .contains(credential.secret()),
                "secrets are never logged");
    }

    @Test
    void aServerThatDiesWhileItStartsIsSaid() throws Exception {
        Files.createDirectories(data);
        Path inside = data.resolve("keys");
        Said up = ended(command("up", "--set", "keys.places=" + inside));
        assertEquals(1, up.code());
        assertTrue(
                up.err().startsWith("domicile: keys.places names " + inside)
                        && up.err().lines().count() == 1,
                up.err());
    }

    @Test
    void inTheForegroundASignalEndsItInGoodOrder() throws Exception {
        Process server = up("--foreground");
        String first = server.inputReader().readLine(); // once it is ready
        assertTrue(first != null && first.startsWith("Domicile is ready"), "said: " + first);
        Said ready = ended(command("status", "--wait", "60s"));
        assertEquals(0, ready.code(), ready.err());
        assertTrue(ready.out().contains("is ready since"), ready.out());
        server.toHandle().destroy(); // SIGTERM; Process.destroy would close its streams too
        assertTrue(server.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS));
        assertEquals(0, server.exitValue());
        assertTrue(
                Files.readString(new Folder(data).log().resolve("server.log")).contains("stopped"));
    }

    private Process up(String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("up"));
        for (String setting :
                List.of(
                        "s3.listen=127.0.0.1:0",
                        "web.listen=127.0.0.1:0",
                        "sql.listen=127.0.0.1:0",
                        "keys.places=" + above.resolve("keys"))) {
            words.addAll(List.of("--set", setting));
        }
        words.addAll(List.of(more));
        return command(words.toArray(String[]::new));
    }

    private Process command(String... words) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("DOMICILE_DATA", data.toString());
        builder.environment().remove("DOMICILE_PASSPHRASE");
        return builder.start();
    }

    private static Said ended(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes());
        String err = new String(process.getErrorStream().readAllBytes());
        assertTrue(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS));
        return new Said(process.exitValue(), out, err);
    }

    private static String[] commandLine(long pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/cmdline")).split("\0", -1);
    }
}
