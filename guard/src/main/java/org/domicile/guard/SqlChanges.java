package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.domicile.keys.Pass;
import org.domicile.objects.Bucket;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.Arrived;
import org.domicile.query.At;
import org.domicile.query.Batch;
import org.domicile.query.CatalogTable;
import org.domicile.query.Change;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Intake;
import org.domicile.query.Measures;
import org.domicile.query.Plan;
import org.domicile.query.Prepared;
import org.domicile.query.Relation;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.TableFile;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Vector;
import org.domicile.query.Wanted;
import org.domicile.query.Written;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.tables.ColumnChange;
import org.domicile.tables.Field;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewFile;
import org.domicile.tables.NewNamespace;
import org.domicile.tables.NewTable;
import org.domicile.tables.Once;
import org.domicile.tables.Refusal;
import org.domicile.tables.Renaming;
import org.domicile.tables.Scan;
import org.domicile.tables.Shape;
import org.domicile.tables.Spread;
import org.domicile.tables.TableChange;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;

/**
 * Statements that change tables, or make an object. The target is judged first: who may not write
 * there must not cause a read. Then what the statement names is read, which is one use; the worker
 * leaves its rows in staging, as a file. That is sealed below the table's place, and then the
 * commit of the catalog, which carries the record of the second use, makes it the table's. Whatever
 * goes wrong before, the files are removed; what a kill leaves, no snapshot names.
 *
 * <p>For one statement, and its thread.
 */
final class SqlChanges {
    private static final String COMMIT = "iceberg:CommitTable";
    private static final String LOAD = "sql:Load";

    /** Files that one statement packs. */
    private static final int MOST_PACKED = 10_000;

    private final SqlCatalog.Parts parts;
    private final Function<Request, ObjectsView> copies;
    private final Uses uses;
    private final Session session;
    private final SqlStatement statement;
    private final String sql;
    private final String namespace;

    /**
     * @param copies objects under a request, for what is copied into buckets
     * @param namespace in which names without one lie; empty for none
     */
    SqlChanges(
            SqlCatalog.Parts parts,
            Function<Request, ObjectsView> copies,
            Uses uses,
            Session session,
            SqlStatement statement,
            String sql,
            String namespace) {
        this.parts = parts;
        this.copies = copies;
        this.uses = uses;
        this.session = session;
        this.statement = statement;
        this.sql = sql;
        this.namespace = namespace;
    }

    /** What is done. */
    private record Done(String tag, String use) implements GuardedSql.Result {
        @Override
        public List<Column> columns() {
            return List.of();
        }

        @Override
        public Answer<Optional<Batch>> next() {
            return Answer.of(Optional.empty());
        }

        @Override
        public void close() {}
    }

    /** A table that is written to. */
    private record Goal(
            OpenedWarehouse warehouse,
            TableName name,
            Loaded loaded,
            Shape shape,
            Spread spread,
            Resource.Data place) {}

    /** What a statement is: it has no columns, and the parameters of what it embeds. */
    static Answer<Prepared> prepared(String sql, Change change, Session session, Sources sources) {
        Optional<Change.Text> select =
                switch (change) {
                    case Change.Insert insert -> Optional.of(insert.select());
                    case Change.CreateTableAs as -> Optional.of(as.select());
                    case Change.CopyTo copy -> Optional.of(copy.select());
                    default -> Optional.empty();
                };
        return select.map(text ->
                        session.prepare(text.sql(), sources)
                                .then(inner ->
                                        Answer.of(
                                                new Prepared(
                                                        sql,
                                                        org.domicile.query.Kind.OTHER,
                                                        inner.parameters(),
                                                        List.of(),
                                                        inner.tables()))))
                .orElseGet(() ->
                        Answer.of(
                                new Prepared(
                                        sql,
                                        org.domicile.query.Kind.OTHER,
                                        List.of(),
                                        List.of(),
                                        List.of())));
    }

    Answer<GuardedSql.Result> made(Change change, List<Value> parameters) {
        try {
            return switch (change) {
                case Change.CreateSchema wanted -> create(wanted);
                case Change.DropSchema wanted -> drop(wanted);
                case Change.CreateTable wanted -> create(wanted);
                case Change.CreateTableAs wanted -> create(wanted, parameters);
                case Change.DropTable wanted -> drop(wanted);
                case Change.Truncate(List<String> table) -> truncate(table);
                case Change.Compact(List<String> table) -> compact(table);
                case Change.Insert wanted -> insert(wanted, parameters);
                case Change.Alter wanted -> alter(wanted);
                case Change.CopyTo wanted -> copy(wanted, parameters);
                case Change.Delete wanted -> delete(wanted, parameters);
                case Change.Update wanted -> update(wanted, parameters);
                case Change.Merge wanted -> merge(wanted, parameters);
            };
        } catch (Refusal e) {
            return Answer.failed(failure(e));
        } catch (SqlTypes.Untold e) {
            return e.failed();
        } catch (SqlTypes.Twice e) {
            return e.failed();
        }
    }

    private static Failure failure(Refusal e) {
        String sentence = e.sentence() + (e.sentence().endsWith(".") ? "" : ".");
        return switch (e.kind()) {
            case NO_SUCH_NAMESPACE ->
                    new Failure("3F000", sentence, 0, "Make it first: create schema NAME");
            case NO_SUCH_TABLE, NO_SUCH_VIEW -> Failure.of(Failure.NO_TABLE, sentence);
            case ALREADY_EXISTS -> Failure.of("42P07", sentence);
            case NOT_EMPTY -> new Failure("2BP01", sentence, 0, "Drop what is in it first.");
            case COMMIT_FAILED ->
                    new Failure(
                            "40001", sentence, 0, "Nothing was changed; send the statement again.");
            case OVER_QUOTA -> Failure.of("53100", sentence);
            case TOO_LARGE -> Failure.of("54000", sentence);
            case UNSUPPORTED -> Failure.of(Failure.NOT_HERE, sentence);
            case UNREADABLE -> Failure.of("58030", sentence);
            case NO_SUCH_PLAN, NO_SUCH_TASK, KEY_REUSED, INVALID, NOT_OF_TABLE, UNPROCESSABLE ->
                    Failure.of(Failure.INVALID, sentence);
        };
    }

    // names and places

    private TableName name(List<String> path) {
        if (path.size() < 2 && !namespace.isEmpty()) {
            return new TableName(
                    new NamespaceName(List.of(namespace.split("\\.", -1))), path.getLast());
        }
        if (path.size() < 2) {
            throw new Refusal(
                    Refusal.Kind.NO_SUCH_NAMESPACE,
                    "Name the namespace too, NAMESPACE." + path.getLast());
        }
        return new TableName(new NamespaceName(path.subList(0, path.size() - 1)), path.getLast());
    }

    private Optional<Bucket> bucket() {
        return parts.warehouses().find(uses.organisation());
    }

    private Resource.Data warehouse(Optional<Bucket> bucket) {
        return uses.data(bucket, bucket.map(Bucket::name).orElse("tables"), "");
    }

    private OpenedWarehouse closed(Bucket bucket) {
        return new OpenedWarehouse(
                parts.opened(),
                uses.request(),
                bucket,
                () -> {
                    throw new IllegalStateException("the use is not on record yet");
                });
    }

    /**
     * To be written to. What has to be read of the table's own files to do so, its manifests, is a
     * use of its own, on record before the first is opened.
     */
    private OpenedWarehouse written(OpenedWarehouse closed, Resource.Data place, TableName name) {
        return new OpenedWarehouse(
                parts.opened(), uses.request(), closed.source(), new Looking(place, name));
    }

    /** Looks into a table's own files, once it has to. */
    private final class Looking implements Supplier<Pass> {
        private final Resource.Data place;
        private final TableName name;
        private final java.util.concurrent.locks.ReentrantLock lock =
                new java.util.concurrent.locks.ReentrantLock();
        private Optional<Pass> pass = Optional.empty();

        Looking(Resource.Data place, TableName name) {
            this.place = place;
            this.name = name;
        }

        @Override
        public Pass get() {
            lock.lock();
            try {
                if (pass.isEmpty()) {
                    try (Admitted use = uses.admit("iceberg:PlanScan", place, name.text())) {
                        pass = Optional.of(use.record(Outcome.DONE, 0));
                    }
                }
                return pass.get();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A refusal that no use has put on record yet. */
    private Refusal recorded(String action, Resource.Data place, String object, Refusal refusal) {
        try (Admitted use = uses.admit(action, place, object)) {
            use.record(refusal.kind().outcome(), 0);
        }
        return refusal;
    }

    /** Decides about a table that is there, as the catalog would. */
    private Goal goal(List<String> path, String action, String catalog) {
        TableName name = name(path);
        Optional<Bucket> bucket = bucket();
        Optional<OpenedWarehouse> closed = bucket.map(this::closed);
        Resource.Data place =
                closed.flatMap(each -> id(each, name).map(id -> place(each, id)))
                        .orElseGet(() -> warehouse(bucket));
        uses.check(catalog, place, name.text());
        try {
            if (closed.isEmpty()) {
                throw absent(name);
            }
            Loaded loaded = parts.tables().load(closed.get(), Kind.TABLE, name);
            return new Goal(
                    closed.get(),
                    name,
                    loaded,
                    parts.tables().shape(closed.get(), loaded, new Moment.Now()),
                    parts.tables().spread(loaded),
                    place);
        } catch (Refusal e) {
            throw recorded(action, place, name.text(), e);
        }
    }

    private static Refusal absent(TableName name) {
        return new Refusal(Refusal.Kind.NO_SUCH_TABLE, "Table does not exist: " + name.text());
    }

    private Optional<String> id(OpenedWarehouse warehouse, TableName name) {
        try {
            return Optional.of(parts.tables().id(warehouse, Kind.TABLE, name));
        } catch (Refusal _) {
            return Optional.empty();
        }
    }

    private Resource.Data place(OpenedWarehouse warehouse, String id) {
        return TableMarks.place(uses, parts.tables(), warehouse, id);
    }

    // what is read

    /** What the statement reads; where it reads nothing, that is no use. */
    private final class Reading implements Sources {
        @Override
        public Answer<Relation> resolve(
                org.domicile.query.TableName name, At at, List<String> around) {
            return statement.resolve(name, at, around);
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            return statement.files(table, wanted);
        }

        @Override
        public Answer<Sources.Reading> open(Plan plan) {
            return plan.scans().isEmpty() ? Answer.of(new Nothing()) : statement.open(plan);
        }
    }

    private static final class Nothing implements Sources.Reading {
        @Override
        public java.io.InputStream read(
                org.domicile.query.DataFile file, long offset, long length) {
            throw new IllegalArgumentException("the plan does not have " + file.place());
        }

        @Override
        public void close() {}
    }

    private static <T> Answer<T> placed(Answer<T> answer, Change.Text text) {
        return switch (answer) {
            case Answer.Given<T> given -> given;
            case Answer.Failed<T>(Failure failure) ->
                    failure.position() == 0
                            ? answer
                            : Answer.failed(
                                    new Failure(
                                            failure.state(),
                                            failure.message(),
                                            failure.position() + text.at(),
                                            failure.hint()));
        };
    }

    // rows

    private Answer<GuardedSql.Result> insert(Change.Insert wanted, List<Value> parameters) {
        Goal goal = goal(wanted.table(), "sql:Insert", COMMIT);
        Sources sources = new Reading();
        // The engine does not say what comes of parameters that it has no values of.
        String bare = wanted.select().withoutParameters();
        return placed(session.prepare(bare, sources), wanted.select())
                .then(prepared ->
                        slots(goal, wanted.columns(), prepared.columns().size())
                                .then(slots ->
                                        rows(
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

    private interface Then {
        Answer<GuardedSql.Result> of(Written written);
    }

    private Answer<GuardedSql.Result> rows(
            Goal goal,
            Change.Text select,
            List<Value> parameters,
            List<Target.Slot> slots,
            Then then) {
        if (!goal.spread().parts().isEmpty()) {
            return Answer.failed(partitioned());
        }
        return placed(
                        session.write(
                                select.sql(), parameters, new Target.Parquet(slots), new Reading()),
                        select)
                .then(written -> {
                    try (written) {
                        return then.of(written);
                    }
                });
    }

    private static Failure partitioned() {
        return new Failure(
                Failure.NOT_HERE,
                "SQL does not write into a partitioned table yet.",
                0,
                "Write with Spark, Trino or PyIceberg through the catalog.");
    }

    /** Which column of the statement each of the table's gets. */
    private static Answer<List<Target.Slot>> slots(Goal goal, List<String> named, int given) {
        List<Field> columns = goal.shape().columns();
        int[] from = new int[columns.size()];
        int wanted = named.isEmpty() ? Math.min(given, columns.size()) : named.size();
        if (given != wanted) {
            return Answer.failed(
                    Failure.SYNTAX,
                    given > wanted
                            ? "INSERT has more expressions than target columns"
                            : "INSERT has more target columns than expressions");
        }
        for (int i = 0; i < wanted; i++) {
            int at = named.isEmpty() ? i : find(columns, named.get(i));
            if (at < 0) {
                return Answer.failed(
                        "42703",
                        "column \"%s\" of relation \"%s\" does not exist"
                                .formatted(named.get(i), goal.name().text()));
            }
            if (from[at] != 0) {
                return Answer.failed(
                        "42701", "column \"" + named.get(i) + "\" specified more than once");
            }
            from[at] = i + 1;
        }
        List<Target.Slot> slots = new ArrayList<>();
        for (int i = 0; i < from.length; i++) {
            Field column = columns.get(i);
            if (from[i] == 0 && column.presence() == Scan.Presence.REQUIRED) {
                return Answer.failed(nulls(goal, column));
            }
            slots.add(SqlTypes.slot(column, from[i]));
        }
        return Answer.of(List.copyOf(slots));
    }

    private static Failure nulls(Goal goal, Field column) {
        return Failure.of(
                "23502",
                "null value in column \"%s\" of relation \"%s\" violates not-null constraint"
                        .formatted(column.name(), goal.name().text()));
    }

    private static int find(List<Field> columns, String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Nulls where there may be none. */
    private static Optional<Failure> missing(Goal goal, Written written) {
        for (Field column : goal.shape().columns()) {
            boolean wants =
                    column.presence() == Scan.Presence.REQUIRED
                            && column.form() instanceof Field.Form.Plain;
            boolean nulls =
                    wants
                            && written.measures().leaves().stream()
                                    .filter(leaf -> leaf.field() == column.id())
                                    .flatMap(leaf -> leaf.groups().stream())
                                    .anyMatch(group -> group.nulls() != 0);
            if (nulls) {
                return Optional.of(nulls(goal, column));
            }
        }
        return Optional.empty();
    }

    private Answer<GuardedSql.Result> appended(Goal goal, Written written, String tag) {
        Optional<Failure> missing = missing(goal, written);
        if (missing.isPresent()) {
            return Answer.failed(missing.get());
        }
        return committed(
                goal,
                "sql:Insert",
                written.rows() == 0 ? List.of() : List.of(written),
                new FilesChange.Append(Map.of()),
                Map.of(),
                tag,
                parts.tables()::commit);
    }

    private interface Committing {
        Loaded commit(Request carrying, OpenedWarehouse warehouse, FilesChange change);
    }

    /** The second use: seals files below the table's place, and makes them the table's. */
    private Answer<GuardedSql.Result> committed(
            Goal goal,
            String action,
            List<Written> files,
            FilesChange.What what,
            Map<String, String> summary,
            String tag,
            Committing committing) {
        long rows = files.stream().mapToLong(Written::rows).sum();
        long bytes = files.stream().mapToLong(Written::size).sum();
        String id = goal.loaded().id();
        try (Admitted use = uses.admit(action, goal.place(), said(goal.name(), rows))) {
            String number = uses.last();
            Marks coming = statement.marks();
            Marks all = goal.place().carried().and(coming);
            use.keep(all);
            OpenedWarehouse warehouse = written(goal.warehouse(), goal.place(), goal.name());
            List<String> names = new ArrayList<>();
            try {
                List<NewFile> ready = new ArrayList<>();
                for (Written each : files) {
                    String name = id + "/data/" + UUID.randomUUID() + ".parquet";
                    names.add(name);
                    warehouse.write(
                            name, each.read(), each.size(), "application/vnd.apache.parquet", all);
                    ready.add(file(name, goal.spread().spec(), each));
                }
                use.confirm();
                Map<String, String> said = new HashMap<>(summary);
                said.put("domicile.use", number);
                committing.commit(
                        use.carrying(() -> bytes),
                        warehouse,
                        new FilesChange(
                                goal.name(),
                                id,
                                what,
                                ready,
                                said,
                                before -> TableMarks.and(before, coming)));
                return Answer.of(new Done(tag, number));
            } catch (IOException e) {
                names.forEach(warehouse::remove);
                return Answer.failed(
                        Failure.SYSTEM, "What was written could not be kept: " + e.getMessage());
            } catch (RuntimeException e) {
                if (e instanceof Refusal refusal) {
                    use.onFailure(refusal.kind().outcome());
                }
                // A store that is fenced off, and may yet have committed, removes nothing any more.
                try {
                    names.forEach(warehouse::remove);
                } catch (RuntimeException left) {
                    e.addSuppressed(left);
                }
                throw e;
            }
        }
    }

    /** What stands on record, inside the commitment. */
    private String said(TableName name, long rows) {
        return "%s; %d rows; sha256 of the statement %s"
                .formatted(name.text(), rows, SqlStatement.digest(sql));
    }

    private String said(TableName name) {
        return name.text() + "; sha256 of the statement " + SqlStatement.digest(sql);
    }

    private static NewFile file(String name, int spec, Written written) {
        List<NewFile.Measured> columns = new ArrayList<>();
        for (Measures.Leaf leaf : written.measures().leaves()) {
            NewFile.Stored[] stored = NewFile.Stored.values();
            if (leaf.field() >= 0 && leaf.stored() >= 0 && leaf.stored() < stored.length) {
                columns.add(
                        new NewFile.Measured(
                                leaf.field(),
                                stored[leaf.stored()],
                                leaf.groups().stream()
                                        .map(each ->
                                                new NewFile.Group(
                                                        each.bytes(),
                                                        each.values(),
                                                        each.nulls(),
                                                        each.least(),
                                                        each.most()))
                                        .toList()));
            }
        }
        return new NewFile(
                name,
                written.size(),
                written.rows(),
                spec,
                List.of(),
                columns,
                written.measures().offsets());
    }

    // rows that change

    /**
     * What the statement reads of the table that it changes: the files that may hold a row which
     * its condition is true of. They are found while such rows are counted, and are what is
     * rewritten.
     */
    private final class Rewriting implements Sources {
        private final Goal goal;
        private final Map<String, TableFile> files = new LinkedHashMap<>();
        private int asked;
        private boolean found;

        Rewriting(Goal goal) {
            this.goal = goal;
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
        public Answer<Relation> resolve(
                org.domicile.query.TableName name, At at, List<String> around) {
            return statement.resolve(name, at, around);
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            boolean own =
                    table.id()
                            .startsWith(goal.loaded().id() + "\n" + goal.shape().snapshot() + "\n");
            if (!own) {
                return statement.files(table, wanted);
            }
            if (found) {
                return Answer.of(List.copyOf(files.values()));
            }
            // Who names it twice reads all of it, so that both names mean the same.
            return statement
                    .files(table, ++asked > 1 ? Wanted.ALL : wanted)
                    .then(all -> {
                        all.forEach(each -> files.put(each.location(), each));
                        return Answer.of(all);
                    });
        }

        @Override
        public Answer<Sources.Reading> open(Plan plan) {
            return plan.scans().isEmpty() ? Answer.of(new Nothing()) : statement.open(plan);
        }
    }

    private Answer<GuardedSql.Result> delete(Change.Delete wanted, List<Value> parameters) {
        Goal goal = goal(wanted.table(), "sql:Delete", COMMIT);
        String where = where(wanted.where());
        List<String> columns =
                goal.shape().columns().stream().map(each -> Target.quoted(each.name())).toList();
        return rewritten(
                goal,
                "sql:Delete",
                "DELETE ",
                conditions(from(goal, wanted.alias()), where),
                "SELECT count(*) FROM %s WHERE %s".formatted(from(goal, wanted.alias()), where),
                "SELECT %s FROM %s WHERE %s IS NOT TRUE"
                        .formatted(String.join(", ", columns), from(goal, wanted.alias()), where),
                parameters);
    }

    private Answer<GuardedSql.Result> update(Change.Update wanted, List<Value> parameters) {
        Goal goal = goal(wanted.table(), "sql:Update", COMMIT);
        List<Field> columns = goal.shape().columns();
        String where = where(wanted.where());
        String[] values = new String[columns.size()];
        StringBuilder tried = new StringBuilder();
        for (Change.Set each : wanted.sets()) {
            int at = find(columns, each.column());
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
        String from = from(goal, wanted.alias());
        return rewritten(
                goal,
                "sql:Update",
                "UPDATE ",
                conditions(from, where),
                "SELECT count(*)%s FROM %s WHERE %s".formatted(tried, from, where),
                "SELECT %s FROM %s".formatted(String.join(", ", values), from),
                parameters);
    }

    /**
     * Rows of the table with those of the source that match, and those of the source that match
     * none. A row of the table that two of the source would change is an error, as PostgreSQL has
     * it.
     */
    private Answer<GuardedSql.Result> merge(Change.Merge wanted, List<Value> parameters) {
        Goal goal = goal(wanted.table(), "sql:Merge", COMMIT);
        List<Field> columns = goal.shape().columns();
        String alias = wanted.alias().isEmpty() ? goal.name().name() : wanted.alias();
        String own = Target.quoted(alias);
        String from = from(goal, alias);
        String called = Target.quoted(wanted.called());
        String source =
                "(SELECT *, true AS domicile_m FROM %s) AS %s"
                        .formatted(wanted.source().sql(), called);
        String on = "(\n" + wanted.on().sql() + "\n)";
        StringBuilder which = new StringBuilder("CASE WHEN ").append(called);
        which.append(".domicile_m IS NULL THEN 0");
        StringBuilder fresh = new StringBuilder("CASE");
        StringBuilder gone = new StringBuilder();
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
                        inserts.add(inserted(goal, names, texts, number));
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
        StringBuilder select =
                new StringBuilder(
                        // whom nothing is done to is there once, however many match it
                        "SELECT %s FROM %s LEFT JOIN %s ON %s AND (%s) <> 0"
                                .formatted(String.join(", ", values), from, source, on, which));
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
                "sql:Merge",
                "MERGE ",
                conditions(from + ", " + source, on + " AND " + when),
                count.toString(),
                select.toString(),
                parameters);
    }

    /** With places for the source, for what it lacks, and for what is done with its rows. */
    private static String inserted(
            Goal goal, List<String> names, List<Change.Text> texts, int number) {
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
        return "SELECT " + String.join(", ", cells) + " FROM %1$s WHERE %2$s AND %3$s = " + number;
    }

    private static int column(Goal goal, String name) {
        int at = find(goal.shape().columns(), name);
        if (at < 0) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "column \"%s\" of relation \"%s\" does not exist"
                            .formatted(name, goal.name().text()));
        }
        return at;
    }

    // files that become others

    /** Of the table that is compacted, the files of one group; of others, what there is. */
    private final class Packing implements Sources {
        private final String id;
        private final List<TableFile> files;

        Packing(CatalogTable table, List<TableFile> files) {
            this.id = table.id();
            this.files = files;
        }

        @Override
        public Answer<Relation> resolve(
                org.domicile.query.TableName name, At at, List<String> around) {
            return statement.resolve(name, at, around);
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            return table.id().equals(id) ? Answer.of(files) : statement.files(table, wanted);
        }

        @Override
        public Answer<Sources.Reading> open(Plan plan) {
            return plan.scans().isEmpty() ? Answer.of(new Nothing()) : statement.open(plan);
        }
    }

    /**
     * Packs small files together, and takes deleted rows out of those that have some, group by
     * group: each is a reading and a commit of its own, so what was done stays done. Rows that come
     * meanwhile stay; where rows of a group were deleted meanwhile, it ends with 40001. A table
     * that has more such files than {@link #MOST_PACKED} is packed by as many statements.
     */
    private Answer<GuardedSql.Result> compact(List<String> path) {
        Goal goal = goal(path, "sql:Compact", COMMIT);
        Optional<Failure> never = unwritable(goal);
        if (never.isPresent()) {
            return Answer.failed(never.get());
        }
        return statement
                .resolve(
                        new org.domicile.query.TableName(path(goal.name())),
                        new At.Now(),
                        List.of())
                .then(found ->
                        found instanceof CatalogTable table
                                ? statement
                                        .worn(
                                                table,
                                                SmallFiles.below(
                                                        SmallFiles.aim(goal.loaded().properties())),
                                                MOST_PACKED)
                                        .then(files -> packed(goal, table, files))
                                : Answer.failed(Failure.NO_TABLE, "It is no table."));
    }

    private Answer<GuardedSql.Result> packed(
            Goal goal, CatalogTable table, List<Scan.DataFile> files) {
        String own = goal.loaded().id() + "\n" + goal.shape().snapshot() + "\n";
        List<List<Scan.DataFile>> groups =
                SmallFiles.groups(files, SmallFiles.aim(goal.loaded().properties()));
        if (!table.id().startsWith(own) && !files.isEmpty()) {
            throw changedMeanwhile(goal, "sql:Compact");
        }
        int before = 0;
        Answer<GuardedSql.Result> last =
                groups.isEmpty()
                        ? committed(
                                goal,
                                "sql:Compact",
                                List.of(),
                                new FilesChange.Append(Map.of()),
                                Map.of(),
                                "OPTIMIZE 0",
                                parts.tables()::commit)
                        : Answer.failed(Failure.SYSTEM, "nothing was packed");
        for (List<Scan.DataFile> group : groups) {
            long described = statement.described();
            switch (statement.opened(table, group)) {
                case Answer.Failed<List<TableFile>>(Failure failure) -> {
                    return Answer.failed(failure);
                }
                case Answer.Given<List<TableFile>>(List<TableFile> opened) -> {
                    before += opened.size();
                    last = packed(goal, table, opened, "OPTIMIZE " + before);
                }
            }
            statement.letGo(described);
            if (last instanceof Answer.Failed<GuardedSql.Result>) {
                return last;
            }
        }
        return last;
    }

    private Answer<GuardedSql.Result> packed(
            Goal goal, CatalogTable table, List<TableFile> group, String tag) {
        List<Field> columns = goal.shape().columns();
        String select =
                "SELECT %s FROM %s"
                        .formatted(
                                columns.stream()
                                        .map(each -> Target.quoted(each.name()))
                                        .collect(Collectors.joining(", ")),
                                from(goal, ""));
        String scheme = "s3://" + goal.warehouse().bucket() + "/";
        List<String> names =
                group.stream().map(each -> each.location().substring(scheme.length())).toList();
        return unplaced(
                        session.write(
                                select,
                                List.of(),
                                new Target.Parquet(slots(columns)),
                                new Packing(table, group)))
                .then(written -> {
                    try (written) {
                        return committed(
                                goal,
                                "sql:Compact",
                                written.rows() == 0 ? List.of() : List.of(written),
                                new FilesChange.Rewrite(goal.shape().snapshot(), names),
                                Map.of(),
                                tag,
                                parts.tables()::commit);
                    }
                });
    }

    /** Why rows that are there cannot be written anew; empty where they can. */
    private static Optional<Failure> unwritable(Goal goal) {
        if (!goal.spread().parts().isEmpty()) {
            return Optional.of(partitioned());
        }
        return goal.spread().format() > 2
                ? Optional.of(
                        new Failure(
                                Failure.NOT_HERE,
                                "SQL does not write rows of a table of format 3 anew yet: it would"
                                        + " lose their lineage.",
                                0,
                                "Do it with Spark through the catalog."))
                : Optional.empty();
    }

    private Refusal changedMeanwhile(Goal goal, String action) {
        return recorded(
                action,
                goal.place(),
                said(goal.name(), 0),
                new Refusal(
                        Refusal.Kind.COMMIT_FAILED,
                        "The table was changed meanwhile: " + goal.name().text()));
    }

    /** Each column of the table, in its order. */
    private static List<Target.Slot> slots(List<Field> columns) {
        List<Target.Slot> slots = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            slots.add(SqlTypes.slot(columns.get(i), i + 1));
        }
        return slots;
    }

    private static List<String> path(TableName name) {
        List<String> path = new ArrayList<>(name.namespace().levels());
        path.add(name.name());
        return path;
    }

    private static String where(Optional<Change.Text> where) {
        return where.map(each -> "(\n" + each.sql() + "\n)").orElse("(true)");
    }

    private static String from(Goal goal, String alias) {
        String name =
                path(goal.name()).stream().map(Target::quoted).collect(Collectors.joining("."));
        return alias.isEmpty() ? name : name + " AS " + Target.quoted(alias);
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
        return unplaced(session.varying(conditions, new Reading()))
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
            Goal goal,
            String action,
            String tag,
            String conditions,
            String count,
            String select,
            List<Value> parameters) {
        Optional<Failure> never = unwritable(goal);
        if (never.isPresent()) {
            return Answer.failed(never.get());
        }
        Rewriting rewriting = new Rewriting(goal);
        return steady(action, conditions)
                .then(_ -> unplaced(counted(count, parameters, rewriting)))
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
                        return committed(
                                goal,
                                action,
                                List.of(),
                                new FilesChange.Append(Map.of()),
                                Map.of(),
                                tag + "0",
                                parts.tables()::commit);
                    }
                    if (!rewriting.seen()) {
                        throw changedMeanwhile(goal, action);
                    }
                    rewriting.found();
                    return unplaced(
                                    session.write(
                                            select,
                                            parameters,
                                            new Target.Parquet(slots(goal.shape().columns())),
                                            rewriting))
                            .then(written -> {
                                try (written) {
                                    return replaced(goal, action, tag + rows, written, rewriting);
                                }
                            });
                });
    }

    private Answer<GuardedSql.Result> replaced(
            Goal goal, String action, String tag, Written written, Rewriting rewriting) {
        Optional<Failure> missing = missing(goal, written);
        return missing.isPresent()
                ? Answer.failed(missing.get())
                : committed(
                        goal,
                        action,
                        written.rows() == 0 ? List.of() : List.of(written),
                        new FilesChange.Replace(goal.shape().snapshot(), rewriting.names()),
                        Map.of(),
                        tag,
                        parts.tables()::commit);
    }

    /** Its text is not the statement's. */
    private static <T> Answer<T> unplaced(Answer<T> answer) {
        return answer.or(
                failure -> new Failure(failure.state(), failure.message(), 0, failure.hint()));
    }

    private Answer<long[]> counted(String count, List<Value> parameters, Sources sources) {
        return session.run(count, parameters, sources)
                .then(rows -> {
                    try (rows) {
                        return rows.next()
                                .then(batch ->
                                        batch.map(SqlChanges::numbers)
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

    // files

    /** A file's rows come in. */
    Answer<GuardedSql.Came> loaded(GuardedSql.Load load, InputStream file) throws IOException {
        try {
            TableName name = name(load.table());
            boolean makes = load.absent() == GuardedSql.Absent.MADE && !there(bucket(), name);
            return makes ? newly(load, name, file) : into(load, file);
        } catch (Refusal e) {
            return Answer.failed(failure(e));
        } catch (SqlTypes.Untold e) {
            return e.failed();
        } catch (SqlTypes.Twice e) {
            return e.failed();
        }
    }

    private Answer<GuardedSql.Came> into(GuardedSql.Load load, InputStream file)
            throws IOException {
        Goal goal = goal(load.table(), LOAD, COMMIT);
        if (!load.part().isEmpty()
                && parts.tables().committed(goal.warehouse(), goal.loaded(), load.part())) {
            try (Admitted use = uses.admit(LOAD, goal.place(), said(goal.name(), 0))) {
                String number = uses.last();
                use.record(Outcome.DONE, 0);
                return Answer.of(new GuardedSql.Came(-1, List.of(), List.of(), number));
            }
        }
        return session.arrive(file)
                .then(arrived -> {
                    try (arrived) {
                        return names(load, goal, arrived)
                                .then(names ->
                                        slots(goal, names, names.size())
                                                .then(slots ->
                                                        taken(
                                                                load,
                                                                goal,
                                                                typed(load, goal, names),
                                                                slots,
                                                                arrived,
                                                                List.of())));
                    }
                });
    }

    /** Names of the table's columns that the file's are, in the file's order. */
    private static Answer<List<String>> names(GuardedSql.Load load, Goal goal, Arrived arrived) {
        if (load.matching() == GuardedSql.Matching.PLACE) {
            return Answer.of(
                    load.columns().isEmpty()
                            ? goal.shape().columns().stream().map(Field::name).toList()
                            : load.columns());
        }
        return arrived.guess(load.intake())
                .then(columns -> Answer.of(columns.stream().map(Column::name).toList()));
    }

    /** The file's columns, with the types that the table has for them. */
    private static Intake typed(GuardedSql.Load load, Goal goal, List<String> names) {
        List<Field> columns = goal.shape().columns();
        return load.intake()
                .of(
                        names.stream()
                                .map(each ->
                                        new Intake.Named(
                                                each,
                                                SqlTypes.slot(columns.get(find(columns, each)), 1)
                                                        .type()))
                                .toList());
    }

    private Answer<GuardedSql.Came> newly(GuardedSql.Load load, TableName name, InputStream file)
            throws IOException {
        Optional<Bucket> bucket = bucket();
        Resource.Data place = warehouse(bucket);
        uses.check("iceberg:CreateTable", place, name.text());
        if (bucket.isEmpty()) {
            throw recorded(LOAD, place, name.text(), noNamespace(name.namespace()));
        }
        OpenedWarehouse warehouse = closed(bucket.get());
        try {
            parts.tables().namespace(warehouse, name.namespace());
        } catch (Refusal e) {
            throw recorded(LOAD, place, name.text(), e);
        }
        return session.arrive(file)
                .then(arrived -> {
                    try (arrived) {
                        return arrived.guess(load.intake())
                                .then(columns -> {
                                    Drafted drafted = drafted(warehouse, name, columns, List.of());
                                    Goal goal = drafted.goal();
                                    return taken(
                                            load,
                                            goal,
                                            typed(
                                                    load,
                                                    goal,
                                                    columns.stream().map(Column::name).toList()),
                                            drafted.slots(),
                                            arrived,
                                            List.of(drafted));
                                });
                    }
                });
    }

    /**
     * @param makes the table that is made, if it is
     */
    private Answer<GuardedSql.Came> taken(
            GuardedSql.Load load,
            Goal goal,
            Intake intake,
            List<Target.Slot> slots,
            Arrived arrived,
            List<Drafted> makes) {
        if (!goal.spread().parts().isEmpty()) {
            return Answer.failed(partitioned());
        }
        return arrived.write(intake, new Target.Parquet(slots))
                .then(taken -> {
                    try (Written written = taken.written()) {
                        Optional<Failure> missing = missing(goal, written);
                        if (missing.isPresent()) {
                            return Answer.failed(missing.get());
                        }
                        return committed(
                                        goal,
                                        LOAD,
                                        written.rows() == 0 ? List.of() : List.of(written),
                                        new FilesChange.Append(load.part()),
                                        load.part(),
                                        "COPY " + written.rows(),
                                        makes.isEmpty()
                                                ? parts.tables()::commit
                                                : makes.getFirst().creating())
                                .then(done ->
                                        Answer.of(
                                                new GuardedSql.Came(
                                                        written.rows(),
                                                        makes.isEmpty()
                                                                ? List.of()
                                                                : makes.getFirst().columns(),
                                                        taken.rejected(),
                                                        done.use())));
                    }
                });
    }

    private Answer<GuardedSql.Result> truncate(List<String> path) {
        Goal goal = goal(path, "sql:Truncate", COMMIT);
        return committed(
                goal,
                "sql:Truncate",
                List.of(),
                new FilesChange.Truncate(),
                Map.of(),
                "TRUNCATE TABLE",
                parts.tables()::commit);
    }

    // tables

    /** Whether there is a table of that name. @param place of the warehouse */
    private boolean there(Optional<Bucket> bucket, TableName name) {
        return bucket.flatMap(each -> id(closed(each), name)).isPresent();
    }

    /** What a use of the warehouse as a whole does. */
    private interface Making {
        void make(Request carrying, OpenedWarehouse warehouse);
    }

    private Answer<GuardedSql.Result> changed(
            String action,
            Resource.Data place,
            String object,
            Optional<Bucket> bucket,
            Supplier<Refusal> without,
            String tag,
            Making making) {
        try (Admitted use = uses.admit(action, place, object)) {
            String number = uses.last();
            if (bucket.isEmpty()) {
                Refusal refusal = without.get();
                use.record(refusal.kind().outcome(), 0);
                throw refusal;
            }
            making.make(use.carrying(() -> 0), closed(bucket.get()));
            return Answer.of(new Done(tag, number));
        }
    }

    /** There is nothing to do, which is on record like everything. */
    private Answer<GuardedSql.Result> nothing(
            String action, Resource.Data place, String object, String tag) {
        try (Admitted use = uses.admit(action, place, object)) {
            String number = uses.last();
            use.record(Outcome.DONE, 0);
            return Answer.of(new Done(tag, number));
        }
    }

    private static Refusal noNamespace(NamespaceName name) {
        return new Refusal(
                Refusal.Kind.NO_SUCH_NAMESPACE, "Namespace does not exist: " + name.text());
    }

    private static Answer<GuardedSql.Result> noReplacing() {
        return Answer.failed(
                new Failure(
                        Failure.NOT_HERE,
                        "OR REPLACE does not run here.",
                        0,
                        "Drop the table first, or TRUNCATE it and INSERT."));
    }

    private Answer<GuardedSql.Result> create(Change.CreateTable wanted) {
        if (wanted.taken() == Change.Otherwise.REPLACE) {
            return noReplacing();
        }
        TableName name = name(wanted.table());
        NewTable table = NewTable.of(name.name(), SqlTypes.fields(wanted.columns()), Map.of());
        Optional<Bucket> bucket = bucket();
        Resource.Data place = warehouse(bucket);
        uses.check("iceberg:CreateTable", place, name.text());
        if (wanted.taken() == Change.Otherwise.NOTHING && there(bucket, name)) {
            return nothing("sql:CreateTable", place, said(name), "CREATE TABLE");
        }
        return changed(
                "sql:CreateTable",
                place,
                said(name),
                bucket,
                () -> noNamespace(name.namespace()),
                "CREATE TABLE",
                (carrying, warehouse) ->
                        parts.tables().create(carrying, warehouse, name, table, Once.NOT));
    }

    private Answer<GuardedSql.Result> create(Change.CreateTableAs wanted, List<Value> parameters) {
        if (wanted.taken() == Change.Otherwise.REPLACE) {
            return noReplacing();
        }
        TableName name = name(wanted.table());
        Optional<Bucket> bucket = bucket();
        Resource.Data place = warehouse(bucket);
        String action = "sql:CreateTableAs";
        uses.check("iceberg:CreateTable", place, name.text());
        boolean there = there(bucket, name);
        if (there && wanted.taken() == Change.Otherwise.NOTHING) {
            return nothing(action, place, said(name), "CREATE TABLE AS");
        }
        if (there) {
            throw recorded(
                    action,
                    place,
                    said(name),
                    new Refusal(
                            Refusal.Kind.ALREADY_EXISTS, "Table already exists: " + name.text()));
        }
        if (bucket.isEmpty()) {
            throw recorded(action, place, said(name), noNamespace(name.namespace()));
        }
        OpenedWarehouse warehouse = closed(bucket.get());
        try {
            parts.tables().namespace(warehouse, name.namespace());
        } catch (Refusal e) {
            throw recorded(action, place, said(name), e);
        }
        return placed(session.prepare(wanted.select().sql(), new Reading()), wanted.select())
                .then(prepared -> {
                    if (wanted.names().size() > prepared.columns().size()) {
                        return Answer.failed(
                                Failure.SYNTAX, "too many column names were specified");
                    }
                    return filled(wanted, parameters, name, warehouse, prepared.columns());
                });
    }

    private Answer<GuardedSql.Result> filled(
            Change.CreateTableAs wanted,
            List<Value> parameters,
            TableName name,
            OpenedWarehouse warehouse,
            List<Column> columns) {
        Drafted drafted = drafted(warehouse, name, columns, wanted.names());
        Goal goal = drafted.goal();
        if (wanted.rows() == Change.Rows.NONE) {
            return committed(
                    goal,
                    "sql:CreateTableAs",
                    List.of(),
                    new FilesChange.Append(Map.of()),
                    Map.of(),
                    "CREATE TABLE AS",
                    drafted.creating());
        }
        return rows(
                goal,
                wanted.select(),
                parameters,
                drafted.slots(),
                written ->
                        committed(
                                goal,
                                "sql:CreateTableAs",
                                written.rows() == 0 ? List.of() : List.of(written),
                                new FilesChange.Append(Map.of()),
                                Map.of(),
                                "SELECT " + written.rows(),
                                drafted.creating()));
    }

    /** A table that is made with its rows. @param columns that it has, for people */
    private record Drafted(
            Goal goal, List<Target.Slot> slots, List<Column> columns, Committing creating) {}

    /**
     * @param names other ones for the first columns
     */
    private Drafted drafted(
            OpenedWarehouse warehouse, TableName name, List<Column> columns, List<String> names) {
        List<Change.Made> named = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            named.add(
                    new Change.Made(
                            i < names.size() ? names.get(i) : columns.get(i).name(),
                            columns.get(i).type(),
                            Change.Presence.OPTIONAL));
        }
        NewTable table = NewTable.of(name.name(), SqlTypes.fields(named), Map.of());
        String id = parts.tables().fresh();
        Loaded draft = parts.tables().drafted(warehouse, id, name, table);
        Goal goal =
                new Goal(
                        warehouse,
                        name,
                        draft,
                        parts.tables().shape(warehouse, draft, new Moment.Now()),
                        parts.tables().spread(draft),
                        uses.data(Optional.of(warehouse.source()), warehouse.bucket(), id + "/"));
        List<Target.Slot> slots = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            slots.add(SqlTypes.slot(goal.shape().columns().get(i), i + 1));
        }
        return new Drafted(
                goal,
                List.copyOf(slots),
                columns,
                (use, opened, change) -> parts.tables().create(use, opened, id, table, change));
    }

    private Answer<GuardedSql.Result> drop(Change.DropTable wanted) {
        TableName name = name(wanted.table());
        Optional<Bucket> bucket = bucket();
        Resource.Data place =
                bucket.map(this::closed)
                        .flatMap(each -> id(each, name).map(id -> place(each, id)))
                        .orElseGet(() -> warehouse(bucket));
        uses.check("iceberg:DropTable", place, name.text());
        if (wanted.absent() == Change.Otherwise.NOTHING && !there(bucket, name)) {
            return nothing("sql:DropTable", place, said(name), "DROP TABLE");
        }
        return changed(
                "sql:DropTable",
                place,
                said(name),
                bucket,
                () -> absent(name),
                "DROP TABLE",
                (carrying, warehouse) -> {
                    String id =
                            parts.tables()
                                    .drop(
                                            carrying,
                                            warehouse,
                                            Kind.TABLE,
                                            name,
                                            Tables.Files.GO,
                                            Once.NOT);
                    if (!id.isEmpty()) {
                        warehouse.purge(id);
                    }
                });
    }

    private Answer<GuardedSql.Result> alter(Change.Alter wanted) {
        boolean renames = wanted.what() instanceof Change.Alteration.Rename;
        String catalog = renames ? "iceberg:RenameTable" : COMMIT;
        if (wanted.absent() == Change.Otherwise.NOTHING && !there(bucket(), name(wanted.table()))) {
            Resource.Data place = warehouse(bucket());
            uses.check(catalog, place, name(wanted.table()).text());
            return nothing("sql:AlterTable", place, said(name(wanted.table())), "ALTER TABLE");
        }
        Goal goal = goal(wanted.table(), "sql:AlterTable", catalog);
        List<Field> columns = goal.shape().columns();
        Optional<ColumnChange> change =
                switch (wanted.what()) {
                    case Change.Alteration.Rename _ -> Optional.empty();
                    case Change.Alteration.Add(Change.Made column, Change.Otherwise taken) -> {
                        if (find(columns, column.name()) >= 0) {
                            if (taken == Change.Otherwise.NOTHING) {
                                yield Optional.empty();
                            }
                            throw new SqlTypes.Twice(column.name());
                        }
                        if (column.presence() == Change.Presence.REQUIRED) {
                            throw new SqlTypes.Untold(
                                    "A column that is added may be null: the rows that are there"
                                            + " have nothing in it.");
                        }
                        yield Optional.of(
                                new ColumnChange.Add(SqlTypes.fields(List.of(column)).getFirst()));
                    }
                    case Change.Alteration.Drop(String column, Change.Otherwise absent) ->
                            absent == Change.Otherwise.NOTHING && find(columns, column) < 0
                                    ? Optional.empty()
                                    : Optional.of(new ColumnChange.Drop(column));
                    case Change.Alteration.RenameColumn(String column, String to) ->
                            Optional.of(new ColumnChange.Rename(column, to));
                    case Change.Alteration.Relax(String column) ->
                            Optional.of(new ColumnChange.Relax(column));
                    case Change.Alteration.Retype(String column, org.domicile.query.Type type) -> {
                        if (!(SqlTypes.form(column, type)
                                instanceof Field.Form.Plain(String word))) {
                            throw new SqlTypes.Untold("Only plain types become wider.");
                        }
                        yield Optional.of(new ColumnChange.Widen(column, word));
                    }
                };
        String altered = altered(wanted.what());
        if (!altered.isEmpty() && change.isPresent() && find(columns, altered) < 0) {
            return Answer.failed(
                    "42703",
                    "column \"%s\" of relation \"%s\" does not exist"
                            .formatted(altered, goal.name().text()));
        }
        return changed(
                "sql:AlterTable",
                goal.place(),
                said(goal.name()),
                Optional.of(goal.warehouse().source()),
                () -> absent(goal.name()),
                "ALTER TABLE",
                (carrying, warehouse) -> {
                    if (wanted.what() instanceof Change.Alteration.Rename(String to)) {
                        parts.tables()
                                .rename(
                                        carrying,
                                        warehouse,
                                        Kind.TABLE,
                                        new Renaming(
                                                goal.name(),
                                                new TableName(goal.name().namespace(), to)),
                                        Once.NOT);
                    } else {
                        List<TableChange> changes =
                                List.of(
                                        change.isPresent()
                                                ? TableChange.of(
                                                        goal.name(), goal.loaded(), change.get())
                                                : TableChange.nothing(goal.name()));
                        parts.tables().commit(carrying, warehouse, changes, Once.NOT);
                    }
                });
    }

    /** The column that has to be there. */
    private static String altered(Change.Alteration what) {
        return switch (what) {
            case Change.Alteration.Add _, Change.Alteration.Rename _ -> "";
            case Change.Alteration.Drop(String column, Change.Otherwise _) -> column;
            case Change.Alteration.RenameColumn(String column, String _) -> column;
            case Change.Alteration.Relax(String column) -> column;
            case Change.Alteration.Retype(String column, org.domicile.query.Type _) -> column;
        };
    }

    // namespaces

    private Answer<GuardedSql.Result> create(Change.CreateSchema wanted) {
        NamespaceName name = new NamespaceName(wanted.name());
        Optional<Bucket> bucket = bucket();
        Resource.Data place = warehouse(bucket);
        uses.check("iceberg:CreateNamespace", place, name.text());
        if (wanted.taken() == Change.Otherwise.NOTHING && isNamespace(bucket, name)) {
            return nothing("sql:CreateSchema", place, name.text(), "CREATE SCHEMA");
        }
        try (Admitted use = uses.admit("sql:CreateSchema", place, name.text())) {
            String number = uses.last();
            Bucket there =
                    bucket.orElseGet(
                            () -> parts.warehouses().make(uses.request(), uses.organisation()));
            parts.tables()
                    .create(
                            use.carrying(() -> 0),
                            closed(there),
                            new NewNamespace(name, Map.of()),
                            Once.NOT);
            return Answer.of(new Done("CREATE SCHEMA", number));
        }
    }

    private boolean isNamespace(Optional<Bucket> bucket, NamespaceName name) {
        if (bucket.isEmpty()) {
            return false;
        }
        try {
            parts.tables().namespace(closed(bucket.get()), name);
            return true;
        } catch (Refusal _) {
            return false;
        }
    }

    private Answer<GuardedSql.Result> drop(Change.DropSchema wanted) {
        NamespaceName name = new NamespaceName(wanted.name());
        Optional<Bucket> bucket = bucket();
        Resource.Data place = warehouse(bucket);
        uses.check("iceberg:DropNamespace", place, name.text());
        if (wanted.absent() == Change.Otherwise.NOTHING && !isNamespace(bucket, name)) {
            return nothing("sql:DropSchema", place, name.text(), "DROP SCHEMA");
        }
        return changed(
                "sql:DropSchema",
                place,
                name.text(),
                bucket,
                () -> noNamespace(name),
                "DROP SCHEMA",
                (carrying, warehouse) -> parts.tables().drop(carrying, warehouse, name, Once.NOT));
    }

    // objects

    private Answer<GuardedSql.Result> copy(Change.CopyTo wanted, List<Value> parameters) {
        Optional<Bucket> bucket = parts.opened().objects().buckets().bucket(wanted.bucket());
        String object = ObjectUses.object(wanted.bucket(), wanted.key());
        uses.check("s3:PutObject", uses.data(bucket, wanted.bucket(), wanted.key()), object);
        return placed(
                        session.write(
                                wanted.select().sql(), parameters, wanted.target(), new Reading()),
                        wanted.select())
                .then(written -> {
                    try (written) {
                        return stored(wanted, written);
                    } catch (IOException e) {
                        return Answer.failed(
                                Failure.SYSTEM,
                                "What was written could not be kept: " + e.getMessage());
                    }
                });
    }

    private Answer<GuardedSql.Result> stored(Change.CopyTo wanted, Written written)
            throws IOException {
        String type =
                switch (wanted.target()) {
                    case Target.Csv _ -> "text/csv";
                    case Target.Json _ -> "application/x-ndjson";
                    case Target.Parquet _, Target.PlainParquet _ ->
                            "application/vnd.apache.parquet";
                };
        ObjectsView view = copies.apply(uses.request());
        Stored stored =
                view.derived(
                        wanted.bucket(),
                        wanted.key(),
                        new GuardedObjects.Draft(
                                Map.of("content-type", type),
                                Map.of(),
                                "crc64nvme",
                                Attributes.ChecksumType.FULL_OBJECT),
                        new Replay(written.read(), written.size(), "crc64nvme"),
                        statement.marks());
        return switch (stored) {
            case Stored.Done _ -> Answer.of(new Done("COPY " + written.rows(), view.use()));
            case Stored.NoSuchBucket _ ->
                    Answer.failed(Failure.INVALID, "There is no bucket " + wanted.bucket() + ".");
            case Stored.OverQuota _ ->
                    Answer.failed("53100", "A quota leaves no room for the object.");
            case Stored.Locked _ ->
                    Answer.failed(
                            Failure.INVALID, "A lock keeps the object that is there as it is.");
            default -> Answer.failed(Failure.SYSTEM, "The object was not stored: " + stored);
        };
    }
}
