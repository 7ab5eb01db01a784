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
}
