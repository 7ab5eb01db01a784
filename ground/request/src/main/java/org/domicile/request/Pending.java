package org.domicile.request;

import java.util.List;

/**
 * The record of a use that is waiting for the one commit that will carry it. Made by the ledger,
 * carried in a {@link Request}, taken by the keyspace. Owned by the thread that serves the request.
 */
public interface Pending {
    /**
     * The appends that the carrying commit makes, with the outcome written into the entry. Called
     * in the committing thread, once for each attempt (an attempt that meets a stale read leaves
     * nothing behind and is repeated).
     *
     * @throws IllegalStateException when a commit already carried this record: that is a bug and
     *     crashes
     */
    List<Append> take(Outcome outcome);

    /**
     * What the commit that carries it may take of what is kept on a full disk: without a record
     * nobody could act to make room.
     */
    default Urgency urgency() {
        return Urgency.NORMAL;
    }

    /**
     * Told by the keyspace, once, when the carrying commit is durable: the log index of each
     * append, in order.
     */
    void committed(List<Long> indices);
}
