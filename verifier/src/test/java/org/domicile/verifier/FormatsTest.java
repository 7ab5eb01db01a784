package org.domicile.verifier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Notes, keys, hashes and proofs against published vectors and against themselves mutated. */
class FormatsTest {
    /** C2SP signed-note, "Example". */
    private static final String VKEY =
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    private static final String NOTE =
            "This is an example message.\n\n"
                + "\u2014 example.com/foo"
                + " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    /** The leaves and roots that every RFC 6962 implementation tests itself with. */
    private static final List<String> LEAVES =
            List.of(
                    "",
                    "00",
                    "10",
                    "2021",
                    "3031",
                    "40414243",
                    "5051525354555657",
                    "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS =
            List.of(
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    @Test
    void theSpecificationsNoteVerifies() throws Refused {
        VerifierKey key = VerifierKey.parse(VKEY);
        Note note = Note.parse("note", NOTE.getBytes(StandardCharsets.UTF_8));
        assertEquals("This is an example message.\n", note.text());
        assertTrue(
                key.verifies(
                        note.text().getBytes(StandardCharsets.UTF_8),
                        note.signature(key).orElseThrow()));
        assertFalse(key.verifies(new byte[3], note.signature(key).orElseThrow()));
        assertEquals(VKEY, key.format());
    }

    @Test
    void rootsAreThePublishedOnes() throws Refused {
        Tree tree = new Tree((level, index, hashes) -> {});
        assertEquals(
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                HexFormat.of().formatHex(tree.root()));
        for (int i = 0; i < LEAVES.size(); i++) {
            byte[] leaf = HexFormat.of().parseHex(LEAVES.get(i));
            tree.append(leaf, 0, leaf.length);
            assertEquals(ROOTS.get(i), HexFormat.of().formatHex(tree.root()));
        }
    }

    @Test
    void keysOfTheWrongFormAreNamed() {
        for (String text :
                List.of(
                        "",
                        "a+b",
                        VKEY.replace("530d903a", "530d903b"),
                        VKEY + "=",
                        VKEY.replace("Aek", "Bek"),
                        "ex ample+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                        "example.com/foo+530d903a+AekyeRrm")) {
            assertThrows(IllegalArgumentException.class, () -> VerifierKey.parse(text), text);
        }
    }

    @Test
    void unknownKeysAreIgnoredAndGivenOnesMustHaveSigned() throws Refused {
        byte[] note = LogMaker.ofSize(5).checkpoint();
        Checkpoint checkpoint = Checkpoint.parse("checkpoint", note);
        assertEquals(2, checkpoint.verify("checkpoint", LogMaker.KEYS).signers().size());
        assertEquals(1, checkpoint.verify("c", List.of(LogMaker.ED_KEY)).signers().size());
        assertEquals(1, checkpoint.verify("c", List.of(LogMaker.ML_KEY)).signers().size());
        VerifierKey other = VerifierKey.parse(VKEY);
        assertThrows(Refused.class, () -> checkpoint.verify("c", List.of(other)));
        VerifierKey neverSigned =
                VerifierKey.of(LogMaker.ORIGIN, VerifierKey.Algorithm.ED25519, edKeyOf(other));
        assertThrows(
                Refused.class, () -> checkpoint.verify("c", List.of(LogMaker.ED_KEY, neverSigned)));
    }

    private static byte[] edKeyOf(VerifierKey key) {
        byte[] typed = Base64Text.decode(key.format().split("\\+", 3)[2]).orElseThrow();
        return java.util.Arrays.copyOfRange(typed, 1, typed.length);
    }

    @Test
    void everyProofOfSmallTreesHoldsAndNoOther() {
        for (int size = 1; size <= 20; size++) {
            LogMaker log = LogMaker.ofSize(size);
            byte[] root = log.root(0, size).clone();
            for (int index = 0; index < size; index++) {
                byte[] leaf = new TreeHash().leaf(log.entries.get(index));
                List<byte[]> path = log.inclusion(index, 0, size);
                for (int claimed = 0; claimed <= size; claimed++) {
                    assertEquals(
                            claimed == index,
                            MerkleProof.includes(leaf, claimed, size, root, path));
                }
            }
            for (int first = 0; first <= size; first++) {
                byte[] firstRoot = log.root(0, first).clone();
                List<byte[]> path = log.consistency(first, size);
                assertTrue(MerkleProof.extendsTree(first, firstRoot, size, root, path));
                firstRoot[3] ^= 4;
                assertFalse(MerkleProof.extendsTree(first, firstRoot, size, root, path));
                firstRoot[3] ^= 4;
                for (byte[] hash : path) {
                    hash[7] ^= 1;
                    assertFalse(MerkleProof.extendsTree(first, firstRoot, size, root, path));
                    hash[7] ^= 1;
                }
            }
        }
    }

    @Test
    void noMutatedCheckpointIsAccepted() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] good = LogMaker.ofSize(300).checkpoint();
        for (int round = 0; round < 10_000; round++) {
            byte[] bad = Mutation.of(good, random);
            assertThrows(
                    Refused.class,
                    () -> Checkpoint.parse("checkpoint", bad).verify("c", LogMaker.KEYS),
                    () -> "seed " + seed + ": " + new String(bad, StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void noMutatedProofIsAccepted() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        LogMaker log = LogMaker.ofSize(300);
        byte[] good = log.proof(123);
        if (ProofFile.check(good, LogMaker.KEYS) instanceof ProofFile.Checked.Proven proven) {
            assertEquals(123, proven.index());
            assertArrayEquals(log.entries.get(123), proven.entry());
        } else {
            throw new AssertionError("the good proof is refused");
        }
        for (int round = 0; round < 10_000; round++) {
            byte[] bad = Mutation.of(good, random);
            assertTrue(
                    ProofFile.check(bad, LogMaker.KEYS) instanceof ProofFile.Checked.Disproven,
                    () -> "seed " + seed + ": " + new String(bad, StandardCharsets.ISO_8859_1));
        }
    }
}
