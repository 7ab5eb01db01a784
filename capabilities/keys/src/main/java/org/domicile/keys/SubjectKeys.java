package org.domicile.keys;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The subject keys that were used last, unwrapped: one slot for each value of an id's low bits.
 * Gives copies, so that a slot can be wiped at any time.
 */
final class SubjectKeys {
    private static final int SLOTS = 1 << 12;

    private final ReentrantLock lock = new ReentrantLock();
    private final KeyTable.@Nullable Id[] ids = new KeyTable.@Nullable Id[SLOTS];
    private final byte[][] keys = new byte[SLOTS][];
    private final byte[][] payloads = new byte[SLOTS][];

    /** A copy of a key, or an empty array. */
    byte[] find(KeyTable.Id id) {
        return copy(id, keys);
    }

    /** A copy of what was derived from a key for payloads, or an empty array. */
    byte[] findPayload(KeyTable.Id id) {
        return copy(id, payloads);
    }

    private byte[] copy(KeyTable.Id id, byte[][] from) {
        int slot = slot(id);
        lock.lock();
        try {
            return id.equals(ids[slot]) ? from[slot].clone() : Gcm.nothing();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps copies of {@code key} and of what is derived from it for payloads. */
    void keep(KeyTable.Id id, byte[] key, byte[] payload) {
        int slot = slot(id);
        lock.lock();
        try {
            empty(slot);
            ids[slot] = id;
            keys[slot] = key.clone();
            payloads[slot] = payload.clone();
        } finally {
            lock.unlock();
        }
    }

    void drop(KeyTable.Id id) {
        int slot = slot(id);
        lock.lock();
        try {
            if (id.equals(ids[slot])) {
                empty(slot);
            }
        } finally {
            lock.unlock();
        }
    }

    void dropAll() {
        lock.lock();
        try {
            for (int slot = 0; slot < SLOTS; slot++) {
                empty(slot);
            }
        } finally {
            lock.unlock();
        }
    }

    private void empty(int slot) {
        if (ids[slot] != null) {
            Secret.wipe(keys[slot]);
            Secret.wipe(payloads[slot]);
            ids[slot] = null;
        }
    }

    private static int slot(KeyTable.Id id) {
        return (int) id.low() & (SLOTS - 1);
    }
}
