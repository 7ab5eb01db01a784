package org.domicile.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often each kind of use stands in one log, from the entry where the last count ended. Where
 * there are more kinds than one entry of the public log should hold, what is counted is cut into
 * stretches. Made of the entries alone, so a replay gives the same. Owned by the ledger's thread.
 */
final class Counts {
    /** Bytes that the kinds of one stretch take at most. */
    private static final int LONGEST = 24 << 10;

    private final String log;
    private final List<Counted> finished = new ArrayList<>();
    private long from;
    private long begin;
    private long to;
    private Map<What, Long> counts = new TreeMap<>();
    private int length;

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

    /**
     * Finished counts of entries {@code from} (inclusive) to {@code to} (exclusive). @param length
     * bytes that they take at most
     */
    record Counted(String log, long from, long to, Map<What, Long> counts, int length) {}

    Counts(String log, long from) {
        this.log = log;
        this.from = from;
        this.begin = from;
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
        if (!counts.containsKey(entry.what())) {
            int more = JsonText.of(entry.what().named(Long.MAX_VALUE)).length + 1;
            if (length + more > LONGEST && !counts.isEmpty()) {
                finished.add(stretch());
                beginStretch();
            }
            length += more;
        }
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

    /** All that was counted, in order. */
    List<Counted> counted() {
        List<Counted> all = new ArrayList<>(finished);
        if (begin < to) {
            all.add(stretch());
        }
        return all;
    }

    private Counted stretch() {
        return new Counted(log, begin, to, counts, length);
    }

    private void beginStretch() {
        begin = to;
        counts = new TreeMap<>();
        length = 0;
    }

    /** Begins anew after what {@link #counted} gave is on record. */
    void restart() {
        from = to;
        finished.clear();
        beginStretch();
    }
}
