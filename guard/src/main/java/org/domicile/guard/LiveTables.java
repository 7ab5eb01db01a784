package org.domicile.guard;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.domicile.bytes.StorageFailure;
import org.domicile.objects.Bucket;
import org.domicile.policy.Resource;
import org.domicile.query.Queries;
import org.domicile.schemas.Registered;
import org.domicile.schemas.RowDecoder;
import org.domicile.schemas.Schemas;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.domicile.tables.Field;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewNamespace;
import org.domicile.tables.NewTable;
import org.domicile.tables.Once;
import org.domicile.tables.Refusal;
import org.domicile.tables.Shape;
import org.domicile.tables.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Streams that are tables: {@link LiveTable} has one. It is empty until {@link #begin}, which is
 * before anybody is served; from then on whoever reads one of their tables gets its newest rows
 * here. {@code making} lets one be made at a time. One thread commits what is due, for all.
 */
final class LiveTables implements AutoCloseable {
    /** Of all organisations. */
    static final int MOST = 100;

    /** What the table of records that do not fit is called, behind the name of the other. */
    private static final String UNFIT = "_unfit";

    private static final System.Logger LOG = System.getLogger("org.domicile.guard");

    /** Of the heap, of which what is in memory of all may take one. */
    private static final int SHARE = 8;

    private static final long STEP_MILLIS = 500;

    /** Iceberg's words for how long snapshots of a table stay, and how many of them in any case. */
    static final String AGE = "history.expire.max-snapshot-age-ms";

    static final String KEEP = "history.expire.min-snapshots-to-keep";
    private static final Duration LONGEST = Duration.ofDays(5);

    /** How long transactions that are open are waited for when their stream goes. */
    private static final Duration TRANSACTIONS = Duration.ofSeconds(3);

    private final Map<String, LiveTable> byTable = new ConcurrentHashMap<>();
    private final ReentrantLock making = new ReentrantLock();
    private final CountDownLatch ends = new CountDownLatch(1);
    private volatile @Nullable With with;
    private final LiveRoom room = new LiveRoom(Runtime.getRuntime().maxMemory() / SHARE);
    private volatile @Nullable Thread tending;

    /** Something about a stream keeps its table from getting on. */
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Wrong(String sentence) {
            super(sentence, null, false, false);
        }
    }

    /**
     * How it is done.
     *
     * @param every how long rows wait for their commit at most
     * @param most bytes of a data file
     */
    record Options(Duration every, long most) {
        private static final int SNAPSHOTS = 1_440;
        private static final Duration LEAST = Duration.ofHours(1);

        /**
         * What is set on a table whose owner does not say how long its snapshots stay: a commit
         * each five minutes would fill its metadata. Five days of them; fewer where they come more
         * often.
         */
        Map<String, String> history() {
            Duration age = every.multipliedBy(SNAPSHOTS);
            age = age.compareTo(LEAST) < 0 ? LEAST : age.compareTo(LONGEST) > 0 ? LONGEST : age;
            return Map.of(AGE, String.valueOf(age.toMillis()), KEEP, "10");
        }
    }

    /** What it works with. */
    record With(
            Options options,
            Queries queries,
            SqlCatalog.Parts parts,
            Warehouses warehouses,
            InstantSource clock,
            Function<String, Uses> uses,
            Function<Uses, NestedReads> reads,
            Streams streams,
            StreamLog log,
            StreamPlaces places,
            Schemas schemas,
            LiveWorker maker,
            LiveWorker packer,
            LiveRoom room) {
        /** The id of the newest schema of a stream. */
        int schema(Stream stream) {
            return schemas.newest(stream.organisation(), Schemas.subject(stream.name()))
                    .map(Registered::id)
                    .orElseThrow(() -> new Wrong("its stream has no schema any more"));
        }

        /**
         * Rows of the newest schema whose columns a table has or can get: a newer one may say of a
         * column that it is something else.
         */
        RowDecoder decoder(Stream stream, List<Field> table) {
            String subject = Schemas.subject(stream.name());
            for (int version :
                    schemas.versions(stream.organisation(), subject, Schemas.Shown.LIVE)
                            .reversed()) {
                Optional<RowDecoder> decoder =
                        schemas.version(stream.organisation(), subject, version, Schemas.Shown.LIVE)
                                .flatMap(each -> schemas.decoder(stream.organisation(), each.id()))
                                .filter(each ->
                                        LiveColumns.objection(each.columns()).isEmpty()
                                                && LiveColumns.fit(
                                                        LiveColumns.all(each.columns()), table));
                if (decoder.isPresent()) {
                    return decoder.get();
                }
            }
            throw new Wrong("no schema of its stream has the columns of its table");
        }

        int partitions(Stream stream) {
            return now(stream).topic().partitions();
        }

        Duration retention(Stream stream) {
            return now(stream).topic().retention();
        }

        /** Bytes of its log, over which its oldest records would go if it were no table. */
        long size(Stream stream) {
            Topic topic = now(stream).topic();
            return topic.bytes() < Long.MAX_VALUE / topic.partitions()
                    ? topic.bytes() * topic.partitions()
                    : Long.MAX_VALUE;
        }

        /** Whether there is something that readers of committed records do not see yet. */
        boolean isOpen(Stream stream) {
            List<StreamLog.Extent> extents = log.extents(stream.name());
            Map<Integer, Long> committed = log.ends(stream.name(), extents.size());
            return extents.stream()
                    .anyMatch(each -> committed.getOrDefault(each.partition(), 0L) < each.next());
        }

        private Stream now(Stream stream) {
            return streams.stream(stream.name())
                    .filter(each -> each.id().equals(stream.id()))
                    .orElseThrow(() -> new Wrong("its stream is gone"));
        }

        OpenedWarehouse closed(Uses uses, String organisation) {
            return new OpenedWarehouse(
                    parts.opened(),
                    uses.request(),
                    warehouses
                            .find(organisation)
                            .orElseThrow(() -> new Wrong("there are no tables here")),
                    () -> {
                        throw new IllegalStateException("the use is not on record yet");
                    });
        }

        Resource.Data place(Uses uses, OpenedWarehouse warehouse, String id) {
            return TableMarks.place(uses, parts.tables(), warehouse, id);
        }
    }

    /**
     * How one stands.
     *
     * @param rows that no snapshot has
     * @param bytes of them in memory
     * @param committed up to where records are in the table, as {@code partition:offset,…}
     * @param why it does not get on; empty when it does
     */
    record Standing(String stream, long rows, long bytes, String committed, String why) {}

    /** What there is so far, before anybody is served. */
    void begin(With parts) {
        with = parts;
        for (Stream each : parts.streams().all()) {
            if (!each.table().isEmpty()) {
                register(new LiveTable(parts, each));
            }
        }
    }

    /** Its log runs: what there is may be read. */
    void start() {
        if (tending != null) {
            return; // whoever makes a stream asks, and is not to wait for one that goes
        }
        making.lock();
        try {
            if (tending == null && with != null) {
                tending = Thread.ofVirtual().name("tables of streams").start(this::tend);
                all().forEach(LiveTable::start);
            }
        } finally {
            making.unlock();
        }
    }

    private List<LiveTable> all() {
        return byTable.values().stream().distinct().toList();
    }

    private void register(LiveTable live) {
        live.ids().forEach(each -> byTable.put(each, live));
    }

    private void tend() {
        try {
            while (!ends.await(STEP_MILLIS, TimeUnit.MILLISECONDS)) {
                turn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn() {
        List<LiveTable> live = all();
        boolean full = room.isNarrow(); // the largest make room before nothing more may come
        for (LiveTable each : live) {
            long held = each.standing().bytes();
            each.tend(full && (held > room.share() || held * live.size() >= room.held()));
        }
        With parts = with;
        if (parts != null) {
            parts.maker().rest();
            parts.packer().rest();
        }
    }

    /** Of the heap, for all of them. */
    LiveRoom room() {
        return room;
    }

    /** The one whose rows a table's are. @param id of the table */
    Optional<LiveTable> of(String id) {
        return Optional.ofNullable(byTable.get(id));
    }

    /** Streams of an organisation that have a table whose files' names may begin so. */
    List<Stream> below(String organisation, String prefix) {
        return all().stream()
                .filter(live -> live.stream().organisation().equals(organisation))
                .filter(live ->
                        live.ids().stream()
                                .map(id -> id + "/")
                                .anyMatch(
                                        each -> each.startsWith(prefix) || prefix.startsWith(each)))
                .map(LiveTable::stream)
                .toList();
    }

    /** How a stream's table stands; empty when it has none. */
    Optional<Standing> standing(Stream stream) {
        return of(stream.table()).map(LiveTable::standing);
    }

    /** Why nothing is published to a stream that is a table; empty while it may be. */
    String full(Stream stream) {
        return of(stream.table()).map(LiveTable::full).orElse("");
    }

    /** What keeps tables from getting on. */
    List<String> troubles() {
        return all().stream()
                .map(LiveTable::standing)
                .filter(each -> !each.why().isEmpty())
                .map(each -> "the table of the stream " + each.stream() + ": " + each.why())
                .toList();
    }

    // how one is made

    private static TableName name(Stream stream) {
        String name = stream.name();
        int dot = name.lastIndexOf('.');
        if (dot < 1 || dot == name.length() - 1) {
            throw conflict(
                    "A stream that is a table is called NAMESPACE.TABLE, such as water.levels.");
        }
        return new TableName(
                new NamespaceName(List.of(name.substring(0, dot).split("\\.", -1))),
                name.substring(dot + 1));
    }

    private static TableName unfit(TableName name) {
        return new TableName(name.namespace(), name.name() + UNFIT);
    }

    private static StreamRefusal conflict(String sentence) {
        return new StreamRefusal(StreamRefusal.Kind.CONFLICT, sentence);
    }

    /**
     * Makes the tables of a stream, which its records become from then on, those that are there
     * too. Each table is a use of the caller's; what of it was made before is taken.
     *
     * @return the stream as it is then
     */
    Stream make(Uses uses, Stream stream, String action, Resource.Data place) {
        With parts = with;
        if (parts == null) {
            throw conflict("This server runs no SQL, so no stream is a table here.");
        }
        making.lock();
        try {
            Stream now = parts.now(stream); // another may have been quicker
            if (!now.table().isEmpty()) {
                throw conflict("The stream " + stream.name() + " is a table already.");
            }
            full(all().stream().map(LiveTable::stream).toList(), uses.organisation())
                    .ifPresent(each -> {
                        throw conflict(each);
                    });
            TableName name = name(stream);
            RowDecoder decoder = decoder(parts, stream);
            LiveColumns.objection(decoder.columns())
                    .ifPresent(each -> {
                        throw conflict(each);
                    });
            Bucket bucket =
                    parts.warehouses()
                            .find(uses.organisation())
                            .orElseGet(() ->
                                    parts.warehouses().make(uses.request(), uses.organisation()));
            namespace(parts, uses, bucket, name.namespace());
            String other =
                    table(parts, uses, bucket, unfit(name), LiveColumns.all(LiveColumns.UNFIT));
            String id = table(parts, uses, bucket, name, LiveColumns.all(decoder.columns()));
            Stream tabled;
            try (Admitted use = uses.admit(action, place, StreamPlaces.object(stream.name()))) {
                tabled =
                        switch (parts.streams()
                                .tabled(use.carrying(() -> 0), stream.name(), id, other)) {
                            case Streams.Asked.Now(Stream made) -> made;
                            case Streams.Asked.Absent _,
                                    Streams.Asked.Taken _,
                                    Streams.Asked.TooMany _,
                                    Streams.Asked.Fewer _ ->
                                    throw conflict("The stream went meanwhile.");
                        };
            }
            LiveTable live = new LiveTable(parts, tabled);
            register(live);
            if (tending != null) {
                live.start();
            }
            return tabled;
        } finally {
            making.unlock();
        }
    }

    /** Why there is no room for another one of an organisation; empty while there is. */
    static Optional<String> full(List<Stream> tabled, String organisation) {
        if (tabled.size() >= MOST) {
            return Optional.of("At most " + MOST + " streams are tables here.");
        }
        long own = tabled.stream().filter(each -> each.organisation().equals(organisation)).count();
        return own < Halves.of(MOST)
                ? Optional.empty()
                : Optional.of(
                        "At most "
                                + Halves.of(MOST)
                                + " streams of an organisation are tables here.");
    }

    private static RowDecoder decoder(With parts, Stream stream) {
        String subject = Schemas.subject(stream.name());
        Registered schema =
                parts.schemas()
                        .newest(stream.organisation(), subject)
                        .orElseThrow(() ->
                                conflict(
                                        "The stream "
                                                + stream.name()
                                                + " has no schema; register one as "
                                                + subject
                                                + "."));
        if (parts.schemas().shape(stream.organisation(), schema.id()).orElseThrow()
                instanceof Schemas.Shape.None(String why)) {
            throw conflict("Its schema can be no table: " + why);
        }
        return parts.schemas().decoder(stream.organisation(), schema.id()).orElseThrow();
    }

    private static void namespace(With parts, Uses uses, Bucket bucket, NamespaceName name) {
        Resource.Data place = uses.data(Optional.of(bucket), bucket.name(), "");
        for (int levels = 1; levels <= name.levels().size(); levels++) {
            NamespaceName each = new NamespaceName(name.levels().subList(0, levels));
            uses.check("iceberg:CreateNamespace", place, each.text());
            OpenedWarehouse warehouse = opened(parts, uses, bucket);
            try {
                parts.parts().tables().namespace(warehouse, each);
            } catch (Refusal e) {
                try (Admitted use = uses.admit("iceberg:CreateNamespace", place, each.text())) {
                    parts.parts()
                            .tables()
                            .create(
                                    use.carrying(() -> 0),
                                    warehouse,
                                    new NewNamespace(each, Map.of()),
                                    Once.NOT);
                }
            }
        }
    }

    private static OpenedWarehouse opened(With parts, Uses uses, Bucket bucket) {
        return new OpenedWarehouse(
                parts.parts().opened(),
                uses.request(),
                bucket,
                () -> {
                    throw new IllegalStateException("the use is not on record yet");
                });
    }

    /** Makes a table; or takes one that was made so before, and has no rows. */
    private static String table(
            With parts,
            Uses uses,
            Bucket bucket,
            TableName name,
            List<org.domicile.schemas.Column> columns) {
        OpenedWarehouse warehouse = opened(parts, uses, bucket);
        Resource.Data place = uses.data(Optional.of(bucket), bucket.name(), "");
        uses.check("iceberg:CreateTable", place, name.text());
        try {
            try (Admitted use = uses.admit("iceberg:CreateTable", place, name.text())) {
                return parts.parts()
                        .tables()
                        .create(
                                use.carrying(() -> 0),
                                warehouse,
                                name,
                                NewTable.of(
                                        name.name(),
                                        LiveColumns.fields(columns),
                                        parts.options().history()),
                                Once.NOT)
                        .id();
            }
        } catch (Refusal e) {
            if (e.kind() != Refusal.Kind.ALREADY_EXISTS) {
                throw conflict(e.sentence() + ".");
            }
        }
        Loaded found;
        try {
            found = parts.parts().tables().load(warehouse, Kind.TABLE, name);
        } catch (Refusal e) {
            throw conflict(e.sentence() + ".");
        }
        Shape shape = parts.parts().tables().shape(warehouse, found, new Moment.Now());
        if (shape.snapshot() >= 0
                || !LiveColumns.missing(columns, shape.columns()).isEmpty()
                || shape.columns().size() != columns.size()) {
            throw conflict(
                    "There is a table "
                            + name.text()
                            + " already; drop it, or call the stream"
                            + " otherwise.");
        }
        return found.id();
    }

    /** Refuses what would take the table of a stream away. @param id of the table */
    void keep(String id) {
        // where the stream does not get on, nobody is kept from ending it
        of(id).filter(each -> each.standing().why().isEmpty())
                .ifPresent(live -> {
                    throw new Refusal(
                            Refusal.Kind.INVALID,
                            "It is the table of the stream "
                                    + live.stream().name()
                                    + ": delete that first ('domicile stream delete'), its rows"
                                    + " stay");
                });
    }

    /**
     * A stream goes: what is in it is in its tables before, which stay.
     *
     * @param removing removes it from the register
     */
    void end(Stream stream, Runnable removing) {
        while (true) {
            Optional<LiveTable> live = table(stream.name());
            boolean stays = live.isPresent() && live.get().isThere();
            if (stays) {
                settled(stream, live.get()); // nobody else waits for that, nor for the rest
            }
            making.lock();
            try {
                if (!table(stream.name()).equals(live)) {
                    continue; // it became a table meanwhile
                }
                removing.run();
                live.ifPresent(each -> each.ids().forEach(byTable::remove));
            } finally {
                making.unlock();
            }
            live.ifPresent(LiveTable::close);
            if (!stays) {
                live.ifPresent(LiveTables::left);
            }
            return;
        }
    }

    private Optional<LiveTable> table(String stream) {
        return Optional.ofNullable(with)
                .flatMap(each -> each.streams().stream(stream))
                .flatMap(now -> of(now.table()));
    }

    private void settled(Stream stream, LiveTable live) {
        try {
            untilNoneIsOpen(stream);
            live.settle();
        } catch (Wrong e) {
            throw conflict(
                    e.getMessage()
                            + ". Its records are not all in its table, so it stays; drop"
                            + " the table first if they may be lost.");
        }
    }

    private static void left(LiveTable live) {
        try {
            live.leave();
        } catch (Wrong | Refused | StorageFailure e) {
            // its stream is gone, whatever becomes of them
            LOG.log(Level.WARNING, "files of the table of {0} stay: {1}", live.stream().name(), e);
        }
    }

    /** A transaction of Kafka's may still commit what no reader sees yet, though none comes. */
    private void untilNoneIsOpen(Stream stream) {
        With parts = with;
        if (parts == null) {
            return;
        }
        long late = System.nanoTime() + TRANSACTIONS.toNanos();
        try {
            while (parts.isOpen(stream)) {
                if (System.nanoTime() > late
                        || ends.await(STEP_MILLIS / 5, TimeUnit.MILLISECONDS)) {
                    throw new Wrong(
                            "A transaction is open in "
                                    + stream.name()
                                    + ": try again when it was committed, aborted or given up");
                }
            }
        } catch (StorageFailure e) {
            throw new Wrong(
                    "Its log does not say whether a transaction is open: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Wrong("Its transactions were not waited for");
        }
    }

    /** All that is in the stream of a table now is in its snapshot then. @param id of the table */
    void settle(String id) {
        of(id).ifPresent(LiveTable::settle);
    }

    @Override
    public void close() {
        ends.countDown();
        List<LiveTable> live = new ArrayList<>(all());
        live.forEach(LiveTable::close);
        try {
            Thread thread = tending;
            if (thread != null && !thread.join(Duration.ofSeconds(20))) {
                LOG.log(Level.WARNING, "a table of a stream is still being committed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        With parts = with;
        if (parts != null) {
            parts.maker().close();
            parts.packer().close();
        }
    }
}
