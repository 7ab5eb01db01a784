package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.domicile.keys.Pass;
import org.domicile.objects.Bucket;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;
import org.domicile.policy.TableRules;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.Batch;
import org.domicile.query.CatalogTable;
import org.domicile.query.Change;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Lineage;
import org.domicile.query.Measures;
import org.domicile.query.Plan;
import org.domicile.query.Prepared;
import org.domicile.query.Relation;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.TableFile;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Wanted;
import org.domicile.query.Written;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.tables.Field;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewFile;
import org.domicile.tables.Refusal;
import org.domicile.tables.Scan;
import org.domicile.tables.Shape;
import org.domicile.tables.Spread;
import org.domicile.tables.TableName;

/**
 * Statements that change tables, or make an object. The target is judged first: who may not write
 * there must not cause a read. Then what the statement names is read, which is one use; the worker
 * leaves its rows in staging, as a file. That is sealed below the table's place, and then the
 * commit of the catalog, which carries the record of the second use, makes it the table's. Whatever
 * goes wrong before, the files are removed; what a kill leaves, no snapshot names.
 *
 * <p>What statements have in common is here: places, what is decided about them, the two uses. What
 * each kind does is in {@link SqlRows}, {@link SqlPacking}, {@link SqlLoads}, {@link SqlViews},
 * {@link SqlDefinitions} and {@link SqlCopies}.
 *
 * <p>For one statement, and its thread.
 */
final class SqlChanges {
    static final String COMMIT = "iceberg:CommitTable";

    /** Of which rows are written anew. */
    private static final int NEWEST = 3;

    /**
     * What adds rows and touches none that are there. All else is refused where rules keep some of
     * them from the caller: other names of columns, too, by which files without ids are read.
     */
    private static final Set<String> ADDS = Set.of("sql:Insert", SqlLoads.LOAD);

    final SqlCatalog.Parts parts;
    final Function<Request, ObjectsView> copies;
    final Uses uses;
    final Session session;
    final SqlStatement statement;
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

    /** What a statement of ours reads, as the user's own does, but for the files of its table. */
    abstract static class Over implements Sources {
        private final SqlStatement statement;

        Over(SqlStatement statement) {
            this.statement = statement;
        }

        @Override
        public Answer<Relation> resolve(
                org.domicile.query.TableName name, At at, List<String> around) {
            return statement.resolve(name, at, around);
        }

        @Override
        public Answer<Sources.Reading> open(Plan plan) {
            return plan.scans().isEmpty() ? Answer.of(new Nothing()) : statement.open(plan);
        }
    }

    /** What is done. */
    record Done(String tag, String use) implements GuardedSql.Result {
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
    record Goal(
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
        return told(() -> make(change, parameters));
    }

    /** Some files of a table are packed, for the program itself. */
    Answer<GuardedSql.Result> packed(List<String> table, SqlPacking.Picking picking) {
        return told(() -> new SqlPacking(this).compact(table, picking));
    }

    /** What of a table may be counted is, for the program itself. */
    Answer<GuardedSql.Result> counted(List<String> table, Supplier<TableRules> rules) {
        return told(() -> new SqlCounting(this).count(table, rules));
    }

    /** Counts of these columns go, for the program itself. */
    Answer<GuardedSql.Result> uncounted(List<String> table, Set<Integer> fields) {
        return told(() -> new SqlCounting(this).uncount(table, fields));
    }

    private Answer<GuardedSql.Result> make(Change change, List<Value> parameters) {
        return switch (change) {
            case Change.CreateSchema wanted -> new SqlDefinitions(this).create(wanted);
            case Change.DropSchema wanted -> new SqlDefinitions(this).drop(wanted);
            case Change.CreateTable wanted -> new SqlDefinitions(this).create(wanted);
            case Change.CreateTableAs wanted -> new SqlDefinitions(this).create(wanted, parameters);
            case Change.DropTable wanted -> new SqlDefinitions(this).drop(wanted);
            case Change.CreateView wanted -> new SqlViews(this).create(wanted);
            case Change.DropView wanted -> new SqlViews(this).drop(wanted);
            case Change.RenameView wanted -> new SqlViews(this).rename(wanted);
            case Change.Truncate(List<String> table) -> new SqlRows(this).truncate(table);
            case Change.Compact(List<String> table) -> new SqlPacking(this).compact(table);
            case Change.Insert wanted -> new SqlRows(this).insert(wanted, parameters);
            case Change.Alter wanted -> new SqlDefinitions(this).alter(wanted);
            case Change.CopyTo wanted -> new SqlCopies(this).copy(wanted, parameters);
            case Change.Delete wanted -> new SqlRows(this).delete(wanted, parameters);
            case Change.Update wanted -> new SqlRows(this).update(wanted, parameters);
            case Change.Merge wanted -> new SqlRows(this).merge(wanted, parameters);
        };
    }

    private static Answer<GuardedSql.Result> told(Supplier<Answer<GuardedSql.Result>> work) {
        try {
            return work.get();
        } catch (Refusal e) {
            return Answer.failed(failure(e));
        } catch (SqlTypes.Untold e) {
            return e.failed();
        } catch (SqlTypes.Twice e) {
            return e.failed();
        } catch (SqlPartitions.Absent e) {
            return e.failed();
        }
    }

    /** A file's rows come in. */
    Answer<GuardedSql.Came> loaded(GuardedSql.Load load, InputStream file) throws IOException {
        return new SqlLoads(this).loaded(load, file);
    }

    /** Whether a file's rows could come in. */
    Answer<GuardedSql.Came> checked(GuardedSql.Load load, InputStream file) throws IOException {
        return new SqlLoads(this).checked(load, file);
    }

    /** What the statement reads of tables and objects. */
    Sources reading() {
        return new Reading();
    }

    static Failure failure(Refusal e) {
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

    TableName name(List<String> path) {
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

    /** Where names without a namespace lie in a text that is kept under a name. */
    NamespaceName around(TableName kept) {
        return namespace.isEmpty()
                ? kept.namespace()
                : new NamespaceName(List.of(namespace.split("\\.", -1)));
    }

    Optional<Bucket> bucket() {
        return parts.warehouses().find(uses.organisation());
    }

    Resource.Data warehouse(Optional<Bucket> bucket) {
        return uses.data(bucket, bucket.map(Bucket::name).orElse("tables"), "");
    }

    OpenedWarehouse closed(Bucket bucket) {
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
    Refusal recorded(String action, Resource.Data place, String object, Refusal refusal) {
        try (Admitted use = uses.admit(action, place, object)) {
            use.record(refusal.kind().outcome(), 0);
        }
        return refusal;
    }

    /** Decides about a table that is there, as the catalog would. */
    Goal goal(List<String> path, String action, String catalog) {
        TableName name = name(path);
        Optional<Bucket> bucket = bucket();
        Optional<OpenedWarehouse> closed = bucket.map(this::closed);
        Resource.Data place =
                closed.flatMap(each -> id(each, name).map(id -> place(each, id)))
                        .orElseGet(() -> warehouse(bucket));
        uses.check(catalog, place, name.text());
        boolean changes = catalog.equals(COMMIT) && !ADDS.contains(action);
        if (changes) {
            uses.checkRules(action, place, name.text(), Sentences.TABLE_RULES_REWRITE);
        }
        try {
            if (closed.isEmpty()) {
                throw absent(name);
            }
            if (changes) {
                settle(parts.tables().id(closed.get(), Kind.TABLE, name), action);
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

    /** What changes rows changes those of a stream that came until now, too. */
    private void settle(String id, String action) {
        statement.committedOnly(id);
        if (action.startsWith("sql:") && !action.equals("sql:Compact")) {
            try {
                parts.live().settle(id);
            } catch (LiveTables.Wrong e) {
                if (action.equals("sql:AlterTable")) {
                    return; // perhaps it mends what keeps the stream from getting on
                }
                throw new Refusal(Refusal.Kind.UNREADABLE, String.valueOf(e.getMessage()));
            }
        }
    }

    static Refusal absent(TableName name) {
        return new Refusal(Refusal.Kind.NO_SUCH_TABLE, "Table does not exist: " + name.text());
    }

    Optional<String> id(OpenedWarehouse warehouse, TableName name) {
        return id(warehouse, Kind.TABLE, name);
    }

    Optional<String> id(OpenedWarehouse warehouse, Kind kind, TableName name) {
        try {
            return Optional.of(parts.tables().id(warehouse, kind, name));
        } catch (Refusal _) {
            return Optional.empty();
        }
    }

    Resource.Data place(OpenedWarehouse warehouse, String id) {
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

    static final class Nothing implements Sources.Reading {
        @Override
        public java.io.InputStream read(
                org.domicile.query.DataFile file, long offset, long length) {
            throw new IllegalArgumentException("the plan does not have " + file.place());
        }

        @Override
        public void close() {}
    }

    static <T> Answer<T> placed(Answer<T> answer, Change.Text text) {
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

    interface Then {
        Answer<GuardedSql.Result> of(Written written);
    }

    Answer<GuardedSql.Result> rows(
            Goal goal,
            Change.Text select,
            List<Value> parameters,
            List<Target.Slot> slots,
            Then then) {
        return placed(
                        session.write(
                                select.sql(),
                                parameters,
                                SqlPartitions.target(goal, slots),
                                new Reading()),
                        select)
                .then(written -> {
                    try (written) {
                        return then.of(written);
                    }
                });
    }

    /** Which column of the statement each of the table's gets. */
    static Answer<List<Target.Slot>> slots(Goal goal, List<String> named, int given) {
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

    static int find(List<Field> columns, String name) {
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
    static Optional<Failure> missing(Goal goal, Written written) {
        for (Field column : goal.shape().columns()) {
            boolean wants =
                    column.presence() == Scan.Presence.REQUIRED
                            && column.form() instanceof Field.Form.Plain;
            boolean nulls =
                    wants
                            && written.files().stream()
                                    .flatMap(file -> file.measures().leaves().stream())
                                    .filter(leaf -> leaf.field() == column.id())
                                    .flatMap(leaf -> leaf.groups().stream())
                                    .anyMatch(group -> group.nulls() != 0);
            if (nulls) {
                return Optional.of(nulls(goal, column));
            }
        }
        return Optional.empty();
    }

    /** Seals files, whose names it tells first, and commits. */
    interface Filling {
        void fill(Admitted use, List<String> names) throws IOException;
    }

    /** A use that writes files below a table's place; where it fails, they are removed. */
    Answer<GuardedSql.Result> filled(
            Goal goal, String action, String said, String tag, Filling filling) {
        try (Admitted use = uses.admit(action, goal.place(), said)) {
            String number = uses.last();
            List<String> names = new ArrayList<>();
            try {
                filling.fill(use, names);
                return Answer.of(new Done(tag, number));
            } catch (IOException e) {
                names.forEach(goal.warehouse()::remove);
                return Answer.failed(
                        Failure.SYSTEM, "What was written could not be kept: " + e.getMessage());
            } catch (RuntimeException e) {
                if (e instanceof Refusal refusal) {
                    use.onFailure(refusal.kind().outcome());
                }
                // A store that is fenced off, and may yet have committed, removes nothing any more.
                try {
                    names.forEach(goal.warehouse()::remove);
                } catch (RuntimeException left) {
                    e.addSuppressed(left);
                }
                throw e;
            }
        }
    }

    interface Committing {
        Loaded commit(Request carrying, OpenedWarehouse warehouse, FilesChange change);
    }

    /**
     * The second use: seals files below the table's place, and makes them the table's.
     *
     * @param written rows that come into the table; empty for none
     */
    Answer<GuardedSql.Result> committed(
            Goal goal,
            String action,
            Optional<Written> written,
            FilesChange.What what,
            Map<String, String> summary,
            String tag,
            Committing committing) {
        List<Written> files =
                written.filter(each -> each.rows() > 0).map(Written::files).orElse(List.of());
        long rows = files.stream().mapToLong(Written::rows).sum();
        long bytes = files.stream().mapToLong(Written::size).sum();
        String id = goal.loaded().id();
        return filled(
                goal,
                action,
                said(goal.name(), rows),
                tag,
                (use, names) -> {
                    String number = uses.last();
                    boolean same = what instanceof FilesChange.Rewrite;
                    Marks coming = same ? statement.brought() : statement.marks(id);
                    Marks all = goal.place().carried().and(coming);
                    use.keep(all);
                    OpenedWarehouse warehouse =
                            written(goal.warehouse(), goal.place(), goal.name());
                    List<NewFile> ready = new ArrayList<>();
                    for (Written each : files) {
                        String name = id + "/data/" + UUID.randomUUID() + ".parquet";
                        names.add(name);
                        warehouse.write(
                                name,
                                each.read(),
                                each.size(),
                                "application/vnd.apache.parquet",
                                all);
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
                                    before -> same ? before : TableMarks.and(before, coming)));
                });
    }

    /** What stands on record, inside the commitment. */
    String said(TableName name, long rows) {
        return "%s; %d rows; sha256 of the statement %s"
                .formatted(name.text(), rows, SqlStatement.digest(sql));
    }

    String said(TableName name) {
        return name.text() + "; sha256 of the statement " + SqlStatement.digest(sql);
    }

    static NewFile file(String name, int spec, Written written) {
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
                SqlPartitions.values(written),
                columns,
                written.measures().offsets());
    }

    /** Why rows that are there cannot be written anew; empty where they can. */
    static Optional<Failure> unwritable(Goal goal) {
        int format = goal.spread().format();
        if (format > NEWEST) {
            return Optional.of(
                    new Failure(
                            Failure.NOT_HERE,
                            "SQL does not write rows of a table of format %d anew."
                                    .formatted(format),
                            0,
                            "Do it with Spark through the catalog."));
        }
        return goal.shape().columns().stream()
                .filter(each ->
                        format == NEWEST
                                && (each.name().equalsIgnoreCase(Lineage.ROW)
                                        || each.name().equalsIgnoreCase(Lineage.WRITTEN)))
                .findFirst()
                .map(each ->
                        new Failure(
                                Failure.NOT_HERE,
                                "The table has a column %s, whose name format 3 keeps for itself."
                                        .formatted(each.name()),
                                0,
                                "Rename it (alter table … rename column)."));
    }

    Refusal changedMeanwhile(Goal goal, String action) {
        return recorded(
                action,
                goal.place(),
                said(goal.name(), 0),
                new Refusal(
                        Refusal.Kind.COMMIT_FAILED,
                        "The table was changed meanwhile: " + goal.name().text()));
    }

    /** Each column of the table, in its order. */
    static List<Target.Slot> slots(List<Field> columns) {
        List<Target.Slot> slots = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            slots.add(SqlTypes.slot(columns.get(i), i + 1));
        }
        return slots;
    }

    static List<String> path(TableName name) {
        List<String> path = new ArrayList<>(name.namespace().levels());
        path.add(name.name());
        return path;
    }

    static String quoted(TableName name) {
        return path(name).stream().map(Target::quoted).collect(Collectors.joining("."));
    }

    static String from(Goal goal, String alias) {
        String name = quoted(goal.name());
        return alias.isEmpty() ? name : name + " AS " + Target.quoted(alias);
    }

    /** Its text is not the statement's. */
    static <T> Answer<T> unplaced(Answer<T> answer) {
        return answer.or(
                failure -> new Failure(failure.state(), failure.message(), 0, failure.hint()));
    }

    // tables

    /** Whether there is a table of that name. @param place of the warehouse */
    boolean there(Optional<Bucket> bucket, TableName name) {
        return bucket.flatMap(each -> id(closed(each), name)).isPresent();
    }

    static Refusal noNamespace(NamespaceName name) {
        return new Refusal(
                Refusal.Kind.NO_SUCH_NAMESPACE, "Namespace does not exist: " + name.text());
    }
}
