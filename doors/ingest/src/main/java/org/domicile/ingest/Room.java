package org.domicile.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Memory that bodies take while they come, and records while they go: some for all, and of it at
 * most a share for each organisation. Whoever finds none waits for it.
 *
 * <p>Those who hold some while they wait for more could wait for each other without an end. So each
 * waits for a time only, but the eldest of all: it goes on once the others have given up, because a
 * share has room for the largest body. Nobody overtakes an elder one that waits for the same room.
 *
 * <p>Safe for concurrent use.
 */
final class Room {
    private final long all;
    private final long share;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();

    // guarded by lock
    /** From the eldest on. */
    private final List<Part> parts = new ArrayList<>();

    private final Map<String, Long> held = new HashMap<>();
    private long heldByAll;

    /**
     * @param all bytes
     * @param share bytes of it that an organisation has at most
     * @param patience how long one waits who is not the eldest
     */
    Room(long all, long share, Duration patience) {
        this.all = all;
        this.share = share;
        this.patience = patience;
    }

    /** What one body has. Owned by its request's thread. */
    final class Part implements AutoCloseable {
        private final String organisation;

        // guarded by lock
        private long size;
        private long wanted;

        private Part(String organisation) {
            this.organisation = organisation;
        }

        /** Takes more, once there is room. @param longest that the eldest waits */
        void grow(long bytes, Duration longest) {
            lock.lock();
            try {
                wanted = bytes;
                long left = Math.min(patience.toNanos(), longest.toNanos());
                long more = longest.toNanos() - left;
                while (!mayGrow(this)) {
                    if (left <= 0 && parts.getFirst() == this) {
                        left = more;
                        more = 0;
                    }
                    if (left <= 0) {
                        throw full(organisation);
                    }
                    left = await(left);
                }
                took(bytes);
            } finally {
                wanted = 0;
                change.signalAll(); // those behind need not let it go first any more
                lock.unlock();
            }
        }

        /**
         * The same for one that is patient, and holds nothing while it waits.
         *
         * @return whether there was room by then
         */
        boolean grows(long bytes, Duration longest) {
            lock.lock();
            try {
                wanted = bytes;
                long left = longest.toNanos();
                while (!mayGrow(this)) {
                    if (left <= 0) {
                        return false;
                    }
                    left = await(left);
                }
                took(bytes);
                return true;
            } finally {
                wanted = 0;
                change.signalAll();
                lock.unlock();
            }
        }

        private void took(long bytes) {
            size += bytes;
            heldByAll += bytes;
            held.merge(organisation, bytes, Long::sum);
        }

        /** Gives back what is more than so many bytes. */
        void shrink(long bytes) {
            lock.lock();
            try {
                long more = Math.max(0, size - bytes);
                size -= more;
                heldByAll -= more;
                held.merge(organisation, -more, Long::sum);
                change.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** Bytes. */
        long size() {
            lock.lock();
            try {
                return size;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                parts.remove(this);
                heldByAll -= size;
                long rest = held.getOrDefault(organisation, 0L) - size;
                if (rest == 0) {
                    held.remove(organisation);
                } else {
                    held.put(organisation, rest);
                }
                size = 0;
                change.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** For a body that comes now, or records that go; it has nothing yet. */
    Part part(String organisation) {
        Part made = new Part(organisation);
        lock.lock();
        try {
            parts.add(made);
        } finally {
            lock.unlock();
        }
        return made;
    }

    /** Nanoseconds that are left. */
    private long await(long nanos) {
        try {
            return change.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private boolean mayGrow(Part part) {
        for (Part each : parts) {
            if (each == part) {
                break;
            }
            boolean sameShare = each.organisation.equals(part.organisation);
            if (each.wanted > 0 && (sameShare || fitsShare(each))) {
                return false;
            }
        }
        return fitsShare(part) && heldByAll + part.wanted <= all;
    }

    private boolean fitsShare(Part part) {
        return held.getOrDefault(part.organisation, 0L) + part.wanted <= share;
    }

    private Failure full(String organisation) {
        boolean own = held.getOrDefault(organisation, 0L) * 2 >= share;
        return new Failure(
                503,
                "overloaded",
                own
                        ? "Your organisation publishes as much at one time as it may; try again, or"
                                + " send smaller requests."
                        : "Others publish just now; try again.");
    }

    /** What all have, for tests. */
    long taken() {
        lock.lock();
        try {
            return heldByAll;
        } finally {
            lock.unlock();
        }
    }
}
