package org.domicile.moving;

import java.util.ArrayList;
import java.util.List;

/**
 * What is to be done about the versions of one name, knowing those of both sides. A function of
 * what was seen, so that it finds the same after a kill: what is there the same, in the same order,
 * was carried before.
 */
final class Course {
    private Course() {}

    /** What is to be done about a version. */
    sealed interface Step {
        /** It has to be carried. */
        record Carry() implements Step {}

        /** The same, in place of what is there. @param there it */
        record Replace(Seen there) implements Step {}

        /** It is there. @param at its place on the other side */
        record Present(int at) implements Step {}

        /** It cannot be carried. @param why a sentence */
        record Leave(String why) implements Step {}
    }

    /** Whether dates are the same on both sides for what was carried. */
    enum Dates {
        KEPT,
        GIVEN_ANEW
    }

    static final String BETWEEN =
            "versions that came after it are there already, and none can be put before them";
    static final String CHANGED = "somebody else has put or deleted something under its name there";
    static final String NEWER = "what is there under its name is newer";

    /**
     * @param from all versions where they come from, oldest first
     * @param to all versions where they go, oldest first
     * @return a step for each of {@code from}
     */
    static List<Step> ofVersions(List<Seen> from, List<Seen> to, Dates dates) {
        int[] places = new int[from.size()];
        int next = 0;
        int last = -1;
        for (int i = 0; i < places.length; i++) {
            places[i] = -1;
            for (int at = next; at < to.size() && places[i] < 0; at++) {
                if (same(from.get(i), to.get(at), dates)) {
                    places[i] = at;
                    next = at + 1;
                    last = i;
                }
            }
        }
        List<Step> steps = new ArrayList<>(places.length);
        for (int i = 0; i < places.length; i++) {
            if (places[i] >= 0) {
                steps.add(new Step.Present(places[i]));
            } else if (i < last) {
                steps.add(new Step.Leave(BETWEEN));
            } else {
                steps.add(next < to.size() ? new Step.Leave(CHANGED) : new Step.Carry());
            }
        }
        return steps;
    }

    /**
     * The same where the side that they come from keeps one version of a name: the newer one wins.
     */
    static Step ofOne(Seen from, List<Seen> to, Dates dates) {
        if (to.isEmpty()) {
            return new Step.Carry();
        }
        Seen there = to.getLast();
        if (same(from, there, dates)) {
            return new Step.Present(to.size() - 1);
        }
        return from.modified().isAfter(there.modified())
                ? new Step.Replace(there)
                : new Step.Leave(NEWER);
    }

    /**
     * Two ETags that are both MD5s tell; where one is none, as with parts and under some keys, the
     * date tells, or the place alone.
     */
    private static boolean same(Seen one, Seen other, Dates dates) {
        if (one.kind() != other.kind() || one.size() != other.size()) {
            return false;
        }
        return one.etag().equals(other.etag())
                || switch (dates) {
                    case KEPT -> one.modified().equals(other.modified());
                    case GIVEN_ANEW -> !one.whole() || !other.whole();
                };
    }
}
