package org.domicile.policy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What data may be used for; public.
 *
 * @param organisation whose it is; {@code installation} for the built-in ones
 * @param name unique in its organisation
 * @param kind what it is a case of, from {@link Kinds}
 * @param term its DPV purpose, as {@code dpv:NAME}
 * @param text what it is, in plain English
 * @param arabic the same in Arabic; empty when nobody wrote it
 * @param owner the role or office that answers for it
 * @param legalBasis why it is lawful, in free text
 * @param contact where people ask about it; empty when nobody said
 * @param classes classes of data that it may use beside open ones, from {@link DataClasses}
 * @param actions what may be done under it, as in {@link Credential}; {@code *} for all
 * @param zones where its uses may take data from and to
 * @param parent full name of the purpose that it is a part of, and wider than which it never is;
 *     empty for none
 * @param created when
 * @param expires when it ends; {@link Instant#MAX} only for built-in ones
 * @param withdrawn true once it was ended early
 * @param sealable whether uses under it may be sealed ({@link Seal}); said when it is created, and
 *     never changed
 * @param algorithm the algorithm that it uses; empty when it uses none that is to be published
 */
public record Purpose(
        String organisation,
        String name,
        String kind,
        String term,
        String text,
        String arabic,
        String owner,
        String legalBasis,
        String contact,
        List<String> classes,
        List<String> actions,
        List<String> zones,
        String parent,
        Instant created,
        Instant expires,
        boolean withdrawn,
        boolean sealable,
        Optional<Algorithm> algorithm) {
    /** One under which nothing is sealed, and that uses no algorithm. */
    public Purpose(
            String organisation,
            String name,
            String kind,
            String term,
            String text,
            String arabic,
            String owner,
            String legalBasis,
            String contact,
            List<String> classes,
            List<String> actions,
            List<String> zones,
            String parent,
            Instant created,
            Instant expires,
            boolean withdrawn) {
        this(
                organisation,
                name,
                kind,
                term,
                text,
                arabic,
                owner,
                legalBasis,
                contact,
                classes,
                actions,
                zones,
                parent,
                created,
                expires,
                withdrawn,
                false,
                Optional.empty());
    }

    /**
     * A plain purpose of the kind {@link Kinds#PUBLIC_SERVICE}: for every action, for no personal
     * data, part of no other.
     */
    public Purpose(
            String organisation,
            String name,
            String text,
            String owner,
            String legalBasis,
            List<String> zones,
            Instant created,
            Instant expires,
            boolean withdrawn) {
        this(
                organisation,
                name,
                Kinds.PUBLIC_SERVICE,
                Kinds.named(Kinds.PUBLIC_SERVICE).orElseThrow().term(),
                text,
                "",
                owner,
                legalBasis,
                "",
                List.of(),
                List.of("*"),
                zones,
                "",
                created,
                expires,
                withdrawn);
    }

    /** Its full name: "organisation/name". */
    public String id() {
        return organisation + "/" + name;
    }

    /** The same under another kind and that kind's term. */
    public Purpose ofKind(String other) {
        String itsTerm = Kinds.named(other).map(Kind::term).orElse(term);
        return with(other, itsTerm, withdrawn, sealable, algorithm);
    }

    /** The same, ended. */
    Purpose ended() {
        return with(kind, term, true, sealable, algorithm);
    }

    /** The same, under which uses may be sealed or not. */
    public Purpose sealing(boolean allowed) {
        return with(kind, term, withdrawn, allowed, algorithm);
    }

    /** The same, with an algorithm or without. */
    public Purpose using(Optional<Algorithm> other) {
        return with(kind, term, withdrawn, sealable, other);
    }

    private Purpose with(
            String itsKind,
            String itsTerm,
            boolean ended,
            boolean sealed,
            Optional<Algorithm> used) {
        return new Purpose(
                organisation,
                name,
                itsKind,
                itsTerm,
                text,
                arabic,
                owner,
                legalBasis,
                contact,
                classes,
                actions,
                zones,
                parent,
                created,
                expires,
                ended,
                sealed,
                used);
    }
}
