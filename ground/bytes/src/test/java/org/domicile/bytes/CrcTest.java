package org.domicile.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;

final class CrcTest {
    /** The check value of the catalogue of parametrised CRC algorithms, for "123456789". */
    @Test
    void checkValueOfCrc64Nvme() {
        Crc64Nvme crc = new Crc64Nvme();
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        crc.update(digits, 0, digits.length);
        assertEquals(0xAE8B14860A799888L, crc.getValue());
    }

    @Test
    void stepsAndBlocksAgreeWithSingleBytes() {
        byte[] bytes = new byte[10_000];
        new Random(7).nextBytes(bytes);
        for (int length = 0; length < 9_990; length += length < 100 ? 1 : 61) {
            Crc64Nvme sliced = new Crc64Nvme();
            sliced.update(bytes, 3, length);
            Crc64Nvme single = new Crc64Nvme();
            for (int i = 0; i < length; i++) {
                single.update(bytes[3 + i]);
            }
            assertEquals(single.getValue(), sliced.getValue());
        }
    }

    /** Lengths around those from which on, and by which, long messages are divided. */
    @Test
    void longMessagesAgreeWithSingleBytesHoweverTheyAreCut() {
        byte[] bytes = new byte[300_000];
        new Random(8).nextBytes(bytes);
        for (int first : new int[] {0, 1, 9, 16_383, 16_384, 65_536, 81_919, 81_920, 200_001}) {
            Crc64Nvme divided = new Crc64Nvme();
            divided.update(bytes, 5, first);
            divided.update(bytes, 5 + first, 299_990 - first);
            Crc64Nvme single = new Crc64Nvme();
            for (int i = 0; i < 299_990; i++) {
                single.update(bytes[5 + i]);
            }
            assertEquals(single.getValue(), divided.getValue(), () -> "cut at " + first);
            divided.reset();
            divided.update(bytes, 0, 20_000);
            single.reset();
            for (int i = 0; i < 20_000; i++) {
                single.update(bytes[i]);
            }
            assertEquals(single.getValue(), divided.getValue(), "after a reset");
        }
    }

    @Test
    void combinationEqualsTheWhole() {
        combined(CrcCombination.CRC32, 32, CRC32::new);
        combined(CrcCombination.CRC32C, 32, CRC32C::new);
        combined(Crc64Nvme.POLYNOMIAL, 64, Crc64Nvme::new);
    }

    private static void combined(long polynomial, int width, Supplier<Checksum> algorithm) {
        byte[] bytes = new byte[70_000];
        new Random(11).nextBytes(bytes);
        for (int cut : new int[] {0, 1, 7, 255, 256, 4_096, 65_536, 69_999, 70_000}) {
            long whole = crc(algorithm, bytes, 0, bytes.length);
            long first = crc(algorithm, bytes, 0, cut);
            long second = crc(algorithm, bytes, cut, bytes.length - cut);
            assertEquals(
                    whole,
                    CrcCombination.combine(polynomial, width, first, second, bytes.length - cut));
        }
    }

    private static long crc(Supplier<Checksum> algorithm, byte[] bytes, int from, int length) {
        Checksum crc = algorithm.get();
        crc.update(bytes, from, length);
        return crc.getValue();
    }
}
