package org.domicile.objects;

import java.util.Random;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.ForwardingKeyspace;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;

/**
 * A keyspace on a disk that fails now and then: of a commit that failed, either nothing was written
 * (no room) or all of it (a sync of which nobody knows).
 */
final class FailingKeyspace extends ForwardingKeyspace {
    private final Random random;
    private int often;
    private int failed;

    FailingKeyspace(Random random) {
        super(Keyspace.inMemory());
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
            super.commit(transaction);
            throw new StorageFailure(StorageFailure.Kind.FENCED, "the sync failed");
        }
        return super.commit(transaction);
    }
}
