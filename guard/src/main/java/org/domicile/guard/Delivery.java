package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.domicile.bytes.StorageFailure;
import org.domicile.events.Destination;
import org.domicile.events.Event;
import org.domicile.events.Message;
import org.domicile.events.Outbox;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
import org.domicile.outbound.Answer;
import org.domicile.outbound.Limits;
import org.domicile.outbound.Outbound;
import org.domicile.outbound.Site;
import org.domicile.outbound.Unreachable;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;
import org.domicile.policy.Target;
import org.domicile.request.Outcome;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.domicile.streams.Streams;
import org.jspecify.annotations.Nullable;

/**
 * One try to tell one event to a webhook, signed as Standard Webhooks 1.0.0 has it ("Signature
 * scheme": symmetric). Safe for concurrent use.
 */
final class Delivery {
    static final String DELIVER = "notification:Deliver";

    private static final String GIVE_UP = "notification:GiveUp";
    private static final String PUBLISH = "streams:Publish";

    /** Of an answer only its status is of use; 128 may come at once. */
    private static final Limits LIMITS = new Limits(4 << 10, Duration.ofSeconds(10));

    /** What is kept of streams, once there are some here. */
    private record Kept(Streams streams, StreamLog log, StreamPlaces places, LiveTables live) {}

    /** Uses of {@code system:notification} at the present moment, under a purpose, to a zone. */
    interface Acting {
        Uses as(String purpose, String zone);
    }

    /** What became of a try. */
    sealed interface Tried {
        /** It came. */
        record Told() implements Tried {}

        /** It stays here: what keeps it says nothing of other events. */
        record Kept(String why) implements Tried {}

        /** The destination does not take it, or cannot be reached. */
        record Failed(String why) implements Tried {}
    }

    private final Policy policy;
    private final Objects objects;
    private final Vessel vessel;
    private final Outbound outbound;
    private final Acting acting;
    private final InstantSource clock;
    private final String dataZone;
    private volatile @Nullable Kept kept;

    Delivery(
            Policy policy,
            Objects objects,
            Vessel vessel,
            Outbound outbound,
            Acting acting,
            InstantSource clock,
            String dataZone) {
        this.policy = policy;
        this.objects = objects;
        this.vessel = vessel;
        this.outbound = outbound;
        this.acting = acting;
        this.clock = clock;
        this.dataZone = dataZone;
    }

    /** From now on events can go into streams. */
    void into(Streams streams, StreamLog log, StreamPlaces places, LiveTables live) {
        kept = new Kept(streams, log, places, live);
    }

    /** Why nothing can be told to a destination whatever happens; empty when something can. */
    Optional<String> obstacle(Destination to) {
        return switch (to) {
            case Destination.Webhook webhook ->
                    obstacle(webhook, target(webhook), policy.targetSecret(webhook.target()));
            case Destination.Stream stream ->
                    stream(stream).isPresent()
                            ? Optional.empty()
                            : Optional.of("there is no stream " + stream.name());
        };
    }

    /** The stream of this name that is the organisation's and stands where it should. */
    private Optional<Stream> stream(Destination.Stream to) {
        Kept now = kept;
        return now == null || !to.zone().equals(dataZone)
                ? Optional.empty()
                : now.streams().stream(to.name())
                        .filter(each -> each.organisation().equals(to.organisation()));
    }

    /** Looks for whoever has events told there whether that caller may publish there. */
    void check(Uses uses, Destination to) {
        Kept now = kept;
        if (now != null && to instanceof Destination.Stream named) {
            stream(named)
                    .ifPresent(stream -> {
                        Resource.Data place = now.places().of(stream);
                        String object = StreamPlaces.object(stream.name());
                        uses.check(PUBLISH, place, object);
                        Optional<String> objection = now.places().objection(uses, place);
                        if (objection.isPresent()) {
                            throw uses.refusing(PUBLISH, place, object, objection.get());
                        }
                    });
        }
    }

    private Optional<Target> target(Destination.Webhook to) {
        return Optional.ofNullable(policy.register().targets().get(to.target()))
                .filter(each -> !each.removed());
    }

    private static Optional<String> obstacle(
            Destination.Webhook to, Optional<Target> target, byte[] secret) {
        if (target.isEmpty()) {
            return Optional.of("there is no target " + to.target());
        }
        if (!target.get().zone().equals(to.zone())) {
            return Optional.of("the target " + to.target() + " stands in " + target.get().zone());
        }
        return secret.length == 0
                ? Optional.of(
                        "the target "
                                + to.target()
                                + " has no secret to sign with; 'target secret' makes one")
                : Optional.empty();
    }

    /** Why policy keeps events of a bucket from going to a destination; empty when they may. */
    Optional<String> objection(Destination to, Event.Place bucket, String purpose) {
        return acting.as(purpose, to.zone())
                .objection(DELIVER, resource(to, bucket, ""))
                .map(reason ->
                        reason.equals("zone-mismatch")
                                ? "it stands in "
                                        + to.zone()
                                        + ", and names of objects leave only to the zones of the"
                                        + " bucket and of the purpose "
                                        + purpose
                                : Sentences.of(reason, DELIVER, purpose));
    }

    private Resource.Data resource(Destination to, Event.Place bucket, String name) {
        return new Resource.Data(to.organisation(), bucket.name(), name, bucket.zones(), dataZone);
    }

    /**
     * Tells one.
     *
     * @throws StorageFailure when nothing can be read or recorded here: no other event fares better
     */
    Tried tell(Destination to, Outbox.Queued queued) {
        return switch (to) {
            case Destination.Webhook webhook -> {
                Optional<Target> target = target(webhook);
                byte[] secret = policy.targetSecret(webhook.target());
                Optional<String> obstacle = obstacle(webhook, target, secret);
                yield obstacle.isPresent()
                        ? new Tried.Failed(obstacle.get())
                        : send(webhook, target.get(), secret, queued);
            }
            case Destination.Stream stream -> {
                Optional<Stream> found = stream(stream);
                Kept now = kept;
                yield found.isEmpty() || now == null
                        ? new Tried.Failed("there is no stream " + stream.name())
                        : append(stream, found.get(), now, queued);
            }
        };
    }

    private Tried send(Destination.Webhook to, Target target, byte[] secret, Outbox.Queued queued) {
        return tell(
                to,
                queued,
                (_, _) -> Optional.empty(),
                body -> {
                    Answer answer =
                            outbound.post(
                                    new Site(target.url(), target.networks()),
                                    target.url(),
                                    signed(secret, queued, body),
                                    body,
                                    LIMITS);
                    return answer.status() / 100 == 2
                            ? new Tried.Told()
                            : new Tried.Failed("the target answered " + answer.status());
                });
    }

    /**
     * Two decisions: that the event is told, as to anybody, and that the stream takes it with what
     * labels say of the object.
     */
    private Tried append(Destination.Stream to, Stream stream, Kept now, Outbox.Queued queued) {
        String full = now.live().full(stream);
        if (!full.isEmpty()) { // as where the disk is; before a use of it goes on record
            throw new StorageFailure(StorageFailure.Kind.FULL, full);
        }
        Resource.Data place = now.places().of(stream);
        return tell(
                to,
                queued,
                (uses, told) -> {
                    Optional<String> objection =
                            uses.objection(DELIVER, place)
                                    .or(() -> now.places().objection(uses, place));
                    return objection.isPresent()
                                    || StreamPlaces.keeps(uses.labels(place), uses.labels(told))
                            ? objection
                            : Optional.of(Sentences.LABEL_NOT_KEPT);
                },
                body -> append(stream, now, record(queued, body)));
    }

    private static Tried append(Stream stream, Kept now, StreamRecord.Coming record) {
        Optional<StreamEnds.Bringing> bringing = now.places().ends().bring(stream.name());
        if (bringing.isEmpty()) {
            return new Tried.Failed("the stream " + stream.name() + " is being deleted");
        }
        try (StreamEnds.Bringing _ = bringing.get()) {
            if (!now.streams().stream(stream.name())
                    .map(Stream::id)
                    .equals(Optional.of(stream.id()))) {
                return new Tried.Failed("there is no stream " + stream.name() + " any more");
            }
            return switch (now.log().append(stream.name(), List.of(record))) {
                case StreamLog.Appended.Kept _ -> new Tried.Told();
                case StreamLog.Appended.Absent _ ->
                        new Tried.Failed("the stream " + stream.name() + " is not ready");
                case StreamLog.Appended.TooLarge _ ->
                        new Tried.Kept("the event is larger than a record may be");
                case StreamLog.Appended.Broken broken -> throw broken.why();
            };
        }
    }

    /** What keeps an event from a destination, beside its being told to anybody. */
    private interface Objecting {
        Optional<String> objection(Uses uses, Resource.Data told);
    }

    private interface Sending {
        Tried send(byte[] body) throws Unreachable;
    }

    private Tried tell(Destination to, Outbox.Queued queued, Objecting objecting, Sending sending) {
        Event event = queued.event();
        String object = ObjectUses.object(event.bucket().name(), event.name());
        Resource.Data told = resource(to, event.bucket(), event.name());
        Uses uses = acting.as(event.purpose(), to.zone());
        try (Admitted use =
                uses.admitFor(
                        to.organisation(), DELIVER, told, object, Tags.of(() -> tags(queued)))) {
            if (use.readsTags()) {
                use.about(List.of(tags(queued)));
            }
            objecting.objection(uses, told).ifPresent(use::refuse);
            byte[] body = Message.of(queued, details(event), to.organisation());
            use.record(Outcome.DONE, body.length);
            return sending.send(body);
        } catch (Unreachable e) {
            return new Tried.Failed(String.valueOf(e.getMessage()));
        } catch (Refused e) {
            return new Tried.Kept(String.valueOf(e.getMessage()));
        } catch (StorageFailure e) {
            return switch (e.kind()) {
                case CORRUPT, FOREIGN -> new Tried.Kept(String.valueOf(e.getMessage()));
                case CLOSED, FENCED, FULL, OVERLOADED -> throw e;
            };
        }
    }

    private static StreamRecord.Coming record(Outbox.Queued queued, byte[] body) {
        Event event = queued.event();
        return new StreamRecord.Coming(
                Optional.of(
                        ObjectUses.object(event.bucket().name(), event.name())
                                .getBytes(StandardCharsets.UTF_8)),
                Optional.of(body),
                Optional.of(event.at()),
                List.of(
                        new StreamRecord.Header(
                                "content-type",
                                "application/json".getBytes(StandardCharsets.US_ASCII)),
                        new StreamRecord.Header(
                                "event-id", id(queued).getBytes(StandardCharsets.US_ASCII))));
    }

    private static String id(Outbox.Queued queued) {
        return "evt_"
                + queued.event().bucket().id()
                + "_"
                + HexFormat.of().toHexDigits(queued.stamp());
    }

    /** Those of the version that is told; none when it is gone by now. */
    private Map<String, String> tags(Outbox.Queued queued) {
        Event event = queued.event();
        Optional<String> version =
                switch (event.version()) {
                    case Event.Version.None() -> Optional.empty();
                    case Event.Version.Fresh() ->
                            Optional.of(HexFormat.of().toHexDigits(queued.stamp()));
                    case Event.Version.Known(String id) -> Optional.of(id);
                };
        try {
            return present(event)
                    .flatMap(bucket ->
                            objects.version(bucket, event.name(), version)
                                    .map(each -> vessel.state(bucket, each).tags()))
                    .orElse(Map.of());
        } catch (Keys.KeyGone e) {
            return Map.of(); // what was told of is gone with its bucket's key
        }
    }

    /** The bucket of an event, while it is there. */
    private Optional<Bucket> present(Event event) {
        return objects.buckets()
                .bucket(event.bucket().name())
                .filter(each -> each.id().equals(event.bucket().id()));
    }

    /** Of a bucket that is gone nobody can open them any more; the rest is told without. */
    private Event.Details details(Event event) {
        try {
            return present(event)
                    .map(each -> Announcements.open(vessel, each, event))
                    .orElseGet(() -> new Event.Details("", "", "", ""));
        } catch (Keys.KeyGone e) {
            return new Event.Details("", "", "", "");
        }
    }

    private Map<String, String> signed(byte[] secret, Outbox.Queued queued, byte[] body) {
        String id = id(queued);
        String time = String.valueOf(clock.instant().getEpochSecond());
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Content-Type", "application/json");
        fields.put("webhook-id", id);
        fields.put("webhook-timestamp", time);
        fields.put("webhook-signature", "v1," + signature(secret, id + "." + time + ".", body));
        return fields;
    }

    private static String signature(byte[] secret, String before, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(before.getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    /** Lets one go that could not be told; in one commit with the record. */
    void giveUp(Destination to, Outbox.Queued queued) {
        Event event = queued.event();
        try (Admitted use =
                acting.as(Policy.UPKEEP, dataZone)
                        .admitFor(
                                to.organisation(),
                                GIVE_UP,
                                resource(to, event.bucket(), event.name()),
                                ObjectUses.object(event.bucket().name(), event.name()),
                                Tags.of(() -> tags(queued)))) {
            if (use.readsTags()) {
                use.about(List.of(tags(queued)));
            }
            objects.outbox().remove(use.carrying(() -> 0), to, queued.stamp());
        }
    }

    /** Puts on record how many found no room; in one commit with what takes them from the count. */
    void giveUp(Outbox.Lost lost) {
        List<String> zones =
                objects.buckets()
                        .bucket(lost.bucket())
                        .map(Bucket::zones)
                        .orElseGet(() -> List.of(dataZone));
        Resource.Data bucket =
                new Resource.Data(lost.to().organisation(), lost.bucket(), "", zones, dataZone);
        try (Admitted use =
                acting.as(Policy.UPKEEP, dataZone)
                        .admitFor(
                                lost.to().organisation(),
                                GIVE_UP,
                                bucket,
                                lost.bucket(),
                                Tags.NONE)) {
            objects.outbox().recorded(use.carrying(lost::events), lost);
        }
    }

    /** Takes one out that was told. */
    void told(Destination to, Outbox.Queued queued) {
        objects.outbox().remove(acting.as(Policy.UPKEEP, dataZone).request(), to, queued.stamp());
    }

    Instant now() {
        return clock.instant();
    }
}
