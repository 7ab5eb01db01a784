package org.domicile.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What issuers say of themselves; tokens are tested before a whole issuer, at the S3 door. */
class IssuerKeysTest {
    private static final String ISSUER = "https://id.example/realm";
    private static final String KEY =
            "{\"kty\":\"EC\",\"kid\":\"k\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\",\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void keysOfATypeThatNobodyKnowsAreLeftOut() throws IssuerKeys.Unreadable {
        String keys = "{\"keys\":[" + KEY + ",{\"kty\":\"new\",\"kid\":\"n\"}]}";
        assertEquals(1, IssuerKeys.parse(bytes(keys)).all().size());
        String secret = "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"c2VjcmV0\"}]}";
        assertEquals(0, IssuerKeys.parse(bytes(secret)).all().size(), "a shared secret is no key");
    }

    /** Leading zeros make no key longer. */
    @Test
    void shortKeysAreLeftOut() throws IssuerKeys.Unreadable {
        BigInteger shortest = BigInteger.ONE.shiftLeft(2_047).add(BigInteger.ONE);
        assertEquals(1, IssuerKeys.parse(rsa(shortest.toByteArray())).all().size());
        BigInteger tooShort = BigInteger.ONE.shiftLeft(2_046).add(BigInteger.ONE);
        assertEquals(0, IssuerKeys.parse(rsa(tooShort.toByteArray())).all().size());
        byte[] padded = new byte[512];
        byte[] weak = BigInteger.ONE.shiftLeft(511).add(BigInteger.ONE).toByteArray();
        System.arraycopy(weak, 0, padded, padded.length - weak.length, weak.length);
        assertEquals(0, IssuerKeys.parse(rsa(padded)).all().size());
    }

    private static byte[] rsa(byte[] modulus) {
        String n = Base64.getUrlEncoder().withoutPadding().encodeToString(modulus);
        return bytes(
                "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"e\":\"AQAB\",\"n\":\"" + n + "\"}]}");
    }

    @Test
    void anIssuerSpeaksForItselfAlone() throws IssuerKeys.Unreadable {
        String said = "{\"issuer\":\"" + ISSUER + "\",\"jwks_uri\":\"https://id.example/keys\"}";
        assertEquals("https://id.example/keys", IssuerKeys.address(bytes(said), ISSUER));
        for (String each :
                new String[] {
                    said.replace("realm", "other"),
                    said.replace("jwks_uri", "keys"),
                    said.replace("\"https://id.example/keys\"", "7"),
                    "[]",
                    "",
                    "{".repeat(10_000)
                }) {
            assertThrows(
                    IssuerKeys.Unreadable.class, () -> IssuerKeys.address(bytes(each), ISSUER));
        }
    }

    @Test
    void thereAreAtMost64Keys() {
        String many = "{\"keys\":[" + (KEY + ",").repeat(64) + KEY + "]}";
        assertThrows(IssuerKeys.Unreadable.class, () -> IssuerKeys.parse(bytes(many)));
    }

    @Test
    void noDocumentBreaksTheReader() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] valid = bytes("{\"keys\":[" + KEY + "]}");
        int read = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] changed = valid.clone();
            for (int n = random.nextInt(4); n > 0; n--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                read += IssuerKeys.parse(changed).all().size();
            } catch (IssuerKeys.Unreadable expected) {
                assertTrue(String.valueOf(expected.getMessage()).contains("keys"));
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + i, e);
            }
        }
        assertTrue(read > 100, "seed " + seed);
    }
}
