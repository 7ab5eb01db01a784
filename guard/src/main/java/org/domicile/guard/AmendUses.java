package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.domicile.keys.Keys;
import org.domicile.keys.Sealer;
import org.domicile.objects.Amendment;
import org.domicile.objects.Bucket;
import org.domicile.objects.Changed;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.request.Outcome;

/** Guarded changes of versions in their place. */
final class AmendUses {
    private final Uses uses;
    private final Objects objects;
    private final Vessel vessel;
    private final Locks locks;
    private final Announcements announcements;

    AmendUses(Uses uses, Objects objects, Vessel vessel, Locks locks, Announcements announcements) {
        this.announcements = announcements;
        this.locks = locks;
        this.uses = uses;
        this.objects = objects;
        this.vessel = vessel;
    }

    Stored tag(
            String action,
            String bucketName,
            String name,
            Optional<String> version,
            Map<String, String> tags) {
        return amend(
                action,
                tags.isEmpty() ? Cause.UNTAG : Cause.TAG,
                bucketName,
                name,
                version,
                tags,
                (use, bucket) -> {},
                (_, _, sealer, context) ->
                        new Amendment.State(was ->
                                State.open(sealer, context, was)
                                        .tagged(tags)
                                        .seal(sealer, context)));
    }

    Stored retain(
            String bucketName,
            String name,
            Optional<String> version,
            Lock retention,
            Lock.Bypass asked) {
        return amend(
                "s3:PutObjectRetention",
                Cause.KEEP,
                bucketName,
                name,
                version,
                Locks::demand,
                (use, _, sealer, context) ->
                        new Amendment.Locking((state, was) -> {
                            Lock next = was.retained(retention.mode(), retention.until());
                            State seen = State.open(sealer, context, state);
                            return new Amendment.Next(
                                    next, locks.bypassToRetain(use, asked, seen, was, next));
                        }));
    }

    Stored hold(String bucketName, String name, Optional<String> version, Lock.Hold hold) {
        return amend(
                "s3:PutObjectLegalHold",
                Cause.KEEP,
                bucketName,
                name,
                version,
                Locks::demand,
                (_, _, sealer, context) ->
                        new Amendment.Locking(
                                (_, was) -> new Amendment.Next(was.holding(hold), Lock.Bypass.NO)));
    }

    /** An amendment that changes no tags. */
    Stored amend(
            String action,
            Cause cause,
            String bucketName,
            String name,
            Optional<String> version,
            BiConsumer<Admitted, Bucket> demand,
            Amending amending) {
        return amend(action, cause, bucketName, name, version, Map.of(), demand, amending);
    }

    /** Makes an amendment of a use with what seals the version. */
    interface Amending {
        Amendment of(Admitted use, Bucket bucket, Sealer sealer, byte[] context);
    }

    /**
     * @param tags that the version is given
     */
    private Stored amend(
            String action,
            Cause cause,
            String bucketName,
            String name,
            Optional<String> version,
            Map<String, String> tags,
            BiConsumer<Admitted, Bucket> demand,
            Amending amending) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try (Admitted use =
                uses.admit(
                        action,
                        uses.object(found, bucketName, name, version),
                        ObjectUses.object(bucketName, name),
                        uses.tags(found, name, version).setting(tags))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Stored.NoSuchBucket();
            }
            Bucket bucket = found.get();
            demand.accept(use, bucket);
            use.tellAbsent(name);
            Objects telling =
                    announcements.telling(uses, use, bucket, name, new Announcements.Told(cause));
            Changed changed = amend(telling, use, bucket, name, version, tags, amending);
            use.told();
            return changed instanceof Changed.Stored(var amended)
                    ? new Stored.Amended(amended.id(), bucket.versioning())
                    : ObjectUses.refused(changed);
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Stored.NoSuchBucket());
        }
    }

    private Changed amend(
            Objects telling,
            Admitted use,
            Bucket bucket,
            String name,
            Optional<String> version,
            Map<String, String> tags,
            Amending amending) {
        use.onFailure(Outcome.INVALID);
        Sealer sealer = vessel.sealer(bucket);
        byte[] context = Vessel.context(bucket, name);
        List<KeyEndings.Held> held = new ArrayList<>(1); // more when it is computed more than once
        try {
            Amendment amendment =
                    judged(
                            was -> use.confirm(State.open(sealer, context, was), tags),
                            was -> {
                                State state = State.open(sealer, context, was);
                                use.confirm(state);
                                held.add(locks.held(use, state.sealing()));
                            },
                            amending.of(use, bucket, sealer, context));
            use.onFailure(Outcome.FAILED);
            return telling.amend(use.carrying(() -> 0), bucket, name, version, amendment);
        } finally {
            held.forEach(KeyEndings.Held::close);
        }
    }

    /**
     * Whoever is let through by what a version was is not by that let to change another, or the
     * same as it is by now: policy is asked about the very state that is replaced.
     */
    private static Amendment judged(
            Consumer<byte[]> judge, Consumer<byte[]> locking, Amendment amendment) {
        return switch (amendment) {
            case Amendment.State(var change) ->
                    new Amendment.State(was -> {
                        judge.accept(was);
                        return change.apply(was);
                    });
            case Amendment.Locking(var change) ->
                    new Amendment.Locking((state, was) -> {
                        locking.accept(state);
                        return change.apply(state, was);
                    });
        };
    }
}
