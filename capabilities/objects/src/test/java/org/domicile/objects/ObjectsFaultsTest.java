package org.domicile.objects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.domicile.bytes.FaultyDisk;
import org.domicile.bytes.FaultyDisk.Call;
import org.domicile.bytes.FaultyDisk.Fault;
import org.domicile.bytes.StorageFailure;
import org.domicile.bytes.StorageFailure.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Objects on a disk that fails. Whatever happens: what was acknowledged is there, what was not is
 * not there in part, and no wrong byte is handed out.
 */
@Timeout(120)
class ObjectsFaultsTest {
    private static final long SEED = Rig.seed("ObjectsFaultsTest");
    private static final int LARGE = 1_300_000;
    private static final Path FOLDER = Path.of("/data/blobs");

    private static byte[] large(long seed) {
        return Rig.random(new Random(seed), LARGE);
    }

    /** What was acknowledged, and what must therefore be there. */
    private static void holds(Rig rig, Bucket bucket, Map<String, byte[]> acknowledged) {
        List<Version> found = rig.list(bucket, "", "", "", 1_000).versions();
        assertEquals(
                acknowledged.keySet().stream().sorted().toList(),
                found.stream().map(Version::name).toList());
        for (Version version : found) {
            byte[] expected = Optional.ofNullable(acknowledged.get(version.name())).orElseThrow();
            assertEquals(expected.length, version.size());
            assertArrayEquals(expected, rig.body(bucket, version).orElseThrow());
        }
    }

    private static Optional<Kind> attempt(
            Rig rig, Bucket bucket, String name, byte[] body, Map<String, byte[]> acknowledged) {
        Rig.Record record = new Rig.Record();
        try {
            rig.put(rig.carrying(record), bucket, name, body, new Condition.None());
            acknowledged.put(name, body);
            return Optional.empty();
        } catch (StorageFailure failure) {
            assertEquals(Optional.empty(), record.outcome, "nothing says that it was done");
            return Optional.of(failure.kind());
        }
    }

    @Test
    void anErrorOfAnyDiskCallOfALargePutLosesNothingAcknowledged() {
        for (Call call :
                List.of(Call.OPEN, Call.WRITE, Call.FORCE, Call.ALLOCATE, Call.FORCE_DIRECTORY)) {
            for (Fault fault : Fault.values()) {
                int failed = 0;
                for (long nth = 1; nth < 200; nth++) {
                    FaultyDisk disk = new FaultyDisk(SEED + nth);
                    try (Rig rig = Rig.on(disk)) {
                        Bucket bucket = rig.bucket("b");
                        Map<String, byte[]> acknowledged = new HashMap<>();
                        attempt(rig, bucket, "before", large(1), acknowledged);
                        attempt(rig, bucket, "replaced", large(2), acknowledged);
                        long calls = disk.calls(call);
                        disk.fail(call, nth, fault);
                        Optional<Kind> kind =
                                attempt(rig, bucket, "replaced", large(3), acknowledged);
                        long made = disk.calls(call) - calls;
                        kind.ifPresent(
                                each -> assertTrue(each == Kind.FENCED || each == Kind.FULL));
                        failed += kind.isPresent() ? 1 : 0;
                        holds(rig, bucket, acknowledged);
                        disk.heal();
                        // One bad segment does not end the store.
                        assertEquals(
                                Optional.empty(),
                                attempt(rig, bucket, "after", large(4), acknowledged));
                        rig.reopen();
                        holds(rig, bucket, acknowledged);
                        if (made < nth) {
                            break;
                        }
                    } catch (AssertionError | RuntimeException e) {
                        throw new AssertionError(
                                fault + " at " + call + " " + nth + ", seed " + SEED, e);
                    }
                }
                boolean mustFail = call == Call.WRITE || call == Call.FORCE;
                assertTrue(!mustFail || failed > 0, call + " was never felt");
            }
        }
    }

    @Test
    void aFullDiskIsSaidAndNothingIsHalfWritten() {
        FaultyDisk disk = new FaultyDisk(SEED);
        try (Rig rig = Rig.on(disk)) {
            Bucket bucket = rig.bucket("b");
            Map<String, byte[]> acknowledged = new HashMap<>();
            disk.room(4L << 20);
            Optional<Kind> kind = Optional.empty();
            for (int i = 0; i < 20 && kind.isEmpty(); i++) {
                kind = attempt(rig, bucket, "n" + i, large(i), acknowledged);
            }
            assertEquals(Optional.of(Kind.FULL), kind);
            assertTrue(!acknowledged.isEmpty());
            holds(rig, bucket, acknowledged);
            assertEquals(
                    Optional.empty(), attempt(rig, bucket, "small", new byte[9], acknowledged));
            disk.heal();
            assertEquals(Optional.empty(), attempt(rig, bucket, "later", large(99), acknowledged));
            rig.reopen();
            holds(rig, bucket, acknowledged);
        }
    }

    @Test
    void aFlippedBitIsNeverHandedOut() {
        Random random = new Random(SEED);
        int corrupt = 0;
        for (int round = 0; round < 40; round++) {
            FaultyDisk disk = new FaultyDisk(SEED + round);
            try (Rig rig = Rig.on(disk)) {
                Bucket bucket = rig.bucket("b");
                byte[] body = large(round);
                rig.put(bucket, "n", body);
                rig.put(bucket, "small", new byte[] {7});
                Path segment = FOLDER.resolve("000000000001.segment");
                disk.flip(segment, random.nextLong(8L * 1_000_000));
                Version version = rig.objects.version(bucket, "n", Optional.empty()).orElseThrow();
                try {
                    assertTrue(
                            Arrays.equals(body, rig.body(bucket, version).orElseThrow()),
                            "wrong bytes were handed out");
                } catch (StorageFailure failure) {
                    assertEquals(Kind.CORRUPT, failure.kind());
                    corrupt++;
                }
                Version small =
                        rig.objects.version(bucket, "small", Optional.empty()).orElseThrow();
                assertArrayEquals(new byte[] {7}, rig.body(bucket, small).orElseThrow());
            }
        }
        assertTrue(corrupt > 20, "most bits are somebody's: " + corrupt);
    }

    @Test
    void aPowerCutAtAnyMomentOfAnUploadLeavesWholeThingsOnly() {
        boolean survived = false;
        for (int cut = 0; !survived; cut += 3) {
            FaultyDisk disk = new FaultyDisk(SEED + cut);
            try (Rig rig = Rig.on(disk)) {
                Bucket bucket = rig.bucket("b");
                Map<String, byte[]> acknowledged = new HashMap<>();
                attempt(rig, bucket, "before", large(1), acknowledged);
                Upload upload =
                        rig.objects
                                .uploads()
                                .create(rig.request(), bucket, "whole", new byte[0], "p")
                                .orElseThrow();
                disk.cutPowerAfter(cut);
                int parts = 0;
                try {
                    while (parts < 3) {
                        rig.part(bucket, upload, parts + 1, large(10 + parts));
                        parts++;
                    }
                    survived = true;
                } catch (StorageFailure off) {
                    assertTrue(cut < 1_000, "the upload ends");
                }
                rig.reopen();
                assertEquals(parts, rig.objects.uploads().parts(upload, 0, 10).size());
                for (int number = parts + 1; number <= 3; number++) {
                    rig.part(bucket, upload, number, large(9 + number));
                }
                complete(rig, bucket, upload);
                byte[] whole = new byte[3 * LARGE];
                for (int i = 0; i < 3; i++) {
                    System.arraycopy(large(10 + i), 0, whole, i * LARGE, LARGE);
                }
                acknowledged.put("whole", whole);
                rig.reopen();
                holds(rig, bucket, acknowledged);
            }
        }
    }

    private static void complete(Rig rig, Bucket bucket, Upload upload) {
        List<Objects.Uploads.Chosen> chosen =
                rig.objects.uploads().parts(upload, 0, 10).stream()
                        .map(part -> new Objects.Uploads.Chosen(part.number(), part.token()))
                        .toList();
        rig.objects
                .uploads()
                .complete(
                        rig.request(),
                        bucket,
                        upload,
                        chosen,
                        new Objects.Draft(new byte[] {1}, new byte[0]),
                        new Condition.None());
    }

    /** A closed keyspace below: no commit, no answer. */
    @Test
    void withoutACommitNothingIsAnswered() {
        Rig rig = Rig.inMemory();
        Bucket bucket = rig.bucket("b");
        rig.substrate.keyspace().close();
        assertThrows(StorageFailure.class, () -> rig.put(bucket, "n", new byte[1]));
        assertThrows(StorageFailure.class, () -> rig.delete(bucket, "n"));
        rig.close();
    }
}
