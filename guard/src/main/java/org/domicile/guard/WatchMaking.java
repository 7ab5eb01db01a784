package org.domicile.guard;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many watches an organisation makes at a time. Each is looked at by a worker, one after the
 * other, while its request waits: so nobody fills the places of others. Behind its own lock.
 */
final class WatchMaking {
    /** Of one organisation. */
    static final int MOST = 4;

    private final Map<String, Integer> making = new HashMap<>();

    /** Given back when it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** A place; empty when all are taken. */
    synchronized Optional<Place> enter(String organisation) {
        if (making.getOrDefault(organisation, 0) >= MOST) {
            return Optional.empty();
        }
        making.merge(organisation, 1, Integer::sum);
        return Optional.of(() -> leave(organisation));
    }

    private synchronized void leave(String organisation) {
        making.computeIfPresent(organisation, (_, count) -> count == 1 ? null : count - 1);
    }
}
