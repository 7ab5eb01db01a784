package org.domicile.guard;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.domicile.lifecycle.Expiry;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.lifecycle.Subject;
import org.domicile.objects.Bucket;
import org.domicile.objects.Version;

/**
 * The lifecycle rules of buckets, opened once for each time that they were set. Shared by all
 * requests.
 */
final class LifecycleRules {
    private final Vessel vessel;

    /** By the sealed bytes themselves, which a bucket has until other rules are set. */
    private final Map<byte[], Lifecycle> opened = Collections.synchronizedMap(new WeakHashMap<>());

    LifecycleRules(Vessel vessel) {
        this.vessel = vessel;
    }

    /** The rules of a bucket; empty when it has none. */
    Optional<Lifecycle> of(Bucket bucket) {
        byte[] sealed = bucket.settings().get(BucketSetting.LIFECYCLE.key());
        if (sealed == null) {
            return Optional.empty();
        }
        Lifecycle known = opened.get(sealed);
        if (known == null) {
            known =
                    Lifecycle.of(
                            BucketUses.open(vessel, bucket, BucketSetting.LIFECYCLE).orElseThrow());
            opened.put(sealed, known);
        }
        return Optional.of(known);
    }

    /** When a newest object ends, which answers about it say. */
    Expiry expiry(Bucket bucket, Version version, State state) {
        if (!version.latest() || version.kind() != Version.Kind.OBJECT) {
            return Expiry.NEVER;
        }
        Subject subject =
                new Subject(
                        version.name(),
                        Subject.Kind.OBJECT,
                        Subject.Place.NEWEST,
                        version.size(),
                        state::tags,
                        version.modified(),
                        version.modified(),
                        0);
        return of(bucket).map(rules -> rules.expiry(subject, Lifecycle.DAY)).orElse(Expiry.NEVER);
    }
}
