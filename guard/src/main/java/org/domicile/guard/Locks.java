package org.domicile.guard;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.domicile.objects.Bucket;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;

/**
 * What object lock demands of uses. That nothing that is locked is removed or shortened is decided
 * in the capability's commit; here stand who may lock, who may pass over governance, and what a
 * bucket adds by itself.
 */
final class Locks {
    private static final String RETAIN = "s3:PutObjectRetention";
    private static final String HOLD = "s3:PutObjectLegalHold";
    private static final String BYPASS = "s3:BypassGovernanceRetention";

    private final Objects objects;
    private final Vessel vessel;
    private final InstantSource clock;
    private final KeyEndings endings;

    Locks(Objects objects, Vessel vessel, InstantSource clock, KeyEndings endings) {
        this.endings = endings;
        this.objects = objects;
        this.vessel = vessel;
        this.clock = clock;
    }

    /** Whoever puts a lock on what it writes needs the actions that lock. */
    static void check(Uses uses, Lock lock, Resource resource, String object, Tags tags) {
        if (lock.mode() != Lock.Mode.NONE) {
            uses.check(RETAIN, resource, object, tags);
        }
        if (lock.hold() != Lock.Hold.NEVER) {
            uses.check(HOLD, resource, object, tags);
        }
    }

    /** The lock of a version that comes now. @throws Upstream.Invalid where there can be none */
    Lock on(Admitted use, Bucket bucket, Lock asked) {
        if (!asked.equals(Lock.OPEN)) {
            demand(use, bucket);
        }
        if (asked.mode() != Lock.Mode.NONE) {
            return asked;
        }
        // As it is now: it may have changed while the body came.
        return objects.buckets()
                .bucket(bucket.name())
                .filter(present -> present.id().equals(bucket.id()))
                .flatMap(present -> BucketUses.open(vessel, present, BucketSetting.OBJECT_LOCK))
                .map(document -> LockRule.of(document).on(asked, later(use.at())))
                .orElse(asked);
    }

    /**
     * Stores what is locked while its named key cannot be destroyed.
     *
     * @throws Upstream.Invalid OperationAborted while the key is being destroyed,
     *     KMS.NotFoundException when it was since the body began
     */
    <T> T holding(
            Admitted use, SecondKeys second, SealedUnder sealing, Lock lock, Supplier<T> commit) {
        if (lock.equals(Lock.OPEN)) {
            return commit.get();
        }
        try (KeyEndings.Held _ = held(use, sealing)) {
            second.demand(use, sealing);
            return commit.get();
        }
    }

    /**
     * A version's named key cannot be destroyed until this is closed.
     *
     * @throws Upstream.Invalid OperationAborted while it is being destroyed
     */
    KeyEndings.Held held(Admitted use, SealedUnder sealing) {
        if (sealing.shown().kind() != Encrypted.Kind.NAMED) {
            return () -> {};
        }
        return endings.hold(sealing.proof())
                .orElseThrow(() -> {
                    use.onFailure(Outcome.CONFLICT);
                    return new Upstream.Invalid(
                            "OperationAborted",
                            "The key "
                                    + sealing.shown().name()
                                    + " is being destroyed, so nothing that it seals can be locked"
                                    + " now. Try again.");
                });
    }

    /**
     * What a retention counts from: the steady clock may stand still, and what it has lost when it
     * goes on must not be lost from the retention.
     */
    private Instant later(Instant at) {
        Instant now = clock.instant();
        return now.isBefore(at) ? at : now;
    }

    static boolean on(Bucket bucket) {
        return bucket.settings().containsKey(BucketSetting.OBJECT_LOCK.key());
    }

    /**
     * @throws Upstream.Invalid where the bucket has no object lock
     */
    static void demand(Admitted use, Bucket bucket) {
        if (!on(bucket)) {
            use.onFailure(Outcome.INVALID);
            throw new Upstream.Invalid(
                    "InvalidRequest", "Bucket is missing Object Lock Configuration");
        }
    }

    /**
     * Whether governance is passed over to remove a version: the caller says so, it is what stands
     * in the way, and policy lets the caller. Who may not is treated as if nothing was said, as S3
     * does it.
     */
    Lock.Bypass bypassToDelete(
            Uses uses,
            Lock.Bypass asked,
            Optional<Bucket> bucket,
            String name,
            Optional<String> version) {
        if (asked == Lock.Bypass.NO || bucket.isEmpty() || version.isEmpty()) {
            return Lock.Bypass.NO;
        }
        Instant now = clock.instant();
        boolean governed =
                objects.version(bucket.get(), name, version)
                        .map(Version::lock)
                        .filter(lock -> !lock.opens(now, Lock.Bypass.NO))
                        .filter(lock -> lock.opens(now, Lock.Bypass.GOVERNANCE))
                        .isPresent();
        Resource resource = uses.data(bucket, bucket.get().name(), name);
        return governed && uses.allows(BYPASS, resource) ? Lock.Bypass.GOVERNANCE : Lock.Bypass.NO;
    }

    /**
     * The same to give the very version that is replaced another retention; where governance is
     * passed over, the use goes on under that action.
     */
    Lock.Bypass bypassToRetain(Admitted use, Lock.Bypass asked, State state, Lock was, Lock next) {
        Instant now = clock.instant();
        boolean governed =
                asked == Lock.Bypass.GOVERNANCE
                        && !was.admits(next, now, Lock.Bypass.NO)
                        && was.admits(next, now, Lock.Bypass.GOVERNANCE);
        return governed && use.under(BYPASS, state) ? Lock.Bypass.GOVERNANCE : Lock.Bypass.NO;
    }

    /**
     * The action that goes on record: what was passed over is said there, once all else is allowed.
     */
    static String action(
            Uses uses,
            String action,
            Lock.Bypass bypass,
            Resource resource,
            String object,
            Tags tags) {
        if (bypass == Lock.Bypass.NO) {
            return action;
        }
        uses.check(action, resource, object, tags);
        return BYPASS;
    }

    /** What a reader may see of a version's lock. */
    static Lock shown(Uses uses, Bucket bucket, Version version) {
        Lock lock = version.lock();
        if (lock.equals(Lock.OPEN)) {
            return lock;
        }
        Resource resource = uses.data(Optional.of(bucket), bucket.name(), version.name());
        Lock shown = Lock.OPEN;
        if (lock.mode() != Lock.Mode.NONE && uses.allows("s3:GetObjectRetention", resource)) {
            shown = shown.retained(lock.mode(), lock.until());
        }
        if (lock.hold() != Lock.Hold.NEVER && uses.allows("s3:GetObjectLegalHold", resource)) {
            shown = shown.holding(lock.hold());
        }
        return shown;
    }
}
