package org.domicile.keyspace;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.domicile.request.Append;
import org.jspecify.annotations.Nullable;

/** The twin's logs. Guarded by the keyspace's lock, as everything a commit changes. */
final class MemoryLogs implements LogReading {
    private final ReentrantReadWriteLock lock;
    private final TreeMap<String, Log> logs = new TreeMap<>();

    private static final class Log {
        long size;
        long forgotten;
        final TreeMap<Long, byte[]> entries = new TreeMap<>();
        final TreeMap<Long, byte[]> payloads = new TreeMap<>();
    }

    MemoryLogs(ReentrantReadWriteLock lock) {
        this.lock = lock;
    }

    /** The caller holds the write lock. */
    long append(Append append) {
        Log log = logs.computeIfAbsent(append.log(), _ -> new Log());
        long index = log.size++;
        log.entries.put(index, append.entry().clone());
        if (append.payload().length > 0) {
            log.payloads.put(index, append.payload().clone());
        }
        return index;
    }

    @Override
    public List<String> logs() {
        lock.readLock().lock();
        try {
            return List.copyOf(logs.keySet());
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public long size(String name) {
        lock.readLock().lock();
        try {
            Log log = logs.get(name);
            return log == null ? 0 : log.size;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public List<byte[]> entries(String name, long index, int limit) {
        lock.readLock().lock();
        try {
            List<byte[]> entries = new ArrayList<>();
            Log log = logs.get(name);
            if (log == null || index >= log.size) {
                return entries;
            }
            if (index < log.forgotten) {
                throw forgotten(name, index, log.forgotten);
            }
            for (byte[] entry : log.entries.tailMap(index, true).values()) {
                if (entries.size() == limit) {
                    break;
                }
                entries.add(entry.clone());
            }
            return entries;
        } finally {
            lock.readLock().unlock();
        }
    }

    static IllegalArgumentException forgotten(String log, long index, long forgotten) {
        return new IllegalArgumentException(
                "entry " + index + " of " + log + " was forgotten, as all below " + forgotten);
    }

    @Override
    public Optional<byte[]> payload(String name, long index) {
        lock.readLock().lock();
        try {
            Log log = logs.get(name);
            byte @Nullable [] payload = log == null ? null : log.payloads.get(index);
            return Optional.ofNullable(payload).map(byte[]::clone);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void forgetEntries(String name, long index) {
        lock.writeLock().lock();
        try {
            Log log = logs.get(name);
            if (log != null && index > log.forgotten) {
                log.forgotten = Math.min(index, log.size);
                log.entries.headMap(index, false).clear();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void erasePayloads(String name, long from, long to) {
        lock.writeLock().lock();
        try {
            Log log = logs.get(name);
            if (log != null && from < to) {
                log.payloads.subMap(from, true, to, false).clear();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
