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

    /** Whether a text can be a stream's name. */
    public static boolean names(String text) {
        return NAME.matcher(text).matches();
    }
}
