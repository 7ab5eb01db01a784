package org.domicile.witness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.domicile.bytes.FaultyDisk;
import org.domicile.bytes.StorageFailure;
import org.domicile.verifier.Checkpoint;
import org.domicile.verifier.TrustPolicy;
import org.domicile.verifier.VerifierKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A witness as its specification wants it, on a disk that fails. */
class WitnessTest {
    private static final Path FOLDER = Path.of("/witness");
    private static final Instant NOW = Instant.parse("2026-11-24T05:03:07Z");

    private final FaultyDisk disk = new FaultyDisk(7);
    private final MadeLog log = MadeLog.of("log.example/a");
    private Witness witness;

    @BeforeEach
    void open() throws IOException {
        Witness.create(FOLDER, "witness.example/w1", disk);
        reopen();
    }

    private void reopen() throws IOException {
        witness = Witness.open(FOLDER, disk, InstantSource.fixed(NOW), List.of(log.key));
    }

    private void assertSaid(int status, String text, byte[] request) {
        Witness.Answer answer = witness.addCheckpoint(request);
        String said = new String(answer.body(), StandardCharsets.UTF_8);
        assertEquals(status, answer.status(), said);
        assertTrue(said.contains(text), said);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aLogThatGrowsIsCosignedAndOneThatForksIsNot() throws Exception {
        log.grow(5, "a");
        MadeLog fork = log.fork().grow(4, "other");
        assertSaid(200, "\u2014 witness.example/w1 ", log.request(0));
        log.grow(7, "b");
        Witness.Answer answer = witness.addCheckpoint(log.request(5));
        assertEquals(200, answer.status());
        assertSaid(409, "12\n", fork.request(5));
        assertSaid(422, "is not shown to extend", fork.grow(20, "more").request(12));
        MadeLog same = MadeLog.of("log.example/a").grow(12, "x");
        assertSaid(403, "none of the log's keys", same.request(12));
        assertEquals(List.of(new Witness.Known("log.example/a", 12)), witness.logs());

        byte[] kept = witness.checkpoint(Witness.hash("log.example/a")).body();
        byte[] whole = new byte[log.checkpoint().length + answer.body().length];
        System.arraycopy(log.checkpoint(), 0, whole, 0, log.checkpoint().length);
        System.arraycopy(answer.body(), 0, whole, log.checkpoint().length, answer.body().length);
        assertArrayEquals(whole, kept);
        Checkpoint cosigned = Checkpoint.parse("kept", kept);
        for (VerifierKey key : witness.key().verifierKeys()) {
            assertEquals(NOW, cosigned.cosigned("kept", key).orElseThrow());
        }
        String policy =
                "witness ed %s\nwitness ml %s\ngroup w1 all ed ml\nquorum w1\n"
                        .formatted(
                                witness.key().verifierKeys().get(0).format(),
                                witness.key().verifierKeys().get(1).format());
        TrustPolicy.parse(bytes(policy)).check("kept", cosigned);
    }

    @Test
    void sameSizeIsCosignedAgainUnlessItsRootDiffers() {
        log.grow(5, "a");
        assertSaid(200, "", log.request(0));
        assertSaid(200, "", log.request(5));
        MadeLog other = MadeLog.of("log.example/a");
        String text = "log.example/a\n5\n" + MadeLog.base64(new byte[32]) + "\n";
        byte[] note = log.signed(text);
        assertSaid(422, "another root", new AddCheckpoint(5, List.of(), note).format());
        assertEquals(0, other.size());
    }

    @Test
    void whatIsNoRequestIsSaidToBeNone() {
        log.grow(5, "a");
        String note = new String(log.checkpoint(), StandardCharsets.UTF_8);
        assertSaid(400, "empty line", bytes("old 0\n"));
        assertSaid(400, "'old' and a size", bytes("new 0\n\n" + note));
        assertSaid(400, "'old' and a size", bytes("old 00\n\n" + note));
        assertSaid(400, "'old' and a size", bytes("old -1\n\n" + note));
        assertSaid(400, "no hash", bytes("old 0\nAAAA\n\n" + note));
        assertSaid(400, "checkpoint:", bytes("old 0\n\n" + note.replace("\n5\n", "\n05\n")));
        assertSaid(400, "greater than", bytes("old 6\n\n" + note));
        String hash = MadeLog.base64(new byte[32]) + "\n";
        assertSaid(400, "63 lines", bytes("old 0\n" + hash.repeat(64) + "\n" + note));
        assertSaid(422, "brings one", bytes("old 0\n" + hash + "\n" + note));
        assertSaid(413, "64 KiB", new byte[Witness.longestRequest() + 1]);
        assertSaid(404, "does not cosign", MadeLog.of("log.example/b").grow(1, "a").request(0));
        // a line that claims to be a trusted key's and is not makes the note malformed
        String line = note.substring(note.indexOf('\u2014'));
        char digit = line.charAt(60) == 'A' ? 'B' : 'A';
        String wrong = line.substring(0, 60) + digit + line.substring(61);
        assertSaid(403, "does not verify", bytes("old 0\n\n" + note + wrong));
        assertSaid(403, "does not verify", bytes("old 0\n\n" + note.replace(line, wrong)));
        String empty = "log.example/a\n0\n" + MadeLog.base64(new byte[32]) + "\n";
        assertSaid(422, "no entries", new AddCheckpoint(0, List.of(), log.signed(empty)).format());
        assertEquals(404, witness.checkpoint(Witness.hash("log.example/a")).status());
        assertEquals(200, witness.addCheckpoint(log.request(0)).status());
    }

    @Test
    void ofManyForksAtOnceOnePasses() throws Exception {
        log.grow(3, "a");
        assertSaid(200, "", log.request(0));
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 32; i++) {
                byte[] request = log.fork().grow(1, "fork" + i + "-").request(3);
                answers.add(threads.submit(() -> witness.addCheckpoint(request).status()));
            }
        }
        int passed = 0;
        for (Future<Integer> answer : answers) {
            assertTrue(answer.get() == 200 || answer.get() == 409, answer::toString);
            passed += answer.get() == 200 ? 1 : 0;
        }
        assertEquals(1, passed);
    }

    /** At every moment of writing: what was answered is remembered, and a fork of it is refused. */
    @Test
    void nothingThatWasCosignedIsForgottenByAPowerCut() throws IOException {
        log.grow(2, "a");
        assertSaid(200, "", log.request(0));
        boolean survived = false;
        for (int cut = 0; !survived; cut++) {
            int before = log.size();
            MadeLog fork = log.fork().grow(3, "fork" + cut);
            log.grow(3, "b" + cut);
            disk.cutPowerAfter(cut);
            survived = witness.addCheckpoint(log.request(before)).status() == 200;
            disk.powerCut();
            reopen();
            long known = witness.logs().getFirst().size();
            if (survived) {
                assertEquals(log.size(), known);
            }
            if (known == log.size()) {
                assertEquals(409, witness.addCheckpoint(fork.request(before)).status());
            } else {
                assertEquals(before, known);
                assertSaid(200, "", log.request(before));
            }
            assertTrue(cut < 100, "writing ends");
        }
    }

    @Test
    void aDiskThatFailsEndsTheCosigningAndAFullOneDelaysIt() throws IOException {
        log.grow(2, "a");
        disk.fail(FaultyDisk.Call.WRITE, 1, FaultyDisk.Fault.ENOSPC);
        assertSaid(503, "full", log.request(0));
        assertSaid(200, "", log.request(0));
        log.grow(2, "b");
        disk.fail(FaultyDisk.Call.FORCE_DIRECTORY, 1, FaultyDisk.Fault.EIO);
        assertSaid(503, "failed", log.request(2));
        assertSaid(503, "failed", log.request(2));
        reopen();
        int known = (int) witness.logs().getFirst().size();
        assertSaid(200, "", log.request(known));
    }

    @Test
    void aDamagedMemoryIsNotGoneOnFrom() throws IOException {
        log.grow(2, "a");
        assertSaid(200, "", log.request(0));
        disk.flip(FOLDER.resolve("logs").resolve(Witness.hash("log.example/a")), 25);
        StorageFailure refused = assertThrows(StorageFailure.class, this::reopen);
        assertTrue(
                String.valueOf(refused.getMessage()).contains("make a new witness"),
                refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Witness.create(FOLDER, "other", disk));
    }
}
