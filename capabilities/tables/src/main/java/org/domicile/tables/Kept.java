package org.domicile.tables;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Metadata that was read or committed lately, so that a busy table is not parsed at each use. A
 * version of an id never changes, so nothing here is ever wrong; the lock guards the map.
 */
final class Kept {
    private static final int MOST = 512;
    private static final long MOST_CHARACTERS = 32L << 20;

    /**
     * @param length of its text @param what TableMetadata or ViewMetadata
     */
    private record Item(long length, Object what) {}

    private record Key(String id, long version) {}

    private final LinkedHashMap<Key, Item> items = new LinkedHashMap<>(64, 0.75f, true);
    private final ReentrantLock lock = new ReentrantLock();
    private long characters;

    <T> Optional<T> find(String id, long version, Class<T> type) {
        lock.lock();
        try {
            Item item = items.get(new Key(id, version));
            return item == null || !type.isInstance(item.what())
                    ? Optional.empty()
                    : Optional.of(type.cast(item.what()));
        } finally {
            lock.unlock();
        }
    }

    void keep(String id, long version, long length, Object what) {
        if (length > MOST_CHARACTERS / 4) {
            return;
        }
        lock.lock();
        try {
            Item before = items.put(new Key(id, version), new Item(length, what));
            characters += length - (before == null ? 0 : before.length());
            var oldest = items.entrySet().iterator();
            while ((items.size() > MOST || characters > MOST_CHARACTERS) && oldest.hasNext()) {
                Map.Entry<Key, Item> each = oldest.next();
                characters -= each.getValue().length();
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }
}
