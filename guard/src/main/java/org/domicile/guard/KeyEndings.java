package org.domicile.guard;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.domicile.bytes.StorageFailure;

/**
 * Keeps the destruction of a named key and the locking of what it seals apart, so that nothing that
 * a retention or a legal hold keeps loses its key: whoever locks such a version holds the key until
 * that is committed, and whoever destroys one has it alone from before it looks for what is kept
 * until the key is dead. Safe for concurrent use; each handle is closed by the thread that took it.
 */
final class KeyEndings {
    private final Duration patience;

    /** One for each named key that ever sealed something locked, by its id in the key store. */
    private final Map<String, ReadWriteLock> locks = new ConcurrentHashMap<>();

    /** A key is held, or had alone, until this is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * @param patience how long a destruction waits for those that are locking something
     */
    KeyEndings(Duration patience) {
        this.patience = patience;
    }

    /** Holds a key while something that it seals is locked; empty while it is being destroyed. */
    Optional<Held> hold(String key) {
        var lock = of(key).readLock();
        return lock.tryLock() ? Optional.of(lock::unlock) : Optional.empty();
    }

    /**
     * Has a key alone, to destroy it.
     *
     * @throws StorageFailure OVERLOADED when others hold it for too long
     */
    Held alone(String key) {
        var lock = of(key).writeLock();
        boolean had = false;
        try {
            had = lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!had) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    "objects under this key are being locked all the time; try again in a moment");
        }
        return lock::unlock;
    }

    private ReadWriteLock of(String key) {
        return locks.computeIfAbsent(key, each -> new ReentrantReadWriteLock());
    }
}
