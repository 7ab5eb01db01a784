package org.domicile.policy;

import java.time.Instant;
import java.util.List;

/**
 * What a purpose itself and the labels of data say, each rule a pure function of the register and
 * the request: a reason code, {@code allowed} or that of the first rule that refuses.
 *
 * <ol>
 *   <li>{@code purpose-withdrawn}, {@code purpose-expired}: a purpose that this one is a part of
 *       has ended.
 *   <li>{@code purpose-prohibited}: the data may never be used for it.
 *   <li>{@code purpose-not-allowed}: the data are for others only.
 *   <li>{@code class-not-in-purpose}: the data are of a class that it does not list.
 *   <li>{@code action-not-in-purpose}: it does not list the action.
 * </ol>
 */
final class PurposeRules {
    /** A purpose lies in at most so many others. */
    static final int DEEPEST = 16;

    private PurposeRules() {}

    static String judge(
            Register register, Purpose purpose, String action, Resource resource, Instant at) {
        String ended = ancestors(register, purpose, at);
        if (!ended.equals(Rules.ALLOWED)) {
            return ended;
        }
        String data =
                switch (resource) {
                    case Resource.Data concerned ->
                            data(register, purpose, marks(register, concerned));
                    case Resource.Own own -> Rules.ALLOWED;
                    case Resource.Installation installation -> Rules.ALLOWED;
                };
        if (!data.equals(Rules.ALLOWED)) {
            return data;
        }
        return Rules.listed(purpose.actions(), action) ? Rules.ALLOWED : "action-not-in-purpose";
    }

    /** What is known of data: by the labels where they lie, and by what they bring along. */
    static Marks marks(Register register, Resource.Data data) {
        return data.carried().and(register.marks(data.organisation(), data.bucket(), data.name()));
    }

    private static String data(Register register, Purpose purpose, Marks marks) {
        if (marks.isEmpty()) {
            return Rules.ALLOWED;
        }
        if (named(register, purpose, marks.prohibited())) {
            return "purpose-prohibited";
        }
        for (List<String> only : marks.only()) {
            if (!named(register, purpose, only)) {
                return "purpose-not-allowed";
            }
        }
        for (String each : marks.classes()) {
            if (!DataClasses.covered(purpose.classes(), each)) {
                return "class-not-in-purpose";
            }
        }
        return Rules.ALLOWED;
    }

    private static String ancestors(Register register, Purpose purpose, Instant at) {
        String parent = purpose.parent();
        for (int depth = 0; depth < DEEPEST && !parent.isEmpty(); depth++) {
            Purpose above = register.purposes().get(parent);
            if (above == null || above.withdrawn()) {
                return "purpose-withdrawn";
            }
            if (!at.isBefore(above.expires())) {
                return "purpose-expired";
            }
            parent = above.parent();
        }
        return Rules.ALLOWED;
    }

    /** Whether words name a purpose: by its name or kind, or by those of one that it lies in. */
    static boolean named(Register register, Purpose purpose, List<String> words) {
        if (words.isEmpty()) {
            return false;
        }
        Purpose at = purpose;
        for (int depth = 0; depth <= DEEPEST; depth++) {
            if (words.contains(at.id()) || words.contains(at.kind())) {
                return true;
            }
            Purpose above = register.purposes().get(at.parent());
            if (above == null) {
                return false;
            }
            at = above;
        }
        return false;
    }

    /**
     * What a place would allow, in so many words, though the data that come to it prohibit it:
     * empty when their prohibitions are kept there.
     */
    static String broken(Register register, Marks place, Marks coming) {
        for (List<String> only : place.only()) {
            for (String allowed : only) {
                for (String prohibited : coming.prohibited()) {
                    boolean touch =
                            inside(register, allowed, prohibited)
                                    || inside(register, prohibited, allowed);
                    if (touch && !prohibitedThere(register, place, allowed, prohibited)) {
                        return prohibited;
                    }
                }
            }
        }
        return "";
    }

    private static boolean prohibitedThere(
            Register register, Marks place, String allowed, String prohibited) {
        for (String word : place.prohibited()) {
            if (inside(register, allowed, word) || inside(register, prohibited, word)) {
                return true;
            }
        }
        return false;
    }

    /** Whether every purpose that the one word names is named by the other. */
    private static boolean inside(Register register, String inner, String outer) {
        Purpose purpose = register.purposes().get(inner);
        return inner.equals(outer) || (purpose != null && named(register, purpose, List.of(outer)));
    }

    /** Whether everything that the one pattern lists is listed by the others. */
    static boolean covered(List<String> patterns, String inner) {
        for (String outer : patterns) {
            boolean family = outer.endsWith("*");
            if (outer.equals(inner)
                    || (family && inner.startsWith(outer.substring(0, outer.length() - 1)))) {
                return true;
            }
        }
        return false;
    }
}
