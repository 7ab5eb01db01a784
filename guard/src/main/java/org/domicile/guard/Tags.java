package org.domicile.guard;

import java.util.Map;
import java.util.function.Supplier;

/**
 * The tags in which rules of a data set may find whom a use concerns, as far as they are known when
 * it is decided. Those of the version that is used in the end are looked at once more ({@link
 * Admitted#confirm(State)}, {@link Admitted#about}), because it need not be the one that was there
 * first.
 *
 * @param brought what the request sets
 * @param there what an object that is asked for has; looked up where a refusal wants to know
 */
record Tags(Map<String, String> brought, Supplier<Map<String, String>> there) {
    /** There are none, or nobody looks at any. */
    static final Tags NONE = bringing(Map.of());

    /** Those that come with a request. */
    static Tags bringing(Map<String, String> tags) {
        return new Tags(tags, Map::of);
    }

    /** Those that something has. */
    static Tags of(Supplier<Map<String, String>> there) {
        return new Tags(Map.of(), there);
    }

    /** The same object, to have other tags. */
    Tags setting(Map<String, String> tags) {
        return new Tags(tags, there);
    }
}
