package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.domicile.launcher.Rig.Ran;
import org.domicile.verifier.VerifierKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ledger's commands on logs that the real ledger wrote, running and stopped, whole and bent.
 */
class LedgerCommandsTest {
    private static final String ORIGIN = "test.example/ledger";
    private static final String USES = "use/main/node-1";

    // RFC 8032 section 7.1, test 1
    private static final byte[] ANOTHER_KEY =
            HexFormat.of()
                    .parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

    @TempDir Path folder;
    private Rig rig;
    private Path known;
    private Cloud cloud;

    @BeforeEach
    void open() throws IOException {
        rig = new Rig(folder);
        known = folder.resolve("known-logs");
        cloud = rig.open("ledger.origin=" + ORIGIN);
        assertEquals(0, rig.run("bucket", "create", "readings").code());
        // a proof waits for its checkpoint: from here on the files are there
        assertEquals(0, rig.run("ledger", "prove", "0", "--log", USES).code());
    }

    @AfterEach
    void close() {
        cloud.close();
    }

    private void stop() {
        cloud.close();
    }

    private Ran verify(String... more) {
        String[] all =
                Stream.concat(
                                Stream.of("ledger", "verify", "--known", known.toString()),
                                Stream.of(more))
                        .toArray(String[]::new);
        return rig.run(all);
    }

    private Path keys() throws IOException {
        Ran ran = rig.run("ledger", "key");
        assertEquals(0, ran.code(), ran.err());
        return Files.writeString(folder.resolve("keys.txt"), ran.out());
    }

    @Test
    void keysStandOneALineThePublicEd25519First() throws IOException {
        List<VerifierKey> keys = Trust.read(keys());
        assertEquals(ORIGIN + "/public", keys.getFirst().name());
        assertEquals(VerifierKey.Algorithm.ED25519, keys.getFirst().algorithm());
        assertEquals(VerifierKey.Algorithm.ML_DSA_44, keys.get(1).algorithm());
        assertEquals(2 * rig.run("ledger", "list", "--json").rows().size(), keys.size());
        Json.Row row = rig.run("ledger", "key", "--log", USES, "--json").rows().getFirst();
        assertEquals(USES, row.text("log"));
        assertTrue(row.text("key").startsWith(ORIGIN + "/" + USES + "+"), row.line());
    }

    @Test
    void verifiesRunningAndStoppedWithKeysThatItNames() throws IOException {
        Path keys = keys();
        Ran running = verify();
        assertEquals(0, running.code(), running.out() + running.err());
        assertTrue(running.out().startsWith("public: "), running.out());
        assertTrue(running.out().contains(USES + ": "), running.out());
        assertTrue(running.out().contains("Ed25519 and ML-DSA-44"), running.out());
        assertTrue(
                running.out().contains("trusted: the keys that the running server names"),
                running.out());
        assertTrue(Files.exists(known));
        Ran again = verify();
        assertTrue(
                again.out().contains("trusted: the keys known since the first use"), again.out());

        stop();
        Ran stopped = verify("--json");
        assertEquals(0, stopped.code(), stopped.err());
        List<Json.Row> rows = stopped.rows();
        assertEquals(3, rows.size(), stopped.out());
        rows.forEach(row -> assertEquals("true", row.text("sound")));
        rows.forEach(row -> assertEquals("known", row.text("trusted")));
        Ran given = verify("--log", USES, "--key", keys.toString());
        assertEquals(0, given.code(), given.err());
        assertTrue(given.out().contains("given with --key"), given.out());
        // the public log's key alone serves for a use log: one pair signs them all
        String first = Files.readAllLines(keys).getFirst();
        Ran derived = verify("--log", USES, "--key", first);
        assertEquals(0, derived.code(), derived.err());
        assertTrue(derived.out().contains("signed with Ed25519\n"), derived.out());
        assertEquals(3, rig.run("ledger", "list", "--json").rows().size());
    }

    @Test
    void withoutAnyKeyItSaysSo() {
        stop();
        Ran ran = verify();
        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("give --key"), ran.err());
    }

    @Test
    void aServerWithOtherKeysThanTheKnownIsRefused() throws IOException {
        verify();
        VerifierKey other =
                VerifierKey.of(ORIGIN + "/public", VerifierKey.Algorithm.ED25519, ANOTHER_KEY);
        Files.writeString(known, other.format() + "\n");
        Ran ran = verify();
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.err().contains("somebody changed the keys"), ran.err());
    }

    @Test
    void aChangedByteIsFound() throws IOException {
        verify();
        stop();
        Path bundle;
        try (Stream<Path> files =
                Files.walk(rig.data().resolve("ledger").resolve(USES).resolve("tile/entries"))) {
            bundle =
                    files.filter(Files::isRegularFile)
                            .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
                            .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(bundle);
        bytes[10] ^= 1;
        bundle.toFile().setWritable(true);
        Files.write(bundle, bytes);
        Ran ran = verify();
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.out().contains(USES + ": REFUSED: "), ran.out());
        assertTrue(ran.err().contains("1 of 3 logs do not hold"), ran.err());
        Json.Row row = verify("--log", USES, "--json").rows().getFirst();
        assertEquals("false", row.text("sound"));
        assertFalse(row.text("where").isEmpty());
    }

    @Test
    void aUseLogThatWasTakenAwayIsFound() throws IOException {
        verify();
        stop();
        Path log = rig.data().resolve("ledger").resolve(USES);
        Files.move(log, folder.resolve("aside"));
        Ran ran = verify();
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.out().contains(USES + ": REFUSED: checkpoint: is missing"), ran.out());
        assertTrue(ran.out().contains("was taken away"), ran.out());
        Files.move(folder.resolve("aside"), log);
        assertEquals(0, verify().code());
    }

    @Test
    void aUseLogThatWasRolledBackIsFoundThoughItIsSound() throws IOException {
        Path keys = keys();
        Path log = rig.data().resolve("ledger").resolve(USES);
        Path old = folder.resolve("old");
        copy(log, old);
        assertEquals(0, rig.run("bucket", "create", "more").code());
        stop();
        assertEquals(0, verify("--key", keys.toString()).code());
        Files.move(log, folder.resolve("aside"));
        copy(old, log);
        Ran ran = verify("--key", keys.toString());
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.out().contains("the log was rolled back"), ran.out());
        Ran one = verify("--key", keys.toString(), "--log", USES);
        assertEquals(1, one.code(), one.out());
        assertTrue(one.err().contains("1 of 1 logs"), one.err());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    @Test
    void aLogInAnothersPlaceIsFound() throws IOException {
        Path keys = keys();
        stop();
        Path ledger = rig.data().resolve("ledger");
        Path moved = Files.createDirectories(ledger.resolve("use/roads"));
        Files.move(ledger.resolve(USES), moved.resolve("node-1"));
        Ran ran = verify("--key", keys.toString());
        assertEquals(1, ran.code(), ran.out());
        assertTrue(ran.out().contains("holds the checkpoint of another log"), ran.out());
    }

    @Test
    void aProofIsMadeAndCheckedOffline() throws IOException {
        Path keys = keys();
        Ran made = rig.run("ledger", "prove", "0", "--log", USES);
        assertTrue(made.out().startsWith("c2sp.org/tlog-proof@v1\n"), made.out());
        Path proof = Files.writeString(folder.resolve("use.tlog-proof"), made.out());
        Json.Row use = rig.run("uses", "--json").rows().getFirst();
        String name = "main/node-1/" + use.number("number");
        Ran named = rig.run("ledger", "prove", "--use", name);
        assertTrue(named.out().contains("\nindex " + use.number("index") + "\n"), named.out());
        assertEquals(2, rig.run("ledger", "prove").code());
        assertEquals(2, rig.run("ledger", "prove", "1", "--use", name).code());
        Ran none = rig.run("ledger", "prove", "99999");
        assertEquals(1, none.code());
        assertTrue(none.err().contains("no entry"), none.err());
        stop();
        Ran checked = Rig.command("ledger", "check", proof.toString(), "--key", "" + keys);
        assertEquals(0, checked.code(), checked.err());
        assertTrue(checked.out().startsWith("proven: entry 0 of "), checked.out());
        assertTrue(checked.out().contains("\"action\":\"admin:"), checked.out());
        String first = Files.readAllLines(keys).getFirst();
        Json.Row row =
                Rig.command("ledger", "check", proof.toString(), "--key", first, "--json")
                        .rows()
                        .getFirst();
        assertEquals("true", row.text("proven"));
        assertEquals(ORIGIN + "/" + USES, row.text("origin"));

        Path bent =
                Files.writeString(
                        folder.resolve("bent"), made.out().replace("index 0\n", "index 1\n"));
        Ran refused = Rig.command("ledger", "check", bent.toString(), "--key", first);
        assertEquals(1, refused.code(), refused.out());
        assertTrue(refused.err().contains("does not hold"), refused.err());
        Ran foreign =
                Rig.command(
                        "ledger",
                        "check",
                        proof.toString(),
                        "--key",
                        VerifierKey.parse(first).named("else.example/public").format());
        assertEquals(1, foreign.code());
        assertTrue(foreign.err().contains("none of the given keys"), foreign.err());
        Ran noKey = Rig.command("ledger", "check", proof.toString(), "--key", "nonsense");
        assertEquals(1, noKey.code());
        assertTrue(noKey.err().contains("ledger key"), noKey.err());
    }
}
