package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.domicile.bytes.StorageFailure;
import org.domicile.objects.Finding.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commits that fail, before or after they were written: counters stay true, and quotas hold. */
@Timeout(60)
final class QuotasFaultsTest {
    private static final int STEPS = 2_000;
    private static final int NAMES = 6;
    private static final Quota QUOTA = new Quota(200, 5);

    private final Random random = new Random(Rig.seed("QuotasFaultsTest"));
    private final FailingKeyspace keyspace = new FailingKeyspace(random);
    private final List<String> uploads = new ArrayList<>();

    @Test
    void countersAreWhatThereIsWhateverFailed() {
        try (Rig rig = Rig.over(keyspace)) {
            Bucket plain = rig.bucket("plain");
            Bucket versions = rig.bucket("versions", Bucket.Versioning.ENABLED);
            for (Bucket each : List.of(plain, versions)) {
                assertTrue(rig.objects.quotas().limit(rig.request(), each, QUOTA));
            }
            int over = 0;
            for (int i = 0; i < STEPS; i++) {
                keyspace.fail(3);
                try {
                    over += step(rig, random.nextBoolean() ? plain : versions) ? 1 : 0;
                } catch (StorageFailure e) {
                    assertTrue(
                            e.kind() == StorageFailure.Kind.FULL
                                    || e.kind() == StorageFailure.Kind.FENCED,
                            e::toString);
                }
                keyspace.fail(0);
                if (i % 20 == 0) {
                    assertTrueCounters(rig);
                    for (Bucket each : List.of(plain, versions)) {
                        Usage usage = rig.objects.quotas().usage(each);
                        assertTrue(
                                usage.bytes() <= QUOTA.bytes()
                                        && usage.objects() <= QUOTA.objects(),
                                usage::toString);
                    }
                }
            }
            assertTrueCounters(rig);
            assertTrue(over > 0, "some found the quota used up");
            assertTrue(keyspace.failed() > STEPS / 10, "commits failed: " + keyspace.failed());
        }
    }

    private static void assertTrueCounters(Rig rig) {
        List<Finding> found = new ArrayList<>();
        rig.objects.inspection().records(found::add);
        assertEquals(
                List.of(),
                found.stream().filter(each -> each.kind() == Kind.WRONG_COUNTER).toList());
    }

    /** Whether a quota stood in its way. */
    private boolean step(Rig rig, Bucket bucket) {
        String name = "n" + random.nextInt(NAMES);
        return switch (random.nextInt(6)) {
            case 0, 1 ->
                    rig.put(bucket, name, new byte[1 + random.nextInt(100)])
                            instanceof Changed.OverQuota;
            case 2 -> {
                rig.delete(bucket, name);
                yield false;
            }
            case 3 -> {
                List<Version> all =
                        rig.objects
                                .listVersions(bucket, new Listing.Query("", "", "", "", 100))
                                .versions();
                if (!all.isEmpty()) {
                    Version one = all.get(random.nextInt(all.size()));
                    rig.objects.delete(
                            rig.request(),
                            bucket,
                            one.name(),
                            Optional.of(one.id()),
                            new Condition.None(),
                            Lock.Bypass.NO);
                }
                yield false;
            }
            case 4 -> {
                Upload upload =
                        rig.objects
                                .uploads()
                                .create(rig.request(), bucket, name, new byte[0], "")
                                .orElseThrow();
                uploads.add(bucket.name() + "/" + name + "/" + upload.id());
                byte[] body = new byte[1 + random.nextInt(60)];
                yield rig.part(bucket, upload, 1, body) instanceof Objects.PartChanged.OverQuota;
            }
            default -> {
                if (!uploads.isEmpty()) {
                    String[] one = uploads.removeFirst().split("/");
                    Bucket of = rig.objects.buckets().bucket(one[0]).orElseThrow();
                    rig.objects.uploads().abort(rig.request(), of, one[1], one[2]);
                }
                yield false;
            }
        };
    }
}
