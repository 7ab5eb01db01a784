package org.domicile.blobs;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One sync for all who wait for it. A caller's bytes are written when it comes, so it needs a sync
 * that begins later than that: not the one that is running, but the next, which all who have come
 * by its beginning share. One of them runs it.
 *
 * <p>The first error is the last call: everyone who waits, and everyone who comes later, gets it.
 */
final class GroupSync {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    /** Guarded by the lock, as all that follow: syncs begun and ended. */
    private long begun;

    private long done;
    private boolean running;
    private @Nullable IOException error;

    /** Returns when all bytes written before the call are on stable storage. */
    void await(Sync sync) throws IOException {
        lock.lock();
        try {
            long needed = begun + 1;
            while (done < needed) {
                if (error != null) {
                    throw new IOException(error.getMessage(), error);
                }
                if (running) {
                    ended.awaitUninterruptibly();
                } else {
                    lead(sync);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void lead(Sync sync) {
        running = true;
        long mine = ++begun;
        lock.unlock();
        IOException failure = null;
        try {
            sync.run();
        } catch (IOException e) {
            failure = e;
        } finally {
            lock.lock();
            running = false;
            ended.signalAll();
        }
        if (failure == null) {
            done = mine;
        } else {
            error = failure;
        }
    }

    /** fdatasync(2). */
    interface Sync {
        void run() throws IOException;
    }
}
