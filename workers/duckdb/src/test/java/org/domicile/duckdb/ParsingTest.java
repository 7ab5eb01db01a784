package org.domicile.duckdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.domicile.query.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a statement names. */
class ParsingTest {
    @TempDir private Path folder;

    @Test
    void parsingFindsWhatIsNamed() throws Exception {
        Engine engine = Engine.open(folder, folder, folder);
        Parsing.Found found =
                engine.parse(
                        "with recursive c as (select a from \"S 1\".t1 union all select a from c)"
                                + " select (select max(b) from t2 where t2.k = c.a) from c"
                                + " join t3 using (z) where exists (from t4)");
        assertEquals(Kind.SELECT, found.kind());
        assertEquals(
                Set.of("S 1.t1", "t2", "t3", "t4"),
                Set.copyOf(
                        found.references().stream().map(each -> each.name().toString()).toList()));
        assertTrue(found.words().containsAll(Set.of("a", "b", "k", "z")));
        assertFalse(
                engine.parse("select a from t where b = 'not a column'")
                        .words()
                        .contains("not a column"));
        assertEquals(List.of(), engine.parse("select 1").references());
    }

    /** What is run is what was taken apart, wherever a comment before it may end. */
    @Test
    void nothingIsRunThatWasNotTakenApart() throws Exception {
        Engine engine = Engine.open(folder, folder, folder);
        for (String sql :
                List.of(
                        "/**/ select (select max(d) from secret d) as /**/ explain from range(1)",
                        "--\rselect (select max(d) from secret d) as \nexplain from range(1)")) {
            Parsing.Found found = engine.parse(sql);
            assertEquals(Kind.SELECT, found.kind(), sql);
            assertEquals("secret", found.references().getFirst().name().toString(), sql);
        }
        // Ours ends with the first end, the engine's with the second: neither way is it a SELECT.
        String nested = "/* /* */ explain from range(1) -- */ select 42 as secret";
        assertEquals(Kind.EXPLAIN, engine.parse(nested).kind());
        assertFalse(
                engine.describe(List.of(), nested).toString().contains("secret"),
                "what stood in a comment was run");
        // in time: each comment could be divided in many ways
        assertEquals(Kind.SELECT, engine.parse("/**/".repeat(2_000) + "select 1").kind());
    }
}
