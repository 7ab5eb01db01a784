package org.domicile.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.request.Request;
import picocli.CommandLine;

/**
 * A data folder and keys of its own, below one folder of a test, and commands run on it.
 *
 * @param above holds both
 */
record Rig(Path above) {
    Path data() {
        return above.resolve("data");
    }

    Path keys() {
        return above.resolve("keys");
    }

    Path firstCredential() {
        return keys().resolve(FirstCredential.FILE);
    }

    /** How a client of Kafka's logs in with the first credential: {@code sasl.jaas.config}. */
    String kafkaLogin(String mechanism) throws IOException {
        FirstCredential own = FirstCredential.read(firstCredential()).orElseThrow();
        return "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";"
                .formatted(
                        mechanism.equals("PLAIN")
                                ? "plain.PlainLoginModule"
                                : "scram.ScramLoginModule",
                        own.accessKey(),
                        own.secret());
    }

    /** One for all tests of a machine: it takes longer to make than most tests. */
    private static Path engines() {
        return Path.of(System.getProperty("java.io.tmpdir"), "domicile-test-engines");
    }

    /** Free ports, small buffers, keys beside the data; and what a test sets. */
    Settings settings(String... assignments) {
        Configuration configuration =
                new Configuration()
                        .set("s3.listen=127.0.0.1:0")
                        .set("web.listen=127.0.0.1:0")
                        .set("sql.listen=127.0.0.1:0")
                        .set("sql.engines=" + engines())
                        .set("keys.places=" + keys())
                        .set("limits.memory.cache=4MiB")
                        .set("limits.memory.writes=8MiB")
                        .set("blobs.segment=1MiB")
                        .set("limits.disk.reserve=1MiB");
        for (String assignment : assignments) {
            configuration.set(assignment);
        }
        return Settings.read(configuration);
    }

    Cloud open(String... assignments) throws IOException {
        return Cloud.open(data(), settings(assignments));
    }

    /** What a command did. */
    record Ran(int code, String out, String err) {
        /** The objects that it printed, one a line. */
        List<Json.Row> rows() throws IOException {
            List<Json.Row> rows = new ArrayList<>();
            for (String line : out.lines().toList()) {
                rows.add(Json.object(line.getBytes(StandardCharsets.UTF_8)));
            }
            return rows;
        }
    }

    /** Runs a command as the program does. */
    static Ran command(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                Main.commandLine(arguments)
                        .setColorScheme(
                                CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));
        int code = line.execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    /** Runs a command on this data folder. */
    Ran run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--data");
        all.add(data().toString());
        return command(all.toArray(String[]::new));
    }

    /** A file that only its owner may read. */
    static Path secret(Path file, String text) throws IOException {
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** What an operator does. */
    static Administration administration(Guard guard) {
        Instant now = Instant.now();
        return guard.administration(
                new Request(
                        "test",
                        guard.operator(),
                        "admin",
                        "home",
                        "",
                        now,
                        now.plus(Duration.ofMinutes(1)),
                        Optional.empty()));
    }
}
