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

    private static Map<String, String> stations() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("id", "STRING");
        columns.put("name", "STRING");
        columns.put("high", "INT");
        return columns;
    }

    static Planning planning(String sql) throws Wrong {
        return new Planning(wanted(sql), 9, new Configuration());
    }

    static Wanted wanted(String sql) {
        return new Wanted(
                "0123456789abcdef",
                sql,
                "water.alerts",
                -1,
                "",
                5,
                "login",
                "secret",
                List.of(
                        new Wanted.Stream("water.levels", 7, 1, levels()),
                        new Wanted.Stream("water.plain", 0, 1, Map.of())),
                List.of(
                        new Wanted.Stored("geo.stations", 1_000, stations()),
                        new Wanted.Stored("geo.limits", 1_000, stations())));
    }

    static List<String> lines(String name) throws IOException {
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

    /** Without a control each: what has one is {@link EscapesTest}. */
    @Test
    void nothingElseIs() throws Exception {
        List<String> through = new ArrayList<>();
        List<String> all = lines("others.txt");
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

    @Test
    void tablesAreLookedInto() throws Exception {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        columns.put(
                "select r.station, s.name from \"water.levels\" r join \"geo.stations\" s"
                        + " on r.station = s.id where r.level > s.high",
                List.of("station", "name"));
        columns.put(
                "select * from \"water.levels\" as r join \"geo.stations\" as s on r.station ="
                        + " s.id",
                List.of("station", "level", "at", "record_time", "id", "name", "high"));
        columns.put(
                "select station, name from \"water.levels\" left join \"geo.stations\""
                        + " on station = id and name <> 'x'",
                List.of("station", "name"));
        columns.put(
                "select r.station, s.name, l.high as most from \"water.levels\" r"
                        + " join \"geo.stations\" s on r.station = s.id"
                        + " left join \"geo.limits\" l on r.station = l.id",
                List.of("station", "name", "most"));
        columns.put(
                "with w as (select station, window_end, max(level) as top from table(tumble(table"
                    + " \"water.levels\", descriptor(at), interval '10' second)) group by station,"
                    + " window_start, window_end) select s.name, w.top, w.window_end from w join"
                    + " \"geo.stations\" s on w.station = s.id where w.top > s.high",
                List.of("name", "top", "window_end"));
        columns.put(
                "with j as (select r.station, r.level, r.at, s.name from \"water.levels\" r"
                        + " join \"geo.stations\" s on r.station = s.id)"
                        + " select name, window_end, max(level) as top from"
                        + " table(tumble(table j, descriptor(at), interval '10' second))"
                        + " group by name, window_start, window_end",
                List.of("name", "window_end", "top"));
        columns.put(
                "select s.name, w.level from table(tumble(table \"water.levels\", descriptor(at),"
                        + " interval '10' second)) w join \"geo.stations\" s on s.id = w.station",
                List.of("name", "level"));
        columns.put(
                "select r.station, s.name from \"water.levels\" r join \"geo.stations\" s"
                        + " on cast(r.level as string) = s.id",
                List.of("station", "name"));
        List<String> refused = new ArrayList<>();
        columns.forEach((sql, names) -> {
            try {
                Planning.Found found = planning(sql).look();
                assertEquals(Set.of("water.levels"), found.sources(), sql);
                assertTrue(found.tables().contains("geo.stations"), sql);
                assertEquals(names, List.copyOf(found.columns().keySet()), sql);
            } catch (Wrong e) {
                refused.add(sql + ": " + e.sentence());
            }
        });
        assertEquals(List.of(), refused);
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
                        "select object_of('a.B', 'c', 1) as x from \"water.levels\"",
                                "names a class of Java",
                        "select \"$HASHCODE$1\"(station) as x from \"water.levels\"",
                                "Flink's inside",
                        "select 1 as n", "reads no stream",
                        "select lvl from \"water.levels\"", "lvl",
                        "select 'a from \"water.levels\"", "A quote is open");
        sentences.forEach(PlanningTest::wrong);
        Map.of(
                        "select id from \"geo.stations\"",
                        "behind JOIN",
                        "select id from (select * from \"geo.stations\") as s",
                        "behind JOIN",
                        "select s.id from \"geo.stations\" s join \"water.levels\" r on"
                                + " r.station = s.id",
                        "behind JOIN",
                        "select s.id from \"water.levels\" r, \"geo.stations\" s where"
                                + " r.station = s.id",
                        "behind JOIN",
                        "select s.id from (select * from \"water.levels\") join"
                                + " \"geo.stations\" s on station = s.id",
                        "Name what stands before",
                        "select s.id from \"water.levels\" r join \"geo.stations\" s on"
                                + " r.level > s.high",
                        "joined by what is equal",
                        "select s.id from \"water.levels\" r full join \"geo.stations\" s on"
                                + " r.station = s.id",
                        "joined by what is equal",
                        "select r.level from \"water.levels\" r where r.station in (select id"
                                + " from \"geo.stations\")",
                        "behind JOIN")
                .forEach(PlanningTest::wrong);
    }

    private static void wrong(String sql, String part) {
        Wrong wrong = assertThrows(Wrong.class, () -> planning(sql).look(), sql);
        assertTrue(wrong.sentence().contains(part), () -> sql + ": " + wrong.sentence());
    }
}
