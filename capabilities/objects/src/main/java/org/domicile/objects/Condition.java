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

    /** Nothing stands there, not even a delete marker. */
    record Vacant() implements Condition {}

    /**
     * What stands there is what was seen.
     *
     * @param id as {@link Version#id}
     * @param modified as {@link Version#modified}: a null version keeps its id when another one
     *     takes its place
     * @param token as {@link Version#token}; empty for a marker
     */
    record Still(String id, Instant modified, byte[] token) implements Condition {}

    /** Each of these. */
    record All(List<Condition> conditions) implements Condition {
        /** As they are now. */
        public All {
            conditions = List.copyOf(conditions);
        }
    }
}
