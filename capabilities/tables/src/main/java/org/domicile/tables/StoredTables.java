package org.domicile.tables;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Snapshot;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/**
 * The one engine of {@link Tables}. What is correct is so by the conditions of its transactions;
 * the locks {@code turns}, a few hundred that names share, only keep those who change one table
 * from doing the same work against each other, and are taken in one order.
 */
final class StoredTables implements Tables {
    private static final int MOST_TRIES = 100;
    private static final int TURNS = 256;
    private static final Duration STAGED = Duration.ofDays(1);
    private static final int SWEPT = 1_000;

    /** Loads are many, and stay long: they are walked now and then. */
    private static final Duration PAUSE = Duration.ofHours(1);

    /** About what a scan takes in memory besides its files. */
    private static final long SCAN_ROOM = 8 << 10;

    private final Keyspace keyspace;
    private final InstantSource clock;
    private final RandomGenerator ids;
    private final Kept kept = new Kept();
    private final Kept scans = new Kept();
    private final Lists lists = new Lists();
    private final Plans plans;
    private volatile Instant loadsSwept = Instant.EPOCH;
    private final ReentrantLock[] turns =
            Stream.generate(() -> new ReentrantLock(true))
                    .limit(TURNS)
                    .toArray(ReentrantLock[]::new);

    StoredTables(Keyspace keyspace, InstantSource clock, RandomGenerator ids) {
        this.keyspace = keyspace;
        this.clock = clock;
        this.ids = ids;
        this.plans = new Plans(clock, () -> id(16));
    }

    private String id(int bytes) {
        byte[] id = new byte[bytes];
        ids.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    // reading

    <T> T read(Warehouse warehouse, Function<Contents, T> reading) {
        try (Snapshot snapshot = keyspace.snapshot()) {
            return reading.apply(new Contents(snapshot, warehouse, kept));
        }
    }

    @Override
    public Page<NamespaceName> namespaces(
            Warehouse warehouse, NamespaceName parent, Page.Asked asked) {
        return read(
                warehouse,
                contents -> {
                    if (!parent.isRoot()) {
                        contents.namespace(parent);
                    }
                    Range range = Layout.inside(warehouse.organisation(), parent);
                    return page(
                            contents.reading(),
                            range,
                            asked,
                            after ->
                                    Layout.namespace(
                                            warehouse.organisation(), inside(parent, after)),
                            (name, _) -> Optional.of(inside(parent, name)));
                });
    }

    private static NamespaceName inside(NamespaceName parent, String level) {
        List<String> levels = new ArrayList<>(parent.levels());
        levels.add(level);
        return new NamespaceName(levels);
    }

    @Override
    public Page<TableName> list(
            Warehouse warehouse, NamespaceName namespace, Kind kind, Page.Asked asked) {
        return read(
                warehouse,
                contents -> {
                    long in = contents.namespace(namespace).space().id();
                    String organisation = warehouse.organisation();
                    return page(
                            contents.reading(),
                            Layout.entries(organisation, in),
                            asked,
                            after -> Layout.entry(organisation, in, after),
                            (name, value) ->
                                    Records.Entry.decode(value.get()).kind() == kind
                                            ? Optional.of(new TableName(namespace, name))
                                            : Optional.empty());
                });
    }

    private static <T> Page<T> page(
            Reading reading,
            Range all,
            Page.Asked asked,
            Function<String, byte[]> key,
            BiFunction<String, Supplier<byte[]>, Optional<T>> item) {
        Range range =
                asked.after().isEmpty()
                        ? all
                        : Layout.behind(all, key.apply(decoded(asked.after())));
        List<T> items = new ArrayList<>();
        String last = "";
        try (Cursor cursor = reading.scan(Space.RECORDS, range, Reading.Direction.UP)) {
            while (cursor.next()) {
                String name = Layout.last(cursor.key());
                Optional<T> found = item.apply(name, cursor::value);
                if (found.isEmpty()) {
                    continue;
                }
                if (items.size() == asked.size()) {
                    return new Page<>(items, encoded(last));
                }
                items.add(found.get());
                last = name;
            }
        }
        return new Page<>(items, "");
    }

    private static String encoded(String name) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String token) {
        try {
            String name = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            NamespaceName.check("A page token", name);
            return name;
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.INVALID, "This is no page token of ours");
        }
    }

    @Override
    public Map<String, String> namespace(Warehouse warehouse, NamespaceName name) {
        return read(warehouse, contents -> contents.properties(contents.namespace(name)));
    }

    @Override
    public String id(Warehouse warehouse, Kind kind, TableName name) {
        return read(warehouse, contents -> contents.found(kind, name).entry().id());
    }

    @Override
    public Loaded load(Warehouse warehouse, Kind kind, TableName name) {
        return read(warehouse, contents -> contents.loaded(contents.found(kind, name)));
    }

    // changing

    /** What one attempt wants. @param undo when it was not to be @param result once it is */
    record Step<T>(Supplier<T> result, Runnable undo) {
        static <T> Step<T> of(Supplier<T> result) {
            return new Step<>(result, () -> {});
        }
    }

    /** Decides what would make it true, against what is there. */
    interface Decision<T> {
        Step<T> of(Contents contents, Transaction transaction);
    }

    <T> T change(
            Request request,
            Warehouse warehouse,
            Once once,
            Decision<T> decision,
            Supplier<T> again) {
        byte[] key = Layout.once(warehouse.organisation(), once.key());
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            Optional<Records.Came> before =
                    once.counts()
                            ? keyspace.get(Space.RECORDS, key).map(Records.Came::decode)
                            : Optional.empty();
            if (before.isPresent()) {
                return repeated(request, warehouse, once, before.get(), again);
            }
            Transaction transaction = new Transaction();
            Step<T> step;
            try (Snapshot snapshot = keyspace.snapshot()) {
                step = decision.of(new Contents(snapshot, warehouse, kept), transaction);
            } catch (Refusal e) {
                Transaction refused = new Transaction();
                if (once.counts()) {
                    refused.when(new Condition.Holds(Space.RECORDS, key, Optional.empty()))
                            .write(came(warehouse, key, once, e.kind().name(), e.sentence()));
                }
                refused.carrying(request, e.kind().outcome());
                if (keyspace.commit(refused) instanceof Committed.Applied) {
                    throw e;
                }
                continue; // the same was asked at the same time, and decided
            }
            if (once.counts()) {
                transaction
                        .when(new Condition.Holds(Space.RECORDS, key, Optional.empty()))
                        .write(came(warehouse, key, once, "", ""));
            }
            if (committed(transaction.carrying(request, Outcome.DONE), step)) {
                return step.result().get();
            }
        }
        throw new StorageFailure(
                StorageFailure.Kind.OVERLOADED, "too many change this at once; try again");
    }

    private boolean committed(Transaction transaction, Step<?> step) {
        boolean applied;
        try {
            CrashPoint.at("tables.before-commit");
            applied = keyspace.commit(transaction) instanceof Committed.Applied;
            CrashPoint.at("tables.after-commit");
        } catch (RuntimeException e) {
            // A store that is fenced off, and may yet have written it, removes nothing any more: so
            // what is removed here is of a commit that is not.
            try {
                step.undo().run();
            } catch (RuntimeException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
        if (!applied) {
            step.undo().run();
        }
        return applied;
    }

    private Write came(
            Warehouse warehouse, byte[] key, Once once, String refusal, String sentence) {
        return new Write.Put(
                Space.RECORDS,
                key,
                new Records.Came(
                                clock.instant(),
                                once.asked(),
                                refusal,
                                warehouse.seal(
                                        "tables/once", sentence.getBytes(StandardCharsets.UTF_8)))
                        .encode());
    }

    private <T> T repeated(
            Request request,
            Warehouse warehouse,
            Once once,
            Records.Came before,
            Supplier<T> again) {
        Refusal refusal = null;
        if (!new Once(once.key(), before.asked()).equals(once)) {
            refusal =
                    new Refusal(
                            Refusal.Kind.KEY_REUSED,
                            "This Idempotency-Key came with another request before");
        } else if (!before.refusal().isEmpty()) {
            refusal =
                    new Refusal(
                            Refusal.Kind.valueOf(before.refusal()),
                            new String(
                                    warehouse.open("tables/once", before.sentence()),
                                    StandardCharsets.UTF_8));
        }
        commitAlone(
                new Transaction()
                        .carrying(
                                request,
                                refusal == null ? Outcome.DONE : refusal.kind().outcome()));
        if (refusal != null) {
            throw refusal;
        }
        return again.get();
    }

    /** Without conditions, so it is applied or throws. */
    private void commitAlone(Transaction transaction) {
        switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> {}
            case Committed.Stale stale -> throw new IllegalStateException("stale: " + stale);
        }
    }

    /** One after the other for each name, in an order that everybody keeps to. */
    <T> T inTurn(Warehouse warehouse, List<TableName> names, Supplier<T> work) {
        TreeSet<Integer> wanted = new TreeSet<>();
        for (TableName each : names) {
            wanted.add(
                    Math.floorMod(
                            31 * warehouse.organisation().hashCode() + each.hashCode(), TURNS));
        }
        List<ReentrantLock> held = new ArrayList<>();
        try {
            for (int each : wanted) {
                turns[each].lock();
                held.add(turns[each]);
            }
            return work.get();
        } finally {
            held.reversed().forEach(ReentrantLock::unlock);
        }
    }

    // namespaces

    @Override
    public void create(Request request, Warehouse warehouse, NewNamespace wanted, Once once) {
        this.<Boolean>change(
                request,
                warehouse,
                once,
                (contents, transaction) -> {
                    NamespaceName name = wanted.name();
                    if (!name.parent().isRoot()) {
                        transaction.when(contents.namespace(name.parent()).stands());
                    }
                    if (contents.find(name).isPresent()) {
                        throw new Refusal(
                                Refusal.Kind.ALREADY_EXISTS,
                                "Namespace already exists: " + name.text());
                    }
                    byte[] key = Layout.namespace(warehouse.organisation(), name);
                    transaction
                            .when(new Condition.Holds(Space.RECORDS, key, Optional.empty()))
                            .write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            key,
                                            contents.space(
                                                            ids.nextLong() & Long.MAX_VALUE,
                                                            wanted.properties())
                                                    .encode()));
                    return Step.of(() -> true);
                },
                () -> true);
    }

    @Override
    public void drop(Request request, Warehouse warehouse, NamespaceName name, Once once) {
        this.<Boolean>change(
                request,
                warehouse,
                once,
                (contents, transaction) -> {
                    Contents.Namespace found = contents.namespace(name);
                    String organisation = warehouse.organisation();
                    Range entries = Layout.entries(organisation, found.space().id());
                    Range inner = Layout.inside(organisation, name);
                    if (any(contents.reading(), entries) || any(contents.reading(), inner)) {
                        throw new Refusal(
                                Refusal.Kind.NOT_EMPTY, "Namespace is not empty: " + name.text());
                    }
                    transaction
                            .when(found.stands())
                            .when(new Condition.First(Space.RECORDS, entries, Optional.empty()))
                            .when(new Condition.First(Space.RECORDS, inner, Optional.empty()))
                            .write(new Write.Delete(Space.RECORDS, found.key()));
                    return Step.of(() -> true);
                },
                () -> true);
    }

    private static boolean any(Reading reading, Range range) {
        try (Cursor cursor = reading.scan(Space.RECORDS, range, Reading.Direction.UP)) {
            return cursor.next();
        }
    }

    @Override
    public PropertiesChange.Changed change(
            Request request,
            Warehouse warehouse,
            NamespaceName name,
            PropertiesChange change,
            Once once) {
        List<String> updated = new TreeSet<>(change.updates().keySet()).stream().toList();
        return change(
                request,
                warehouse,
                once,
                (contents, transaction) -> {
                    Contents.Namespace found = contents.namespace(name);
                    Map<String, String> properties = new HashMap<>(contents.properties(found));
                    List<String> removed = new ArrayList<>();
                    List<String> missing = new ArrayList<>();
                    for (String each : new TreeSet<>(change.removals())) {
                        (properties.remove(each) == null ? missing : removed).add(each);
                    }
                    properties.putAll(change.updates());
                    transaction
                            .when(found.stands())
                            .write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            found.key(),
                                            contents.space(found.space().id(), properties)
                                                    .encode()));
                    return Step.of(() -> new PropertiesChange.Changed(updated, removed, missing));
                },
                () ->
                        new PropertiesChange.Changed(
                                updated, change.removals().stream().sorted().toList(), List.of()));
    }

    // tables and views

    @Override
    public Loaded stage(Request request, Warehouse warehouse, TableName name, NewTable wanted) {
        return change(
                request,
                warehouse,
                Once.NOT,
                (contents, transaction) -> {
                    contents.checkFree(contents.namespace(name.namespace()), Kind.TABLE, name);
                    String id = id(10);
                    LoadedTable table =
                            new LoadedTable(
                                    name, id, 0, Changes.first(warehouse, id, asked(wanted)));
                    transaction.write(
                            new Write.Put(
                                    Space.RECORDS,
                                    Layout.staged(warehouse.organisation(), id),
                                    new Records.Staged(clock.instant()).encode()));
                    return Step.of(() -> table);
                },
                () -> {
                    throw new IllegalStateException("what is staged has no key");
                });
    }

    private static NewTable.Asked asked(NewTable wanted) {
        return switch (wanted) {
            case NewTable.Asked asked -> asked;
        };
    }

    @Override
    public Loaded create(
            Request request, Warehouse warehouse, TableName name, NewTable wanted, Once once) {
        return made(
                request,
                warehouse,
                Kind.TABLE,
                name,
                id -> Draft.of(Changes.first(warehouse, id, asked(wanted))),
                UnaryOperator.identity(),
                once);
    }

    @Override
    public Loaded create(
            Request request, Warehouse warehouse, TableName name, NewView wanted, Once once) {
        NewView.Asked asked =
                switch (wanted) {
                    case NewView.Asked each -> each;
                };
        return made(
                request,
                warehouse,
                Kind.VIEW,
                name,
                id -> Draft.of(Changes.first(warehouse, id, asked)),
                asked.carried(),
                once);
    }

    /**
     * @param first of the id that it gets @param carried what is kept with it
     */
    private Loaded made(
            Request request,
            Warehouse warehouse,
            Kind kind,
            TableName name,
            Function<String, Draft> first,
            UnaryOperator<byte[]> carried,
            Once once) {
        return inTurn(
                warehouse,
                List.of(name),
                () ->
                        change(
                                request,
                                warehouse,
                                once,
                                (contents, transaction) -> {
                                    Contents.Namespace in = contents.namespace(name.namespace());
                                    contents.checkFree(in, kind, name);
                                    String id = id(10);
                                    keep(contents, transaction, id, carried);
                                    return new Making(contents, transaction)
                                            .first(in, name, first.apply(id), id);
                                },
                                () -> load(warehouse, kind, name)));
    }

    @Override
    public List<Loaded> commit(
            Request request, Warehouse warehouse, List<TableChange> changes, Once once) {
        List<TableName> names = changes.stream().map(TableChange::table).toList();
        return inTurn(
                warehouse,
                names,
                () ->
                        change(
                                request,
                                warehouse,
                                once,
                                (contents, transaction) ->
                                        whole(changes, each -> one(contents, transaction, each)),
                                () ->
                                        names.stream()
                                                .map(each -> load(warehouse, Kind.TABLE, each))
                                                .toList()));
    }

    private Step<Loaded> one(Contents contents, Transaction transaction, TableChange change) {
        TableChange.Asked asked =
                switch (change) {
                    case TableChange.Asked each -> each;
                };
        TableName name = asked.table();
        Warehouse warehouse = contents.warehouse();
        Making making = new Making(contents, transaction);
        if (!asked.creates()) {
            Contents.Found found = contents.found(Kind.TABLE, name);
            LoadedTable table = contents.table(found);
            org.apache.iceberg.TableMetadata next = Changes.next(warehouse, table, asked);
            if (next.changes().isEmpty()) {
                transaction.when(found.stands());
                return Step.of(() -> table);
            }
            return making.next(found, Draft.of(next), table.metadataLocation());
        }
        Contents.Namespace in = contents.namespace(name.namespace());
        contents.find(in, name)
                .ifPresent(each -> {
                    // As the requirement says it, but for a view, of which it says nothing.
                    throw each.entry().kind() == Kind.TABLE
                            ? new Refusal(
                                    Refusal.Kind.COMMIT_FAILED,
                                    "Requirement failed: table already exists: " + name.text())
                            : Refusal.taken(Kind.VIEW, Kind.TABLE, name);
                });
        Optional<String> staged =
                Changes.staged(warehouse, asked).filter(id -> waits(contents, id));
        staged.ifPresent(id -> {
            byte[] key = Layout.staged(warehouse.organisation(), id);
            byte[] value = contents.reading().get(Space.RECORDS, key).orElseThrow();
            transaction
                    .when(new Condition.Holds(Space.RECORDS, key, Optional.of(value)))
                    .write(new Write.Delete(Space.RECORDS, key));
        });
        String id = staged.orElseGet(() -> id(10));
        return making.first(in, name, Draft.of(Changes.first(warehouse, id, asked)), id);
    }

    // rows

    @Override
    public String fresh() {
        return id(10);
    }

    @Override
    public Loaded drafted(Warehouse warehouse, String id, TableName name, NewTable wanted) {
        return new LoadedTable(name, id, 0, Changes.first(warehouse, id, asked(wanted)));
    }

    @Override
    public Spread spread(Loaded table) {
        return Spread.of(scannable(table).metadata());
    }

    @Override
    public boolean committed(Warehouse warehouse, Loaded table, Map<String, String> load) {
        return Loads.came(keyspace, warehouse.organisation(), scannable(table), load);
    }

    @Override
    public byte[] carried(Warehouse warehouse, String id) {
        return keyspace.get(Space.RECORDS, Layout.carried(warehouse.organisation(), id))
                .map(sealed -> warehouse.open(carriedPlace(id), sealed))
                .orElseGet(() -> new byte[0]);
    }

    @Override
    public String fed(Warehouse warehouse, String id) {
        return keyspace.get(Space.RECORDS, Layout.fed(warehouse.organisation(), id))
                .map(Records::fed)
                .orElse("");
    }

    /** How far it is, of which the commit depends. */
    private static void feed(
            Contents contents, Transaction transaction, String id, FilesChange.Feed feed) {
        byte[] key = Layout.fed(contents.warehouse().organisation(), id);
        Optional<byte[]> kept = contents.reading().get(Space.RECORDS, key);
        String so = kept.map(Records::fed).orElse("");
        if (!so.equals(feed.before())) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED,
                    "The table was fed by somebody else: it has got to "
                            + (so.isEmpty() ? "nothing" : so));
        }
        transaction
                .when(new Condition.Holds(Space.RECORDS, key, kept))
                .write(new Write.Put(Space.RECORDS, key, Records.fed(feed.after())));
    }

    private static String carriedPlace(String id) {
        return "tables/carried/" + id;
    }

    @Override
    public Loaded create(
            Request request, Warehouse warehouse, String id, NewTable wanted, FilesChange first) {
        TableName name = first.table();
        return inTurn(
                warehouse,
                List.of(name),
                () ->
                        change(
                                request,
                                warehouse,
                                Once.NOT,
                                (contents, transaction) -> {
                                    Contents.Namespace in = contents.namespace(name.namespace());
                                    contents.checkFree(in, Kind.TABLE, name);
                                    LoadedTable empty =
                                            new LoadedTable(
                                                    name,
                                                    id,
                                                    0,
                                                    Changes.first(warehouse, id, asked(wanted)));
                                    return filled(
                                            contents,
                                            transaction,
                                            empty,
                                            first,
                                            next ->
                                                    new Making(contents, transaction)
                                                            .first(in, name, Draft.of(next), id));
                                },
                                () -> load(warehouse, Kind.TABLE, name)));
    }

    @Override
    public List<Loaded> commit(Request request, Warehouse warehouse, List<FilesChange> changes) {
        List<TableName> names = changes.stream().map(FilesChange::table).toList();
        if (names.isEmpty() || Set.copyOf(names).size() < names.size()) {
            throw new IllegalArgumentException("each table is changed once: " + names);
        }
        return inTurn(
                warehouse,
                names,
                () ->
                        change(
                                request,
                                warehouse,
                                Once.NOT,
                                (contents, transaction) ->
                                        whole(
                                                changes,
                                                each -> changed(contents, transaction, each)),
                                () -> {
                                    throw new IllegalStateException("what has files has no key");
                                }));
    }

    /** One step of several: all of them, or what was made for the first is undone. */
    private static <C> Step<List<Loaded>> whole(List<C> changes, Function<C, Step<Loaded>> making) {
        List<Step<Loaded>> steps = new ArrayList<>();
        boolean whole = false;
        try {
            for (C each : changes) {
                steps.add(making.apply(each));
            }
            whole = true;
        } finally {
            if (!whole) {
                steps.forEach(each -> each.undo().run());
            }
        }
        return new Step<>(
                () -> steps.stream().map(each -> each.result().get()).toList(),
                () -> steps.forEach(each -> each.undo().run()));
    }

    private Step<Loaded> changed(Contents contents, Transaction transaction, FilesChange change) {
        Contents.Found found = contents.found(Kind.TABLE, change.table());
        if (!found.entry().id().equals(change.id())) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED,
                    "Another table has this name by now: " + change.table().text());
        }
        LoadedTable table = contents.table(found);
        return filled(
                contents,
                transaction,
                table,
                change,
                next -> {
                    if (next == table.metadata()) {
                        transaction.when(found.stands());
                        return Step.of(() -> table);
                    }
                    return new Making(contents, transaction)
                            .next(found, Draft.of(next), table.metadataLocation());
                });
    }

    /** A table with the rows of a change, and what is kept with it. */
    private Step<Loaded> filled(
            Contents contents,
            Transaction transaction,
            LoadedTable table,
            FilesChange change,
            Function<org.apache.iceberg.TableMetadata, Step<Loaded>> making) {
        keep(contents, transaction, table.id(), change.carried());
        String organisation = contents.warehouse().organisation();
        Map<String, String> load =
                change.what() instanceof FilesChange.Append(Map<String, String> unless)
                        ? unless
                        : Map.of();
        if (Loads.came(contents.reading(), organisation, table, load)) {
            return making.apply(table.metadata());
        }
        if (change.what() instanceof FilesChange.Feed feed) {
            feed(contents, transaction, table.id(), feed);
        }
        SnapshotMaking snapshots = new SnapshotMaking(contents.warehouse(), table, lists);
        org.apache.iceberg.TableMetadata next = snapshots.next(change);
        boolean made = false;
        try {
            if (next != table.metadata()) {
                Loads.keep(transaction, organisation, table.id(), load, next, clock.instant());
            }
            Step<Loaded> step = making.apply(next);
            made = true;
            return new Step<>(
                    () -> {
                        snapshots.keep();
                        return step.result().get();
                    },
                    () -> {
                        step.undo().run();
                        snapshots.undo();
                    });
        } finally {
            if (!made) {
                snapshots.undo();
            }
        }
    }

    private static void keep(
            Contents contents, Transaction transaction, String id, UnaryOperator<byte[]> carried) {
        Warehouse warehouse = contents.warehouse();
        byte[] key = Layout.carried(warehouse.organisation(), id);
        Optional<byte[]> sealed = contents.reading().get(Space.RECORDS, key);
        byte[] before =
                sealed.map(each -> warehouse.open(carriedPlace(id), each))
                        .orElseGet(() -> new byte[0]);
        byte[] after = carried.apply(before);
        transaction.when(new Condition.Holds(Space.RECORDS, key, sealed));
        if (!java.util.Arrays.equals(before, after)) {
            transaction.write(
                    new Write.Put(Space.RECORDS, key, warehouse.seal(carriedPlace(id), after)));
        }
    }

    static boolean waits(Contents contents, String id) {
        return contents.reading()
                .get(Space.RECORDS, Layout.staged(contents.warehouse().organisation(), id))
                .isPresent();
    }

    @Override
    public Loaded commit(Request request, Warehouse warehouse, ViewChange change, Once once) {
        return inTurn(
                warehouse,
                List.of(change.view()),
                () ->
                        change(
                                request,
                                warehouse,
                                once,
                                (contents, transaction) -> {
                                    Contents.Found found = contents.found(Kind.VIEW, change.view());
                                    LoadedView view = contents.view(found);
                                    keep(contents, transaction, view.id(), change.carried());
                                    org.apache.iceberg.view.ViewMetadata next =
                                            Changes.next(view, change);
                                    if (next.changes().isEmpty()) {
                                        transaction.when(found.stands());
                                        return Step.<Loaded>of(() -> view);
                                    }
                                    return new Making(contents, transaction)
                                            .next(found, Draft.of(next), view.metadataLocation());
                                },
                                () -> load(warehouse, Kind.VIEW, change.view())));
    }

    /** Metadata that are to stand under a name. */
    private record Draft(Kind kind, String json, Function<String, Object> at) {
        static Draft of(org.apache.iceberg.TableMetadata metadata) {
            String json = LoadedTable.json(metadata);
            return new Draft(
                    Kind.TABLE,
                    json,
                    location ->
                            new Contents.Parsed(
                                    location.equals(metadata.metadataFileLocation())
                                            ? metadata
                                            : org.apache.iceberg.TableMetadata.buildFrom(metadata)
                                                    .discardChanges()
                                                    .withMetadataLocation(location)
                                                    .build(),
                                    json));
        }

        static Draft of(org.apache.iceberg.view.ViewMetadata metadata) {
            String json = org.apache.iceberg.view.ViewMetadataParser.toJson(metadata);
            return new Draft(
                    Kind.VIEW,
                    json,
                    location ->
                            org.apache.iceberg.view.ViewMetadataParser.fromJson(location, json));
        }
    }

    /** Puts drafts into a transaction, with their files. */
    private final class Making {
        private final Contents contents;
        private final Transaction transaction;

        Making(Contents contents, Transaction transaction) {
            this.contents = contents;
            this.transaction = transaction;
        }

        Step<Loaded> first(Contents.Namespace in, TableName name, Draft draft, String id) {
            Warehouse warehouse = contents.warehouse();
            byte[] holder = Layout.id(warehouse.organisation(), id);
            transaction
                    .when(in.stands())
                    .when(contents.free(in, name))
                    .when(new Condition.Holds(Space.RECORDS, holder, Optional.empty()));
            lives(in, name, id);
            byte[] key = Layout.entry(warehouse.organisation(), in.space().id(), name.name());
            return written(key, name, draft, id, 1, "");
        }

        Step<Loaded> next(Contents.Found found, Draft draft, String last) {
            Records.Entry entry = found.entry();
            transaction.when(found.stands());
            Contents.forget(transaction, entry);
            return written(found.key(), found.name(), draft, entry.id(), entry.version() + 1, last);
        }

        /** Under a name that is free or gives way, at a location that is there. */
        Step<Loaded> present(
                Contents.Namespace in, TableName name, Draft draft, String id, String location) {
            Warehouse warehouse = contents.warehouse();
            Optional<Contents.Found> before = contents.find(in, name);
            byte[] key = Layout.entry(warehouse.organisation(), in.space().id(), name.name());
            transaction
                    .when(in.stands())
                    .when(
                            before.map(Contents.Found::stands)
                                    .orElseGet(() -> contents.free(in, name)));
            long version = before.map(each -> each.entry().version()).orElse(0L);
            before.ifPresent(each -> {
                Contents.forget(transaction, each.entry());
                if (!each.entry().id().equals(id)) {
                    dropped(in.space().id(), name, each.entry().id());
                }
            });
            lives(in, name, id);
            // Above whatever this id had before.
            version = Math.max(version, clock.instant().toEpochMilli()) + 1;
            return put(key, name, draft, id, version, location, () -> {});
        }

        void lives(Contents.Namespace in, TableName name, String id) {
            held(in.space().id(), name, id, Records.Holder.Life.LIVES);
        }

        void dropped(long in, TableName name, String id) {
            held(in, name, id, Records.Holder.Life.DROPPED);
        }

        private void held(long in, TableName name, String id, Records.Holder.Life life) {
            transaction.write(
                    new Write.Put(
                            Space.RECORDS,
                            Layout.id(contents.warehouse().organisation(), id),
                            new Records.Holder(life, clock.instant(), in, name.name()).encode()));
        }

        private Step<Loaded> written(
                byte[] key, TableName name, Draft draft, String id, long version, String last) {
            Warehouse warehouse = contents.warehouse();
            String file = id + "/" + Locations.next(last);
            String location = Locations.scheme(warehouse) + file;
            if (draft.json().length() > Contents.LONGEST) {
                throw Contents.tooLarge();
            }
            warehouse.write(file, draft.json().getBytes(StandardCharsets.UTF_8));
            return put(key, name, draft, id, version, location, () -> warehouse.remove(file));
        }

        private Step<Loaded> put(
                byte[] key,
                TableName name,
                Draft draft,
                String id,
                long version,
                String location,
                Runnable undo) {
            boolean put = false;
            try {
                contents.put(
                        transaction,
                        key,
                        draft.kind(),
                        id,
                        version,
                        new Contents.State(location, draft.json()));
                put = true;
            } finally {
                if (!put) {
                    undo.run();
                }
            }
            return new Step<>(
                    () -> {
                        Object metadata = draft.at().apply(location);
                        kept.keep(new Kept.Version(id, version), draft.json().length(), metadata);
                        return metadata instanceof Contents.Parsed table
                                ? new LoadedTable(name, id, version, table.metadata(), table.json())
                                : new LoadedView(
                                        name,
                                        id,
                                        version,
                                        (org.apache.iceberg.view.ViewMetadata) metadata);
                    },
                    undo);
        }
    }

    // registering

    @Override
    public Registrable registrable(Warehouse warehouse, Kind kind, Registration asked) {
        String id =
                Locations.id(warehouse, asked.location())
                        .orElseThrow(() ->
                                new Refusal(
                                        Refusal.Kind.INVALID,
                                        "Only what lies in this catalog's own warehouse can be"
                                                + " registered: "
                                                + asked.location()));
        String json = Changes.read(warehouse, id, asked.location());
        Changes.check(warehouse, kind, id, asked.location(), json);
        return new Registrable.Read(kind, id, asked.location(), json, asked);
    }

    @Override
    public Loaded register(
            Request request, Warehouse warehouse, TableName name, Registrable what, Once once) {
        Registrable.Read read =
                switch (what) {
                    case Registrable.Read each -> each;
                };
        return inTurn(
                warehouse,
                List.of(name),
                () ->
                        change(
                                request,
                                warehouse,
                                once,
                                (contents, transaction) ->
                                        registered(contents, transaction, name, read),
                                () -> load(warehouse, read.kind(), name)));
    }

    private Step<Loaded> registered(
            Contents contents, Transaction transaction, TableName name, Registrable.Read read) {
        Warehouse warehouse = contents.warehouse();
        Contents.Namespace in = contents.namespace(name.namespace());
        Optional<Contents.Found> before = contents.find(in, name);
        before.ifPresent(each -> {
            if (read.asked().present() == Registration.Present.STAYS
                    || each.entry().kind() != read.kind()) {
                throw Refusal.taken(each.entry().kind(), read.kind(), name);
            }
        });
        byte[] key = Layout.id(warehouse.organisation(), read.id());
        Optional<byte[]> holder = contents.reading().get(Space.RECORDS, key);
        boolean own = before.filter(each -> each.entry().id().equals(read.id())).isPresent();
        boolean lives =
                holder.map(Records.Holder::decode)
                        .filter(each -> each.life() == Records.Holder.Life.LIVES)
                        .isPresent();
        if (lives && !own) {
            throw new Refusal(
                    Refusal.Kind.ALREADY_EXISTS,
                    "These files are another table's; rename that one, or drop it first");
        }
        if (holder.isEmpty() || waits(contents, read.id())) {
            throw new Refusal(
                    Refusal.Kind.INVALID, "There was never a table there: " + read.location());
        }
        transaction.when(new Condition.Holds(Space.RECORDS, key, holder));
        Draft draft =
                read.kind() == Kind.TABLE
                        ? Draft.of(Changes.table(read.location(), read.json()))
                        : Draft.of(Changes.view(read.location(), read.json()));
        return new Making(contents, transaction)
                .present(in, name, draft, read.id(), read.location());
    }

    @Override
    public String drop(
            Request request,
            Warehouse warehouse,
            Kind kind,
            TableName name,
            Files files,
            Once once) {
        return inTurn(
                warehouse,
                List.of(name),
                () ->
                        change(
                                request,
                                warehouse,
                                once,
                                (contents, transaction) -> {
                                    Contents.Found found = contents.found(kind, name);
                                    gone(contents, transaction, found, files);
                                    return Step.of(() -> found.entry().id());
                                },
                                () -> ""));
    }

    private void gone(
            Contents contents, Transaction transaction, Contents.Found found, Files files) {
        Warehouse warehouse = contents.warehouse();
        Records.Entry entry = found.entry();
        if (files == Files.GO && !contents.loaded(found).isCollected()) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "The table says gc.enabled=false, so none of its files are removed: drop it"
                            + " without purging it, or set gc.enabled to true before");
        }
        transaction.when(found.stands()).write(new Write.Delete(Space.RECORDS, found.key()));
        Contents.forget(transaction, entry);
        byte[] key = Layout.id(warehouse.organisation(), entry.id());
        switch (files) {
            case GO ->
                    transaction
                            .write(new Write.Delete(Space.RECORDS, key))
                            .write(
                                    new Write.Delete(
                                            Space.RECORDS,
                                            Layout.carried(warehouse.organisation(), entry.id())))
                            .write(
                                    new Write.Delete(
                                            Space.RECORDS,
                                            Layout.fed(warehouse.organisation(), entry.id())));
            case STAY ->
                    new Making(contents, transaction)
                            .dropped(
                                    contents.namespace(found.name().namespace()).space().id(),
                                    found.name(),
                                    entry.id());
        }
    }

    @Override
    public void rename(
            Request request, Warehouse warehouse, Kind kind, Renaming renaming, Once once) {
        inTurn(
                warehouse,
                List.of(renaming.from(), renaming.to()),
                () ->
                        this.<Boolean>change(
                                request,
                                warehouse,
                                once,
                                (contents, transaction) ->
                                        renamed(contents, transaction, kind, renaming),
                                () -> true));
    }

    private Step<Boolean> renamed(
            Contents contents, Transaction transaction, Kind kind, Renaming renaming) {
        Contents.Found found = contents.found(kind, renaming.from());
        Contents.Namespace to = contents.namespace(renaming.to().namespace());
        if (!renaming.from().equals(renaming.to())) {
            contents.find(to, renaming.to())
                    .ifPresent(each -> {
                        throw new Refusal(
                                Refusal.Kind.ALREADY_EXISTS,
                                "Cannot rename "
                                        + renaming.from().text()
                                        + " to "
                                        + renaming.to().text()
                                        + ". "
                                        + each.entry().kind().word()
                                        + " already exists");
                    });
            byte[] key =
                    Layout.entry(
                            contents.warehouse().organisation(),
                            to.space().id(),
                            renaming.to().name());
            transaction
                    .when(contents.free(to, renaming.to()))
                    .write(new Write.Delete(Space.RECORDS, found.key()))
                    .write(new Write.Put(Space.RECORDS, key, found.value()));
            new Making(contents, transaction).lives(to, renaming.to(), found.entry().id());
        }
        transaction.when(found.stands()).when(to.stands());
        return Step.of(() -> true);
    }

    // scans

    @Override
    public Scan scan(
            Warehouse warehouse,
            Loaded table,
            Moment at,
            Filter filter,
            List<String> columns,
            Memory memory) {
        LoadedTable loaded = scannable(table);
        Scanned key = new Scanned(loaded.id(), loaded.version(), at, filter, columns);
        Optional<Costly> known =
                loaded.version() == 0 ? Optional.empty() : scans.find(key, Costly.class);
        if (known.isPresent()) {
            memory.take(known.get().cost());
            return known.get().scan();
        }
        long[] cost = {0};
        Scan made =
                new Scans(warehouse, loaded)
                        .scan(
                                at,
                                filter,
                                columns,
                                taken -> {
                                    memory.take(taken);
                                    cost[0] += taken;
                                });
        if (loaded.version() != 0) {
            scans.keep(key, SCAN_ROOM + cost[0], new Costly(made, cost[0]));
        }
        return made;
    }

    /** What a scan was asked for; the files that a version of a table names never change. */
    private record Scanned(
            String id, long version, Moment at, Filter filter, List<String> columns) {}

    /**
     * @param cost what it takes in memory, about
     */
    private record Costly(Scan scan, long cost) {}

    @Override
    public List<Scan.DataFile> worn(
            Warehouse warehouse, Loaded table, long below, int most, Memory memory) {
        return new Scans(warehouse, scannable(table)).worn(below, most, memory);
    }

    @Override
    public Shape shape(Warehouse warehouse, Loaded table, Moment at) {
        return new Scans(warehouse, scannable(table)).shape(at);
    }

    @Override
    public Map<Integer, String> firstNames(Loaded table) {
        Map<Integer, String> names = new HashMap<>();
        scannable(table).metadata().schemas().stream()
                .sorted(Comparator.comparingInt(org.apache.iceberg.Schema::schemaId))
                .forEach(schema ->
                        schema.columns()
                                .forEach(each -> names.putIfAbsent(each.fieldId(), each.name())));
        return names;
    }

    @Override
    public ViewText text(Loaded view) {
        return switch (view) {
            case LoadedView each -> each.text();
            case LoadedTable each -> throw new IllegalArgumentException(each.id() + " is no view");
        };
    }

    @Override
    public Plan plan(Warehouse warehouse, Loaded table, PlanAsked asked, Memory memory) {
        PlanAsked.Asked wanted =
                switch (asked) {
                    case PlanAsked.Asked each -> each;
                };
        return plans.add(
                warehouse,
                table.id(),
                new Scans(warehouse, scannable(table)).tasks(wanted, memory),
                memory);
    }

    private static LoadedTable scannable(Loaded loaded) {
        return switch (loaded) {
            case LoadedTable table -> table;
            case LoadedView view -> throw Refusal.absent(Kind.TABLE, view.name());
        };
    }

    @Override
    public String planned(Warehouse warehouse, String table, String plan, Memory memory) {
        return plans.planned(warehouse, table, plan, memory);
    }

    @Override
    public String tasks(Warehouse warehouse, String table, String asked, Memory memory) {
        return plans.tasks(warehouse, table, asked, memory);
    }

    @Override
    public void cancel(Warehouse warehouse, String table, String plan) {
        plans.cancel(warehouse, table, plan);
    }

    // upkeep

    @Override
    public TableUpkeep upkeep() {
        return new StoredUpkeep(this);
    }

    /** The next version of a table's metadata. */
    Step<Loaded> next(
            Contents contents,
            Transaction transaction,
            Contents.Found found,
            org.apache.iceberg.TableMetadata next,
            String last) {
        return new Making(contents, transaction).next(found, Draft.of(next), last);
    }

    @Override
    public int sweep() {
        Instant now = clock.instant();
        plans.sweep();
        int loads = 0;
        if (now.isAfter(loadsSwept.plus(PAUSE))) {
            loadsSwept = now;
            loads =
                    swept(
                            Layout.all("l"),
                            value ->
                                    Records.Arrived.decode(value)
                                            .since()
                                            .plus(Loads.REMEMBERED)
                                            .isBefore(now));
        }
        return loads
                + swept(
                        Layout.all("o"),
                        value ->
                                Records.Came.decode(value)
                                        .since()
                                        .plus(Once.REMEMBERED)
                                        .isBefore(now))
                + swept(
                        Layout.all("s"),
                        value -> Records.Staged.decode(value).since().plus(STAGED).isBefore(now));
    }

    private int swept(Range range, java.util.function.Predicate<byte[]> over) {
        Transaction transaction = new Transaction();
        int count = 0;
        try (Cursor cursor = keyspace.scan(Space.RECORDS, range, Reading.Direction.UP)) {
            while (count < SWEPT && cursor.next()) {
                if (over.test(cursor.value())) {
                    transaction.write(new Write.Delete(Space.RECORDS, cursor.key()));
                    count++;
                }
            }
        }
        if (count > 0) {
            commitAlone(transaction);
        }
        return count;
    }
}
