package org.domicile.proof;

import java.util.SplittableRandom;

/**
 * The bytes of an object, as the seed that makes them: no two operations write the same, so bytes
 * of one can never be taken for another's.
 */
record Content(long seed, int length) {
    byte[] bytes() {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** First place where the bytes differ from these, or -1 when they are the same. */
    int differsAt(byte[] found) {
        return java.util.Arrays.mismatch(bytes(), found);
    }
}
