package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.domicile.blobs.Blob;
import org.domicile.blobs.BlobWriter;
import org.domicile.bytes.FaultyDisk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.objects.Bucket.Versioning;
import org.domicile.objects.Finding.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everything that can be wrong is found and named, and nothing is that is not. */
@Timeout(60)
final class InspectionTest {
    private static final int LARGE = 300_000;
    private static final Path FIRST = Path.of("/data/blobs/000000000001.segment");

    private final FaultyDisk disk = new FaultyDisk(5);
    private final Rig rig = Rig.on(disk);

    @AfterEach
    void end() {
        rig.close();
    }

    /** Reads what is sealed, as one does who has no keys. */
    private static class Sealed implements Inspection.Reader {
        long versions;
        long bytes;
        int parts;

        @Override
        public boolean version(Bucket bucket, Version version, List<Body> pieces) {
            versions++;
            bytes += version.size();
            pieces.forEach(Sealed::drain);
            return true;
        }

        @Override
        public boolean part(Part part, Body piece) {
            parts++;
            bytes += part.size();
            drain(piece);
            return true;
        }

        private static void drain(Body body) {
            ByteBuffer scratch = ByteBuffer.allocate(64 << 10);
            for (long at = 0; at < body.length(); ) {
                at += body.read(scratch.clear(), at);
            }
        }
    }

    private List<Finding> records() {
        List<Finding> found = new ArrayList<>();
        rig.objects.inspection().records(found::add);
        return found;
    }

    private List<Finding> bodies(Inspection.Reader reader) {
        List<Finding> found = new ArrayList<>();
        Optional<byte[]> next = Optional.of(new byte[0]);
        while (next.isPresent()) {
            next = rig.objects.inspection().bodies(next.get(), reader, found::add);
        }
        return found;
    }

    private List<Finding> bodies() {
        return bodies(new Sealed());
    }

    private static List<Kind> kinds(List<Finding> found) {
        return found.stream().map(Finding::kind).sorted().toList();
    }

    private void write(Write... writes) {
        rig.substrate.keyspace().commit(new Transaction().writeAll(List.of(writes)));
    }

    private Version put(Bucket bucket, String name, int size) {
        Changed changed = rig.put(bucket, name, Rig.random(new Random(size), size));
        return ((Changed.Stored) changed).version();
    }

    private Version newest(Bucket bucket, String name) {
        return rig.objects.version(bucket, name, Optional.empty()).orElseThrow();
    }

    private Objects.PartChanged part(Bucket bucket, Upload upload, int number, int size) {
        return rig.part(bucket, upload, number, Rig.random(new Random(number), size));
    }

    private Upload upload(Bucket bucket, String name) {
        return rig.objects
                .uploads()
                .create(rig.request(), bucket, name, new byte[0], "")
                .orElseThrow();
    }

    private byte[] key(Bucket bucket, String name, long stamp) {
        return Layout.stamped(Layout.of("v", BucketTable.idOf(bucket)), Layout.name(name), stamp);
    }

    @Test
    void ofAStoreThatIsRightNothingIsSaidAndAllIsRead() {
        for (Versioning versioning : Versioning.values()) {
            Bucket bucket = rig.bucket("b" + versioning.ordinal(), versioning);
            put(bucket, "large", LARGE);
            put(bucket, "small", 10);
            put(bucket, "small", 11);
            put(bucket, "gone\0", 12);
            rig.delete(bucket, "gone\0");
            Upload upload = upload(bucket, "parts");
            part(bucket, upload, 1, LARGE);
            part(bucket, upload, 2, 20);
        }
        Bucket was = rig.bucket("was", Versioning.ENABLED);
        put(was, "n", 5);
        rig.objects.buckets().version(rig.request(), was, Versioning.SUSPENDED);
        put(was, "n", 6);
        rig.objects.quotas().limit(rig.request(), was, new Quota(100, 100));
        rig.objects.quotas().limit(rig.request(), "main", new Quota(1 << 30, 1 << 30));
        assertEquals(List.of(), records());
        Sealed reader = new Sealed();
        assertEquals(List.of(), bodies(reader));
        assertEquals(6, reader.parts);
        assertEquals(rig.objects.quotas().usage("main").objects(), reader.versions);
        assertEquals(rig.objects.quotas().usage("main").bytes(), reader.bytes);
    }

    @Test
    void aDamagedByteIsFoundAndItsVersionNamed() {
        Bucket bucket = rig.bucket("b", Versioning.ENABLED);
        put(bucket, "other", LARGE);
        Version version = put(bucket, "dir/large", LARGE + 1);
        put(bucket, "small", 5);
        rig.reopen();
        // The other one lies in the first five pages.
        disk.flip(FIRST, 8L * ((5 + 2) * 65_536 + 5_000));
        assertEquals(List.of(), records());
        List<Finding> found = bodies();
        assertEquals(1, found.size(), found::toString);
        Finding finding = found.getFirst();
        assertEquals(Kind.DAMAGED_BODY, finding.kind());
        assertEquals("b", finding.bucket());
        assertEquals("dir/large", finding.key());
        assertEquals(version.id(), finding.version());
    }

    @Test
    void aDamagedPartIsNamedByItsUpload() {
        Bucket bucket = rig.bucket("b");
        part(bucket, upload(bucket, "n"), 1, LARGE);
        rig.reopen();
        disk.flip(FIRST, 8L * (65_536 + 5_000));
        List<Finding> found = bodies();
        assertEquals(1, found.size(), found::toString);
        assertEquals("b", found.getFirst().bucket());
        assertEquals("n", found.getFirst().key());
    }

    @Test
    void aMissingSegmentIsFoundAndWhatLayInIt() throws Exception {
        Bucket bucket = rig.bucket("b");
        put(bucket, "large", LARGE);
        put(bucket, "small", 5);
        rig.objects.close();
        rig.substrate.blobs().close();
        disk.delete(FIRST);
        rig.reopen();
        List<Finding> found = records();
        assertEquals(List.of(Kind.MISSING_BODY), kinds(found));
        assertEquals("large", found.getFirst().key());
        assertTrue(found.getFirst().what().contains("segment 1 is not there"), found::toString);
        assertEquals(List.of(Kind.DAMAGED_BODY), kinds(bodies()));
    }

    @Test
    void aMissingBodyIsFoundBothWays() {
        Bucket bucket = rig.bucket("b");
        Version version = put(bucket, "small", 5);
        put(bucket, "other", 6);
        byte[] place = version.pieces().getFirst().place();
        byte[] id = ((Place.Inline) Place.decode(place)).id();
        write(new Write.Delete(Space.BODIES, Layout.body(id)));
        for (List<Finding> found : List.of(records(), bodies())) {
            assertEquals(List.of(Kind.MISSING_BODY), kinds(found));
            assertEquals("small", found.getFirst().key());
            assertEquals("b", found.getFirst().bucket());
            assertEquals(Layout.NULL, found.getFirst().version());
        }
    }

    @Test
    void aBodyThatIsNobodysIsFound() {
        rig.bucket("b");
        try (BlobWriter writer = rig.substrate.blobs().create(LARGE)) {
            writer.write(ByteBuffer.allocate(LARGE));
            Blob blob = writer.finish();
            write(rig.substrate.blobs().adopting(blob).toArray(Write[]::new));
        }
        write(new Write.Put(Space.BODIES, Layout.body(new byte[16]), new byte[5]));
        assertEquals(List.of(Kind.ORPHAN_BODY, Kind.ORPHAN_BODY), kinds(records()));
    }

    @Test
    void aBodyWithTwoOwnersIsFoundAndBothAreNamed() {
        Bucket bucket = rig.bucket("b");
        put(bucket, "one", LARGE);
        byte[] value =
                rig.substrate
                        .keyspace()
                        .get(Space.RECORDS, key(bucket, "one", Layout.UNVERSIONED))
                        .orElseThrow();
        write(new Write.Put(Space.RECORDS, key(bucket, "two", Layout.UNVERSIONED), value));
        List<Finding> found = records();
        assertEquals(
                List.of("one", "two"),
                found.stream()
                        .filter(each -> each.kind() == Kind.SHARED_BODY)
                        .map(Finding::key)
                        .sorted()
                        .toList());
        // And the counters count one of them.
        assertEquals(2, found.stream().filter(each -> each.kind() == Kind.WRONG_COUNTER).count());
    }

    @Test
    void recordsThatBelongToNothingAreFound() {
        Bucket bucket = rig.bucket("b");
        Version version = put(bucket, "n", 5);
        Upload upload = upload(bucket, "u");
        part(bucket, upload, 1, 5);
        byte[] id = Layout.id(upload.id()).orElseThrow();
        byte[] uploads = Layout.of("u", BucketTable.idOf(bucket));
        write(new Write.Delete(Space.RECORDS, Layout.upload(uploads, Layout.name("u"), id)));
        // The part, what says that it came; and the counters still count it.
        assertEquals(
                List.of(
                        Kind.DANGLING_RECORD,
                        Kind.DANGLING_RECORD,
                        Kind.WRONG_COUNTER,
                        Kind.WRONG_COUNTER),
                kinds(records()));
        write(new Write.Delete(Space.RECORDS, Layout.bucket("b")));
        List<Finding> found = records();
        assertTrue(
                found.stream()
                        .anyMatch(each ->
                                each.kind() == Kind.DANGLING_RECORD
                                        && each.what().contains("the object n lies in it")),
                found::toString);
        assertEquals("n", version.name());
    }

    @Test
    void aRecordThatCannotBeReadIsNamedAndHidesNothingElse() {
        Bucket bucket = rig.bucket("b");
        put(bucket, "a", 5);
        put(bucket, "b", 5);
        byte[] place = newest(bucket, "b").pieces().getFirst().place();
        byte[] id = ((Place.Inline) Place.decode(place)).id();
        write(
                new Write.Put(
                        Space.RECORDS, key(bucket, "a", Layout.UNVERSIONED), new byte[] {1, 0, 0}),
                new Write.Delete(Space.BODIES, Layout.body(id)));
        List<Finding> found = records();
        assertEquals(
                List.of(
                        Kind.MISSING_BODY,
                        Kind.ORPHAN_BODY,
                        Kind.UNREADABLE_RECORD,
                        Kind.WRONG_COUNTER,
                        Kind.WRONG_COUNTER),
                kinds(found));
        assertTrue(
                found.stream()
                        .anyMatch(each ->
                                each.kind() == Kind.UNREADABLE_RECORD && each.key().equals("a")));
        assertEquals(List.of(Kind.MISSING_BODY), kinds(bodies()));
    }

    /** Decoders answer some damage with an index out of bounds: the look ended there, for ever. */
    @Test
    void noDamageToARecordEndsTheLook() {
        Bucket bucket = rig.bucket("b");
        put(bucket, "a", 5);
        put(bucket, "b", 6);
        Upload upload = upload(bucket, "u");
        part(bucket, upload, 1, 7);
        Keyspace keyspace = rig.substrate.keyspace();
        byte[] version = key(bucket, "a", Layout.UNVERSIONED);
        byte[] part = Layout.part(Layout.id(upload.id()).orElseThrow(), 1);
        Random random = new Random(Rig.seed("noDamageToARecordEndsTheLook"));
        for (byte[] key : List.of(version, part)) {
            byte[] right = keyspace.get(Space.RECORDS, key).orElseThrow();
            for (int i = 0; i < 400; i++) {
                byte[] wrong = right.clone();
                if (i < right.length) {
                    wrong = Arrays.copyOf(right, i);
                } else {
                    wrong[1 + random.nextInt(wrong.length - 1)] = (byte) random.nextInt(256);
                }
                write(new Write.Put(Space.RECORDS, key, wrong));
                Sealed reader = new Sealed();
                bodies(reader);
                assertTrue(reader.versions >= 1, "the other one is read");
                records();
            }
            write(new Write.Put(Space.RECORDS, key, right));
        }
        byte[] locked = keyspace.get(Space.RECORDS, version).orElseThrow();
        write(new Write.Put(Space.RECORDS, version, withModeOf(locked, 9)));
        assertTrue(kinds(records()).contains(Kind.UNREADABLE_RECORD));
        assertEquals(List.of(), bodies());
        Census.forget(keyspace);
        rig.reopen(); // and a folder with such a record opens
    }

    /** A version's record in the form with a lock, whose mode is none that there is. */
    private static byte[] withModeOf(byte[] record, int mode) {
        byte[] encoded =
                Entry.decode(record)
                        .with(
                                new byte[0],
                                Lock.OPEN.retained(
                                        Lock.Mode.COMPLIANCE, Instant.ofEpochSecond(1_000)))
                        .encode();
        // mode in 1, until in 8, length of the state in 4, and no state
        encoded[encoded.length - 13] = (byte) mode;
        return encoded;
    }

    @Test
    void theCounterOfAnOrganisationWithoutBucketsIsLookedAt() {
        Bucket bucket = rig.bucket("b");
        put(bucket, "n", 5);
        byte[] counter = Layout.counter(bucket.organisation());
        byte[] counted = rig.substrate.keyspace().get(Space.RECORDS, counter).orElseThrow();
        rig.delete(bucket, "n");
        rig.objects.buckets().remove(rig.request(), bucket);
        assertEquals(Optional.empty(), rig.objects.buckets().bucket("b"));
        assertEquals(List.of(), records());
        write(new Write.Put(Space.RECORDS, counter, counted));
        assertEquals(List.of(Kind.WRONG_COUNTER), kinds(records()));
    }

    @Test
    void nullVersionsAreWhereTheirIndexSays() {
        Bucket bucket = rig.bucket("b", Versioning.SUSPENDED);
        put(bucket, "a", 5);
        put(bucket, "b", 5);
        byte[] nulls = Layout.of("n", BucketTable.idOf(bucket));
        write(
                new Write.DeleteRange(Space.RECORDS, Layout.versions(nulls, Layout.name("a"))),
                new Write.Put(
                        Space.RECORDS, Layout.stamped(nulls, Layout.name("b"), 7), new byte[] {1}));
        List<Finding> found = records();
        assertEquals(List.of(Kind.BROKEN_INDEX, Kind.BROKEN_INDEX), kinds(found));
        assertEquals(List.of("a", "b"), found.stream().map(Finding::key).sorted().toList());
    }

    @Test
    void aWrongCounterAndABucketThatDoesNotLiveAreFound() {
        Bucket bucket = rig.bucket("b");
        put(bucket, "a", 5);
        byte[] id = BucketTable.idOf(bucket);
        write(
                new Write.Add(Space.RECORDS, Layout.counter(id), new long[] {1, 0}),
                new Write.Delete(Space.RECORDS, Layout.live(id)));
        List<Finding> found = records();
        assertEquals(List.of(Kind.BROKEN_INDEX, Kind.WRONG_COUNTER), kinds(found));
        assertEquals(
                "the bucket is counted with 6 bytes in 1 objects, and has 5 in 1",
                found.getLast().what());
    }

    /** Files of the keyspace itself may rot; then what lies behind is not called missing. */
    @Test
    void recordsThatCannotBeWalkedAreSaidAndNothingIsComparedWithThem() {
        Bucket bucket = rig.bucket("b");
        put(bucket, "a", 5);
        Keyspace whole = rig.substrate.keyspace();
        Reading rotten =
                new Reading() {
                    @Override
                    public Optional<byte[]> get(Space space, byte[] key) {
                        return whole.get(space, key);
                    }

                    @Override
                    public Cursor scan(Space space, Range range, Direction direction) {
                        if (Arrays.equals(range.from(), Layout.all("v").from())) {
                            throw new StorageFailure(StorageFailure.Kind.CORRUPT, "a rotten file");
                        }
                        return whole.scan(space, range, direction);
                    }
                };
        List<Finding> found = new ArrayList<>();
        new RecordCheck(rotten, rig.substrate.blobs(), 1, found::add).run();
        assertEquals(List.of(Kind.UNREADABLE_RECORD), kinds(found));
        assertTrue(found.getFirst().what().contains("a rotten file"));
    }

    @Test
    void aBodyThatWentMeanwhileIsNoFinding() {
        Bucket bucket = rig.bucket("b");
        put(bucket, "a", 5);
        put(bucket, "b", 6);
        Inspection.Reader deleting =
                new Sealed() {
                    @Override
                    public boolean version(Bucket of, Version version, List<Body> pieces) {
                        super.version(of, version, pieces);
                        rig.delete(bucket, "a");
                        rig.delete(bucket, "b");
                        throw new StorageFailure(StorageFailure.Kind.CORRUPT, "gone");
                    }
                };
        assertEquals(List.of(), bodies(deleting));
    }

    @Test
    void aReadingThatStopsGoesOnWhereItStood() {
        Bucket bucket = rig.bucket("b");
        for (int i = 0; i < 5; i++) {
            put(bucket, "n" + i, 5);
        }
        part(bucket, upload(bucket, "u"), 1, 7);
        // Every second time it is told to stop in the middle.
        Sealed reader =
                new Sealed() {
                    private boolean stop;

                    @Override
                    public boolean version(Bucket of, Version version, List<Body> pieces) {
                        stop = !stop;
                        return !stop && super.version(of, version, pieces);
                    }
                };
        assertEquals(List.of(), bodies(reader));
        assertEquals(5, reader.versions);
        assertEquals(1, reader.parts);
    }

    @Test
    void whatClientsDoMeanwhileIsNoFinding() throws Exception {
        Bucket one = rig.bucket("one", Versioning.SUSPENDED);
        Bucket two = rig.bucket("two");
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Random random = new Random(i);
                clients.add(
                        threads.submit(() -> {
                            while (!over.get()) {
                                Bucket bucket = random.nextBoolean() ? one : two;
                                String name = "n" + random.nextInt(5);
                                if (random.nextInt(3) == 0) {
                                    rig.delete(bucket, name);
                                } else {
                                    put(bucket, name, random.nextInt(8) == 0 ? LARGE : 50);
                                }
                            }
                        }));
            }
            clients.add(
                    threads.submit(() -> {
                        while (!over.get()) {
                            rig.substrate.blobs().compact();
                        }
                    }));
            try {
                for (int i = 0; i < 20; i++) {
                    assertEquals(List.of(), records());
                    assertEquals(List.of(), bodies());
                }
            } finally {
                over.set(true);
            }
            for (Future<?> client : clients) {
                client.get(30, TimeUnit.SECONDS);
            }
        }
        assertEquals(List.of(), records());
    }
}
