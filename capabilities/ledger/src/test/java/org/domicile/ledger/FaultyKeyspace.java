package org.domicile.ledger;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.ForwardingKeyspace;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;

/** A keyspace that takes no commit while it is full, or dead as after a kill. */
final class FaultyKeyspace extends ForwardingKeyspace {
    final AtomicInteger refused = new AtomicInteger();
    volatile Optional<StorageFailure.Kind> fault = Optional.empty();

    FaultyKeyspace(Keyspace below) {
        super(below);
    }

    @Override
    public Committed commit(Transaction transaction) {
        Optional<StorageFailure.Kind> kind = fault;
        if (kind.isPresent()) {
            refused.incrementAndGet();
            throw new StorageFailure(kind.get(), "no commit is taken now");
        }
        return super.commit(transaction);
    }
}
