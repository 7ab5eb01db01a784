package org.domicile.verifier;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** RFC 6962 section 2.1: the hashes of leaves and nodes. Owned by one thread. */
final class TreeHash {
    static final int SIZE = 32;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest sha256 = sha256();

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    byte[] empty() {
        return sha256.digest();
    }

    byte[] leaf(byte[] entry) {
        byte[] hash = new byte[SIZE];
        leaf(entry, 0, entry.length, hash, 0);
        return hash;
    }

    void leaf(byte[] source, int offset, int length, byte[] target, int at) {
        sha256.update(LEAF);
        sha256.update(source, offset, length);
        finish(target, at);
    }

    byte[] node(byte[] left, byte[] right) {
        sha256.update(NODE);
        sha256.update(left);
        sha256.update(right);
        return sha256.digest();
    }

    /** The node above two hashes that lie side by side at {@code offset}. */
    private void node(byte[] pair, int offset, byte[] target, int at) {
        sha256.update(NODE);
        sha256.update(pair, offset, 2 * SIZE);
        finish(target, at);
    }

    /** The top of the perfect tree over {@code count} hashes (a power of two) from {@code from}. */
    byte[] perfect(byte[] hashes, int from, int count) {
        byte[] row = new byte[count * SIZE];
        System.arraycopy(hashes, from * SIZE, row, 0, row.length);
        for (int width = count; width > 1; width /= 2) {
            for (int pair = 0; pair < width / 2; pair++) {
                node(row, 2 * pair * SIZE, row, pair * SIZE);
            }
        }
        return count == 1 ? row : Arrays.copyOf(row, SIZE);
    }

    private void finish(byte[] target, int at) {
        try {
            sha256.digest(target, at, SIZE);
        } catch (DigestException e) {
            throw new AssertionError("there is room for the hash", e);
        }
    }
}
