package org.domicile.guard;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How the program compacts tables by itself.
 *
 * @param mode whether it does
 * @param files small files of a table, or of a partition of it, that are worth it; a table's own
 *     {@code self-optimizing.minor.trigger.file-count} goes before
 * @param quiet how long nobody has committed to a table before it is compacted; who never stops is
 *     waited for ten times as long
 * @param room bytes that bodies may yet take on the disk
 */
public record CompactionOptions(Mode mode, int files, Duration quiet, LongSupplier room) {
    /** Whether it does. */
    public enum Mode {
        ON,
        OFF
    }

    /** Two files at least, or there would be nothing to put together. */
    public CompactionOptions {
        if (files < 2 || quiet.isNegative()) {
            throw new IllegalArgumentException("two files at least, and no time before now");
        }
    }
}
