package org.domicile.objects;

import java.time.Instant;
import java.util.List;

/**
 * What must hold of the newest version of a name (for a delete with a version id: of that version)
 * for a change to happen; decided inside the commit.
 */
public sealed interface Condition {
    /** Always. */
    record None() implements Condition {}

    /**
     * There is no object of that name (or its newest version is a delete marker): If-None-Match: *.
     */
    record Absent() implements Condition {}

    /** There is one: If-Match: *. */
    record Present() implements Condition {}

    /** There is one with this token: If-Match: "etag". */
    record Matches(byte[] token) implements Condition {}

    /** What stands there has so many plain bytes (a marker has none), or nothing does. */
    record Size(long bytes) implements Condition {}

    /** What stands there was made in this second, or nothing does. @param at any moment of it */
    record Second(Instant at) implements Condition {}

    /** Each of these. */
    record All(List<Condition> conditions) implements Condition {
        /** As they are now. */
        public All {
            conditions = List.copyOf(conditions);
        }
    }
}
