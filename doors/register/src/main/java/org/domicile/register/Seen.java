package org.domicile.register;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What the public log says of one purpose. Guarded by its {@link Observed}. */
final class Seen {
    /** Statements that are kept of one purpose; of more, the newest. */
    private static final int FORMS = 1_000;

    /** Uses of one day. */
    static final class Day {
        private final NavigableMap<Cell, Long> counts = new TreeMap<>();
        private final BitSet sources = new BitSet();

        /** Uses by what they are counted by. */
        NavigableMap<Cell, Long> counts() {
            return Collections.unmodifiableNavigableMap(counts);
        }

        /** Which of the day's entries with counts hold some of this purpose. */
        BitSet sources() {
            return sources;
        }

        long sum(String verdict) {
            return counts.entrySet().stream()
                    .filter(each -> each.getKey().verdict().equals(verdict))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }
    }

    private record Key(Drift.What what, String value) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = what.compareTo(other.what);
            return order != 0 ? order : value.compareTo(other.value);
        }
    }

    private final List<Form> forms = new ArrayList<>();
    private final NavigableMap<String, Day> days = new TreeMap<>();
    private final NavigableMap<Cell, Long> older = new TreeMap<>();
    private final NavigableMap<Key, Drift> drifts = new TreeMap<>();
    private long withdrawnAt = Long.MAX_VALUE;
    private long withdrawnIndex = -1;

    void form(Form form) {
        if (forms.size() == FORMS) {
            forms.remove(1);
        }
        forms.add(form);
    }

    void withdrawn(long index, long minute) {
        withdrawnIndex = index;
        withdrawnAt = minute;
    }

    void count(String day, int source, Cell cell, long count) {
        Day of = days.computeIfAbsent(day, name -> new Day());
        of.counts.merge(cell, count, Long::sum);
        of.sources.set(source);
    }

    void drift(Drift.What what, String value, long count, long index) {
        drifts.merge(
                new Key(what, value),
                new Drift(what, value, count, index, index),
                (before, now) -> before.and(count, index));
    }

    /** Lets go of the days before one; their sum stays. */
    void forget(String before) {
        Map<String, Day> gone = days.headMap(before, false);
        gone.values()
                .forEach(day ->
                        day.counts.forEach((cell, count) -> older.merge(cell, count, Long::sum)));
        gone.clear();
    }

    /** Statements, oldest first. */
    List<Form> forms() {
        return Collections.unmodifiableList(forms);
    }

    Optional<Form> newest() {
        return forms.isEmpty() ? Optional.empty() : Optional.of(forms.getLast());
    }

    /** Days by their names, oldest first. */
    NavigableMap<String, Day> days() {
        return Collections.unmodifiableNavigableMap(days);
    }

    /** Uses of all days that are kept no more. */
    NavigableMap<Cell, Long> older() {
        return Collections.unmodifiableNavigableMap(older);
    }

    /** Index of the statement that ended it early. */
    OptionalLong withdrawal() {
        return withdrawnIndex < 0 ? OptionalLong.empty() : OptionalLong.of(withdrawnIndex);
    }

    long withdrawnAt() {
        return withdrawnAt;
    }

    /** What was observed and not declared, and whether refusals rise on the newest day. */
    List<Drift> drifts() {
        List<Drift> all = new ArrayList<>(drifts.values());
        if (!days.isEmpty()) {
            Day newest = days.lastEntry().getValue();
            long now = newest.sum("refused");
            long before =
                    days.headMap(days.lastKey(), false).descendingMap().values().stream()
                            .limit(7)
                            .mapToLong(day -> day.sum("refused"))
                            .sum();
            long usual = before / Math.max(1, Math.min(7, days.size() - 1));
            if (now >= 10 && now > 2 * usual) {
                all.add(new Drift(Drift.What.REFUSALS_RISE, days.lastKey(), now, -1, -1));
            }
        }
        return all;
    }
}
