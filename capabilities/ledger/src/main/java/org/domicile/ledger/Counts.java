package org.domicile.ledger;

import java.util.Map;
import java.util.TreeMap;

/**
 * How often each kind of use stands in one log, from the entry where the last count ended. Made of
 * the entries alone, so a replay gives the same. Owned by the ledger's thread.
 */
final class Counts {
    private final String log;
    private long from;
    private long to;
    private Map<What, Long> counts = new TreeMap<>();

    /** What uses are counted by. */
    record What(String purpose, String action, String dataZone, String clientZone, String verdict)
            implements Comparable<What> {
        Map<String, Object> named(long count) {
            return Map.of(
                    "action", action,
                    "clientZone", clientZone,
                    "count", count,
                    "dataZone", dataZone,
                    "purpose", purpose,
                    "verdict", verdict);
        }

        @Override
        public int compareTo(What other) {
            int order = purpose.compareTo(other.purpose);
            order = order != 0 ? order : action.compareTo(other.action);
            order = order != 0 ? order : dataZone.compareTo(other.dataZone);
            order = order != 0 ? order : clientZone.compareTo(other.clientZone);
            return order != 0 ? order : verdict.compareTo(other.verdict);
        }
    }

    /** Finished counts of entries {@code from} (inclusive) to {@code to} (exclusive). */
    record Counted(String log, long from, long to, Map<What, Long> counts) {}

    Counts(String log, long from) {
        this.log = log;
        this.from = from;
        this.to = from;
    }

    /** The index of the first entry of this count. */
    long first() {
        return from;
    }

    /** The index of the next entry that has not been counted. */
    long next() {
        return to;
    }

    void observe(UseEntry entry) {
        counts.merge(entry.what(), entry.count(), Long::sum);
        to++;
    }

    /** An entry that is no use. */
    void pass() {
        to++;
    }

    boolean isEmpty() {
        return from == to;
    }

    Counted counted() {
        return new Counted(log, from, to, counts);
    }

    /** Begins anew after what {@link #counted} gave is on record. */
    void restart() {
        from = to;
        counts = new TreeMap<>();
    }
}
