package org.domicile.objects;

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
}
