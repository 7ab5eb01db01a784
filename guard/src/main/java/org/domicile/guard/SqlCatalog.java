package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.domicile.keys.Pass;
import org.domicile.objects.Bucket;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;
import org.domicile.policy.Sight;
import org.domicile.policy.TableRules;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.CatalogTable;
import org.domicile.query.CatalogView;
import org.domicile.query.DataFile;
import org.domicile.query.Failure;
import org.domicile.query.Footer;
import org.domicile.query.NotParquet;
import org.domicile.query.Relation;
import org.domicile.query.TableFile;
import org.domicile.query.TableFile.Deletes;
import org.domicile.query.TableName;
import org.domicile.query.Wanted;
import org.domicile.request.Outcome;
import org.domicile.tables.DeletionVector;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.Refusal;
import org.domicile.tables.Scan;
import org.domicile.tables.Shape;
import org.domicile.tables.Tables;
import org.domicile.tables.ViewText;
import org.domicile.tables.Warehouse;
import org.jspecify.annotations.Nullable;

/**
 * Tables and views of the catalog for one statement, under its request. Each is decided about as
 * what the catalog does when it loads it, at its place; its files are not decided about one by one,
 * but for what they bring along. Owned by the request's thread, but for what the library's threads
 * read of manifests.
 */
final class SqlCatalog {
    /** Files of one statement. */
    private static final int MOST_FILES = 100_000;

    /** Bytes of what is known of a file that is held, about. */
    private static final long HELD_BYTES = 1_500;

    /** The same of one that may be packed, so that there is room to open some of them. */
    private static final long WORN_BYTES = 4_000;

    /** Dialects of views that the engine may understand, the likeliest first. */
    private static final List<String> DIALECTS = List.of("domicile", "duckdb", "trino", "spark");

    private final Uses uses;
    private final NestedReads reads;
    private final Parts parts;
    private final String namespace;
    private final Map<String, NestedReads.Held> held;
    private final Describing.Share share;
    private final Map<String, Known> tables = new LinkedHashMap<>();
    private final List<Resource.Data> views = new ArrayList<>();
    private final Map<String, String> viewed = new LinkedHashMap<>();
    private final Map<String, NestedReads.Held> files = new HashMap<>();
    private final Map<String, Place> vectors = new HashMap<>();
    private final Map<String, HotFile.InMemory> hot = new HashMap<>();
    private final Set<String> committedOnly = new HashSet<>();

    /** What it works with, for all statements. */
    record Parts(
            Tables tables,
            Warehouses warehouses,
            OpenedWarehouse.Parts opened,
            Manifests manifests,
            Footers footers,
            Describing describing,
            LiveTables live) {}

    /**
     * @param namespace in which names without one lie; empty for none
     * @param held what is held, by its id @param share of the statement
     */
    SqlCatalog(
            Uses uses,
            NestedReads reads,
            Parts parts,
            String namespace,
            Map<String, NestedReads.Held> held,
            Describing.Share share) {
        this.uses = uses;
        this.reads = reads;
        this.parts = parts;
        this.namespace = namespace;
        this.held = held;
        this.share = share;
    }

    /** A table of the statement. */
    private final class Known {
        final Bucket bucket;
        final Resource.Data resource;
        final String name;
        final Loaded loaded;
        final Moment moment;
        final List<org.domicile.tables.Field> columns;
        final List<TableFile> hot;
        private Optional<Pass> pass = Optional.empty();

        Known(
                Bucket bucket,
                Resource.Data resource,
                String name,
                Loaded loaded,
                Moment moment,
                List<org.domicile.tables.Field> columns,
                List<TableFile> hot) {
            this.bucket = bucket;
            this.resource = resource;
            this.name = name;
            this.loaded = loaded;
            this.moment = moment;
            this.columns = columns;
            this.hot = hot;
        }

        /** Ids of columns. @param names null for all of them */
        Set<Integer> fields(@Nullable Set<String> names) {
            return columns.stream()
                    .filter(each -> names == null || names.contains(each.name()))
                    .map(org.domicile.tables.Field::id)
                    .collect(Collectors.toSet());
        }

        /** What describes it is read under a use of its own, if any of it is. */
        synchronized Pass describe() {
            if (pass.isEmpty()) {
                try (Admitted use = uses.admit("sql:Describe", resource, name)) {
                    pass = Optional.of(use.record(Outcome.DONE, 0));
                }
            }
            return pass.get();
        }
    }

    /** Bytes of something held. */
    private record Place(NestedReads.Held one, long offset, long length, long count) {}

    /** Places of the tables and views that the statement names, each once. */
    List<Resource.Data> places() {
        return Stream.concat(tables.values().stream().map(each -> each.resource), views.stream())
                .distinct()
                .toList();
    }

    /** By what action the place of a table or view is looked at. */
    String loading(Resource.Data place) {
        return views.contains(place) ? "iceberg:LoadView" : "iceberg:LoadTable";
    }

    /** Names of the views that the statement names, and of those below them, by their ids. */
    Map<String, String> views() {
        return viewed;
    }

    /**
     * Classes of columns that are read as they are: what is made of them is of these classes.
     *
     * @param read names of columns by the name of their table, as on record; all of one that is not
     *     there
     * @param but id of a table whose columns do not count; empty for none
     */
    Marks classes(Map<String, Set<String>> read, String but) {
        List<String> classes = new ArrayList<>();
        for (Known each : tables.values()) {
            if (each.loaded.id().equals(but)) {
                continue;
            }
            TableRules rules =
                    uses.policy().register().rules(each.resource.organisation(), each.loaded.id());
            Set<Integer> fields = each.fields(read.get(each.name));
            Set<Integer> hidden = new HashSet<>();
            uses.sight(each.resource).hidden().forEach(one -> hidden.add(one.field()));
            for (TableRules.OfColumn rule : rules.columns()) {
                if (fields.contains(rule.field()) && !hidden.contains(rule.field())) {
                    classes.addAll(rule.classes());
                }
            }
        }
        return classes.isEmpty() ? Marks.NONE : new Marks(classes, List.of(), List.of());
    }

    /**
     * What its tables and views look like is shown: a use for each that was not shown before.
     *
     * @param before what was, which grows
     */
    void shown(Set<String> before) {
        for (Known each : tables.values()) {
            if (before.add(each.loaded.etag(Loaded.Snapshots.ALL) + "\n" + each.name)) {
                each.describe();
            }
        }
    }

    /** Of this table only what a snapshot has. @param id of it */
    void committedOnly(String id) {
        committedOnly.add(id);
    }

    /** Rows that no snapshot has, and that are in memory. @param id of the file */
    Optional<HotFile.InMemory> hot(String id) {
        return Optional.ofNullable(hot.get(id));
    }

    // ---- names ----

    Answer<Relation> resolve(TableName name, At at, List<String> around) {
        Optional<Bucket> bucket = parts.warehouses().find(uses.organisation());
        Set<org.domicile.tables.TableName> candidates = candidates(name, around);
        if (bucket.isPresent()) {
            for (org.domicile.tables.TableName each : candidates) {
                for (Kind kind : Kind.values()) {
                    Optional<Loaded> loaded = load(bucket.get(), kind, each);
                    if (loaded.isPresent()) {
                        return relation(bucket.get(), kind, each, loaded.get(), at);
                    }
                }
            }
        }
        uses.check(
                "iceberg:LoadTable",
                uses.data(bucket, bucket.map(Bucket::name).orElse("tables"), ""),
                name.toString());
        boolean bare = name.parts().size() == 1 && namespace.isEmpty() && around.isEmpty();
        return Answer.failed(
                new Failure(
                        Failure.NO_TABLE,
                        "There is no table " + name + ".",
                        0,
                        bare
                                ? "Write NAMESPACE.TABLE; or, for a Parquet object: from"
                                        + " 's3://bucket/key.parquet'"
                                : "domicile table list shows what there is."));
    }

    /**
     * What a name may mean. Who writes a name without quotes does not say how its letters are, and
     * a namespace of several levels may come as one name with dots, as tools write it.
     */
    private Set<org.domicile.tables.TableName> candidates(TableName name, List<String> around) {
        List<String> levels = name.parts().subList(0, name.parts().size() - 1);
        if (levels.isEmpty()) {
            levels = around.isEmpty() && !namespace.isEmpty() ? List.of(namespace) : around;
        }
        Set<org.domicile.tables.TableName> candidates = new LinkedHashSet<>();
        List<String> apart =
                levels.stream().flatMap(each -> List.of(each.split("\\.", -1)).stream()).toList();
        for (List<String> each : List.of(levels, apart)) {
            add(candidates, each, name.table());
            add(
                    candidates,
                    each.stream().map(level -> level.toLowerCase(Locale.ROOT)).toList(),
                    name.table().toLowerCase(Locale.ROOT));
        }
        return candidates;
    }

    private static void add(
            Set<org.domicile.tables.TableName> candidates, List<String> levels, String table) {
        try {
            candidates.add(new org.domicile.tables.TableName(new NamespaceName(levels), table));
        } catch (Refusal _) {
            // no name of a table, so no table has it
        }
    }

    private Optional<Loaded> load(Bucket bucket, Kind kind, org.domicile.tables.TableName name) {
        try {
            return Optional.of(parts.tables().load(opened(bucket, Optional.empty()), kind, name));
        } catch (Refusal e) {
            return switch (e.kind()) {
                case NO_SUCH_NAMESPACE, NO_SUCH_TABLE, NO_SUCH_VIEW -> Optional.empty();
                default -> throw e;
            };
        }
    }

    private Answer<Relation> relation(
            Bucket bucket, Kind kind, org.domicile.tables.TableName name, Loaded loaded, At at) {
        Optional<LiveTable> live =
                kind == Kind.TABLE && at instanceof At.Now && !committedOnly.contains(loaded.id())
                        ? parts.live().of(loaded.id())
                        : Optional.empty();
        Resource.Data resource =
                TableMarks.place(
                        uses,
                        parts.tables(),
                        bucket,
                        opened(bucket, Optional.empty()),
                        loaded.id());
        uses.check(
                kind == Kind.TABLE ? "iceberg:LoadTable" : "iceberg:LoadView",
                resource,
                name.text());
        if (live.isPresent()) {
            // the rows of now, and the snapshot that has all others, are taken together
            return live.get()
                    .view(
                            loaded.id(),
                            () -> parts.tables().load(opened(bucket, Optional.empty()), kind, name),
                            files -> newest(bucket, resource, name.text(), files))
                    .then(view -> table(bucket, resource, name, view.loaded(), at, view.files()));
        }
        if (kind == Kind.TABLE) {
            return table(bucket, resource, name, loaded, at, List.of());
        }
        views.add(resource);
        viewed.put(loaded.id(), name.text());
        return view(name, loaded, at);
    }

    /** Files that no snapshot has, held: whoever has them lets go of them at any time. */
    private Answer<List<TableFile>> newest(
            Bucket bucket, Resource.Data resource, String name, List<HotFile> files) {
        List<TableFile> found = new ArrayList<>();
        try {
            for (HotFile each : files) {
                switch (each) {
                    case HotFile.InMemory one -> {
                        hot.put(one.id(), one);
                        found.add(one.file(resource.bucket() + "/" + resource.name()));
                    }
                    case HotFile.Laid one -> {
                        NestedReads.Held there = hold(bucket, resource, name, one.name());
                        found.add(
                                new TableFile(
                                        new DataFile(there.id(), there.place(), one.footer()),
                                        one.id(),
                                        Map.of(),
                                        List.of()));
                    }
                }
            }
            return Answer.of(found);
        } catch (Unreadable e) {
            return Answer.failed(e.failure);
        } catch (Describing.Full e) {
            return Answer.failed(e.failure());
        }
    }

    private Answer<Relation> table(
            Bucket bucket,
            Resource.Data resource,
            org.domicile.tables.TableName name,
            Loaded loaded,
            At at,
            List<TableFile> newest) {
        try {
            Moment moment =
                    switch (at) {
                        case At.Now() -> new Moment.Now();
                        case At.Version(String version) when version.matches("[0-9]{1,19}") ->
                                new Moment.Snapshot(Long.parseLong(version));
                        case At.Version(String version) -> new Moment.Ref(version);
                        case At.Moment(java.time.Instant instant) -> new Moment.At(instant);
                    };
            Shape shape = parts.tables().shape(opened(bucket, Optional.empty()), loaded, moment);
            boolean now = at instanceof At.Now;
            String said = name.text() + (now ? "" : "@" + shape.snapshot());
            String id =
                    String.join(
                            "\n",
                            loaded.id(),
                            Long.toString(shape.snapshot()),
                            newest.isEmpty() ? said : said + newest.getLast().file().id());
            tables.put(
                    id,
                    new Known(
                            bucket,
                            resource,
                            said,
                            loaded,
                            now || shape.snapshot() < 0
                                    ? new Moment.Now()
                                    : new Moment.Snapshot(shape.snapshot()),
                            shape.columns(),
                            newest));
            CatalogTable table = new CatalogTable(id, said, SqlColumns.of(shape.columns()));
            Sight sight = uses.sight(resource);
            return sight.whole() ? Answer.of(table) : TableSight.of(table, sight);
        } catch (Refusal e) {
            return Answer.failed(failure(e));
        } catch (NumberFormatException e) {
            return Answer.failed(Failure.INVALID, "No snapshot has a number that large.");
        }
    }

    private Answer<Relation> view(org.domicile.tables.TableName name, Loaded loaded, At at) {
        if (!(at instanceof At.Now)) {
            return Answer.failed(
                    new Failure(
                            Failure.NOT_HERE,
                            name.text() + " is a view, and has no older versions to read.",
                            0,
                            "Read the tables below it as of that moment."));
        }
        ViewText text = parts.tables().text(loaded);
        Optional<ViewText.Statement> statement = statement(text);
        if (statement.isPresent()) {
            return Answer.of(
                    new CatalogView(
                            loaded.id(),
                            name.text(),
                            statement.get().sql(),
                            text.namespace().isEmpty()
                                    ? name.namespace().levels()
                                    : text.namespace(),
                            text.columns().stream().map(org.domicile.tables.Field::name).toList()));
        }
        return Answer.failed(
                new Failure(
                        Failure.NOT_HERE,
                        "The view %s is written in %s alone."
                                .formatted(
                                        name.text(),
                                        String.join(
                                                ", ",
                                                text.statements().stream()
                                                        .map(ViewText.Statement::dialect)
                                                        .toList())),
                        0,
                        "Give it a text in one of the dialects "
                                + String.join(", ", DIALECTS)
                                + "."));
    }

    /** The one that is the likeliest to be understood. */
    static Optional<ViewText.Statement> statement(ViewText text) {
        for (String dialect : DIALECTS) {
            for (ViewText.Statement each : text.statements()) {
                if (each.dialect().equalsIgnoreCase(dialect)) {
                    return Optional.of(each);
                }
            }
        }
        return Optional.empty();
    }

    private static Failure failure(Refusal e) {
        return Failure.of(
                switch (e.kind()) {
                    case NO_SUCH_NAMESPACE, NO_SUCH_TABLE, NO_SUCH_VIEW -> Failure.NO_TABLE;
                    case TOO_LARGE -> Failure.OVER_LIMIT;
                    case UNSUPPORTED -> Failure.NOT_HERE;
                    case UNREADABLE -> Failure.SYSTEM;
                    default -> Failure.INVALID;
                },
                e.sentence() + ".");
    }

    // ---- files ----

    /** The warehouse; of a table whose manifests may be read, with what was read of it before. */
    private Warehouse opened(Bucket bucket, Optional<Known> table) {
        OpenedWarehouse warehouse =
                new OpenedWarehouse(
                        parts.opened(),
                        uses.request(),
                        bucket,
                        () ->
                                table.orElseThrow(() ->
                                                new IllegalStateException(
                                                        "nothing says that it is read"))
                                        .describe());
        return table.isEmpty() ? warehouse : parts.manifests().over(warehouse, bucket, share);
    }

    private Known known(CatalogTable table) {
        Known known = tables.get(table.id());
        if (known == null) {
            throw new IllegalArgumentException("it was not resolved: " + table.name());
        }
        return known;
    }

    /** What is wanted of its files, by the manifests, is known before the first is opened. */
    Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
        Known known = known(table);
        try {
            Scan scan =
                    parts.tables()
                            .scan(
                                    opened(known.bucket, Optional.of(known)),
                                    known.loaded,
                                    known.moment,
                                    SqlColumns.filter(wanted),
                                    List.of(),
                                    share);
            List<TableFile> found = new ArrayList<>();
            for (Scan.DataFile each : scan.files()) {
                found.add(file(known, each));
            }
            found.addAll(known.hot);
            return Answer.of(found);
        } catch (Refusal e) {
            return Answer.failed(failure(e));
        } catch (Unreadable e) {
            return Answer.failed(e.failure);
        } catch (Describing.Full e) {
            return Answer.failed(e.failure());
        }
    }

    /**
     * Files that are worth writing anew, as its manifests say it; none is opened. What they take is
     * given back when the statement ends.
     *
     * @param below bytes that a file has which is large enough @param most files
     */
    Answer<List<Scan.DataFile>> worn(CatalogTable table, long below, int most) {
        Known known = known(table);
        try {
            return Answer.of(
                    parts.tables()
                            .worn(
                                    opened(known.bucket, Optional.of(known)),
                                    known.loaded,
                                    below,
                                    (int) Math.clamp(share.left() / WORN_BYTES, 2, most),
                                    share));
        } catch (Refusal e) {
            return Answer.failed(failure(e));
        } catch (Describing.Full e) {
            return Answer.failed(e.failure());
        }
    }

    /** Opens files, as far as there is room for what describes them, but two at least. */
    Answer<List<TableFile>> opened(CatalogTable table, List<Scan.DataFile> files) {
        Known known = known(table);
        List<TableFile> found = new ArrayList<>();
        try {
            for (Scan.DataFile each : files) {
                found.add(file(known, each));
            }
            return Answer.of(found);
        } catch (Unreadable e) {
            return Answer.failed(e.failure);
        } catch (Describing.Full e) {
            return found.size() > 1 ? Answer.of(found) : Answer.failed(e.failure());
        }
    }

    /** What was held is let go of by who holds it. */
    void forget() {
        files.clear();
        vectors.clear();
    }

    private static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;

        Unreadable(Failure failure) {
            super(failure.message(), null, false, false);
            this.failure = failure;
        }
    }

    private TableFile file(Known table, Scan.DataFile file) throws Unreadable {
        parquet(file.format(), file.location(), table);
        List<Deletes> deletes = new ArrayList<>();
        for (Scan.DeleteFile each : file.deletes()) {
            deletes.add(deletes(table, each));
        }
        return new TableFile(
                data(table, file.name()),
                file.location(),
                file.constants(),
                deletes,
                file.firstRow(),
                file.written());
    }

    private Deletes deletes(Known table, Scan.DeleteFile file) throws Unreadable {
        return switch (file.deletes()) {
            case POSITIONS -> {
                parquet(file.format(), file.location(), table);
                yield new Deletes.Positions(data(table, file.name()));
            }
            case EQUALITY -> {
                parquet(file.format(), file.location(), table);
                yield new Deletes.Equal(data(table, file.name()), file.equality());
            }
            case VECTOR -> {
                NestedReads.Held one = hold(table, file.name());
                String id = one.id() + "\n" + file.offset();
                vectors.put(id, new Place(one, file.offset(), file.length(), file.records()));
                yield new Deletes.Vector(id, one.place(), file.length(), file.records());
            }
        };
    }

    private static void parquet(String format, String location, Known table) throws Unreadable {
        if (!format.equals("PARQUET")) {
            throw new Unreadable(
                    new Failure(
                            Failure.NOT_HERE,
                            "A file of %s is written in %s, and SQL reads Parquet: %s"
                                    .formatted(table.name, format, location),
                            0,
                            "Set write.format.default to parquet and rewrite the table's data"
                                    + " files, by an engine that reads them."));
        }
    }

    /** Once for each object, however many ask for it. */
    private NestedReads.Held hold(Known table, String name) throws Unreadable {
        return hold(table.bucket, table.resource, table.name, name);
    }

    private NestedReads.Held hold(Bucket bucket, Resource.Data resource, String table, String name)
            throws Unreadable {
        NestedReads.Held before = files.get(name);
        if (before != null) {
            return before;
        }
        share.take(HELD_BYTES);
        if (held.size() >= MOST_FILES) {
            throw new Unreadable(
                    new Failure(
                            Failure.OVER_LIMIT,
                            "A statement reads at most %,d files.".formatted(MOST_FILES),
                            0,
                            "Ask for less, or let the table be compacted."));
        }
        return switch (reads.hold(bucket, resource, "iceberg:LoadTable", name)) {
            case NestedReads.Asked.Absent(String sentence) ->
                    throw new Unreadable(
                            new Failure(
                                    Failure.SYSTEM,
                                    "A file of " + table + " is missing. " + sentence,
                                    0,
                                    "Somebody removed it: read an older version of the table, or"
                                            + " restore the file."));
            case NestedReads.Asked.Unreadable(String sentence) ->
                    throw new Unreadable(Failure.of(Failure.REFUSED, sentence));
            case NestedReads.Asked.There(NestedReads.Held one) -> {
                held.put(one.id(), one);
                files.put(name, one);
                yield one;
            }
        };
    }

    private DataFile data(Known table, String name) throws Unreadable {
        NestedReads.Held one = hold(table, name);
        Optional<Footer> known = parts.footers().of(one.id());
        if (known.isPresent()) {
            share.take(Footers.size(known.get()));
            return new DataFile(one.id(), one.place(), known.get());
        }
        PlainContent content = reads.open(one, table.describe());
        try {
            Footer footer =
                    Footer.read(
                            one.version().size(),
                            (offset, length) -> {
                                share.passing(2 * length);
                                return NestedReads.read(content, offset, length);
                            });
            parts.footers().keep(one.id(), footer);
            share.take(Footers.size(footer));
            return new DataFile(one.id(), one.place(), footer);
        } catch (NotParquet e) {
            throw new Unreadable(
                    Failure.of(
                            Failure.INVALID,
                            "A file of %s is not a Parquet file that can be read: %s."
                                    .formatted(table.name, e.getMessage())));
        } catch (IOException e) {
            throw new Unreadable(
                    Failure.of(
                            Failure.SYSTEM,
                            "A file of %s could not be read: %s".formatted(table.name, e)));
        }
    }

    /** Rows that a vector deletes. @param pass of the statement's use */
    long[] rows(Deletes.Vector vector, Pass pass) throws IOException {
        Place place = vectors.get(vector.id());
        if (place == null) {
            throw new IllegalArgumentException("the plan does not have " + vector.place());
        }
        try (InputStream in =
                NestedReads.read(reads.open(place.one(), pass), place.offset(), place.length())) {
            return DeletionVector.rows(
                    in.readNBytes(Math.toIntExact(place.length())), place.count());
        } catch (Refusal e) {
            throw new IOException(e.sentence(), e);
        }
    }
}
