package org.domicile.query;

import java.time.Duration;

/**
 * What a session of an organisation may take, and how many it may have.
 *
 * @param memory of the engine, in bytes; what does not fit is spilled
 * @param threads of the engine
 * @param time of one statement, from its begin to its last row
 * @param rows of one result
 * @param staging bytes of staged columns of a session, all in memory
 * @param spill bytes that a session may spill, encrypted, into its staging folder
 * @param sessions at a time
 */
public record Limits(
        long memory,
        int threads,
        Duration time,
        long rows,
        long staging,
        long spill,
        int sessions) {
    /** What an organisation has when nothing is said. */
    public static final Limits USUAL =
            new Limits(1L << 30, 2, Duration.ofMinutes(10), 100_000_000, 1L << 30, 1L << 30, 32);

    /** Checks that there is something of each. */
    public Limits {
        if (memory < 64 << 20
                || threads < 1
                || time.isNegative()
                || time.isZero()
                || rows < 1
                || staging < 1 << 20
                || spill < 0
                || sessions < 1) {
            throw new IllegalArgumentException(
                    "limits of SQL: at least 64 MiB of memory, one thread, some time, one row,"
                            + " 1 MiB of staging and one session");
        }
    }
}
