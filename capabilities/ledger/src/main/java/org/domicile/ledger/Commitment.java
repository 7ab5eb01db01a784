package org.domicile.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Salted commitments to the fields of one entry. From the entry's 32 secret bytes comes a salt for
 * each field, {@code SHA-256(0x02 ‖ secret ‖ name)}, and from it the commitment {@code SHA-256(0x03
 * ‖ salt ‖ value)}; so one field can be opened, by its salt, without the others. Both prefixes are
 * apart from the tree's 0x00 and 0x01. Owned by one thread.
 */
final class Commitment {
    private static final byte SALT = 2;
    private static final byte VALUE = 3;

    private final MessageDigest sha256 = Merkle.sha256();
    private final byte[] secret;

    Commitment(byte[] secret) {
        this.secret = secret;
    }

    byte[] salt(String field) {
        sha256.update(SALT);
        sha256.update(secret);
        sha256.update(field.getBytes(StandardCharsets.UTF_8));
        return sha256.digest();
    }

    byte[] to(String field, String value) {
        byte[] salt = salt(field);
        sha256.update(VALUE);
        sha256.update(salt);
        sha256.update(value.getBytes(StandardCharsets.UTF_8));
        return sha256.digest();
    }
}
