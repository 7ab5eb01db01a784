package org.domicile.launcher;

import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.ForwardingKeyspace;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;

/** A keyspace whose process dies, or whose disk is full, after a number of commits. */
final class CutKeyspace extends ForwardingKeyspace {
    private final int most;
    private final StorageFailure.Kind kind;
    private final AtomicInteger commits = new AtomicInteger();
    private volatile boolean healed;

    CutKeyspace(Keyspace inner, int most) {
        this(inner, most, StorageFailure.Kind.FENCED);
    }

    CutKeyspace(Keyspace inner, int most, StorageFailure.Kind kind) {
        super(inner);
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
        return super.commit(transaction);
    }

    @Override
    public void close() {}
}
