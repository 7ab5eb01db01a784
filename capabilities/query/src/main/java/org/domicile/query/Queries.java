package org.domicile.query;

import java.util.List;
import java.util.Map;

/** Sessions: see the package's page. Safe for concurrent use. */
public interface Queries extends AutoCloseable {
    /**
     * Nothing is started before the first session is begun. What an earlier run left in the staging
     * folder is removed.
     */
    static Queries open(QueryOptions options) {
        return open(options, LimitTable.none());
    }

    /** The same where organisations may have limits of their own. */
    static Queries open(QueryOptions options, LimitTable limits) {
        return WorkerQueries.open(options, limits);
    }

    /** Where no session can be had. @param why one sentence */
    static Queries none(String why) {
        return new NoQueries(why);
    }

    /**
     * Begins a session.
     *
     * @param organisation whose limits count
     * @param zone IANA name of the time zone that it begins with
     */
    Answer<Session> begin(String organisation, String zone);

    /**
     * Begins a session for the program's own work: it is nobody's, so it counts in no
     * organisation's number, takes no worker that waits for somebody, and has one thread.
     */
    default Answer<Session> beginAside() {
        return begin("", "UTC");
    }

    /** How it stands, for those who look after it. */
    Standing standing();

    /** What organisations have of their own. */
    default LimitTable limits() {
        return LimitTable.none();
    }

    /** What an organisation's next session may take. */
    default Limits limits(String organisation) {
        return limits().of(organisation).orElse(Limits.USUAL);
    }

    /** Sessions that are open now, by organisation. */
    default Map<String, Integer> taken() {
        return Map.of();
    }

    /** Ends all sessions. */
    @Override
    void close();

    /**
     * How it stands.
     *
     * @param walls names of the walls that stand around the last worker that was started; empty
     *     before the first
     * @param missing names of those that do not, each with the reason
     * @param sessions open now
     * @param warm workers that wait for one
     * @param staged bytes
     */
    record Standing(
            List<String> walls, List<String> missing, int sessions, int warm, long staged) {}
}
