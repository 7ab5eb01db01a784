package org.domicile.ledger;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** Requests of people without an organisation: counted, not written down. Guarded by its lock. */
final class Strangers {
    /** Different refusals that are counted apart; the rest count as one. */
    private static final int KINDS = 300;

    private Map<What, Long> counts = new TreeMap<>();
    private boolean changed;

    /** What they wanted and why not. */
    record What(String action, String reason) implements Comparable<What> {
        private static final Comparator<What> ORDER =
                Comparator.comparing(What::action).thenComparing(What::reason);

        @Override
        public int compareTo(What other) {
            return ORDER.compare(this, other);
        }
    }

    synchronized void count(String action, String reason) {
        What what = new What(action, reason);
        boolean known = counts.size() < KINDS || counts.containsKey(what);
        counts.merge(known ? what : new What("other", "other"), 1L, Long::sum);
        changed = true;
    }

    /** The counts so far, if there are others than were given the last time. */
    synchronized Map<What, Long> changed() {
        Map<What, Long> given = changed ? new TreeMap<>(counts) : Map.of();
        changed = false;
        return given;
    }

    /** What {@link #changed} gave did not become durable. */
    synchronized void unkept() {
        changed = !counts.isEmpty();
    }

    synchronized Map<What, Long> drain() {
        Map<What, Long> drained = counts;
        counts = new TreeMap<>();
        changed = false;
        return drained;
    }

    /** Puts back what could not be recorded. */
    synchronized void restore(Map<What, Long> drained) {
        drained.forEach((what, count) -> counts.merge(what, count, Long::sum));
        changed = !counts.isEmpty();
    }
}
