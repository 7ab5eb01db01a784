package org.domicile.health;

import java.util.Optional;

/** Finds out whether the program could serve a use now. Safe for concurrent use. */
@FunctionalInterface
public interface Readiness {
    /**
     * Tries what a use needs: that the ledger records and that the store makes a small write
     * durable. May block; is asked by one thread at a time, at most once a second.
     *
     * @return why not, as a sentence for an operator; empty when it could
     * @throws org.domicile.bytes.StorageFailure whose message is such a sentence
     */
    Optional<String> obstacle();
}
