package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.domicile.bytes.FaultyDisk;
import org.domicile.objects.ObjectsModel.Item;
import org.domicile.objects.ObjectsModel.Shown;
import org.domicile.objects.ObjectsModel.When;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of everything, against the model: each answer, and regularly the whole state.
 */
@Timeout(120)
class ObjectsModelTest {
    private static final List<String> NAMES =
            List.of(
                    "a",
                    "a/",
                    "a/1",
                    "a/2",
                    "a/b/1",
                    "a\0",
                    "a\0b",
                    "a/\0/x",
                    "a\u00ff",
                    "b",
                    "b/\uD83D\uDE00",
                    "b/\uFFFD",
                    "\0",
                    "\0\0",
                    "\u0001",
                    "z/z/z",
                    "zz",
                    "\uD800\uDC00");
    private static final List<String> PREFIXES =
            List.of("", "a", "a/", "a\0", "b/", "z", "\0", "q");
    private static final List<String> DELIMITERS = List.of("", "", "/", "\0", "/b", "zz");
    private static final List<String> BUCKETS = List.of("one", "two");

    /** One sequence: an engine, the model, and what is known of the engine's ids. */
    private static final class Run {
        final Rig rig;
        final Random random;
        final ObjectsModel model = new ObjectsModel();
        final Map<String, Bucket> handles = new HashMap<>();
        final List<String> uploads = new ArrayList<>();
        final Map<String, String> uploadNames = new HashMap<>();
        final Map<String, String> uploadBuckets = new HashMap<>();
        final Map<String, List<Objects.Uploads.Chosen>> completed = new HashMap<>();
        long changes;

        Run(Rig rig, Random random) {
            this.rig = rig;
            this.random = random;
        }

        private static <T> T known(Map<String, T> all, String id) {
            return Optional.ofNullable(all.get(id)).orElseThrow();
        }

        <T> T any(List<T> of) {
            return of.get(random.nextInt(of.size()));
        }

        /** Makes a change and sees that exactly one commit carried its record, with its outcome. */
        <T> T recorded(
                java.util.function.Function<Request, T> act,
                java.util.function.Function<T, Outcome> expected) {
            Rig.Record record = new Rig.Record();
            long before = rig.substrate.keyspace().logs().size(Rig.LOG);
            T result = act.apply(rig.carrying(record));
            assertEquals(
                    Optional.of(expected.apply(result)),
                    record.outcome,
                    () -> "the record of " + result);
            assertEquals(before + 1, rig.substrate.keyspace().logs().size(Rig.LOG));
            changes++;
            return result;
        }

        void step() {
            rig.now = rig.now.plusMillis(random.nextInt(5) - 1);
            model.now = rig.now;
            String bucket = any(BUCKETS);
            String name = any(NAMES);
            switch (random.nextInt(22)) {
                case 0 -> create(bucket);
                case 1 -> remove(bucket);
                case 2 -> versioning(bucket);
                case 3, 4, 5, 6, 7, 8 -> put(bucket, name);
                case 9, 10 -> delete(bucket, name);
                case 11, 12 -> deleteVersion(bucket, name);
                case 13 -> createUpload(bucket, name);
                case 14, 15, 16 -> putPart();
                case 17 -> complete();
                case 18 -> abort();
                case 19, 20 -> amend(bucket, name);
                default -> look(bucket, name);
            }
        }

        Bucket handle(String bucket) {
            return handles.computeIfAbsent(bucket, name -> fresh(name));
        }

        private Bucket fresh(String bucket) {
            byte[] id = Rig.random(random, 16);
            return new Bucket(
                    bucket,
                    java.util.HexFormat.of().formatHex(id),
                    "main",
                    "p1",
                    List.of("home", "home/cellar"),
                    "cd".repeat(16),
                    Bucket.Versioning.UNVERSIONED,
                    rig.now,
                    Map.of());
        }

        void create(String bucket) {
            Bucket wanted = fresh(bucket);
            boolean made =
                    recorded(
                            request -> rig.objects.buckets().create(request, wanted),
                            done -> done ? Outcome.DONE : Outcome.CONFLICT);
            assertEquals(model.createBucket(bucket), made);
            if (made) {
                handles.put(bucket, wanted);
            }
        }

        void remove(String bucket) {
            Buckets.Removed removed =
                    recorded(
                            request -> rig.objects.buckets().remove(request, handle(bucket)),
                            done ->
                                    switch (done) {
                                        case REMOVED -> Outcome.DONE;
                                        case NOT_EMPTY -> Outcome.CONFLICT;
                                        case NO_SUCH_BUCKET -> Outcome.ABSENT;
                                    });
            assertEquals(model.removeBucket(bucket), removed);
        }

        void versioning(String bucket) {
            Bucket.Versioning next =
                    random.nextBoolean() ? Bucket.Versioning.ENABLED : Bucket.Versioning.SUSPENDED;
            boolean done =
                    recorded(
                            request -> rig.objects.buckets().version(request, handle(bucket), next),
                            is -> is ? Outcome.DONE : Outcome.ABSENT);
            assertEquals(model.version(bucket, next), done);
        }

        byte[] body() {
            int size =
                    random.nextInt(20) == 0
                            ? (128 << 10) + random.nextInt(70_000)
                            : random.nextInt(50);
            return Rig.random(random, size);
        }

        When when(String bucket, String name) {
            return switch (random.nextInt(8)) {
                case 3 -> new When.Size(random.nextInt(50));
                case 4 ->
                        model.version(bucket, name, Optional.empty())
                                .<When>map(shown -> {
                                    int size = shown.item().body().length;
                                    String etag = shown.item().etag();
                                    return new When.Both(etag, size + random.nextInt(2));
                                })
                                .orElse(new When.Size(0));
                case 0 -> new When.Absent();
                case 1 -> new When.Present();
                case 2 ->
                        new When.Etag(
                                model.version(bucket, name, Optional.empty())
                                        .map(shown -> shown.item().etag())
                                        .filter(etag -> random.nextBoolean())
                                        .orElse("another"));
                default -> new When.Any();
            };
        }

        static Condition condition(When when) {
            return switch (when) {
                case When.Any() -> new Condition.None();
                case When.Absent() -> new Condition.Absent();
                case When.Present() -> new Condition.Present();
                case When.Etag(String etag) -> new Condition.Matches(Rig.bytes(etag));
                case When.Size(long bytes) -> new Condition.Size(bytes);
                case When.Both(String etag, long bytes) ->
                        new Condition.All(
                                List.of(
                                        new Condition.Matches(Rig.bytes(etag)),
                                        new Condition.Size(bytes)));
            };
        }

        static Outcome outcome(Changed changed) {
            return switch (changed) {
                case Changed.Stored _ -> Outcome.DONE;
                case Changed.Deleted(var marker, var removed) ->
                        marker.isEmpty() && removed.isEmpty() ? Outcome.ABSENT : Outcome.DONE;
                case Changed.ConditionFailed _, Changed.Locked _, Changed.OverQuota _ ->
                        Outcome.CONFLICT;
                case Changed.NoSuchPart _ -> Outcome.INVALID;
                case Changed.NoSuchName _, Changed.NoSuchBucket _, Changed.NoSuchUpload _ ->
                        Outcome.ABSENT;
                case Changed.OnMarker _ -> Outcome.ABSENT;
            };
        }

        static ObjectsModel.Outcome said(Changed changed) {
            return switch (changed) {
                case Changed.Stored(Version version) ->
                        new ObjectsModel.Outcome.Stored(version.id());
                case Changed.Deleted(var marker, var removed) ->
                        new ObjectsModel.Outcome.Deleted(marker.map(Version::id), removed);
                case Changed.ConditionFailed _ -> new ObjectsModel.Outcome.ConditionFailed();
                case Changed.NoSuchName _ -> new ObjectsModel.Outcome.NoSuchName();
                case Changed.NoSuchBucket _ -> new ObjectsModel.Outcome.NoSuchBucket();
                case Changed.NoSuchUpload _ -> new ObjectsModel.Outcome.NoSuchUpload();
                case Changed.NoSuchPart(int number) -> new ObjectsModel.Outcome.NoSuchPart(number);
                case Changed.Locked _ -> new ObjectsModel.Outcome.Locked();
                case Changed.OverQuota over -> throw new AssertionError("no quota: " + over);
                case Changed.OnMarker(Version marker) ->
                        new ObjectsModel.Outcome.OnMarker(marker.id());
            };
        }

        /** Mostly none; else one that ends within the sequence, or never by itself. */
        Lock lock() {
            Lock.Mode mode = any(List.of(Lock.Mode.values()));
            Lock.Hold hold = any(List.of(Lock.Hold.values()));
            return switch (random.nextInt(8)) {
                case 0 -> Lock.OPEN.holding(hold);
                case 1, 2 ->
                        mode == Lock.Mode.NONE
                                ? Lock.OPEN
                                : Lock.OPEN.retained(
                                        mode, rig.now.plusMillis(random.nextInt(200) - 20));
                default -> Lock.OPEN;
            };
        }

        Lock.Bypass bypass() {
            return random.nextInt(4) == 0 ? Lock.Bypass.GOVERNANCE : Lock.Bypass.NO;
        }

        void amend(String bucket, String name) {
            Optional<String> version =
                    random.nextBoolean() ? Optional.empty() : Optional.of(version(bucket, name));
            Shown was = model.version(bucket, name, version).orElse(null);
            boolean locking = random.nextBoolean();
            Lock lock = locking || was == null ? lock() : was.item().lock();
            String state = locking && was != null ? was.item().state() : "s" + random.nextInt(9);
            Lock.Bypass bypass = bypass();
            Amendment amendment =
                    locking
                            ? new Amendment.Locking((_, _) -> new Amendment.Next(lock, bypass))
                            : new Amendment.State(_ -> Rig.bytes(state));
            Changed changed =
                    recorded(
                            request ->
                                    rig.objects.amend(
                                            request, handle(bucket), name, version, amendment),
                            Run::outcome);
            assertEquals(model.amend(bucket, name, version, state, lock, bypass), said(changed));
        }

        /** The id that the engine gave, for the model to use. */
        static String given(Changed changed) {
            return switch (changed) {
                case Changed.Stored(Version version) -> version.id();
                case Changed.Deleted(var marker, var _) -> marker.map(Version::id).orElse("none");
                default -> "none";
            };
        }

        void put(String bucket, String name) {
            byte[] body = body();
            String etag = "e" + random.nextInt(4);
            When when = when(bucket, name);
            String attributes = "x".repeat(random.nextInt(9));
            Lock lock = lock();
            Changed changed =
                    rig.staged(
                            body,
                            content ->
                                    recorded(
                                            request ->
                                                    rig.objects.put(
                                                            request,
                                                            handle(bucket),
                                                            name,
                                                            content,
                                                            new Objects.Draft(
                                                                    Rig.bytes(etag),
                                                                    Rig.bytes(attributes),
                                                                    new byte[0],
                                                                    lock),
                                                            condition(when)),
                                            Run::outcome));
            assertEquals(
                    model.put(bucket, name, body, etag, attributes, lock, when, given(changed)),
                    said(changed));
            if (changed instanceof Changed.Stored(Version version)) {
                assertTrue(version.latest());
                assertEquals(body.length, version.size());
            }
        }

        void delete(String bucket, String name) {
            When when = when(bucket, name);
            Changed changed =
                    recorded(
                            request ->
                                    rig.objects.delete(
                                            request,
                                            handle(bucket),
                                            name,
                                            Optional.empty(),
                                            condition(when),
                                            Lock.Bypass.NO),
                            Run::outcome);
            assertEquals(model.delete(bucket, name, when, given(changed)), said(changed));
        }

        void deleteVersion(String bucket, String name) {
            String version = version(bucket, name);
            When when =
                    random.nextInt(4) == 0
                            ? new When.Etag("e" + random.nextInt(4))
                            : new When.Any();
            Lock.Bypass bypass = bypass();
            Changed changed =
                    recorded(
                            request ->
                                    rig.objects.delete(
                                            request,
                                            handle(bucket),
                                            name,
                                            Optional.of(version),
                                            condition(when),
                                            bypass),
                            Run::outcome);
            assertEquals(model.deleteVersion(bucket, name, version, when, bypass), said(changed));
        }

        /** A version that there is, or one that there is not. */
        String version(String bucket, String name) {
            List<Shown> all = model.listVersions(bucket, name, "", "", "", 100).items();
            return all.isEmpty() || random.nextInt(8) == 0
                    ? any(
                            List.of(
                                    ObjectsModel.NULL,
                                    "0000000000000001",
                                    "ffffffffffffffff",
                                    "0000000000000000",
                                    "",
                                    "x"))
                    : any(all).item().id();
        }

        void createUpload(String bucket, String name) {
            Optional<Upload> upload =
                    recorded(
                            request ->
                                    rig.objects
                                            .uploads()
                                            .create(
                                                    request,
                                                    handle(bucket),
                                                    name,
                                                    Rig.bytes("up"),
                                                    "p"),
                            made -> made.isPresent() ? Outcome.DONE : Outcome.ABSENT);
            String id = upload.map(Upload::id).orElse("none");
            assertEquals(model.createUpload(bucket, name, "up", id), upload.isPresent());
            if (upload.isPresent()) {
                uploads.add(id);
                uploadNames.put(id, name);
                uploadBuckets.put(id, bucket);
            }
        }

        Upload shown(String id) {
            return new Upload(id, known(uploadNames, id), new byte[0], "p1", rig.now);
        }

        void putPart() {
            if (uploads.isEmpty()) {
                return;
            }
            String id = any(uploads);
            String bucket = known(uploadBuckets, id);
            int number = random.nextInt(20) == 0 ? 10_000 : 1 + random.nextInt(5);
            byte[] body = body();
            String etag = "p" + random.nextInt(3);
            Objects.PartChanged changed =
                    rig.staged(
                            body,
                            content ->
                                    recorded(
                                            request ->
                                                    rig.objects
                                                            .uploads()
                                                            .put(
                                                                    request,
                                                                    handle(bucket),
                                                                    shown(id),
                                                                    number,
                                                                    content,
                                                                    Rig.bytes(etag),
                                                                    Rig.bytes("state")),
                                            done ->
                                                    done instanceof Objects.PartChanged.Stored
                                                            ? Outcome.DONE
                                                            : Outcome.ABSENT));
            assertEquals(
                    model.putPart(bucket, id, number, body, etag),
                    changed instanceof Objects.PartChanged.Stored);
        }

        void complete() {
            if (uploads.isEmpty()) {
                return;
            }
            String id = any(uploads);
            String bucket = known(uploadBuckets, id);
            String name = known(uploadNames, id);
            List<Objects.Uploads.Chosen> chosen = choose(bucket, name, id);
            When when = when(bucket, name);
            String etag = "e" + random.nextInt(4);
            Changed changed =
                    recorded(
                            request ->
                                    rig.objects
                                            .uploads()
                                            .complete(
                                                    request,
                                                    handle(bucket),
                                                    shown(id),
                                                    chosen,
                                                    new Objects.Draft(
                                                            Rig.bytes(etag), Rig.bytes("whole")),
                                                    condition(when)),
                            Run::outcome);
            List<Integer> numbers = chosen.stream().map(Objects.Uploads.Chosen::number).toList();
            List<String> etags =
                    chosen.stream()
                            .map(each -> new String(each.token(), StandardCharsets.UTF_8))
                            .toList();
            assertEquals(
                    model.complete(
                            bucket, name, id, numbers, etags, etag, "whole", when, given(changed)),
                    said(changed));
            if (changed instanceof Changed.Stored) {
                completed.put(id, chosen);
            }
        }

        List<Objects.Uploads.Chosen> choose(String bucket, String name, String id) {
            if (completed.containsKey(id) && random.nextInt(3) > 0) {
                return known(completed, id);
            }
            List<Objects.Uploads.Chosen> chosen = new ArrayList<>();
            model.upload(bucket, name, id)
                    .ifPresent(upload ->
                            upload.parts()
                                    .forEach((number, part) -> {
                                        if (random.nextInt(4) > 0) {
                                            String token =
                                                    random.nextInt(15) == 0 ? "p9" : part.etag();
                                            chosen.add(
                                                    new Objects.Uploads.Chosen(
                                                            number, Rig.bytes(token)));
                                        }
                                    }));
            if (chosen.isEmpty()) {
                chosen.add(new Objects.Uploads.Chosen(1 + random.nextInt(5), Rig.bytes("p0")));
            }
            return chosen;
        }

        void abort() {
            if (uploads.isEmpty() || random.nextBoolean()) {
                return;
            }
            String id = any(uploads);
            String bucket = known(uploadBuckets, id);
            String name = random.nextInt(5) == 0 ? "another" : known(uploadNames, id);
            boolean done =
                    recorded(
                            request ->
                                    rig.objects.uploads().abort(request, handle(bucket), name, id),
                            is -> is ? Outcome.DONE : Outcome.ABSENT);
            assertEquals(model.abort(bucket, name, id), done);
        }

        void look(String bucket, String name) {
            Optional<String> version =
                    random.nextBoolean() ? Optional.empty() : Optional.of(version(bucket, name));
            same(
                    model.version(bucket, name, version),
                    rig.objects.version(handle(bucket), name, version),
                    bucket);
            page(bucket);
        }

        void same(Optional<Shown> expected, Optional<Version> found, String bucket) {
            assertEquals(expected.isPresent(), found.isPresent());
            if (expected.isPresent()) {
                same(expected.get(), found.get(), bucket);
            }
        }

        void same(Shown expected, Version found, String bucket) {
            Item item = expected.item();
            assertEquals(item.name(), found.name());
            assertEquals(item.id(), found.id());
            assertEquals(item.kind(), found.kind());
            assertEquals(expected.latest(), found.latest(), () -> "latest: " + found);
            assertEquals(item.etag(), new String(found.token(), StandardCharsets.UTF_8));
            assertEquals(item.attributes(), new String(found.attributes(), StandardCharsets.UTF_8));
            assertEquals(item.body().length, found.size());
            assertEquals(item.state(), new String(found.state(), StandardCharsets.UTF_8));
            assertEquals(item.lock(), found.lock());
            assertArrayEquals(item.body(), rig.body(handle(bucket), found).orElseThrow());
        }

        /** One random page of each listing. */
        void page(String bucket) {
            String prefix = any(PREFIXES);
            String delimiter = any(DELIMITERS);
            int limit = random.nextInt(6);
            String after = random.nextBoolean() ? "" : any(NAMES);
            compare(
                    model.list(bucket, prefix, delimiter, after, limit),
                    rig.objects.list(
                            handle(bucket), new Listing.Query(prefix, delimiter, after, "", limit)),
                    bucket);
            String version = "";
            List<Shown> all = model.listVersions(bucket, after, "", "", "", 100).items();
            if (!after.isEmpty() && !all.isEmpty() && random.nextBoolean()) {
                Item item = any(all).item();
                after = item.name();
                version = item.id();
            }
            compare(
                    model.listVersions(bucket, prefix, delimiter, after, version, limit),
                    rig.objects.listVersions(
                            handle(bucket),
                            new Listing.Query(prefix, delimiter, after, version, limit)),
                    bucket);
        }

        void compare(ObjectsModel.Page expected, Listing.Page found, String bucket) {
            assertEquals(expected.prefixes(), found.prefixes());
            assertEquals(
                    expected.items().stream()
                            .map(each -> each.item().name() + " " + each.item().id())
                            .toList(),
                    found.versions().stream().map(each -> each.name() + " " + each.id()).toList());
            for (int i = 0; i < expected.items().size(); i++) {
                same(expected.items().get(i), found.versions().get(i), bucket);
            }
            assertEquals(expected.last(), found.next().map(Listing.Place::name));
        }

        /** Everything, in pages as a client would fetch them. */
        /** The counters say what a look at everything says. */
        private void counted() {
            Census truth = Census.of(rig.substrate.keyspace());
            Quotas quotas = rig.objects.quotas();
            Usage all = Usage.NONE;
            for (Bucket bucket : rig.objects.buckets().buckets("main")) {
                assertEquals(truth.of(bucket.id()), quotas.usage(bucket), bucket.name());
                all = all.plus(quotas.usage(bucket));
            }
            assertEquals(all, quotas.usage("main"));
        }

        void whole() {
            counted();
            TreeSet<String> living = new TreeSet<>();
            for (Bucket each : rig.objects.buckets().buckets("main")) {
                living.add(each.name());
            }
            assertEquals(model.buckets(), List.copyOf(living));
            for (String bucket : BUCKETS) {
                for (String delimiter : List.of("", "/")) {
                    int limit = 1 + random.nextInt(7);
                    walk(bucket, delimiter, limit);
                    walkVersions(bucket, delimiter, limit);
                }
                uploads(bucket);
            }
        }

        private void walk(String bucket, String delimiter, int limit) {
            List<Version> versions = new ArrayList<>();
            List<String> prefixes = new ArrayList<>();
            Optional<Listing.Place> next = Optional.of(new Listing.Place("", ""));
            while (next.isPresent()) {
                Listing.Page page =
                        rig.objects.list(
                                handle(bucket),
                                new Listing.Query("", delimiter, next.get().name(), "", limit));
                versions.addAll(page.versions());
                prefixes.addAll(page.prefixes());
                next = page.next();
            }
            compare(
                    model.list(bucket, "", delimiter, "", 1_000),
                    new Listing.Page(versions, prefixes, Optional.empty()),
                    bucket);
        }

        private void walkVersions(String bucket, String delimiter, int limit) {
            List<Version> versions = new ArrayList<>();
            List<String> prefixes = new ArrayList<>();
            Optional<Listing.Place> next = Optional.of(new Listing.Place("", ""));
            while (next.isPresent()) {
                Listing.Place place = next.get();
                Listing.Page page =
                        rig.objects.listVersions(
                                handle(bucket),
                                new Listing.Query(
                                        "", delimiter, place.name(), place.version(), limit));
                versions.addAll(page.versions());
                prefixes.addAll(page.prefixes());
                next = page.next();
            }
            compare(
                    model.listVersions(bucket, "", delimiter, "", "", 1_000),
                    new Listing.Page(versions, prefixes, Optional.empty()),
                    bucket);
        }

        private void uploads(String bucket) {
            List<String> found = new ArrayList<>();
            Optional<Listing.Place> next = Optional.of(new Listing.Place("", ""));
            while (next.isPresent()) {
                Listing.Place place = next.get();
                Objects.Uploads.UploadPage page =
                        rig.objects
                                .uploads()
                                .list(
                                        handle(bucket),
                                        new Listing.Query(
                                                "", "", place.name(), place.version(), 2));
                for (Upload upload : page.uploads()) {
                    found.add(upload.name() + " " + upload.id() + " " + parts(upload));
                }
                next = page.next();
            }
            assertEquals(
                    model.uploads(bucket).stream()
                            .map(each -> each.name() + " " + each.id() + " " + parts(each))
                            .toList(),
                    found);
        }

        private List<String> parts(Upload upload) {
            List<String> shown = new ArrayList<>();
            int after = 0;
            while (true) {
                List<Part> some = rig.objects.uploads().parts(upload, after, 2);
                for (Part part : some) {
                    shown.add(
                            part.number()
                                    + " "
                                    + part.size()
                                    + " "
                                    + new String(part.token(), StandardCharsets.UTF_8));
                }
                if (some.size() < 2) {
                    return shown;
                }
                after = some.getLast().number();
            }
        }

        private static List<String> parts(ObjectsModel.UploadItem upload) {
            return upload.parts().entrySet().stream()
                    .map(each ->
                            each.getKey()
                                    + " "
                                    + each.getValue().body().length
                                    + " "
                                    + each.getValue().etag())
                    .toList();
        }
    }

    private static void play(long seed, int rounds, int steps, int wholeEvery, Supplier<Rig> rigs) {
        for (int round = 0; round < rounds; round++) {
            long mine = seed + round;
            try (Rig rig = rigs.get()) {
                Run run = new Run(rig, new Random(mine * 0x9E3779B97F4A7C15L));
                run.create("one");
                run.create("two");
                for (int step = 1; step <= steps; step++) {
                    try {
                        run.step();
                        if (step % wholeEvery == 0) {
                            run.whole();
                            rig.reopen();
                            run.whole();
                        }
                    } catch (AssertionError | RuntimeException e) {
                        throw new AssertionError("-Ddomicile.seed=" + mine + ", step " + step, e);
                    }
                }
                run.whole();
                assertTrue(run.changes > steps / 2, "the sequence did something");
            }
        }
    }

    @Test
    void anInMemoryStoreIsTheModel() {
        play(Rig.seed("anInMemoryStoreIsTheModel"), 12, 800, 100, Rig::inMemory);
    }

    @Test
    void aRealStoreIsTheModelAlsoAfterReopening(@TempDir Path folder) {
        int[] run = {0};
        play(
                Rig.seed("aRealStoreIsTheModel"),
                2,
                400,
                100,
                () -> Rig.real(folder.resolve("store" + run[0]++)));
    }

    @Test
    void aStoreIsTheModelAfterEveryPowerCutOfItsBlobs() {
        long seed = Rig.seed("aStoreIsTheModelAfterEveryPowerCut");
        play(seed, 5, 400, 20, () -> Rig.on(new FaultyDisk(seed)));
    }

    /** The model itself is judged by hand in the few places where S3 surprises. */
    @Test
    void theModelKnowsWhatSuspendedMeans() {
        ObjectsModel model = new ObjectsModel();
        model.createBucket("b");
        byte[] body = {1};
        model.put("b", "n", body, "e", "", new When.Any(), "ignored");
        model.version("b", Bucket.Versioning.ENABLED);
        model.put("b", "n", body, "e", "", new When.Any(), "v1");
        model.version("b", Bucket.Versioning.SUSPENDED);
        assertEquals(
                new ObjectsModel.Outcome.Deleted(Optional.of("null"), Optional.of("null")),
                model.delete("b", "n", new When.Any(), "ignored"));
        assertEquals(
                Arrays.asList("null", "v1"),
                model.listVersions("b", "", "", "", "", 10).items().stream()
                        .map(each -> each.item().id())
                        .toList());
        assertEquals(List.of(), model.list("b", "", "", "", 10).items());
    }
}
