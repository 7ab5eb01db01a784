package org.domicile.guard;

import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.policy.Marks;
import org.domicile.query.Answer;
import org.domicile.query.At;
import org.domicile.query.CatalogTable;
import org.domicile.query.DataFile;
import org.domicile.query.Failure;
import org.domicile.query.Plan;
import org.domicile.query.Relation;
import org.domicile.query.Sources;
import org.domicile.query.TableFile;
import org.domicile.query.Target;
import org.domicile.query.Wanted;
import org.domicile.request.Outcome;
import org.domicile.schemas.Column;
import org.domicile.schemas.Decoded;
import org.domicile.schemas.RowDecoder;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.domicile.tables.ColumnChange;
import org.domicile.tables.Field;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Loaded;
import org.domicile.tables.Refusal;
import org.domicile.tables.TableUpkeep;
import org.domicile.tables.Tables;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose records are rows of a table. Three things go on with it:
 *
 * <ul>
 *   <li>its own thread reads the stream and makes rows of it, which wait as text;
 *   <li>whoever asks for the table ({@link #view}) waits until all is read that was there when he
 *       asked, has what waits put into a file, and takes along those files that the snapshot does
 *       not have;
 *   <li>the thread of {@link LiveTables} packs files together and commits them ({@link #tend}).
 * </ul>
 *
 * <p>{@code lock} guards what is held: text, files, how far it is. {@code base} is held to read by
 * whoever loads the table together with what it does not hold, and to write by a commit: so nobody
 * sees a row twice, or not at all. {@code base} comes before {@code lock}. {@code tending} lets one
 * at a time commit.
 *
 * <p>How far the table is stands in the catalog and moves in the transaction that brings the rows
 * ({@link FilesChange.Feed}). Rows that do not fit go first, into a table of their own: so from
 * where the table is, nothing is missing in either.
 */
final class LiveTable implements AutoCloseable {
    static final String READ = "tabling:Read";
    static final String APPEND = "tabling:Append";

    private static final System.Logger LOG = System.getLogger("org.domicile.guard");

    /** Text that becomes a file though nobody asks. */
    private static final int FULL = 8 << 20;

    /** Files smaller than this are packed, when there are so many. */
    private static final long SMALL = 8L << 20;

    private static final int MANY = 8;

    /** How many times what is committed early may wait in all. */
    private static final int FULL_TIMES = 2;

    private static final int MOST_AT_ONCE = 64;
    private static final long LONG_MILLIS = 10_000;
    private static final Duration STEP = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration TRIMMING = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final LiveTables.With with;
    private final Stream stream;
    private final LiveSide fit;
    private final LiveSide unfit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final ReentrantReadWriteLock base = new ReentrantReadWriteLock();
    private final ReentrantLock tending = new ReentrantLock();
    private Map<Integer, Long> position = new TreeMap<>();
    private boolean begun;
    private String log = "";
    private String why = "its stream is being read for the first time";
    private String uncommitted = "";
    private Instant trimmed = Instant.EPOCH;
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    LiveTable(LiveTables.With with, Stream stream) {
        this.with = with;
        this.stream = stream;
        this.fit = new LiveSide(stream.table());
        this.unfit = new LiveSide(stream.unfit());
    }

    Stream stream() {
        return stream;
    }

    /** Ids of its tables. */
    List<String> ids() {
        return List.of(fit.table(), unfit.table());
    }

    void start() {
        thread = Thread.ofVirtual().name("table of " + stream.name()).start(this::run);
    }

    // what is read

    private void run() {
        long pause = 200;
        while (!closed) {
            try {
                follow();
                pause = 200;
            } catch (Refused | Refusal | StorageFailure | LiveTables.Wrong e) {
                fails(String.valueOf(e.getMessage()));
                rest(pause);
                pause = Math.min(LONG_MILLIS, 2 * pause);
            } catch (RuntimeException | Error e) {
                fails(defect(e));
                rest(LONG_MILLIS);
            }
        }
    }

    private String defect(Throwable e) {
        LOG.log(Level.ERROR, "a defect of the program, in the table of " + stream.name(), e);
        return "a defect of the program: " + e;
    }

    private void fails(String reason) {
        lock.lock();
        try {
            if (!why.equals(reason) && !closed) {
                LOG.log(Level.WARNING, "the table of {0} waits: {1}", stream.name(), reason);
            }
            why = reason;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void rest(long millis) {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (left > 0 && !closed) {
                left = moved.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Until its partitions or its schema change. */
    private void follow() {
        Uses uses = with.uses().apply(stream.organisation());
        try (Admitted use =
                uses.admit(READ, with.places().of(stream), StreamPlaces.object(stream.name()))) {
            use.record(Outcome.DONE, 0);
        }
        int schema = with.schema(stream);
        int partitions = with.partitions(stream);
        RowDecoder decoder = open(uses);
        Map<Integer, Long> from = new TreeMap<>();
        for (StreamLog.Extent each : with.log().extents(stream.name())) {
            long at = position.getOrDefault(each.partition(), 0L);
            if (each.next() < at) {
                throw new LiveTables.Wrong(
                        "its log ends at %d of partition %d, before what is in the table (%d)"
                                .formatted(each.next(), each.partition(), at));
            }
            if (at > 0 && each.first() > at) {
                LOG.log(
                        Level.WARNING,
                        "records {0} to {1} of partition {2} of {3} went before they were rows",
                        at,
                        each.first(),
                        each.partition(),
                        stream.name());
            }
            from.put(each.partition(), Math.max(each.first(), at));
        }
        if (from.size() < partitions) {
            throw new LiveTables.Wrong("the stream is not ready");
        }
        try (StreamLog.Reader reader = with.log().read(stream.name(), from)) {
            Instant looked = with.clock().instant();
            while (!closed) {
                if (isFull()) {
                    rest(STEP.toMillis()); // the log keeps the rest
                    continue;
                }
                List<StreamRecord> records = reader.poll(STEP);
                Instant now = with.clock().instant();
                if (!records.isEmpty() || looked.plus(LOOK).isBefore(now)) {
                    looked = now;
                    if (with.schema(stream) != schema || with.partitions(stream) != partitions) {
                        return; // these are read once more, as what they are now
                    }
                }
                take(decoder, records, reader, from.keySet());
            }
        }
    }

    /** Whether so much waits for its commit that no more may come. */
    private boolean isFull() {
        lock.lock();
        try {
            boolean full =
                    held() > FULL_TIMES * with.options().most() || with.tight().getAsBoolean();
            if (full) {
                why =
                        "its rows wait for their snapshot"
                                + (uncommitted.isEmpty() ? "" : ": " + uncommitted);
                moved.signalAll();
            }
            return full;
        } finally {
            lock.unlock();
        }
    }

    private long held() {
        return fit.size() + unfit.size() + fit.waiting() + unfit.waiting();
    }

    /** What its tables look like and how far they are. */
    private RowDecoder open(Uses uses) {
        OpenedWarehouse closedOff = with.closed(uses, stream.organisation());
        Loaded table = load(closedOff, fit.table());
        List<Field> fields = fields(closedOff, table);
        RowDecoder decoder = with.decoder(stream, fields);
        List<Column> all = LiveColumns.all(decoder.columns());
        List<Column> fresh = LiveColumns.missing(all, fields);
        if (!fresh.isEmpty()) {
            table = widened(uses, closedOff, table, fresh);
            fields = fields(closedOff, table);
        }
        List<Target.Slot> slots =
                LiveColumns.slots(all, fields)
                        .orElseThrow(() -> new LiveTables.Wrong("its table has other columns"));
        Loaded others = load(closedOff, unfit.table());
        List<Column> allUnfit = LiveColumns.all(LiveColumns.UNFIT);
        List<Target.Slot> unfitSlots =
                LiveColumns.slots(allUnfit, fields(closedOff, others))
                        .orElseThrow(() ->
                                new LiveTables.Wrong(
                                        "the table of what does not fit has other columns"));
        String feed = with.parts().tables().fed(closedOff, fit.table());
        String unfitFeed = with.parts().tables().fed(closedOff, unfit.table());
        String id = with.log().id(stream.name());
        lock.lock();
        try {
            if (begun) {
                settled(fit, settle(fit));
            } else {
                log = id;
                fit.begin(id, feed);
                unfit.begin(id, unfitFeed);
                position = new TreeMap<>(fit.committed());
            }
            fit.shape(all, slots);
            unfit.shape(allUnfit, unfitSlots);
            begun = true;
        } finally {
            lock.unlock();
        }
        return decoder;
    }

    private static void settled(LiveSide side, Answer<Boolean> answer) {
        if (answer instanceof Answer.Failed<Boolean>(Failure failure)) {
            throw new LiveTables.Wrong(
                    "rows of " + side.table() + " could not be written: " + failure.message());
        }
    }

    private Loaded load(OpenedWarehouse warehouse, String id) {
        Optional<TableUpkeep.Held> held =
                with.parts()
                        .tables()
                        .upkeep()
                        .holder(warehouse, id)
                        .filter(each -> each.life() == TableUpkeep.Life.LIVES);
        return with.parts()
                .tables()
                .load(
                        warehouse,
                        org.domicile.tables.Kind.TABLE,
                        held.flatMap(TableUpkeep.Held::name)
                                .orElseThrow(() -> new LiveTables.Wrong("its table is not there")));
    }

    private List<Field> fields(OpenedWarehouse warehouse, Loaded table) {
        return with.parts()
                .tables()
                .shape(warehouse, table, new org.domicile.tables.Moment.Now())
                .columns();
    }

    /** A newer schema has more columns. */
    private Loaded widened(Uses uses, OpenedWarehouse warehouse, Loaded table, List<Column> fresh) {
        Tables tables = with.parts().tables();
        Loaded now = table;
        for (Column each : fresh) {
            try (Admitted use =
                    uses.admit(APPEND, with.place(uses, warehouse, fit.table()), each.name())) {
                now =
                        tables.commit(
                                        use.carrying(() -> 0),
                                        warehouse,
                                        List.of(
                                                org.domicile.tables.TableChange.of(
                                                        name(warehouse),
                                                        now,
                                                        new ColumnChange.Add(
                                                                LiveColumns.field(each)))),
                                        org.domicile.tables.Once.NOT)
                                .getFirst();
            }
        }
        return now;
    }

    private org.domicile.tables.TableName name(OpenedWarehouse warehouse) {
        return name(warehouse, fit.table());
    }

    private org.domicile.tables.TableName name(OpenedWarehouse warehouse, String id) {
        return with.parts()
                .tables()
                .upkeep()
                .holder(warehouse, id)
                .flatMap(TableUpkeep.Held::name)
                .orElseThrow(() -> new LiveTables.Wrong("its table is not there"));
    }

    private void take(
            RowDecoder decoder,
            List<StreamRecord> records,
            StreamLog.Reader reader,
            Iterable<Integer> partitions) {
        List<Decoded> rows = new ArrayList<>(records.size());
        for (StreamRecord each : records) {
            rows.add(
                    each.value()
                            .map(decoder::decode)
                            .orElseGet(() -> new Decoded.Unfit("the record has no value")));
        }
        Instant now = with.clock().instant();
        lock.lock();
        try {
            for (int i = 0; i < rows.size(); i++) {
                StreamRecord record = records.get(i);
                String reason =
                        switch (rows.get(i)) {
                            case Decoded.Row(Object[] values) ->
                                    fit.has(record) ? "" : fit.add(record, values, now);
                            case Decoded.Unfit(String said) -> said;
                        };
                if (!reason.isEmpty()) {
                    unfit(record, reason);
                }
                position.put(record.partition(), record.offset() + 1);
                if (fit.waiting() >= FULL || unfit.waiting() >= FULL) {
                    settled(fit, settle(fit));
                    settled(unfit, settle(unfit));
                }
            }
            for (int each : partitions) {
                position.put(each, reader.next(each));
            }
            why = "";
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void unfit(StreamRecord record, String reason) {
        if (unfit.has(record)) {
            return;
        }
        @Nullable Object[] row = {
            reason, record.value().map(java.nio.ByteBuffer::wrap).orElse(null)
        };
        String lost = unfit.add(record, row, with.clock().instant());
        if (!lost.isEmpty()) {
            throw new IllegalStateException("a reason and bytes are a row: " + lost);
        }
    }

    /**
     * All rows in files. What the engine does not take, though it fits, goes the way of the rest.
     */
    private Answer<Boolean> settle(LiveSide side) {
        return side.settle(
                with.maker(), stream.name(), position, bad -> unfit(bad.record(), bad.why()));
    }

    // what is asked

    /** A table as it is loaded, and the rows that it does not have yet. */
    record View(Loaded loaded, List<HotFile> files) {
        /** They are the record's own. */
        public View {
            files = List.copyOf(files);
        }
    }

    /**
     * All rows of now.
     *
     * @param id of which of its tables
     * @param load loads it
     */
    Answer<View> view(String id, Supplier<Loaded> load) {
        LiveSide side = id.equals(fit.table()) ? fit : unfit;
        Optional<String> trouble = caughtUp();
        if (trouble.isPresent()) {
            return Answer.failed(
                    new Failure(
                            "57P03",
                            "The table's stream cannot be read to its end now: "
                                    + trouble.get()
                                    + ".",
                            0,
                            "What is committed can be read: from NAMESPACE.TABLE at (version =>"
                                    + " 'main')"));
        }
        lock.lock();
        try {
            // first what fits: of that something may prove not to
            for (LiveSide each : side == fit ? List.of(fit) : List.of(fit, unfit)) {
                if (settle(each) instanceof Answer.Failed<Boolean>(Failure failure)) {
                    return Answer.failed(failure);
                }
            }
        } finally {
            lock.unlock();
        }
        base.readLock().lock();
        try {
            Loaded loaded = load.get();
            lock.lock();
            try {
                return Answer.of(new View(loaded, side.files()));
            } finally {
                lock.unlock();
            }
        } finally {
            base.readLock().unlock();
        }
    }

    /** Waits until all is a row that is in the stream now; why it is not, after a while. */
    private Optional<String> caughtUp() {
        Map<Integer, Long> ends;
        try {
            ends = with.log().ends(stream.name(), with.partitions(stream));
        } catch (StorageFailure e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
        long left = PATIENCE.toNanos();
        lock.lock();
        try {
            while (!begun || !isAt(ends)) {
                if (left <= 0 || closed) {
                    return Optional.of(why.isEmpty() ? "its reader is behind" : why);
                }
                left = moved.awaitNanos(left);
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("it was not waited for");
        } finally {
            lock.unlock();
        }
    }

    private boolean isAt(Map<Integer, Long> ends) {
        return !ends.isEmpty()
                && ends.entrySet().stream()
                        .allMatch(each ->
                                position.getOrDefault(each.getKey(), 0L) >= each.getValue());
    }

    /** How it stands. */
    LiveTables.Standing standing() {
        lock.lock();
        try {
            return new LiveTables.Standing(
                    stream.name(),
                    fit.rows() + unfit.rows(),
                    held(),
                    LiveSide.text(fit.committed()),
                    why.isEmpty() ? uncommitted : why);
        } finally {
            lock.unlock();
        }
    }

    /** Whether its table is there still. */
    boolean isThere() {
        try {
            Uses uses = with.uses().apply(stream.organisation());
            OpenedWarehouse warehouse = with.closed(uses, stream.organisation());
            return !load(warehouse, fit.table()).id().isEmpty();
        } catch (LiveTables.Wrong e) {
            return false;
        }
    }

    // what is committed

    /**
     * Packs files, commits what is due, and lets records go that are in the table.
     *
     * @param now whether all that waits is due
     */
    void tend(boolean now) {
        if (!tending.tryLock()) {
            return;
        }
        try {
            pack(fit);
            pack(unfit);
            if (now || isDue()) {
                commit();
                commits("");
            }
            Instant at = with.clock().instant();
            if (trimmed.plus(TRIMMING).isBefore(at)) {
                trim(at);
                trimmed = at;
            }
        } catch (Refused | Refusal | StorageFailure | LiveTables.Wrong e) {
            commits(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            commits(defect(e)); // of this one; others go on
        } finally {
            tending.unlock();
        }
    }

    /**
     * @param reason why it does not; empty when it does
     */
    private void commits(String reason) {
        lock.lock();
        try {
            if (!uncommitted.equals(reason) && !reason.isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "rows of {0} wait for their snapshot: {1}",
                        stream.name(),
                        reason);
            }
            uncommitted = reason;
        } finally {
            lock.unlock();
        }
    }

    private boolean isDue() {
        Instant now = with.clock().instant();
        lock.lock();
        try {
            Instant oldest = fit.since().isBefore(unfit.since()) ? fit.since() : unfit.since();
            return begun
                    && (held() >= with.options().most()
                            || (oldest != Instant.MAX
                                    && oldest.plus(with.options().every()).isBefore(now)));
        } finally {
            lock.unlock();
        }
    }

    /** All that is in the stream now is in its tables when this returns. */
    void settle() {
        Optional<String> trouble = caughtUp();
        if (trouble.isPresent()) {
            throw new LiveTables.Wrong(
                    "The table's stream cannot be read to its end now: " + trouble.get());
        }
        tending.lock();
        try {
            commit();
        } finally {
            tending.unlock();
        }
    }

    /**
     * Both are taken at one moment, and what fits is committed last: so where its table says that
     * it is, the other has all that did not fit.
     */
    private void commit() {
        Taken rows;
        Taken others;
        lock.lock();
        try {
            rows = take(fit);
            others = take(unfit);
        } finally {
            lock.unlock();
        }
        if (!others.files().isEmpty()) {
            commit(unfit, others);
        }
        boolean moves = !rows.after().isEmpty() && !rows.says().equals(rows.said());
        if (!rows.files().isEmpty() || moves) {
            commit(fit, rows);
        }
    }

    /** Rows that are to be committed. */
    private record Taken(List<HotFile> files, String said, Map<Integer, Long> after, String says) {}

    private Taken take(LiveSide side) {
        settled(side, settle(side));
        Map<Integer, Long> after = side.reached();
        return new Taken(side.files(), side.said(), after, log + " " + LiveSide.text(after));
    }

    private void trim(Instant now) {
        Map<Integer, Long> committed;
        lock.lock();
        try {
            committed = fit.committed();
        } finally {
            lock.unlock();
        }
        if (!committed.isEmpty()) {
            with.log().trim(stream.name(), committed, now.minus(with.retention(stream)));
        }
    }

    private void pack(LiveSide side) {
        List<HotFile> small = new ArrayList<>();
        lock.lock();
        try {
            for (HotFile each : side.files()) {
                if (each.size() < SMALL && small.size() < MOST_AT_ONCE) {
                    small.add(each);
                }
            }
        } finally {
            lock.unlock();
        }
        if (small.size() < MANY) {
            return;
        }
        Uses uses = with.uses().apply(stream.organisation());
        OpenedWarehouse warehouse = with.closed(uses, stream.organisation());
        List<Field> fields = fields(warehouse, load(warehouse, side.table()));
        Answer<HotFile> together =
                with.packer()
                        .with(session ->
                                session.write(
                                                Hot.select(fields),
                                                List.of(),
                                                new Target.Parquet(SqlChanges.slots(fields)),
                                                new Hot(fields, small))
                                        .then(written -> LiveSide.file(stream.name(), written)));
        switch (together) {
            case Answer.Failed<HotFile>(Failure failure) ->
                    throw new LiveTables.Wrong(
                            "its rows could not be packed: " + failure.message());
            case Answer.Given<HotFile>(HotFile file) -> {
                lock.lock();
                try {
                    side.packed(small, file);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private void commit(LiveSide side, Taken taken) {
        Answer<GuardedSql.Result> done =
                with.packer().with(session -> committed(side, session, taken));
        if (done instanceof Answer.Failed<GuardedSql.Result>(Failure failure)) {
            throw new LiveTables.Wrong("its rows could not be committed: " + failure.message());
        }
    }

    private Answer<GuardedSql.Result> committed(
            LiveSide side, org.domicile.query.Session session, Taken taken) {
        List<HotFile> files = taken.files();
        Map<Integer, Long> after = taken.after();
        Uses uses = with.uses().apply(stream.organisation());
        Marks labels = uses.labels(with.places().of(stream));
        try (SqlStatement statement =
                new SqlStatement(uses, with.reads().apply(uses), with.parts(), "")) {
            SqlChanges on =
                    new SqlChanges(
                            with.parts(),
                            _ -> {
                                throw new IllegalStateException("nothing is copied");
                            },
                            uses,
                            session,
                            statement,
                            "stream " + stream.name() + " " + taken.says(),
                            "");
            SqlChanges.Goal goal =
                    on.goal(
                            SqlChanges.path(
                                    name(with.closed(uses, stream.organisation()), side.table())),
                            APPEND,
                            SqlChanges.COMMIT);
            FilesChange.Feed feed = new FilesChange.Feed(taken.said(), taken.says());
            SqlChanges.Committing committing =
                    (carrying, warehouse, change) -> {
                        base.writeLock().lock();
                        try {
                            Loaded loaded =
                                    with.parts().tables().commit(carrying, warehouse, change);
                            lock.lock();
                            try {
                                side.committed(files, after, taken.says(), with.clock().instant());
                            } finally {
                                lock.unlock();
                            }
                            return loaded;
                        } finally {
                            base.writeLock().unlock();
                        }
                    };
            if (files.isEmpty()) {
                return on.fed(goal, APPEND, Optional.empty(), feed, labels, committing);
            }
            List<Field> fields = goal.shape().columns();
            return session.write(
                            Hot.select(fields),
                            List.of(),
                            SqlPartitions.target(goal, SqlChanges.slots(fields)),
                            new Hot(fields, files))
                    .then(written -> {
                        try (written) {
                            return on.fed(
                                    goal, APPEND, Optional.of(written), feed, labels, committing);
                        }
                    });
        }
    }

    /** Files of its own, as a session reads them: nothing leaves the worker but what it writes. */
    private record Hot(List<Field> fields, List<HotFile> files) implements Sources {
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
            return Answer.of(files.stream().map(HotFile::file).toList());
        }

        @Override
        public Answer<Reading> open(Plan plan) {
            return Answer.of(
                    new Reading() {
                        @Override
                        public InputStream read(DataFile file, long offset, long length) {
                            return files.stream()
                                    .filter(each -> each.id().equals(file.id()))
                                    .findFirst()
                                    .orElseThrow(() ->
                                            new IllegalArgumentException(
                                                    "it was not planned: " + file.id()))
                                    .read(offset, length);
                        }

                        @Override
                        public void close() {}
                    });
        }
    }

    @Override
    public void close() {
        closed = true;
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
        Thread running = thread;
        try {
            if (running != null && !running.join(PATIENCE)) {
                LOG.log(Level.WARNING, "the table of {0} is still being read", stream.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
