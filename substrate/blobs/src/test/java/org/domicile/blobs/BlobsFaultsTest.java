package org.domicile.blobs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.FaultyDisk.Call;
import org.domicile.bytes.FaultyDisk.Fault;
import org.domicile.bytes.StorageFailure;
import org.domicile.bytes.StorageFailure.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The embedded engine on a disk that fails. Whatever happens: no wrong byte is handed out, and no
 * blob is lost whose adoption was committed.
 */
@Timeout(120)
class BlobsFaultsTest {
    private static final long SEED = Long.getLong("domicile.seed", 20_261_124L);
    private static final Path FIRST = Rig.FOLDER.resolve("000000000001.segment");

    /** What a store does in its life, each step an act of its own that may fail. */
    private static List<Runnable> life(Rig rig) {
        List<BlobId> put = new ArrayList<>();
        return List.of(
                () -> put.add(rig.put(100_000)),
                () -> put.add(rig.put(5 * Page.PAYLOAD)),
                () -> put.add(rig.put(1)),
                () -> rig.finish(new byte[70_000]),
                () -> put.add(rig.put(12 * Page.PAYLOAD + 5)),
                () -> rig.drop(first(rig)),
                () -> put.add(rig.put(2 * Rig.SEGMENT_PAGES * Page.PAYLOAD)),
                () -> rig.drop(first(rig)),
                () -> {
                    BlobWriter writer = rig.blobs.create(-1);
                    writer.write(ByteBuffer.wrap(new byte[700_000]));
                    writer.close();
                },
                () -> put.add(rig.put(9 * Page.PAYLOAD)),
                () -> rig.drop(first(rig)),
                rig::compactAll,
                () -> put.add(rig.put(3 * Page.PAYLOAD)),
                rig::compactAll);
    }

    /** Any blob that is there; the same one for the same seed. */
    private static BlobId first(Rig rig) {
        return rig.model.keySet().stream()
                .min((a, b) -> Long.compareUnsigned(a.high(), b.high()))
                .orElseThrow(() -> new StorageFailure(Kind.CLOSED, "there is no blob to drop"));
    }

    @Test
    void aPowerCutAfterAnyCallLosesNothingAdopted() {
        for (long round = 0; round < 3; round++) {
            boolean survived = false;
            for (int cut = 0; !survived; cut++) {
                long seed = SEED + round * 10_000 + cut;
                try (Rig rig = new Rig(seed)) {
                    rig.disk.cutPowerAfter(cut);
                    survived = failures(rig, EnumSet.allOf(Kind.class)).isEmpty();
                    rig.powerCut();
                    livesOn(rig);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("seed " + seed + ", cut after call " + cut, e);
                }
                assertTrue(cut < 1_000, "the sequence ends");
            }
        }
    }

    @Test
    void anErrorOfAnyCallFailsOneActAndLosesNothingAdopted() {
        for (Call call : Call.values()) {
            for (Fault fault : Fault.values()) {
                long calls = Long.MAX_VALUE;
                for (long nth = 1; nth <= calls; nth++) {
                    long seed = SEED + nth;
                    try (Rig rig = new Rig(seed)) {
                        long before = rig.disk.calls(call);
                        rig.disk.fail(call, nth, fault);
                        Set<Kind> expected =
                                call == Call.READ
                                        ? EnumSet.of(Kind.CORRUPT)
                                        : EnumSet.of(
                                                Kind.FENCED,
                                                fault == Fault.ENOSPC ? Kind.FULL : Kind.FENCED,
                                                Kind.CLOSED);
                        List<StorageFailure> failures = failures(rig, expected);
                        assertTrue(failures.size() <= 2, "one fault is not felt for long");
                        calls = rig.disk.calls(call) - before;
                        rig.disk.heal();
                        rig.verify();
                        if (call == Call.FORCE || call == Call.WRITE) {
                            rig.powerCut();
                        } else {
                            rig.reopen();
                        }
                        livesOn(rig);
                    } catch (AssertionError | RuntimeException e) {
                        throw new AssertionError(
                                "seed " + seed + ", " + fault + " at " + call + " " + nth, e);
                    }
                }
            }
        }
    }

    /** Runs the life, going on after a failure, and returns the failures. */
    private static List<StorageFailure> failures(Rig rig, Set<Kind> expected) {
        List<StorageFailure> failures = new ArrayList<>();
        for (Runnable act : life(rig)) {
            try {
                act.run();
            } catch (StorageFailure e) {
                assertTrue(expected.contains(e.kind()), () -> e + "");
                failures.add(e);
            }
        }
        return failures;
    }

    /** All is there, new blobs come in, and compaction takes back what nothing names. */
    private static void livesOn(Rig rig) {
        rig.verify();
        rig.put(200_000);
        rig.compactAll();
        rig.put(100);
        rig.verify();
        rig.reopen();
        rig.verify();
        rig.compactAll();
        Blobs.Usage usage = rig.blobs.usage();
        long live = rig.model.values().stream().mapToLong(content -> content.length).sum();
        assertEquals(live, usage.live());
        // A sealed segment keeps less than half, each blob less than a page, and two are in use.
        long pages = rig.model.values().stream().mapToLong(c -> Page.count(c.length)).sum();
        long most = 2 * pages * Page.SIZE + 3L * Rig.SEGMENT_PAGES * Page.SIZE;
        assertTrue(usage.bytesOnDisk() <= most, usage + " for " + pages + " pages");
    }

    @Test
    void aDiskWithoutRoomIsFullAndLeavesNothingBehind() {
        try (Rig rig = new Rig(SEED)) {
            BlobId kept = rig.put(300_000);
            rig.disk.room(rig.disk.bytes());
            StorageFailure failure = null;
            for (int i = 0; failure == null; i++) {
                try {
                    rig.put(300_000);
                } catch (StorageFailure e) {
                    failure = e;
                }
                assertTrue(i < 100, "the disk is full at last");
            }
            assertEquals(Kind.FULL, failure.kind());
            rig.verify();
            rig.disk.heal();
            rig.put(2_000_000);
            rig.drop(kept);
            rig.verify();
        }
    }

    /** On a full disk only compaction makes room, and it needs a little to begin with. */
    @Test
    void aFullDiskIsCompacted() {
        try (Rig rig = new Rig(SEED)) {
            List<BlobId> ids = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                ids.add(rig.put(2 * Page.PAYLOAD));
            }
            rig.disk.room(rig.disk.bytes() + Rig.OPTIONS.segmentBytes() / 4);
            for (int i = 0; i < 40; i++) {
                if (i % 4 > 0) {
                    rig.drop(ids.get(i));
                }
            }
            rig.reopen();
            rig.compactAll();
            rig.verify();
            rig.put(20 * Page.PAYLOAD);
        }
    }

    /** Where room is scarce a quarter of what is there need not wait until it is half. */
    @Test
    void onAFullDiskEvenAFewDeletionsMakeRoom() {
        try (Rig rig = new Rig(SEED)) {
            List<BlobId> ids = new ArrayList<>();
            for (int i = 0; i < 70; i++) {
                ids.add(rig.put(2 * Page.PAYLOAD));
            }
            rig.reopen();
            for (int i = 0; i < 70; i += 4) {
                rig.drop(ids.get(i));
            }
            rig.compactAll();
            long before = rig.blobs.usage().bytesOnDisk();
            rig.disk.room(rig.disk.bytes() + 2 * Rig.OPTIONS.segmentBytes());
            rig.compactAll();
            rig.verify();
            long won = before - rig.blobs.usage().bytesOnDisk();
            assertTrue(won >= Rig.OPTIONS.segmentBytes(), won + " bytes won of " + before);
        }
    }

    @Test
    void nearAFullDiskSegmentsAreSmall() {
        try (Rig rig = new Rig(SEED)) {
            long segment = Rig.OPTIONS.segmentBytes();
            rig.disk.room(rig.disk.bytes() + Rig.OPTIONS.reserve() + 3 * segment);
            rig.put(2 * Page.PAYLOAD);
            Blobs.Usage usage = rig.blobs.usage();
            assertTrue(usage.bytesOnDisk() <= usage.segments() * segment / 2, usage::toString);
            rig.verify();
        }
    }

    @Test
    void aFailedSyncFencesTheSegmentAndTheNextPutsGoElsewhere() {
        try (Rig rig = new Rig(SEED)) {
            BlobId before = rig.put(100);
            // Both have pages in the first segment, the second writer also in the next.
            BlobWriter first = rig.blobs.create(-1);
            BlobWriter second = rig.blobs.create(-1);
            first.write(ByteBuffer.wrap(new byte[8 * Page.PAYLOAD + 1]));
            second.write(ByteBuffer.wrap(new byte[8 * Page.PAYLOAD + 1]));
            // The third is prepared in the background: its sync is not the one to fail.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (rig.blobs.usage().segments() < 3) {
                assertTrue(System.nanoTime() < deadline);
                Thread.onSpinWait();
            }
            rig.disk.fail(Call.FORCE, 1, Fault.EIO);
            assertKind(Kind.FENCED, first::finish);
            long syncs = rig.disk.calls(Call.FORCE);
            assertKind(Kind.FENCED, second::finish);
            assertEquals(syncs, rig.disk.calls(Call.FORCE), "no sync is tried again");
            assertTrue(rig.blobs.open(before).isPresent());
            first.close();
            second.close();
            rig.put(100_000);
            rig.verify();
            rig.powerCut();
            rig.verify();
        }
    }

    @Test
    void aFlippedBitAnywhereInAPageIsFoundAndNeverServed() {
        try (Rig rig = new Rig(SEED)) {
            byte[] content = BlobsContract.content(2 * Page.PAYLOAD + 1_000, 5);
            Blob blob = rig.finish(content);
            rig.adopt(blob, content);
            BlobId neighbour = rig.put(10_000);
            List<Long> bytes = new ArrayList<>();
            for (int page = 1; page <= 3; page++) {
                for (long header = 0; header < Page.HEADER; header++) {
                    bytes.add((long) page * Page.SIZE + header);
                }
                bytes.add((long) page * Page.SIZE + Page.HEADER);
                bytes.add((long) page * Page.SIZE + Page.HEADER + 999);
            }
            bytes.add(2L * Page.SIZE - 1);
            for (long at : bytes) {
                long bit = at * 8 + rig.random.nextInt(8);
                rig.disk.flip(FIRST, bit);
                try (BlobReader reader = rig.blobs.open(blob.id()).orElseThrow()) {
                    int page = (int) (at / Page.SIZE) - 1;
                    ByteBuffer target = ByteBuffer.allocate(10);
                    assertKind(
                            Kind.CORRUPT,
                            () -> reader.read(target, (long) page * Page.PAYLOAD + 500));
                    assertEquals(0, target.position(), "nothing was handed out");
                    int other = (page + 1) % 3 * Page.PAYLOAD;
                    assertArrayEquals(
                            java.util.Arrays.copyOfRange(content, other, other + 900),
                            BlobsContract.read(reader, other, 900));
                }
                assertEquals(List.of(blob.id()), Everything.in(rig.blobs, rig.keyspace).corrupt());
                rig.disk.flip(FIRST, bit);
            }
            rig.verify();
            rig.drop(neighbour);
        }
    }

    /** Pages verify by themselves, so a rotten header costs nothing and deletes nothing. */
    @Test
    void aFlippedBitInASegmentsHeaderLosesNothing() {
        for (int at = 0; at < 40; at++) {
            try (Rig rig = new Rig(SEED + at)) {
                rig.put(100_000);
                rig.blobs.close();
                rig.disk.flip(FIRST, 8L * at + at % 8);
                rig.blobs = rig.open();
                rig.verify();
                rig.compactAll();
                rig.verify();
            }
        }
    }

    /** A damaged page is not carried along as if it were right, and costs nobody else anything. */
    @Test
    void compactionStopsAtADamagedPageAndKeepsTheSegment() {
        try (Rig rig = new Rig(SEED)) {
            byte[] content = BlobsContract.content(1_000, 5);
            Blob blob = rig.finish(content);
            rig.adopt(blob, content);
            rig.reopen();
            rig.disk.flip(FIRST, 8L * (Page.SIZE + 100));
            assertEquals(new Blobs.Compaction(0, 0, 0), rig.blobs.compact());
            assertTrue(rig.disk.exists(FIRST));
            assertEquals(List.of(blob.id()), Everything.in(rig.blobs, rig.keyspace).corrupt());
            rig.disk.flip(FIRST, 8L * (Page.SIZE + 100));
            rig.verify();
        }
    }

    /** A page that is whole and lies where another belongs: a write that went astray. */
    @Test
    void aPageInTheWrongPlaceIsFound() throws Exception {
        try (Rig rig = new Rig(SEED)) {
            BlobId id = rig.put(2 * Page.PAYLOAD);
            try (var file = rig.disk.open(FIRST)) {
                ByteBuffer page = ByteBuffer.allocate(Page.SIZE);
                file.read(page, 2L * Page.SIZE);
                file.write(page.flip(), Page.SIZE);
            }
            try (BlobReader reader = rig.blobs.open(id).orElseThrow()) {
                assertKind(Kind.CORRUPT, () -> reader.read(ByteBuffer.allocate(1), 0));
            }
        }
    }

    /** The faults above prove something only if the syncs matter. */
    @Test
    void withoutSyncsAPowerCutLosesBlobsAndEvenThenNoWrongByteIsServed() {
        int lost = 0;
        for (long seed = SEED; seed < SEED + 20; seed++) {
            try (Rig rig = new Rig(seed)) {
                rig.put(10);
                rig.disk.ignoreSyncs();
                BlobId id = rig.put(400_000);
                rig.powerCut();
                try (BlobReader reader = rig.blobs.open(id).orElseThrow()) {
                    assertArrayEquals(rig.model.get(id), BlobsContract.read(reader, 0, 400_000));
                } catch (StorageFailure e) {
                    assertEquals(Kind.CORRUPT, e.kind());
                    lost++;
                }
            }
        }
        assertTrue(lost > 0);
    }

    private static void assertKind(Kind kind, Runnable call) {
        assertEquals(kind, assertThrows(StorageFailure.class, call::run).kind());
    }
}
