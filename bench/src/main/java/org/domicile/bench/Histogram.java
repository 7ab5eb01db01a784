package org.domicile.bench;

import java.util.concurrent.TimeUnit;

/**
 * Durations in classes of at most 1.6 % width, from a nanosecond to hours. Owned by one thread;
 * merge those of several.
 */
final class Histogram {
    private static final int BITS = 6;
    private static final int HALF = 1 << BITS;

    private final long[] counts = new long[(Long.SIZE - BITS + 1) << BITS];
    private long count;
    private long max;

    void add(long nanos) {
        long value = Math.max(0, nanos);
        counts[slot(value)]++;
        count++;
        max = Math.max(max, value);
    }

    void merge(Histogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        max = Math.max(max, other.max);
    }

    long count() {
        return count;
    }

    /** The longest, exactly. */
    double maxMillis() {
        return millis(max);
    }

    /**
     * The duration that {@code share} of all do not pass, to the upper end of its class; 0 when
     * there is none.
     */
    double millis(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return millis(Math.min(max, top(i)));
            }
        }
        return 0;
    }

    private static double millis(long nanos) {
        return (double) nanos / TimeUnit.MILLISECONDS.toNanos(1);
    }

    /** Values below 128 have a class each; above, each doubling has 64 classes. */
    private static int slot(long value) {
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - BITS - 1);
        return (shift << BITS) + (int) (value >>> shift);
    }

    private static long top(int slot) {
        int shift = Math.max(0, (slot >> BITS) - 1);
        long mantissa = slot - ((long) shift << BITS);
        return ((mantissa + 1) << shift) - 1;
    }

    static {
        // the layout above: one row of 64, then a row for each doubling
        if (slot(HALF) != HALF || slot(2 * HALF) != 2 * HALF) {
            throw new AssertionError("the classes of the histogram do not join");
        }
    }
}
