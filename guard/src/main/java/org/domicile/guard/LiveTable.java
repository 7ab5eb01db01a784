package org.domicile.guard;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Session;
import org.domicile.query.TableFile;
import org.domicile.query.Target;
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
 * whoever loads the table together with what it does not hold, and to write by who changes either:
 * so nobody sees a row twice, or not at all, nor a file that is gone. {@code base} comes before
 * {@code lock}. {@code tending} lets one at a time pack and commit.
 *
 * <p><b>Files.</b> What has grown to {@link #SMALL} is no longer in memory but a piece in the
 * table's place. Once there is enough for a data file ({@code streams.commit.size}), a cut is made:
 * all that is a row then, in both tables, is what the next commit brings, and becomes data files.
 * Commits come by time alone ({@code streams.commit}) and bring what the last cut has; without one,
 * all there is. So files are large and commits few at any rate, and memory is bounded.
 *
 * <p>How far the tables are stands in the catalog and moves in the one transaction that brings the
 * rows of both ({@link FilesChange.Feed}): where one of them is, the other misses nothing.
 */
final class LiveTable implements AutoCloseable {
    static final String READ = "tabling:Read";
    static final String APPEND = "tabling:Append";

    private static final System.Logger LOG = System.getLogger("org.domicile.guard");

    /** Rows, as text, that become a file though nobody asks. */
    private static final int FULL = 8 << 20;

    /** Files smaller than this, or an eighth of a data file, are packed, when many are alike. */
    private static final long SMALL = 8L << 20;

    private static final int MANY = 8;

    private static final int FAR_TOO_MANY = 2 * MANY;

    /** How many times the bytes of a data file may be in memory in all. */
    private static final int FULL_TIMES = 2;

    /** Data files that are committed though it is not time yet. */
    private static final int MOST_READY = 64;

    /** Laid files of a table that wait at one time; then the rest stays in memory. */
    private static final int MOST_WAITING = 256;

    /** How long a file waits for its snapshot; well below {@link UpkeepOfTables#UNREFERRED}. */
    private static final Duration LONGEST = Duration.ofDays(1);

    /** What is said of files that become one: it is this much of them at least. */
    private static final double LEAST_SHRUNK = 0.5;

    /** A part of a data file that is too little for one of its own. */
    private static final int LEFT = 4;

    private static final String BEHIND = "The table's stream cannot be read to its end now: ";
    private static final String AGAIN = "its stream is being read once more";

    private static final String REMOVED =
            "a file of its rows was removed by somebody else, so " + AGAIN;

    private static final int MOST_AT_ONCE = 64;

    /** Of one poll, which gives a mebibyte: more comes so fast that few may read so at a time. */
    private static final long FAST = 512 << 10;

    /** Polls that give nothing, after which there is nothing, whatever the log says. */
    private static final int EMPTY = 5;

    private static final Duration SOON = Duration.ofSeconds(2);

    /** How long it does not get on before it matters how much of its stream waits. */
    private static final Duration TROUBLED = Duration.ofMinutes(10);

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
    private final LivePause reading = new LivePause(); // owned by the thread that reads
    private boolean recorded; // its beginning; owned by the same
    private final LivePause laying = new LivePause();
    private final LivePause committing = new LivePause();
    private Map<Integer, Long> position = new TreeMap<>();
    private boolean begun;
    private int waiting; // who waits until all is a row
    private int rounds; // how many times all was to be read once more
    private String log = "";
    private String why = "its stream is being read for the first time";
    private String uncommitted = "";
    private Map<Integer, Long> cut = Map.of(); // up to where the files of the cut are all rows
    private double shrinks = 1;
    private Instant committed = Instant.EPOCH;
    private Instant trimmed = Instant.EPOCH;
    private String stuck = ""; // why files are not laid, and so on; owned by who tends
    private String unmade = "";
    private String untrimmed = "";
    private Instant troubled = Instant.MAX; // since when it does not get on
    private Instant sized = Instant.EPOCH;
    private volatile String full = "";
    private volatile LiveRoom.Way way = LiveRoom.Way.OPEN; // to lay files, as far as it was tried
    private volatile boolean doubted; // whether all files are there
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    LiveTable(LiveTables.With with, Stream stream) {
        this.with = with;
        this.stream = stream;
        this.fit = new LiveSide(stream.table(), with.room());
        this.unfit = new LiveSide(stream.unfit(), with.room());
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
        while (!closed) {
            try {
                follow();
                recorded = false; // whoever begins anew says so
                reading.done();
            } catch (Refused | Refusal | StorageFailure | LiveTables.Wrong e) {
                pause(String.valueOf(e.getMessage()));
            } catch (RuntimeException | Error e) {
                pause(defect(e));
            }
        }
    }

    /** Until it is tried again: sooner where somebody waits for the rows. */
    private void pause(String reason) {
        fails(reason);
        Instant failed = LivePause.tick();
        reading.failed(failed);
        Instant soon = failed.plus(SOON);
        Instant now = failed;
        while (!closed && !reading.isOver(now) && !(isAwaited() && now.isAfter(soon))) {
            rest(STEP.toMillis());
            now = LivePause.tick();
        }
    }

    private boolean isAwaited() {
        lock.lock();
        try {
            return waiting > 0;
        } finally {
            lock.unlock();
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
        int schema = with.schema(stream);
        int partitions = with.partitions(stream);
        RowDecoder decoder = open(uses);
        Map<Integer, Long> from = new TreeMap<>();
        Map<Integer, Long> ends = new TreeMap<>();
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
            ends.put(each.partition(), each.next());
        }
        if (from.size() < partitions) {
            throw new LiveTables.Wrong("the stream is not ready");
        }
        begins(uses);
        try (StreamLog.Reader reader = with.log().read(stream.name(), from)) {
            Follower follower = new Follower(reader, decoder, schema, partitions, ends);
            while (!closed && hasBegun() && follower.isSame) {
                if (isFull()) {
                    rest(STEP.toMillis()); // the log keeps the rest
                } else if (follower.isBehind()) {
                    with.room().inTurn(STEP, follower::step);
                } else {
                    follower.step();
                }
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /**
     * One that reads from some place on. Owned by the thread that reads.
     *
     * <p>After a start many have much to read, and what they have read and not made rows of is in
     * nobody's count: so a few at a time read what was there before, or comes fast.
     */
    private final class Follower {
        private final StreamLog.Reader reader;
        private final RowDecoder decoder;
        private final int schema;
        private final int partitions;
        private final Map<Integer, Long> ends;
        private Instant looked = with.clock().instant();
        private int empty; // polls, one after the other
        private boolean isFast;
        private boolean isSame = true;

        /**
         * @param ends what was there before, by partition
         */
        Follower(
                StreamLog.Reader reader,
                RowDecoder decoder,
                int schema,
                int partitions,
                Map<Integer, Long> ends) {
            this.reader = reader;
            this.decoder = decoder;
            this.schema = schema;
            this.partitions = partitions;
            this.ends = ends;
        }

        boolean isBehind() {
            return isFast
                    || (empty < EMPTY // a transaction holds back what was there
                            && ends.entrySet().stream()
                                    .anyMatch(
                                            each -> reader.next(each.getKey()) < each.getValue()));
        }

        void step() {
            if (isFull()) {
                return; // others were quicker
            }
            List<StreamRecord> records = reader.poll(STEP);
            Instant now = with.clock().instant();
            if (!records.isEmpty() || looked.plus(LOOK).isBefore(now)) {
                looked = now;
                // else these are read once more, as what they are now
                isSame = with.schema(stream) == schema && with.partitions(stream) == partitions;
            }
            empty = records.isEmpty() ? empty + 1 : 0;
            long weight = 0;
            for (StreamRecord each : records) {
                weight += each.weight();
            }
            isFast = weight > FAST;
            if (isSame) {
                take(decoder, records, reader, ends.keySet());
                reading.done();
            }
        }
    }

    /** Each beginning is on record before its first record is read, not each try of it. */
    private void begins(Uses uses) {
        Resource.Data place = with.places().of(stream);
        String object = StreamPlaces.object(stream.name());
        if (recorded) {
            uses.check(READ, place, object);
            return;
        }
        try (Admitted use = uses.admit(READ, place, object)) {
            use.record(Outcome.DONE, 0);
            recorded = true;
        }
    }

    private boolean hasBegun() {
        lock.lock();
        try {
            return begun;
        } finally {
            lock.unlock();
        }
    }

    /** Whether so much waits in memory that no more may come. */
    private boolean isFull() {
        lock.lock();
        try {
            boolean full =
                    fit.held() + unfit.held() > FULL_TIMES * with.options().most()
                            || with.room().isFull(held(), way);
            if (full) {
                why = "its rows wait for room" + (uncommitted.isEmpty() ? "" : ": " + uncommitted);
                moved.signalAll();
            }
            return full;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes in memory. */
    private long held() {
        return sides().stream().mapToLong(each -> each.held() + each.waiting()).sum();
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
        bounded(uses, closedOff, fit, table);
        bounded(uses, closedOff, unfit, others);
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

    /** Its columns, as the stream calls them. */
    private List<Field> fields(OpenedWarehouse warehouse, Loaded table) {
        Tables tables = with.parts().tables();
        return LiveColumns.original(
                tables.shape(warehouse, table, new org.domicile.tables.Moment.Now()).columns(),
                tables.firstNames(table));
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

    /** Its snapshots end at some time, unless its owner says something else. */
    private void bounded(Uses uses, OpenedWarehouse warehouse, LiveSide side, Loaded table) {
        Set<String> said = table.properties().keySet();
        if (said.contains(LiveTables.AGE) || said.contains(LiveTables.KEEP)) {
            return;
        }
        try (Admitted use =
                uses.admit(APPEND, with.place(uses, warehouse, side.table()), LiveTables.AGE)) {
            with.parts()
                    .tables()
                    .commit(
                            use.carrying(() -> 0),
                            warehouse,
                            List.of(
                                    org.domicile.tables.TableChange.of(
                                            name(warehouse, side.table()),
                                            table,
                                            with.options().history())),
                            org.domicile.tables.Once.NOT);
        }
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
            if (!begun) {
                return; // all is read once more
            }
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
                long most = Math.min(FULL, with.options().most());
                if (fit.waiting() >= most || unfit.waiting() >= most || fit.behind() >= most) {
                    settleAll();
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
        return side.settle(with.maker(), this::bad);
    }

    /** Their records are read once more: nobody keeps them for the few that the engine refuses. */
    private Answer<Runnable> bad(List<LiveSide.Bad> rows) {
        Map<StreamLog.Place, StreamRecord> records;
        try {
            records =
                    with.log()
                            .again(stream.name(), rows.stream().map(LiveSide.Bad::place).toList());
        } catch (StorageFailure e) {
            return Answer.failed(
                    Failure.SYSTEM, "records that are no rows cannot be read: " + e.getMessage());
        }
        return Answer.of(() -> {
            for (LiveSide.Bad each : rows) {
                StreamRecord record = records.get(each.place());
                unfit(record == null ? gone(each.place()) : record, each.why());
            }
        });
    }

    /** What is known of one that went from the log before it was in a table. */
    private StreamRecord gone(StreamLog.Place place) {
        return new StreamRecord(
                place.partition(),
                place.offset(),
                with.clock().instant(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /** First what fits: of that something may prove not to. */
    private void settleAll() {
        sides().forEach(each -> settled(each, settle(each)));
    }

    // what is asked

    /** A table as it is loaded, and files of the rows that it does not have yet. */
    record View(Loaded loaded, List<TableFile> files) {
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
     * @param hold makes the files readable for as long as the asker wants, whatever comes of them
     */
    Answer<View> view(
            String id,
            Supplier<Loaded> load,
            Function<List<HotFile>, Answer<List<TableFile>>> hold) {
        LiveSide side = id.equals(fit.table()) ? fit : unfit;
        Map<Integer, Long> ends;
        try {
            ends = ends();
        } catch (StorageFailure | LiveTables.Wrong e) {
            return behind(String.valueOf(e.getMessage()));
        }
        Optional<String> trouble = caughtUp(ends);
        if (trouble.isPresent()) {
            return behind(trouble.get());
        }
        int round;
        lock.lock();
        try {
            if (!isThrough(ends)) {
                return behind(why);
            }
            round = rounds;
            // first what fits: of that something may prove not to
            for (LiveSide each : side == fit ? List.of(fit) : sides()) {
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
            List<HotFile> files;
            lock.lock();
            try {
                if (round != rounds) {
                    return behind(AGAIN); // and what was in files is not, or not yet
                }
                files = side.files();
            } finally {
                lock.unlock();
            }
            Answer<List<TableFile>> held = hold.apply(files);
            if (held instanceof Answer.Failed<List<TableFile>>) {
                doubted = true;
            }
            return held.then(each -> Answer.of(new View(loaded, each)));
        } finally {
            base.readLock().unlock();
        }
    }

    private static Answer<View> behind(String why) {
        return Answer.failed(
                new Failure(
                        "57P03",
                        BEHIND + (why.isEmpty() ? AGAIN : why) + ".",
                        0,
                        "What is committed can be read: from NAMESPACE.TABLE at (version =>"
                                + " 'main')"));
    }

    /** Up to where records are in the stream now. */
    private Map<Integer, Long> ends() {
        return with.log().ends(stream.name(), with.partitions(stream));
    }

    /** Waits until all before these is a row; why it is not, after a while. */
    private Optional<String> caughtUp(Map<Integer, Long> ends) {
        long left = PATIENCE.toNanos();
        lock.lock();
        try {
            waiting++;
            while (!isThrough(ends)) {
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
            waiting--;
            lock.unlock();
        }
    }

    /** Whether all before these is a row. For who has the lock, and for as long as he has it. */
    private boolean isThrough(Map<Integer, Long> ends) {
        return begun && isAt(ends);
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
     * Packs files, lays them where they have room, commits what is due, and lets records go that
     * are in the table.
     *
     * @param tight whether memory has no room for what it holds
     */
    void tend(boolean tight) {
        if (!tending.tryLock()) {
            return;
        }
        try {
            Instant now = with.clock().instant();
            if (doubted || laid().plus(LONGEST).isBefore(now)) {
                String trouble = tried(() -> look(now));
                stuck = trouble.isEmpty() ? stuck : trouble;
            }
            if (laying.isOver(now)) {
                stuck = tried(laying, () -> lay(tight));
            }
            way = isBlocked() ? LiveRoom.Way.BLOCKED : LiveRoom.Way.OPEN;
            // while commits fail, files are laid all the same: else memory is full soon
            if (!isDue(now)) {
                unmade = "";
            } else if (stuck.isEmpty() && committing.isOver(now)) {
                unmade = tried(committing, this::commit);
            }
            if (trimmed.plus(TRIMMING).isBefore(now)) {
                trimmed = now;
                untrimmed = tried(() -> trim(now));
            }
            commits(!stuck.isEmpty() ? stuck : !unmade.isEmpty() ? unmade : untrimmed);
            size(now, !stuck.isEmpty() ? stuck : unmade);
        } finally {
            tending.unlock();
        }
    }

    /** Why nothing more is published to its stream; empty while it may be. */
    String full() {
        return full;
    }

    /**
     * A stream that is a table lets no record go that is not in the table: where that does not get
     * on, what waits is as much as the stream may be, and no more, so that it takes the disk from
     * nobody else.
     *
     * @param uncommittedFor why rows come into no snapshot; empty when they do
     */
    private void size(Instant now, String uncommittedFor) {
        String reason = unread();
        reason = reason.isEmpty() ? uncommittedFor : reason;
        if (reason.isEmpty()) {
            troubled = Instant.MAX;
            full = "";
            return;
        }
        troubled = troubled.isBefore(now) ? troubled : now;
        Duration patience = with.options().every();
        Duration look = patience.compareTo(LOOK) < 0 ? patience : LOOK;
        patience = patience.compareTo(TROUBLED) < 0 ? patience : TROUBLED;
        if (Duration.between(troubled, now).compareTo(patience) < 0
                || sized.plus(look).isAfter(now)) {
            return;
        }
        sized = now;
        String said = overfull(reason);
        String unknown = tried(() -> full = isOver() ? said : "");
        if (!unknown.isEmpty()) {
            full = ""; // its log does not run, or it goes: then nothing is published either
            LOG.log(Level.DEBUG, "the size of {0} is not known: {1}", stream.name(), unknown);
        }
    }

    /** Why records are not read; empty when they are. */
    private String unread() {
        lock.lock();
        try {
            return why;
        } finally {
            lock.unlock();
        }
    }

    private String overfull(String reason) {
        return ("the table of %s does not get on (%s), and the records that wait for it are as many"
                        + " as the stream's size allows: mend that, give the stream a larger --size"
                        + " ('domicile stream change'), or delete it")
                .formatted(stream.name(), reason);
    }

    /**
     * Whether what is in no snapshot takes more than the stream may, by its share of all records.
     */
    private boolean isOver() {
        Map<Integer, Long> in;
        lock.lock();
        try {
            in = fit.committed();
        } finally {
            lock.unlock();
        }
        long all = 0;
        long left = 0;
        for (StreamLog.Extent each : with.log().extents(stream.name())) {
            long from = Math.max(each.first(), in.getOrDefault(each.partition(), 0L));
            all += each.next() - each.first();
            left += Math.max(0, each.next() - from);
        }
        return left > 0
                && (double) with.log().bytes(stream.name()) * left / all > with.size(stream);
    }

    /** Whether what is in memory stays there: nothing is laid, or too much is. */
    private boolean isBlocked() {
        return !stuck.isEmpty() || sides().stream().anyMatch(each -> laid(each) >= MOST_WAITING);
    }

    /** Gives up files that wait for too long, or are not all there. */
    private void look(Instant now) {
        if (laid().plus(LONGEST).isBefore(now)) {
            again();
            return;
        }
        List<HotFile> all = new ArrayList<>();
        lock.lock();
        try {
            sides().forEach(each -> all.addAll(each.files()));
        } finally {
            lock.unlock();
        }
        boolean there = store().has(all);
        doubted = false;
        if (!there) {
            again();
            LOG.log(Level.WARNING, "{0}: {1}", stream.name(), REMOVED);
        }
    }

    /** What somebody removed is read once more from the log, which has it until it is committed. */
    private void check(LiveStore store, List<? extends HotFile> files) {
        if (!store.has(files)) {
            again();
            throw new LiveTables.Wrong(REMOVED);
        }
    }

    /** Why it was not done; empty when it was. */
    private String tried(Runnable work) {
        try {
            work.run();
            return "";
        } catch (Refused | Refusal | StorageFailure | LiveTables.Wrong e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            return defect(e); // of this one; others go on
        }
    }

    private String tried(LivePause pause, Runnable work) {
        String trouble = tried(work);
        if (trouble.isEmpty()) {
            pause.done();
        } else {
            pause.failed(with.clock().instant());
        }
        return trouble;
    }

    /** Packs files, lays them where they have room, and makes data files where there is enough. */
    private void lay(boolean tight) {
        if (tight) {
            lock.lock();
            try {
                settleAll();
            } finally {
                lock.unlock();
            }
        }
        for (LiveSide each : sides()) {
            pack(each, tight);
        }
        if (isCutDue()) {
            cut();
            for (LiveSide each : sides()) {
                if (isLarge(raw(each))) {
                    ready(each);
                }
            }
        }
    }

    private List<LiveSide> sides() {
        return List.of(fit, unfit);
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

    /** Whether what waits makes a data file. */
    private boolean isCutDue() {
        lock.lock();
        try {
            return begun
                    && sides().stream()
                            .anyMatch(each -> isLarge(each.uncut()) && laid(each) < MOST_WAITING);
        } finally {
            lock.unlock();
        }
    }

    private long laid(LiveSide side) {
        lock.lock();
        try {
            return side.files().stream().filter(HotFile.Laid.class::isInstance).count();
        } finally {
            lock.unlock();
        }
    }

    private long small() {
        return Math.min(SMALL, with.options().most() / MANY);
    }

    private boolean isLarge(List<HotFile> files) {
        return bytes(files) * shrinks >= with.options().most();
    }

    private static long bytes(List<? extends HotFile> files) {
        return files.stream().mapToLong(HotFile::size).sum();
    }

    private boolean isDue(Instant now) {
        Duration every = with.options().every();
        lock.lock();
        try {
            Instant oldest = fit.since().isBefore(unfit.since()) ? fit.since() : unfit.since();
            return begun
                    && (sides().stream().anyMatch(each -> each.cut().size() >= MOST_READY)
                            || (oldest != Instant.MAX
                                    && oldest.plus(every).isBefore(now)
                                    && committed.plus(every).isBefore(now)));
        } finally {
            lock.unlock();
        }
    }

    private Instant laid() {
        lock.lock();
        try {
            // a day before the end of time, so that more can be added
            Instant never = Instant.MAX.minus(LONGEST).minus(LONGEST);
            Instant oldest = fit.laid().isBefore(unfit.laid()) ? fit.laid() : unfit.laid();
            return oldest.isBefore(never) ? oldest : never;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Files that wait for too long would be taken for nobody's, and removed: before that, all is
     * read once more.
     */
    private void again() {
        List<HotFile> gone = new ArrayList<>();
        base.writeLock().lock();
        try {
            lock.lock();
            try {
                sides().forEach(each -> {
                    gone.addAll(each.files());
                    each.begin(log, each.said());
                });
                cut = Map.of();
                begun = false;
                rounds++;
                why = AGAIN;
                moved.signalAll();
            } finally {
                lock.unlock();
            }
        } finally {
            base.writeLock().unlock();
        }
        store().remove(gone);
    }

    /** Its stream is gone, and so was its table: nobody else would remove what was laid for it. */
    void leave() {
        tending.lock();
        try {
            again();
        } finally {
            tending.unlock();
        }
    }

    /** All that is in the stream now is in its tables when this returns. */
    void settle() {
        Map<Integer, Long> ends;
        try {
            ends = ends();
        } catch (StorageFailure e) {
            throw new LiveTables.Wrong(BEHIND + e.getMessage());
        }
        Optional<String> trouble = caughtUp(ends);
        if (trouble.isPresent()) {
            throw new LiveTables.Wrong(BEHIND + trouble.get());
        }
        tending.lock();
        try {
            cut(ends); // at once: somebody waits
            commit();
            laying.done();
            committing.done();
            way = LiveRoom.Way.OPEN;
            stuck = "";
            unmade = "";
        } finally {
            tending.unlock();
        }
    }

    /** A cut that has all before these, whatever was done since they were. */
    private void cut(Map<Integer, Long> ends) {
        lock.lock();
        try {
            if (!isThrough(ends)) {
                throw new LiveTables.Wrong(BEHIND + (why.isEmpty() ? AGAIN : why));
            }
            cut();
        } finally {
            lock.unlock();
        }
    }

    /** What is a row by now, in both tables, is what the next commit brings. */
    private void cut() {
        lock.lock();
        try {
            if (!begun) {
                throw new LiveTables.Wrong(why);
            }
            settleAll();
            sides().forEach(LiveSide::cover);
            cut = new TreeMap<>(position);
        } finally {
            lock.unlock();
        }
    }

    /** Commits what the last cut has; without one, all. */
    private void commit() {
        boolean whole;
        lock.lock();
        try {
            whole = cut.isEmpty();
        } finally {
            lock.unlock();
        }
        if (whole) {
            cut();
        }
        sides().forEach(this::ready);
        List<LiveStore.Part> all = new ArrayList<>();
        Map<Integer, Long> to;
        String says;
        lock.lock();
        try {
            to = Map.copyOf(cut);
            says = log + " " + LiveSide.text(to);
            for (LiveSide each : sides()) {
                List<HotFile.Ready> files = new ArrayList<>();
                for (HotFile one : each.cut()) {
                    if (one instanceof HotFile.Ready ready) {
                        files.add(ready);
                    } else {
                        throw new IllegalStateException(one.id() + " is no data file");
                    }
                }
                if (!files.isEmpty() || !says.equals(each.said())) {
                    all.add(new LiveStore.Part(each.table(), files, each.said(), says));
                }
            }
        } finally {
            lock.unlock();
        }
        if (to.isEmpty()) {
            return; // nothing was ever read
        }
        if (all.isEmpty()) {
            done(to, says);
            return;
        }
        LiveStore store = store();
        all.forEach(each -> check(store, each.files()));
        store.commit(
                all,
                change -> {
                    base.writeLock().lock();
                    try {
                        change.run();
                        done(to, says);
                    } finally {
                        base.writeLock().unlock();
                    }
                });
    }

    private void done(Map<Integer, Long> to, String says) {
        lock.lock();
        try {
            sides().forEach(each -> each.committed(to, says));
            cut = Map.of();
            committed = with.clock().instant();
        } finally {
            lock.unlock();
        }
    }

    private void trim(Instant now) {
        Map<Integer, Long> in;
        lock.lock();
        try {
            in = fit.committed();
        } finally {
            lock.unlock();
        }
        if (!in.isEmpty()) {
            with.log().trim(stream.name(), in, now.minus(with.retention(stream)));
        }
    }

    private LiveStore store() {
        Uses uses = with.uses().apply(stream.organisation());
        OpenedWarehouse warehouse = with.closed(uses, stream.organisation());
        return new LiveStore(
                uses,
                with.parts(),
                warehouse,
                uses.labels(with.places().of(stream)),
                with.clock(),
                id -> name(warehouse, id));
    }

    /**
     * Small files in memory become one; large ones are laid in the table's place, and all where
     * memory is tight. What a cut has and what it has not stay apart.
     */
    private void pack(LiveSide side, boolean tight) {
        pack(side, tight, side::cut);
        pack(side, tight, side::uncut);
    }

    private void pack(LiveSide side, boolean tight, Supplier<List<HotFile>> files) {
        List<HotFile.InMemory> small = new ArrayList<>();
        for (HotFile.InMemory each : inMemory(files)) {
            if (each.size() < small() && small.size() < MOST_AT_ONCE) {
                small.add(each);
            }
        }
        List<HotFile.InMemory> few = tight ? small : alike(small, small());
        if (few.size() > 1) {
            LiveStore store = store();
            HotFile.InMemory together =
                    with(session -> store.packed(session, side.table(), few), "packed");
            replaced(side, few, List.of(together));
        }
        for (HotFile.InMemory each : inMemory(files)) {
            if ((each.size() >= small() || tight) && laid(side) < MOST_WAITING) {
                replaced(side, List.of(each), List.of(store().piece(side.table(), each)));
            }
        }
    }

    /**
     * Which of some small files become one: those of about a size, once there are many, so that a
     * row is written anew a few times and not each time that others come; all, where they are
     * enough together, or far too many.
     *
     * @param enough bytes
     * @return empty while they are to wait
     */
    static <T extends HotFile> List<T> alike(List<T> small, long enough) {
        if (small.size() >= FAR_TOO_MANY || bytes(small) >= enough) {
            return small;
        }
        long[] sizes = small.stream().mapToLong(HotFile::size).sorted().toArray();
        long others = bytes(small);
        for (int count = sizes.length; count >= MANY; count--) {
            long largest = sizes[count - 1];
            others -= largest;
            if (largest <= others / 2) {
                return small.stream().filter(each -> each.size() <= largest).toList();
            }
        }
        return List.of();
    }

    private List<HotFile.InMemory> inMemory(Supplier<List<HotFile>> files) {
        lock.lock();
        try {
            List<HotFile.InMemory> found = new ArrayList<>();
            for (HotFile each : files.get()) {
                if (each instanceof HotFile.InMemory one) {
                    found.add(one);
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** What the cut has and is no data file yet. */
    private List<HotFile> raw(LiveSide side) {
        lock.lock();
        try {
            return side.cut().stream().filter(each -> !(each instanceof HotFile.Ready)).toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What the cut has becomes data files, one at a time: after a packer that failed for long the
     * cut has more than a worker can hold, and what is done is done when the next one fails.
     */
    private void ready(LiveSide side) {
        for (List<HotFile> raw = raw(side); !raw.isEmpty(); raw = raw(side)) {
            List<HotFile> slice = slice(raw, (long) (with.options().most() / shrinks));
            LiveStore store = store();
            check(store, slice);
            List<HotFile.Ready> ready =
                    with(session -> store.ready(session, side.table(), slice), "written");
            replaced(side, slice, ready);
            store.remove(slice);
            if (bytes(slice) >= small()) {
                shrinks = Math.clamp((double) bytes(ready) / bytes(slice), LEAST_SHRUNK, 1);
            }
        }
    }

    /**
     * The first of some files, as many as make a data file; all, where what is left would be a
     * small one.
     *
     * @param enough bytes
     */
    static List<HotFile> slice(List<HotFile> files, long enough) {
        int count = 0;
        long size = 0;
        while (count < files.size() && size < enough) {
            size += files.get(count++).size();
        }
        boolean all = bytes(files) - size < enough / LEFT;
        return all ? files : files.subList(0, count);
    }

    private <T> T with(Function<Session, Answer<T>> work, String what) {
        return switch (with.packer().with(work)) {
            case Answer.Given<T>(T value) -> value;
            case Answer.Failed<T>(Failure failure) ->
                    throw new LiveTables.Wrong(
                            "its rows could not be " + what + ": " + failure.message());
        };
    }

    /** Nobody has seen those that go and not opened them: see {@link #view}. */
    private void replaced(
            LiveSide side, List<? extends HotFile> old, List<? extends HotFile> fresh) {
        base.writeLock().lock();
        try {
            lock.lock();
            try {
                side.replaced(old, fresh);
            } finally {
                lock.unlock();
            }
        } finally {
            base.writeLock().unlock();
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
        lock.lock();
        try {
            sides().forEach(LiveSide::end);
        } finally {
            lock.unlock();
        }
    }
}
