package org.domicile.tables;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Manifest lists that this program wrote, by their locations, which are never used again. Their
 * oldest go when they are too many bytes. Behind its own lock.
 */
final class Lists {
    private static final long MOST = 16L << 20;

    private final LinkedHashMap<String, byte[]> all = new LinkedHashMap<>(64, 0.75f, true);
    private final ReentrantLock lock = new ReentrantLock();
    private long held;

    Optional<byte[]> find(String location) {
        lock.lock();
        try {
            return Optional.ofNullable(all.get(location));
        } finally {
            lock.unlock();
        }
    }

    void keep(String location, byte[] bytes) {
        if (bytes.length > MOST / 4) {
            return;
        }
        lock.lock();
        try {
            byte[] before = all.put(location, bytes);
            held += bytes.length - (before == null ? 0 : before.length);
            Iterator<Map.Entry<String, byte[]>> oldest = all.entrySet().iterator();
            while (held > MOST && oldest.hasNext()) {
                held -= oldest.next().getValue().length;
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }
}
