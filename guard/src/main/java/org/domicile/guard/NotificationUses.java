package org.domicile.guard;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.domicile.events.Destination;
import org.domicile.events.Event;
import org.domicile.events.EventType;
import org.domicile.events.Notification;
import org.domicile.events.Outbox;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;

/** Guarded notifications of buckets. */
final class NotificationUses {
    /** S3's code for a destination that is none. */
    private static final String INVALID = "InvalidArgument";

    private final Uses uses;
    private final Objects objects;
    private final Vessel vessel;
    private final Delivery delivery;
    private final Consumer<Destination> wake;

    NotificationUses(
            Uses uses,
            Objects objects,
            Vessel vessel,
            Delivery delivery,
            Consumer<Destination> wake) {
        this.uses = uses;
        this.objects = objects;
        this.vessel = vessel;
        this.delivery = delivery;
        this.wake = wake;
    }

    boolean set(String name, Notification asked, GuardedObjects.Announce announce) {
        Optional<Bucket> found = objects.buckets().bucket(name);
        BucketSetting which = BucketSetting.NOTIFICATION;
        Resource resource = uses.data(found, name, "");
        try (Admitted use = uses.admit(which.put(), resource, name)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return false;
            }
            Bucket bucket = found.get();
            Notification notification = asked.under(uses.purpose(resource));
            Set<Destination> destinations =
                    notification.rules().stream()
                            .map(Notification.Rule::to)
                            .collect(Collectors.toSet());
            use.onFailure(Outcome.INVALID);
            destinations.forEach(each -> check(each, bucket, notification.purpose()));
            use.onFailure(Outcome.FAILED);
            Optional<byte[]> sealed =
                    notification.rules().isEmpty()
                            ? Optional.empty()
                            : Optional.of(
                                    BucketUses.seal(
                                            vessel, bucket, which, notification.document()));
            List<Outbox.Row> tests =
                    announce == GuardedObjects.Announce.TEST
                            ? destinations.stream()
                                    .map(each -> test(each, bucket, notification.purpose()))
                                    .toList()
                            : List.of();
            boolean set =
                    objects.buckets()
                            .set(use.carrying(() -> 0), bucket, which.key(), sealed, tests);
            if (set) {
                tests.forEach(each -> wake.accept(each.to()));
            }
            return set;
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, false);
        }
    }

    private void check(Destination to, Bucket bucket, String purpose) {
        Optional<String> obstacle =
                !to.organisation().equals(bucket.organisation())
                        ? Optional.of("it is not of the bucket's organisation")
                        : delivery.obstacle(to);
        // who has events told into a stream publishes there
        delivery.check(uses, to);
        if (obstacle.isEmpty()) {
            obstacle = delivery.objection(to, Announcements.place(bucket), purpose);
        }
        if (obstacle.isPresent()) {
            throw new Upstream.Invalid(
                    INVALID,
                    "Unable to validate the following destination configurations: "
                            + to.arn()
                            + ": "
                            + obstacle.get());
        }
    }

    private Outbox.Row test(Destination to, Bucket bucket, String purpose) {
        Event.Details details =
                new Event.Details("", "", Announcements.principal(uses), uses.request().id());
        return new Outbox.Row(
                to,
                new Event(
                        EventType.TEST,
                        uses.at(),
                        purpose,
                        Announcements.place(bucket),
                        "",
                        new Event.Version.None(),
                        -1,
                        Announcements.seal(vessel, bucket, "", details)));
    }
}
