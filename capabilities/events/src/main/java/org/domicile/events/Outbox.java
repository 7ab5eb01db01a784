package org.domicile.events;

import java.util.List;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Write;
import org.domicile.request.Request;

/** Events that are not told yet; see the package's page. Safe for concurrent use. */
public interface Outbox {
    /** The one that lies in {@code keyspace}, which stays the caller's. */
    static Outbox open(Keyspace keyspace) {
        return new StoredOutbox(keyspace, MOST);
    }

    /** Those for whom an event waits, in the order of their ARNs. */
    List<Destination> destinations();

    /** Events that wait for a destination, oldest first. @param after a stamp; 0 for the oldest */
    List<Queued> events(Destination to, long after, int limit);

    /** How many events wait for a destination, as far as {@code atMost}. */
    int count(Destination to, int atMost);

    /**
     * So many events wait for a destination at most, about: of one that is dead for a week they
     * would fill the disk. One that comes beyond is given up at once and counted.
     */
    int MOST = 100_000;

    /**
     * What to write with the change that an event tells of: the event, or that it found no room.
     */
    Write write(Row row);

    /** How many events wait for a destination, about: what is under way may count twice. */
    long waiting(Destination to);

    /** Events that found no room, and that nobody has put on record yet. */
    List<Lost> lost();

    /** Takes out so many that found no room; carries the record of a request that has one. */
    void recorded(Request request, Lost lost);

    /** How many events of a bucket found no room at a destination. */
    record Lost(Destination to, String bucket, long events) {}

    /**
     * Takes one out that was told, or is given up; carries the record of a request that has one.
     */
    void remove(Request request, Destination to, long stamp);

    /** An event, to be written with the change that it tells of. */
    record Row(Destination to, Event event) {
        /** For whoever commits the change. */
        public Write write() {
            return StoredOutbox.writeOf(this);
        }
    }

    /** An event that waits. @param stamp version of the commit that wrote it; its place */
    record Queued(long stamp, Event event) {}
}
