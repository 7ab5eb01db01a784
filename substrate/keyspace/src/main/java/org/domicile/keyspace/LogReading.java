package org.domicile.keyspace;

import java.util.List;
import java.util.Optional;

/** The durable tail of the logs. Indices start at 0 and have no gaps. */
public interface LogReading {
    /** Names of all logs that have had an entry, sorted. */
    List<String> logs();

    /** Index after the last durable entry; 0 for a log without entries. */
    long size(String log);

    /**
     * Up to {@code limit} entries from {@code index} on, in order; empty at the end.
     *
     * @throws IllegalArgumentException when the entry at {@code index} was forgotten
     */
    List<byte[]> entries(String log, long index, int limit);

    /** The payload beside an entry; empty when it was erased or never there. */
    Optional<byte[]> payload(String log, long index);

    /**
     * Forgets entries below {@code index}, whose bytes the ledger keeps elsewhere by then. Payloads
     * stay. Durable at the next commit; calling it again does no harm.
     */
    void forgetEntries(String log, long index);

    /** Erases payloads of indices from {@code from} (inclusive) to {@code to} (exclusive). */
    void erasePayloads(String log, long from, long to);
}
