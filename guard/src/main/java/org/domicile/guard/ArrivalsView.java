package org.domicile.guard;

import java.time.Instant;
import java.util.Optional;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Changed;
import org.domicile.objects.Condition;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.policy.Marks;
import org.domicile.request.Outcome;

/** Arrivals under one request. */
final class ArrivalsView implements GuardedArrivals {
    private final Uses uses;
    private final Objects objects;
    private final Vessel vessel;
    private final Announcements announcements;
    private final ObjectUses whole;
    private final Marks marks;

    ArrivalsView(
            Uses uses,
            Objects objects,
            Vessel vessel,
            Announcements announcements,
            ObjectUses whole,
            Marks marks) {
        this.uses = uses;
        this.objects = objects;
        this.vessel = vessel;
        this.announcements = announcements;
        this.whole = whole;
        this.marks = marks;
    }

    @Override
    public Stored put(
            String bucket,
            String name,
            GuardedObjects.Draft draft,
            Instant written,
            Upstream body,
            Match match) {
        Tagging.check(
                uses,
                draft.tags(),
                uses.data(objects.buckets().bucket(bucket), bucket, name),
                ObjectUses.object(bucket, name));
        return whole.put(bucket, name, draft, body, match, new Arriving(Cause.PUT, marks, written));
    }

    @Override
    public Stored mark(String bucketName, String name, Instant written, Match match) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try (Admitted use =
                uses.admit(
                        "s3:DeleteObject",
                        uses.data(found, bucketName, name),
                        ObjectUses.object(bucketName, name),
                        uses.tags(found, name, Optional.empty()))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Stored.NoSuchBucket();
            }
            Bucket bucket = found.get();
            Condition condition =
                    ObjectUses.condition(
                            match, vessel.sealer(bucket), Vessel.context(bucket, name));
            Announcements.Told told = new Announcements.Told(Cause.DELETE);
            Changed changed =
                    announcements
                            .telling(uses, use, bucket, name, told)
                            .mark(use.carrying(() -> 0), bucket, name, written, condition);
            return changed instanceof Changed.Deleted(Optional<Version> marker, _)
                            && marker.isPresent()
                    ? new Stored.Done(ObjectUses.marker(bucket, marker.get()))
                    : ObjectUses.refused(changed);
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Stored.NoSuchBucket());
        }
    }
}
