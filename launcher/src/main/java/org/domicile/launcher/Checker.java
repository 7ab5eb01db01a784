package org.domicile.launcher;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.domicile.admin.Checking;
import org.domicile.bytes.Pace;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedCheck;
import org.domicile.launcher.CheckRecord.Look;
import org.domicile.objects.Finding;

/**
 * Checks all that is stored, again and again: one look at a time, at a bounded rate, and one that
 * was cut short by a restart goes on where it stood. What is wrong is remembered and said; nothing
 * is mended. Everything but the reading itself is guarded by this object.
 */
final class Checker implements Checking {
    /** In records. */
    static final String ACTION = "upkeep:Verify";

    private static final System.Logger LOG = System.getLogger("org.domicile.check");
    private static final long SAVED_EACH = TimeUnit.SECONDS.toNanos(10);
    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final Duration AFTER_FAILURE = Duration.ofHours(1);

    private final Guard guard;
    private final Upkeep upkeep;
    private final Installation installation;
    private final LongSupplier total;
    private final long rate;
    private final Duration period;
    private final InstantSource clock;
    private CheckRecord record;
    private boolean active;
    private boolean wanted;

    /** Plain bytes of a body that is being read. */
    private long ahead;

    /**
     * @param total plain bytes of all that is stored
     * @param rate bytes a second
     * @param period how often everything is looked at
     */
    Checker(
            Guard guard,
            Upkeep upkeep,
            Installation installation,
            LongSupplier total,
            long rate,
            Duration period,
            InstantSource clock) {
        this.guard = guard;
        this.upkeep = upkeep;
        this.installation = installation;
        this.total = total;
        this.rate = rate;
        this.period = period;
        this.clock = clock;
        this.record = installation.check();
    }

    /** The job that looks by itself: not at once, since who restarts often has better to do. */
    Upkeep.Job job() {
        Instant soonest = clock.instant().plus(AGAIN);
        Instant due = due();
        return new Upkeep.Job(
                ACTION,
                due.isAfter(soonest) ? due : soonest,
                turn -> {
                    Instant next = turn.handled() < 0 ? turn.at().plus(AFTER_FAILURE) : due();
                    Instant least = turn.at().plus(AGAIN);
                    return next.isAfter(least) ? next : least;
                },
                () -> due().isAfter(clock.instant()) || !claim(Begin.WHERE_IT_STOOD) ? 0 : look());
    }

    private synchronized Instant due() {
        return record.due(period);
    }

    private enum Begin {
        WHERE_IT_STOOD,
        ANEW
    }

    private synchronized boolean claim(Begin where) {
        if (active) {
            return false;
        }
        active = true;
        if (where == Begin.ANEW || !record.present().underWay()) {
            record = new CheckRecord(record.last(), Look.from(clock.instant()));
        }
        return true;
    }

    @Override
    public State begin() {
        synchronized (this) {
            if (active || wanted) {
                return state();
            }
            wanted = true;
        }
        Upkeep.Job job =
                new Upkeep.Job(
                        ACTION,
                        clock.instant(),
                        Upkeep.Turn::at,
                        () -> claim(Begin.ANEW) ? look() : 0);
        upkeep.now(job, this::unwanted);
        return state();
    }

    private synchronized void unwanted() {
        wanted = false;
    }

    @Override
    public synchronized State state() {
        Look present = record.present();
        Look last = record.last();
        boolean under = present.underWay();
        Look shown = under ? present : last;
        Look wrong = under && present.wrong() > 0 ? present : last;
        return new State(
                active || wanted,
                shown.began(),
                last.ended(),
                shown.bytes() + ahead,
                Math.max(shown.bytes() + ahead, total.getAsLong()),
                shown.versions(),
                wrong.wrong(),
                wrong.named());
    }

    /** How many days a whole look takes, at least, at the rate that it is allowed. */
    long days() {
        return total.getAsLong() / rate / Duration.ofDays(1).toSeconds();
    }

    private long look() {
        long before;
        byte[] from;
        boolean looked;
        synchronized (this) {
            before = record.present().bytes();
            from = record.present().next();
            looked = record.present().records();
        }
        try {
            GuardedCheck check = guard.check();
            if (!looked) {
                check.records(this::found);
                at(from);
                save();
            }
            Optional<byte[]> rest = bodies(check, from);
            synchronized (this) {
                if (rest.isEmpty()) {
                    record = new CheckRecord(record.present().end(clock.instant()), Look.NONE);
                    tell(record.last());
                }
                Look seen = record.present().underWay() ? record.present() : record.last();
                // What only found nothing in nothing is no work that has to be on record.
                return Math.max(seen.bytes() - before, seen.wrong());
            }
        } finally {
            synchronized (this) {
                active = false;
                ahead = 0;
            }
            save();
        }
    }

    /** Where it goes on, when it was told to stop. */
    private Optional<byte[]> bodies(GuardedCheck check, byte[] from) {
        Pace pace = new Pace(rate);
        GuardedCheck.Pace paced =
                new GuardedCheck.Pace() {
                    @Override
                    public boolean read(long bytes) {
                        ahead(bytes);
                        return pace.spend(bytes);
                    }

                    @Override
                    public void verified(long bytes) {
                        whole(bytes);
                    }
                };
        long saved = System.nanoTime();
        Optional<byte[]> next = Optional.of(from);
        while (next.isPresent() && !Thread.currentThread().isInterrupted()) {
            next = check.bodies(next.get(), paced, this::found);
            next.ifPresent(this::at);
            if (System.nanoTime() - saved > SAVED_EACH) {
                save();
                saved = System.nanoTime();
            }
        }
        return next;
    }

    private synchronized void ahead(long bytes) {
        ahead += bytes;
    }

    private synchronized void whole(long bytes) {
        ahead = 0;
        record = new CheckRecord(record.last(), record.present().read(bytes));
    }

    private synchronized void at(byte[] place) {
        record = new CheckRecord(record.last(), record.present().at(place));
    }

    private synchronized void found(Finding finding) {
        record = new CheckRecord(record.last(), record.present().with(Advice.on(finding)));
    }

    private void save() {
        CheckRecord now;
        synchronized (this) {
            now = record;
        }
        installation.check(now);
    }

    private static void tell(Look look) {
        if (look.wrong() > 0) {
            List<String> kinds =
                    look.named().stream().map(Wrong::kind).distinct().sorted().toList();
            LOG.log(
                    Level.ERROR,
                    "the check of what is stored found {0} things wrong ({1}); 'domicile check"
                            + " --last' names them",
                    look.wrong(),
                    String.join(", ", kinds));
        }
    }
}
