package org.domicile.bytes;

import java.util.zip.Checksum;

/**
 * CRC-64/NVME as S3 uses it: NVM Express command set specification, 64-bit CRC (reflected
 * polynomial 0x9A6C9329AC4BC9B5, all ones before and after). Not safe for concurrent use.
 *
 * <p>Eight bytes a step through tables that leave half of a first-level cache free. A step has to
 * wait for the one before, so three blocks go side by side, and what the earlier ones left is
 * carried over the later ones by a second set of tables.
 */
public final class Crc64Nvme implements Checksum {
    /** The reflected polynomial. */
    public static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private static final int STEP = 8;
    private static final int BLOCK = 1_024;
    private static final long[] TABLES = steps();
    private static final long[] OVER_BLOCK = overBlock();

    private long state = -1L;

    @Override
    public void update(int b) {
        state = one(state, b);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        long crc = state;
        int at = offset;
        int end = offset + length;
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
