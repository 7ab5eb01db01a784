package org.domicile.bench;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What the machine answers at a fixed rate when each piece of work is nothing but hashing, as much
 * as a record costs: no lock, no disk, no other thread. A p99 that this has already is the
 * machine's (its processors stall or are taken away), not the ledger's.
 */
final class PacedHashes {
    private static final byte[] HASHED = new byte[1_024];
    private static final int CALIBRATED = 20_000;
    private static final int ROUNDS = 5;

    private PacedHashes() {}

    /**
     * @param micros CPU of each piece of work, in microseconds
     */
    static Histogram run(Arrivals arrivals, double micros) throws IOException {
        int hashes = (int) Math.max(1, Math.round(micros / microsOfOne()));
        long[] took = new long[arrivals.count()];
        arrivals.run((number, due) -> {
            hash(hashes);
            took[number] = System.nanoTime() - due;
        });
        Histogram histogram = new Histogram();
        for (long each : took) {
            histogram.add(each);
        }
        return histogram;
    }

    /** The quickest of some rounds: the compiler and others disturb the rest. */
    private static double microsOfOne() {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            hash(CALIBRATED);
            least = Math.min(least, (System.nanoTime() - begin) / 1e3 / CALIBRATED);
        }
        return least;
    }

    private static void hash(int times) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        for (int i = 0; i < times; i++) {
            digest.digest(HASHED);
        }
    }
}
