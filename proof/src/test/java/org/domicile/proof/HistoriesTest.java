package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients contend, the server dies, and what they saw has an order; hours are for the command. */
class HistoriesTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());

    @TempDir Path folder;

    @Test
    void whatContendersSawHasAnOrder() throws Exception {
        System.out.println("seed " + SEED);
        Figures figures =
                new Histories(folder, SEED, System.out::println).run("histories", 2, SEED);
        System.out.println(figures.line());
        assertEquals(java.util.List.of(), figures.violations(), "again: -Ddomicile.seed=" + SEED);
        Map<String, Long> more = figures.more();
        assertTrue(more.getOrDefault("operations", 0L) > 50, more::toString);
    }
}
