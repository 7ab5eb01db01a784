package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import org.domicile.events.Destination;
import org.domicile.events.Event;
import org.domicile.events.Notification;
import org.domicile.events.Outbox;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Effect;
import org.domicile.objects.Notice;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.request.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Makes the events of changes, as the notifications of buckets ask for them. Shared by all
 * requests.
 */
final class Announcements {
    private final Objects objects;
    private final Vessel vessel;
    private final Consumer<Destination> wake;

    /** By the sealed bytes themselves, which a bucket has until another one is set. */
    private final Map<byte[], Notification> opened =
            Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param wake is told that an event waits
     */
    Announcements(Objects objects, Vessel vessel, Consumer<Destination> wake) {
        this.objects = objects;
        this.vessel = vessel;
        this.wake = wake;
    }

    /**
     * What is told of an object.
     *
     * @param etag without quotes; empty where it is not told
     * @param size plain bytes; -1 where it is not told
     */
    record Told(Cause cause, String etag, long size) {
        /** What makes no new object. */
        Told(Cause cause) {
            this(cause, "", -1);
        }
    }

    /** A change that goes on with nothing that has tags. */
    Objects telling(Uses uses, Admitted use, Bucket bucket, String name, Told told) {
        return telling(uses, use, List.of(), bucket, name, told);
    }

    /**
     * The store through which a change of a name is told of, by what the bucket asks for now: a
     * body may have taken hours to come. Where tags may say whom the change concerns, those whom
     * the tags of what it ends name are concerned.
     *
     * @param also tags of what the change goes on with
     */
    Objects telling(
            Uses uses,
            Admitted use,
            List<Map<String, String>> also,
            Bucket bucket,
            String name,
            Told told) {
        Optional<Notice> telling =
                objects.buckets()
                        .bucket(bucket.name())
                        .filter(now -> now.id().equals(bucket.id()))
                        .flatMap(this::notification)
                        .map(notification -> new Telling(uses, bucket, name, told, notification));
        return use.readsTags()
                ? objects.telling(new Looking(telling.orElse(Notice.NONE), use, also, bucket))
                : telling.map(objects::telling).orElse(objects);
    }

    /** Looks at the tags of what a change ends. A state that cannot be read stops the change. */
    private final class Looking implements Notice {
        private final Notice telling;
        private final Admitted use;
        private final List<Map<String, String>> also;
        private final Bucket bucket;

        Looking(Notice telling, Admitted use, List<Map<String, String>> also, Bucket bucket) {
            this.telling = telling;
            this.use = use;
            this.also = also;
            this.bucket = bucket;
        }

        @Override
        public void ending(List<Version> versions) {
            List<Map<String, String>> tags = new ArrayList<>(also);
            versions.forEach(each -> tags.add(vessel.state(bucket, each).tags()));
            use.about(tags);
        }

        @Override
        public Optional<Outbox.Row> of(Effect effect) {
            return telling.of(effect);
        }

        @Override
        public void committed() {
            telling.committed();
        }
    }

    private Optional<Notification> notification(Bucket bucket) {
        byte[] sealed = bucket.settings().get(BucketSetting.NOTIFICATION.key());
        if (sealed == null) {
            return Optional.empty();
        }
        Optional<Notification> known = Optional.ofNullable(opened.get(sealed));
        return known.isPresent() ? known : opened(bucket, sealed);
    }

    private Optional<Notification> opened(Bucket bucket, byte[] sealed) {
        try {
            Optional<Notification> found =
                    BucketUses.open(vessel, bucket, BucketSetting.NOTIFICATION)
                            .map(Notification::of);
            found.ifPresent(each -> opened.put(sealed, each));
            return found;
        } catch (Keys.KeyGone e) {
            return Optional.empty(); // what nobody can open any more can still be deleted
        }
    }

    /** Makes the event of one change. */
    private final class Telling implements Notice {
        private final Uses uses;
        private final Bucket bucket;
        private final String name;
        private final Told told;
        private final Notification notification;
        private @Nullable Destination waiting;

        Telling(Uses uses, Bucket bucket, String name, Told told, Notification notification) {
            this.uses = uses;
            this.bucket = bucket;
            this.name = name;
            this.told = told;
            this.notification = notification;
        }

        @Override
        public Optional<Outbox.Row> of(Effect effect) {
            Optional<Outbox.Row> row =
                    told.cause()
                            .type(effect.kind())
                            .flatMap(type ->
                                    notification
                                            .rule(type, name)
                                            .map(rule ->
                                                    new Outbox.Row(
                                                            rule.to(),
                                                            new Event(
                                                                    type,
                                                                    effect.at(),
                                                                    notification.purpose(),
                                                                    place(bucket),
                                                                    name,
                                                                    effect.version(),
                                                                    told.size(),
                                                                    details(rule.id())))));
            waiting = row.map(Outbox.Row::to).orElse(null);
            return row;
        }

        private byte[] details(String rule) {
            return seal(
                    vessel,
                    bucket,
                    name,
                    new Event.Details(rule, told.etag(), principal(uses), uses.request().id()));
        }

        @Override
        public void committed() {
            if (waiting != null) {
                wake.accept(waiting);
            }
        }
    }

    static Event.Place place(Bucket bucket) {
        return new Event.Place(bucket.id(), bucket.name(), bucket.zones());
    }

    static byte[] seal(Vessel vessel, Bucket bucket, String name, Event.Details details) {
        return vessel.sealer(bucket).sealState(context(bucket, name), details.document());
    }

    static Event.Details open(Vessel vessel, Bucket bucket, Event event) {
        return Event.Details.of(
                vessel.sealer(bucket).openState(context(bucket, event.name()), event.details()));
    }

    private static byte[] context(Bucket bucket, String name) {
        return ("event/" + bucket.id() + "/" + name).getBytes(StandardCharsets.UTF_8);
    }

    /** Random ids alone, and nobody's where it is sealed who acts. */
    static String principal(Uses uses) {
        return switch (uses.request().caller()) {
            case Caller.Anonymous() -> "Anonymous";
            case Caller.Known known -> uses.sealed().isEmpty() ? known.principal() : "";
            case Caller.Program program -> program.name();
        };
    }
}
