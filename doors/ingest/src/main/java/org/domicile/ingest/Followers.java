package org.domicile.ingest;

import java.util.HashMap;
import java.util.Map;

/** How many follow streams, and of which organisation. Safe for concurrent use. */
final class Followers {
    /** Each has a reader of the log. */
    static final int MOST = 64;

    static final int MOST_OF_ONE = 16;

    private static final String KAFKA = " Kafka's clients may be many more.";

    // guarded by this
    private final Map<String, Integer> following = new HashMap<>();
    private int all;

    /** One more. @throws Failure when there are as many as there may be */
    synchronized void begin(String organisation) {
        if (following.getOrDefault(organisation, 0) >= MOST_OF_ONE) {
            throw full(
                    "Your organisation follows %d streams over HTTP, which is as many as one may;"
                                    .formatted(MOST_OF_ONE)
                            + " end one, or try again later.");
        }
        if (all >= MOST) {
            throw full(
                    "All together follow %d streams over HTTP, which is as many as there may be;"
                                    .formatted(MOST)
                            + " try again later.");
        }
        all++;
        following.merge(organisation, 1, Integer::sum);
    }

    private static Failure full(String sentence) {
        return new Failure(503, "overloaded", sentence + KAFKA);
    }

    /** One of them has come to its end. */
    synchronized void end(String organisation) {
        all--;
        following.computeIfPresent(organisation, (_, count) -> count == 1 ? null : count - 1);
    }
}
