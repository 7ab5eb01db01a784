package org.domicile.guard;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.keys.Pass;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Use;
import org.domicile.policy.Marks;
import org.domicile.request.Append;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.domicile.request.Urgency;

/**
 * One use that was let through: it has a number and a permit, and it ends with exactly one record.
 * Either a commit of a capability carries it ({@link #carrying}), or {@link #record} makes a commit
 * of its own; when neither happened by the time it is closed (something failed on the way), closing
 * records that. If even that is impossible, the number is abandoned, and the next closing entry
 * names it. Owned by the request's thread.
 */
final class Admitted implements AutoCloseable {
    private final Ledger ledger;
    private final Semaphore permits;
    private final Request request;
    private final Again again;
    private Use use; // as it was decided about last
    private Supplier<Optional<Second.Reversal>> untold = Optional::empty;
    private Optional<Second.Reversal> reversed = Optional.empty();
    private Outcome onFailure = Outcome.FAILED;
    private List<Long> places = List.of();
    private boolean recorded;

    /** What policy says when it is asked once more. */
    sealed interface Second {
        /** It is allowed. @param use as it goes on record: with what was read now */
        record Allowed(Use use) implements Second {}

        /**
         * No, after all.
         *
         * @param use as it goes on record @param thrown when it is on record
         */
        record Reversal(Use use, Refused thrown) implements Second {}
    }

    /** Asks once more. */
    interface Again {
        /** Whether it may still be done. @param now as it was decided about last */
        Second still(Use now);

        /**
         * Whether a version that is so may be used so, and whom that concerns.
         *
         * @param next tags that it is given
         */
        Second reading(State state, Map<String, String> next);

        /** Whether tags of what it is about may say whom it concerns. */
        boolean readsTags();

        /** The use with those whom the tags of all that it ends, or goes on with, name. */
        Use about(Use now, List<Map<String, String>> tags);

        /** Whether data that carry these marks may be stored there. */
        Optional<Second.Reversal> storing(Use now, Marks carried);

        /** The use under another action, for a version that is so; empty when it may not be. */
        Optional<Use> under(Use now, String action, State state);

        /** No, for a reason of the guard's own. */
        Second.Reversal refusing(Use now, String reason);

        /** What is refused when a name is not there, and the caller may not learn it. */
        Optional<Second.Reversal> untold(Use now, String name);
    }

    /**
     * @param again asks policy again about the use
     */
    Admitted(Ledger ledger, Semaphore permits, Request request, Use use, Again again) {
        this.ledger = ledger;
        this.permits = permits;
        this.request = request;
        this.use = use;
        this.again = again;
    }

    /**
     * Asks policy again, just before a commit that comes long after the request: a credential may
     * be withdrawn, or may end, and a bucket may be shared otherwise, while its body arrives. A
     * refusal takes this use's number and place.
     *
     * @throws Refused when it may not be done any more; that is on record then
     */
    void confirm() {
        end(again.still(use));
    }

    /**
     * Asks policy again about the version that will be answered, before the record is made: its
     * data may carry marks, and it need not be the one that was seen first.
     *
     * @throws Refused when it may not be used so; that is on record then
     */
    void confirm(State state) {
        confirm(state, Map.of());
    }

    /** The same for a version that is given other tags: that concerns those whom they name, too. */
    void confirm(State state, Map<String, String> next) {
        end(again.reading(state, next));
    }

    /** Whether tags may say whom it concerns: then whoever uses something looks at them. */
    boolean readsTags() {
        return again.readsTags();
    }

    /** It concerns those whom these tags name: of what it ends, or of an upload that goes on. */
    void about(List<Map<String, String>> tags) {
        use = again.about(use, tags);
    }

    /**
     * Asks whether the target keeps what the data bring along.
     *
     * @throws Refused when it would allow what they prohibit; that is on record then
     */
    void keep(Marks carried) {
        if (!carried.isEmpty()) {
            again.storing(use, carried).ifPresent(this::end);
        }
    }

    /** What was decided last goes on record: it may have read something else than the first. */
    private void end(Second second) {
        switch (second) {
            case Second.Allowed(Use decided) -> use = decided;
            case Second.Reversal(Use refused, Refused thrown) -> {
                ledger.record(refused, Outcome.DONE, 0);
                recorded = true;
                throw thrown;
            }
        }
    }

    /**
     * Goes on under another action, if policy lets the caller for a version that is so: that one
     * goes on record then.
     */
    boolean under(String action, State state) {
        Optional<Use> other = again.under(use, action, state);
        other.ifPresent(each -> use = each);
        return other.isPresent();
    }

    /**
     * Refuses what policy has let through.
     *
     * @param reason one of {@link Sentences}
     * @throws Refused always; it is on record then
     */
    void refuse(String reason) {
        end(again.refusing(use, reason));
    }

    /**
     * From now on, that there is nothing is told to none but who may list the bucket. To everybody
     * else it is refused, and that decision takes this use's number and place.
     */
    void tellAbsent(String name) {
        untold = () -> again.untold(use, name);
    }

    /**
     * After a commit that carried the record.
     *
     * @throws Refused when it found nothing, and the caller may not learn that
     */
    void told() {
        if (reversed.isPresent()) {
            throw reversed.get().thrown();
        }
    }

    /** The request, with this use's record for the capability's commit to carry. */
    Request carrying(LongSupplier size) {
        return request.carrying(new Carried(size));
    }

    /** The record as it is when the commit takes it. */
    private final class Carried implements Pending {
        private final LongSupplier size;
        private Use written;
        private Pending pending;

        Carried(LongSupplier size) {
            this.size = size;
            this.written = use;
            this.pending = pending(use);
        }

        private Pending pending(Use wanted) {
            return living(() -> ledger.pending(wanted, size));
        }

        @Override
        public List<Append> take(Outcome outcome) {
            reversed = outcome == Outcome.ABSENT ? untold.get() : Optional.empty();
            Use wanted = reversed.map(Second.Reversal::use).orElse(use);
            if (!wanted.equals(written)) {
                written = wanted;
                pending = pending(wanted);
            }
            return living(() -> pending.take(reversed.isPresent() ? Outcome.DONE : outcome));
        }

        @Override
        public Urgency urgency() {
            return pending.urgency();
        }

        @Override
        public void committed(List<Long> indices) {
            recorded = true;
            places = List.copyOf(indices);
            pending.committed(indices);
        }
    }

    /** As it was decided about last. */
    Use use() {
        return use;
    }

    /** When the request came. */
    Instant at() {
        return request.at();
    }

    /** Records by a commit of its own. */
    Pass record(Outcome outcome, long size) {
        if (recorded) {
            throw new IllegalStateException("a use is recorded once");
        }
        if (outcome == Outcome.ABSENT) {
            untold.get().ifPresent(this::end);
        }
        Pass pass = living(() -> ledger.record(use, outcome, size));
        recorded = true;
        return pass;
    }

    /**
     * Where the commit that carried the record put it: in the use log, and then each statement in
     * the public one. None before.
     */
    List<Long> places() {
        return places;
    }

    /** Somebody whom the use concerns may be erased while it is under way: then it is not made. */
    private static <T> T living(Supplier<T> recording) {
        try {
            return recording.get();
        } catch (Keys.KeyGone e) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    "a person whom this concerns was erased just now; nothing was done, ask again",
                    e);
        }
    }

    /** What closing records when nothing else did. */
    void onFailure(Outcome outcome) {
        onFailure = outcome;
    }

    @Override
    public void close() {
        try {
            if (!recorded) {
                record(onFailure, 0);
            }
        } catch (StorageFailure e) {
            // The failure that brought us here is already on its way to the caller; this one says
            // the same.
            ledger.abandon(use.organisation(), use.number());
        } finally {
            permits.release();
        }
    }
}
