package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sixth law of streams: what watches find is what SQL finds, row by row and once, though their
 * worker dies.
 */
@Timeout(300)
class SameAsBatchTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());

    @TempDir Path folder;

    @Test
    void continuousIsBatch() throws Exception {
        Figures figures =
                SameAsBatch.run(
                        folder,
                        SEED,
                        System.out::println,
                        "laws",
                        1,
                        List.of(SameAsBatch.Fate.WORKER),
                        // proof laws asks all eight
                        Set.of("filter", "tumble", "first", "join", "pattern"));
        System.out.println(figures.line());
        assertEquals(List.of(), figures.violations(), "again: -Ddomicile.seed=" + SEED);
        assertEquals(1, figures.passed());
    }
}
