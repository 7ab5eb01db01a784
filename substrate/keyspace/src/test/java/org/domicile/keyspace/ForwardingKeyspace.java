package org.domicile.keyspace;

import java.util.Optional;
import java.util.function.IntSupplier;

/** A keyspace that hands everything on: what a test wants otherwise it overrides. */
public abstract class ForwardingKeyspace implements Keyspace {
    private final Keyspace below;

    /** Above that one, which is closed with this one. */
    protected ForwardingKeyspace(Keyspace below) {
        this.below = below;
    }

    @Override
    public Committed commit(Transaction transaction) {
        return below.commit(transaction);
    }

    @Override
    public void company(IntSupplier callers) {
        below.company(callers);
    }

    @Override
    public Optional<byte[]> get(Space space, byte[] key) {
        return below.get(space, key);
    }

    @Override
    public Cursor scan(Space space, Range range, Direction direction) {
        return below.scan(space, range, direction);
    }

    @Override
    public Snapshot snapshot() {
        return below.snapshot();
    }

    @Override
    public LogReading logs() {
        return below.logs();
    }

    @Override
    public void leap(long by) {
        below.leap(by);
    }

    @Override
    public Usage usage() {
        return below.usage();
    }

    @Override
    public void close() {
        below.close();
    }
}
