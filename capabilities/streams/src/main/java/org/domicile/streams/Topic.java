package org.domicile.streams;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What the log knows of a stream.
 *
 * @param name Kafka's rule: 1 to 249 of {@code a-z A-Z 0-9 . _ -}, not {@code .} or {@code ..}; and
 *     none that begins with two underscores, which are the log's own
 * @param partitions 1 to 64
 * @param retention how long records stay
 * @param bytes of a partition, over which its oldest records go
 */
public record Topic(String name, int partitions, Duration retention, long bytes) {
    private static final Duration USUAL_RETENTION = Duration.ofDays(1);
    private static final long USUAL_BYTES = 4L << 30;

    /** An eighth of what is kept is kept too long, at most. */
    static final int FILES = 8;

    /** The log looks for files that may go, and removes them a minute after it found one. */
    private static final Duration SWEEP = Duration.ofMinutes(1 + 1);

    private static final Duration AHEAD = Duration.ofMinutes(1);
    private static final Pattern NAME = Pattern.compile("(?!__)(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}");

    /** Checks all of it. */
    public Topic {
        if (!names(name)) {
            throw new IllegalArgumentException("no name of a stream: " + name);
        }
        if (partitions < 1 || partitions > 64 || retention.toMillis() < 1 || bytes < 1) {
            throw new IllegalArgumentException("no measures of a stream: " + name);
        }
    }

    /** One of a part, for who says no more of it: a day, and 4 GiB. */
    public static Topic usual(String name) {
        return new Topic(name, 1, USUAL_RETENTION, USUAL_BYTES);
    }

    /** How long one file of the log takes records, which go by whole files. */
    public Duration file() {
        return Duration.ofMillis(
                Math.clamp(
                        retention.toMillis() / FILES,
                        Duration.ofMinutes(1).toMillis(),
                        Duration.ofDays(7).toMillis()));
    }

    /**
     * How long a record's file lies on its disk at the latest, where nobody keeps it for longer:
     * the record's age is its client's word, and a minute ahead of the clock at most.
     */
    public Duration lies() {
        return retention.plus(file()).plus(SWEEP).plus(AHEAD);
    }

    /** Whether a text can be a stream's name. */
    public static boolean names(String text) {
        return NAME.matcher(text).matches();
    }
}
