package org.domicile.ledger;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.LogReading;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Snapshot;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;

/** A keyspace that takes no commit while it is full, or dead as after a kill. */
final class FaultyKeyspace implements Keyspace {
    private final Keyspace below;
    final AtomicInteger refused = new AtomicInteger();
    volatile Optional<StorageFailure.Kind> fault = Optional.empty();

    FaultyKeyspace(Keyspace below) {
        this.below = below;
    }

    @Override
    public Committed commit(Transaction transaction) {
        Optional<StorageFailure.Kind> kind = fault;
        if (kind.isPresent()) {
            refused.incrementAndGet();
            throw new StorageFailure(kind.get(), "no commit is taken now");
        }
        return below.commit(transaction);
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
