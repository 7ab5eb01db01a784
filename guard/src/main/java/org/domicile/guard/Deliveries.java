package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.domicile.events.Outbox;

/**
 * Tells what waits in the outbox. An event is sent to its destination until an answer of 2xx says
 * that it came: at least once, and the events of one name in their order. Those of other names, and
 * other destinations, wait for none that fails.
 *
 * <p>What fails is tried again after a second, then after twice as long each time, and at last
 * every {@link #LONGEST_PAUSE}. Where eight tries in a row fail the destination waits so as a
 * whole, and one event tries for all; what policy keeps back makes its own name wait and no other.
 * An event that could not be told within {@link #KEPT} is given up, and so is one that finds {@link
 * #MOST} others waiting for its destination; both are on record, the latter as one entry for all of
 * a bucket's in half a minute, with their number as its size.
 *
 * <p>Each try is a use in the log of the bucket's organisation, recorded before a byte leaves:
 * {@code system:notification} acts, under the purpose of whoever set the notification, towards the
 * zone where the destination stands. Safe for concurrent use.
 */
public interface Deliveries extends AutoCloseable {
    /** For how long an event that fails is tried. */
    Duration KEPT = Duration.ofDays(7);

    /** So many events wait for one destination at most. */
    int MOST = Outbox.MOST;

    /** The longest time between two tries. */
    Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /** Begins, with what waits since before the start. Until then events wait. */
    Deliveries start();

    /** Where events wait, by ARN. */
    List<Waiting> waiting();

    /** Events that were told since the start. */
    long told();

    /** Tries that failed since the start. */
    long failed();

    /** How much room is left beside what waits for a destination. */
    enum Room {
        /** There is. */
        ENOUGH,
        /** Less than a fifth. */
        LITTLE,
        /** None: what comes is given up at once, counted, and on record by the bucket. */
        NONE;

        static Room beside(long waiting) {
            if (waiting >= Outbox.MOST) {
                return NONE;
            }
            return waiting >= Outbox.MOST / 5 * 4 ? LITTLE : ENOUGH;
        }
    }

    /** Events that were given up since the start. */
    long givenUp();

    /**
     * Stops what is under way and waits until it has; what was not told waits for the next start.
     */
    @Override
    void close();

    /**
     * Events that wait.
     *
     * @param destination its ARN
     * @param events how many, at most {@link #COUNTED}
     * @param oldest when the oldest of them happened
     * @param problem why the last try failed; empty when it did not
     * @param room for more
     */
    record Waiting(String destination, int events, Instant oldest, String problem, Room room) {
        /** So many are counted and no more. */
        public static final int COUNTED = 1_000;
    }
}
