package org.domicile.bytes;

import java.util.zip.Checksum;

/**
 * CRC-64/NVME as S3 uses it: NVM Express command set specification, 64-bit CRC (reflected
 * polynomial 0x9A6C9329AC4BC9B5, all ones before and after). Sixteen bytes a step through tables.
 * Not safe for concurrent use.
 */
public final class Crc64Nvme implements Checksum {
    /** The reflected polynomial. */
    public static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private static final int SLICES = 16;
    private static final long[][] TABLES = tables();

    private long state = -1L;

    @Override
    public void update(int b) {
        state = TABLES[0][(int) (state ^ b) & 0xFF] ^ (state >>> 8);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        long crc = state;
        int at = offset;
        int end = offset + length;
        for (; end - at >= SLICES; at += SLICES) {
            long low = Bytes.littleEndianLong(bytes, at) ^ crc;
            long high = Bytes.littleEndianLong(bytes, at + 8);
            crc =
                    TABLES[15][(int) low & 0xFF]
                            ^ TABLES[14][(int) (low >>> 8) & 0xFF]
                            ^ TABLES[13][(int) (low >>> 16) & 0xFF]
                            ^ TABLES[12][(int) (low >>> 24) & 0xFF]
                            ^ TABLES[11][(int) (low >>> 32) & 0xFF]
                            ^ TABLES[10][(int) (low >>> 40) & 0xFF]
                            ^ TABLES[9][(int) (low >>> 48) & 0xFF]
                            ^ TABLES[8][(int) (low >>> 56)]
                            ^ TABLES[7][(int) high & 0xFF]
                            ^ TABLES[6][(int) (high >>> 8) & 0xFF]
                            ^ TABLES[5][(int) (high >>> 16) & 0xFF]
                            ^ TABLES[4][(int) (high >>> 24) & 0xFF]
                            ^ TABLES[3][(int) (high >>> 32) & 0xFF]
                            ^ TABLES[2][(int) (high >>> 40) & 0xFF]
                            ^ TABLES[1][(int) (high >>> 48) & 0xFF]
                            ^ TABLES[0][(int) (high >>> 56)];
        }
        for (; at < end; at++) {
            crc = TABLES[0][(int) (crc ^ bytes[at]) & 0xFF] ^ (crc >>> 8);
        }
        state = crc;
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = -1L;
    }

    private static long[][] tables() {
        long[][] tables = new long[SLICES][256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
            }
            tables[0][i] = crc;
        }
        for (int slice = 1; slice < SLICES; slice++) {
            for (int i = 0; i < 256; i++) {
                long before = tables[slice - 1][i];
                tables[slice][i] = tables[0][(int) before & 0xFF] ^ (before >>> 8);
            }
        }
        return tables;
    }
}
