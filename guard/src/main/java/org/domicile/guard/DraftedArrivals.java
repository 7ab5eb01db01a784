package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.domicile.objects.Lock;
import org.domicile.policy.Facts;

/**
 * Arrivals that say of themselves what a client's request for the same would say in its fields, so
 * that conditions of a bucket's policy hold for what is moved in as for what is put (Service
 * Authorization Reference, "Condition keys for Amazon S3").
 */
final class DraftedArrivals implements GuardedArrivals {
    private static final Duration DAY = Duration.ofDays(1);

    private final Instant at;
    private final Function<Asking, GuardedArrivals> views;

    DraftedArrivals(Instant at, Function<Asking, GuardedArrivals> views) {
        this.at = at;
        this.views = views;
    }

    @Override
    public Stored put(
            String bucket,
            String name,
            GuardedObjects.Draft draft,
            Instant written,
            Upstream body,
            Match match) {
        Facts facts = facts(draft, at);
        return views.apply(() -> facts).put(bucket, name, draft, written, body, match);
    }

    @Override
    public Stored mark(String bucket, String name, Instant written, Match match) {
        return views.apply(Asking.NOTHING).mark(bucket, name, written, match);
    }

    static Facts facts(GuardedObjects.Draft draft, Instant at) {
        Map<String, String> values = new HashMap<>();
        Lock lock = draft.lock();
        if (lock.mode() != Lock.Mode.NONE) {
            values.put("s3:object-lock-mode", lock.mode().name());
            values.put("s3:object-lock-retain-until-date", lock.until().toString());
            long seconds = Duration.between(at, lock.until()).toSeconds();
            values.put(
                    "s3:object-lock-remaining-retention-days",
                    Long.toString(Math.ceilDiv(seconds, DAY.toSeconds())));
        }
        if (lock.hold() != Lock.Hold.NEVER) {
            values.put("s3:object-lock-legal-hold", lock.hold().name().toUpperCase(Locale.ROOT));
        }
        String redirect = draft.headers().getOrDefault(Attributes.REDIRECT, "");
        if (!redirect.isEmpty()) {
            values.put("s3:" + Attributes.REDIRECT, redirect);
        }
        return new Facts(values, draft.tags());
    }
}
