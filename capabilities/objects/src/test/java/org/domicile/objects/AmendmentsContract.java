package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.domicile.request.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What changes in place, and what locks keep from changing. */
@Timeout(60)
abstract class AmendmentsContract {
    private static final Optional<String> NEWEST = Optional.empty();
    private static final Condition NONE = new Condition.None();

    abstract Rig open();

    private Rig rig;

    @BeforeEach
    void begin() {
        rig = open();
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private static Version stored(Changed changed) {
        return assertInstanceOf(Changed.Stored.class, changed).version();
    }

    private Changed state(Bucket bucket, Optional<String> version, String state) {
        return rig.objects.amend(
                rig.request(), bucket, "n", version, new Amendment.State(_ -> Rig.bytes(state)));
    }

    private Changed lock(Bucket bucket, Optional<String> version, Lock lock, Lock.Bypass bypass) {
        return rig.objects.amend(
                rig.request(),
                bucket,
                "n",
                version,
                new Amendment.Locking((_, _) -> new Amendment.Next(lock, bypass)));
    }

    private Changed delete(Bucket bucket, String version, Lock.Bypass bypass) {
        return rig.objects.delete(rig.request(), bucket, "n", Optional.of(version), NONE, bypass);
    }

    @Test
    void stateChangesAndNothingElseDoes() {
        for (Bucket.Versioning versioning : Bucket.Versioning.values()) {
            Bucket bucket = rig.bucket("state-" + versioning.ordinal(), versioning);
            Version first = stored(rig.put(bucket, "n", Rig.bytes("one")));
            Version second = stored(rig.put(bucket, "n", Rig.bytes("two")));
            rig.now = rig.now.plusSeconds(5);
            Version changed = stored(state(bucket, NEWEST, "tagged"));
            assertEquals(second.id(), changed.id());
            assertEquals(second.modified(), changed.modified());
            assertTrue(changed.latest());
            rig.reopen();
            Version seen = rig.objects.version(bucket, "n", NEWEST).orElseThrow();
            assertArrayEquals(Rig.bytes("tagged"), seen.state());
            assertArrayEquals(second.token(), seen.token());
            assertArrayEquals(second.attributes(), seen.attributes());
            assertArrayEquals(Rig.bytes("two"), rig.body(bucket, seen).orElseThrow());
            if (versioning == Bucket.Versioning.ENABLED) {
                assertEquals(false, stored(state(bucket, Optional.of(first.id()), "old")).latest());
                assertEquals(
                        List.of("tagged", "old"),
                        rig
                                .objects
                                .listVersions(bucket, new Listing.Query("", "", "", "", 10))
                                .versions()
                                .stream()
                                .map(each -> new String(each.state()))
                                .toList());
            }
        }
    }

    @Test
    void whatIsNotThereIsNotAmended() {
        Bucket bucket = rig.bucket("absent", Bucket.Versioning.ENABLED);
        assertEquals(new Changed.NoSuchName(), state(bucket, NEWEST, "x"));
        rig.put(bucket, "n", Rig.bytes("one"));
        assertEquals(new Changed.NoSuchName(), state(bucket, Optional.of("0".repeat(16)), "x"));
        Rig.Record record = new Rig.Record();
        rig.delete(bucket, "n");
        Changed onMarker =
                rig.objects.amend(
                        rig.carrying(record),
                        bucket,
                        "n",
                        NEWEST,
                        new Amendment.State(_ -> new byte[1]));
        assertInstanceOf(Changed.OnMarker.class, onMarker);
        assertEquals(Optional.of(Outcome.ABSENT), record.outcome);
        Instant end = Instant.parse("2030-01-01T00:00:00Z");
        assertThrows(
                IllegalArgumentException.class,
                () -> new Lock(Lock.Mode.NONE, end, Lock.Hold.NEVER));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Lock(Lock.Mode.COMPLIANCE, Instant.EPOCH, Lock.Hold.NEVER));
    }

    /** Every lock against every other, with and without bypass, before its end and after. */
    @Test
    void noLockBecomesLessThanItIs() {
        Instant early = rig.now.plus(Duration.ofDays(1));
        Instant late = rig.now.plus(Duration.ofDays(2));
        List<Lock> locks =
                List.of(
                        Lock.OPEN,
                        new Lock(Lock.Mode.GOVERNANCE, early, Lock.Hold.NEVER),
                        new Lock(Lock.Mode.GOVERNANCE, late, Lock.Hold.NEVER),
                        new Lock(Lock.Mode.COMPLIANCE, early, Lock.Hold.NEVER),
                        new Lock(Lock.Mode.COMPLIANCE, late, Lock.Hold.NEVER));
        Bucket bucket = rig.bucket("locks", Bucket.Versioning.ENABLED);
        for (Lock was : locks) {
            for (Lock next : locks) {
                for (Lock.Bypass bypass : Lock.Bypass.values()) {
                    boolean less = next.mode() != was.mode() || next.until().isBefore(was.until());
                    boolean free =
                            was.mode() == Lock.Mode.NONE
                                    || was.mode() == Lock.Mode.GOVERNANCE
                                            && bypass == Lock.Bypass.GOVERNANCE;
                    Optional<String> id =
                            Optional.of(stored(rig.put(bucket, "n", Rig.bytes("x"))).id());
                    stored(lock(bucket, id, was, Lock.Bypass.NO));
                    Changed changed = lock(bucket, id, next, bypass);
                    if (less && !free) {
                        assertEquals(new Changed.Locked(), changed, was + " to " + next);
                    } else {
                        assertEquals(next, stored(changed).lock());
                    }
                }
            }
        }
        Version version = stored(rig.put(bucket, "n", Rig.bytes("x")));
        Lock firm = new Lock(Lock.Mode.COMPLIANCE, early, Lock.Hold.NEVER);
        stored(lock(bucket, NEWEST, firm, Lock.Bypass.NO));
        rig.now = early.minusMillis(1);
        assertEquals(new Changed.Locked(), delete(bucket, version.id(), Lock.Bypass.GOVERNANCE));
        rig.now = early;
        stored(lock(bucket, NEWEST, Lock.OPEN, Lock.Bypass.NO));
    }

    @Test
    void whatIsLockedIsRemovedByNothing() {
        Instant end = rig.now.plus(Duration.ofDays(1));
        Bucket bucket = rig.bucket("kept", Bucket.Versioning.ENABLED);
        Version version = stored(rig.put(bucket, "n", Rig.bytes("x")));
        Lock governed = new Lock(Lock.Mode.GOVERNANCE, end, Lock.Hold.NEVER);
        stored(lock(bucket, NEWEST, governed, Lock.Bypass.NO));
        assertEquals(new Changed.Locked(), delete(bucket, version.id(), Lock.Bypass.NO));
        stored(lock(bucket, NEWEST, governed.holding(Lock.Hold.ON), Lock.Bypass.NO));
        assertEquals(new Changed.Locked(), delete(bucket, version.id(), Lock.Bypass.GOVERNANCE));
        assertInstanceOf(Changed.Deleted.class, rig.delete(bucket, "n"), "a marker hides it");
        rig.reopen();
        rig.now = end;
        assertEquals(new Changed.Locked(), delete(bucket, version.id(), Lock.Bypass.GOVERNANCE));
        stored(
                lock(
                        bucket,
                        Optional.of(version.id()),
                        governed.holding(Lock.Hold.OFF),
                        Lock.Bypass.NO));
        assertInstanceOf(Changed.Deleted.class, delete(bucket, version.id(), Lock.Bypass.NO));
    }

    /** A null version can be locked while versions are kept; then no later state replaces it. */
    @Test
    void aLockedNullVersionIsNotReplaced() {
        for (Bucket.Versioning versioning :
                List.of(Bucket.Versioning.UNVERSIONED, Bucket.Versioning.SUSPENDED)) {
            Bucket bucket = rig.bucket("null-" + versioning.ordinal(), versioning);
            stored(rig.put(bucket, "n", Rig.bytes("x")));
            stored(
                    lock(
                            bucket,
                            Optional.of("null"),
                            Lock.OPEN.holding(Lock.Hold.ON),
                            Lock.Bypass.NO));
            Rig.Record record = new Rig.Record();
            assertEquals(
                    new Changed.Locked(),
                    rig.put(rig.carrying(record), bucket, "n", Rig.bytes("y"), NONE));
            assertEquals(Optional.of(Outcome.CONFLICT), record.outcome);
            assertEquals(new Changed.Locked(), rig.delete(bucket, "n"));
            Upload upload =
                    rig.objects
                            .uploads()
                            .create(rig.request(), bucket, "n", new byte[1], "p")
                            .orElseThrow();
            rig.staged(
                    Rig.bytes("part"),
                    content ->
                            rig.objects
                                    .uploads()
                                    .put(
                                            rig.request(),
                                            bucket,
                                            upload,
                                            1,
                                            content,
                                            new byte[] {7},
                                            new byte[1]));
            assertEquals(
                    new Changed.Locked(),
                    rig.objects
                            .uploads()
                            .complete(
                                    rig.request(),
                                    bucket,
                                    upload,
                                    List.of(new Objects.Uploads.Chosen(1, new byte[] {7})),
                                    new Objects.Draft(new byte[1], new byte[1]),
                                    NONE));
            Version seen = rig.objects.version(bucket, "n", NEWEST).orElseThrow();
            assertArrayEquals(Rig.bytes("x"), rig.body(bucket, seen).orElseThrow());
        }
    }

    /** What a rule ends is what it saw, in the place where it saw it. */
    @Test
    void whatWasSeenEndsAndWhatChangedMeanwhileDoesNot() {
        for (Bucket.Versioning versioning : Bucket.Versioning.values()) {
            Bucket bucket = rig.bucket("ends-" + versioning.ordinal(), versioning);
            Version seen = stored(rig.put(bucket, "n", Rig.bytes("one")));
            rig.now = rig.now.plusMillis(1);
            Version next = stored(rig.put(bucket, "n", Rig.bytes("one")));
            assertEquals(new Changed.ConditionFailed(), expire(bucket, seen));
            assertInstanceOf(Changed.Deleted.class, expire(bucket, next));
            assertEquals(new Changed.ConditionFailed(), expire(bucket, next), "ended already");
            List<Version> left = all(bucket);
            int expected =
                    switch (versioning) {
                        case UNVERSIONED -> 0;
                        case SUSPENDED -> 1;
                        case ENABLED -> 3;
                    };
            assertEquals(expected, left.size());
            for (Version each : left.reversed()) {
                assertInstanceOf(Changed.Deleted.class, expire(bucket, each), each.id());
            }
            assertEquals(List.of(), all(bucket));
        }
    }

    /** Story: a rule saw an older version; then a client took the marker away to have it back. */
    @Test
    void anOlderVersionThatBecameTheNewestDoesNotEnd() {
        Bucket bucket = rig.bucket("back", Bucket.Versioning.ENABLED);
        rig.put(bucket, "n", Rig.bytes("one"));
        rig.delete(bucket, "n");
        List<Version> seen = all(bucket);
        delete(bucket, seen.getFirst().id(), Lock.Bypass.NO);
        assertEquals(new Changed.ConditionFailed(), expire(bucket, seen.getLast()));
        stored(lock(bucket, NEWEST, Lock.OPEN.holding(Lock.Hold.ON), Lock.Bypass.NO));
        rig.delete(bucket, "n");
        assertEquals(new Changed.Locked(), expire(bucket, all(bucket).getLast()));
    }

    private Changed expire(Bucket bucket, Version seen) {
        return rig.objects.expire(rig.request(), bucket, seen);
    }

    private List<Version> all(Bucket bucket) {
        return rig.objects.listVersions(bucket, new Listing.Query("", "", "", "", 10)).versions();
    }

    /** A lock and a delete of the same version at once: one of them comes first. */
    @Test
    void aLockAndADeleteAtOnceAgree() throws Exception {
        Bucket bucket = rig.bucket("race", Bucket.Versioning.ENABLED);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 40; round++) {
                String id = stored(rig.put(bucket, "n", Rig.bytes("x"))).id();
                var locking =
                        threads.submit(() ->
                                lock(
                                        bucket,
                                        Optional.of(id),
                                        Lock.OPEN.holding(Lock.Hold.ON),
                                        Lock.Bypass.NO));
                Changed deleted = delete(bucket, id, Lock.Bypass.NO);
                boolean there = rig.objects.version(bucket, "n", Optional.of(id)).isPresent();
                if (locking.get() instanceof Changed.Stored) {
                    assertEquals(new Changed.Locked(), deleted);
                    assertTrue(there);
                } else {
                    assertInstanceOf(Changed.Deleted.class, deleted);
                }
            }
        }
    }

    @Test
    void settingsStayWithTheirBucket() {
        Bucket made = rig.bucket("settings");
        Buckets buckets = rig.objects.buckets();
        byte[] value = Rig.bytes("value");
        Rig.Record record = new Rig.Record();
        assertEquals(true, buckets.set(rig.carrying(record), made, "tagging", Optional.of(value)));
        assertEquals(Optional.of(Outcome.DONE), record.outcome);
        buckets.version(rig.request(), made, Bucket.Versioning.ENABLED);
        stored(rig.put(made, "n", Rig.bytes("x")));
        rig.reopen();
        Bucket seen = rig.objects.buckets().bucket("settings").orElseThrow();
        assertArrayEquals(value, seen.settings().get("tagging"));
        assertEquals(Bucket.Versioning.ENABLED, seen.versioning());
        rig.objects.buckets().set(rig.request(), made, "tagging", Optional.empty());
        rig.reopen();
        assertEquals(Map.of(), rig.objects.buckets().bucket("settings").orElseThrow().settings());
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        rig.objects
                                .buckets()
                                .set(rig.request(), made, "large", Optional.of(new byte[1 << 20])));
    }
}
