package org.domicile.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The trees of purposes, and what labels say of them, as pure functions of the register. Decisions
 * are Cedar's: {@link World} makes attributes of these.
 */
final class PurposeRules {
    /** A purpose lies in at most so many others. */
    static final int DEEPEST = 16;

    private PurposeRules() {}

    /** The purpose itself and those that it lies in, from the inside out. */
    static List<Purpose> line(Register register, Purpose purpose) {
        List<Purpose> line = new ArrayList<>();
        Purpose at = purpose;
        while (at != null && line.size() <= DEEPEST) {
            line.add(at);
            at = register.purposes().get(at.parent());
        }
        return line;
    }

    /** Every word that names a purpose: its name and kind, and those of what it lies in. */
    static List<String> names(Register register, Purpose purpose) {
        return line(register, purpose).stream()
                .flatMap(each -> Stream.of(each.id(), each.kind()))
                .distinct()
                .toList();
    }

    /** Whether words name a purpose. */
    static boolean named(Register register, Purpose purpose, List<String> words) {
        return names(register, purpose).stream().anyMatch(words::contains);
    }

    /** Purposes of an organisation that every one of the lists names. */
    static List<String> only(Register register, String organisation, List<List<String>> lists) {
        return register.purposes().values().stream()
                .filter(each -> each.organisation().equals(organisation))
                .filter(each -> lists.stream().allMatch(list -> named(register, each, list)))
                .map(Purpose::id)
                .sorted()
                .toList();
    }

    /** What labels on the way to a name say, and what the data bring along. */
    static Marks marks(Register register, Resource.Data data) {
        return data.carried().and(register.marks(data.organisation(), data.bucket(), data.name()));
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
