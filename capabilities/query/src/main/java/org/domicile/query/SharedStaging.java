package org.domicile.query;

import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What all sessions stage and spill together, or a part of them. Sessions keep what they read, for
 * their next statement; who finds no room has that of sessions let go of in which no statement
 * runs, those first that have done nothing for the longest. Safe for concurrent use; nobody waits
 * for a statement of another.
 */
final class SharedStaging {
    private final Room room;
    private final Room whole;
    private final Set<Staging> sessions;

    SharedStaging(long most) {
        this(new Room(most));
    }

    private SharedStaging(Room whole) {
        this(whole, whole, ConcurrentHashMap.newKeySet());
    }

    private SharedStaging(Room room, Room whole, Set<Staging> sessions) {
        this.room = room;
        this.whole = whole;
        this.sessions = sessions;
    }

    /** For some of the sessions, which have no more of it than this. */
    SharedStaging part(long most) {
        return new SharedStaging(room.share(most), whole, sessions);
    }

    void add(Staging session) {
        sessions.add(session);
    }

    void remove(Staging session) {
        sessions.remove(session);
    }

    /** Takes some, if they are free or others give way. */
    boolean take(long bytes, Staging taker) {
        while (!room.take(bytes)) {
            if (bytes > room.most() || !givesWay(taker)) {
                return false;
            }
        }
        return true;
    }

    /** Has others give way until so many bytes are free, or nobody does. */
    void free(long bytes, Staging asker) {
        long wanted = Math.min(bytes, room.most());
        boolean more = true;
        while (more && left() < wanted) {
            more = givesWay(asker);
        }
    }

    /** Whether another one let go of something. */
    private boolean givesWay(Staging asker) {
        return sessions.stream()
                .filter(each -> each != asker)
                .map(each -> new Idle(each, each.rested()))
                .sorted(Comparator.comparingLong(Idle::since))
                .anyMatch(each -> each.staging().lend() > 0);
    }

    /** Since when, as it was when somebody asked. */
    private record Idle(Staging staging, long since) {}

    void give(long bytes) {
        room.give(bytes);
    }

    long left() {
        return Math.min(room.left(), whole.left());
    }

    /** Of all sessions, not of this part alone. */
    long held() {
        return whole.held();
    }
}
