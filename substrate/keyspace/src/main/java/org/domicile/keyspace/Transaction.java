package org.domicile.keyspace;

import java.util.ArrayList;
import java.util.List;
import org.domicile.request.Append;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.domicile.request.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * Conditions, writes and appends that are applied whole or not at all. A builder owned by one
 * thread; hand it to {@link Keyspace#commit} once for each attempt.
 */
public final class Transaction {
    private final List<Condition> conditions = new ArrayList<>(4);
    private final List<Write> writes = new ArrayList<>(8);
    private final List<Append> appends = new ArrayList<>(1);
    private @Nullable Pending pending;
    private int carriedFrom;
    private Urgency urgency = Urgency.NORMAL;

    /** Adds a condition. */
    public Transaction when(Condition condition) {
        conditions.add(condition);
        return this;
    }

    /** Adds a write. */
    public Transaction write(Write write) {
        writes.add(write);
        return this;
    }

    /** Adds writes in order. */
    public Transaction writeAll(List<Write> more) {
        writes.addAll(more);
        return this;
    }

    /** Adds an append that is no use's record (the ledger's own entries). */
    public Transaction append(Append append) {
        if (pending != null) {
            throw new IllegalStateException("plain appends come before the carried record");
        }
        appends.add(append);
        return this;
    }

    /**
     * Makes this the commit that carries the request's record, with this outcome. Without effect
     * for a nested request. Call it last.
     *
     * @throws IllegalStateException when another commit already carried the record: a bug
     */
    public Transaction carrying(Request request, Outcome outcome) {
        if (request.pending().isPresent()) {
            Pending record = request.pending().get();
            carriedFrom = appends.size();
            appends.addAll(record.take(outcome));
            pending = record;
            urgency = record.urgency();
        }
        return this;
    }

    /** Says what it may take of the reserve of a full disk, when no record says it. */
    public Transaction urgency(Urgency own) {
        urgency = own;
        return this;
    }

    Urgency urgency() {
        return urgency;
    }

    /** The conditions, in the order in which they are checked. */
    public List<Condition> conditions() {
        return conditions;
    }

    /** The writes, in order. */
    public List<Write> writes() {
        return writes;
    }

    /** The appends, in order. */
    public List<Append> appends() {
        return appends;
    }

    /** For engines, once the commit is durable: tells the carried record where it stands. */
    void committed(List<Long> indices) {
        if (pending != null) {
            pending.committed(indices.subList(carriedFrom, indices.size()));
        }
    }
}
