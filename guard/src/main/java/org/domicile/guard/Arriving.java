package org.domicile.guard;

import java.time.Instant;
import org.domicile.policy.Marks;

/**
 * How data come.
 *
 * @param cause what is told of it
 * @param marks of what they were derived from
 * @param written when they were written elsewhere; {@link Instant#MAX} for now
 */
record Arriving(Cause cause, Marks marks, Instant written) {
    /** New data. */
    static Arriving fresh(Cause cause) {
        return new Arriving(cause, Marks.NONE, Instant.MAX);
    }

    /** Copied here and now. */
    static Arriving copied(Marks marks) {
        return new Arriving(Cause.COPY, marks, Instant.MAX);
    }
}
