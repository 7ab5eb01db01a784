package org.domicile.query;

import java.util.Map;
import java.util.Optional;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/**
 * Limits that organisations have of their own, where an operator has set some. They hold for
 * sessions that begin afterwards. Safe for concurrent use.
 */
public interface LimitTable {
    /** Those that lie in a keyspace. One process has one. */
    static LimitTable open(Keyspace keyspace) {
        return new StoredLimits(keyspace);
    }

    /** None, and none can be set. */
    static LimitTable none() {
        return new LimitTable() {
            @Override
            public Map<String, Limits> all() {
                return Map.of();
            }

            @Override
            public void set(Request request, String organisation, Optional<Limits> limits) {
                throw new IllegalStateException("nothing keeps limits here");
            }
        };
    }

    /** Of all organisations that have some. */
    Map<String, Limits> all();

    /** Of one. */
    default Optional<Limits> of(String organisation) {
        return Optional.ofNullable(all().get(organisation));
    }

    /**
     * Sets what an organisation has of its own. Carries the record.
     *
     * @param limits empty for the usual ones from now on
     */
    void set(Request request, String organisation, Optional<Limits> limits);
}
