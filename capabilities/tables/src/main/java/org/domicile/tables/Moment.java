package org.domicile.tables;

import java.time.Instant;

/** Which state of a table is meant. */
public sealed interface Moment {
    /** The current one. */
    record Now() implements Moment {}

    /** A snapshot. */
    record Snapshot(long id) implements Moment {}

    /** The snapshot that was current at a time. */
    record At(Instant time) implements Moment {}

    /** A branch or a tag. */
    record Ref(String name) implements Moment {}
}
