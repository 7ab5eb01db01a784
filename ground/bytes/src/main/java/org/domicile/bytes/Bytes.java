package org.domicile.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Byte strings as keys see them: unsigned, compared from the left, shorter first. */
public final class Bytes {
    private static final VarHandle LITTLE_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

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

    /** The eight bytes at an offset as a little-endian number. */
    public static long littleEndianLong(byte[] bytes, int offset) {
        return (long) LITTLE_ENDIAN_LONGS.get(bytes, offset);
    }
}
