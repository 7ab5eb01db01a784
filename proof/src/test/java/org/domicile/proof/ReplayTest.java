package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A small run of {@code proof replay}. */
@Timeout(240)
class ReplayTest {
    @TempDir Path work;

    @Test
    void somebodyElsesCedarDecidesTheSame() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ReplayTest seed " + seed);
        Figures figures = new Replay(work, seed, System.out::println).run("replay", 40, seed);
        assertEquals(List.of(), figures.violations(), figures::line);
    }
}
