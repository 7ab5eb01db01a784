package org.domicile.launcher;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * How long the disk lasts if it fills as it did: from samples of what is usable, at most one an
 * hour, over up to a week. Safe for concurrent use.
 */
final class DiskForecast {
    private static final Duration APART = Duration.ofHours(1);
    private static final Duration SPAN = Duration.ofDays(7);

    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(Instant at, long usable) {}

    /** From what {@link #encode} gave; none of it when it is empty. */
    static DiskForecast decode(byte[] bytes) {
        DiskForecast forecast = new DiskForecast();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.remaining() >= 2 * Long.BYTES) {
            forecast.samples.add(
                    new Sample(Instant.ofEpochSecond(buffer.getLong()), buffer.getLong()));
        }
        return forecast;
    }

    synchronized byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate(samples.size() * 2 * Long.BYTES);
        samples.forEach(each -> buffer.putLong(each.at().getEpochSecond()).putLong(each.usable()));
        return buffer.array();
    }

    /** True when it was taken: then it is worth keeping. */
    synchronized boolean sample(Instant at, long usable) {
        if (!samples.isEmpty() && at.isBefore(samples.getLast().at().plus(APART))) {
            return false;
        }
        samples.add(new Sample(at, usable));
        while (samples.getFirst().at().plus(SPAN).isBefore(at)) {
            samples.removeFirst();
        }
        return true;
    }

    /**
     * Days until {@code usable} has shrunk to {@code reserve}.
     *
     * @return empty while less than an hour was seen, and while the disk does not fill
     */
    synchronized OptionalDouble days(Instant now, long usable, long reserve) {
        if (samples.isEmpty()) {
            return OptionalDouble.empty();
        }
        Sample first = samples.getFirst();
        Duration seen = Duration.between(first.at(), now);
        long taken = first.usable() - usable;
        if (seen.compareTo(APART) < 0 || taken <= 0) {
            return OptionalDouble.empty();
        }
        double perDay = taken * (double) Duration.ofDays(1).toSeconds() / seen.toSeconds();
        return OptionalDouble.of(Math.max(0, usable - reserve) / perDay);
    }
}
