package org.domicile.policy;

import java.util.List;
import java.util.Optional;

/**
 * What a purpose is a case of: one of the published list in {@link Kinds}.
 *
 * @param name the word that people choose, and that labels prohibit or allow
 * @param standing whether a new purpose may be of it
 * @param term its DPV purpose, as {@code dpv:NAME}
 * @param text what it is, in plain English
 * @param arabic the same in Arabic
 * @param legalHint where a legal basis is usually found; empty when nothing can be said
 * @param reason why it is declined, in English; empty for the others
 * @param arabicReason the same in Arabic
 */
public record Kind(
        String name,
        Standing standing,
        String term,
        String text,
        String arabic,
        String legalHint,
        String reason,
        String arabicReason) {
    /** All of the published list, those that are offered first. */
    public static List<Kind> all() {
        return Kinds.all();
    }

    /** The kind of this name. */
    public static Optional<Kind> named(String name) {
        return Kinds.named(name);
    }

    /** The IRI of a DPV term such as {@code dpv:NAME} or {@code pd:NAME}. */
    public static String iri(String term) {
        return Kinds.iri(term);
    }

    /** Whether a new purpose may be of a kind. */
    public enum Standing {
        /** It may. */
        OFFERED,
        /** Only purposes that were registered before kinds were asked for are of it. */
        KEPT,
        /** Nothing of the kind is done here. */
        DECLINED
    }
}
