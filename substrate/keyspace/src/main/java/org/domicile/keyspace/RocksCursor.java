package org.domicile.keyspace;

import java.util.Optional;
import java.util.Set;
import org.domicile.bytes.Bytes;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * A walk. RocksDB is told both bounds, so that it does not step through what was removed beyond
 * them. An iterator holds one state still by itself.
 */
final class RocksCursor implements Cursor {
    private static final byte[] NOTHING = {};

    private final Gate gate;
    private final Set<AutoCloseable> open;
    private final Range range;
    private final Reading.Direction direction;
    private final Slice lower;
    private final Slice upper;
    private final ReadOptions options;
    private final RocksIterator walk;
    private State state = State.BEFORE_FIRST;
    private byte @Nullable [] target;
    private byte[] key = NOTHING;

    private enum State {
        BEFORE_FIRST,
        BEFORE_TARGET,
        AT_PAIR,
        AT_END
    }

    /** The caller is inside the gate. */
    RocksCursor(
            RocksDB db,
            ColumnFamilyHandle family,
            Range range,
            Reading.Direction direction,
            Optional<Snapshot> snapshot,
            Gate gate,
            Set<AutoCloseable> open) {
        this.gate = gate;
        this.open = open;
        // RocksDB gives nonsense for bounds that cross.
        this.range =
                Bytes.compare(range.from(), range.to()) > 0
                        ? new Range(range.from(), range.from())
                        : range;
        this.direction = direction;
        this.lower = new Slice(this.range.from());
        this.upper = new Slice(this.range.to());
        this.options =
                new ReadOptions()
                        .setVerifyChecksums(true)
                        .setIterateLowerBound(lower)
                        .setIterateUpperBound(upper);
        snapshot.ifPresent(options::setSnapshot);
        this.walk = db.newIterator(family, options);
        open.add(this);
    }

    @Override
    public boolean next() {
        int stripe = gate.enter();
        try {
            if (state == State.AT_END || Bytes.compare(range.from(), range.to()) == 0) {
                state = State.AT_END;
                return false;
            }
            step();
            boolean valid = walk.isValid();
            if (!valid) {
                walk.status();
            }
            state = valid ? State.AT_PAIR : State.AT_END;
            // Every walk asks for its keys: read here, they need no second way through the gate.
            key = valid ? walk.key() : NOTHING;
            return valid;
        } catch (RocksDBException e) {
            throw Families.failure("walking through keys", e);
        } finally {
            gate.leave(stripe);
        }
    }

    private void step() {
        switch (direction) {
            case UP -> {
                if (state == State.AT_PAIR) {
                    walk.next();
                } else if (target != null && Bytes.compare(target, range.from()) > 0) {
                    walk.seek(target);
                } else {
                    walk.seek(range.from());
                }
            }
            case DOWN -> {
                if (state == State.AT_PAIR) {
                    walk.prev();
                } else if (target != null && Bytes.compare(target, range.to()) < 0) {
                    walk.seekForPrev(target);
                } else {
                    walk.seekToLast();
                }
            }
        }
    }

    @Override
    public byte[] key() {
        checkAtPair();
        return key;
    }

    @Override
    public byte[] value() {
        int stripe = enterAtPair();
        try {
            return walk.value();
        } finally {
            gate.leave(stripe);
        }
    }

    private int enterAtPair() {
        checkAtPair();
        return gate.enter();
    }

    private void checkAtPair() {
        if (state != State.AT_PAIR) {
            throw new IllegalStateException("the cursor stands at no pair");
        }
    }

    @Override
    public void seek(byte[] key) {
        target = key.clone();
        state = State.BEFORE_TARGET;
    }

    @Override
    public void close() {
        int stripe;
        try {
            stripe = gate.enter();
        } catch (StorageFailure e) {
            // The keyspace closed and took the walk with it.
            return;
        }
        try {
            state = State.AT_END;
            if (open.remove(this)) {
                free();
            }
        } finally {
            gate.leave(stripe);
        }
    }

    void free() {
        walk.close();
        options.close();
        lower.close();
        upper.close();
    }
}
