package org.domicile.keyspace;

import java.util.List;

/** What became of a transaction. */
public sealed interface Committed {
    /**
     * Applied and durable.
     *
     * @param version the commit version
     * @param indices the log index of each append, in order
     */
    record Applied(long version, List<Long> indices) implements Committed {}

    /** A condition did not hold; nothing was written. The caller reads again and decides anew. */
    record Stale(Condition condition) implements Committed {}
}
