package org.domicile.objects;

import java.util.List;
import java.util.Optional;

/** Listing of names or versions, in bytewise order. */
public final class Listing {
    /** The most names and prefixes on a page. */
    public static final int MAX = 1_000;

    private Listing() {}

    /**
     * What to list.
     *
     * @param prefix only names that begin with it
     * @param delimiter names that share the part from the prefix up to it are one common prefix;
     *     empty for none
     * @param after only names (and common prefixes) that sort after it; empty from the start
     * @param afterVersion with {@code after} for versions: go on behind this version id of that
     *     name; empty otherwise
     * @param limit the most names and prefixes, together, 0 to 1,000
     */
    public record Query(
            String prefix, String delimiter, String after, String afterVersion, int limit) {
        /** Checks the limit. */
        public Query {
            if (limit < 0 || limit > MAX) {
                throw new IllegalArgumentException("a page has 0 to " + MAX + ", not " + limit);
            }
        }
    }

    /**
     * A page.
     *
     * @param versions objects (or versions and markers), in order
     * @param prefixes common prefixes, in order
     * @param next where the next page goes on; empty at the end
     */
    public record Page(List<Version> versions, List<String> prefixes, Optional<Place> next) {}

    /**
     * Where a page ended; the next page's {@code after} and {@code afterVersion}.
     *
     * @param name last name or common prefix
     * @param version the place of the last version among those of its name (or the id of the last
     *     upload); empty behind a common prefix and when listing objects
     */
    public record Place(String name, String version) {}
}
