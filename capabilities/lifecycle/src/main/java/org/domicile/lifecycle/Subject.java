package org.domicile.lifecycle;

import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A version that rules are asked about.
 *
 * @param name its name
 * @param kind what it is
 * @param place where it stands among those of its name
 * @param size plain bytes; 0 for a marker
 * @param tags asked for only where a rule depends on them
 * @param modified when it was made
 * @param replaced when the next newer one was made; the same as {@code modified} for the newest
 * @param newer how many noncurrent versions of its name are newer; 0 for the newest
 */
public record Subject(
        String name,
        Kind kind,
        Place place,
        long size,
        Supplier<Map<String, String>> tags,
        Instant modified,
        Instant replaced,
        int newer) {
    /** What it is. */
    public enum Kind {
        /** An object. */
        OBJECT,
        /** A delete marker. */
        MARKER
    }

    /** Where it stands. */
    public enum Place {
        /** The newest of several. */
        NEWEST,
        /** All that there is of its name. */
        ALONE,
        /** Behind a newer one. */
        NONCURRENT
    }
}
