package org.domicile.launcher;

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

/** A keyspace whose process dies, or whose disk is full, after a number of commits. */
final class CutKeyspace implements Keyspace {
    private final Keyspace inner;
    private final int most;
    private final StorageFailure.Kind kind;
    private final AtomicInteger commits = new AtomicInteger();
    private volatile boolean healed;

    CutKeyspace(Keyspace inner, int most) {
        this(inner, most, StorageFailure.Kind.FENCED);
    }

    CutKeyspace(Keyspace inner, int most, StorageFailure.Kind kind) {
        this.inner = inner;
        this.most = most;
        this.kind = kind;
    }

    /** Whether a commit has failed. */
    boolean cut() {
        return commits.get() > most;
    }

    /** There is room again. */
    void heal() {
        healed = true;
    }

    @Override
    public Committed commit(Transaction transaction) {
        if (!healed && commits.incrementAndGet() > most) {
            throw new StorageFailure(kind, "cut after " + most + " commits");
        }
        return inner.commit(transaction);
    }

    @Override
    public Optional<byte[]> get(Space space, byte[] key) {
        return inner.get(space, key);
    }

    @Override
    public Cursor scan(Space space, Range range, Direction direction) {
        return inner.scan(space, range, direction);
    }

    @Override
    public Snapshot snapshot() {
        return inner.snapshot();
    }

    @Override
    public LogReading logs() {
        return inner.logs();
    }

    @Override
    public void leap(long by) {
        inner.leap(by);
    }

    @Override
    public Usage usage() {
        return inner.usage();
    }

    @Override
    public void close() {}
}
