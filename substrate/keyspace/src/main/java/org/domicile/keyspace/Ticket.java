package org.domicile.keyspace;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Append;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that waits for the lane. Made by the committing thread, then owned by the lane
 * until it is answered; the answer hands it back.
 */
final class Ticket {
    /** A write of the engine itself, outside the spaces. */
    sealed interface Own {
        /** Sets a key. */
        record Put(int family, byte[] key, byte[] value) implements Own {}

        /** Removes a range. */
        record RemoveRange(int family, Range range) implements Own {}
    }

    /** What a transaction may take of the reserve. */
    enum Claim {
        /** Bodies and large records: nothing. */
        NOTHING(1),
        /** Small records: half. */
        HALF(2),
        /** What removes something: two thirds. */
        TWO_THIRDS(3),
        /** The operator's acts and their records, and the engine's own removals: three quarters. */
        MOST(4);

        private final int divisor;

        Claim(int divisor) {
            this.divisor = divisor;
        }

        long floor(long reserve) {
            return reserve / divisor;
        }
    }

    /** What the lane made of an addition. */
    record Sum(Space space, byte[] key, byte[] value) {
        int size() {
            return BatchForm.setSize(Families.number(space), key.length, value.length);
        }
    }

    final Transaction transaction;
    final List<Own> own;

    /** Bytes in the batch. */
    final int size;

    /** How much of the reserve of a full disk it may use. */
    final Claim claim;

    /** The ticket that was pushed before this one. Owned by whoever took the stack. */
    @Nullable Ticket before;

    /** Where its appends go; filled in by the lane when it is applied, one log number each. */
    int[] logNumbers = {};

    long[] indices = {};
    long version;

    /** What its additions come to; filled in by the lane when it is applied. */
    List<Sum> sums = List.of();

    private final Thread waiter = Thread.currentThread();
    private @Nullable Committed committed;
    private @Nullable StorageFailure failure;
    private volatile boolean answered;

    Ticket(Transaction transaction, List<Own> own, int size, Claim claim) {
        this.transaction = transaction;
        this.own = own;
        this.size = size;
        this.claim = claim;
    }

    static Ticket of(Transaction transaction) {
        long payload = Limits.check(transaction);
        int size = 0;
        boolean bodies = false;
        for (Write write : transaction.writes()) {
            size +=
                    switch (write) {
                        case Write.Put put ->
                                BatchForm.setSize(
                                        Families.number(put.space()),
                                        put.key().length,
                                        put.value().length);
                        case Write.Delete delete ->
                                BatchForm.removeSize(
                                        Families.number(delete.space()), delete.key().length);
                        case Write.DeleteRange delete ->
                                BatchForm.removeRangeSize(
                                        Families.number(delete.space()), delete.range());
                        case Write.PutStamped put ->
                                BatchForm.setSize(
                                        Families.number(put.space()),
                                        put.prefix().length + Long.BYTES + put.suffix().length,
                                        put.value().length);
                        // The lane counts it, once it knows the sum.
                        case Write.Add _ -> 0;
                    };
            bodies |= write instanceof Write.Put put && put.space() == Space.BODIES;
            bodies |= write instanceof Write.PutStamped put && put.space() == Space.BODIES;
        }
        for (Append append : transaction.appends()) {
            size += BatchForm.setSize(Families.ENTRIES, RocksLogs.PLACE, append.entry().length);
            if (append.payload().length > 0) {
                size +=
                        BatchForm.setSize(
                                Families.PAYLOADS, RocksLogs.PLACE, append.payload().length);
            }
        }
        boolean large = bodies || payload > Limits.FRUGAL;
        Claim claim =
                switch (transaction.urgency()) {
                    case NORMAL -> large ? Claim.NOTHING : Claim.HALF;
                    case FREEING -> large ? Claim.NOTHING : Claim.TWO_THIRDS;
                    case OPERATING -> Claim.MOST;
                };
        return new Ticket(transaction, List.of(), size, claim);
    }

    static Ticket own(List<Own> own) {
        int size = 0;
        for (Own write : own) {
            size +=
                    switch (write) {
                        case Own.Put put ->
                                BatchForm.setSize(
                                        put.family(), put.key().length, put.value().length);
                        case Own.RemoveRange remove ->
                                BatchForm.removeRangeSize(remove.family(), remove.range());
                    };
        }
        return new Ticket(new Transaction(), own, size, Claim.MOST);
    }

    /** The lane: what became of it. Held back until {@link #wake}. */
    void answer(Committed answer) {
        committed = answer;
    }

    /** The lane: why nothing became of it. Replaces an answer. */
    void fail(StorageFailure why) {
        failure = why;
    }

    boolean decided() {
        return committed != null || failure != null;
    }

    /** The lane, last: hands the ticket back. */
    void wake() {
        answered = true;
        LockSupport.unpark(waiter);
    }

    /**
     * Waits for the answer. An interrupt is kept for later: the lane has the ticket and will write
     * it, so leaving would make a commit that nobody knows of.
     */
    Committed await() {
        boolean interrupted = false;
        while (!answered) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new StorageFailure(failure.kind(), String.valueOf(failure.getMessage()), failure);
        }
        if (committed == null) {
            throw new IllegalStateException("a ticket came back without an answer");
        }
        return committed;
    }
}
