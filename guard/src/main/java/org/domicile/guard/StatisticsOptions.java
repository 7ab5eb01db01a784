package org.domicile.guard;

import java.time.Duration;

/**
 * How the program counts distinct values of tables.
 *
 * @param mode whether it does
 * @param quiet how long nobody has committed to a table before it is counted; who never stops is
 *     waited for ten times as long
 */
public record StatisticsOptions(Mode mode, Duration quiet) {
    /** Whether it does. */
    public enum Mode {
        ON,
        OFF
    }

    /** No time before now. */
    public StatisticsOptions {
        if (quiet.isNegative()) {
            throw new IllegalArgumentException("no time before now");
        }
    }
}
