package org.domicile.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refusals that repeat within a minute. The first is recorded as any use; the others count, and the
 * count becomes an entry that looks like the first when the minute is over. Guarded by its lock.
 */
final class Refusals {
    /** Callers, actions and reasons that are told apart in one minute; more are recorded singly. */
    private static final int KINDS = 10_000;

    private Map<What, Repeated> minute = new HashMap<>();

    private record What(String organisation, String principal, String action, String reason) {}

    private static final class Repeated {
        final Instant since;
        @Nullable Use first;
        long count;

        Repeated(Instant since) {
            this.since = since;
        }
    }

    /** A finished count: what was refused, as its first one was, and how often after it. */
    record Count(Use first, long count) {}

    /** False for the first of its minute. */
    synchronized boolean count(
            String organisation, String principal, String action, String reason, Instant now) {
        What what = new What(organisation, principal, action, reason);
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
        return true;
    }

    /** A refusal is on record; its like may be counted from now on. */
    synchronized void recorded(Use use) {
        Repeated repeated =
                minute.get(
                        new What(
                                use.organisation(),
                                UseRecord.principal(use.caller()),
                                use.action(),
                                use.reason()));
        if (repeated != null && repeated.first == null) {
            repeated.first = use;
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
                        counts.add(new Count(repeated.first, repeated.count));
                    }
                    return true;
                });
        return counts;
    }

    /** Puts back counts that could not be recorded. */
    synchronized void restore(List<Count> counts) {
        for (Count count : counts) {
            Use first = count.first();
            What what =
                    new What(
                            first.organisation(),
                            UseRecord.principal(first.caller()),
                            first.action(),
                            first.reason());
            Repeated repeated = minute.computeIfAbsent(what, _ -> new Repeated(first.at()));
            repeated.first = first;
            repeated.count += count.count();
        }
    }
}
