package org.domicile.query;

import java.time.Instant;

/** As of when a statement reads a table of the catalog. */
public sealed interface At {
    /** As it is. */
    At NOW = new Now();

    /** As it is. */
    record Now() implements At {}

    /** {@code AT (VERSION => …)}: the number of a snapshot, or the name of a branch or a tag. */
    record Version(String name) implements At {}

    /** {@code AT (TIMESTAMP => …)}: what was current at a moment. */
    record Moment(Instant instant) implements At {}
}
