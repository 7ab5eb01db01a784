package org.domicile.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Outcome;
import org.domicile.verifier.Checkpoint;
import org.domicile.verifier.MerkleProof;
import org.domicile.verifier.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds the ledger to its word from outside: witnesses, and the mark beside the keys. */
class WitnessesTest {
    private static final String LINE = "\u2014 witness.example/w1 AAAAAQID\n";

    @TempDir Path folder;

    /** A witness that answers when a test lets it, and checks every proof that it is given. */
    private static final class Slow implements Witnesses {
        final List<Candidate> asked = new ArrayList<>();
        volatile boolean willing;
        private volatile Runnable again = () -> {};

        @Override
        public boolean cosign(String log) {
            return log.equals(Ledger.PUBLIC);
        }

        @Override
        public synchronized Asking ask(Candidate candidate, Runnable moved) {
            asked.add(candidate);
            again = moved;
            return new Asking() {
                @Override
                public Optional<String> lines() {
                    return willing ? Optional.of(LINE) : Optional.empty();
                }

                @Override
                public void close() {
                    again = () -> {};
                }
            };
        }

        void answer() {
            willing = true;
            again.run();
        }
    }

    private Installation open(Keyspace keyspace, Outside outside) throws IOException {
        return new Installation(folder, keyspace, Clock.systemUTC(), Disk.real(), outside);
    }

    private static void record(Installation at, int uses) {
        for (int i = 0; i < uses; i++) {
            at.ledger.record(at.use("archive/" + i, Use.Verdict.ALLOWED), Outcome.DONE, i);
        }
    }

    private static long published(Installation at, String log) {
        try {
            Path checkpoint = at.ledger.folder(log).resolve("checkpoint");
            return Files.exists(checkpoint)
                    ? Long.parseLong(Files.readString(checkpoint).split("\n")[1])
                    : 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void publicationWaitsForWitnessesAndRecordingDoesNot() throws IOException {
        Slow witness = new Slow();
        try (Keyspace keyspace = Keyspace.inMemory()) {
            Installation at = open(keyspace, new Outside(SignedMark.none(), witness));
            for (int i = 0; i < 5; i++) {
                record(at, 300);
                int uses = 300 * (i + 1);
                Await.until("use log", () -> published(at, Installation.USES) == uses);
            }
            assertEquals(0, published(at, Ledger.PUBLIC));
            assertEquals(1, witness.asked.size(), "one at a time");
            assertTrue(at.ledger.obstacle().isEmpty());
            assertTrue(at.ledger.state().unpublished() > 0);
            witness.answer();
            Await.until("all published", () -> at.ledger.state().unpublished() == 0);
            Path checkpoint = at.ledger.folder(Ledger.PUBLIC).resolve("checkpoint");
            assertTrue(Files.readString(checkpoint).endsWith(LINE));
            assertInstanceOf(Verdict.Sound.class, at.verify(Ledger.PUBLIC));
            at.reopenLedger();
            record(at, 1);
            Await.until("more", () -> at.ledger.state().unpublished() == 0);
            assertInstanceOf(Verdict.Sound.class, at.verify(Ledger.PUBLIC));
            at.ledger.close();
            at.keys.close();
        }
    }

    @Test
    void anUnansweredCheckpointIsTakenUpAgainAfterARestart() throws IOException {
        Slow witness = new Slow();
        try (Keyspace keyspace = Keyspace.inMemory()) {
            Installation at = open(keyspace, new Outside(SignedMark.none(), witness));
            record(at, 3);
            Await.until("asked", () -> !witness.asked.isEmpty());
            at.reopenLedger();
            assertEquals(0, published(at, Ledger.PUBLIC));
            witness.answer();
            Await.until("published", () -> at.ledger.state().unpublished() == 0);
            assertInstanceOf(Verdict.Sound.class, at.verify(Ledger.PUBLIC));
            at.ledger.close();
            at.keys.close();
        }
    }

    @Test
    void everyCandidateExtendsEveryEarlierOne() throws Exception {
        Slow witness = new Slow();
        witness.willing = true;
        List<Checkpoint> seen = new ArrayList<>();
        try (Keyspace keyspace = Keyspace.inMemory()) {
            Installation at = open(keyspace, new Outside(SignedMark.none(), witness));
            for (int size : new int[] {1, 3, 200, 60, 1, 300, 7}) {
                for (int i = 0; i < size; i++) {
                    at.ledger.state(Installation.statement("zone.created"));
                }
                Await.until("published", () -> at.ledger.state().unpublished() == 0);
            }
            int proofs = 0;
            for (Witnesses.Candidate candidate : List.copyOf(witness.asked)) {
                Checkpoint now =
                        Checkpoint.parse(
                                "candidate",
                                candidate.checkpoint().getBytes(StandardCharsets.UTF_8));
                assertEquals(candidate.size(), now.size());
                for (Checkpoint then : seen) {
                    List<byte[]> proof = candidate.consistency().from(then.size());
                    assertTrue(
                            MerkleProof.extendsTree(
                                    then.size(), then.root(), now.size(), now.root(), proof),
                            then.size() + " to " + now.size());
                    proofs++;
                }
                seen.add(now);
            }
            assertTrue(proofs > 15, proofs + " proofs");
            at.ledger.close();
            at.keys.close();
        }
    }

    @Test
    void anOlderCopyIsRefusedThoughItsOwnFilesAreOldToo() throws IOException {
        Path places = folder.resolve("places");
        List<Path> both = List.of(places.resolve("a"), places.resolve("b"));
        SignedMark mark = SignedMark.in(both, Disk.real(), "log.example/public");
        mark.check(0);
        mark.raise(12);
        mark.raise(7);
        SignedMark again = SignedMark.in(both, Disk.real(), "log.example/public");
        assertEquals(12, again.highest());
        again.check(12);
        StorageFailure refused = assertThrows(StorageFailure.class, () -> again.check(11));
        assertEquals(StorageFailure.Kind.FOREIGN, refused.kind());
        assertTrue(String.valueOf(refused.getMessage()).contains("ledger.restore=new-history"));
        // one place is lost, and put back from an older backup: the other one says it
        Files.writeString(
                Files.list(both.get(0)).findFirst().orElseThrow(), "log.example/public\n3\n");
        assertEquals(12, SignedMark.in(both, Disk.real(), "log.example/public").highest());
        // another log's mark is another file
        assertEquals(0, SignedMark.in(both, Disk.real(), "log.example/2/public").highest());
        // no place is whole
        for (Path place : both) {
            Files.writeString(Files.list(place).findFirst().orElseThrow(), "garbage");
        }
        assertEquals(
                StorageFailure.Kind.CORRUPT,
                assertThrows(
                                StorageFailure.class,
                                () -> SignedMark.in(both, Disk.real(), "log.example/public"))
                        .kind());
    }

    @Test
    void ofTwoServersOnOneCopyTheSecondStopsSigning() throws IOException {
        List<Path> place = List.of(folder.resolve("place"));
        SignedMark one = SignedMark.in(place, Disk.real(), "log.example/public");
        SignedMark two = SignedMark.in(place, Disk.real(), "log.example/public");
        one.raise(5);
        StorageFailure refused = assertThrows(StorageFailure.class, () -> two.raise(6));
        assertTrue(String.valueOf(refused.getMessage()).contains("two go on from one copy"));
        one.raise(6);
    }

    @Test
    void nothingIsSignedBeyondTheMark() throws IOException {
        Path place = folder.resolve("place");
        SignedMark mark = SignedMark.in(List.of(place), Disk.real(), "test.example/made/public");
        try (Keyspace keyspace = Keyspace.inMemory()) {
            Installation at = open(keyspace, new Outside(mark, Witnesses.none()));
            for (int i = 0; i < 20; i++) {
                record(at, 1);
                at.ledger.state(Installation.statement("zone.created"));
                long signed = published(at, Ledger.PUBLIC);
                long marked =
                        SignedMark.in(List.of(place), Disk.real(), "test.example/made/public")
                                .highest();
                assertTrue(signed <= marked, signed + " signed, " + marked + " marked");
            }
            Await.until("published", () -> at.ledger.state().unpublished() == 0);
            assertEquals(
                    keyspace.logs().size(Ledger.PUBLIC),
                    SignedMark.in(List.of(place), Disk.real(), "test.example/made/public")
                            .highest());
            assertFalse(at.ledger.obstacle().isPresent());
            at.ledger.close();
            at.keys.close();
        }
    }
}
