package org.domicile.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.domicile.keys.KeyId;
import org.jspecify.annotations.Nullable;

/**
 * Refusals that repeat within a minute. The first is recorded as any use; the others count, and the
 * count becomes an entry that looks like the first when the minute is over. Guarded by its lock.
 */
final class Refusals {
    /** Kinds that are told apart in one minute; more are recorded singly. */
    private static final int KINDS = 10_000;

    static final long NO_NUMBER = 0;

    private final Map<What, Repeated> minute = new HashMap<>();

    /** All that the entry of a count says of each of its refusals, but the object and address. */
    private record What(
            String organisation,
            String principal,
            String credential,
            String purpose,
            String action,
            String reason,
            String dataZone,
            String clientZone,
            List<KeyId> subjects) {
        static What of(Use use) {
            return new What(
                    use.organisation(),
                    UseRecord.principal(use.caller()),
                    UseRecord.credential(use.caller()),
                    use.purpose(),
                    use.action(),
                    use.reason(),
                    use.dataZone(),
                    use.clientZone(),
                    use.subjects());
        }
    }

    private static final class Repeated {
        final Instant since;
        @Nullable Use first;
        long count;
        long number;
        boolean changed;

        Repeated(Instant since) {
            this.since = since;
        }
    }

    /**
     * A count: what was refused, as its first one was, and how often after it.
     *
     * @param number of the entry that it becomes; {@link #NO_NUMBER} when it has none yet
     */
    record Count(Use first, long count, long number) {
        Count numbered(long taken) {
            return new Count(first, count, taken);
        }
    }

    /** False for the first of its minute. */
    synchronized boolean count(Use use, Instant now) {
        What what = What.of(use);
        Repeated repeated = minute.get(what);
        if (repeated == null) {
            if (minute.size() < KINDS) {
                minute.put(what, new Repeated(now));
            }
            return false;
        }
        // Until the first is on record nothing shows what its repetitions were.
        if (repeated.first == null) {
            return false;
        }
        repeated.count++;
        repeated.changed = true;
        return true;
    }

    /** A refusal is on record; its like may be counted from now on. */
    synchronized void recorded(Use use) {
        Repeated repeated = minute.get(What.of(use));
        if (repeated != null && repeated.first == null) {
            repeated.first = use;
        }
    }

    /**
     * The counts that are others than they were the last time, each with a number.
     *
     * @param numbers takes the next of an organisation
     */
    synchronized List<Count> changed(ToLongFunction<String> numbers) {
        List<Count> counts = new ArrayList<>();
        for (Repeated repeated : minute.values()) {
            Use first = repeated.first;
            if (repeated.changed && first != null) {
                if (repeated.number == NO_NUMBER) {
                    repeated.number = numbers.applyAsLong(first.organisation());
                }
                repeated.changed = false;
                counts.add(new Count(first, repeated.count, repeated.number));
            }
        }
        return counts;
    }

    /** What {@link #changed} gave did not become durable. */
    synchronized void unkept(List<Count> counts) {
        for (Count count : counts) {
            Repeated repeated = minute.get(What.of(count.first()));
            if (repeated != null) {
                repeated.changed = true;
            }
        }
    }

    /** Takes out the counts whose minute began before {@code before}. */
    synchronized List<Count> drain(Instant before) {
        List<Count> counts = new ArrayList<>();
        minute.values()
                .removeIf(repeated -> {
                    if (!repeated.since.isBefore(before)) {
                        return false;
                    }
                    if (repeated.first != null && repeated.count > 0) {
                        counts.add(new Count(repeated.first, repeated.count, repeated.number));
                    }
                    return true;
                });
        return counts;
    }

    /** Puts back counts that could not be recorded. */
    synchronized void restore(List<Count> counts) {
        for (Count count : counts) {
            Use first = count.first();
            Repeated repeated =
                    minute.computeIfAbsent(What.of(first), _ -> new Repeated(first.at()));
            repeated.first = first;
            repeated.count += count.count();
            // Only the thread that puts back gives numbers, so no other can be there.
            repeated.number = count.number();
            repeated.changed = true;
        }
    }
}
