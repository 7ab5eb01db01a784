package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Objects;
import org.domicile.policy.Policy;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Queries;
import org.domicile.query.Target;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Refusal;
import org.domicile.tables.TableName;
import org.domicile.tables.TableUpkeep;
import org.jspecify.annotations.Nullable;

/**
 * Compacts tables: see {@link CompactionOfTables}. A turn walks the warehouses of all organisations
 * and in each the ids that files lie below, in their order, until one group of files was packed.
 * What is done to a table is what {@code alter table … execute optimize} does ({@link SqlPacking}),
 * of the files that are {@link Due}, by the program instead of a caller. Owned by the thread of the
 * job.
 */
final class TableCompactionRun implements CompactionOfTables {
    private static final System.Logger LOG = System.getLogger("org.domicile.tables");

    static final String READ = "compaction:Read";
    static final String REWRITE = "compaction:Rewrite";
    static final String PLAN = "compaction:Plan";

    /** How a statement's acts are called when they are the program's. */
    private static final Map<String, String> NAMES =
            Map.of(
                    "iceberg:LoadTable",
                    READ,
                    "sql:Select",
                    READ,
                    "sql:Describe",
                    PLAN,
                    "iceberg:PlanScan",
                    PLAN,
                    "iceberg:CommitTable",
                    REWRITE,
                    "sql:Compact",
                    REWRITE,
                    READ,
                    READ,
                    PLAN,
                    PLAN,
                    REWRITE,
                    REWRITE);

    /** Tables whose manifests one turn may open in vain. */
    private static final int LOOKS = 100;

    /** How many times as long as usual a table waits that is never left alone. */
    private static final int PATIENCE = 10;

    /** How long what is given up may take to end, after which it is ended. */
    private static final Duration GIVING_UP = Duration.ofSeconds(20);

    private final Policy policy;
    private final Queries queries;
    private final SqlCatalog.Parts parts;
    private final CompactionOptions options;
    private final CompactionCare care;
    private final InstantSource clock;
    private final Supplier<Uses> uses;
    private final Function<Uses, NestedReads> reads;

    // Where the next turn goes on, behind an organisation that was seen whole, and in the one after
    // it behind an id.
    private String wholeBefore = "";
    private String idBefore = "";
    private final Set<String> seen = new HashSet<>();
    private int looks;

    // No worker can be had: then none of the tables needs to be tried.
    private Instant workersNotBefore = Instant.EPOCH;
    private int triesForWorkers;

    /**
     * @param uses a view of the program's uses for each table
     * @param reads of files, under such a view
     */
    TableCompactionRun(
            Policy policy,
            Queries queries,
            SqlCatalog.Parts parts,
            CompactionOptions options,
            CompactionCare care,
            InstantSource clock,
            Supplier<Uses> uses,
            Function<Uses, NestedReads> reads) {
        this.policy = policy;
        this.queries = queries;
        this.parts = parts;
        this.options = options;
        this.care = care;
        this.clock = clock;
        this.uses = uses;
        this.reads = reads;
        switch (options.mode()) {
            case ON -> care.on();
            case OFF -> care.off("upkeep.compaction is off");
        }
    }

    /** An act of a statement, as the program's. */
    static String named(String action) {
        String name = NAMES.get(action);
        if (name == null) {
            throw new IllegalStateException("compaction does nothing like " + action);
        }
        return name;
    }

    private Objects objects() {
        return parts.opened().objects();
    }

    @Override
    public Standing standing() {
        return care.standing();
    }

    @Override
    public long turn() {
        if (options.mode() == CompactionOptions.Mode.OFF
                || clock.instant().isBefore(workersNotBefore)) {
            return 0;
        }
        looks = 0;
        for (String organisation : new TreeSet<>(policy.register().organisations().keySet())) {
            if (organisation.compareTo(wholeBefore) <= 0) {
                continue;
            }
            Optional<Bucket> warehouse = parts.warehouses().find(organisation);
            long done = warehouse.map(this::warehouse).orElse(0L);
            if (!idBefore.isEmpty()) {
                return done; // not all of it
            }
            wholeBefore = organisation;
        }
        wholeBefore = "";
        care.keepOnly(seen);
        seen.clear();
        return 0;
    }

    private static boolean stopped() {
        return Thread.currentThread().isInterrupted();
    }

    /** Until something was packed, or the turn has done enough. */
    private long warehouse(Bucket bucket) {
        Optional<Listing.Place> next = Optional.of(new Listing.Place(idBefore, ""));
        idBefore = "";
        try {
            while (next.isPresent()) {
                Listing.Page page =
                        objects()
                                .list(
                                        bucket,
                                        new Listing.Query(
                                                "", "/", next.get().name(), "", Listing.MAX));
                next = page.next();
                for (String prefix : page.prefixes()) {
                    String id = prefix.substring(0, prefix.length() - 1);
                    seen.add(id);
                    long done = one(bucket, id);
                    if (done > 0 || looks >= LOOKS || stopped() || areWorkersAway()) {
                        idBefore = prefix;
                        return done;
                    }
                }
            }
        } catch (Keys.KeyGone e) {
            return 0; // of an older folder, which nobody can open any more
        }
        return 0;
    }

    private boolean areWorkersAway() {
        return clock.instant().isBefore(workersNotBefore);
    }

    /** What lies below one id. */
    private long one(Bucket bucket, String id) {
        CompactionCare.Table table = care.of(id);
        try {
            return new One(bucket, id, table).keep();
        } catch (Refused | Refusal e) {
            failed(id, table, String.valueOf(e.getMessage()));
        } catch (StorageFailure e) {
            switch (e.kind()) {
                case CORRUPT, FOREIGN, OVERLOADED, FULL ->
                        failed(id, table, String.valueOf(e.getMessage()));
                case FENCED, CLOSED -> throw e;
            }
        }
        return 0;
    }

    private void failed(String id, CompactionCare.Table table, String why) {
        later(table, CompactionCare.Stage.FAILED, why, AFTER_FAILURE);
        LOG.log(
                System.Logger.Level.WARNING,
                "the table {0} is not compacted this time: {1}",
                id,
                why);
    }

    /** Tries again, each time later. */
    private void later(
            CompactionCare.Table table, CompactionCare.Stage stage, String why, Duration most) {
        table.version = -1;
        table.notBefore = clock.instant().plus(wait(table.tries, most));
        table.tries++;
        table.why = why;
        table.stage = stage;
    }

    /** Doubles. @param tries in vain before */
    static Duration wait(int tries, Duration most) {
        Duration wait = WAIT.multipliedBy(1L << Math.min(tries, 20));
        return wait.compareTo(most) > 0 ? most : wait;
    }

    /** One table, in one turn. */
    private final class One {
        private final Bucket bucket;
        private final String id;
        private final CompactionCare.Table table;
        private final Uses own;
        private final Instant now = clock.instant();

        One(Bucket bucket, String id, CompactionCare.Table table) {
            this.bucket = bucket;
            this.id = id;
            this.table = table;
            this.own = uses.get().upkeepOf(bucket.organisation(), TableCompactionRun::named);
        }

        private OpenedWarehouse closed() {
            return new OpenedWarehouse(
                    parts.opened(),
                    own.request(),
                    bucket,
                    () -> {
                        throw new IllegalStateException("the use is not on record yet");
                    });
        }

        long keep() {
            Optional<TableUpkeep.Held> held =
                    parts.tables()
                            .upkeep()
                            .holder(closed(), id)
                            .filter(each ->
                                    each.life() == TableUpkeep.Life.LIVES
                                            && each.kind() == Kind.TABLE);
            if (held.isEmpty()) {
                table.stage = CompactionCare.Stage.FINE; // dropped, or never made
                return 0;
            }
            seen(held.get());
            if (held.get().version() == table.version || now.isBefore(table.notBefore)) {
                return 0;
            }
            TableName name = held.get().name().orElseThrow();
            Loaded loaded = parts.tables().load(closed(), Kind.TABLE, name);
            if (!loaded.id().equals(id)) {
                return 0; // it was just renamed
            }
            Map<String, String> properties = loaded.properties();
            if (properties.getOrDefault(ENABLED, "true").equalsIgnoreCase("false")) {
                rest(held.get(), CompactionCare.Stage.NOT_WANTED, ENABLED + " is false");
                return 0;
            }
            int least = least(properties);
            TableUpkeep.Wear wear = parts.tables().upkeep().wear(loaded);
            long below = SmallFiles.below(SmallFiles.aim(properties));
            if (!couldBeDue(wear, least, below)) {
                rest(held.get(), CompactionCare.Stage.FINE, "");
                return 0;
            }
            if (isBusy(wear)) {
                table.why = "somebody committed to it less than " + seconds() + " s ago";
                table.stage = CompactionCare.Stage.WAITS;
                return 0;
            }
            looks++;
            Due due = new Due(least, below, options.room());
            return told(held.get(), due, packed(name, due));
        }

        /** By what a snapshot says of itself; where it says nothing, manifests have to be read. */
        private static boolean couldBeDue(TableUpkeep.Wear wear, int least, long below) {
            boolean few =
                    wear.files() >= 0
                            && (wear.files() < 2
                                    || (wear.files() < least
                                            && wear.bytes() >= 0
                                            && wear.bytes() < below));
            return wear.snapshot() >= 0 && (wear.deletes() != 0 || !few);
        }

        /** Writers' clocks are their own: what counts is when it was seen that it changed. */
        private void seen(TableUpkeep.Held held) {
            if (held.version() != table.seen) {
                table.changed = table.seen < 0 ? Instant.MAX : now;
                table.seen = held.version();
                // perhaps what was wrong with it was mended
                if (table.stage == CompactionCare.Stage.FAILED
                        && table.notBefore.isAfter(now.plus(LOOK))) {
                    table.notBefore = now.plus(LOOK);
                }
            }
        }

        /** Until it changes. */
        private void rest(TableUpkeep.Held held, CompactionCare.Stage stage, String why) {
            table.version = held.version();
            table.due = Instant.MAX;
            table.tries = 0;
            table.why = why;
            table.stage = stage;
        }

        private int least(Map<String, String> properties) {
            String said = properties.getOrDefault(FILES, "");
            return said.matches("[1-9]\\d{0,8}")
                    ? Math.max(2, Integer.parseInt(said))
                    : options.files();
        }

        private long seconds() {
            return options.quiet().toSeconds();
        }

        /** Whether somebody is at it; but nobody is waited for without an end. */
        private boolean isBusy(TableUpkeep.Wear wear) {
            if (now.isBefore(table.due)) {
                table.due = now;
            }
            if (table.changed.isAfter(now)) { // the first time that it is seen
                table.changed = wear.committed().isAfter(now) ? now : wear.committed();
            }
            return (wear.use().isEmpty() || !wear.use().equals(table.use))
                    && now.isBefore(table.changed.plus(options.quiet()))
                    && now.isBefore(table.due.plus(options.quiet().multipliedBy(PATIENCE)));
        }

        /**
         * In a thread that nobody interrupts: an interrupt in the middle of a file would close it
         * for others, too. Who interrupts the turn ends the session.
         */
        private Answer<GuardedSql.Result> packed(TableName name, Due due) {
            try (LateSession session = new LateSession(queries::beginAside)) {
                Working working = new Working(session, name, due);
                Thread thread = Thread.ofVirtual().name("compaction").start(working);
                boolean interrupted = await(thread, session);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                session.failure().ifPresent(TableCompactionRun.this::noWorker);
                return working.answer();
            }
        }

        private boolean await(Thread thread, LateSession session) {
            try {
                thread.join();
                return false;
            } catch (InterruptedException e) {
                session.cancel();
            }
            while (true) {
                try {
                    if (!thread.join(GIVING_UP)) {
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "a compaction takes long to give up what it is at");
                    } else {
                        return true;
                    }
                } catch (InterruptedException e) {
                    session.cancel();
                }
            }
        }

        private final class Working implements Runnable {
            private final LateSession session;
            private final TableName name;
            private final Due due;
            private @Nullable Answer<GuardedSql.Result> answer;
            private @Nullable RuntimeException thrown;

            Working(LateSession session, TableName name, Due due) {
                this.session = session;
                this.name = name;
                this.due = due;
            }

            @Override
            public void run() {
                try {
                    answer = work();
                } catch (RuntimeException e) {
                    thrown = e;
                }
            }

            private Answer<GuardedSql.Result> work() {
                String text =
                        "alter table %s execute optimize"
                                .formatted(
                                        SqlChanges.path(name).stream()
                                                .map(Target::quoted)
                                                .collect(Collectors.joining(".")));
                try (SqlStatement statement = new SqlStatement(own, reads.apply(own), parts, "")) {
                    return new SqlChanges(
                                    parts,
                                    _ -> {
                                        throw new IllegalStateException("nothing is copied");
                                    },
                                    own,
                                    session,
                                    statement,
                                    text,
                                    "")
                            .packed(SqlChanges.path(name), due);
                }
            }

            /** Its thread has ended. */
            Answer<GuardedSql.Result> answer() {
                if (thrown != null) {
                    throw thrown;
                }
                if (answer == null) {
                    throw new IllegalStateException("a compaction ended without an outcome");
                }
                return answer;
            }
        }

        private long told(TableUpkeep.Held held, Due due, Answer<GuardedSql.Result> answer) {
            return switch (answer) {
                case Answer.Given<GuardedSql.Result>(GuardedSql.Result result) -> {
                    long files = SqlPacking.packed(result.tag());
                    triesForWorkers = files > 0 ? 0 : triesForWorkers;
                    if (files > 0) {
                        table.version = -1; // there may be more
                        table.due = Instant.MAX;
                        table.tries = 0;
                        table.packed = now;
                        table.use = result.use();
                        table.groups.incrementAndGet();
                        table.files.addAndGet(files);
                        table.why = "";
                        table.stage = CompactionCare.Stage.FINE;
                    } else if (due.scarce()) {
                        later(
                                table,
                                CompactionCare.Stage.WAITS,
                                "there is no room on the disk for it",
                                AFTER_CONFLICT);
                    } else {
                        rest(held, CompactionCare.Stage.FINE, "");
                        table.notBefore = now.plus(LOOK);
                    }
                    yield files;
                }
                case Answer.Failed<GuardedSql.Result>(Failure failure) -> {
                    failed(held, failure);
                    yield 0;
                }
            };
        }

        private void failed(TableUpkeep.Held held, Failure failure) {
            switch (failure.state()) {
                case "40001" -> {
                    care.conflict();
                    later(table, CompactionCare.Stage.CONFLICT, failure.message(), AFTER_CONFLICT);
                }
                case Failure.NOT_HERE ->
                        rest(held, CompactionCare.Stage.NOT_HERE, failure.message());
                case Failure.NO_TABLE, "3F000" -> table.version = held.version(); // dropped
                default -> {
                    if (stopped() || areWorkersAway()) {
                        later(table, CompactionCare.Stage.WAITS, failure.message(), AFTER_CONFLICT);
                    } else {
                        TableCompactionRun.this.failed(id, table, failure.message());
                    }
                }
            }
        }
    }

    /** It is tried again later, and no table is at fault. */
    private void noWorker(Failure failure) {
        workersNotBefore = clock.instant().plus(wait(triesForWorkers, AFTER_CONFLICT));
        triesForWorkers++;
        LOG.log(
                System.Logger.Level.WARNING,
                "no table is compacted for now: {0}",
                failure.message());
    }
}
