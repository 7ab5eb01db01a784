package org.domicile.guard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.domicile.streams.StreamRecord;
import org.junit.jupiter.api.Test;

/** What rows that wait take in memory. */
final class LiveTextTest {
    @Test
    void aRowThatWaitsWeighsWhatItsRecordDoes() {
        LiveText text = new LiveText();
        StreamRecord record =
                new StreamRecord(
                        0,
                        7,
                        Instant.EPOCH,
                        Optional.of(new byte[100]),
                        Optional.of(new byte[5_000]),
                        List.of(new StreamRecord.Header("trace", new byte[300])));
        assertEquals("", text.add(record, List.of(), new Object[0]));
        assertTrue(text.weight() > 5_400, () -> String.valueOf(text.weight()));
        text.clear();
        assertEquals(0, text.weight());
    }

    /** There are two of each of many tables: what was large once is given back. */
    @Test
    void whatWasLargeIsSmallAgain() throws Exception {
        LiveText text = new LiveText();
        int small = text.capacity();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 10_000; i++) {
                StreamRecord record =
                        new StreamRecord(
                                0,
                                i,
                                Instant.EPOCH,
                                Optional.empty(),
                                Optional.of(new byte[10]),
                                List.of());
                assertEquals("", text.add(record, List.of(), new Object[0]));
            }
            assertTrue(text.capacity() > 500_000);
            String lines = new String(text.read(9_999, 10_000).readAllBytes(), US_ASCII);
            assertTrue(lines.startsWith("{\"c0\":0,\"c1\":9999,"), lines);
            text.clear();
            assertEquals(small, text.capacity());
        }
    }
}
