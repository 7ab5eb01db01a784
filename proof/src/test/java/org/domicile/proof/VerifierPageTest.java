package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.domicile.verifier.VerifierPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The verifier's page on logs that the real ledger made: its code in node, where a thousand changes
 * are tried, and itself in Chromium, in both languages.
 */
@Timeout(120)
class VerifierPageTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final String WITNESS = "witness.example/w1";
    private static final int CHANGES = 150;

    @TempDir Path folder;
    private MadeLedger made;
    private Path page;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        System.out.println("seed " + SEED);
        made = new MadeLedger(folder);
        made.growTo(3);
        page = Files.write(folder.resolve("verify.html"), VerifierPage.html());
        Files.write(folder.resolve("older"), checkpoint().getBytes(StandardCharsets.UTF_8));
        made.growTo(7);
        Files.write(folder.resolve("keys.txt"), made.verifierKeys(MadeLedger.USES));
        Files.write(folder.resolve("disclosure"), made.disclosure(4, List.of("object", "time")));
        Files.write(folder.resolve("proof"), made.proof(2));
    }

    @AfterEach
    void close() {
        made.close();
    }

    private String checkpoint() throws IOException {
        return Files.readString(made.folder(MadeLedger.USES).resolve("checkpoint"));
    }

    private String script() throws IOException {
        String html = Files.readString(page);
        return html.substring(html.indexOf("<script>") + 8, html.indexOf("</script>"));
    }

    /** What a piece of JavaScript prints that has the page's code and the files. */
    private String node(String program) throws IOException, InterruptedException {
        Path file =
                Files.writeString(
                        folder.resolve("program.js"),
                        script()
                                + """

                                const fs = require("fs");
                                const file = name => new Uint8Array(fs.readFileSync(`${__dirname}/${name}`));
                                const text = name => fs.readFileSync(`${__dirname}/${name}`, "utf8");
                                const say = r => (r.holds ? "holds" : "fails: " + Domicile.sentence("en", r.wrong.code, r.wrong.args))
                                    + r.steps.map(s => "\\n" + Domicile.sentence("en", s.code, s.args)).join("")
                                    + r.fields.map(f => "\\n" + f.join("=")).join("");
                                """
                                + program);
        return output(List.of("node", file.toString()));
    }

    private String output(List<String> command) throws IOException, InterruptedException {
        Path out = folder.resolve("output");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(false)
                        .redirectError(folder.resolve("errors").toFile())
                        .redirectOutput(out.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), command + " does not end");
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(out);
    }

    @Test
    void acceptsWhatTheLedgerGives() throws Exception {
        String said =
                node(
                        """
                        console.log(say(Domicile.check([file("disclosure")], text("keys.txt"))));
                        console.log(say(Domicile.check([file("proof")], text("keys.txt"))));
                        """);
        assertEquals(2, said.split("holds\n", -1).length - 1, said);
        assertTrue(said.contains("(ML-DSA-44) 20"), said);
        assertTrue(said.contains("Entry 4 of "), said);
        assertTrue(said.contains("object=archive/"), said);
        assertTrue(said.contains("The field time is what the entry commits to"), said);
    }

    /** Like Java's verifier: what was changed anywhere, or cut, is refused with a sentence. */
    @Test
    void refusesEveryChange() throws Exception {
        String said =
                node(
                        """
                        let seed = %d, wrong = 0, sentences = new Set();
                        const random = n => { seed = (seed * 1103515245 + 12345) %% 2147483648; return seed %% n; };
                        for (const name of ["disclosure", "proof"]) {
                          const whole = file(name);
                          for (let i = 0; i < %d; i++) {
                            const changed = whole.slice(), at = random(whole.length);
                            changed[at] ^= 1 << random(8);
                            const r = Domicile.check([changed], text("keys.txt"));
                            if (r.holds) { wrong++; console.log("accepted", name, at); }
                            else sentences.add(Domicile.sentence("en", r.wrong.code, r.wrong.args));
                          }
                          for (let length = 0; length < whole.length; length += 97) {
                            if (Domicile.check([whole.slice(0, length)], text("keys.txt")).holds) console.log("accepted", name, length);
                          }
                        }
                        console.log("wrong", wrong, "sentences", sentences.size > 8);
                        """
                                .formatted(Math.floorMod(SEED, 2_000_000_000L), CHANGES));
        assertEquals("wrong 0 sentences true\n", said, "seed " + SEED);
    }

    @Test
    void knowsWitnessesConsistencyAndOtherLogs() throws Exception {
        String newer = checkpoint();
        KeyPair witness = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.writeString(folder.resolve("newer"), newer + cosignature(newer, witness));
        long size = Long.parseLong(newer.split("\n")[1]);
        Files.writeString(folder.resolve("consistency"), consistency(3, size) + newer);
        Files.writeString(folder.resolve("witness"), witnessKey(witness) + "\n");
        Files.write(
                folder.resolve("others"),
                made.verifierKeys("public").subList(0, 1).stream()
                        .map(key ->
                                key.replaceFirst("test.example/foreign", "other.example/ledger"))
                        .toList());
        String said =
                node(
                        """
                        const all = text("keys.txt") + text("witness");
                        console.log(1, say(Domicile.check([file("newer")], all)));
                        console.log(2, say(Domicile.check([file("consistency"), file("older")], all)));
                        console.log(3, say(Domicile.check([file("consistency")], all)));
                        const bent = file("newer"); bent[bent.length - 10] ^= 2;
                        console.log(4, say(Domicile.check([bent], all)));
                        console.log(5, say(Domicile.check([file("proof")], text("others"))));
                        const path = text("consistency").split("\\n");
                        [path[1], path[2]] = [path[2], path[1]];
                        console.log(6, say(Domicile.check([new TextEncoder().encode(path.join("\\n")), file("older")], all)));
                        """);
        assertTrue(said.contains("1 holds"), said);
        assertTrue(said.contains("The witness " + WITNESS + " has cosigned"), said);
        assertTrue(said.contains("2 holds"), said);
        assertTrue(said.contains("The first 3 of " + size + " entries"), said);
        assertTrue(said.contains("3 fails: consistency: add the older checkpoint"), said);
        assertTrue(said.contains("4 fails: "), said);
        assertTrue(said.contains("5 fails: keys: the key of other.example"), said);
        assertTrue(said.contains("6 fails: consistency: the newer log does not begin"), said);
    }

    /** Both languages say everything, and fill in the same things. */
    @Test
    void bothLanguagesSayTheSame() throws Exception {
        String said =
                node(
                        """
                        const { en, ar } = Domicile.SENTENCES, holes = s => (s.match(/\\{\\d\\}/g) ?? []).sort().join();
                        for (const code of new Set([...Object.keys(en), ...Object.keys(ar)])) {
                          if (!(code in en) || !(code in ar) || holes(en[code]) !== holes(ar[code])) console.log(code);
                        }
                        """);
        assertEquals("", said);
    }

    /** The page itself, driven by a script at its end: keys and file in, verdict out. */
    @Test
    void worksInChromium() throws Exception {
        String text = Files.readString(folder.resolve("disclosure"));
        String keys = Files.readString(folder.resolve("keys.txt"));
        String driver =
                """
                <script>
                const encoded = (id, value) => { document.getElementById(id).value = decodeURIComponent(escape(atob(value))); };
                encoded("keys", "%s");
                encoded("text", "%s");
                document.getElementById("language").click();
                if (document.documentElement.dir !== "rtl") document.getElementById("language").click();
                document.getElementById("form").requestSubmit();
                const wait = setInterval(() => {
                  if (!document.getElementById("verdict")) return;
                  clearInterval(wait);
                  document.body.dataset.direction = document.documentElement.dir + " " + document.documentElement.lang;
                  document.body.dataset.focus = document.activeElement.id;
                  document.getElementById("language").click();
                  document.body.dataset.done = document.getElementById("verdict").textContent + document.documentElement.dir;
                }, 20);
                </script>
                """
                        .formatted(base64(keys), base64(text));
        Path driven =
                Files.writeString(
                        folder.resolve("driven.html"),
                        Files.readString(page).replace("</body>", driver + "</body>"));
        String dom =
                output(
                        List.of(
                                "chromium",
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--host-resolver-rules=MAP * ~NOTFOUND",
                                "--user-data-dir=" + folder.resolve("profile"),
                                "--virtual-time-budget=20000",
                                "--dump-dom",
                                driven.toUri().toString()));
        assertTrue(dom.contains("data-direction=\"rtl ar\""), dom);
        assertTrue(dom.contains("data-focus=\"result\""), "the result has the focus");
        assertTrue(dom.contains("data-done=\"It holds.ltr\""), dom);
        assertTrue(dom.contains("archive/"), dom);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    // ---- a witness, and the hashes of a tree, made here ------------------------------------

    private static byte[] raw(KeyPair witness) {
        byte[] encoded = witness.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] id(KeyPair witness) {
        byte[] name = (WITNESS + "\n").getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(sha256(name, new byte[] {4}, raw(witness)), 4);
    }

    private static String witnessKey(KeyPair witness) {
        byte[] typed = new byte[33];
        typed[0] = 4;
        System.arraycopy(raw(witness), 0, typed, 1, 32);
        return WITNESS
                + "+"
                + HexFormat.of().formatHex(id(witness))
                + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    private static String cosignature(String checkpoint, KeyPair witness) throws Exception {
        String text = checkpoint.substring(0, checkpoint.indexOf("\n\n") + 1);
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(witness.getPrivate());
        signer.update(
                ("cosignature/v1\ntime 1800000000\n" + text).getBytes(StandardCharsets.UTF_8));
        byte[] signature = signer.sign();
        ByteBuffer line = ByteBuffer.allocate(4 + 8 + signature.length);
        line.put(id(witness)).putLong(1_800_000_000L).put(signature);
        return "\u2014 " + WITNESS + " " + Base64.getEncoder().encodeToString(line.array()) + "\n";
    }

    private String consistency(int first, long size) throws IOException {
        byte[] tile =
                Files.readAllBytes(made.folder(MadeLedger.USES).resolve("tile/0/000.p/" + size));
        List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            leaves.add(Arrays.copyOfRange(tile, 32 * i, 32 * i + 32));
        }
        StringBuilder proof = new StringBuilder("old " + first + "\n");
        for (byte[] hash : subproof(first, leaves, true)) {
            proof.append(Base64.getEncoder().encodeToString(hash)).append('\n');
        }
        return proof.append('\n').toString();
    }

    /** RFC 6962, section 2.1.2. */
    private static List<byte[]> subproof(int m, List<byte[]> leaves, boolean whole) {
        int n = leaves.size();
        if (m == n) {
            return whole ? new ArrayList<>() : new ArrayList<>(List.of(root(leaves)));
        }
        int k = Integer.highestOneBit(n - 1);
        List<byte[]> proof;
        if (m <= k) {
            proof = subproof(m, leaves.subList(0, k), whole);
            proof.add(root(leaves.subList(k, n)));
        } else {
            proof = subproof(m - k, leaves.subList(k, n), false);
            proof.add(root(leaves.subList(0, k)));
        }
        return proof;
    }

    private static byte[] root(List<byte[]> leaves) {
        int n = leaves.size();
        if (n == 1) {
            return leaves.getFirst();
        }
        int k = Integer.highestOneBit(n - 1);
        return sha256(new byte[] {1}, root(leaves.subList(0, k)), root(leaves.subList(k, n)));
    }
}
