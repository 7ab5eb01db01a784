package org.domicile.verifier;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which numbers of an organisation on a node have an entry, as runs. Owned by one thread. */
final class NumberRuns {
    /** First number of a run → its last, and the minute of the entry of the first. */
    private final TreeMap<Long, Run> runs = new TreeMap<>();

    private record Run(long last, String minute) {}

    /**
     * Numbers without an entry.
     *
     * @param minute of the entry of the number after them: they were taken before it
     */
    record Gap(long from, long to, String minute) {}

    /** False when one of them is there already. */
    boolean add(long from, long to, String minute) {
        Map.Entry<Long, Run> before = runs.floorEntry(to);
        if (before != null && before.getValue().last() >= from) {
            return false;
        }
        long first = from;
        long last = to;
        String said = minute;
        if (before != null && before.getValue().last() == from - 1) {
            first = before.getKey();
            said = before.getValue().minute();
        }
        Run after = runs.get(to + 1);
        if (after != null) {
            last = after.last();
            runs.remove(to + 1);
        }
        runs.put(first, new Run(last, said));
        return true;
    }

    /** What lies between 1 and the greatest number, and is not there. */
    List<Gap> gaps() {
        List<Gap> gaps = new ArrayList<>();
        long next = 1;
        for (Map.Entry<Long, Run> run : runs.entrySet()) {
            if (run.getKey() > next) {
                gaps.add(new Gap(next, run.getKey() - 1, run.getValue().minute()));
            }
            next = run.getValue().last() + 1;
        }
        return gaps;
    }
}
