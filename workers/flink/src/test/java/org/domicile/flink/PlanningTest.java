package org.domicile.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What queries may be, and what they may not. */
@Timeout(120)
final class PlanningTest {
    private static final int LEAST = 100;

    private static Map<String, String> levels() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("station", "STRING");
        columns.put("level", "INT");
        columns.put("at", "TIMESTAMP_LTZ(3)");
        return columns;
    }

    private static Planning planning(String sql) throws Wrong {
        return new Planning(
                new Wanted(
                        "0123456789abcdef",
                        sql,
                        "water.alerts",
                        -1,
                        "",
                        5,
                        "login",
                        "secret",
                        List.of(
                                new Wanted.Stream("water.levels", 7, levels()),
                                new Wanted.Stream("water.plain", 0, Map.of()))),
                9,
                new Configuration());
    }

    private static List<String> lines(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(PlanningTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(each -> !each.isBlank() && !each.startsWith("#"))
                    .toList();
        }
    }

    /** The controls of the attempts below: queries like these run. */
    @Test
    void queriesOverStreamsArePlanned() throws Exception {
        List<String> refused = new ArrayList<>();
        List<String> all = lines("queries.txt");
        for (String sql : all) {
            try {
                Planning.Found found = planning(sql).look();
                assertTrue(found.sources().contains("water.levels"), sql);
                assertTrue(Set.of("water.levels", "water.plain").containsAll(found.sources()), sql);
            } catch (Wrong e) {
                refused.add(sql + ": " + e.sentence());
            }
        }
        assertEquals(List.of(), refused);
        assertTrue(all.size() >= 12, "there are too few controls");
    }

    @Test
    void nothingElseIs() throws Exception {
        List<String> through = new ArrayList<>();
        List<String> all = lines("escapes.txt");
        for (String sql : all) {
            try {
                Planning.Found found = planning(sql).look();
                through.add(sql + " reads " + found);
            } catch (Wrong e) {
                assertTrue(!e.sentence().isBlank(), sql);
            }
        }
        assertEquals(List.of(), through);
        assertTrue(all.size() >= LEAST, () -> "only " + all.size() + " attempts");
    }

    @Test
    void aPlanNamesWhatItReadsAndGives() throws Exception {
        Planning.Found found =
                planning(
                                "select station, max(level) as top, window_end from"
                                        + " table(tumble(table \"water.levels\", descriptor(at),"
                                        + " interval '10' second)) group by station, window_start,"
                                        + " window_end")
                        .look();
        assertEquals(Set.of("water.levels"), found.sources());
        assertEquals(
                Map.of("station", "STRING", "top", "INT", "window_end", "TIMESTAMP(3)"),
                named(found.columns()));
    }

    private static Map<String, String> named(Map<String, String> columns) {
        Map<String, String> named = new LinkedHashMap<>();
        columns.forEach(
                (name, type) -> named.put(name, type.replace("VARCHAR(2147483647)", "STRING")));
        return named;
    }

    @Test
    void whatIsWrongIsSaidWithWhatToDo() {
        Map<String, String> sentences =
                Map.of(
                        "select station, count(*) as n from \"water.levels\" group by station",
                                "group by a window",
                        "select level + 1 from \"water.levels\"", "Give each result a name",
                        "select station from \"water.levels\" /*+ options('x'='y') */", "Hints",
                        "drop table x", "one query",
                        "select 1 as n", "reads no stream",
                        "select lvl from \"water.levels\"", "lvl",
                        "select 'a from \"water.levels\"", "A quote is open");
        sentences.forEach((sql, part) -> {
            Wrong wrong = assertThrows(Wrong.class, () -> planning(sql).look(), sql);
            assertTrue(wrong.sentence().contains(part), () -> sql + ": " + wrong.sentence());
        });
    }
}
