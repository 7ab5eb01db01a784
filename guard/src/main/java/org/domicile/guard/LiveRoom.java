package org.domicile.guard;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all rows that no snapshot has may take of the heap together. Whoever holds some says so as
 * it comes and goes; nobody waits for another to know how much there is. Half as much more is
 * shared out evenly: so much everybody may hold, whatever others do, and no more who cannot give it
 * back.
 */
final class LiveRoom {
    /** Who may read what came before at one time: of that nobody knows how much it is. */
    private static final int TURNS = 2;

    private final long most;
    private final AtomicLong held = new AtomicLong();
    private final Semaphore turns = new Semaphore(TURNS, true);
    private final AtomicInteger holders = new AtomicInteger();

    /**
     * @param most bytes
     */
    LiveRoom(long most) {
        this.most = most;
    }

    /** One more table holds rows here. */
    void enter() {
        holders.incrementAndGet();
    }

    /** And one less. */
    void leave() {
        holders.decrementAndGet();
    }

    /** Bytes that each stream's two tables may hold, however little room there is. */
    long share() {
        return most / Math.max(2, holders.get());
    }

    /** Whether who holds something can give it back. */
    enum Way {
        OPEN,
        BLOCKED
    }

    /** Whether one that holds so much may have no more now. @param mine bytes of a stream */
    boolean isFull(long mine, Way way) {
        return mine > share() && (way == Way.BLOCKED || isTight());
    }

    /**
     * Does something while no more than a few do such a thing: what they read is counted only once
     * they have it.
     *
     * @return false where others did for so long, and nothing was done
     */
    boolean inTurn(Duration patience, Runnable work) throws InterruptedException {
        if (!turns.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            work.run();
        } finally {
            turns.release();
        }
        return true;
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
