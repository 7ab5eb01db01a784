package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.domicile.policy.Marks;
import org.domicile.policy.TableRules;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.CatalogTable;
import org.domicile.query.Failure;
import org.domicile.query.Relation;
import org.domicile.query.Sketch;
import org.domicile.query.Target;
import org.domicile.tables.Distinct;
import org.domicile.tables.Field;
import org.domicile.tables.Loaded;
import org.domicile.tables.Refusal;
import org.domicile.tables.StatisticsChange;

/**
 * Distinct values of a table's columns are counted. A part of {@link SqlChanges}, for one
 * statement, which nobody but the program can ask for.
 */
final class SqlCounting {
    static final String SET = "statistics:Set";
    static final String REMOVE = "statistics:Remove";

    /** Columns of a table; those behind them are not counted. A sketch has 32 KiB. */
    private static final int MOST = 256;

    /** Of Iceberg, what the engine has no type of its own for, or a coarser one. */
    private static final Set<String> STRANGE =
            Set.of("timestamp_ns", "timestamptz_ns", "unknown", "variant", "geometry", "geography");

    private static final String COUNT = "COUNT ";

    private final SqlChanges on;

    /**
     * @param on what it is a part of
     */
    SqlCounting(SqlChanges on) {
        this.on = on;
    }

    /** Columns that were counted. @param tag of what was done */
    static long counted(String tag) {
        return Long.parseLong(tag.substring(COUNT.length()));
    }

    /**
     * Which of these columns rules say something of: all, where they do of rows.
     *
     * @param fields ids
     */
    static Set<Integer> ruled(TableRules rules, Set<Integer> fields) {
        Set<Integer> ruled = new HashSet<>(fields);
        if (rules.rows().isEmpty()) {
            ruled.retainAll(
                    rules.columns().stream()
                            .map(TableRules.OfColumn::field)
                            .collect(Collectors.toSet()));
        }
        return ruled;
    }

    /**
     * Reads the table whole, as it is now, and gives its snapshot what was counted. Rows that come
     * meanwhile are of another snapshot. Where that one has ended, or has statistics of somebody
     * else, or rules came meanwhile, it ends with 40001.
     *
     * @param rules of the table, asked again before the commit
     */
    Answer<GuardedSql.Result> count(List<String> path, Supplier<TableRules> rules) {
        SqlChanges.Goal goal = on.goal(path, SET, SqlChanges.COMMIT);
        List<Field> columns =
                columns(goal.shape().columns(), rules.get()).stream().limit(MOST).toList();
        if (columns.isEmpty()) {
            return Answer.of(new SqlChanges.Done(COUNT + 0, ""));
        }
        return on.statement
                .resolve(
                        new org.domicile.query.TableName(SqlChanges.path(goal.name())),
                        new At.Now(),
                        List.of())
                .then(found -> sketches(goal, found, columns))
                .then(sketches -> committed(goal, columns, sketches, rules));
    }

    private static List<Field> columns(List<Field> columns, TableRules rules) {
        Set<Integer> ruled =
                ruled(rules, columns.stream().map(Field::id).collect(Collectors.toSet()));
        return columns.stream()
                .filter(each ->
                        !ruled.contains(each.id())
                                && each.form() instanceof Field.Form.Plain(String word)
                                && STRANGE.stream().noneMatch(word::startsWith))
                .toList();
    }

    private Answer<List<Sketch>> sketches(
            SqlChanges.Goal goal, Relation found, List<Field> columns) {
        if (!(found instanceof CatalogTable table)) {
            return Answer.failed(Failure.NO_TABLE, "It is no table.");
        }
        if (!table.id().startsWith(goal.loaded().id() + "\n" + goal.shape().snapshot() + "\n")) {
            throw on.changedMeanwhile(goal, SET);
        }
        List<Sketch> all = new ArrayList<>();
        for (int i = 0; i < columns.size(); i += Sketch.MOST_COLUMNS) {
            List<Field> some =
                    columns.subList(i, Math.min(columns.size(), i + Sketch.MOST_COLUMNS));
            String select =
                    "SELECT %s FROM %s"
                            .formatted(
                                    some.stream()
                                            .map(each -> Target.quoted(each.name()))
                                            .collect(Collectors.joining(", ")),
                                    SqlChanges.from(goal, ""));
            switch (SqlChanges.unplaced(on.session.sketch(select, on.reading()))) {
                case Answer.Failed<List<Sketch>>(Failure failure) -> {
                    return Answer.failed(failure);
                }
                case Answer.Given<List<Sketch>>(List<Sketch> given) -> all.addAll(given);
            }
        }
        return all.size() == columns.size()
                ? Answer.of(all)
                : Answer.failed(Failure.SYSTEM, "The engine counted other columns.");
    }

    private Answer<GuardedSql.Result> committed(
            SqlChanges.Goal goal,
            List<Field> columns,
            List<Sketch> sketches,
            Supplier<TableRules> rules) {
        List<Distinct> counts = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Sketch sketch = sketches.get(i);
            counts.add(new Distinct(columns.get(i).id(), sketch.distinct(), sketch.theta()));
        }
        long snapshot = goal.shape().snapshot();
        String id = goal.loaded().id();
        return on.filled(
                goal,
                SET,
                on.said(goal.name()),
                COUNT + columns.size(),
                (use, names) -> {
                    StatisticsChange.Puffin puffin =
                            on.parts.tables().upkeep().puffin(goal.loaded(), snapshot, counts);
                    Marks marks = goal.place().carried();
                    use.keep(marks);
                    String name = id + "/metadata/" + snapshot + "-" + UUID.randomUUID() + ".stats";
                    names.add(name);
                    goal.warehouse()
                            .write(
                                    name,
                                    new ByteArrayInputStream(puffin.bytes()),
                                    puffin.bytes().length,
                                    "application/octet-stream",
                                    marks);
                    use.confirm();
                    if (!columns(columns, rules.get()).equals(columns)) {
                        throw new Refusal(
                                Refusal.Kind.COMMIT_FAILED,
                                "The table has other rules by now: " + goal.name().text());
                    }
                    Loaded _ =
                            on.parts
                                    .tables()
                                    .upkeep()
                                    .set(
                                            use.carrying(() -> puffin.bytes().length),
                                            goal.warehouse(),
                                            new StatisticsChange(
                                                    goal.name(), id, snapshot, name, puffin));
                });
    }

    /** Takes away what counts these columns. */
    Answer<GuardedSql.Result> uncount(List<String> path, Set<Integer> fields) {
        SqlChanges.Goal goal = on.goal(path, REMOVE, SqlChanges.COMMIT);
        return on.filled(
                goal,
                REMOVE,
                on.said(goal.name()),
                COUNT + 0,
                (use, _) -> {
                    use.confirm();
                    Loaded _ =
                            on.parts
                                    .tables()
                                    .upkeep()
                                    .unset(
                                            use.carrying(() -> 0),
                                            goal.warehouse(),
                                            goal.name(),
                                            goal.loaded().id(),
                                            fields);
                });
    }
}
