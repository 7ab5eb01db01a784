package org.domicile.lifecycle;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One rule.
 *
 * @param id unique in its bucket
 * @param state whether it says anything
 * @param filter what it is about
 * @param expiration when newest objects end
 * @param noncurrent when older versions end
 * @param abortDays days after which an upload that was not finished ends; 0 for never
 */
public record Rule(
        String id,
        State state,
        Filter filter,
        Expiration expiration,
        Noncurrent noncurrent,
        int abortDays) {
    /** The most days of anything: 2,700 years. */
    public static final int MOST_DAYS = 1_000_000;

    /** Whether a rule says anything. */
    public enum State {
        /** It does. */
        ENABLED,
        /** It does not. */
        DISABLED
    }

    /** How a filter was written, which is how it is shown. */
    public enum Form {
        /** As a prefix of the rule itself. */
        PREFIX,
        /** As a filter. */
        FILTER
    }

    /**
     * What a rule is about: what meets all of this.
     *
     * @param form how it was written
     * @param prefix of names
     * @param tags that a version has, perhaps among others
     * @param over only what has more bytes; -1 for all
     * @param under only what has fewer bytes; {@link Long#MAX_VALUE} for all
     */
    public record Filter(
            Form form, String prefix, Map<String, String> tags, long over, long under) {
        /** Tags keep their order. */
        public Filter {
            tags = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        }

        /** Whether only what has tags or a size can meet it. */
        public boolean asksOfObjects() {
            return !tags.isEmpty() || over >= 0 || under < Long.MAX_VALUE;
        }

        boolean admits(Subject subject) {
            return subject.name().startsWith(prefix)
                    && (!asksOfObjects()
                            || subject.kind() == Subject.Kind.OBJECT
                                    && subject.size() > over
                                    && subject.size() < under
                                    && tagged(subject));
        }

        private boolean tagged(Subject subject) {
            return tags.isEmpty() || subject.tags().get().entrySet().containsAll(tags.entrySet());
        }
    }

    /** When newest objects end. */
    public sealed interface Expiration {
        /** Never. */
        record Never() implements Expiration {}

        /** So many days after they were made. */
        record Days(int days) implements Expiration {}

        /** From a midnight on, whenever they were made. */
        record On(Instant date) implements Expiration {}

        /** Not they; a marker that is all that is left of its name. */
        record Marker() implements Expiration {}
    }

    /**
     * When older versions end.
     *
     * @param days after a newer one took their place; 0 for never
     * @param kept so many of the newest of them stay all the same
     */
    public record Noncurrent(int days, int kept) {
        /** Never. */
        public static final Noncurrent NEVER = new Noncurrent(0, 0);
    }
}
