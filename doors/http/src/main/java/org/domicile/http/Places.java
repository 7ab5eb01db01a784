package org.domicile.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Places of those who are served at one time. An organisation has half of them at most, so that
 * none shuts a door for the others. Safe for concurrent use.
 */
public final class Places {
    /** What who gets none is told. */
    public static final String NONE =
            "As many requests are being answered as may be, of all or of your organisation; try"
                    + " again.";

    private final int all;

    // guarded by this
    private final Map<String, Integer> held = new HashMap<>();
    private int taken;

    /**
     * @param all at least two
     */
    public Places(int all) {
        this.all = all;
    }

    /** One that is taken. Owned by its request's thread. */
    public interface Place extends AutoCloseable {
        /** Gives it back; once. */
        @Override
        void close();
    }

    /** One for an organisation; empty when it has its half, or all are taken. */
    public synchronized Optional<Place> take(String organisation) {
        int own = held.getOrDefault(organisation, 0);
        if (taken >= all || own >= all / 2) {
            return Optional.empty();
        }
        taken++;
        held.put(organisation, own + 1);
        return Optional.of(() -> give(organisation));
    }

    private synchronized void give(String organisation) {
        taken--;
        held.computeIfPresent(organisation, (_, count) -> count == 1 ? null : count - 1);
    }
}
