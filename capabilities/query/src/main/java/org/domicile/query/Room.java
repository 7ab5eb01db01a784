package org.domicile.query;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all sessions together hold. Safe for concurrent use. */
final class Room {
    private final long most;
    private final AtomicLong held = new AtomicLong();

    Room(long most) {
        this.most = most;
    }

    /** Takes some, if they are free. */
    boolean take(long bytes) {
        while (true) {
            long now = held.get();
            if (bytes > most - now) {
                return false;
            }
            if (held.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
    }

    void give(long bytes) {
        held.addAndGet(-bytes);
    }

    long left() {
        return most - held.get();
    }

    long held() {
        return held.get();
    }
}
