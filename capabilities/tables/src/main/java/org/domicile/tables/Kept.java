package org.domicile.tables;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What was read or made lately of things that never change, such as the metadata of a version of a
 * table, so that a busy table is not parsed at each use. What a key names is always the same, so
 * nothing here is ever wrong. The lock guards the map.
 */
final class Kept {
    private static final int MOST = 512;
    private static final long MOST_ROOM = 32L << 20;

    /** Metadata of a table or a view. */
    record Version(String id, long version) {}

    /**
     * @param room what it takes, about, in bytes or characters
     */
    private record Item(long room, Object what) {}

    private final LinkedHashMap<Record, Item> items = new LinkedHashMap<>(64, 0.75f, true);
    private final ReentrantLock lock = new ReentrantLock();
    private long room;

    <T> Optional<T> find(Record key, Class<T> type) {
        lock.lock();
        try {
            Item item = items.get(key);
            return item == null || !type.isInstance(item.what())
                    ? Optional.empty()
                    : Optional.of(type.cast(item.what()));
        } finally {
            lock.unlock();
        }
    }

    void keep(Record key, long takes, Object what) {
        if (takes > MOST_ROOM / 4) {
            return;
        }
        lock.lock();
        try {
            Item before = items.put(key, new Item(takes, what));
            room += takes - (before == null ? 0 : before.room());
            var oldest = items.entrySet().iterator();
            while ((items.size() > MOST || room > MOST_ROOM) && oldest.hasNext()) {
                Map.Entry<Record, Item> each = oldest.next();
                room -= each.getValue().room();
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }
}
