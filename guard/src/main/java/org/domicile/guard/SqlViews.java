package org.domicile.guard;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.domicile.objects.Bucket;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.Change;
import org.domicile.query.Failure;
import org.domicile.query.Prepared;
import org.domicile.request.Request;
import org.domicile.tables.Field;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.NewView;
import org.domicile.tables.Once;
import org.domicile.tables.Refusal;
import org.domicile.tables.Renaming;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;
import org.domicile.tables.ViewChange;
import org.domicile.tables.ViewText;

/**
 * Views that are made, renamed and dropped. A part of {@link SqlChanges}, for one statement.
 *
 * <p>A view is the text that it was given, kept in the catalog in our own dialect. Whoever makes it
 * has to be able to name all that it names, as of any SELECT; nothing of it is read. Whoever reads
 * it is judged for each table below it. What labels say of those tables, and of what they were
 * filled from, is kept with the view as well, so that the catalog judges by it too; the classes of
 * columns are not, since they are judged, and masked, at each reading.
 */
final class SqlViews {
    /** What we call the dialect that we understand. */
    private static final String DIALECT = "domicile";

    private final SqlChanges on;
    private final SqlDefinitions definitions;

    /**
     * @param on what it is a part of
     */
    SqlViews(SqlChanges on) {
        this.on = on;
        this.definitions = new SqlDefinitions(on);
    }

    private Optional<String> there(Optional<Bucket> bucket, TableName name) {
        return bucket.flatMap(each -> on.id(on.closed(each), Kind.VIEW, name));
    }

    /** Of a view that is there, or of the warehouse. */
    private Resource.Data place(Optional<Bucket> bucket, Optional<String> id) {
        return bucket.flatMap(each -> id.map(one -> on.place(on.closed(each), one)))
                .orElseGet(() -> on.warehouse(bucket));
    }

    Answer<GuardedSql.Result> create(Change.CreateView wanted) {
        TableName name = on.name(wanted.view());
        Optional<Bucket> bucket = on.bucket();
        Optional<String> there = there(bucket, name);
        Optional<String> replaced =
                wanted.taken() == Change.Otherwise.REPLACE ? there : Optional.empty();
        on.uses.check("iceberg:CreateView", on.warehouse(bucket), name.text());
        Resource.Data place = place(bucket, replaced);
        if (replaced.isPresent()) {
            on.uses.check("iceberg:ReplaceView", place, name.text());
        }
        if (there.isPresent() && wanted.taken() == Change.Otherwise.NOTHING) {
            return definitions.nothing("sql:CreateView", place, on.said(name), "CREATE VIEW");
        }
        Answer<Prepared> prepared =
                SqlChanges.placed(
                        on.session.prepare(wanted.select().sql(), on.statement), wanted.select());
        on.statement.shown(new HashSet<>()); // its columns, or an error that names some
        return prepared.then(each -> made(wanted, name, bucket, place, replaced, each));
    }

    private Answer<GuardedSql.Result> made(
            Change.CreateView wanted,
            TableName name,
            Optional<Bucket> bucket,
            Resource.Data place,
            Optional<String> replaced,
            Prepared prepared) {
        if (prepared.kind() != org.domicile.query.Kind.SELECT) {
            return Answer.failed(Failure.NOT_HERE, "A view is a SELECT.");
        }
        if (!prepared.parameters().isEmpty()) {
            return Answer.failed(
                    new Failure(
                            Failure.NOT_HERE,
                            "A view has no parameters.",
                            0,
                            "Write its constants out; whoever reads it may have a WHERE."));
        }
        if (wanted.names().size() > prepared.columns().size()) {
            return Answer.failed(
                    Failure.SYNTAX, "CREATE VIEW specifies more column names than columns");
        }
        if (replaced.filter(on.statement::reads).isPresent()) {
            return Answer.failed("42P17", "The view " + name.text() + " would read itself.");
        }
        ViewText.Statement text = new ViewText.Statement(DIALECT, wanted.select().sql());
        List<Field> columns = SqlTypes.fields(prepared.columns(), wanted.names());
        try (Admitted use = on.uses.admit("sql:CreateView", place, on.said(name))) {
            String number = on.uses.last();
            if (bucket.isEmpty()) {
                Refusal refusal = SqlChanges.noNamespace(name.namespace());
                use.record(refusal.kind().outcome(), 0);
                throw refusal;
            }
            Marks coming = on.statement.labels();
            use.keep(coming);
            use.confirm();
            try {
                // Of another text, what it was before says nothing.
                UnaryOperator<byte[]> carried = _ -> TableMarks.and(new byte[0], coming);
                Request carrying = use.carrying(() -> 0);
                OpenedWarehouse warehouse = on.closed(bucket.get());
                if (replaced.isPresent()) {
                    Loaded before = on.parts.tables().load(warehouse, Kind.VIEW, name);
                    if (!before.id().equals(replaced.get())) {
                        // What was decided about is not what is there.
                        throw new Refusal(
                                Refusal.Kind.COMMIT_FAILED,
                                "Another view has this name by now: " + name.text());
                    }
                    on.parts
                            .tables()
                            .commit(
                                    carrying,
                                    warehouse,
                                    ViewChange.of(
                                            name,
                                            before,
                                            text,
                                            on.around(name),
                                            columns,
                                            on.uses.request().at(),
                                            carried),
                                    Once.NOT);
                } else {
                    on.parts
                            .tables()
                            .create(
                                    carrying,
                                    warehouse,
                                    name,
                                    NewView.of(
                                            name.name(),
                                            text,
                                            on.around(name),
                                            columns,
                                            on.uses.request().at(),
                                            carried),
                                    Once.NOT);
                }
            } catch (Refusal e) {
                use.onFailure(e.kind().outcome());
                throw e;
            }
            return Answer.of(new SqlChanges.Done("CREATE VIEW", number));
        }
    }

    Answer<GuardedSql.Result> drop(Change.DropView wanted) {
        TableName name = on.name(wanted.view());
        Optional<Bucket> bucket = on.bucket();
        Optional<String> there = there(bucket, name);
        Resource.Data place = place(bucket, there);
        on.uses.check("iceberg:DropView", place, name.text());
        if (there.isEmpty() && wanted.absent() == Change.Otherwise.NOTHING) {
            return definitions.nothing("sql:DropView", place, on.said(name), "DROP VIEW");
        }
        return definitions.changed(
                "sql:DropView",
                place,
                on.said(name),
                bucket,
                () -> absent(name),
                "DROP VIEW",
                (carrying, warehouse) -> {
                    String id =
                            on.parts
                                    .tables()
                                    .drop(
                                            carrying,
                                            warehouse,
                                            Kind.VIEW,
                                            name,
                                            Tables.Files.GO,
                                            Once.NOT);
                    if (!id.isEmpty()) {
                        warehouse.purge(id);
                    }
                });
    }

    /** Views over it name it as before, and find it no more; what is kept with it stays. */
    Answer<GuardedSql.Result> rename(Change.RenameView wanted) {
        TableName name = on.name(wanted.view());
        Optional<Bucket> bucket = on.bucket();
        Optional<String> there = there(bucket, name);
        Resource.Data place = place(bucket, there);
        on.uses.check("iceberg:RenameView", place, name.text());
        if (there.isEmpty() && wanted.absent() == Change.Otherwise.NOTHING) {
            return definitions.nothing("sql:AlterView", place, on.said(name), "ALTER VIEW");
        }
        return definitions.changed(
                "sql:AlterView",
                place,
                on.said(name),
                bucket,
                () -> absent(name),
                "ALTER VIEW",
                (carrying, warehouse) ->
                        on.parts
                                .tables()
                                .rename(
                                        carrying,
                                        warehouse,
                                        Kind.VIEW,
                                        new Renaming(
                                                name, new TableName(name.namespace(), wanted.to())),
                                        Once.NOT));
    }

    private static Refusal absent(TableName name) {
        return new Refusal(Refusal.Kind.NO_SUCH_VIEW, "View does not exist: " + name.text());
    }
}
