package org.domicile.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** C2SP tlog-policy: what its file may say, and what a quorum is. */
class TrustPolicyTest {
    private static final String ED = LogMaker.ED_KEY.format();
    private static final String W = key("w", 1);

    private static String key(String name, int seed) {
        byte[] raw = new byte[32];
        java.util.Arrays.fill(raw, (byte) seed);
        // the low byte of a point's y: some are on the curve, which is all that is asked here
        for (int low = 0; low < 256; low++) {
            raw[0] = (byte) low;
            try {
                return VerifierKey.of(name, VerifierKey.Algorithm.ED25519_COSIGNATURE, raw)
                        .format();
            } catch (IllegalArgumentException e) {
                continue;
            }
        }
        throw new AssertionError("no key");
    }

    private static TrustPolicy parse(String text) {
        return TrustPolicy.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theSpecificationsExample() {
        TrustPolicy policy =
                parse(
                        """
                        # comment
                        \tlog %s https://log.example/

                        witness X1 %s
                        witness X2 %s https://x2.example/
                        witness X3 %s
                        group X-witnesses 2 X1 X2 X3
                        witness Y1 %s
                        witness Y2 %s
                        group Y-witnesses any Y1 Y2
                        group X-and-Y all X-witnesses Y-witnesses
                        quorum X-and-Y
                        """
                                .formatted(
                                        ED,
                                        key("x1", 2),
                                        key("x2", 3),
                                        key("x3", 4),
                                        key("y1", 5),
                                        key("y2", 6)));
        assertEquals(1, policy.logs().size());
        assertEquals(
                "https://x2.example", policy.witnesses().values().stream().toList().get(1).url());
        assertTrue(policy.isQuorum(Set.of("X1", "X3", "Y2")));
        assertFalse(policy.isQuorum(Set.of("X1", "X2", "X3")));
        assertFalse(policy.isQuorum(Set.of("X1", "Y1", "Y2")));
        assertTrue(parse("quorum none\n").isQuorum(Set.of()));
    }

    /** Single bytes of a checkpoint with a log's two signatures and a witness's. */
    @Test
    void noMutatedCosignatureIsAccepted() throws Exception {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        java.util.Random random = new java.util.Random(seed);
        java.security.KeyPair pair =
                java.security.KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = pair.getPublic().getEncoded();
        VerifierKey witness =
                VerifierKey.of(
                        "witness.example/w1",
                        VerifierKey.Algorithm.ED25519_COSIGNATURE,
                        java.util.Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        byte[] checkpoint = LogMaker.ofSize(7).checkpoint();
        String text = Checkpoint.parse("log", checkpoint).note().text();
        java.security.Signature signer = java.security.Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(Checkpoint.textMessage(text, 1_700_000_000));
        byte[] timed =
                java.nio.ByteBuffer.allocate(72).putLong(1_700_000_000).put(signer.sign()).array();
        String line = new Note.SignatureLine(witness.name(), witness.id(), timed).format();
        byte[] good =
                (new String(checkpoint, StandardCharsets.UTF_8) + line)
                        .getBytes(StandardCharsets.UTF_8);
        TrustPolicy policy = parse("witness w1 " + witness.format() + "\nquorum w1\n");
        Checkpoint.parse("good", good).verify("good", LogMaker.KEYS, policy);
        for (int i = 0; i < 2_000; i++) {
            byte[] bad = good.clone();
            // most of them where the witness has signed
            int at =
                    i % 4 == 0
                            ? random.nextInt(bad.length)
                            : bad.length - 1 - random.nextInt(line.length());
            bad[at] ^= (byte) (1 + random.nextInt(255));
            assertThrows(
                    Refused.class,
                    () -> Checkpoint.parse("bad", bad).verify("bad", LogMaker.KEYS, policy),
                    () -> "seed " + seed + ", byte " + at);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quorum none|no newline",
                "witness a W~|exactly one quorum",
                "quorum none~quorum none~|line 2 of the policy is a second quorum",
                "quorum a~|line 1 of the policy names no earlier",
                "witness a W~witness b W~quorum a~|line 2 of the policy names a witness's key that",
                "witness none W~quorum none~|gives the name none",
                "witness a W~group g any a~group h any a~quorum h~|line 3",
                "witness a W~group g 2 a~quorum g~|asks for 2 of 1",
                "witness a W~group g 0 a~quorum g~|asks for 0 of 1",
                "witness a W~group g any b~quorum g~|names no earlier witness or group: b",
                "witness a L~quorum a~|names a witness by a log's key",
                "log W~quorum none~|names a log by a witness's key",
                "log L~log L~quorum none~|stands in an earlier line",
                "log L+A~quorum none~|has no good key",
                "wittness a W~quorum none~|begins with none of",
                "witness a~quorum none~|reads: witness NAME VKEY",
            })
    void whatIsWrongIsSaidWithItsLine(String file, String expected) {
        String text = file.replace("~", "\n").replace("W", W).replace("L", ED);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> parse(text));
        assertTrue(String.valueOf(refused.getMessage()).contains(expected), refused.getMessage());
    }
}
