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
        if (from.after(there)) {
            // Also with the same bytes: what is said of them beside may have changed.
            return new Step.Replace(there);
        }
        return same(from, there, dates) ? new Step.Present(to.size() - 1) : new Step.Leave(NEWER);
    }

    /**
     * Two ETags that are both MD5s of all bytes, or of equally many parts, tell. Where they do not,
     * as with other parts and under some keys, the date does: it is the same, or, where dates are
     * given anew, what was carried is not older than what it was carried from.
     */
    private static boolean same(Seen from, Seen to, Dates dates) {
        if (from.kind() != to.kind() || from.size() != to.size()) {
            return false;
        }
        if (from.etag().equals(to.etag())) {
            return true;
        }
        return !from.tells(to) && dated(from, to, dates);
    }

    private static boolean dated(Seen from, Seen to, Dates dates) {
        return switch (dates) {
            case KEPT -> from.modified().equals(to.modified());
            case GIVEN_ANEW -> !from.after(to);
        };
    }

    /**
     * Whether only their ETags say that two versions are not the same: then it matters whether both
     * are MD5s indeed, which a listing does not show.
     */
    static boolean doubtful(Seen from, Seen to, Dates dates) {
        return from.kind() == Seen.Kind.OBJECT
                && to.kind() == Seen.Kind.OBJECT
                && from.size() == to.size()
                && !from.etag().equals(to.etag())
                && from.tells(to)
                && dated(from, to, dates);
    }
}
