package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Pass;
import org.domicile.objects.Bucket;
import org.domicile.policy.Resource;
import org.domicile.policy.TableRules;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.s3client.S3Signature;
import org.domicile.tables.Expiry;
import org.domicile.tables.Filter;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewNamespace;
import org.domicile.tables.NewTable;
import org.domicile.tables.NewView;
import org.domicile.tables.Once;
import org.domicile.tables.Page;
import org.domicile.tables.Plan;
import org.domicile.tables.PlanAsked;
import org.domicile.tables.PropertiesChange;
import org.domicile.tables.Refusal;
import org.domicile.tables.Registrable;
import org.domicile.tables.Registration;
import org.domicile.tables.Renaming;
import org.domicile.tables.Scan;
import org.domicile.tables.TableChange;
import org.domicile.tables.TableName;
import org.domicile.tables.TableUpkeep;
import org.domicile.tables.Tables;
import org.domicile.tables.ViewChange;
import org.domicile.tables.Warehouse;

/** The catalog under one request. */
final class TablesView implements GuardedTables {
    /** Names of tables that one record holds. */
    private static final int MOST_NAMED = 20;

    private static final String COMMIT = "iceberg:CommitTable";

    private final Uses uses;
    private final Tables tables;
    private final Warehouses warehouses;
    private final TableSessions sessions;
    private final OpenedWarehouse.Parts parts;
    private final TableCare care;
    private final LiveTables live;
    private final SqlMemory memory;

    TablesView(
            Uses uses,
            Tables tables,
            Warehouses warehouses,
            TableSessions sessions,
            OpenedWarehouse.Parts parts,
            TableCare care,
            LiveTables live,
            SqlMemory memory) {
        this.uses = uses;
        this.tables = tables;
        this.warehouses = warehouses;
        this.sessions = sessions;
        this.parts = parts;
        this.care = care;
        this.live = live;
        this.memory = memory;
    }

    @Override
    public String use() {
        return uses.last();
    }

    @Override
    public void refuse(String action, String reason) {
        uses.refused(action, reason, "");
    }

    // places

    private Request request() {
        return uses.request();
    }

    private Optional<Bucket> found() {
        return warehouses.find(uses.organisation());
    }

    /** The warehouse itself, or where it would be. */
    private Resource.Data place(Optional<Bucket> bucket) {
        return uses.data(bucket, bucket.map(Bucket::name).orElse("tables"), "");
    }

    /** A table or view in it; the warehouse for one that is not there. */
    private Resource.Data place(Optional<Bucket> bucket, Kind kind, TableName name) {
        return bucket.flatMap(each -> id(each, kind, name))
                .map(id -> TableMarks.place(uses, tables, closed(bucket.get()), id))
                .orElseGet(() -> place(bucket));
    }

    private Optional<String> id(Bucket bucket, Kind kind, TableName name) {
        try {
            return Optional.of(tables.id(closed(bucket), kind, name));
        } catch (Refusal absent) {
            return Optional.empty();
        }
    }

    /** Nothing of it can be read but what the catalog keeps. */
    private OpenedWarehouse closed(Bucket bucket) {
        return new OpenedWarehouse(
                parts,
                request(),
                bucket,
                () -> {
                    throw new IllegalStateException("the use is not on record yet");
                });
    }

    private OpenedWarehouse open(Bucket bucket, Pass pass) {
        return new OpenedWarehouse(parts, request(), bucket, () -> pass);
    }

    private static Refusal noNamespace(NamespaceName name) {
        return new Refusal(
                Refusal.Kind.NO_SUCH_NAMESPACE, "Namespace does not exist: " + name.text());
    }

    // one use

    /** Looks, records, answers. @param without what it is where nobody has made a namespace yet */
    private <T> T reading(
            String action,
            Resource.Data resource,
            String object,
            Optional<Bucket> bucket,
            Function<OpenedWarehouse, T> look,
            Supplier<T> without) {
        try (Admitted use = uses.admit(action, resource, object)) {
            T answer;
            try {
                answer = bucket.isEmpty() ? without.get() : look.apply(closed(bucket.get()));
            } catch (Refusal e) {
                use.record(e.kind().outcome(), 0);
                throw e;
            }
            use.record(Outcome.DONE, 0);
            return answer;
        }
    }

    private <T> T ofTable(
            String action, Kind kind, TableName name, Function<OpenedWarehouse, T> look) {
        Optional<Bucket> bucket = found();
        return ofTable(action, kind, name, bucket, place(bucket, kind, name), look);
    }

    /** The same of what would go around the rules of a table, where there are some. */
    private <T> T unruled(
            String action, Kind kind, TableName name, Function<OpenedWarehouse, T> look) {
        Optional<Bucket> bucket = found();
        Resource.Data place = place(bucket, kind, name);
        uses.checkRules(action, place, name.text());
        return ofTable(action, kind, name, bucket, place, look);
    }

    private <T> T ofTable(
            String action,
            Kind kind,
            TableName name,
            Optional<Bucket> bucket,
            Resource.Data place,
            Function<OpenedWarehouse, T> look) {
        return reading(
                action,
                place,
                name.text(),
                bucket,
                look,
                () -> {
                    throw absent(kind, name);
                });
    }

    private static Refusal absent(Kind kind, TableName name) {
        return kind == Kind.TABLE
                ? new Refusal(Refusal.Kind.NO_SUCH_TABLE, "Table does not exist: " + name.text())
                : new Refusal(Refusal.Kind.NO_SUCH_VIEW, "View does not exist: " + name.text());
    }

    /** A change, whose commit carries the record. */
    private interface Change<T> {
        T make(Request carrying, OpenedWarehouse warehouse);
    }

    private <T> T changing(
            String action,
            Resource.Data resource,
            String object,
            Optional<Bucket> bucket,
            Change<T> change,
            Supplier<Refusal> without) {
        try (Admitted use = uses.admit(action, resource, object)) {
            if (bucket.isEmpty()) {
                Refusal refusal = without.get();
                use.record(refusal.kind().outcome(), 0);
                throw refusal;
            }
            return change.make(use.carrying(() -> 0), closed(bucket.get()));
        }
    }

    private <T> T changing(String action, Kind kind, TableName name, Change<T> change) {
        Optional<Bucket> bucket = found();
        return changing(
                action,
                place(bucket, kind, name),
                name.text(),
                bucket,
                change,
                () -> absent(kind, name));
    }

    private <T> T making(String action, TableName name, Change<T> change) {
        Optional<Bucket> bucket = found();
        return changing(
                action,
                place(bucket),
                name.text(),
                bucket,
                change,
                () -> noNamespace(name.namespace()));
    }

    // namespaces

    @Override
    public void configuration() {
        try (Admitted use =
                uses.admit("iceberg:GetConfig", new Resource.Own(uses.organisation()), "")) {
            use.record(Outcome.DONE, 0);
        }
    }

    @Override
    public Page<NamespaceName> namespaces(NamespaceName parent, Page.Asked page) {
        Optional<Bucket> bucket = found();
        return reading(
                "iceberg:ListNamespaces",
                place(bucket),
                parent.text(),
                bucket,
                warehouse -> tables.namespaces(warehouse, parent, page),
                () -> {
                    if (!parent.isRoot()) {
                        throw noNamespace(parent);
                    }
                    return new Page<>(List.of(), "");
                });
    }

    @Override
    public Map<String, String> namespace(NamespaceName name) {
        Optional<Bucket> bucket = found();
        return reading(
                "iceberg:LoadNamespace",
                place(bucket),
                name.text(),
                bucket,
                warehouse -> tables.namespace(warehouse, name),
                () -> {
                    throw noNamespace(name);
                });
    }

    @Override
    public Map<String, String> create(NewNamespace wanted, Once once) {
        Optional<Bucket> bucket = found();
        try (Admitted use =
                uses.admit("iceberg:CreateNamespace", place(bucket), wanted.name().text())) {
            Bucket there = bucket.orElseGet(() -> warehouses.make(request(), uses.organisation()));
            tables.create(use.carrying(() -> 0), closed(there), wanted, once);
            return wanted.properties();
        }
    }

    @Override
    public void drop(NamespaceName name, Once once) {
        Optional<Bucket> bucket = found();
        this.<Boolean>changing(
                "iceberg:DropNamespace",
                place(bucket),
                name.text(),
                bucket,
                (carrying, warehouse) -> {
                    tables.drop(carrying, warehouse, name, once);
                    return true;
                },
                () -> noNamespace(name));
    }

    @Override
    public PropertiesChange.Changed change(NamespaceName name, PropertiesChange change, Once once) {
        Optional<Bucket> bucket = found();
        return changing(
                "iceberg:UpdateNamespace",
                place(bucket),
                name.text(),
                bucket,
                (carrying, warehouse) -> tables.change(carrying, warehouse, name, change, once),
                () -> noNamespace(name));
    }

    // tables and views

    @Override
    public Page<TableName> list(NamespaceName namespace, Kind kind, Page.Asked page) {
        Optional<Bucket> bucket = found();
        return reading(
                kind == Kind.TABLE ? "iceberg:ListTables" : "iceberg:ListViews",
                place(bucket),
                namespace.text(),
                bucket,
                warehouse -> tables.list(warehouse, namespace, kind, page),
                () -> {
                    throw noNamespace(namespace);
                });
    }

    private static String load(Kind kind) {
        return kind == Kind.TABLE ? "iceberg:LoadTable" : "iceberg:LoadView";
    }

    @Override
    public void exists(Kind kind, TableName name) {
        ofTable(load(kind), kind, name, warehouse -> tables.id(warehouse, kind, name));
    }

    @Override
    public Shown load(Kind kind, TableName name, Files files) {
        return unruled(
                load(kind),
                kind,
                name,
                warehouse -> shown(warehouse, tables.load(warehouse, kind, name), files));
    }

    private Shown shown(OpenedWarehouse warehouse, Loaded loaded, Files files) {
        return new Shown(
                loaded,
                warehouse.bucket(),
                files == Files.VENDED ? granted(warehouse, loaded.id()) : Optional.empty());
    }

    /** To write for who may commit, else to read. */
    private Optional<Granted> granted(OpenedWarehouse warehouse, String id) {
        boolean commits = uses.allows(COMMIT, TableMarks.place(uses, tables, warehouse, id));
        return sessions.make(
                request(),
                new Caller.By.Grant(
                        warehouse.bucket() + "/" + id,
                        commits ? Caller.By.Grant.Mode.WRITE : Caller.By.Grant.Mode.READ));
    }

    @Override
    public Shown create(NamespaceName namespace, NewTable wanted, Files files, Once once) {
        TableName name = new TableName(namespace, wanted.name());
        return making(
                "iceberg:CreateTable",
                name,
                (carrying, warehouse) ->
                        shown(
                                warehouse,
                                wanted.when() == NewTable.When.LATER
                                        ? tables.stage(carrying, warehouse, name, wanted)
                                        : tables.create(carrying, warehouse, name, wanted, once),
                                files));
    }

    @Override
    public Loaded create(NamespaceName namespace, NewView wanted, Once once) {
        TableName name = new TableName(namespace, wanted.name());
        return making(
                "iceberg:CreateView",
                name,
                (carrying, warehouse) -> tables.create(carrying, warehouse, name, wanted, once));
    }

    @Override
    public List<Loaded> commit(List<TableChange> changes, Once once) {
        Optional<Bucket> bucket = found();
        boolean one = changes.size() == 1;
        Resource.Data resource = one ? place(bucket, changes.getFirst()) : place(bucket);
        String object =
                changes.stream()
                                .limit(MOST_NAMED)
                                .map(each -> each.table().text())
                                .collect(Collectors.joining(", "))
                        + (changes.size() > MOST_NAMED
                                ? " and " + (changes.size() - MOST_NAMED) + " more"
                                : "");
        if (one) {
            uses.checkRules(action(changes.getFirst()), resource, object);
        } else {
            for (TableChange each : changes) {
                Resource.Data place = place(bucket, each);
                uses.check(action(each), place, each.table().text());
                uses.checkRules(action(each), place, each.table().text());
            }
        }
        return changing(
                one ? action(changes.getFirst()) : COMMIT,
                resource,
                object,
                bucket,
                (carrying, warehouse) -> tables.commit(carrying, warehouse, changes, once),
                () -> absent(Kind.TABLE, changes.getFirst().table()));
    }

    private Resource.Data place(Optional<Bucket> bucket, TableChange change) {
        return place(bucket, Kind.TABLE, change.table());
    }

    private static String action(TableChange change) {
        return change.creates() ? "iceberg:CreateTable" : COMMIT;
    }

    @Override
    public Loaded commit(ViewChange change, Once once) {
        return changing(
                "iceberg:ReplaceView",
                Kind.VIEW,
                change.view(),
                (carrying, warehouse) -> tables.commit(carrying, warehouse, change, once));
    }

    @Override
    public Shown register(
            Kind kind, NamespaceName namespace, Registration asked, Files files, Once once) {
        TableName name = new TableName(namespace, asked.name());
        Optional<Bucket> bucket = found();
        Resource.Data source =
                bucket.map(each -> uses.data(bucket, each.name(), under(each, asked.location())))
                        .orElseGet(() -> place(bucket));
        uses.checkRules("iceberg:ReadMetadataFile", source, name.text());
        Registrable what;
        try (Admitted use = uses.admit("iceberg:ReadMetadataFile", source, name.text())) {
            if (bucket.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                throw noNamespace(namespace);
            }
            Pass pass = use.record(Outcome.DONE, 0);
            what = tables.registrable(open(bucket.get(), pass), kind, asked);
        }
        return making(
                kind == Kind.TABLE ? "iceberg:RegisterTable" : "iceberg:RegisterView",
                name,
                (carrying, warehouse) ->
                        shown(
                                warehouse,
                                tables.register(carrying, warehouse, name, what, once),
                                files));
    }

    /** The place of the table whose metadata file it would be; none when it is not here. */
    private static String under(Bucket bucket, String location) {
        String scheme = "s3://" + bucket.name() + "/";
        int end = location.indexOf('/', scheme.length());
        return location.startsWith(scheme) && end > scheme.length()
                ? location.substring(scheme.length(), end + 1)
                : "";
    }

    @Override
    public void drop(Kind kind, TableName name, Tables.Files files, Once once) {
        if (kind == Kind.TABLE) {
            uses.checkRules(
                    "iceberg:DropTable",
                    place(found(), kind, name),
                    name.text(),
                    Sentences.TABLE_RULES_REWRITE);
        }
        this.<Boolean>changing(
                kind == Kind.TABLE ? "iceberg:DropTable" : "iceberg:DropView",
                kind,
                name,
                (carrying, warehouse) -> {
                    id(warehouse.source(), kind, name).ifPresent(live::keep);
                    String id = tables.drop(carrying, warehouse, kind, name, files, once);
                    if (files == Tables.Files.GO && !id.isEmpty()) {
                        warehouse.purge(id);
                    }
                    return true;
                });
    }

    @Override
    public void rename(Kind kind, Renaming renaming, Once once) {
        this.<Boolean>changing(
                kind == Kind.TABLE ? "iceberg:RenameTable" : "iceberg:RenameView",
                kind,
                renaming.from(),
                (carrying, warehouse) -> {
                    tables.rename(carrying, warehouse, kind, renaming, once);
                    return true;
                });
    }

    // files

    @Override
    public Shown credentials(TableName name) {
        return unruled(
                "iceberg:LoadCredentials",
                Kind.TABLE,
                name,
                warehouse ->
                        shown(warehouse, tables.load(warehouse, Kind.TABLE, name), Files.VENDED));
    }

    @Override
    public Map<String, String> sign(TableName name, SignAsked asked) {
        return unruled(
                "iceberg:SignRequest",
                Kind.TABLE,
                name,
                warehouse -> {
                    String id = tables.id(warehouse, Kind.TABLE, name);
                    if (!asked.bucket().equals(warehouse.bucket())
                            || !(asked.key().isEmpty() || asked.key().startsWith(id + "/"))) {
                        throw new Refusal(
                                Refusal.Kind.NOT_OF_TABLE,
                                "Only requests for files of this table are signed");
                    }
                    Granted granted =
                            granted(warehouse, id)
                                    .orElseThrow(() ->
                                            new Refusal(
                                                    Refusal.Kind.UNSUPPORTED,
                                                    "The uses of this credential are sealed, so"
                                                            + " no session acts for it"));
                    Map<String, String> headers = new HashMap<>(asked.headers());
                    headers.put("x-amz-security-token", granted.token());
                    return new TreeMap<>(
                            new S3Signature(granted.accessKey(), granted.secret(), asked.region())
                                    .sign(
                                            asked.method(),
                                            asked.host(),
                                            asked.path(),
                                            asked.query(),
                                            headers,
                                            asked.payload(),
                                            request().at()));
                });
    }

    @Override
    public void report(TableName name) {
        exists("iceberg:ReportMetrics", name);
    }

    private String exists(String action, TableName name) {
        return ofTable(
                action, Kind.TABLE, name, warehouse -> tables.id(warehouse, Kind.TABLE, name));
    }

    // scans

    @Override
    public Plan plan(TableName name, PlanAsked asked) {
        return opened(
                name,
                (warehouse, loaded) ->
                        bounded(share ->
                                tables.plan(remembering(warehouse, share), loaded, asked, share)));
    }

    /** Opens no manifest again that is remembered, and takes room for the one that is read. */
    private Warehouse remembering(OpenedWarehouse warehouse, Describing.Share share) {
        return memory.manifests().over(warehouse, warehouse.source(), share);
    }

    /** What a plan, a page of one, or a look takes shares its room with statements of SQL. */
    private <T> T bounded(Function<Describing.Share, T> work) {
        try (Describing.Share share = memory.describing().share()) {
            return work.apply(share);
        } catch (Describing.Full e) {
            throw switch (e.whose()) {
                case OWN ->
                        new Refusal(
                                Refusal.Kind.TOO_LARGE,
                                e.failure().message() + " " + e.failure().hint());
                case ALL ->
                        new StorageFailure(StorageFailure.Kind.OVERLOADED, e.failure().message());
            };
        }
    }

    /** What opens files: on record first, then opened. */
    private interface Opening<T> {
        T of(OpenedWarehouse warehouse, Loaded loaded);
    }

    private <T> T opened(TableName name, Opening<T> opening) {
        return opened("iceberg:PlanScan", name, opening);
    }

    private <T> T opened(String action, TableName name, Opening<T> opening) {
        Optional<Bucket> bucket = found();
        Resource.Data resource = place(bucket, Kind.TABLE, name);
        uses.checkRules(action, resource, name.text());
        try (Admitted use = uses.admit(action, resource, name.text())) {
            Loaded loaded;
            try {
                if (bucket.isEmpty()) {
                    throw absent(Kind.TABLE, name);
                }
                loaded = tables.load(closed(bucket.get()), Kind.TABLE, name);
            } catch (Refusal e) {
                use.record(e.kind().outcome(), 0);
                throw e;
            }
            Pass pass = use.record(Outcome.DONE, 0);
            return opening.of(open(bucket.get(), pass), loaded);
        }
    }

    @Override
    public String planned(TableName name, String plan) {
        return unruled(
                "iceberg:PlanScan",
                Kind.TABLE,
                name,
                warehouse ->
                        bounded(share ->
                                tables.planned(
                                        warehouse,
                                        tables.id(warehouse, Kind.TABLE, name),
                                        plan,
                                        share)));
    }

    @Override
    public String tasks(TableName name, String asked) {
        return unruled(
                "iceberg:PlanScan",
                Kind.TABLE,
                name,
                warehouse ->
                        bounded(share ->
                                tables.tasks(
                                        warehouse,
                                        tables.id(warehouse, Kind.TABLE, name),
                                        asked,
                                        share)));
    }

    @Override
    public void cancel(TableName name, String plan) {
        Runnable cancelling =
                ofTable(
                        "iceberg:CancelPlan",
                        Kind.TABLE,
                        name,
                        warehouse -> {
                            String id = tables.id(warehouse, Kind.TABLE, name);
                            bounded(share -> tables.planned(warehouse, id, plan, share));
                            return () -> tables.cancel(warehouse, id, plan);
                        });
        cancelling.run(); // once it is on record
    }

    // upkeep

    @Override
    public Inspected inspect(TableName name) {
        return opened(
                "iceberg:InspectTable",
                name,
                (warehouse, loaded) ->
                        new Inspected(
                                bounded(share ->
                                        tables.upkeep()
                                                .inspect(remembering(warehouse, share), loaded)),
                                care.told(loaded.id()),
                                rules(warehouse, name, loaded)));
    }

    /** With the names that its columns have now, one rule a line. */
    private List<String> rules(OpenedWarehouse warehouse, TableName name, Loaded loaded) {
        TableRules rules = uses.policy().register().rules(warehouse.organisation(), loaded.id());
        return rules.isEmpty()
                ? List.of()
                : RuleActs.named(
                                rules,
                                name.text(),
                                tables.shape(warehouse, loaded, new Moment.Now()).columns())
                        .lines();
    }

    @Override
    public TableUpkeep.Over over(TableName name, Expiry expiry) {
        return unruled(
                load(Kind.TABLE),
                Kind.TABLE,
                name,
                warehouse ->
                        tables.upkeep()
                                .over(
                                        warehouse,
                                        tables.load(warehouse, Kind.TABLE, name),
                                        expiry.at(request().at())));
    }

    @Override
    public TableUpkeep.Over expire(TableName name, Expiry expiry, Once once) {
        uses.checkRules("iceberg:ExpireSnapshots", place(found(), Kind.TABLE, name), name.text());
        return changing(
                "iceberg:ExpireSnapshots",
                Kind.TABLE,
                name,
                (carrying, warehouse) ->
                        tables.upkeep()
                                .expire(
                                        carrying,
                                        warehouse,
                                        name,
                                        expiry.at(request().at()),
                                        once));
    }

    @Override
    public Scanned scan(TableName name, Moment at, Filter filter, List<String> columns) {
        return opened(
                name,
                (warehouse, loaded) ->
                        new OpenedScan(
                                warehouse, tables.scan(warehouse, loaded, at, filter, columns)));
    }

    /** A scan with the files that it names, and no others. */
    private static final class OpenedScan implements Scanned {
        private final Warehouse warehouse;
        private final Scan scan;
        private final Set<String> names = new HashSet<>();

        OpenedScan(Warehouse warehouse, Scan scan) {
            this.warehouse = warehouse;
            this.scan = scan;
            for (Scan.DataFile each : scan.files()) {
                names.add(each.name());
                each.deletes().forEach(delete -> names.add(delete.name()));
            }
        }

        @Override
        public Scan scan() {
            return scan;
        }

        @Override
        public InputStream read(String name, long offset, long length) throws IOException {
            if (!names.contains(name)) {
                throw new IllegalArgumentException("the scan has no file " + name);
            }
            Warehouse.Readable file = warehouse.read(name);
            boolean handedOn = false;
            try {
                InputStream in = new HeldStream(file.read(offset, length), file);
                handedOn = true;
                return in;
            } finally {
                if (!handedOn) {
                    file.close();
                }
            }
        }

        @Override
        public void close() {
            names.clear();
        }
    }
}
