package org.domicile.register;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Everything that can stand at a path of this door; one spelling of each. */
sealed interface Wanted {
    /** How it is answered. */
    enum As {
        /** A page for people. */
        PAGE,
        /** JSON. */
        JSON
    }

    /** All purposes. */
    record Index(As as) implements Wanted {}

    /** One purpose, by its full name. */
    record One(String purpose, As as) implements Wanted {}

    /** The entries behind a day of a purpose. */
    record Day(String purpose, String day, As as) implements Wanted {}

    /** The published lists. */
    record Kinds(As as) implements Wanted {}

    /** An entry with its proof. */
    record Proof(long index) implements Wanted {}

    /** One of the exports. */
    record Export(Exports.Format format) implements Wanted {}

    /** The pages' style. */
    record Style() implements Wanted {}

    /** The index without its last slash: relative links would go wrong. */
    record WithoutSlash() implements Wanted {}

    /** {@code ORGANISATION/NAME[/DAY][.json]}, as names of organisations and purposes are. */
    Pattern PURPOSE =
            Pattern.compile(
                    "/register/purposes/([a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62})"
                            + "(?:/([0-9]{4}-[0-9]{2}-[0-9]{2}))?(\\.json)?");

    /** An index of an entry, without a zero too many. */
    Pattern INDEX = Pattern.compile("/register/proof/(0|[1-9][0-9]{0,17})");

    /** What the path means; empty when it means nothing. */
    static Optional<Wanted> at(String path) {
        switch (path) {
            case "/register" -> {
                return Optional.of(new WithoutSlash());
            }
            case "/register/" -> {
                return Optional.of(new Index(As.PAGE));
            }
            case "/register/index.json" -> {
                return Optional.of(new Index(As.JSON));
            }
            case "/register/kinds" -> {
                return Optional.of(new Kinds(As.PAGE));
            }
            case "/register/kinds.json" -> {
                return Optional.of(new Kinds(As.JSON));
            }
            case "/register/style.css" -> {
                return Optional.of(new Style());
            }
            default -> {}
        }
        for (Exports.Format format : Exports.Format.values()) {
            if (path.equals("/register/export/" + format.file())) {
                return Optional.of(new Export(format));
            }
        }
        Matcher index = INDEX.matcher(path);
        if (index.matches()) {
            return Optional.of(new Proof(Long.parseLong(index.group(1))));
        }
        Matcher purpose = PURPOSE.matcher(path);
        if (!purpose.matches()) {
            return Optional.empty();
        }
        As as = purpose.group(3) == null ? As.PAGE : As.JSON;
        return Optional.of(
                purpose.group(2) == null
                        ? new One(purpose.group(1), as)
                        : new Day(purpose.group(1), purpose.group(2), as));
    }
}
