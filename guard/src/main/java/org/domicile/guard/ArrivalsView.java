package org.domicile.guard;

import java.time.Instant;
import java.util.Optional;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
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
        return whole.put(bucket, name, draft, body, match, new Arriving(Cause.PUT, marks, written));
    }

    @Override
    public Stored mark(String bucketName, String name, Instant written) {
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
            Announcements.Told told = new Announcements.Told(Cause.DELETE);
            return ObjectUses.refused(
                    announcements
                            .telling(uses, use, found.get(), name, told)
                            .mark(use.carrying(() -> 0), found.get(), name, written));
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Stored.NoSuchBucket());
        }
    }
}
