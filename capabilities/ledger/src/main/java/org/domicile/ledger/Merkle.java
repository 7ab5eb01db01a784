package org.domicile.ledger;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The two hashes of RFC 6962 section 2.1. Owned by one thread. */
final class Merkle {
    static final int HASH = 32;

    private final MessageDigest sha256 = sha256();

    /** Looking the algorithm up costs more than hashing an entry; a copy of one costs little. */
    private static final MessageDigest PROTOTYPE = prototype();

    private static MessageDigest prototype() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    static MessageDigest sha256() {
        try {
            return (MessageDigest) PROTOTYPE.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("every Java copies a SHA-256", e);
        }
    }

    byte[] empty() {
        return sha256.digest();
    }

    byte[] leaf(byte[] entry) {
        sha256.update((byte) 0);
        return sha256.digest(entry);
    }

    byte[] node(byte[] left, byte[] right) {
        sha256.update((byte) 1);
        sha256.update(left);
        return sha256.digest(right);
    }

    /** The top over hashes {@code from} to {@code to}, a power of two apart. */
    byte[] top(byte[][] row, int from, int to) {
        if (to - from == 1) {
            return row[from];
        }
        int middle = (from + to) >>> 1;
        return node(top(row, from, middle), top(row, middle, to));
    }
}
