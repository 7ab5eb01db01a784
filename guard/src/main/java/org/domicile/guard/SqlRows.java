package org.domicile.guard;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.Batch;
import org.domicile.query.CatalogTable;
import org.domicile.query.Change;
import org.domicile.query.Failure;
import org.domicile.query.Prepared;
import org.domicile.query.Relation;
import org.domicile.query.Sources;
import org.domicile.query.TableFile;
import org.domicile.query.TableName;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Vector;
import org.domicile.query.Wanted;
import org.domicile.query.Written;
import org.domicile.tables.Field;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Refusal;

/**
 * Rows of a table that come and change: INSERT, DELETE, UPDATE, MERGE and TRUNCATE. A part of
 * {@link SqlChanges}, for one statement.
 */
final class SqlRows {
    private final SqlChanges on;

    /**
     * @param on what it is a part of
     */
    SqlRows(SqlChanges on) {
        this.on = on;
    }

    Answer<GuardedSql.Result> insert(Change.Insert wanted, List<Value> parameters) {
        SqlChanges.Goal goal = on.goal(wanted.table(), "sql:Insert", SqlChanges.COMMIT);
        Sources sources = on.reading();
        // The engine does not say what comes of parameters that it has no values of.
        Change.Text select = wanted.select();
        Answer<Prepared> bare =
                on.session
                        .prepare(select.withoutParameters(), sources)
                        .or(failure ->
                                new Failure(
                                        failure.state(),
                                        failure.message(),
                                        select.position(failure.position()),
                                        failure.hint()));
        return SqlChanges.placed(bare, select)
                .then(prepared ->
                        SqlChanges.slots(goal, wanted.columns(), prepared.columns().size())
                                .then(slots ->
                                        on.rows(
                                                goal,
                                                wanted.select(),
                                                parameters,
                                                slots,
                                                written ->
                                                        appended(
                                                                goal,
                                                                written,
                                                                "INSERT 0 " + written.rows()))));
    }

    private Answer<GuardedSql.Result> appended(SqlChanges.Goal goal, Written written, String tag) {
        Optional<Failure> missing = SqlChanges.missing(goal, written);
        if (missing.isPresent()) {
            return Answer.failed(missing.get());
        }
        return on.committed(
                goal,
                "sql:Insert",
                Optional.of(written),
                new FilesChange.Append(Map.of()),
                Map.of(),
                tag,
                on.parts.tables()::commit);
    }

    /**
     * What the statement reads of the table that it changes: the files that may hold a row which
     * its condition is true of. They are found while such rows are counted, and are what is
     * rewritten.
     */
    private final class Rewriting extends SqlChanges.Over {
        private final SqlChanges.Goal goal;
        private final Map<String, TableFile> files = new LinkedHashMap<>();
        private final SqlLineage lineage;
        private int asked;
        private boolean found;

        Rewriting(SqlChanges.Goal goal, SqlLineage lineage) {
            super(on.statement);
            this.goal = goal;
            this.lineage = lineage;
        }

        /** From now on these files are all that there is. */
        void found() {
            found = true;
        }

        /** Whether the table was as the statement decided about it. */
        boolean seen() {
            return asked > 0;
        }

        List<String> names() {
            String scheme = "s3://" + goal.warehouse().bucket() + "/";
            return files.values().stream()
                    .map(each -> each.location().substring(scheme.length()))
                    .toList();
        }

        @Override
        public Answer<Relation> resolve(TableName name, At at, List<String> around) {
            return lineage.resolve(name, at, around, super::resolve);
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            boolean own =
                    table.id()
                            .startsWith(goal.loaded().id() + "\n" + goal.shape().snapshot() + "\n");
            if (!own) {
                return on.statement.files(table, wanted);
            }
            if (found) {
                return Answer.of(List.copyOf(files.values()));
            }
            // Who names it twice reads all of it, so that both names mean the same.
            return on.statement
                    .files(table, ++asked > 1 ? Wanted.ALL : wanted)
                    .then(all -> {
                        all.forEach(each -> files.put(each.location(), each));
                        return Answer.of(all);
                    });
        }
    }

    Answer<GuardedSql.Result> delete(Change.Delete wanted, List<Value> parameters) {
        SqlChanges.Goal goal = on.goal(wanted.table(), "sql:Delete", SqlChanges.COMMIT);
        SqlLineage lineage = SqlLineage.of(goal);
        String where = where(wanted.where());
        List<String> columns = new ArrayList<>();
        goal.shape().columns().forEach(each -> columns.add(Target.quoted(each.name())));
        columns.addAll(lineage.kept(""));
        return rewritten(
                goal,
                lineage,
                "sql:Delete",
                "DELETE ",
                conditions(SqlChanges.from(goal, wanted.alias()), where),
                "SELECT count(*) FROM %s WHERE %s"
                        .formatted(SqlChanges.from(goal, wanted.alias()), where),
                "SELECT %s FROM %s WHERE %s IS NOT TRUE"
                        .formatted(String.join(", ", columns), lineage.from(wanted.alias()), where),
                parameters);
    }

    Answer<GuardedSql.Result> update(Change.Update wanted, List<Value> parameters) {
        SqlChanges.Goal goal = on.goal(wanted.table(), "sql:Update", SqlChanges.COMMIT);
        SqlLineage lineage = SqlLineage.of(goal);
        List<Field> columns = goal.shape().columns();
        String where = where(wanted.where());
        String[] values = new String[columns.size()];
        StringBuilder tried = new StringBuilder();
        for (Change.Set each : wanted.sets()) {
            int at = SqlChanges.find(columns, each.column());
            if (at < 0) {
                return Answer.failed(
                        "42703",
                        "column \"%s\" of relation \"%s\" does not exist"
                                .formatted(each.column(), goal.name().text()));
            }
            if (values[at] != null) {
                return Answer.failed(
                        Failure.SYNTAX,
                        "multiple assignments to same column \"" + each.column() + "\"");
            }
            String cast =
                    "CAST((\n%s\n) AS %s)"
                            .formatted(
                                    each.value().sql(), SqlTypes.slot(columns.get(at), 1).type());
            // so that a value which cannot be is found before anything is rewritten
            tried.append(", any_value(").append(cast).append(")");
            values[at] =
                    "CASE WHEN %s THEN %s ELSE %s END"
                            .formatted(where, cast, Target.quoted(columns.get(at).name()));
        }
        for (int i = 0; i < values.length; i++) {
            String name = Target.quoted(columns.get(i).name());
            values[i] = values[i] == null ? name : values[i] + " AS " + name;
        }
        String from = SqlChanges.from(goal, wanted.alias());
        List<String> all = new ArrayList<>(List.of(values));
        all.addAll(lineage.written("", where));
        return rewritten(
                goal,
                lineage,
                "sql:Update",
                "UPDATE ",
                conditions(from, where),
                "SELECT count(*)%s FROM %s WHERE %s".formatted(tried, from, where),
                "SELECT %s FROM %s".formatted(String.join(", ", all), lineage.from(wanted.alias())),
                parameters);
    }

    /**
     * Rows of the table with those of the source that match, and those of the source that match
     * none. A row of the table that two of the source would change is an error, as PostgreSQL has
     * it.
     */
    Answer<GuardedSql.Result> merge(Change.Merge wanted, List<Value> parameters) {
        SqlChanges.Goal goal = on.goal(wanted.table(), "sql:Merge", SqlChanges.COMMIT);
        SqlLineage lineage = SqlLineage.of(goal);
        List<Field> columns = goal.shape().columns();
        String alias = wanted.alias().isEmpty() ? goal.name().name() : wanted.alias();
        String own = Target.quoted(alias);
        String from = SqlChanges.from(goal, alias);
        String called = Target.quoted(wanted.called());
        String source =
                "(SELECT *, true AS domicile_m FROM %s) AS %s"
                        .formatted(wanted.source().sql(), called);
        String on = "(\n" + wanted.on().sql() + "\n)";
        StringBuilder which = new StringBuilder("CASE WHEN ").append(called);
        which.append(".domicile_m IS NULL THEN 0");
        StringBuilder fresh = new StringBuilder("CASE");
        StringBuilder gone = new StringBuilder();
        StringBuilder changed = new StringBuilder("0");
        List<String> inserts = new ArrayList<>();
        String[] values = new String[columns.size()];
        java.util.Arrays.fill(values, "");
        for (int i = 0; i < wanted.whens().size(); i++) {
            Change.When when = wanted.whens().get(i);
            int number = when.then() instanceof Change.Then.Nothing ? 0 : i + 1;
            String branch = " WHEN %s THEN %d".formatted(where(when.and()), number);
            (when.match() == Change.Match.MATCHED ? which : fresh).append(branch);
            switch (when.then()) {
                case Change.Then.Nothing() -> {}
                case Change.Then.Delete() -> gone.append(gone.isEmpty() ? "" : ", ").append(number);
                case Change.Then.Update(List<Change.Set> sets) -> {
                    changed.append(", ").append(number);
                    for (Change.Set each : sets) {
                        int at = column(goal, each.column());
                        values[at] +=
                                " WHEN %d THEN CAST((\n%s\n) AS %s)"
                                        .formatted(
                                                number,
                                                each.value().sql(),
                                                SqlTypes.slot(columns.get(at), 1).type());
                    }
                }
                case Change.Then.Insert(List<String> names, List<Change.Text> texts) ->
                        inserts.add(inserted(goal, lineage, names, texts, number));
            }
        }
        which.append(" ELSE 0 END");
        String none = fresh.length() > 4 ? fresh + " ELSE 0 END" : "0";
        for (int i = 0; i < values.length; i++) {
            String column = own + "." + Target.quoted(columns.get(i).name());
            values[i] =
                    values[i].isEmpty()
                            ? column
                            : "CASE " + which + values[i] + " ELSE " + column + " END";
        }
        List<String> all = new ArrayList<>(List.of(values));
        all.addAll(
                lineage.written(
                        own + ".", "(%s) <> 0 AND (%s) IN (%s)".formatted(which, which, changed)));
        StringBuilder select =
                new StringBuilder(
                        // whom nothing is done to is there once, however many match it
                        "SELECT %s FROM %s LEFT JOIN %s ON %s AND (%s) <> 0"
                                .formatted(
                                        String.join(", ", all),
                                        lineage.from(alias),
                                        source,
                                        on,
                                        which));
        if (!gone.isEmpty()) {
            select.append(" WHERE ").append(which).append(" NOT IN (").append(gone).append(")");
        }
        String missing = "NOT EXISTS (SELECT 1 FROM %s WHERE %s)".formatted(from, on);
        for (String each : inserts) {
            select.append(" UNION ALL ").append(each.formatted(source, missing, none));
        }
        StringBuilder count =
                new StringBuilder(
                        "SELECT (SELECT count(*) FROM %s JOIN %s ON %s WHERE %s <> 0)"
                                .formatted(from, source, on, which));
        count.append(
                ", (SELECT count(*) FROM %s WHERE EXISTS (SELECT 1 FROM %s WHERE %s AND %s <> 0))"
                        .formatted(from, source, on, which));
        count.append(
                ", (SELECT count(*) FROM %s WHERE %s AND %s <> 0)"
                        .formatted(source, missing, none));
        for (int i = 1; i <= parameters.size(); i++) {
            count.append(", $").append(i).append(" IS NULL");
        }
        String when =
                wanted.whens().stream()
                        .map(each -> where(each.and()))
                        .collect(Collectors.joining(" AND "));
        return rewritten(
                goal,
                lineage,
                "sql:Merge",
                "MERGE ",
                conditions(from + ", " + source, on + " AND " + when),
                count.toString(),
                select.toString(),
                parameters);
    }

    /** With places for the source, for what it lacks, and for what is done with its rows. */
    private static String inserted(
            SqlChanges.Goal goal,
            SqlLineage lineage,
            List<String> names,
            List<Change.Text> texts,
            int number) {
        List<Field> columns = goal.shape().columns();
        if (names.isEmpty() ? texts.size() > columns.size() : texts.size() != names.size()) {
            throw new Refusal(
                    Refusal.Kind.INVALID, "INSERT has as many expressions as target columns");
        }
        String[] values = new String[columns.size()];
        for (int i = 0; i < texts.size(); i++) {
            int at = names.isEmpty() ? i : column(goal, names.get(i));
            values[at] = "(\n" + texts.get(i).sql().replace("%", "%%") + "\n)";
        }
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            cells.add(
                    "CAST(%s AS %s)"
                            .formatted(
                                    values[i] == null ? "NULL" : values[i],
                                    SqlTypes.slot(columns.get(i), 1).type()));
        }
        cells.addAll(lineage.none());
        return "SELECT " + String.join(", ", cells) + " FROM %1$s WHERE %2$s AND %3$s = " + number;
    }

    private static int column(SqlChanges.Goal goal, String name) {
        int at = SqlChanges.find(goal.shape().columns(), name);
        if (at < 0) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "column \"%s\" of relation \"%s\" does not exist"
                            .formatted(name, goal.name().text()));
        }
        return at;
    }

    private static String where(Optional<Change.Text> where) {
        return where.map(each -> "(\n" + each.sql() + "\n)").orElse("(true)");
    }

    /** What decides about rows, to be looked at, and never run. */
    private static String conditions(String from, String where) {
        return "SELECT 1 FROM %s WHERE %s".formatted(from, where);
    }

    /**
     * What decides about rows is asked more than once: when rows are counted, when files are looked
     * for, when rows are written. An answer that is another each time would count some rows and
     * change others. Values that rows get are asked for once each, and may be whatever they are.
     */
    private Answer<List<String>> steady(String action, String conditions) {
        return SqlChanges.unplaced(on.session.varying(conditions, on.reading()))
                .then(varying ->
                        varying.isEmpty()
                                ? Answer.of(varying)
                                : Answer.failed(
                                        new Failure(
                                                Failure.NOT_HERE,
                                                "What decides which rows %s changes calls %s, whose"
                                                                .formatted(
                                                                        verb(action),
                                                                        String.join(", ", varying))
                                                        + " answer is another each time.",
                                                0,
                                                "Keep its answers in a table first (create table …"
                                                    + " as select …) and name that table; in SET"
                                                    + " and VALUES it may stand.")));
    }

    private static String verb(String action) {
        return action.substring(action.indexOf(':') + 1).toUpperCase(java.util.Locale.ROOT);
    }

    /**
     * Copy on write of the files that may hold a row that changes.
     *
     * @param conditions a SELECT with all that decides which rows change @param count how many rows
     *     do @param select all rows of these files, as they are to be
     */
    private Answer<GuardedSql.Result> rewritten(
            SqlChanges.Goal goal,
            SqlLineage lineage,
            String action,
            String tag,
            String conditions,
            String count,
            String select,
            List<Value> parameters) {
        Optional<Failure> never = SqlChanges.unwritable(goal);
        if (never.isPresent()) {
            return Answer.failed(never.get());
        }
        // Counted and written at one moment, which now() is in both.
        return steady(action, conditions)
                .then(_ ->
                        on.session.together(() ->
                                counted(goal, lineage, action, tag, count, select, parameters)));
    }

    private Answer<GuardedSql.Result> counted(
            SqlChanges.Goal goal,
            SqlLineage lineage,
            String action,
            String tag,
            String count,
            String select,
            List<Value> parameters) {
        Rewriting rewriting = new Rewriting(goal, lineage);
        return SqlChanges.unplaced(counted(count, parameters, rewriting))
                .then(counts -> {
                    boolean merges = action.equals("sql:Merge");
                    if (merges && counts[0] != counts[1]) {
                        return Answer.failed(
                                new Failure(
                                        "21000",
                                        "MERGE would change a row of the table more than once.",
                                        0,
                                        "Let each row of the table match one of the source."));
                    }
                    long rows = counts[0] + (merges ? counts[2] : 0);
                    if (rows == 0) {
                        return on.committed(
                                goal,
                                action,
                                Optional.empty(),
                                new FilesChange.Append(Map.of()),
                                Map.of(),
                                tag + "0",
                                on.parts.tables()::commit);
                    }
                    if (!rewriting.seen()) {
                        throw on.changedMeanwhile(goal, action);
                    }
                    rewriting.found();
                    return SqlChanges.unplaced(
                                    on.session.write(
                                            select,
                                            parameters,
                                            SqlPartitions.target(goal, lineage.slots()),
                                            rewriting))
                            .then(written -> {
                                try (written) {
                                    return replaced(goal, action, tag + rows, written, rewriting);
                                }
                            });
                });
    }

    private Answer<GuardedSql.Result> replaced(
            SqlChanges.Goal goal, String action, String tag, Written written, Rewriting rewriting) {
        Optional<Failure> missing = SqlChanges.missing(goal, written);
        return missing.isPresent()
                ? Answer.failed(missing.get())
                : on.committed(
                        goal,
                        action,
                        Optional.of(written),
                        new FilesChange.Replace(goal.shape().snapshot(), rewriting.names()),
                        Map.of(),
                        tag,
                        on.parts.tables()::commit);
    }

    private Answer<long[]> counted(String count, List<Value> parameters, Sources sources) {
        return on.session
                .run(count, parameters, sources)
                .then(rows -> {
                    try (rows) {
                        return rows.next()
                                .then(batch ->
                                        batch.map(SqlRows::numbers)
                                                .map(Answer::of)
                                                .orElseGet(() ->
                                                        Answer.failed(
                                                                Failure.SYSTEM,
                                                                "The rows were not counted.")));
                    }
                });
    }

    /** The whole numbers that a row begins with. */
    private static long[] numbers(Batch batch) {
        return batch.columns().stream()
                .takeWhile(Vector.Longs.class::isInstance)
                .mapToLong(each -> ((Vector.Longs) each).values()[0])
                .toArray();
    }

    Answer<GuardedSql.Result> truncate(List<String> path) {
        SqlChanges.Goal goal = on.goal(path, "sql:Truncate", SqlChanges.COMMIT);
        return on.committed(
                goal,
                "sql:Truncate",
                Optional.empty(),
                new FilesChange.Truncate(),
                Map.of(),
                "TRUNCATE TABLE",
                on.parts.tables()::commit);
    }
}
