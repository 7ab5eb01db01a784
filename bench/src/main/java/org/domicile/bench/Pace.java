package org.domicile.bench;

/**
 * When the requests of one thread are due. Those that are late are due at once, and their wait
 * counts: the time of a request begins when it was due. Owned by one thread.
 */
final class Pace {
    /** No request waits for its time. */
    static final double FREE = Double.POSITIVE_INFINITY;

    private final double perSecond;
    private final long start;
    private long begun;

    /**
     * @param perSecond requests, or {@link #FREE} @param start of the first one, in nanoseconds
     */
    Pace(double perSecond, long start) {
        this.perSecond = perSecond;
        this.start = start;
    }

    boolean free() {
        return perSecond == FREE;
    }

    /** Whether the next one may begin. */
    boolean due(long now) {
        return free() || next() - now <= 0;
    }

    /** The next one begins: from when its time counts. */
    long begin(long now) {
        long from = free() ? now : next();
        begun++;
        return from;
    }

    private long next() {
        return start + (long) (begun * 1e9 / perSecond);
    }
}
