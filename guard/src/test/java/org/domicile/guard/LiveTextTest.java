package org.domicile.guard;

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
}
