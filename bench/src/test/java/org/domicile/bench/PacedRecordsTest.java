package org.domicile.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacedRecordsTest {
    @Test
    void everyRecordIsAcknowledgedAndSomeAreProven(@TempDir Path folder) throws IOException {
        try (LedgerParts parts = LedgerParts.open(folder)) {
            PacedRecords.Paced run = new PacedRecords(parts, 1_000, 0.2).run();
            assertEquals(200, run.acknowledged().count());
            assertEquals(20, run.proven().count());
            assertEquals(201, parts.use().number());
            // nobody waits for the answers, and nobody asks sooner than at the rate
            assertTrue(run.rate() < 1_010, () -> "at " + run.rate());
            assertTrue(run.proven().maxMillis() > run.acknowledged().millis(0.01));
        }
    }
}
