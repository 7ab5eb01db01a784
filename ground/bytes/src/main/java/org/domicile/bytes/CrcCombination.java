package org.domicile.bytes;

/**
 * The CRC of two byte strings one after the other, from their CRCs and the second's length alone:
 * for checksums of a whole object out of its parts'. Works for reflected CRCs with all ones before
 * and after (CRC-32, CRC-32C, CRC-64/NVME). The first CRC is multiplied by x^(8·length) modulo the
 * polynomial, by squaring matrices over GF(2).
 */
public final class CrcCombination {
    /** Reflected polynomial of CRC-32 (ISO-HDLC). */
    public static final long CRC32 = 0xEDB88320L;

    /** Reflected polynomial of CRC-32C (Castagnoli). */
    public static final long CRC32C = 0x82F63B78L;

    private CrcCombination() {}

    /**
     * @param polynomial reflected
     * @param width 32 or 64
     * @param first CRC of the first string
     * @param second CRC of the second
     * @param length bytes of the second
     */
    public static long combine(long polynomial, int width, long first, long second, long length) {
        if (length == 0) {
            return first;
        }
        long[] odd = new long[width];
        long[] even = new long[width];
        odd[0] = polynomial;
        for (int n = 1; n < width; n++) {
            odd[n] = 1L << (n - 1);
        }
        square(even, odd); // two zero bits
        square(odd, even); // four
        long crc = first;
        long left = length;
        long[] present = even;
        long[] next = odd;
        // The first squaring below makes eight zero bits: one zero byte.
        while (left != 0) {
            square(present, next);
            if ((left & 1) != 0) {
                crc = times(present, crc);
            }
            left >>>= 1;
            long[] swap = present;
            present = next;
            next = swap;
        }
        return crc ^ second;
    }

    private static long times(long[] matrix, long vector) {
        long sum = 0;
        int row = 0;
        for (long left = vector; left != 0; left >>>= 1, row++) {
            if ((left & 1) != 0) {
                sum ^= matrix[row];
            }
        }
        return sum;
    }

    private static void square(long[] target, long[] matrix) {
        for (int n = 0; n < matrix.length; n++) {
            target[n] = times(matrix, matrix[n]);
        }
    }
}
