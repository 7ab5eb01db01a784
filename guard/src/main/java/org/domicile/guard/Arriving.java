package org.domicile.guard;

import java.time.Instant;
import org.domicile.policy.Marks;

/**
 * What data bring along when they are no new ones.
 *
 * @param marks of what they were derived from
 * @param written when they were written elsewhere; {@link Instant#MAX} for now
 */
record Arriving(Marks marks, Instant written) {
    /** New data. */
    static final Arriving NEW = new Arriving(Marks.NONE, Instant.MAX);

    /** Copied here and now. */
    static Arriving copied(Marks marks) {
        return new Arriving(marks, Instant.MAX);
    }
}
