package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Objects;
import org.domicile.policy.Policy;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Queries;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Refusal;
import org.domicile.tables.TableName;
import org.domicile.tables.TableUpkeep;
import org.jspecify.annotations.Nullable;

/**
 * Work of the program on tables, whose rows a worker of its own reads. A turn walks the warehouses
 * of all organisations and in each the ids that files lie below, in their order, until something
 * was done to one table. Owned by the thread of the job.
 */
abstract class TableTurns {
    private static final System.Logger LOG = System.getLogger("org.domicile.tables");

    /** Tables that one turn may open in vain. */
    private static final int LOOKS = 100;

    /** How many times as long as usual a table waits that is never left alone. */
    private static final int PATIENCE = 10;

    /** How long what is given up may take to end, after which it is ended. */
    private static final Duration GIVING_UP = Duration.ofSeconds(20);

    /** What is too large waits a quarter of an hour at first. */
    private static final int TRIES_OF_TOO_MUCH = 4;

    private final With with;
    private final String done;
    private final UnaryOperator<String> names;
    private final Duration quiet;

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
     * What all such work needs.
     *
     * @param care where it says how it stands
     * @param uses a view of the program's uses for each table
     * @param reads of files, under such a view
     */
    record With(
            Policy policy,
            Queries queries,
            SqlCatalog.Parts parts,
            TurnsCare care,
            InstantSource clock,
            Supplier<Uses> uses,
            Function<Uses, NestedReads> reads) {}

    /**
     * @param done what a table is afterwards, for the log: "compacted"
     * @param names how a statement's acts are called when they are this work's
     * @param quiet how long nobody has committed to a table before it is worked on
     */
    TableTurns(With with, String done, UnaryOperator<String> names, Duration quiet) {
        this.with = with;
        this.done = done;
        this.names = names;
        this.quiet = quiet;
    }

    final With with() {
        return with;
    }

    /** Whether it is done at all. */
    abstract boolean isOn();

    /**
     * What is done to a table that has changed since it was looked at.
     *
     * @return how much was done; 0 for nothing
     */
    abstract long work(One one, TableName name, Loaded loaded);

    /** What counts as a change of a table beside its own. */
    String also(One one) {
        return "";
    }

    /** Whether it will fail so until the table changes. */
    boolean isLasting(Failure failure) {
        return failure.state().equals(Failure.NOT_HERE);
    }

    /**
     * Whether the table is too large for now: it may be smaller one day, or alone with the room of
     * all sessions, but a try costs much, and that it changes is no reason for one.
     */
    boolean isTooMuch(Failure failure) {
        return false;
    }

    private Objects objects() {
        return with.parts().opened().objects();
    }

    /** As {@link CompactionOfTables#turn}. */
    public final long turn() {
        if (!isOn() || areWorkersAway()) {
            return 0;
        }
        looks = 0;
        for (String organisation :
                new TreeSet<>(with.policy().register().organisations().keySet())) {
            if (organisation.compareTo(wholeBefore) <= 0) {
                continue;
            }
            Optional<Bucket> warehouse = with.parts().warehouses().find(organisation);
            long came = warehouse.map(this::warehouse).orElse(0L);
            if (!idBefore.isEmpty()) {
                return came; // not all of it
            }
            wholeBefore = organisation;
        }
        wholeBefore = "";
        with.care().keepOnly(seen);
        seen.clear();
        return 0;
    }

    private static boolean stopped() {
        return Thread.currentThread().isInterrupted();
    }

    /** Until something was done, or the turn has looked at enough. */
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
                    long came = one(bucket, id);
                    if (came > 0 || looks >= LOOKS || stopped() || areWorkersAway()) {
                        idBefore = prefix;
                        return came;
                    }
                }
            }
        } catch (Keys.KeyGone e) {
            return 0; // of an older folder, which nobody can open any more
        }
        return 0;
    }

    private boolean areWorkersAway() {
        return with.clock().instant().isBefore(workersNotBefore);
    }

    /** What lies below one id. */
    private long one(Bucket bucket, String id) {
        TurnsCare.Table table = with.care().of(id);
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

    private void failed(String id, TurnsCare.Table table, String why) {
        later(table, TurnsCare.Stage.FAILED, why, CompactionOfTables.AFTER_FAILURE);
        LOG.log(
                System.Logger.Level.WARNING,
                "the table {0} is not {1} this time: {2}",
                id,
                done,
                why);
    }

    /** Tries again, each time later. */
    private void later(TurnsCare.Table table, TurnsCare.Stage stage, String why, Duration most) {
        table.version = -1;
        table.notBefore = with.clock().instant().plus(wait(table.tries, most));
        table.tries++;
        table.why = why;
        table.stage = stage;
    }

    /** Doubles. @param tries in vain before */
    static Duration wait(int tries, Duration most) {
        Duration wait = CompactionOfTables.WAIT.multipliedBy(1L << Math.min(tries, 20));
        return wait.compareTo(most) > 0 ? most : wait;
    }

    /** What is done in a session that begins when it has to. */
    interface Within {
        Answer<GuardedSql.Result> done(SqlChanges changes);
    }

    /** One table, in one turn. */
    final class One {
        private final Bucket bucket;
        private final String id;
        private final TurnsCare.Table table;
        private final Uses own;
        private final Instant now = with.clock().instant();
        private long version;

        One(Bucket bucket, String id, TurnsCare.Table table) {
            this.bucket = bucket;
            this.id = id;
            this.table = table;
            this.own = with.uses().get().upkeepOf(bucket.organisation(), names);
        }

        String id() {
            return id;
        }

        String organisation() {
            return bucket.organisation();
        }

        OpenedWarehouse closed() {
            return new OpenedWarehouse(
                    with.parts().opened(),
                    own.request(),
                    bucket,
                    () -> {
                        throw new IllegalStateException("the use is not on record yet");
                    });
        }

        private long keep() {
            Optional<TableUpkeep.Held> held =
                    with.parts()
                            .tables()
                            .upkeep()
                            .holder(closed(), id)
                            .filter(each ->
                                    each.life() == TableUpkeep.Life.LIVES
                                            && each.kind() == Kind.TABLE);
            if (held.isEmpty()) {
                table.stage = TurnsCare.Stage.FINE; // dropped, or never made
                return 0;
            }
            seen(held.get());
            String also = also(this);
            boolean waits = version == table.version || now.isBefore(table.notBefore);
            if (waits && also.equals(table.also)) {
                return 0;
            }
            table.also = also;
            TableName name = held.get().name().orElseThrow();
            Loaded loaded = with.parts().tables().load(closed(), Kind.TABLE, name);
            // or it was just renamed
            return loaded.id().equals(id) ? work(this, name, loaded) : 0;
        }

        /** Writers' clocks are their own: what counts is when it was seen that it changed. */
        private void seen(TableUpkeep.Held held) {
            version = held.version();
            if (version != table.seen) {
                table.changed = table.seen < 0 ? Instant.MAX : now;
                table.seen = version;
                // perhaps what was wrong with it was mended
                if (table.stage == TurnsCare.Stage.FAILED
                        && table.notBefore.isAfter(now.plus(CompactionOfTables.LOOK))) {
                    table.notBefore = now.plus(CompactionOfTables.LOOK);
                }
            }
        }

        /** Until it changes. @return 0 */
        long rest(TurnsCare.Stage stage, String why) {
            table.version = version;
            table.due = Instant.MAX;
            table.tries = 0;
            table.why = why;
            table.stage = stage;
            return 0;
        }

        /** Not before a while has passed, though it changes. @return 0 */
        long pause() {
            table.notBefore = now.plus(CompactionOfTables.LOOK);
            return 0;
        }

        /** It is due, and waits, each time longer. @return 0 */
        long waits(String why) {
            later(table, TurnsCare.Stage.WAITS, why, CompactionOfTables.AFTER_CONFLICT);
            return 0;
        }

        /** Whether somebody is at it, who is told then; but not for ever. */
        boolean isBusy(TableUpkeep.Wear wear) {
            if (now.isBefore(table.due)) {
                table.due = now;
            }
            if (table.changed.isAfter(now)) { // the first time that it is seen
                table.changed = wear.committed().isAfter(now) ? now : wear.committed();
            }
            boolean busy =
                    (wear.use().isEmpty() || !wear.use().equals(table.use))
                            && now.isBefore(table.changed.plus(quiet))
                            && now.isBefore(table.due.plus(quiet.multipliedBy(PATIENCE)));
            if (busy) {
                table.why = "somebody committed to it less than " + quiet.toSeconds() + " s ago";
                table.stage = TurnsCare.Stage.WAITS;
            }
            return busy;
        }

        /** It was done. @param things how much @param use that committed it */
        long did(long things, String use) {
            triesForWorkers = 0;
            table.version = -1; // there may be more
            table.due = Instant.MAX;
            table.tries = 0;
            table.last = now;
            table.use = use;
            table.times.incrementAndGet();
            table.things.addAndGet(things);
            table.why = "";
            table.stage = TurnsCare.Stage.FINE;
            return things;
        }

        /** Something else was done, and it is to be looked at once more. @return 1 */
        long again() {
            table.version = -1;
            table.notBefore = Instant.EPOCH;
            table.tries = 0;
            return 1;
        }

        /** It was not. @return 0 */
        long failed(Failure failure) {
            switch (failure.state()) {
                case "40001" -> {
                    with.care().conflict();
                    later(
                            table,
                            TurnsCare.Stage.CONFLICT,
                            failure.message(),
                            CompactionOfTables.AFTER_CONFLICT);
                }
                case Failure.NO_TABLE, "3F000" -> table.version = version; // dropped
                default -> {
                    if (isLasting(failure)) {
                        rest(TurnsCare.Stage.NOT_HERE, failure.message());
                    } else if (stopped() || areWorkersAway()) {
                        waits(failure.message());
                    } else if (isTooMuch(failure)) {
                        table.tries = Math.max(table.tries, TRIES_OF_TOO_MUCH);
                        later(
                                table,
                                TurnsCare.Stage.NOT_HERE,
                                failure.message(),
                                CompactionOfTables.AFTER_FAILURE);
                    } else {
                        TableTurns.this.failed(id, table, failure.message());
                    }
                }
            }
            return 0;
        }

        /**
         * In a thread that nobody interrupts: an interrupt in the middle of a file would close it
         * for others, too. Who interrupts the turn ends the session.
         *
         * @param text what stands on record for the statement
         */
        Answer<GuardedSql.Result> aside(String text, Within within) {
            looks++;
            try (LateSession session = new LateSession(with.queries()::beginAside)) {
                Working working = new Working(session, text, within);
                Thread thread = Thread.ofVirtual().name(done).start(working);
                boolean interrupted = await(thread, session);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                session.failure().ifPresent(TableTurns.this::noWorker);
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
                                "a table that is not {0} takes long to be given up",
                                done);
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
            private final String text;
            private final Within within;
            private @Nullable Answer<GuardedSql.Result> answer;
            private @Nullable RuntimeException thrown;

            Working(LateSession session, String text, Within within) {
                this.session = session;
                this.text = text;
                this.within = within;
            }

            @Override
            public void run() {
                try (SqlStatement statement =
                        new SqlStatement(own, with.reads().apply(own), with.parts(), "")) {
                    answer =
                            within.done(
                                    new SqlChanges(
                                            with.parts(),
                                            _ -> {
                                                throw new IllegalStateException(
                                                        "nothing is copied");
                                            },
                                            own,
                                            session,
                                            statement,
                                            text,
                                            ""));
                } catch (RuntimeException e) {
                    thrown = e;
                }
            }

            /** Its thread has ended. */
            Answer<GuardedSql.Result> answer() {
                if (thrown != null) {
                    throw thrown;
                }
                if (answer == null) {
                    throw new IllegalStateException("it ended without an outcome");
                }
                return answer;
            }
        }
    }

    /** It is tried again later, and no table is at fault. */
    private void noWorker(Failure failure) {
        workersNotBefore =
                with.clock()
                        .instant()
                        .plus(wait(triesForWorkers, CompactionOfTables.AFTER_CONFLICT));
        triesForWorkers++;
        LOG.log(
                System.Logger.Level.WARNING,
                "no table is {0} for now: {1}",
                done,
                failure.message());
    }
}
