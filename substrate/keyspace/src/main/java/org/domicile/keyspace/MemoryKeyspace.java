package org.domicile.keyspace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.domicile.bytes.Bytes;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Append;
import org.jspecify.annotations.Nullable;

/**
 * The twin for tests: the contract's semantics, and nothing durable.
 *
 * <p>Each key has a chain of values, newest first, of which a snapshot reads the newest that is not
 * younger than itself; a commit cuts off what no open snapshot can see. {@code lock} makes a commit
 * appear at once: commits hold it alone, single reads share it. Walks need no lock, because they
 * read through a snapshot of their own.
 */
final class MemoryKeyspace implements Keyspace {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Space, ConcurrentNavigableMap<byte[], Chain>> spaces =
            new EnumMap<>(Space.class);
    // Below: owned by whoever holds the lock.
    private final TreeMap<Long, Integer> snapshots = new TreeMap<>();
    private final MemoryLogs logs = new MemoryLogs(lock);
    private long version;
    private long commits;
    private boolean closed;

    MemoryKeyspace() {
        for (Space space : Space.values()) {
            spaces.put(space, new ConcurrentSkipListMap<>(Bytes::compare));
        }
    }

    /** A value (null: deleted) as of a version, and what it replaced. */
    private static final class Chain {
        final byte @Nullable [] value;
        final long version;
        volatile @Nullable Chain older;

        Chain(byte @Nullable [] value, long version, @Nullable Chain older) {
            this.value = value;
            this.version = version;
            this.older = older;
        }

        byte @Nullable [] at(long asOf) {
            Chain link = this;
            while (link != null && link.version > asOf) {
                link = link.older;
            }
            return link == null ? null : link.value;
        }
    }

    @Override
    public Committed commit(Transaction transaction) {
        Limits.check(transaction);
        Committed committed;
        lock.writeLock().lock();
        try {
            alive();
            committed = apply(transaction);
        } finally {
            lock.writeLock().unlock();
        }
        if (committed instanceof Committed.Applied applied) {
            transaction.committed(applied.indices());
        }
        return committed;
    }

    @Override
    public void leap(long by) {
        lock.writeLock().lock();
        try {
            alive();
            version = Limits.leap(version, by);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Committed apply(Transaction transaction) {
        for (Condition condition : transaction.conditions()) {
            if (!holds(condition, transaction)) {
                return new Committed.Stale(condition);
            }
        }
        for (Write write : transaction.writes()) {
            if (write instanceof Write.Add(Space space, byte[] key, long[] _)) {
                Sums.numbers(value(space, key, version)); // before anything is written
            }
        }
        version++;
        for (Write write : transaction.writes()) {
            switch (write) {
                case Write.Put(Space space, byte[] key, byte[] value) ->
                        set(space, key.clone(), value.clone());
                case Write.Delete(Space space, byte[] key) -> set(space, key.clone(), null);
                case Write.DeleteRange(Space space, Range range) ->
                        within(space, range).keySet().forEach(key -> set(space, key, null));
                case Write.PutStamped stamped ->
                        set(stamped.space(), Stamps.key(stamped, version), stamped.value().clone());
                case Write.Add(Space space, byte[] key, long[] amounts) -> {
                    long[] present = Sums.numbers(value(space, key, version));
                    set(space, key.clone(), Sums.sum(present, amounts));
                }
            }
        }
        List<Long> indices = new ArrayList<>(transaction.appends().size());
        for (Append append : transaction.appends()) {
            indices.add(logs.append(append));
        }
        commits++;
        return new Committed.Applied(version, List.copyOf(indices));
    }

    private boolean holds(Condition condition, Transaction transaction) {
        return switch (condition) {
            case Condition.Holds(Space space, byte[] key, Optional<byte[]> value) -> {
                byte[] present = value(space, key, version);
                yield Arrays.equals(present, value.orElse(null));
            }
            case Condition.First(Space space, Range range, Optional<byte[]> first) -> {
                byte[] present = null;
                for (Map.Entry<byte[], Chain> entry : within(space, range).entrySet()) {
                    if (entry.getValue().at(version) != null) {
                        present = entry.getKey();
                        break;
                    }
                }
                yield Arrays.equals(present, first.orElse(null));
            }
            case Condition.Within within ->
                    Sums.within(within, value(within.space(), within.key(), version), transaction);
        };
    }

    private void set(Space space, byte[] key, byte @Nullable [] value) {
        ConcurrentNavigableMap<byte[], Chain> map = map(space);
        Chain before = map.get(key);
        long oldest = snapshots.isEmpty() ? Long.MAX_VALUE : snapshots.firstKey();
        if (before == null && value == null) {
            return;
        }
        if (oldest == Long.MAX_VALUE && value == null) {
            map.remove(key);
            return;
        }
        for (Chain link = before; link != null; link = link.older) {
            if (link.version <= oldest) {
                link.older = null;
            }
        }
        map.put(key, new Chain(value, version, oldest == Long.MAX_VALUE ? null : before));
    }

    private byte @Nullable [] value(Space space, byte[] key, long asOf) {
        Chain chain = map(space).get(key);
        return chain == null ? null : chain.at(asOf);
    }

    private ConcurrentNavigableMap<byte[], Chain> map(Space space) {
        ConcurrentNavigableMap<byte[], Chain> map = spaces.get(space);
        if (map == null) {
            throw new IllegalStateException("no such space: " + space);
        }
        return map;
    }

    private ConcurrentNavigableMap<byte[], Chain> within(Space space, Range range) {
        // A range that ends where it starts, or before, is empty; subMap would throw.
        byte[] to = Bytes.compare(range.from(), range.to()) > 0 ? range.from() : range.to();
        return map(space).subMap(range.from(), true, to, false);
    }

    private void alive() {
        if (closed) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "the keyspace is closed");
        }
    }

    @Override
    public Optional<byte[]> get(Space space, byte[] key) {
        lock.readLock().lock();
        try {
            alive();
            return Optional.ofNullable(value(space, key, version)).map(byte[]::clone);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Cursor scan(Space space, Range range, Direction direction) {
        MemorySnapshot held = hold();
        return new Walk(held, within(space, range), direction, held::close);
    }

    @Override
    public Snapshot snapshot() {
        return hold();
    }

    private MemorySnapshot hold() {
        lock.writeLock().lock();
        try {
            alive();
            snapshots.merge(version, 1, Integer::sum);
            return new MemorySnapshot(version);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void release(long held) {
        lock.writeLock().lock();
        try {
            snapshots.computeIfPresent(held, (_, count) -> count == 1 ? null : count - 1);
            if (snapshots.isEmpty()) {
                // Tombstones that only snapshots needed: without this a queue would grow for ever.
                spaces.values().forEach(map -> map.values().removeIf(chain -> chain.value == null));
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public LogReading logs() {
        return logs;
    }

    @Override
    public Usage usage() {
        lock.readLock().lock();
        try {
            return new Usage(0, 0, commits, 0);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private final class MemorySnapshot implements Snapshot {
        final long held;
        private boolean released;

        MemorySnapshot(long held) {
            this.held = held;
        }

        @Override
        public Optional<byte[]> get(Space space, byte[] key) {
            return Optional.ofNullable(value(space, key, held)).map(byte[]::clone);
        }

        @Override
        public Cursor scan(Space space, Range range, Direction direction) {
            return new Walk(this, within(space, range), direction, () -> {});
        }

        @Override
        public void close() {
            if (!released) {
                released = true;
                release(held);
            }
        }
    }

    /** A walk downwards is one upwards over the reversed map. */
    private static final class Walk implements Cursor {
        private final MemorySnapshot snapshot;
        private final ConcurrentNavigableMap<byte[], Chain> map;
        private final Runnable atEnd;
        private @Nullable Pair present;
        private byte @Nullable [] from;
        private boolean inclusive = true;

        private record Pair(byte[] key, byte[] value) {}

        Walk(
                MemorySnapshot snapshot,
                ConcurrentNavigableMap<byte[], Chain> range,
                Direction direction,
                Runnable atEnd) {
            this.snapshot = snapshot;
            this.map = direction == Direction.UP ? range : range.descendingMap();
            this.atEnd = atEnd;
        }

        @Override
        public boolean next() {
            present = null;
            while (true) {
                Map.Entry<byte[], Chain> entry;
                if (from == null) {
                    entry = map.firstEntry();
                } else {
                    entry = inclusive ? map.ceilingEntry(from) : map.higherEntry(from);
                }
                if (entry == null) {
                    return false;
                }
                from = entry.getKey();
                inclusive = false;
                byte[] value = entry.getValue().at(snapshot.held);
                if (value != null) {
                    present = new Pair(entry.getKey(), value);
                    return true;
                }
            }
        }

        private Pair present() {
            if (present == null) {
                throw new IllegalStateException("the cursor stands at no pair");
            }
            return present;
        }

        @Override
        public byte[] key() {
            return present().key().clone();
        }

        @Override
        public byte[] value() {
            return present().value().clone();
        }

        @Override
        public void seek(byte[] key) {
            present = null;
            from = key.clone();
            inclusive = true;
        }

        @Override
        public void close() {
            atEnd.run();
        }
    }
}
