package org.domicile.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.ResultKind;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.operations.ModifyOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The list of ways out of a watch ({@code escapes.txt}): each works in a Flink without our looks at
 * it, with all that it needs there, and fails here for the reason that the list names. What a
 * worker's process may not do, whatever runs in it, is {@code org.domicile.walls.EscapesTest}.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EscapesTest {
    private static final int LEAST = 150;
    private static final int LEAST_OF_A_KIND = 15;
    private static final Set<String> KINDS =
            Set.of("file", "service", "jar", "function", "catalog", "stream");

    /** Parts of what is said when a query is refused, by the reasons of the list. */
    private static final Map<String, List<String>> REASONS =
            Map.of(
                    "one", List.of("A watch is one query"),
                    "hint", List.of("Hints (/*+ … */) are not for watches"),
                    "class", List.of("names a class of Java"),
                    "inside", List.of("is a function of Flink's inside"),
                    "table", List.of("Object '", "not found"),
                    "function", List.of("No match found for function signature"),
                    "stream", List.of("reads no stream"));

    /** What is said by the looks behind the one at the letters. */
    private static final List<String> BEHIND =
            List.of(
                    "A watch is one query",
                    "A watch reads streams, and nothing else",
                    "Results of this query change",
                    "Flink cannot run this query: The 'OPTIONS' hint is allowed only when");

    @TempDir static Path folder;
    private final List<Attempt> attempts = new ArrayList<>();
    private Outside outside;

    /**
     * One line of the list.
     *
     * @param steps statements; with the last of them it has happened
     */
    private record Attempt(String kind, String reason, String effect, List<String> steps) {
        /** As Flink writes names. */
        List<String> plain() {
            return steps.stream().map(each -> each.replace('"', '`')).toList();
        }

        String last() {
            return steps.getLast();
        }
    }

    @BeforeAll
    void open() throws Exception {
        outside = new Outside();
        Map<String, String> words = new HashMap<>();
        words.put("file", Files.writeString(folder.resolve("t.txt"), Outside.WORD).toString());
        words.put("folder", folder.toString());
        words.put("jar", Outside.jar(folder).toString());
        words.put("port", Integer.toString(outside.port()));
        words.put("at", "127.0.0.1:" + outside.port());
        words.put("plan", folder.resolve("kept.json").toString());
        words.put("bytes", Outside.bytes());
        String kept =
                "compile plan '"
                        + words.get("plan")
                        + "' for insert into `water.alerts` select station from `secrets.levels`";
        plain(local(), List.of(kept)).executeSql(kept);
        for (String line : PlanningTest.lines("escapes.txt")) {
            String[] parts = line.split(" \\| ", 4);
            words.put("n", Integer.toString(attempts.size()));
            String filled = parts[3];
            for (Map.Entry<String, String> word : words.entrySet()) {
                filled = filled.replace("{" + word.getKey() + "}", word.getValue());
            }
            attempts.add(new Attempt(parts[0], parts[1], parts[2], List.of(filled.split(" ;; "))));
        }
    }

    @AfterAll
    void close() throws IOException {
        outside.close();
    }

    /** A Flink that looks at nothing, and has what somebody would want to get at. */
    private static StreamTableEnvironment plain(
            StreamExecutionEnvironment environment, List<String> steps) {
        StreamTableEnvironment tables =
                StreamTableEnvironment.create(
                        environment, EnvironmentSettings.newInstance().inStreamingMode().build());
        Outside.furnish(tables, folder, String.join(" ", steps));
        return tables;
    }

    private static StreamExecutionEnvironment local() {
        return StreamExecutionEnvironment.createLocalEnvironment(1);
    }

    @Test
    void theListIsLongEnough() {
        Map<String, Integer> counts = new TreeMap<>();
        attempts.forEach(each -> counts.merge(each.kind(), 1, Integer::sum));
        assertEquals(KINDS, counts.keySet());
        assertTrue(
                counts.values().stream().allMatch(each -> each >= LEAST_OF_A_KIND),
                counts::toString);
        assertTrue(attempts.size() >= LEAST, () -> attempts.size() + " attempts");
        assertEquals(
                attempts.size(),
                attempts.stream().map(Attempt::steps).distinct().count(),
                "an attempt is there twice");
    }

    /** What fails here shows nothing elsewhere. */
    @Test
    void eachWorksInAFlinkThatLooksAtNothing() {
        List<String> idle = new ArrayList<>();
        for (Attempt each : attempts) {
            try {
                if (!happens(each)) {
                    idle.add(each + ": nothing happened");
                }
            } catch (Exception | AssertionError | LinkageError e) {
                idle.add(each + ": " + deepest(e));
            }
        }
        assertEquals(List.of(), idle);
    }

    private boolean happens(Attempt attempt) throws Exception {
        StreamTableEnvironment tables = plain(local(), attempt.steps());
        int visits = outside.visits();
        int made = Outside.made();
        String seen = "";
        for (String step : attempt.plain()) {
            boolean last = step.equals(attempt.plain().getLast());
            if (last && attempt.effect().equals("rows")) {
                seen = said(tables.executeSql(step), true);
            } else {
                seen = done(tables, step);
            }
        }
        return switch (attempt.effect()) {
            case "plan" -> true;
            case "secret" -> seen.contains("secrets") || seen.contains("other");
            case "word", "rows" -> seen.contains(Outside.WORD);
            case "visit" -> outside.visits() > visits;
            case "code" -> Outside.made() > made;
            case "writes" ->
                    Files.exists(folder.resolve("out"))
                            && Files.deleteIfExists(folder.resolve("out"));
            default -> throw new IOException("there is no effect " + attempt.effect());
        };
    }

    /** What is planned of one that would run, and what another gives. */
    private static String done(StreamTableEnvironment tables, String sql) throws Exception {
        Operation operation = ((TableEnvironmentInternal) tables).getParser().parse(sql).getFirst();
        if (operation instanceof QueryOperation || operation instanceof ModifyOperation) {
            return tables.explainSql(sql);
        }
        return said(tables.executeSql(sql), false);
    }

    private static String said(TableResult result, boolean running) throws Exception {
        if (result.getResultKind() != ResultKind.SUCCESS_WITH_CONTENT
                || (result.getJobClient().isPresent() && !running)) {
            result.await(30, TimeUnit.SECONDS);
            return "";
        }
        StringBuilder all = new StringBuilder();
        try (CloseableIterator<Row> rows = result.collect()) {
            for (int i = 0; i < 10 && rows.hasNext(); i++) {
                all.append(rows.next());
            }
        }
        return all.toString();
    }

    private static String deepest(Throwable thrown) {
        return thrown.getCause() == null ? thrown.toString() : deepest(thrown.getCause());
    }

    @Test
    void eachIsRefusedForItsReason() {
        List<String> through = new ArrayList<>();
        int visits = outside.visits();
        int made = Outside.made();
        for (Attempt each : attempts) {
            for (String step : each.steps()) {
                try {
                    through.add(step + " reads " + PlanningTest.planning(step).look());
                } catch (Wrong e) {
                    boolean named =
                            REASONS.getOrDefault(each.reason(), List.of("no such reason")).stream()
                                    .allMatch(e.sentence()::contains);
                    if (step.equals(each.last()) && !named) {
                        through.add(each + ": " + e.sentence());
                    }
                }
            }
        }
        assertEquals(List.of(), through);
        assertEquals(visits, outside.visits());
        assertEquals(made, Outside.made());
        assertTrue(Files.notExists(folder.resolve("out")));
    }

    /**
     * The looks behind the one at the letters, alone, and with a catalog that has more than it
     * should: statements are no query, hints are off, and foreign tables are in the plan.
     */
    @Test
    void lettersAreNotAllThatKeepsThem() throws Exception {
        List<String> through = new ArrayList<>();
        int statements = 0;
        int scans = 0;
        for (Attempt each : attempts) {
            boolean statement = each.reason().equals("one") || each.reason().equals("hint");
            if (!statement && !each.reason().equals("table")) {
                continue;
            }
            List<String> steps = each.plain();
            try {
                StreamExecutionEnvironment environment = local();
                StreamTableEnvironment tables = plain(environment, steps);
                for (String step : steps.subList(0, steps.size() - 1)) {
                    done(tables, step);
                }
                Planning planning =
                        new Planning(
                                PlanningTest.wanted(each.last()),
                                new SqlText(steps.getLast(), List.of("water.levels"), List.of()),
                                9,
                                environment,
                                tables);
                through.add(each + " reads " + planning.look());
            } catch (Wrong e) {
                String said = e.sentence();
                statements += said.startsWith("A watch is one query") ? 1 : 0;
                scans += said.startsWith("A watch reads streams, and nothing else") ? 1 : 0;
                if (BEHIND.stream().noneMatch(said::startsWith)) {
                    through.add(each + ": " + said);
                }
            }
        }
        assertEquals(List.of(), through);
        assertTrue(
                statements >= 80 && scans >= 50,
                statements + " statements, " + scans + " foreign tables");
    }

    /** Where the letters had let a type through that says bytes of a serializer. */
    @Test
    void bytesInAQueryRunNothing() {
        List<String> through = new ArrayList<>();
        int made = Outside.made();
        List<Attempt> all = attempts.stream().filter(each -> each.effect().equals("code")).toList();
        for (Attempt each : all) {
            String sql = each.plain().getLast();
            StreamExecutionEnvironment environment = local();
            Planning planning =
                    new Planning(
                            PlanningTest.wanted(each.last()),
                            new SqlText(sql, List.of("water.levels"), List.of()),
                            9,
                            environment,
                            StreamTableEnvironment.create(environment, Planning.settings()));
            try {
                through.add(each + " reads " + planning.look());
            } catch (Wrong e) {
                if (!e.sentence().endsWith("Snapshot")) {
                    through.add(each + ": " + e.sentence());
                }
            }
        }
        assertEquals(List.of(), through);
        assertEquals(made, Outside.made());
        assertTrue(all.size() >= 5, all::toString);
    }
}
