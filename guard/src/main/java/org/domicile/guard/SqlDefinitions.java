package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.domicile.objects.Bucket;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.Change;
import org.domicile.query.Column;
import org.domicile.query.Failure;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.tables.ColumnChange;
import org.domicile.tables.Field;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewNamespace;
import org.domicile.tables.NewTable;
import org.domicile.tables.Once;
import org.domicile.tables.Refusal;
import org.domicile.tables.Renaming;
import org.domicile.tables.TableChange;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;

/**
 * Namespaces and tables that are made, altered and dropped. A part of {@link SqlChanges}, for one
 * statement.
 */
final class SqlDefinitions {
    private final SqlChanges on;

    /**
     * @param on what it is a part of
     */
    SqlDefinitions(SqlChanges on) {
        this.on = on;
    }

    /** What a use of the warehouse as a whole does. */
    interface Making {
        void make(Request carrying, OpenedWarehouse warehouse);
    }

    Answer<GuardedSql.Result> changed(
            String action,
            Resource.Data place,
            String object,
            Optional<Bucket> bucket,
            Supplier<Refusal> without,
            String tag,
            Making making) {
        try (Admitted use = on.uses.admit(action, place, object)) {
            String number = on.uses.last();
            if (bucket.isEmpty()) {
                Refusal refusal = without.get();
                use.record(refusal.kind().outcome(), 0);
                throw refusal;
            }
            making.make(use.carrying(() -> 0), on.closed(bucket.get()));
            return Answer.of(new SqlChanges.Done(tag, number));
        }
    }

    /** There is nothing to do, which is on record like everything. */
    Answer<GuardedSql.Result> nothing(
            String action, Resource.Data place, String object, String tag) {
        try (Admitted use = on.uses.admit(action, place, object)) {
            String number = on.uses.last();
            use.record(Outcome.DONE, 0);
            return Answer.of(new SqlChanges.Done(tag, number));
        }
    }

    private static Answer<GuardedSql.Result> noReplacing() {
        return Answer.failed(
                new Failure(
                        Failure.NOT_HERE,
                        "OR REPLACE does not run here.",
                        0,
                        "Drop the table first, or TRUNCATE it and INSERT."));
    }

    Answer<GuardedSql.Result> create(Change.CreateTable wanted) {
        if (wanted.taken() == Change.Otherwise.REPLACE) {
            return noReplacing();
        }
        TableName name = on.name(wanted.table());
        List<Field> columns = SqlTypes.fields(wanted.columns());
        NewTable table =
                NewTable.of(
                        name.name(),
                        columns,
                        SqlPartitions.parts(wanted.parts(), columns, name.text()),
                        Map.of());
        Optional<Bucket> bucket = on.bucket();
        Resource.Data place = on.warehouse(bucket);
        on.uses.check("iceberg:CreateTable", place, name.text());
        if (wanted.taken() == Change.Otherwise.NOTHING && on.there(bucket, name)) {
            return nothing("sql:CreateTable", place, on.said(name), "CREATE TABLE");
        }
        return changed(
                "sql:CreateTable",
                place,
                on.said(name),
                bucket,
                () -> SqlChanges.noNamespace(name.namespace()),
                "CREATE TABLE",
                (carrying, warehouse) ->
                        on.parts.tables().create(carrying, warehouse, name, table, Once.NOT));
    }

    Answer<GuardedSql.Result> create(Change.CreateTableAs wanted, List<Value> parameters) {
        if (wanted.taken() == Change.Otherwise.REPLACE) {
            return noReplacing();
        }
        TableName name = on.name(wanted.table());
        Optional<Bucket> bucket = on.bucket();
        Resource.Data place = on.warehouse(bucket);
        String action = "sql:CreateTableAs";
        on.uses.check("iceberg:CreateTable", place, name.text());
        boolean there = on.there(bucket, name);
        if (there && wanted.taken() == Change.Otherwise.NOTHING) {
            return nothing(action, place, on.said(name), "CREATE TABLE AS");
        }
        if (there) {
            throw on.recorded(
                    action,
                    place,
                    on.said(name),
                    new Refusal(
                            Refusal.Kind.ALREADY_EXISTS, "Table already exists: " + name.text()));
        }
        if (bucket.isEmpty()) {
            throw on.recorded(
                    action, place, on.said(name), SqlChanges.noNamespace(name.namespace()));
        }
        OpenedWarehouse warehouse = on.closed(bucket.get());
        try {
            on.parts.tables().namespace(warehouse, name.namespace());
        } catch (Refusal e) {
            throw on.recorded(action, place, on.said(name), e);
        }
        return SqlChanges.placed(
                        on.session.prepare(wanted.select().sql(), on.reading()), wanted.select())
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
        Drafted drafted = drafted(warehouse, name, columns, wanted.names(), wanted.parts());
        SqlChanges.Goal goal = drafted.goal();
        if (wanted.rows() == Change.Rows.NONE) {
            return on.committed(
                    goal,
                    "sql:CreateTableAs",
                    Optional.empty(),
                    new FilesChange.Append(Map.of()),
                    Map.of(),
                    "CREATE TABLE AS",
                    drafted.creating());
        }
        return on.rows(
                goal,
                wanted.select(),
                parameters,
                drafted.slots(),
                written ->
                        on.committed(
                                goal,
                                "sql:CreateTableAs",
                                Optional.of(written),
                                new FilesChange.Append(Map.of()),
                                Map.of(),
                                "SELECT " + written.rows(),
                                drafted.creating()));
    }

    /** A table that is made with its rows. @param columns that it has, for people */
    record Drafted(
            SqlChanges.Goal goal,
            List<Target.Slot> slots,
            List<Column> columns,
            SqlChanges.Committing creating) {}

    /**
     * @param names other ones for the first columns
     * @param parts its partitioning
     */
    Drafted drafted(
            OpenedWarehouse warehouse,
            TableName name,
            List<Column> columns,
            List<String> names,
            List<Change.Part> parts) {
        List<Field> fields = SqlTypes.fields(columns, names);
        NewTable table =
                NewTable.of(
                        name.name(),
                        fields,
                        SqlPartitions.parts(parts, fields, name.text()),
                        Map.of());
        String id = on.parts.tables().fresh();
        Loaded draft = on.parts.tables().drafted(warehouse, id, name, table);
        SqlChanges.Goal goal =
                new SqlChanges.Goal(
                        warehouse,
                        name,
                        draft,
                        on.parts.tables().shape(warehouse, draft, new Moment.Now()),
                        on.parts.tables().spread(draft),
                        on.uses.data(
                                Optional.of(warehouse.source()), warehouse.bucket(), id + "/"));
        List<Target.Slot> slots = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            slots.add(SqlTypes.slot(goal.shape().columns().get(i), i + 1));
        }
        return new Drafted(
                goal,
                List.copyOf(slots),
                columns,
                (use, opened, change) -> on.parts.tables().create(use, opened, id, table, change));
    }

    Answer<GuardedSql.Result> drop(Change.DropTable wanted) {
        TableName name = on.name(wanted.table());
        Optional<Bucket> bucket = on.bucket();
        Resource.Data place =
                bucket.map(on::closed)
                        .flatMap(each -> on.id(each, name).map(id -> on.place(each, id)))
                        .orElseGet(() -> on.warehouse(bucket));
        on.uses.check("iceberg:DropTable", place, name.text());
        on.uses.checkRules("sql:DropTable", place, name.text(), Sentences.TABLE_RULES_REWRITE);
        if (wanted.absent() == Change.Otherwise.NOTHING && !on.there(bucket, name)) {
            return nothing("sql:DropTable", place, on.said(name), "DROP TABLE");
        }
        return changed(
                "sql:DropTable",
                place,
                on.said(name),
                bucket,
                () -> SqlChanges.absent(name),
                "DROP TABLE",
                (carrying, warehouse) -> {
                    on.id(warehouse, name).ifPresent(on.parts.live()::keep);
                    String id =
                            on.parts
                                    .tables()
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

    Answer<GuardedSql.Result> alter(Change.Alter wanted) {
        boolean renames = wanted.what() instanceof Change.Alteration.Rename;
        String catalog = renames ? "iceberg:RenameTable" : SqlChanges.COMMIT;
        if (wanted.absent() == Change.Otherwise.NOTHING
                && !on.there(on.bucket(), on.name(wanted.table()))) {
            Resource.Data place = on.warehouse(on.bucket());
            on.uses.check(catalog, place, on.name(wanted.table()).text());
            return nothing(
                    "sql:AlterTable", place, on.said(on.name(wanted.table())), "ALTER TABLE");
        }
        SqlChanges.Goal goal = on.goal(wanted.table(), "sql:AlterTable", catalog);
        List<Field> columns = goal.shape().columns();
        Optional<ColumnChange> change =
                switch (wanted.what()) {
                    case Change.Alteration.Rename _ -> Optional.empty();
                    case Change.Alteration.Add(Change.Made column, Change.Otherwise taken) -> {
                        if (SqlChanges.find(columns, column.name()) >= 0) {
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
                            absent == Change.Otherwise.NOTHING
                                            && SqlChanges.find(columns, column) < 0
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
        if ((wanted.what() instanceof Change.Alteration.Drop
                        || wanted.what() instanceof Change.Alteration.RenameColumn)
                && on.parts.live().of(goal.loaded().id()).isPresent()) {
            return Answer.failed(
                    new Failure(
                            Failure.NOT_HERE,
                            goal.name().text() + " is the table of a stream, whose columns stay.",
                            0,
                            "Make a view of it that calls them otherwise, or leaves some out."));
        }
        String altered = altered(wanted.what());
        if (!altered.isEmpty() && change.isPresent() && SqlChanges.find(columns, altered) < 0) {
            return Answer.failed(
                    "42703",
                    "column \"%s\" of relation \"%s\" does not exist"
                            .formatted(altered, goal.name().text()));
        }
        return changed(
                "sql:AlterTable",
                goal.place(),
                on.said(goal.name()),
                Optional.of(goal.warehouse().source()),
                () -> SqlChanges.absent(goal.name()),
                "ALTER TABLE",
                (carrying, warehouse) -> {
                    if (wanted.what() instanceof Change.Alteration.Rename(String to)) {
                        on.parts
                                .tables()
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
                        on.parts.tables().commit(carrying, warehouse, changes, Once.NOT);
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

    Answer<GuardedSql.Result> create(Change.CreateSchema wanted) {
        NamespaceName name = new NamespaceName(wanted.name());
        Optional<Bucket> bucket = on.bucket();
        Resource.Data place = on.warehouse(bucket);
        on.uses.check("iceberg:CreateNamespace", place, name.text());
        if (wanted.taken() == Change.Otherwise.NOTHING && isNamespace(bucket, name)) {
            return nothing("sql:CreateSchema", place, name.text(), "CREATE SCHEMA");
        }
        try (Admitted use = on.uses.admit("sql:CreateSchema", place, name.text())) {
            String number = on.uses.last();
            Bucket there =
                    bucket.orElseGet(() ->
                            on.parts.warehouses().make(on.uses.request(), on.uses.organisation()));
            on.parts
                    .tables()
                    .create(
                            use.carrying(() -> 0),
                            on.closed(there),
                            new NewNamespace(name, Map.of()),
                            Once.NOT);
            return Answer.of(new SqlChanges.Done("CREATE SCHEMA", number));
        }
    }

    private boolean isNamespace(Optional<Bucket> bucket, NamespaceName name) {
        if (bucket.isEmpty()) {
            return false;
        }
        try {
            on.parts.tables().namespace(on.closed(bucket.get()), name);
            return true;
        } catch (Refusal _) {
            return false;
        }
    }

    Answer<GuardedSql.Result> drop(Change.DropSchema wanted) {
        NamespaceName name = new NamespaceName(wanted.name());
        Optional<Bucket> bucket = on.bucket();
        Resource.Data place = on.warehouse(bucket);
        on.uses.check("iceberg:DropNamespace", place, name.text());
        if (wanted.absent() == Change.Otherwise.NOTHING && !isNamespace(bucket, name)) {
            return nothing("sql:DropSchema", place, name.text(), "DROP SCHEMA");
        }
        return changed(
                "sql:DropSchema",
                place,
                name.text(),
                bucket,
                () -> SqlChanges.noNamespace(name),
                "DROP SCHEMA",
                (carrying, warehouse) ->
                        on.parts.tables().drop(carrying, warehouse, name, Once.NOT));
    }
}
