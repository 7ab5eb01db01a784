package org.domicile.flink;

import java.util.List;
import java.util.function.LongSupplier;
import org.apache.flink.util.clock.RelativeClock;

/**
 * The clock by which a part of a stream counts as one in which nothing comes. Time in which records
 * wait in the stream, or in which nobody knows whether some do, counts for a twelfth: the part may
 * be one of those whose records were not read yet, and what came from it after it was given up
 * would be late, and lost. What waits is known of parts alone that have given a record. A part that
 * gave none yet is taken for empty once the log was asked several times, and answered, since all
 * that is known was read: each answer has records of every part that has some. Where others keep
 * the answers full, its first seconds count as little instead. And no standstill of this process
 * counts for more than a second.
 *
 * <p>Where nothing comes in any part, the one whose records are the newest is given up last: time
 * goes on to what it said once the others are, and stays where it is as soon as all are.
 *
 * <p>Owned by the thread of its source.
 */
final class Patience implements RelativeClock {
    /** After so long a part counts as one in which nothing comes. */
    static final long IDLE = 5_000_000_000L;

    private static final int SLOWER = 12;
    private static final long LONGEST_STEP = 1_000_000_000;

    /** In which nothing waits in other parts, as far as anybody knows. */
    private static final long UNKNOWN = 10_000_000_000L;

    /** One may have been under way before the part was asked for, and one be read just now. */
    private static final long ANSWERS = 3;

    /** Whoever gives a part up looks only now and then, and sets out from its second look. */
    private static final long LOOKS = 600_000_000L;

    private final List<Patience> all;
    private final RelativeClock below;
    private final LongSupplier waiting;
    private final LongSupplier answers;
    private long seen;
    private long counted;
    private long unknown = UNKNOWN;
    private long answered = -1; // when it became quiet
    private long newest = Long.MIN_VALUE;
    private long last; // of what is counted, when it gave its last record
    private long held; // time that it waited for the others

    /**
     * @param all those of the source, to which this one comes
     * @param waiting records that were not read yet; -1 while that is not known
     * @param answers how often the log has answered what there is in all parts; -1 while that is
     *     not known
     */
    Patience(List<Patience> all, RelativeClock below, LongSupplier waiting, LongSupplier answers) {
        this.all = all;
        this.below = below;
        this.waiting = waiting;
        this.answers = answers;
        this.seen = below.relativeTimeNanos();
        all.add(this);
    }

    /** The part has given a record: what waits in it is known from now on. @param at its time */
    void given(long at) {
        unknown = 0;
        newest = Math.max(newest, at);
        last = counted;
        held = 0;
    }

    @Override
    public long relativeTimeNanos() {
        long now = below.relativeTimeNanos();
        long passed = Math.clamp(now - seen, 0, LONGEST_STEP);
        seen = now;
        boolean quiet = waiting.getAsLong() == 0;
        long more = quiet && unknown == 0 ? passed : passed / SLOWER;
        long left = Math.max(0, last + IDLE - counted);
        if (more > left && held < IDLE && leads() && !othersRest()) {
            held += more - left;
            more = left;
        }
        counted += more;
        if (unknown > 0) {
            if (quiet) {
                unknown = known() ? 0 : Math.max(0, unknown - passed);
            } else {
                answered = -1;
            }
        }
        return counted;
    }

    /** Whether its records are the newest; one of several that are as new. */
    private boolean leads() {
        boolean before = true;
        for (Patience each : all) {
            if (each == this) {
                before = false;
            } else if (before ? each.newest >= newest : each.newest > newest) {
                return false;
            }
        }
        return true;
    }

    private boolean othersRest() {
        for (Patience each : all) {
            if (each != this && each.counted - each.last < IDLE + LOOKS) {
                return false;
            }
        }
        return true;
    }

    private boolean known() {
        long now = answers.getAsLong();
        if (answered < 0) {
            answered = now;
        }
        return answered >= 0 && now - answered >= ANSWERS;
    }

    @Override
    public long relativeTimeMillis() {
        return relativeTimeNanos() / 1_000_000;
    }
}
