package org.domicile.objects;

import java.util.Optional;
import java.util.Random;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.LogReading;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Snapshot;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;

/**
 * A keyspace on a disk that fails now and then: of a commit that failed, either nothing was written
 * (no room) or all of it (a sync of which nobody knows).
 */
final class FailingKeyspace implements Keyspace {
    private final Keyspace below = Keyspace.inMemory();
    private final Random random;
    private int often;
    private int failed;

    FailingKeyspace(Random random) {
        this.random = random;
    }

    /** One commit of so many fails; none for 0. */
    void fail(int oneOf) {
        often = oneOf;
    }

    /** How many did. */
    int failed() {
        return failed;
    }

    @Override
    public Committed commit(Transaction transaction) {
        if (often > 0 && random.nextInt(often) == 0) {
            failed++;
            if (random.nextBoolean()) {
                throw new StorageFailure(StorageFailure.Kind.FULL, "there is no room");
            }
            below.commit(transaction);
            throw new StorageFailure(StorageFailure.Kind.FENCED, "the sync failed");
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
