package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random statements beside DuckDB, and a death among them; thousands are for the command. */
class SqlBesideTest {
    private static final long SEED = Long.getLong("domicile.seed", System.nanoTime());

    @TempDir Path folder;

    @Test
    void randomStatementsAreAnsweredAsDuckDbAnswersThem() throws Exception {
        System.out.println("seed " + SEED);
        Figures figures = new SqlBeside(folder, SEED, System.out::println).run("sql", 70, SEED);
        System.out.println(figures.line());
        assertEquals(List.of(), figures.violations(), "again: -Ddomicile.seed=" + SEED);
        Map<String, Long> more = figures.more();
        assertTrue(more.getOrDefault("changes", 0L) > 5, more::toString);
        assertEquals(1, more.get("deaths"), more::toString);
    }
}
