package org.domicile.flink;

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
 * counts for more than a second. Owned by the thread of its source.
 */
final class Patience implements RelativeClock {
    private static final int SLOWER = 12;
    private static final long LONGEST_STEP = 1_000_000_000;

    /** In which nothing waits in other parts, as far as anybody knows. */
    private static final long UNKNOWN = 10_000_000_000L;

    /** One may have been under way before the part was asked for, and one be read just now. */
    private static final long ANSWERS = 3;

    private final RelativeClock below;
    private final LongSupplier waiting;
    private final LongSupplier answers;
    private long seen;
    private long counted;
    private long unknown = UNKNOWN;
    private long answered = -1; // when it became quiet

    /**
     * @param waiting records that were not read yet; -1 while that is not known
     * @param answers how often the log has answered what there is in all parts; -1 while that is
     *     not known
     */
    Patience(RelativeClock below, LongSupplier waiting, LongSupplier answers) {
        this.below = below;
        this.waiting = waiting;
        this.answers = answers;
        this.seen = below.relativeTimeNanos();
    }

    /** The part has given a record: what waits in it is known from now on. */
    void given() {
        unknown = 0;
    }

    @Override
    public long relativeTimeNanos() {
        long now = below.relativeTimeNanos();
        long passed = Math.clamp(now - seen, 0, LONGEST_STEP);
        seen = now;
        boolean quiet = waiting.getAsLong() == 0;
        counted += quiet && unknown == 0 ? passed : passed / SLOWER;
        if (unknown > 0) {
            if (quiet) {
                unknown = known() ? 0 : Math.max(0, unknown - passed);
            } else {
                answered = -1;
            }
        }
        return counted;
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
