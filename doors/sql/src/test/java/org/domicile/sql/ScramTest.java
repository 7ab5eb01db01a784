package org.domicile.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.domicile.guard.ScramVerifier;
import org.domicile.postgres.SqlError;
import org.junit.jupiter.api.Test;

/** The exchange of RFC 7677, section 3, and what is not one. */
class ScramTest {
    private static final String NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private static final String BOTH = "r=rOprNGfwEbeRWgbNEkqO" + NONCE;
    private static final String PROOF = "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    private static ScramVerifier verifier() throws Exception {
        byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
        byte[] salted =
                SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(new PBEKeySpec("pencil".toCharArray(), salt, 4096, 256))
                        .getEncoded();
        return new ScramVerifier(
                salt,
                4096,
                MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key")),
                hmac(salted, "Server Key"));
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Scram scram() throws Exception {
        return new Scram(verifier(), Optional.empty(), NONCE);
    }

    @Test
    void theExchangeOfTheRfc() throws Exception {
        Scram scram = scram();
        assertEquals(BOTH + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", scram.first(Scram.PLAIN, FIRST));
        assertEquals(
                Optional.of("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
                scram.last("c=biws," + BOTH + "," + PROOF));
    }

    @Test
    void aWrongProofIsRefused() throws Exception {
        Scram scram = scram();
        scram.first(Scram.PLAIN, FIRST);
        assertEquals(
                Optional.empty(),
                scram.last("c=biws," + BOTH + ",p=AHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    }

    @Test
    void whatIsNoExchangeIsAViolation() throws Exception {
        for (String first :
                new String[] {
                    "",
                    "n",
                    "n,,",
                    "n,,r=abc",
                    "p=tls-unique,,n=,r=abc",
                    "x,,n=,r=abc",
                    "n,,n=,r=a b",
                    "n,,n=,r=abc,m=ext",
                    "p=tls-server-end-point,,n=,r=abc"
                }) {
            assertThrows(SqlError.class, () -> scram().first(Scram.PLAIN, first), first);
        }
        for (String last :
                new String[] {
                    "",
                    "c=biws",
                    "c=biws,r=other," + PROOF,
                    "c=eSws," + BOTH + "," + PROOF,
                    "c=biws," + BOTH + ",p=AA==",
                    "c=***," + BOTH + "," + PROOF
                }) {
            Scram scram = scram();
            scram.first(Scram.PLAIN, FIRST);
            assertThrows(SqlError.class, () -> scram.last(last), last);
        }
    }

    @Test
    void aClientThatWasToldOfNoBindingIsRefusedWhereThereIsOne() throws Exception {
        Scram scram = new Scram(verifier(), Optional.of(new byte[32]), NONCE);
        assertEquals(
                "28000",
                assertThrows(
                                SqlError.class,
                                () -> scram.first(Scram.PLAIN, "y,,n=user,r=rOprNGfwEbeRWgbNEkqO"))
                        .state());
    }
}
