package org.domicile.tables;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Names of files that something refers to, each by 64 bits of its digest: eight bytes a name,
 * however long it is. It may take a stranger for one of them, once in 2⁶⁴ divided by their count,
 * and never one of them for a stranger; so it can say what has to stay, and who removes what it
 * does not know removes nothing that it was told of.
 */
public final class Referred {
    private static final int MOST = 20_000_000;

    private final MessageDigest digest = sha256();
    private long[] sums = new long[1_024];
    private int count;
    private boolean sorted = true;

    /** What nothing refers to. */
    Referred() {}

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private long sum(String name) {
        return ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8))).getLong();
    }

    void add(String name) {
        if (count == MOST) {
            throw new Refusal(
                    Refusal.Kind.TOO_LARGE,
                    "Upkeep looks after at most " + MOST + " files of a table");
        }
        if (count == sums.length) {
            sums = Arrays.copyOf(sums, Math.min(MOST, count * 2));
        }
        sums[count++] = sum(name);
        sorted = false;
    }

    /** Whether something refers to a file. @param name in the bucket */
    public boolean has(String name) {
        if (!sorted) {
            Arrays.sort(sums, 0, count);
            sorted = true;
        }
        return Arrays.binarySearch(sums, 0, count, sum(name)) >= 0;
    }

    /** How many names, those counted twice that several manifests name. */
    public int size() {
        return count;
    }
}
