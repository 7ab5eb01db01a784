package org.domicile.objects;

/**
 * How much a bucket, or all buckets of an organisation together, may take.
 *
 * @param bytes at most so many; {@link #UNLIMITED} for any number
 * @param objects at most so many; {@link #UNLIMITED} for any number
 */
public record Quota(long bytes, long objects) {
    /** Any number. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** Any number of both. */
    public static final Quota NONE = new Quota(UNLIMITED, UNLIMITED);

    /** Both are at least 0. */
    public Quota {
        if (bytes < 0 || objects < 0) {
            throw new IllegalArgumentException("a quota is at least 0");
        }
    }

    /** Whether a change would raise something above its limit. */
    boolean refuses(Usage present, Usage change) {
        return refuses(bytes, present.bytes(), change.bytes())
                || refuses(objects, present.objects(), change.objects());
    }

    private static boolean refuses(long limit, long present, long change) {
        // Without the sum, which might be too large for a number.
        return change > 0 && present > limit - change;
    }

    long[] numbers() {
        return new long[] {bytes, objects};
    }
}
