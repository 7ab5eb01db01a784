package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.launcher.Rig.Ran;
import org.domicile.s3client.S3Signature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What shows that nothing is missing, as a user asks for it: receipts over the wire, {@code ledger
 * audit} on copies, {@code ledger retention}. Forgeries by who has the keys are the ledger's own
 * tests.
 */
@Timeout(90)
class CompletenessCommandsTest {
    private static final String ORIGIN = "test.example/ledger";
    private static final String USES = "use/main/node-1";
    private static final String RECEIPT = "x-domicile-receipt";

    @TempDir Path folder;
    private Rig rig;
    private Cloud cloud;

    @BeforeEach
    void open() throws IOException {
        rig = new Rig(folder);
        cloud = rig.open("ledger.origin=" + ORIGIN);
        done("bucket", "create", "readings");
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    private Ran done(String... arguments) {
        Ran ran = rig.run(arguments);
        assertEquals(0, ran.code(), ran.out() + ran.err());
        return ran;
    }

    /** Everything so far is under checkpoints that the public log states. */
    private Path copy(String name) throws IOException {
        done("ledger", "prove", "0", "--log", USES);
        cloud.close();
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(rig.data().resolve("ledger"))) {
            for (Path each : files.toList()) {
                Path target =
                        copy.resolve(rig.data().resolve("ledger").relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target);
                }
            }
        }
        return copy;
    }

    private Path keys() throws IOException {
        return Files.writeString(folder.resolve("keys.txt"), done("ledger", "key").out());
    }

    private S3Client.Answer put(String key, Map<String, String> headers) throws IOException {
        FirstCredential first = FirstCredential.read(rig.firstCredential()).orElseThrow();
        try (S3Client client =
                new S3Client(
                        URI.create(cloud.endpoints().urls().getOrDefault("s3", "")),
                        new S3Signature(first.accessKey(), first.secret(), "home"),
                        Clock.systemUTC(),
                        Optional.empty())) {
            return client.call(
                    "PUT",
                    "readings",
                    key,
                    Map.of(),
                    headers,
                    S3Client.Payload.of(key.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static Ran check(Path file, Path keys, Path log) {
        return Rig.command(
                "ledger", "check", file.toString(), "--key", "" + keys, "--log", log.toString());
    }

    @Test
    void aReceiptComesWithTheAnswerAndHoldsAgainstTheLog() throws IOException {
        assertEquals("", put("without", Map.of()).header(RECEIPT));
        assertEquals("", put("other", Map.of(RECEIPT, "off")).header(RECEIPT));
        Path early = copy("early");
        cloud = rig.open();
        S3Client.Answer answer = put("with", Map.of(RECEIPT, "on"));
        String number = answer.header("x-domicile-use").substring("main/node-1/".length());
        Path receipt = Files.writeString(folder.resolve("use.receipt"), answer.header(RECEIPT));
        String text =
                new String(
                        Base64.getDecoder().decode(answer.header(RECEIPT)), StandardCharsets.UTF_8);
        assertTrue(text.contains("\nlog " + ORIGIN + "/" + USES + "\n"), text);
        assertTrue(text.contains("\nnumber " + number + "\n"), text);
        Path keys = keys();
        Path log = copy("copy").resolve(USES);
        Ran held = check(receipt, keys, log);
        assertEquals(0, held.code(), held.err());
        assertTrue(held.out().contains("kept"), held.out());
        Ran tooEarly = check(receipt, keys, early.resolve(USES));
        assertTrue(tooEarly.out().contains("too early"), tooEarly.out() + tooEarly.err());

        // signature, path and number: none can be another
        refused(text.replace("\nnumber " + number, "\nnumber " + number + "1"), keys, log);
        refused(text.replaceFirst("\ngroup \\d+ \\d+", "\ngroup 0 2"), keys, log);
        int signature = text.lastIndexOf(' ') + 20;
        char other = text.charAt(signature) == 'A' ? 'B' : 'A';
        refused(text.substring(0, signature) + other + text.substring(signature + 1), keys, log);
    }

    /** A client that can send no header of ours has its credential set so. */
    @Test
    void aCredentialMayHaveReceiptsWithoutAsking() throws IOException {
        String key = FirstCredential.read(rig.firstCredential()).orElseThrow().accessKey();
        assertTrue(done("credential", "receipts", key).out().contains("when it is asked for"));
        done("credential", "receipts", key, "on");
        String receipt = put("one", Map.of()).header(RECEIPT);
        assertFalse(receipt.isEmpty());
        assertEquals("", put("two", Map.of(RECEIPT, "off")).header(RECEIPT));
        cloud.close();
        cloud = rig.open();
        assertFalse(put("three", Map.of()).header(RECEIPT).isEmpty(), "after a restart");
        Json.Row next = done("credential", "rotate", key, "--json").rows().getFirst();
        Ran rotated = done("credential", "receipts", next.text("accessKey"), "--json");
        assertEquals("on", rotated.rows().getFirst().text("receipts"));
        done("credential", "receipts", next.text("accessKey"), "off");
        assertTrue(done("uses", "--json").out().contains("admin:SetReceipts"));
        assertEquals(1, rig.run("credential", "receipts", "NONE", "on").code());
        assertEquals(1, rig.run("credential", "receipts", key, "maybe").code());
        Path file = Files.writeString(folder.resolve("use.receipt"), receipt);
        Path keys = keys();
        assertEquals(0, check(file, keys, copy("copy").resolve(USES)).code());
    }

    private void refused(String receipt, Path keys, Path log) throws IOException {
        Path file = Files.writeString(folder.resolve("bent.receipt"), receipt);
        Ran ran = check(file, keys, log);
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.err().contains("receipt"), ran.err());
    }

    private static Ran audit(Path copy, Path keys, String... more) {
        return Rig.command(
                Stream.concat(
                                Stream.of(
                                        "ledger",
                                        "audit",
                                        copy.toString(),
                                        "--key",
                                        keys.toString(),
                                        "--under-way",
                                        "0s"),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    @Test
    void anAuditNamesWhatIsMissing() throws IOException {
        Path keys = keys();
        put("one", Map.of());
        Path early = copy("early");
        cloud = rig.open();
        put("two", Map.of());
        Path copy = copy("copy");
        Ran whole = audit(copy, keys, "--since", early.toString());
        assertEquals(0, whole.code(), whole.out() + whole.err());
        assertTrue(whole.out().contains(USES + ": "), whole.out());
        Json.Row row = audit(copy, keys, "--json").rows().getLast();
        assertEquals(USES, row.text("log"));
        assertTrue(row.number("uses") >= 3, row.line());
        assertEquals(0, row.number("underWay"));

        // an older state of one log beside the newer public one: its end is missing
        Path log = copy.resolve(USES);
        Path aside = folder.resolve("aside");
        Files.move(log, aside);
        Files.move(early.resolve(USES), log);
        found(audit(copy, keys), "rolled back");
        remove(log);
        found(audit(copy, keys), "");
        Files.move(aside, log);
        assertEquals(0, audit(copy, keys).code());

        // one byte of one entry
        Path bundle;
        try (Stream<Path> files = Files.walk(log.resolve("tile/entries"))) {
            bundle =
                    files.filter(Files::isRegularFile)
                            .max(Comparator.comparingLong(file -> file.toFile().length()))
                            .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[bytes.length / 2] ^= 1;
        assertTrue(bundle.toFile().setWritable(true));
        Files.write(bundle, bytes);
        found(audit(copy, keys), USES);
    }

    private static void found(Ran ran, String words) {
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.out().contains("WRONG: ") && ran.out().contains(words), ran.out());
        assertTrue(ran.err().contains("the logs are not complete"), ran.err());
    }

    private static void remove(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path each, IOException failed)
                            throws IOException {
                        Files.delete(each);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    @Test
    void retentionIsSaidChangedAndPublished() throws IOException {
        Ran usual = done("ledger", "retention");
        assertTrue(usual.out().contains("400"), usual.out());
        done("ledger", "retention", "--days", "30", "--organisation", "main");
        Ran said = done("ledger", "retention");
        assertTrue(said.out().contains("main") && said.out().contains("30"), said.out());
        assertTrue(said.out().contains("400"), said.out());
        Ran uses = done("uses", "--organisation", "main", "--json");
        assertTrue(uses.out().contains("admin:SetRetention"), uses.out());
        // Story: 0 days were taken for none given, and the command said what there is.
        for (String days : new String[] {"0", "36501", "-1"}) {
            Ran refused = rig.run("ledger", "retention", "--days", days);
            assertTrue(refused.code() != 0, days);
            assertTrue(refused.err().contains("36"), refused.err());
        }
        Path bundles = copy("copy").resolve("public/tile/entries");
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(bundles)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(each, StandardCharsets.ISO_8859_1));
            }
        }
        assertTrue(all.indexOf("\"kind\":\"ledger.retention\"") > 0, "the public log says it");
    }
}
