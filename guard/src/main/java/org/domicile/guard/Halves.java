package org.domicile.guard;

import java.util.HashMap;
import java.util.Map;

/**
 * Room for so many of something, of which no organisation has more than half: so none locks all
 * others out. Safe for concurrent use.
 */
final class Halves {
    private final int most;
    private final Map<String, Integer> own = new HashMap<>();
    private int all;

    Halves(int most) {
        this.most = most;
    }

    /** What an organisation has at most. */
    static int of(int most) {
        return most / 2;
    }

    /** Takes room for one; false when there is none, or none for this organisation. */
    synchronized boolean take(String organisation) {
        int has = own.getOrDefault(organisation, 0);
        if (all >= most || has >= of(most)) {
            return false;
        }
        all++;
        own.put(organisation, has + 1);
        return true;
    }

    /** Gives room back that was taken. */
    synchronized void give(String organisation) {
        all--;
        own.computeIfPresent(organisation, (_, has) -> has == 1 ? null : has - 1);
    }
}
