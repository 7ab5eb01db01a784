package org.domicile.bytes;

import java.util.Arrays;

/** Byte strings as keys see them: unsigned, compared from the left, shorter first. */
public final class Bytes {
    private Bytes() {}

    /** Negative, zero or positive as {@code a} sorts before, with or after {@code b}. */
    public static int compare(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b);
    }

    /** Whether {@code whole} begins with all of {@code prefix}; everything begins with nothing. */
    public static boolean startsWith(byte[] whole, byte[] prefix) {
        return whole.length >= prefix.length
                && Arrays.equals(whole, 0, prefix.length, prefix, 0, prefix.length);
    }
}
