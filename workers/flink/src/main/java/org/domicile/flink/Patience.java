package org.domicile.flink;

import java.util.function.LongSupplier;
import org.apache.flink.util.clock.RelativeClock;

/**
 * The clock by which a part of a stream counts as one in which nothing comes. Time in which records
 * wait in the stream, or in which nobody knows whether some do, counts for a twelfth: the part may
 * be one of those whose records were not read yet, and what came from it after it was given up
 * would be late, and lost. So does no standstill of this process count for more than a second.
 * Owned by the thread of its source.
 */
final class Patience implements RelativeClock {
    private static final int SLOWER = 12;
    private static final long LONGEST_STEP = 1_000_000_000;

    private final RelativeClock below;
    private final LongSupplier waiting;
    private long seen;
    private long counted;

    /**
     * @param waiting records that were not read yet; -1 while that is not known
     */
    Patience(RelativeClock below, LongSupplier waiting) {
        this.below = below;
        this.waiting = waiting;
        this.seen = below.relativeTimeNanos();
    }

    @Override
    public long relativeTimeNanos() {
        long now = below.relativeTimeNanos();
        long passed = Math.clamp(now - seen, 0, LONGEST_STEP);
        seen = now;
        counted += waiting.getAsLong() == 0 ? passed : passed / SLOWER;
        return counted;
    }

    @Override
    public long relativeTimeMillis() {
        return relativeTimeNanos() / 1_000_000;
    }
}
