package org.domicile.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BytesTest {
    @Test
    void bytesSortUnsignedAndShorterFirst() {
        assertTrue(Bytes.compare(of(0x7f), of(0x80)) < 0);
        assertTrue(Bytes.compare(of(1), of(1, 0)) < 0);
        assertTrue(Bytes.compare(of(0xff), of()) > 0);
        assertEquals(0, Bytes.compare(of(3, 4), of(3, 4)));
    }

    @Test
    void aPrefixIsNoLongerThanTheWhole() {
        assertTrue(Bytes.startsWith(of(1, 2, 3), of(1, 2)));
        assertTrue(Bytes.startsWith(of(1), of()));
        assertFalse(Bytes.startsWith(of(1), of(1, 2)));
        assertFalse(Bytes.startsWith(of(1, 3), of(1, 2)));
    }

    private static byte[] of(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
