package org.domicile.guard;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all rows that no snapshot has may take of the heap together. Whoever holds some says so as
 * it comes and goes; nobody waits for another to know how much there is.
 */
final class LiveRoom {
    private final long most;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param most bytes
     */
    LiveRoom(long most) {
        this.most = most;
    }

    /** Others are held than were. @param more bytes; less, when it is negative */
    void move(long more) {
        held.addAndGet(more);
    }

    /** Bytes that are held. */
    long held() {
        return held.get();
    }

    /** Whether so much is held that nothing more may come. */
    boolean isTight() {
        return held.get() > most;
    }

    /** Whether the largest have to make room, before nothing more may come. */
    boolean isNarrow() {
        return held.get() > most / 2;
    }
}
