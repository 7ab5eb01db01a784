package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.domicile.keys.Pass;
import org.domicile.policy.Marks;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.CatalogTable;
import org.domicile.query.DataFile;
import org.domicile.query.Plan;
import org.domicile.query.Relation;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.TableFile;
import org.domicile.query.Target;
import org.domicile.query.Wanted;
import org.domicile.query.Written;
import org.domicile.request.Outcome;
import org.domicile.tables.Field;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;
import org.domicile.tables.Warehouse;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a live table's files: they are packed, laid in their table's place, and given to
 * its next snapshot. It holds nothing itself. Each act is a use of the program's; whatever of it
 * fails leaves no file behind, and what a death leaves no snapshot names, so {@link UpkeepOfTables}
 * removes it.
 */
final class LiveStore {
    static final String PLAN = "tabling:Plan";

    private static final String PARQUET = "application/vnd.apache.parquet";

    private final Uses uses;
    private final SqlCatalog.Parts parts;
    private final OpenedWarehouse closed;
    private final Marks labels;
    private final InstantSource clock;
    private final Function<String, TableName> names;

    /**
     * For one turn.
     *
     * @param closed that opens nothing
     * @param labels of the stream now, which its rows bring along
     * @param names of tables, by their ids
     */
    LiveStore(
            Uses uses,
            SqlCatalog.Parts parts,
            OpenedWarehouse closed,
            Marks labels,
            InstantSource clock,
            Function<String, TableName> names) {
        this.uses = uses;
        this.parts = parts;
        this.closed = closed;
        this.labels = labels;
        this.clock = clock;
        this.names = names;
    }

    /** A table as it is now. @param id of it */
    private SqlChanges.Goal goal(String id) {
        TableName name = names.apply(id);
        Tables tables = parts.tables();
        Loaded loaded = tables.load(closed, Kind.TABLE, name);
        return new SqlChanges.Goal(
                closed,
                name,
                loaded,
                tables.shape(closed, loaded, new Moment.Now()),
                tables.spread(loaded),
                TableMarks.place(uses, tables, closed, id));
    }

    // packing

    /** One file of several. @param id of their table */
    Answer<HotFile.InMemory> packed(Session session, String id, List<HotFile.InMemory> files) {
        List<Field> fields = goal(id).shape().columns();
        return session.write(
                        Hot.select(fields),
                        List.of(),
                        new Target.Parquet(SqlChanges.slots(fields)),
                        new Hot(
                                fields,
                                files,
                                () -> {
                                    throw new IllegalStateException("they are in memory");
                                }))
                .then(LiveSide::file);
    }

    /** Data files of several, by the table's partitioning; what gives way to them stays. */
    Answer<List<HotFile.Ready>> ready(Session session, String id, List<HotFile> files) {
        SqlChanges.Goal goal = goal(id);
        List<Field> fields = goal.shape().columns();
        OpenedWarehouse opened = opened(List.of(goal));
        return session.write(
                        Hot.select(fields),
                        List.of(),
                        SqlPartitions.target(goal, SqlChanges.slots(fields)),
                        new Hot(fields, files, () -> opened))
                .then(written -> {
                    try (written) {
                        return Answer.of(ready(goal, written));
                    }
                });
    }

    private List<HotFile.Ready> ready(SqlChanges.Goal goal, Written written) {
        List<HotFile.Ready> ready = new ArrayList<>();
        laying(
                goal,
                written.rows() + " rows for the next snapshot",
                written.size(),
                names -> {
                    for (Written each : written.files()) {
                        if (each.rows() > 0) {
                            String name = name(goal);
                            names.add(name);
                            lay(goal, name, each.read(), each.size());
                            ready.add(
                                    new HotFile.Ready(
                                            SqlChanges.file(name, goal.spread().spec(), each),
                                            clock.instant(),
                                            HotFile.footer(each)));
                        }
                    }
                });
        return ready;
    }

    /** The same file, in the table's place. */
    HotFile.Piece piece(String id, HotFile.InMemory file) {
        SqlChanges.Goal goal = goal(id);
        String name = name(goal);
        laying(
                goal,
                file.rows() + " rows, which wait",
                file.size(),
                names -> {
                    names.add(name);
                    lay(goal, name, new ByteArrayInputStream(file.bytes()), file.size());
                });
        return new HotFile.Piece(name, clock.instant(), file.footer());
    }

    private static String name(SqlChanges.Goal goal) {
        return goal.loaded().id() + "/data/" + UUID.randomUUID() + ".parquet";
    }

    private void lay(SqlChanges.Goal goal, String name, InputStream in, long size)
            throws IOException {
        closed.write(name, in, size, PARQUET, goal.place().carried().and(labels));
    }

    private interface Laying {
        void lay(List<String> names) throws IOException;
    }

    /** A use that lays files; where it fails, they go. */
    private void laying(SqlChanges.Goal goal, String said, long bytes, Laying laying) {
        try (Admitted use =
                uses.admit(LiveTable.APPEND, goal.place(), goal.name().text() + "; " + said)) {
            List<String> laid = new ArrayList<>();
            boolean done = false;
            try {
                use.keep(goal.place().carried().and(labels));
                laying.lay(laid);
                use.record(Outcome.DONE, bytes);
                done = true;
            } catch (IOException e) {
                throw new LiveTables.Wrong("its rows could not be kept: " + e.getMessage());
            } finally {
                if (!done) {
                    laid.forEach(closed::remove);
                }
            }
        }
    }

    /** Whether each of them that was laid lies there still: somebody may have removed it. */
    boolean has(List<? extends HotFile> files) {
        return files.stream()
                .allMatch(each -> !(each instanceof HotFile.Laid laid) || closed.has(laid.name()));
    }

    /** Pieces whose rows are in other files now. */
    void remove(List<HotFile> files) {
        for (HotFile each : files) {
            if (each instanceof HotFile.Laid laid) {
                closed.remove(laid.name());
            }
        }
    }

    // committing

    /**
     * What comes into a table.
     *
     * @param id of it
     * @param said how far it is, as the catalog has it
     * @param says how far it is then
     */
    record Part(String id, List<HotFile.Ready> files, String said, String says) {
        /** They are the record's own. */
        public Part {
            files = List.copyOf(files);
        }
    }

    /** Commits, by running the change. */
    interface Committing {
        void commit(Runnable change);
    }

    /**
     * All parts, in one transaction and one use.
     *
     * @param committing does it, when nobody looks
     */
    void commit(List<Part> all, Committing committing) {
        List<SqlChanges.Goal> goals = all.stream().map(each -> goal(each.id())).toList();
        SqlChanges.Goal first = goals.getFirst();
        for (SqlChanges.Goal each : goals) {
            uses.check(LiveTable.APPEND, each.place(), each.name().text());
        }
        long rows =
                all.stream().flatMap(each -> each.files().stream()).mapToLong(HotFile::rows).sum();
        try (Admitted use =
                uses.admit(
                        LiveTable.APPEND,
                        first.place(),
                        said(goals) + "; " + rows + " rows in their snapshot")) {
            String number = uses.last();
            use.keep(first.place().carried().and(labels));
            List<FilesChange> changes = new ArrayList<>();
            for (int i = 0; i < goals.size(); i++) {
                Part part = all.get(i);
                changes.add(
                        new FilesChange(
                                goals.get(i).name(),
                                part.id(),
                                new FilesChange.Feed(part.said(), part.says()),
                                part.files().stream().map(HotFile.Ready::made).toList(),
                                Map.of(
                                        "domicile.stream.offsets",
                                        part.says(),
                                        "domicile.use",
                                        number),
                                before -> TableMarks.and(before, labels)));
            }
            use.confirm();
            OpenedWarehouse opened = opened(goals);
            committing.commit(() -> parts.tables().commit(use.carrying(() -> 0), opened, changes));
        } catch (org.domicile.tables.Refusal e) {
            throw new LiveTables.Wrong(e.sentence());
        }
    }

    private static String said(List<SqlChanges.Goal> goals) {
        return String.join(", ", goals.stream().map(each -> each.name().text()).toList());
    }

    /** That reads the tables' own files, once it has to: a use of its own, on record before. */
    private OpenedWarehouse opened(List<SqlChanges.Goal> goals) {
        ReentrantLock lock = new ReentrantLock();
        List<Pass> passes = new ArrayList<>();
        return new OpenedWarehouse(
                parts.opened(),
                uses.request(),
                closed.source(),
                () -> {
                    lock.lock();
                    try {
                        if (passes.isEmpty()) {
                            goals.forEach(
                                    each -> uses.check(PLAN, each.place(), each.name().text()));
                            try (Admitted use =
                                    uses.admit(PLAN, goals.getFirst().place(), said(goals))) {
                                passes.add(use.record(Outcome.DONE, 0));
                            }
                        }
                        return passes.getFirst();
                    } finally {
                        lock.unlock();
                    }
                });
    }

    // reading

    /** Files of its own, as a session reads them: nothing leaves the worker but what it writes. */
    private record Hot(
            List<Field> fields, List<? extends HotFile> files, Supplier<Warehouse> warehouse)
            implements Sources {
        private static final String NAME = "hot.rows";

        static String select(List<Field> fields) {
            return "SELECT "
                    + String.join(
                            ", ", fields.stream().map(each -> Target.quoted(each.name())).toList())
                    + " FROM \"hot\".\"rows\"";
        }

        @Override
        public Answer<Relation> resolve(
                org.domicile.query.TableName name, At at, List<String> namespace) {
            return Answer.of(
                    new CatalogTable(
                            HotFile.ID + files.getFirst().id(), NAME, SqlColumns.of(fields)));
        }

        @Override
        public Answer<List<TableFile>> files(CatalogTable table, Wanted wanted) {
            return Answer.of(files.stream().map(each -> each.file(NAME)).toList());
        }

        @Override
        public Answer<Reading> open(Plan plan) {
            return Answer.of(new Opened(files, warehouse));
        }
    }

    private static final class Opened implements Sources.Reading {
        private final Map<String, HotFile> files = new HashMap<>();
        private final Map<String, Warehouse.Readable> held = new HashMap<>();
        private final Supplier<Warehouse> warehouse;

        Opened(List<? extends HotFile> all, Supplier<Warehouse> warehouse) {
            all.forEach(each -> files.put(each.id(), each));
            this.warehouse = warehouse;
        }

        @Override
        public InputStream read(DataFile file, long offset, long length) throws IOException {
            @Nullable HotFile found = files.get(file.id());
            return switch (Optional.ofNullable(found)
                    .orElseThrow(() ->
                            new IllegalArgumentException("it was not planned: " + file.id()))) {
                case HotFile.InMemory one -> one.read(offset, length);
                case HotFile.Laid one -> {
                    try {
                        yield held.computeIfAbsent(one.name(), each -> warehouse.get().read(each))
                                .read(offset, length);
                    } catch (org.domicile.tables.Refusal e) {
                        throw new IOException(e.sentence(), e);
                    } catch (UncheckedIOException e) {
                        throw e.getCause();
                    }
                }
            };
        }

        @Override
        public void close() {
            held.values().forEach(Warehouse.Readable::close);
            held.clear();
        }
    }
}
