package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every store of objects does; the model's test does the long sequences. */
@Timeout(60)
abstract class ObjectsContract {
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

    /** Runs all at once and gives their answers in order. */
    private static <T> List<T> together(List<Callable<T>> acts) throws Exception {
        CyclicBarrier start = new CyclicBarrier(acts.size());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> running = new ArrayList<>();
            for (Callable<T> act : acts) {
                running.add(
                        threads.submit(() -> {
                            start.await(20, TimeUnit.SECONDS);
                            return act.call();
                        }));
            }
            List<T> answers = new ArrayList<>();
            for (Future<T> each : running) {
                answers.add(each.get(30, TimeUnit.SECONDS));
            }
            return answers;
        }
    }

    // ---- names and sizes ----

    @Test
    void everyNameIsItsOwn() {
        Bucket bucket = rig.bucket("names");
        List<String> names =
                List.of(
                        "\0",
                        "\0\0",
                        "a",
                        "a\0",
                        "a\0\u0001",
                        "..",
                        "../../etc/passwd",
                        "\u00e9",
                        "e\u0301",
                        "\uD83D\uDE00",
                        "\u007f\r\n",
                        "n".repeat(1_024),
                        "\0".repeat(1_024),
                        "\u20ac".repeat(341) + "x");
        for (String name : names) {
            stored(rig.put(bucket, name, Rig.bytes(name + "!")));
        }
        rig.reopen();
        for (String name : names) {
            Version version = rig.objects.version(bucket, name, Optional.empty()).orElseThrow();
            assertEquals(name, version.name());
            assertArrayEquals(Rig.bytes(name + "!"), rig.body(bucket, version).orElseThrow());
        }
        assertEquals(
                new HashSet<>(names),
                Set.copyOf(
                        rig.list(bucket, "", "", "", 1_000).versions().stream()
                                .map(Version::name)
                                .toList()));
    }

    @Test
    void whatIsNoNameIsRefusedBeforeAnythingIsDone() {
        Bucket bucket = rig.bucket("names");
        for (String name :
                List.of("", "n".repeat(1_025), "\u20ac".repeat(342), "half \uD83D", "\uDE00")) {
            Rig.Record record = new Rig.Record();
            assertThrows(
                    IllegalArgumentException.class,
                    () -> rig.put(rig.carrying(record), bucket, name, new byte[1], NONE));
            assertEquals(Optional.empty(), record.outcome);
        }
        assertEquals(List.of(), rig.list(bucket, "", "", "", 1_000).versions());
    }

    @Test
    void bodiesOfEverySizeComeBack() {
        Bucket bucket = rig.bucket("sizes");
        List<Integer> sizes = List.of(0, 1, (128 << 10) - 1, 128 << 10, (128 << 10) + 1, 2_500_000);
        java.util.Random random = new java.util.Random(1);
        List<byte[]> bodies = sizes.stream().map(size -> Rig.random(random, size)).toList();
        for (int i = 0; i < sizes.size(); i++) {
            assertEquals(
                    (long) sizes.get(i), stored(rig.put(bucket, "s" + i, bodies.get(i))).size());
        }
        rig.reopen();
        for (int i = 0; i < sizes.size(); i++) {
            Version version = rig.objects.version(bucket, "s" + i, Optional.empty()).orElseThrow();
            assertArrayEquals(bodies.get(i), rig.body(bucket, version).orElseThrow());
        }
    }

    @Test
    void aBodyOfUnknownLengthGrowsPastWhatIsInline() {
        Bucket bucket = rig.bucket("unknown");
        byte[] body = Rig.random(new java.util.Random(2), 300_000);
        for (long said : new long[] {-1, 10, 128 << 10, 10_000_000}) {
            try (Staging staging = rig.objects.stage(said)) {
                for (int at = 0; at < body.length; at += 7_000) {
                    staging.write(ByteBuffer.wrap(body, at, Math.min(7_000, body.length - at)));
                }
                Content content = staging.finish(body.length);
                Objects.Draft draft = new Objects.Draft(new byte[] {1}, new byte[0]);
                Version version =
                        stored(rig.objects.put(rig.request(), bucket, "n", content, draft, NONE));
                assertArrayEquals(body, rig.body(bucket, version).orElseThrow());
                assertThrows(IllegalStateException.class, () -> staging.finish(1));
            }
        }
    }

    @Test
    void limitsAreTheCallersToKnow() {
        Bucket bucket = rig.bucket("limits");
        Content content = new Content.Inline(0, new byte[0]);
        assertThrows(
                IllegalArgumentException.class,
                () -> draft(bucket, content, new Objects.Draft(new byte[256], new byte[0])));
        assertThrows(
                IllegalArgumentException.class,
                () -> draft(bucket, content, new Objects.Draft(new byte[0], new byte[524_289])));
        assertThrows(
                IllegalArgumentException.class,
                () -> draft(bucket, content, stateful(new byte[65_537])));
        stored(draft(bucket, content, new Objects.Draft(new byte[255], new byte[524_288])));
        stored(draft(bucket, content, stateful(new byte[65_536])));
        assertThrows(
                IllegalArgumentException.class, () -> new Listing.Query("", "", "", "", 1_001));
        Upload upload =
                rig.objects
                        .uploads()
                        .create(rig.request(), bucket, "n", new byte[0], "p")
                        .orElseThrow();
        for (int number : new int[] {0, -1, 10_001}) {
            assertThrows(IllegalArgumentException.class, () -> part(bucket, upload, number, "x"));
        }
        assertThrows(IllegalArgumentException.class, () -> complete(bucket, upload, List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> complete(bucket, upload, List.of(chosen(2, "x"), chosen(2, "x"))));
    }

    private Changed draft(Bucket bucket, Content content, Objects.Draft draft) {
        return rig.objects.put(rig.request(), bucket, "n", content, draft, NONE);
    }

    private static Objects.Draft stateful(byte[] state) {
        return new Objects.Draft(new byte[1], new byte[1], state, Lock.OPEN);
    }

    /** What comes from elsewhere keeps its date, but for one that would be out of order. */
    @Test
    void whatIsMovedInKeepsItsDate() {
        Bucket bucket = rig.bucket("dated", Bucket.Versioning.ENABLED);
        Instant first = Instant.parse("2001-02-03T04:05:06.007Z");
        assertEquals(first, stored(dated(bucket, first)).modified());
        Instant second = first.plusSeconds(9);
        Changed.Deleted marked =
                assertInstanceOf(
                        Changed.Deleted.class,
                        rig.objects.mark(rig.request(), bucket, "n", second, NONE));
        assertEquals(second, marked.marker().orElseThrow().modified());
        assertEquals(second, stored(dated(bucket, first)).modified());
        Instant ahead = Instant.now().plusSeconds(9_999);
        assertTrue(stored(dated(bucket, ahead)).modified().isBefore(ahead));
        Bucket plain = rig.bucket("plain");
        assertInstanceOf(
                Changed.ConditionFailed.class,
                rig.objects.mark(rig.request(), plain, "n", first, NONE));
    }

    /** What is put on what was seen is not put on anything else, nor on what took its place. */
    @Test
    void whatWasSeenMustStillStand() {
        for (Bucket.Versioning versioning : Bucket.Versioning.values()) {
            Bucket bucket = rig.bucket("b" + versioning.ordinal(), versioning);
            Condition vacant = new Condition.Vacant();
            Version first = stored(rig.put(rig.request(), bucket, "n", Rig.bytes("1"), vacant));
            assertInstanceOf(
                    Changed.ConditionFailed.class,
                    rig.put(rig.request(), bucket, "n", Rig.bytes("2"), vacant));
            Version second =
                    stored(rig.put(rig.request(), bucket, "n", Rig.bytes("2"), still(first)));
            assertInstanceOf(
                    Changed.ConditionFailed.class,
                    rig.put(rig.request(), bucket, "n", Rig.bytes("3"), still(first)));
            if (versioning != Bucket.Versioning.UNVERSIONED) {
                assertInstanceOf(
                        Changed.ConditionFailed.class,
                        rig.objects.mark(rig.request(), bucket, "n", Instant.MAX, still(first)));
                Changed.Deleted marked =
                        assertInstanceOf(
                                Changed.Deleted.class,
                                rig.objects.mark(
                                        rig.request(), bucket, "n", Instant.MAX, still(second)));
                // A name whose newest is a marker is not vacant.
                assertInstanceOf(
                        Changed.ConditionFailed.class,
                        rig.put(rig.request(), bucket, "n", Rig.bytes("4"), vacant));
                stored(
                        rig.put(
                                rig.request(),
                                bucket,
                                "n",
                                Rig.bytes("4"),
                                still(marked.marker().orElseThrow())));
            }
        }
    }

    private static Condition still(Version seen) {
        return new Condition.Still(seen.id(), seen.modified(), seen.token());
    }

    private Changed dated(Bucket bucket, Instant written) {
        return draft(
                bucket,
                new Content.Inline(0, new byte[0]),
                new Objects.Draft(new byte[1], new byte[1], new byte[0], Lock.OPEN, written));
    }

    /** A stranger may ask for a prefix that is longer than any key can be. */
    @Test
    void aQueryMayBeLongerThanAnyName() {
        Bucket bucket = rig.bucket("queries", Bucket.Versioning.ENABLED);
        rig.put(bucket, "n", new byte[1]);
        String huge = "\0".repeat(20_000);
        for (Listing.Query query :
                List.of(
                        new Listing.Query(huge, "", "", "", 10),
                        new Listing.Query("", huge, "", "", 10),
                        new Listing.Query("", "", huge, "", 10),
                        new Listing.Query("", "", huge, "null", 10),
                        new Listing.Query("", "", huge, "0000000000000001", 10))) {
            rig.objects.list(bucket, query);
            rig.objects.listVersions(bucket, query);
            rig.objects.uploads().list(bucket, query);
        }
        assertEquals(
                1,
                rig.objects
                        .list(bucket, new Listing.Query("", huge, "", "", 10))
                        .versions()
                        .size());
    }

    // ---- two at once ----

    @Test
    void ofTwoPutsWithAbsentExactlyOneWins() throws Exception {
        for (Bucket.Versioning versioning : Bucket.Versioning.values()) {
            Bucket bucket = rig.bucket("race-" + versioning, versioning);
            for (int round = 0; round < 10; round++) {
                String name = "n" + round;
                List<Changed> answers =
                        together(
                                IntStream.range(0, 8)
                                        .<Callable<Changed>>mapToObj(i ->
                                                () ->
                                                        rig.put(
                                                                rig.request(),
                                                                bucket,
                                                                name,
                                                                new byte[] {(byte) i},
                                                                new Condition.Absent()))
                                        .toList());
                List<Integer> winners =
                        IntStream.range(0, 8)
                                .filter(i -> answers.get(i) instanceof Changed.Stored)
                                .boxed()
                                .toList();
                assertEquals(1, winners.size());
                assertEquals(
                        7, answers.stream().filter(new Changed.ConditionFailed()::equals).count());
                Version version = rig.objects.version(bucket, name, Optional.empty()).orElseThrow();
                assertArrayEquals(
                        new byte[] {winners.getFirst().byteValue()},
                        rig.body(bucket, version).orElseThrow());
            }
        }
    }

    /** A counter in an object, changed with If-Match: no change is lost. */
    @Test
    void changesWithMatchesLoseNothing() throws Exception {
        Bucket bucket = rig.bucket("counter");
        rig.put(bucket, "n", new byte[] {0});
        List<Callable<Boolean>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(() -> {
                for (int done = 0; done < 10; ) {
                    byte[] seen = new byte[0];
                    while (seen.length == 0) {
                        Version version =
                                rig.objects.version(bucket, "n", Optional.empty()).orElseThrow();
                        seen = rig.body(bucket, version).orElse(new byte[0]);
                    }
                    byte[] next = {(byte) (seen[0] + 1)};
                    Changed changed =
                            rig.put(
                                    rig.request(),
                                    bucket,
                                    "n",
                                    next,
                                    new Condition.Matches(Rig.token(seen)));
                    done += changed instanceof Changed.Stored ? 1 : 0;
                }
                return true;
            });
        }
        together(writers);
        Version version = rig.objects.version(bucket, "n", Optional.empty()).orElseThrow();
        assertArrayEquals(new byte[] {40}, rig.body(bucket, version).orElseThrow());
    }

    /** Many at one name, without conditions: all get through, in some order. */
    @Test
    void manyWritersOfOneNameAllGetThrough() throws Exception {
        Bucket bucket = rig.bucket("crowd", Bucket.Versioning.ENABLED);
        List<Changed> answers =
                together(
                        IntStream.range(0, 60)
                                .<Callable<Changed>>mapToObj(
                                        i -> () -> rig.put(bucket, "n", new byte[] {(byte) i}))
                                .toList());
        Set<String> ids = new HashSet<>();
        answers.forEach(answer -> ids.add(stored(answer).id()));
        assertEquals(60, ids.size());
        List<Version> versions =
                rig.objects
                        .listVersions(bucket, new Listing.Query("", "", "", "", 1_000))
                        .versions();
        assertEquals(60, versions.size());
        for (int i = 1; i < versions.size(); i++) {
            assertTrue(versions.get(i - 1).id().compareTo(versions.get(i).id()) > 0);
            assertFalse(versions.get(i).latest());
            assertFalse(versions.get(i).modified().isAfter(versions.get(i - 1).modified()));
        }
    }

    /** Whoever wins, nothing is left in a bucket that is gone, nor in the one made after it. */
    @Test
    void theRemovalOfABucketAndPutsIntoItDoNotMeet() throws Exception {
        for (int round = 0; round < 15; round++) {
            Bucket bucket = rig.bucket("brief");
            int rounds = round;
            List<Object> answers =
                    together(
                            List.of(
                                    () -> rig.objects.buckets().remove(rig.request(), bucket),
                                    () -> rig.put(bucket, "n" + rounds, new byte[200_000]),
                                    () -> rig.put(bucket, "m" + rounds, new byte[1]),
                                    () ->
                                            rig.objects
                                                    .uploads()
                                                    .create(
                                                            rig.request(),
                                                            bucket,
                                                            "u",
                                                            new byte[0],
                                                            "p")));
            if (answers.getFirst() == Buckets.Removed.REMOVED) {
                assertEquals(new Changed.NoSuchBucket(), answers.get(1));
                assertEquals(new Changed.NoSuchBucket(), answers.get(2));
                assertEquals(Optional.empty(), answers.get(3));
                Bucket next = rig.bucket("brief");
                assertEquals(List.of(), rig.list(next, "", "", "", 10).versions());
            }
            Bucket now = rig.objects.buckets().bucket("brief").orElseThrow();
            rig.objects
                    .uploads()
                    .list(now, new Listing.Query("", "", "", "", 10))
                    .uploads()
                    .forEach(each ->
                            rig.objects
                                    .uploads()
                                    .abort(rig.request(), now, each.name(), each.id()));
            rig.list(now, "", "", "", 10).versions().forEach(each -> rig.delete(now, each.name()));
            assertEquals(Buckets.Removed.REMOVED, rig.objects.buckets().remove(rig.request(), now));
        }
    }

    @Test
    void ofTwoBucketsWithOneNameOneIsMade() throws Exception {
        List<Boolean> made =
                together(
                        IntStream.range(0, 6)
                                .<Callable<Boolean>>mapToObj(i ->
                                        () -> {
                                            try {
                                                rig.bucket("same");
                                                return true;
                                            } catch (AssertionError taken) {
                                                return false;
                                            }
                                        })
                                .toList());
        assertEquals(1, made.stream().filter(each -> each).count());
    }

    // ---- buckets ----

    @Test
    void aRemovedBucketsNameIsFreeAndItsOldHandleIsNot() {
        Bucket old = rig.bucket("again");
        assertEquals(Buckets.Removed.REMOVED, rig.objects.buckets().remove(rig.request(), old));
        Bucket next = rig.bucket("again");
        assertNotEquals(old.id(), next.id());
        assertEquals(new Changed.NoSuchBucket(), rig.put(old, "n", new byte[1]));
        assertEquals(Optional.empty(), rig.objects.version(old, "n", Optional.empty()));
        stored(rig.put(next, "n", new byte[1]));
        changesNothing(old);
        assertEquals(Optional.of(next), rig.objects.buckets().bucket("again"));
        rig.delete(next, "n");
        assertEquals(
                Buckets.Removed.NO_SUCH_BUCKET,
                rig.objects.buckets().remove(rig.request(), old),
                "what was decided about the old one is not done to the new one");
    }

    private void changesNothing(Bucket gone) {
        Buckets buckets = rig.objects.buckets();
        Rig.Record record = new Rig.Record();
        Optional<byte[]> value = Optional.of(Rig.bytes("value"));
        assertFalse(buckets.set(rig.carrying(record), gone, "tagging", value));
        assertEquals(Optional.of(Outcome.ABSENT), record.outcome);
        assertFalse(buckets.version(rig.request(), gone, Bucket.Versioning.ENABLED));
        assertEquals(
                Buckets.Revised.NO_SUCH_BUCKET,
                buckets.revise(
                        rig.request(),
                        gone,
                        present -> {
                            throw new AssertionError("asked about " + present);
                        }));
    }

    /**
     * Story: the guard destroys a bucket's key after the commit that removes the bucket. Cut off in
     * between, it never came back to it, and every backup stayed readable.
     */
    @Test
    void theKeyOfARemovedBucketIsRememberedUntilItIsDestroyed() {
        Bucket bucket = rig.bucket("doomed");
        rig.bucket("kept");
        assertEquals(List.of(), rig.objects.buckets().endedKeys());
        rig.objects.buckets().remove(rig.request(), bucket);
        rig.reopen();
        assertEquals(List.of(bucket.key()), rig.objects.buckets().endedKeys());
        rig.objects.buckets().destroyed(List.of(bucket.key()));
        rig.objects.buckets().destroyed(List.of());
        rig.reopen();
        assertEquals(List.of(), rig.objects.buckets().endedKeys());
    }

    @Test
    void versioningStatesSurviveAndNeverReturn() {
        Bucket bucket = rig.bucket("states");
        rig.put(bucket, "n", Rig.bytes("unversioned"));
        rig.objects.buckets().version(rig.request(), bucket, Bucket.Versioning.ENABLED);
        Version second = stored(rig.put(bucket, "n", Rig.bytes("enabled")));
        rig.reopen();
        rig.objects.buckets().version(rig.request(), bucket, Bucket.Versioning.SUSPENDED);
        assertEquals("null", stored(rig.put(bucket, "n", Rig.bytes("suspended"))).id());
        rig.reopen();
        assertEquals(
                Bucket.Versioning.SUSPENDED,
                rig.objects.buckets().bucket("states").orElseThrow().versioning());
        List<Version> versions =
                rig.objects.listVersions(bucket, new Listing.Query("", "", "", "", 10)).versions();
        assertEquals(List.of("null", second.id()), versions.stream().map(Version::id).toList());
        assertArrayEquals(
                Rig.bytes("suspended"), rig.body(bucket, versions.getFirst()).orElseThrow());
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        rig.objects
                                .buckets()
                                .version(rig.request(), bucket, Bucket.Versioning.UNVERSIONED));
    }

    // ---- listings ----

    /**
     * Story: a page that ended at a null version from unversioned times gave "null" for its place;
     * when that version was replaced before the next page was asked for, the next page began at the
     * new null version, which is the newest, and showed the whole name again.
     */
    @Test
    void aListingGoesOnBehindANullVersionThatMoved() {
        Bucket bucket = rig.bucket("moving");
        rig.put(bucket, "a", new byte[] {1});
        rig.objects.buckets().version(rig.request(), bucket, Bucket.Versioning.ENABLED);
        rig.put(bucket, "a", new byte[] {2});
        rig.put(bucket, "b", new byte[] {3});
        Listing.Place place =
                rig.objects
                        .listVersions(bucket, new Listing.Query("", "", "", "", 2))
                        .next()
                        .orElseThrow();
        rig.objects.buckets().version(rig.request(), bucket, Bucket.Versioning.SUSPENDED);
        rig.put(bucket, "a", new byte[] {4});
        Listing.Page rest =
                rig.objects.listVersions(
                        bucket, new Listing.Query("", "", place.name(), place.version(), 10));
        assertEquals(List.of("b"), rest.versions().stream().map(Version::name).toList());
    }

    // ---- uploads ----

    private Objects.PartChanged part(Bucket bucket, Upload upload, int number, String body) {
        return rig.staged(
                Rig.bytes(body),
                content ->
                        rig.objects
                                .uploads()
                                .put(
                                        rig.request(),
                                        bucket,
                                        upload,
                                        number,
                                        content,
                                        Rig.bytes(body),
                                        Rig.bytes("state")));
    }

    private static Objects.Uploads.Chosen chosen(int number, String token) {
        return new Objects.Uploads.Chosen(number, Rig.bytes(token));
    }

    private Changed complete(Bucket bucket, Upload upload, List<Objects.Uploads.Chosen> parts) {
        return rig.objects
                .uploads()
                .complete(
                        rig.request(),
                        bucket,
                        upload,
                        parts,
                        new Objects.Draft(Rig.bytes("t"), new byte[3]),
                        NONE);
    }

    private Upload upload(Bucket bucket, String name) {
        return rig.objects
                .uploads()
                .create(rig.request(), bucket, name, new byte[9], "p")
                .orElseThrow();
    }

    @Test
    void partsRacingWithTheEndAreInOrOut() throws Exception {
        Bucket bucket = rig.bucket("parts");
        for (int round = 0; round < 15; round++) {
            Upload upload = upload(bucket, "n" + round);
            part(bucket, upload, 1, "old");
            boolean abort = round % 3 == 0;
            List<Object> answers =
                    together(
                            List.of(
                                    () -> part(bucket, upload, 1, "new"),
                                    () -> part(bucket, upload, 2, "two"),
                                    () ->
                                            abort
                                                    ? rig.objects
                                                            .uploads()
                                                            .abort(
                                                                    rig.request(),
                                                                    bucket,
                                                                    upload.name(),
                                                                    upload.id())
                                                    : complete(
                                                            bucket,
                                                            upload,
                                                            List.of(chosen(1, "old")))));
            boolean replaced = answers.getFirst() instanceof Objects.PartChanged.Stored;
            if (abort) {
                assertEquals(true, answers.get(2));
            } else if (answers.get(2) instanceof Changed.Stored(Version version)) {
                assertFalse(replaced, "a part that was answered cannot be lost to the completion");
                assertArrayEquals(Rig.bytes("old"), rig.body(bucket, version).orElseThrow());
            } else {
                assertEquals(new Changed.NoSuchPart(1), answers.get(2));
                assertTrue(replaced);
                stored(complete(bucket, upload, List.of(chosen(1, "new"))));
            }
            assertEquals(List.of(), rig.objects.uploads().parts(upload, 0, 10_000));
            assertInstanceOf(
                    Objects.PartChanged.NoSuchUpload.class, part(bucket, upload, 3, "late"));
        }
    }

    @Test
    void aCompletionIsRememberedForADay() {
        Bucket bucket = rig.bucket("again");
        Upload upload = upload(bucket, "n");
        part(bucket, upload, 1, "x");
        Version made = stored(complete(bucket, upload, List.of(chosen(1, "x"))));
        Rig.Record record = new Rig.Record();
        Changed again =
                rig.objects
                        .uploads()
                        .complete(
                                rig.carrying(record),
                                bucket,
                                upload,
                                List.of(chosen(1, "x")),
                                new Objects.Draft(Rig.bytes("other"), new byte[0]),
                                new Condition.Absent());
        assertEquals(made.id(), stored(again).id());
        assertEquals(Optional.of(Outcome.DONE), record.outcome);
        assertEquals(new Changed.NoSuchUpload(), complete(bucket, upload, List.of(chosen(1, "y"))));
        rig.reopen();
        List<Objects.Uploads.Chosen> same = List.of(chosen(1, "x"));
        assertTrue(rig.objects.uploads().finished(bucket, "n", upload.id(), same).isPresent());
        assertTrue(rig.objects.uploads().finished(bucket, "other", upload.id(), same).isEmpty());
        // Story: a completion that was repeated with other parts was told that they were the
        // object.
        List<Objects.Uploads.Chosen> others = List.of(chosen(1, "y"));
        assertTrue(rig.objects.uploads().finished(bucket, "n", upload.id(), others).isEmpty());
        List<Objects.Uploads.Chosen> elsewhere = List.of(chosen(2, "x"));
        assertTrue(rig.objects.uploads().finished(bucket, "n", upload.id(), elsewhere).isEmpty());
        assertEquals(0, rig.objects.uploads().sweep(rig.now));
        rig.now = rig.now.plus(Duration.ofDays(1)).plusMillis(1);
        assertTrue(rig.objects.uploads().finished(bucket, "n", upload.id(), same).isEmpty());
        assertEquals(1, rig.objects.uploads().sweep(rig.now));
        assertEquals(0, rig.objects.uploads().sweep(rig.now));
    }

    /**
     * Story: sealed attributes could have 64 KiB, and the guard seals sixteen bytes a part with
     * them: an upload of more than about four thousand parts could not be completed.
     */
    @Test
    void anObjectOfTenThousandPartsIsMadeAndDeleted() throws Exception {
        Bucket bucket = rig.bucket("ten-thousand");
        Upload upload = upload(bucket, "n");
        List<Callable<Integer>> hands = new ArrayList<>();
        for (int hand = 0; hand < 50; hand++) {
            int from = hand * 200;
            hands.add(() -> {
                for (int number = from + 1; number <= from + 200; number++) {
                    part(bucket, upload, number, "x");
                }
                return 200;
            });
        }
        together(hands);
        List<Objects.Uploads.Chosen> all =
                IntStream.rangeClosed(1, 10_000).mapToObj(i -> chosen(i, "x")).toList();
        byte[] attributes = new byte[10_000 * 16 + (64 << 10)];
        Changed changed =
                rig.objects
                        .uploads()
                        .complete(
                                rig.request(),
                                bucket,
                                upload,
                                all,
                                new Objects.Draft(Rig.bytes("t"), attributes),
                                NONE);
        Version version = stored(changed);
        assertEquals(10_000, version.size());
        assertEquals("x".repeat(10_000), new String(rig.body(bucket, version).orElseThrow()));
        assertEquals(List.of(), rig.objects.uploads().parts(upload, 0, 10_000));
        rig.delete(bucket, "n");
        rig.objects.uploads().sweep(rig.now);
        assertTrue(rig.body(bucket, version).isEmpty(), "all of its pieces are dropped");
    }

    // ---- the end ----

    @Test
    void aRecordIsCarriedOnceAndASecondTimeIsABug() {
        Bucket bucket = rig.bucket("once");
        Rig.Record record = new Rig.Record();
        rig.put(rig.carrying(record), bucket, "n", new byte[1], NONE);
        assertThrows(
                IllegalStateException.class,
                () -> rig.put(rig.carrying(record), bucket, "m", new byte[1], NONE));
        assertTrue(rig.objects.version(bucket, "m", Optional.empty()).isEmpty());
    }

    @Test
    void aBodyStaysReadableWhileItIsOpen() {
        Bucket bucket = rig.bucket("held");
        byte[] large = Rig.random(new java.util.Random(3), 900_000);
        Version version = stored(rig.put(bucket, "n", large));
        try (Body body = rig.objects.open(bucket, version, 0).orElseThrow()) {
            rig.delete(bucket, "n");
            assertTrue(rig.objects.open(bucket, version, 0).isEmpty());
            ByteBuffer all = ByteBuffer.allocate(large.length);
            while (all.hasRemaining() && body.read(all, all.position()) > 0) {
                continue;
            }
            assertArrayEquals(large, all.array());
        }
    }

    @Test
    void aClosedStoreSaysSo() {
        Bucket bucket = rig.bucket("closed");
        rig.objects.close();
        StorageFailure failure =
                assertThrows(StorageFailure.class, () -> rig.put(bucket, "n", new byte[1]));
        assertEquals(StorageFailure.Kind.CLOSED, failure.kind());
        assertThrows(StorageFailure.class, () -> rig.list(bucket, "", "", "", 1));
    }
}
