package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watches outlive the death of their worker: what they find comes once, as SQL finds it. */
@Timeout(300)
class WatchDeathsTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final int DEATHS =
            1; // of the worker; what a restart does WatchCommandsTest shows

    @TempDir Path folder;

    @Test
    void eachResultComesOnceWhateverDies() throws Exception {
        Figures figures = new WatchDeaths(folder, SEED, System.out::println).run("watches", DEATHS);
        System.out.println(figures.line());
        assertEquals(List.of(), figures.violations(), "again: -Ddomicile.seed=" + SEED);
        assertEquals(DEATHS, figures.passed());
    }
}
