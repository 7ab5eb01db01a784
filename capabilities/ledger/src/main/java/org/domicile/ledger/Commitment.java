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
        return hash(SALT, secret, field);
    }

    byte[] to(String field, String value) {
        return hash(VALUE, salt(field), value);
    }

    /** The commitment that a salt and a value give. */
    static byte[] to(byte[] salt, String value) {
        return new Commitment(salt).hash(VALUE, salt, value);
    }

    /** One piece and one call: twelve of these make an entry, and each call has its price. */
    private byte[] hash(byte prefix, byte[] key, String text) {
        byte[] last = text.getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[1 + key.length + last.length];
        all[0] = prefix;
        System.arraycopy(key, 0, all, 1, key.length);
        System.arraycopy(last, 0, all, 1 + key.length, last.length);
        return sha256.digest(all);
    }
}
