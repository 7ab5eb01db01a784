package org.domicile.events;

import java.util.List;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Write;
import org.domicile.request.Request;

/** Events that are not told yet; see the package's page. Safe for concurrent use. */
public interface Outbox {
    /** The one that lies in {@code keyspace}, which stays the caller's. */
    static Outbox open(Keyspace keyspace) {
        return new StoredOutbox(keyspace);
    }

    /** Those for whom an event waits, in the order of their ARNs. */
    List<Destination> destinations();

    /** Events that wait for a destination, oldest first. @param after a stamp; 0 for the oldest */
    List<Queued> events(Destination to, long after, int limit);

    /** How many events wait for a destination, as far as {@code atMost}. */
    int count(Destination to, int atMost);

    /** Adds one that no change makes: a test. */
    void add(Destination to, Event event);

    /**
     * Takes one out that was told, or is given up; carries the record of a request that has one.
     */
    void remove(Request request, Destination to, long stamp);

    /** An event, to be written with the change that it tells of. */
    record Row(Destination to, Event event) {
        /** For whoever commits the change. */
        public Write write() {
            return StoredOutbox.write(this);
        }
    }

    /** An event that waits. @param stamp version of the commit that wrote it; its place */
    record Queued(long stamp, Event event) {}
}
