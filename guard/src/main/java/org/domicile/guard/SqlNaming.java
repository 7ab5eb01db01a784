package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.domicile.objects.Bucket;
import org.domicile.policy.Resource;
import org.domicile.query.Column;
import org.domicile.query.Field;
import org.domicile.request.Outcome;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.Page;
import org.domicile.tables.Refusal;
import org.domicile.tables.Scan;
import org.domicile.tables.Shape;
import org.domicile.tables.TableName;
import org.domicile.tables.ViewText;

/**
 * Looks at the names of all tables and views, under one request. What the caller may not load is
 * left out, and so is what cannot be read. Owned by the request's thread.
 */
final class SqlNaming {
    /** Tables and views that one look shows. */
    private static final int MOST = 10_000;

    private final Uses uses;
    private final SqlCatalog.Parts parts;
    private int count;

    SqlNaming(Uses uses, SqlCatalog.Parts parts) {
        this.uses = uses;
        this.parts = parts;
    }

    /** sql:ReadCatalog. */
    SqlNames look() {
        try (Admitted use =
                uses.admit("sql:ReadCatalog", new Resource.Own(uses.organisation()), "")) {
            List<SqlNames.Namespace> all = new ArrayList<>();
            Optional<Bucket> bucket = parts.warehouses().find(uses.organisation());
            if (bucket.isPresent()) {
                below(bucket.get(), NamespaceName.ROOT, all);
            }
            use.record(Outcome.DONE, 0);
            return new SqlNames(all, uses.last());
        }
    }

    private OpenedWarehouse warehouse(Bucket bucket) {
        return new OpenedWarehouse(
                parts.opened(),
                uses.request(),
                bucket,
                () -> {
                    throw new IllegalStateException("names are in no file");
                });
    }

    private void below(Bucket bucket, NamespaceName parent, List<SqlNames.Namespace> all) {
        for (NamespaceName each :
                pages(page -> parts.tables().namespaces(warehouse(bucket), parent, page))) {
            List<SqlNames.Named> relations = new ArrayList<>();
            for (Kind kind : Kind.values()) {
                for (TableName name :
                        pages(page -> parts.tables().list(warehouse(bucket), each, kind, page))) {
                    named(bucket, kind, name).ifPresent(relations::add);
                }
            }
            all.add(new SqlNames.Namespace(each.text(), comment(bucket, each), relations));
            below(bucket, each, all);
        }
    }

    /** What is dropped meanwhile is not there. */
    private static <T> List<T> pages(Function<Page.Asked, Page<T>> asking) {
        List<T> all = new ArrayList<>();
        try {
            Page<T> page = asking.apply(Page.Asked.FIRST);
            all.addAll(page.items());
            while (!page.next().isEmpty() && all.size() < MOST) {
                page = asking.apply(new Page.Asked(page.next(), Page.MOST));
                all.addAll(page.items());
            }
        } catch (Refusal _) {
            return all;
        }
        return all;
    }

    private String comment(Bucket bucket, NamespaceName name) {
        try {
            return parts.tables().namespace(warehouse(bucket), name).getOrDefault("comment", "");
        } catch (Refusal _) {
            return "";
        }
    }

    private Optional<SqlNames.Named> named(Bucket bucket, Kind kind, TableName name) {
        if (++count > MOST) {
            return Optional.empty();
        }
        try {
            Loaded loaded = parts.tables().load(warehouse(bucket), kind, name);
            boolean shown =
                    uses.allows(
                            kind == Kind.TABLE ? "iceberg:LoadTable" : "iceberg:LoadView",
                            TableMarks.place(uses, parts.tables(), warehouse(bucket), loaded.id()));
            return shown
                    ? Optional.of(
                            kind == Kind.TABLE ? table(bucket, name, loaded) : view(name, loaded))
                    : Optional.empty();
        } catch (Refusal _) {
            return Optional.empty();
        }
    }

    private SqlNames.Named table(Bucket bucket, TableName name, Loaded loaded) {
        Shape shape = parts.tables().shape(warehouse(bucket), loaded, new Moment.Now());
        boolean whole =
                uses.sight(uses.data(Optional.of(bucket), bucket.name(), loaded.id() + "/"))
                        .whole();
        return new SqlNames.Named(
                name.name(),
                SqlNames.Kind.TABLE,
                loaded.properties().getOrDefault("comment", ""),
                "",
                whole ? shape.rows() : -1,
                attributes(shape.columns()));
    }

    private SqlNames.Named view(TableName name, Loaded loaded) {
        ViewText text = parts.tables().text(loaded);
        return new SqlNames.Named(
                name.name(),
                SqlNames.Kind.VIEW,
                loaded.properties().getOrDefault("comment", ""),
                SqlCatalog.statement(text).map(ViewText.Statement::sql).orElse("SELECT"),
                -1,
                attributes(text.columns()));
    }

    private static List<SqlNames.Attribute> attributes(List<org.domicile.tables.Field> columns) {
        List<SqlNames.Attribute> attributes = new ArrayList<>();
        List<Field> fields = SqlColumns.of(columns);
        for (int i = 0; i < columns.size(); i++) {
            attributes.add(
                    new SqlNames.Attribute(
                            new Column(fields.get(i).name(), fields.get(i).type()),
                            columns.get(i).presence() == Scan.Presence.REQUIRED
                                    ? SqlNames.Presence.REQUIRED
                                    : SqlNames.Presence.OPTIONAL,
                            columns.get(i).comment()));
        }
        return attributes;
    }
}
