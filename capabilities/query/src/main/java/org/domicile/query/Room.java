package org.domicile.query;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Bytes that several hold together. Safe for concurrent use. */
final class Room {
    private final long most;
    private final @Nullable Room whole;
    private final AtomicLong held = new AtomicLong();

    Room(long most) {
        this(most, null);
    }

    private Room(long most, @Nullable Room whole) {
        this.most = most;
        this.whole = whole;
    }

    /** A share of this one: what it takes is taken here, too. */
    Room share(long most) {
        return new Room(most, this);
    }

    /** Takes some, if they are free. */
    boolean take(long bytes) {
        while (true) {
            long now = held.get();
            if (bytes > most - now) {
                return false;
            }
            if (held.compareAndSet(now, now + bytes)) {
                boolean taken = whole == null || whole.take(bytes);
                if (!taken) {
                    held.addAndGet(-bytes);
                }
                return taken;
            }
        }
    }

    void give(long bytes) {
        held.addAndGet(-bytes);
        if (whole != null) {
            whole.give(bytes);
        }
    }

    long left() {
        return most - held.get();
    }

    long held() {
        return held.get();
    }

    /** What it could ever give. */
    long most() {
        return whole == null ? most : Math.min(most, whole.most());
    }
}
