package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.objects.Bucket.Versioning;
import org.domicile.request.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Counters stay true and quotas hold; that counters are true after anything, the model's test. */
@Timeout(60)
final class QuotasTest {
    private static final Condition NONE = new Condition.None();

    private Rig rig = Rig.inMemory();

    @AfterEach
    void end() {
        rig.close();
    }

    private void limit(Bucket bucket, long bytes, long objects) {
        assertTrue(rig.objects.quotas().limit(rig.request(), bucket, new Quota(bytes, objects)));
    }

    private static Excess excess(Changed changed) {
        return assertInstanceOf(Changed.OverQuota.class, changed).excess();
    }

    @Test
    void whatWouldPassAQuotaIsRefusedAndOnRecord() {
        Bucket bucket = rig.bucket("b");
        limit(bucket, 10, Quota.UNLIMITED);
        assertInstanceOf(Changed.Stored.class, rig.put(bucket, "a", new byte[6]));
        Rig.Record record = new Rig.Record();
        Excess excess = excess(rig.put(rig.carrying(record), bucket, "b", new byte[5], NONE));
        assertEquals(Optional.of(Outcome.CONFLICT), record.outcome);
        assertEquals(
                new Excess(
                        Excess.Of.BUCKET,
                        "b",
                        new Quota(10, Quota.UNLIMITED),
                        new Usage(6, 1),
                        new Usage(5, 1)),
                excess);
        assertEquals(Optional.empty(), rig.objects.version(bucket, "b", Optional.empty()));
        // What replaces counts by its difference; exactly the limit is within it.
        assertInstanceOf(Changed.Stored.class, rig.put(bucket, "a", new byte[10]));
        assertEquals(new Usage(10, 1), rig.objects.quotas().usage(bucket));
        excess(rig.put(bucket, "a", new byte[11]));
        rig.reopen();
        excess(rig.put(bucket, "c", new byte[1]));
        assertInstanceOf(Changed.Stored.class, rig.put(bucket, "c", new byte[0]));
    }

    @Test
    void aDeleteIsNeverRefused() {
        for (Versioning versioning : Versioning.values()) {
            Bucket bucket = rig.bucket("b" + versioning.ordinal(), versioning);
            rig.put(bucket, "a", new byte[6]);
            limit(bucket, 1, 0);
            assertInstanceOf(Changed.Deleted.class, rig.delete(bucket, "a"));
            Usage left = versioning == Versioning.ENABLED ? new Usage(6, 1) : Usage.NONE;
            assertEquals(left, rig.objects.quotas().usage(bucket));
        }
    }

    @Test
    void olderVersionsCountAndMarkersDoNot() {
        Bucket bucket = rig.bucket("b", Versioning.ENABLED);
        limit(bucket, Quota.UNLIMITED, 2);
        rig.put(bucket, "a", new byte[1]);
        rig.delete(bucket, "a");
        rig.delete(bucket, "a");
        rig.put(bucket, "a", new byte[2]);
        excess(rig.put(bucket, "a", new byte[3]));
        assertEquals(new Usage(3, 2), rig.objects.quotas().usage(bucket));
    }

    @Test
    void anOrganisationsQuotaIsOverAllItsBuckets() {
        Bucket one = rig.bucket("one");
        Bucket two = rig.bucket("two");
        rig.objects.quotas().limit(rig.request(), "main", new Quota(10, 3));
        rig.put(one, "a", new byte[6]);
        assertEquals(Excess.Of.ORGANISATION, excess(rig.put(two, "a", new byte[5])).of());
        assertInstanceOf(Changed.Stored.class, rig.put(two, "a", new byte[4]));
        assertEquals(new Usage(10, 2), rig.objects.quotas().usage("main"));
        rig.objects.quotas().limit(rig.request(), "main", Quota.NONE);
        assertInstanceOf(Changed.Stored.class, rig.put(two, "b", new byte[400]));
        assertEquals(Quota.NONE, rig.objects.quotas().quota("main"));
    }

    @Test
    void partsCountWhenTheyComeAndOnceWhenTheyAreOne() {
        Bucket bucket = rig.bucket("b");
        limit(bucket, 10, 1);
        Objects.Uploads uploads = rig.objects.uploads();
        Upload upload = uploads.create(rig.request(), bucket, "n", new byte[0], "").orElseThrow();
        part(bucket, upload, 1, 6);
        Objects.PartChanged refused = part(bucket, upload, 2, 5);
        assertInstanceOf(Objects.PartChanged.OverQuota.class, refused);
        assertTrue(uploads.foreseen(bucket, upload, 2, 5).isPresent());
        assertFalse(uploads.foreseen(bucket, upload, 1, 10).isPresent());
        part(bucket, upload, 1, 7); // instead of the six
        part(bucket, upload, 3, 3);
        assertEquals(new Usage(10, 0), rig.objects.quotas().usage(bucket));
        List<Objects.Uploads.Chosen> chosen =
                List.of(new Objects.Uploads.Chosen(1, Rig.token(new byte[7])));
        Objects.Draft draft = new Objects.Draft(new byte[] {1}, new byte[] {2});
        assertInstanceOf(
                Changed.Stored.class,
                uploads.complete(rig.request(), bucket, upload, chosen, draft, NONE));
        assertEquals(new Usage(7, 1), rig.objects.quotas().usage(bucket));
        Upload second = uploads.create(rig.request(), bucket, "m", new byte[0], "").orElseThrow();
        part(bucket, second, 1, 3);
        chosen = List.of(new Objects.Uploads.Chosen(1, Rig.token(new byte[3])));
        excess(uploads.complete(rig.request(), bucket, second, chosen, draft, NONE));
        assertTrue(uploads.abort(rig.request(), bucket, "m", second.id()));
        assertEquals(new Usage(7, 1), rig.objects.quotas().usage(bucket));
    }

    private Objects.PartChanged part(Bucket bucket, Upload upload, int number, int size) {
        return rig.part(bucket, upload, number, new byte[size]);
    }

    @Test
    void manyWritersTogetherPassNoQuota(@TempDir Path folder) throws Exception {
        rig.close();
        rig = Rig.real(folder);
        Bucket bucket = rig.bucket("b");
        limit(bucket, 100, Quota.UNLIMITED);
        rig.objects.quotas().limit(rig.request(), "main", new Quota(Quota.UNLIMITED, 15));
        List<Callable<Integer>> writers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String name = "n" + i;
            writers.add(() -> rig.put(bucket, name, new byte[6]) instanceof Changed.Stored ? 1 : 0);
        }
        int stored = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> each : threads.invokeAll(writers)) {
                stored += each.get(30, TimeUnit.SECONDS);
            }
        }
        assertEquals(15, stored);
        assertEquals(new Usage(90, 15), rig.objects.quotas().usage(bucket));
        rig.objects.quotas().limit(rig.request(), "main", Quota.NONE);
        excess(rig.put(bucket, "one more", new byte[11]));
        assertInstanceOf(Changed.Stored.class, rig.put(bucket, "one more", new byte[10]));
    }

    @Test
    void aFolderFromBeforeIsCountedWhenItIsOpened() {
        Bucket one = rig.bucket("one", Versioning.ENABLED);
        Bucket two = rig.bucket("two");
        rig.put(one, "a", new byte[5]);
        rig.put(one, "a", new byte[6]);
        rig.delete(one, "a");
        rig.put(two, "b", new byte[7]);
        Upload upload =
                rig.objects
                        .uploads()
                        .create(rig.request(), two, "n", new byte[0], "")
                        .orElseThrow();
        part(two, upload, 1, 30);
        rig.substrate
                .keyspace()
                .commit(
                        new Transaction()
                                .write(new Write.DeleteRange(Space.RECORDS, Layout.counters()))
                                .write(new Write.Delete(Space.RECORDS, Layout.counted())));
        rig.reopen();
        assertEquals(new Usage(11, 2), rig.objects.quotas().usage(one));
        assertEquals(new Usage(37, 1), rig.objects.quotas().usage(two));
        assertEquals(new Usage(48, 3), rig.objects.quotas().usage("main"));
        // Again, although there are counters, and one of them is wrong.
        byte[] wrong = Layout.counter(BucketTable.idOf(one));
        rig.substrate
                .keyspace()
                .commit(
                        new Transaction()
                                .write(new Write.Add(Space.RECORDS, wrong, new long[] {9, 9})));
        Objects.recount(rig.substrate.keyspace());
        rig.reopen();
        assertEquals(new Usage(11, 2), rig.objects.quotas().usage(one));
        assertEquals(new Usage(48, 3), rig.objects.quotas().usage("main"));
        rig.put(two, "b", new byte[8]);
        rig.reopen(); // not again: what was counted goes on
        assertEquals(new Usage(38, 1), rig.objects.quotas().usage(two));
    }

    @Test
    void aBucketsQuotaEndsWithIt() {
        Bucket bucket = rig.bucket("b");
        limit(bucket, 1, 1);
        assertEquals(Buckets.Removed.REMOVED, rig.objects.buckets().remove(rig.request(), bucket));
        Rig.Record record = new Rig.Record();
        assertFalse(rig.objects.quotas().limit(rig.carrying(record), bucket, new Quota(1, 1)));
        assertEquals(Optional.of(Outcome.ABSENT), record.outcome);
        Bucket again = rig.bucket("b");
        assertEquals(Quota.NONE, rig.objects.quotas().quota(again));
        assertInstanceOf(Changed.Stored.class, rig.put(again, "a", new byte[9]));
    }
}
