package org.domicile.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The published list of kinds ({@code kinds.tsv}) and the names of the purposes of the W3C Data
 * Privacy Vocabulary 2.3 ({@code terms.txt}). Fixed with the program: what a word means does not
 * change under the purposes that use it.
 */
public final class Kinds {
    /** Kind of what was registered before kinds were asked for. */
    public static final String UNSPECIFIED = "unspecified";

    /** Kind of the built-in purposes. */
    public static final String ADMINISTRATION = "administration";

    /** Kind of the usual purpose of a public body. */
    public static final String PUBLIC_SERVICE = "public-service";

    /** What a DPV term begins with; {@link #iri} has the whole. */
    private static final String DPV = "dpv:";

    private static final List<Kind> ALL = Published.lines("kinds.tsv", 8, Kinds::kind);
    private static final Set<String> TERMS =
            Set.copyOf(Published.lines("terms.txt", 1, fields -> fields.get(0)));

    private Kinds() {}

    /** All, those that are offered first. */
    public static List<Kind> all() {
        return ALL;
    }

    /** The kind of this name. */
    public static Optional<Kind> named(String name) {
        return ALL.stream().filter(kind -> kind.name().equals(name)).findFirst();
    }

    /** Whether DPV has the purpose, as {@code dpv:NAME}. */
    public static boolean hasTerm(String term) {
        return term.startsWith(DPV) && TERMS.contains(term.substring(DPV.length()));
    }

    /** The IRI of a term. */
    public static String iri(String term) {
        return term.startsWith("pd:")
                ? "https://w3id.org/dpv/pd#" + term.substring(3)
                : "https://w3id.org/dpv#" + term.substring(term.indexOf(':') + 1);
    }

    /** Names of what may be chosen, for sentences. */
    static String offered() {
        List<String> names = new ArrayList<>();
        for (Kind kind : ALL) {
            if (kind.standing() == Kind.Standing.OFFERED) {
                names.add(kind.name());
            }
        }
        return String.join(", ", names);
    }

    private static Kind kind(List<String> fields) {
        return new Kind(
                fields.get(0),
                Kind.Standing.valueOf(fields.get(1).toUpperCase(Locale.ROOT)),
                DPV + fields.get(2),
                fields.get(3),
                fields.get(4),
                fields.get(5),
                fields.get(6),
                fields.get(7));
    }
}
