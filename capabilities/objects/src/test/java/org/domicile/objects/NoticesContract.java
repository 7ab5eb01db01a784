package org.domicile.objects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.events.Destination;
import org.domicile.events.Event;
import org.domicile.events.EventType;
import org.domicile.events.Outbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a change tells of itself, in its own transaction. */
@Timeout(60)
abstract class NoticesContract {
    private static final Optional<String> NEWEST = Optional.empty();
    private static final Condition NONE = new Condition.None();
    private static final Destination HOOK = new Destination.Webhook("home", "city", "hook");

    abstract Rig open();

    private Rig rig;
    private final List<Effect> committed = new ArrayList<>();

    @BeforeEach
    void begin() {
        rig = open();
    }

    @AfterEach
    void end() {
        rig.close();
    }

    /** Tells of everything. */
    private final class Telling implements Notice {
        private final List<Effect> asked = new ArrayList<>();

        @Override
        public Optional<Outbox.Row> of(Effect effect) {
            asked.add(effect);
            return Optional.of(
                    new Outbox.Row(
                            HOOK,
                            new Event(
                                    EventType.CREATED_PUT,
                                    effect.at(),
                                    "p",
                                    new Event.Place("b", "b", List.of("home")),
                                    effect.kind().name(),
                                    effect.version(),
                                    -1,
                                    new byte[0])));
        }

        @Override
        public void committed() {
            if (!asked.isEmpty()) {
                committed.add(asked.getLast());
            }
        }
    }

    private Objects telling() {
        return rig.objects.telling(new Telling());
    }

    private List<Outbox.Queued> waiting() {
        return rig.objects.outbox().events(HOOK, 0, 100);
    }

    private List<String> kinds() {
        return waiting().stream().map(each -> each.event().name()).toList();
    }

    private Version put(Objects objects, Bucket bucket, Condition condition) {
        return assertInstanceOf(Changed.Stored.class, tryPut(objects, bucket, condition)).version();
    }

    private Changed tryPut(Objects objects, Bucket bucket, Condition condition) {
        try (Staging staging = objects.stage(1)) {
            staging.write(ByteBuffer.wrap(new byte[] {1}));
            return objects.put(
                    rig.request(),
                    bucket,
                    "n",
                    staging.finish(1),
                    new Objects.Draft(Rig.bytes("t"), Rig.bytes("a")),
                    condition);
        }
    }

    @Test
    void withoutVersionsNoneIsTold() {
        Bucket bucket = rig.bucket("archive");
        put(telling(), bucket, NONE);
        telling().amend(rig.request(), bucket, "n", NEWEST, new Amendment.State(_ -> new byte[1]));
        telling().delete(rig.request(), bucket, "n", NEWEST, NONE, Lock.Bypass.NO);
        assertEquals(List.of("STORED", "AMENDED", "REMOVED"), kinds());
        waiting().forEach(each -> assertEquals(new Event.Version.None(), each.event().version()));
        assertEquals(3, committed.size());
    }

    @Test
    void theCommitsOwnVersionIsTheStampOfItsEvent() {
        Bucket bucket = rig.bucket("archive", Bucket.Versioning.ENABLED);
        Version first = put(telling(), bucket, NONE);
        Changed.Deleted deleted =
                assertInstanceOf(
                        Changed.Deleted.class,
                        telling().delete(rig.request(), bucket, "n", NEWEST, NONE, Lock.Bypass.NO));
        telling().delete(rig.request(), bucket, "n", Optional.of(first.id()), NONE, Lock.Bypass.NO);
        assertEquals(List.of("STORED", "MARKED", "REMOVED"), kinds());
        List<Outbox.Queued> waiting = waiting();
        assertEquals(new Event.Version.Fresh(), waiting.get(0).event().version());
        assertEquals(first.id(), Layout.hex(waiting.get(0).stamp()));
        assertEquals(deleted.marker().orElseThrow().id(), Layout.hex(waiting.get(1).stamp()));
        assertEquals(new Event.Version.Known(first.id()), waiting.get(2).event().version());
    }

    @Test
    void whatIsRefusedOrFindsNothingTellsNothing() {
        Bucket bucket = rig.bucket("archive");
        put(rig.objects, bucket, NONE);
        tryPut(telling(), bucket, new Condition.Absent());
        telling().delete(rig.request(), bucket, "absent", NEWEST, NONE, Lock.Bypass.NO);
        telling().amend(rig.request(), bucket, "absent", NEWEST, new Amendment.State(each -> each));
        assertEquals(List.of(), waiting());
        assertEquals(List.of(), committed);
    }

    /** Its date came along once, and what is told was too old to be told. */
    @Test
    void whatWasWrittenLongAgoHappensNow() {
        Bucket bucket = rig.bucket("archive", Bucket.Versioning.ENABLED);
        Instant years = rig.now.minus(Duration.ofDays(4_000));
        try (Staging staging = rig.objects.stage(1)) {
            staging.write(ByteBuffer.wrap(new byte[] {1}));
            Changed changed =
                    telling()
                            .put(
                                    rig.request(),
                                    bucket,
                                    "n",
                                    staging.finish(1),
                                    new Objects.Draft(
                                            Rig.bytes("t"),
                                            Rig.bytes("a"),
                                            new byte[0],
                                            Lock.OPEN,
                                            years),
                                    NONE);
            assertEquals(
                    years, assertInstanceOf(Changed.Stored.class, changed).version().modified());
        }
        telling().mark(rig.request(), bucket, "n", years, new Condition.None());
        assertEquals(List.of("STORED", "MARKED"), kinds());
        waiting().forEach(each -> assertEquals(rig.now, each.event().at()));
    }

    @Test
    void anUploadTellsWhenItIsComplete() {
        Bucket bucket = rig.bucket("archive");
        Objects.Uploads uploads = telling().uploads();
        Upload upload = uploads.create(rig.request(), bucket, "n", new byte[0], "").orElseThrow();
        try (Staging staging = rig.objects.stage(1)) {
            staging.write(ByteBuffer.wrap(new byte[] {1}));
            uploads.put(
                    rig.request(),
                    bucket,
                    upload,
                    1,
                    staging.finish(1),
                    Rig.bytes("t"),
                    new byte[0]);
        }
        assertEquals(List.of(), waiting());
        Runnable complete =
                () ->
                        assertInstanceOf(
                                Changed.Stored.class,
                                uploads.complete(
                                        rig.request(),
                                        bucket,
                                        upload,
                                        List.of(new Objects.Uploads.Chosen(1, Rig.bytes("t"))),
                                        new Objects.Draft(Rig.bytes("t"), Rig.bytes("a")),
                                        NONE));
        complete.run();
        complete.run(); // an answer that got lost is given again, and nothing happens
        assertEquals(List.of("STORED"), kinds());
    }

    /** Sees the states of what changes end, a list for each attempt. */
    private static final class Seeing implements Notice {
        private final List<List<String>> seen = new ArrayList<>();

        @Override
        public void ending(List<Version> versions) {
            seen.add(versions.stream().map(each -> new String(each.state(), UTF_8)).toList());
        }

        @Override
        public Optional<Outbox.Row> of(Effect effect) {
            return Optional.empty();
        }

        List<String> last() {
            return seen.getLast();
        }
    }

    private Version tagged(Objects objects, Bucket bucket, String state) {
        Version version = put(objects, bucket, NONE);
        Amendment tag = new Amendment.State(_ -> state.getBytes(UTF_8));
        rig.objects.amend(rig.request(), bucket, "n", Optional.of(version.id()), tag);
        return version;
    }

    @Test
    void aChangeShowsWhatItEnds() {
        Bucket bucket = rig.bucket("archive");
        Seeing seeing = new Seeing();
        Objects objects = rig.objects.telling(seeing);
        tagged(objects, bucket, "1");
        assertEquals(List.of(), seeing.last());
        tagged(objects, bucket, "2");
        assertEquals(List.of("1"), seeing.last());
        tryPut(objects, bucket, new Condition.Absent());
        assertEquals(List.of("2"), seeing.last(), "also what a condition keeps");
        objects.delete(rig.request(), bucket, "n", NEWEST, NONE, Lock.Bypass.NO);
        assertEquals(List.of("2"), seeing.last());
        objects.delete(rig.request(), bucket, "n", NEWEST, NONE, Lock.Bypass.NO);
        assertEquals(List.of(), seeing.last());
    }

    @Test
    void whereVersionsAreKeptADeleteShowsWhatItHides() {
        Bucket bucket = rig.bucket("archive");
        Seeing seeing = new Seeing();
        Objects objects = rig.objects.telling(seeing);
        tagged(objects, bucket, "null");
        rig.objects.buckets().version(rig.request(), bucket, Bucket.Versioning.ENABLED);
        Version second = tagged(objects, bucket, "second");
        assertEquals(List.of(), seeing.last(), "nothing is replaced");
        objects.delete(rig.request(), bucket, "n", NEWEST, NONE, Lock.Bypass.NO);
        assertEquals(List.of("second"), seeing.last());
        objects.mark(rig.request(), bucket, "n", Instant.MAX, new Condition.None());
        assertEquals(List.of(), seeing.last(), "a marker before a marker");
        objects.delete(rig.request(), bucket, "n", Optional.of(second.id()), NONE, Lock.Bypass.NO);
        assertEquals(List.of("second"), seeing.last());
        Version third = tagged(objects, bucket, "third");
        rig.objects.buckets().version(rig.request(), bucket, Bucket.Versioning.SUSPENDED);
        objects.delete(rig.request(), bucket, "n", NEWEST, NONE, Lock.Bypass.NO);
        assertEquals(List.of("third", "null"), seeing.last());
        Version now = rig.objects.version(bucket, "n", Optional.of(third.id())).orElseThrow();
        objects.expire(rig.request(), bucket, now);
        assertEquals(List.of("third"), seeing.last());
    }

    @Test
    void whatMayNotBeEndedStays() {
        Bucket bucket = rig.bucket("archive");
        tagged(rig.objects, bucket, "1");
        Objects objects =
                rig.objects.telling(
                        new Notice() {
                            @Override
                            public void ending(List<Version> versions) {
                                throw new IllegalStateException("not that one");
                            }

                            @Override
                            public Optional<Outbox.Row> of(Effect effect) {
                                return Optional.empty();
                            }
                        });
        assertThrows(IllegalStateException.class, () -> put(objects, bucket, NONE));
        assertThrows(
                IllegalStateException.class,
                () -> objects.delete(rig.request(), bucket, "n", NEWEST, NONE, Lock.Bypass.NO));
        assertEquals(
                "1",
                new String(rig.objects.version(bucket, "n", NEWEST).orElseThrow().state(), UTF_8));
    }

    @Test
    void anEndByARuleTellsWhatItDoes() {
        Bucket bucket = rig.bucket("archive", Bucket.Versioning.ENABLED);
        Version only = put(rig.objects, bucket, NONE);
        telling().expire(rig.request(), bucket, only);
        Version hidden = rig.objects.version(bucket, "n", Optional.of(only.id())).orElseThrow();
        telling().expire(rig.request(), bucket, hidden);
        assertEquals(List.of("MARKED", "REMOVED"), kinds());
    }
}
