package org.domicile.tables;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.view.ViewMetadata;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.request.Request;

/** Upkeep of what {@link StoredTables} keeps. Without state of its own. */
final class StoredUpkeep implements TableUpkeep {
    private final StoredTables tables;

    StoredUpkeep(StoredTables tables) {
        this.tables = tables;
    }

    @Override
    public Optional<Held> holder(Warehouse warehouse, String id) {
        return tables.read(warehouse, contents -> holder(contents, id));
    }

    private static Optional<Held> holder(Contents contents, String id) {
        String organisation = contents.warehouse().organisation();
        Optional<Records.Holder> found =
                contents.reading()
                        .get(Space.RECORDS, Layout.id(organisation, id))
                        .map(Records.Holder::decode);
        if (found.isEmpty()) {
            return StoredTables.waits(contents, id)
                    ? Optional.of(new Held(id, Life.STAGED, Kind.TABLE, Optional.empty(), 0))
                    : Optional.empty();
        }
        return Optional.of(
                switch (found.get().life()) {
                    case DROPPED -> new Held(id, Life.DROPPED, Kind.TABLE, Optional.empty(), 0);
                    case LIVES -> living(contents, id, found.get());
                });
    }

    private static Held living(Contents contents, String id, Records.Holder holder) {
        String organisation = contents.warehouse().organisation();
        Records.Entry entry =
                contents.reading()
                        .get(
                                Space.RECORDS,
                                Layout.entry(organisation, holder.namespace(), holder.name()))
                        .map(Records.Entry::decode)
                        .filter(each -> each.id().equals(id))
                        .orElseThrow(() -> corrupt("the id " + id + " lives under no name"));
        return new Held(
                id,
                Life.LIVES,
                entry.kind(),
                Optional.of(new TableName(namespace(contents, holder.namespace()), holder.name())),
                entry.version());
    }

    /** By its number: namespaces are few, and upkeep has time. */
    private static NamespaceName namespace(Contents contents, long id) {
        try (Cursor cursor =
                contents.reading()
                        .scan(
                                Space.RECORDS,
                                Layout.namespaces(contents.warehouse().organisation()),
                                Reading.Direction.UP)) {
            while (cursor.next()) {
                if (Records.Space.decode(cursor.value()).id() == id) {
                    return new NamespaceName(Layout.levels(cursor.key()));
                }
            }
        }
        throw corrupt("a table lies in a namespace that is not there");
    }

    private static StorageFailure corrupt(String what) {
        return new StorageFailure(StorageFailure.Kind.CORRUPT, what);
    }

    private static LoadedTable table(Loaded loaded) {
        return switch (loaded) {
            case LoadedTable table -> table;
            case LoadedView view -> throw Refusal.absent(Kind.TABLE, view.name());
        };
    }

    @Override
    public Inspection inspect(Warehouse warehouse, Loaded table) {
        return new Walking(warehouse, table(table)).inspection();
    }

    @Override
    public Wear wear(Loaded loaded) {
        Snapshot current = table(loaded).metadata().currentSnapshot();
        return current == null
                ? new Wear(-1, Instant.EPOCH, 0, 0, 0, "")
                : new Wear(
                        current.snapshotId(),
                        Instant.ofEpochMilli(current.timestampMillis()),
                        Describing.said(current, "total-data-files").orElse(-1),
                        Describing.said(current, "total-files-size").orElse(-1),
                        Describing.said(current, "total-delete-files").orElse(-1),
                        current.summary() == null
                                ? ""
                                : current.summary().getOrDefault("domicile.use", ""));
    }

    @Override
    public Counted counted(Loaded loaded) {
        return Counting.counted(table(loaded).metadata());
    }

    @Override
    public StatisticsChange.Puffin puffin(Loaded loaded, long snapshot, List<Distinct> columns) {
        return Counting.puffin(table(loaded).metadata(), snapshot, columns);
    }

    @Override
    public Loaded set(Request request, Warehouse warehouse, StatisticsChange change) {
        return next(
                request,
                warehouse,
                change.table(),
                change.id(),
                metadata -> Counting.with(warehouse, metadata, change));
    }

    @Override
    public Loaded unset(
            Request request, Warehouse warehouse, TableName table, String id, Set<Integer> fields) {
        return next(request, warehouse, table, id, metadata -> Counting.without(metadata, fields));
    }

    /** Another version of its metadata, of whatever they are by then. */
    private Loaded next(
            Request request,
            Warehouse warehouse,
            TableName name,
            String id,
            UnaryOperator<TableMetadata> change) {
        return tables.inTurn(
                warehouse,
                List.of(name),
                () ->
                        tables.change(
                                request,
                                warehouse,
                                Once.NOT,
                                (contents, transaction) ->
                                        next(contents, transaction, name, id, change),
                                () -> tables.load(warehouse, Kind.TABLE, name)));
    }

    private StoredTables.Step<Loaded> next(
            Contents contents,
            Transaction transaction,
            TableName name,
            String id,
            UnaryOperator<TableMetadata> change) {
        Contents.Found found = contents.found(Kind.TABLE, name);
        if (!found.entry().id().equals(id)) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED,
                    "Another table has this name by now: " + name.text());
        }
        LoadedTable table = contents.table(found);
        TableMetadata next = Document.checked(() -> change.apply(table.metadata()));
        if (next.changes().isEmpty()) {
            transaction.when(found.stands());
            return StoredTables.Step.of(() -> table);
        }
        return tables.next(contents, transaction, found, next, table.metadataLocation());
    }

    @Override
    public Over over(Warehouse warehouse, Loaded table, Ending ending) {
        return Expiring.over(table(table).metadata(), ending);
    }

    @Override
    public Over expire(
            Request request, Warehouse warehouse, TableName name, Ending ending, Once once) {
        return tables.inTurn(
                warehouse,
                List.of(name),
                () ->
                        tables.change(
                                request,
                                warehouse,
                                once,
                                (contents, transaction) ->
                                        expired(contents, transaction, name, ending),
                                () -> Over.NOTHING));
    }

    private StoredTables.Step<Over> expired(
            Contents contents, Transaction transaction, TableName name, Ending ending) {
        Contents.Found found = contents.found(Kind.TABLE, name);
        LoadedTable table = contents.table(found);
        Over over = Expiring.over(table.metadata(), ending);
        if (over.isNothing()) {
            transaction.when(found.stands());
            return StoredTables.Step.of(() -> over);
        }
        TableMetadata next =
                Document.checked(() -> {
                    TableMetadata.Builder builder = TableMetadata.buildFrom(table.metadata());
                    over.references().forEach(builder::removeRef);
                    return builder.removeSnapshots(over.snapshots()).build();
                });
        StoredTables.Step<Loaded> step =
                tables.next(contents, transaction, found, next, table.metadataLocation());
        return new StoredTables.Step<>(
                () -> {
                    Loaded _ = step.result().get();
                    return over;
                },
                step.undo());
    }

    @Override
    public Referred referred(Warehouse warehouse, Loaded loaded) {
        return switch (loaded) {
            case LoadedTable table -> new Walking(warehouse, table).referred();
            case LoadedView view -> referred(warehouse, view.metadata());
        };
    }

    /** A view has one file. */
    private static Referred referred(Warehouse warehouse, ViewMetadata metadata) {
        Referred referred = new Referred();
        String location = metadata.metadataFileLocation();
        String scheme = Locations.scheme(warehouse);
        if (location != null && location.startsWith(scheme)) {
            referred.add(location.substring(scheme.length()));
        }
        return referred;
    }

    @Override
    public boolean whileUnchanged(Warehouse warehouse, Held held, Runnable work) {
        return tables.inTurn(
                warehouse,
                held.name().stream().toList(),
                () -> {
                    if (!holder(warehouse, held.id()).equals(Optional.of(held))) {
                        return false;
                    }
                    work.run();
                    return true;
                });
    }
}
