package org.domicile.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Footers of files that are whole, and of some that are not. */
class FooterTest {
    private static Footer read(byte[] file) throws IOException {
        return Footer.read(
                file.length,
                (at, length) -> new ByteArrayInputStream(file, (int) at, (int) length));
    }

    @Test
    void aFooterSaysWhereColumnsLie() throws IOException {
        byte[] file = TinyParquet.bytes('n', "the content");
        Footer footer = read(file);
        assertEquals(List.of("n"), footer.columns());
        assertEquals(1, footer.rows());
        assertEquals(List.of(new Footer.Chunk("n", 4, 11)), footer.chunks());
        assertEquals(11, footer.bytes(List.of("n")));
        assertEquals(0, footer.bytes(List.of("m")));
        assertEquals(file.length, footer.tailStart() + footer.tail().length);
    }

    @Test
    void whatIsCutOffOrAnotherFormatIsSaid() {
        byte[] file = TinyParquet.bytes('n', "the content");
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(NotParquet.class, () -> read(cut), "of " + length);
        }
        byte[] sealed = file.clone();
        sealed[sealed.length - 1] = 'E';
        assertTrue(
                assertThrows(NotParquet.class, () -> read(sealed))
                        .toString()
                        .contains("encrypted"));
        byte[] headless = Arrays.copyOfRange(file, 6, file.length);
        assertThrows(NotParquet.class, () -> read(headless), "its column would begin before it");
    }

    /** Whatever the bytes are: a footer whose chunks lie in the file, or a sentence. */
    @Test
    void noBytesBreakTheReader() throws IOException {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] file = TinyParquet.bytes('n', "the content");
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] broken = file.clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                broken[random.nextInt(broken.length - 4)] = (byte) random.nextInt();
            }
            try {
                Footer footer = read(broken);
                read++;
                for (Footer.Chunk chunk : footer.chunks()) {
                    assertTrue(
                            chunk.start() >= 4
                                    && chunk.length() >= 0
                                    && chunk.start() + chunk.length() <= footer.tailStart(),
                            "seed " + seed);
                }
            } catch (NotParquet e) {
                assertTrue(!String.valueOf(e.getMessage()).isEmpty());
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertTrue(read > 100, "only " + read + " were read");
    }
}
