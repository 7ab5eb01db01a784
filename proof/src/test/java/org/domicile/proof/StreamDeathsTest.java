package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream that is a table outlives the deaths of its server: each record is a row, once. */
@Timeout(300)
class StreamDeathsTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());
    private static final int DEATHS = 5;

    @TempDir Path folder;

    @Test
    void eachRecordIsARowOnceWhateverDies() throws Exception {
        Figures figures =
                new StreamDeaths(folder, SEED, System.out::println).run("streams", DEATHS);
        System.out.println(figures.line());
        assertEquals(List.of(), figures.violations(), "again: -Ddomicile.seed=" + SEED);
        assertEquals(DEATHS, figures.passed());
    }
}
