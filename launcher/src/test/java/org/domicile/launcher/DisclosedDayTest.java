package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.domicile.launcher.Rig.Ran;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A day's decisions for an auditor: disclosed by a server, made again without one. */
@Timeout(90)
class DisclosedDayTest {
    @TempDir Path folder;
    private Rig rig;
    private Cloud cloud;
    private Path copy;
    private Path keys;
    private Path file;
    private String served = "";

    @BeforeEach
    void open() throws IOException {
        rig = new Rig(folder);
        cloud = rig.open("ledger.origin=test.example/ledger");
        done("bucket", "create", "clinic");
        Path text =
                Files.writeString(
                        folder.resolve("rule.cedar"),
                        "forbid (principal, action, resource in Bucket::\"none\");");
        done("policy", "put", "rule", text.toString());
        Path scans = Files.createDirectories(folder.resolve("scans"));
        Files.writeString(scans.resolve("a.txt"), "a finding");
        done("import", scans.toString(), "s3://clinic");
        shared();
        served = done("policy", "explain", "--last", "1h", "--json").out();
        file = folder.resolve("day.disclosures");
        String day = Instant.now().toString().substring(0, 10);
        done("disclose", "--day", day, "--to", "the auditor", "-o", file.toString());
        keys = Files.writeString(folder.resolve("keys.txt"), done("ledger", "key").out());
        done("ledger", "prove", "0"); // waits for a checkpoint
        cloud.close();
        copy = folder.resolve("copy");
        copy(rig.data().resolve("ledger"), copy);
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    /** The bucket has a policy, and somebody reads in it. */
    private void shared() throws IOException {
        String policy =
                """
                {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::clinic/*",
                 "Condition": {"StringEquals": {"s3:ExistingObjectTag/grade": "closed"}}}}
                """;
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        try (S3Client s3 =
                new S3Client(
                        URI.create(cloud.endpoints().s3()),
                        new S3Signature(first.accessKey(), first.secret(), "home"),
                        Clock.systemUTC(),
                        Optional.empty())) {
            s3.call(
                    "PUT",
                    "clinic",
                    "",
                    Map.of("policy", ""),
                    Map.of(),
                    S3Client.Payload.of(policy.getBytes(StandardCharsets.UTF_8)));
            s3.get("clinic", "a.txt", in -> in.readAllBytes());
        }
    }

    private Ran done(String... arguments) {
        Ran ran = rig.run(arguments);
        assertEquals(0, ran.code(), ran.out() + ran.err());
        return ran;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : files.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target);
                }
            }
        }
    }

    private Ran cases(Path disclosures) {
        return Rig.command(
                "policy",
                "cases",
                disclosures.toString(),
                "--ledger",
                copy.toString(),
                "--key",
                keys.toString());
    }

    @Test
    void casesFromLogsAndDisclosuresAloneAreThoseOfTheServer() throws IOException {
        Ran ran = cases(file);
        assertEquals(0, ran.code(), ran.err());
        List<Json.Row> made = ran.rows();
        assertTrue(made.size() >= 5, ran.out());
        int same = 0;
        for (String line : served.lines().toList()) {
            Json.Row before = Json.object(line.getBytes(StandardCharsets.UTF_8));
            for (Json.Row again : made) {
                if (again.row("use").text("index").equals(before.row("use").text("index"))) {
                    same++;
                    assertEquals(decided(before), decided(again));
                }
            }
        }
        assertTrue(same >= 4, same + " of " + made.size());
        assertTrue(ran.out().contains("clinic/a.txt"), ran.out());
    }

    /** All but the size of what was used, which nobody opened. */
    private static String decided(Json.Row row) {
        return row.line().replaceFirst("\"size\":-?\\d+", "");
    }

    @Test
    void whatWasAlteredIsSaid() throws IOException {
        says(
                "its value is not the one",
                line ->
                        line.contains("clinic/a.txt")
                                ? line.replace("clinic/a.txt", "clinic/b.txt")
                                : line);
        says("was altered", DisclosedDayTest::otherRegister);
        says(
                "the bucket's policy",
                line -> line.startsWith("{\"document\"") ? line.replace("closed", "sealed") : line);
        says(
                "which it read, is not kept here",
                line -> line.startsWith("{\"document\"") ? "" : line);
        says(
                "has no policy main/rule",
                line -> line.replace("Bucket::\\\"none\\\"", "Bucket::\\\"some\\\""));
        says("are not kept", line -> line.startsWith("{\"policies\"") ? "" : line);
        says("ends too early", DisclosedDayTest::shortRegister);
        says(
                "was not opened",
                line -> line.replaceFirst("\\{\"field\":\"principal\"[^}]*\\},", ""));
        Path nonsense = Files.writeString(folder.resolve("nonsense"), "{\"a\":1}\n");
        assertTrue(cases(nonsense).err().contains("line 1"), cases(nonsense).err());
    }

    /** A register in which a purpose was withdrawn, or was not. */
    private static String otherRegister(String line) {
        String purpose = "{\"key\":\"" + base64("pumain/first-steps") + "\",\"value\":\"";
        int at = line.indexOf(purpose) + purpose.length();
        if (at < purpose.length()) {
            return line;
        }
        String value = line.substring(at, line.indexOf('"', at));
        byte[] bytes = Base64.getDecoder().decode(value);
        bytes[bytes.length - 1] ^= 1;
        return line.replace(value, Base64.getEncoder().encodeToString(bytes));
    }

    private static String shortRegister(String line) {
        return line.startsWith("{\"register\"")
                ? line.replaceFirst("(\"value\":\"[^\"]{4})[^\"]+", "$1")
                : line;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void says(String sentence, UnaryOperator<String> altering) throws IOException {
        Path altered = folder.resolve("altered");
        List<String> lines = Files.readAllLines(file);
        Files.write(altered, lines.stream().map(altering).toList());
        assertFalse(lines.equals(Files.readAllLines(altered)), sentence);
        Ran ran = cases(altered);
        assertEquals(1, ran.code(), ran.err());
        assertTrue(ran.err().contains(sentence), ran.err());
    }
}
