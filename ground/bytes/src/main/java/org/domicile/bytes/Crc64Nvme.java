package org.domicile.bytes;

import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * CRC-64/NVME as S3 uses it: NVM Express command set specification, 64-bit CRC (reflected
 * polynomial 0x9A6C9329AC4BC9B5, all ones before and after). Not safe for concurrent use.
 *
 * <p>Few bytes go eight a step through tables that leave half of a first-level cache free. A step
 * has to wait for the one before, so three blocks go side by side, and what the earlier ones left
 * is carried over the later ones by a second set of tables.
 *
 * <p><b>Many bytes</b> are first divided by a sparse multiple S of the polynomial P, which leaves
 * the remainder by P what it is. P divides <i>y</i><sup>2929</sup> + <i>y</i><sup>1858</sup> +
 * <i>y</i><sup>1854</sup> + <i>y</i><sup>1685</sup> + <i>y</i><sup>696</sup> +
 * <i>y</i><sup>497</sup> + <i>y</i><sup>96</sup> + 1 for <i>y</i> = <i>x</i>, as can be checked;
 * since squaring is linear over two elements, it divides that sum for <i>y</i> =
 * <i>x</i><sup>8</sup>, too. So each byte of the quotient is a byte of the message and seven
 * earlier bytes of the quotient, added: no tables and no shifts, and as even the nearest of the
 * seven lies a thousand bytes back, the compiler adds a whole vector register at once.
 */
public final class Crc64Nvme implements Checksum {
    /** The reflected polynomial. */
    public static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private static final int STEP = 8;
    private static final int BLOCK = 1_024;
    private static final long[] TABLES = steps();
    private static final long[] OVER_BLOCK = overBlock();

    /** Degree of the sparse multiple in y: bytes that a remainder by it has. */
    private static final int DEGREE = 2_929;

    /** Fewer bytes are not worth the division: the remainder goes through the tables. */
    private static final int FEWEST = 16 << 10;

    /** The most bytes that are divided at a time. */
    private static final int MOST = 64 << 10;

    private long state = -1L;

    /** Zeros as far as a remainder goes, then what is divided; made for the first long message. */
    private byte @Nullable [] quotient;

    @Override
    public void update(int b) {
        state = one(state, b);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (end - at >= FEWEST) {
            int count = Math.min(end - at, MOST);
            divide(bytes, at, count);
            at += count;
        }
        throughTables(bytes, at, end);
    }

    private void throughTables(byte[] bytes, int from, int end) {
        long crc = state;
        int at = from;
        for (; end - at >= 3 * BLOCK; at += 3 * BLOCK) {
            crc = threeBlocks(crc, bytes, at);
        }
        for (; end - at >= STEP; at += STEP) {
            crc = through(TABLES, crc ^ Bytes.littleEndianLong(bytes, at));
        }
        for (; at < end; at++) {
            crc = one(crc, bytes[at]);
        }
        state = crc;
    }

    /** Leaves the remainder by the sparse multiple, and of that the remainder by the polynomial. */
    private void divide(byte[] bytes, int at, int count) {
        byte[] work = quotient;
        if (work == null) {
            work = new byte[DEGREE + MOST];
            quotient = work;
        }
        System.arraycopy(bytes, at, work, DEGREE, count);
        for (int i = 0; i < STEP; i++) {
            work[DEGREE + i] ^= (byte) (state >>> 8 * i);
        }
        quotients(work, count);
        remainders(work, count);
        state = 0;
        throughTables(work, count, count + DEGREE);
    }

    private static void quotients(byte[] work, int end) {
        for (int i = DEGREE; i < end; i++) {
            work[i] =
                    (byte)
                            (work[i]
                                    ^ work[i - 1_071]
                                    ^ work[i - 1_075]
                                    ^ work[i - 1_244]
                                    ^ work[i - 2_233]
                                    ^ work[i - 2_432]
                                    ^ work[i - 2_833]
                                    ^ work[i - 2_929]);
        }
    }

    /** To the bytes behind the quotient, only quotients that are there are added. */
    private static void remainders(byte[] work, int from) {
        add(work, from, 1_071);
        add(work, from, 1_075);
        add(work, from, 1_244);
        add(work, from, 2_233);
        add(work, from, 2_432);
        add(work, from, 2_833);
        add(work, from, 2_929);
    }

    private static void add(byte[] work, int from, int back) {
        for (int i = from; i < from + back; i++) {
            work[i] ^= work[i - back];
        }
    }

    private static long threeBlocks(long before, byte[] bytes, int at) {
        long first = before;
        long second = 0;
        long third = 0;
        for (int i = at; i < at + BLOCK; i += STEP) {
            first = through(TABLES, first ^ Bytes.littleEndianLong(bytes, i));
            second = through(TABLES, second ^ Bytes.littleEndianLong(bytes, i + BLOCK));
            third = through(TABLES, third ^ Bytes.littleEndianLong(bytes, i + 2 * BLOCK));
        }
        return through(OVER_BLOCK, through(OVER_BLOCK, first) ^ second) ^ third;
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = -1L;
    }

    private static long one(long crc, int b) {
        return TABLES[7 * 256 + ((int) (crc ^ b) & 0xFF)] ^ (crc >>> 8);
    }

    /** What a state becomes, each of its bytes by its own table: the lowest byte's comes first. */
    private static long through(long[] tables, long state) {
        return tables[(int) state & 0xFF]
                ^ tables[256 + ((int) (state >>> 8) & 0xFF)]
                ^ tables[512 + ((int) (state >>> 16) & 0xFF)]
                ^ tables[768 + ((int) (state >>> 24) & 0xFF)]
                ^ tables[1_024 + ((int) (state >>> 32) & 0xFF)]
                ^ tables[1_280 + ((int) (state >>> 40) & 0xFF)]
                ^ tables[1_536 + ((int) (state >>> 48) & 0xFF)]
                ^ tables[1_792 + (int) (state >>> 56)];
    }

    /** Tables that carry a state over eight bytes of zeros. */
    private static long[] steps() {
        long[] tables = new long[STEP * 256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
            }
            tables[7 * 256 + i] = crc;
        }
        for (int slice = 6; slice >= 0; slice--) {
            for (int i = 0; i < 256; i++) {
                long before = tables[(slice + 1) * 256 + i];
                tables[slice * 256 + i] = tables[7 * 256 + (int) (before & 0xFF)] ^ (before >>> 8);
            }
        }
        return tables;
    }

    /** Tables that carry a state over a block of zeros. */
    private static long[] overBlock() {
        long[] tables = new long[STEP * 256];
        for (int slice = 0; slice < STEP; slice++) {
            for (int i = 0; i < 256; i++) {
                long state = (long) i << (8 * slice);
                for (int at = 0; at < BLOCK; at += STEP) {
                    state = through(TABLES, state);
                }
                tables[slice * 256 + i] = state;
            }
        }
        return tables;
    }
}
