package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerLoadTest {
    @Test
    void allThatWasAcknowledgedIsVerified(@TempDir Path folder) throws Exception {
        Figures figures = new LedgerLoad(folder, told -> {}).run(Duration.ofSeconds(1), 1);
        assertEquals(List.of(), figures.violations());
        assertEquals(1, figures.passed());
        assertTrue(figures.more().getOrDefault("entries", 0L) > 0);
        assertEquals(figures.more().get("entries"), figures.more().get("verified"));
    }

    @Test
    void withoutRoomItDoesNotBegin(@TempDir Path folder) throws IOException {
        IOException none =
                assertThrows(
                        IOException.class,
                        () -> new LedgerLoad(folder, told -> {}).run(Duration.ofDays(10_000), 1));
        assertTrue(String.valueOf(none.getMessage()).contains("--minutes"), none::toString);
        try (var made = Files.list(folder)) {
            assertEquals(0, made.count());
        }
    }
}
