package org.domicile.blobs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.bytes.StorageFailure.Kind;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded engine: the contract on the real disk, and what only it does. */
class SegmentBlobsTest extends BlobsContract {
    private static final BlobOptions SMALL =
            new BlobOptions(16L * Page.SIZE, 1L << 40, Duration.ofHours(1), 4L * Page.SIZE);
    private static final Path FIRST = Rig.FOLDER.resolve("000000000001.segment");

    @TempDir Path folder;

    @Override
    protected Blobs engine(Keyspace keyspace) {
        return Blobs.open(
                folder, Disk.real(), keyspace, SMALL, new SecureRandom(), InstantSource.system());
    }

    @Test
    void whatWasAdoptedIsThereAfterAReopening() {
        byte[] content = content(3_000_000, 1);
        BlobId id = put(content);
        blobs.close();
        blobs = engine(keyspace);
        assertArrayEquals(content, whole(id));
        assertEquals(content.length, blobs.usage().live());
    }

    @Test
    void compactionKeepsWhatIsLiveAndGivesBackTheRest() {
        try (Rig rig = new Rig(1)) {
            List<BlobId> ids =
                    java.util.stream.IntStream.range(0, 60)
                            .mapToObj(_ -> rig.put(100_000))
                            .toList();
            for (int i = 0; i < 60; i++) {
                if (i % 4 != 0) {
                    rig.drop(ids.get(i));
                }
            }
            long before = rig.blobs.usage().bytesOnDisk();
            Blobs.Compaction one = rig.blobs.compact();
            assertEquals(1, one.segments());
            assertEquals(SMALL.segmentBytes(), one.freed());
            assertTrue(one.moved() > 0);
            rig.compactAll();
            rig.verify();
            long after = rig.blobs.usage().bytesOnDisk();
            assertTrue(after < before * 2 / 3, before + " → " + after);
            assertTrue(agree(rig), () -> rig.blobs.usage() + " and " + rig.disk.bytes());
        }
    }

    /** A spare segment may be on its way between two looks, so they are repeated for a while. */
    private static boolean agree(Rig rig) {
        long end = System.nanoTime() + 10_000_000_000L;
        while (rig.blobs.usage().bytesOnDisk() != rig.disk.bytes()) {
            if (System.nanoTime() > end) {
                return false;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    /** A backup links what the keyspace named at some moment while segments were held. */
    @Test
    void whatIsHeldIsLinkedThoughCompactionIsDoneWithIt() throws IOException {
        byte[] content = content(600_000, 1);
        BlobId id = put(content);
        put(content(900_000, 2));
        Path first = folder.resolve("000000000001.segment");
        Path links = Files.createDirectory(folder.resolve("links"));
        try (Blobs.Held held = blobs.hold()) {
            keyspace.commit(new Transaction().writeAll(blobs.dropping(id)));
            while (blobs.compact().segments() > 0) {
                // until nothing is left to do
            }
            assertTrue(Files.exists(first), "compacted, and held");
            held.linkTo(links);
        }
        assertFalse(Files.exists(first), "and gone once nobody holds it");
        byte[] linked = Files.readAllBytes(links.resolve("000000000001.segment"));
        assertArrayEquals(
                Arrays.copyOf(content, Page.PAYLOAD),
                Arrays.copyOfRange(linked, Page.SIZE + Page.HEADER, 2 * Page.SIZE));
        blobs.close();
        blobs = engine(keyspace);
    }

    @Test
    void aBlobThatMayStillBeAdoptedIsNotTakenForGarbage() {
        try (Rig rig = new Rig(2)) {
            byte[] content = content(200_000, 3);
            Blob late = rig.finish(content);
            Blob never = rig.finish(content(200_000, 4));
            rig.drop(rig.put(1_000_000));
            rig.put(1_000_000);
            rig.compactAll();
            assertTrue(rig.disk.exists(FIRST));
            rig.adopt(late, content);
            rig.verify();
            rig.now = rig.now.plus(SMALL.adoptWithin()).plusSeconds(1);
            rig.compactAll();
            assertThrows(IllegalArgumentException.class, () -> rig.blobs.adopting(never));
            assertFalse(rig.disk.exists(FIRST), "the live one moved out");
            rig.verify();
        }
    }

    @Test
    void afterARestartWhatWasNotAdoptedIsGarbage() {
        try (Rig rig = new Rig(3)) {
            Blob left = rig.finish(content(500_000, 3));
            BlobWriter open = rig.blobs.create(100_000);
            open.write(ByteBuffer.wrap(new byte[50_000]));
            rig.reopen();
            assertThrows(IllegalArgumentException.class, () -> rig.blobs.adopting(left));
            assertKind(
                    Kind.CLOSED,
                    () -> {
                        open.write(ByteBuffer.wrap(new byte[50_000]));
                        open.finish();
                    });
            open.close();
            rig.compactAll();
            assertEquals(0, rig.disk.bytes());
        }
    }

    @Test
    void anAdoptedBlobIsNotAdoptedTwice() {
        try (Rig rig = new Rig(4)) {
            byte[] content = content(10, 1);
            Blob blob = rig.finish(content);
            rig.adopt(blob, content);
            rig.blobs.compact();
            assertThrows(IllegalArgumentException.class, () -> rig.blobs.adopting(blob));
        }
    }

    @Test
    void aFileStaysAsLongAsSomebodyReadsFromIt() {
        try (Rig rig = new Rig(5)) {
            byte[] content = content(700_000, 9);
            Blob blob = rig.finish(content);
            rig.adopt(blob, content);
            rig.reopen();
            BlobReader reader = rig.blobs.open(blob.id()).orElseThrow();
            rig.drop(blob.id());
            rig.compactAll();
            assertTrue(rig.disk.exists(FIRST));
            assertArrayEquals(content, read(reader, 0, content.length));
            reader.close();
            assertFalse(rig.disk.exists(FIRST));
        }
    }

    /** The writes were asked for before compaction moved the blob, and are committed after it. */
    @Test
    void aDropThatCrossesACompactionDropsAll() {
        try (Rig rig = new Rig(6)) {
            BlobId id = rig.put(100_000);
            rig.reopen();
            List<Write> dropping = rig.blobs.dropping(id);
            assertEquals(1, rig.blobs.compact().segments());
            rig.keyspace.commit(new Transaction().writeAll(dropping));
            rig.model.remove(id);
            rig.gone.add(id);
            rig.verify();
            rig.reopen();
            rig.compactAll();
            assertEquals(0, rig.disk.bytes());
            assertEquals(0, rig.blobs.usage().live());
        }
    }

    @Test
    void segmentsOfAnotherKeyspaceAreRefusedAndLeftAlone() {
        try (Rig rig = new Rig(7);
                Keyspace other = Keyspace.inMemory()) {
            rig.put(100);
            rig.blobs.close();
            long bytes = rig.disk.bytes();
            assertKind(Kind.FOREIGN, () -> open(rig, other));
            Blobs.open(
                            Path.of("/other"),
                            rig.disk,
                            other,
                            SMALL,
                            new SecureRandom(),
                            InstantSource.system())
                    .close();
            assertKind(Kind.FOREIGN, () -> open(rig, other));
            assertEquals(bytes, rig.disk.bytes());
            rig.blobs = rig.open();
            rig.verify();
        }
    }

    @Test
    void aNewerFormatIsRefused() {
        try (Rig rig = new Rig(8)) {
            byte[] value = rig.keyspace.get(Space.RECORDS, Keys.store()).orElseThrow();
            value[0]++;
            rig.keyspace.commit(
                    new Transaction().write(new Write.Put(Space.RECORDS, Keys.store(), value)));
            assertKind(Kind.FOREIGN, rig::open);
        }
    }

    @Test
    void aSegmentThatIsNotThereIsCorruptAndNotAbsent() throws Exception {
        try (Rig rig = new Rig(9)) {
            BlobId id = rig.put(100);
            rig.blobs.close();
            rig.disk.delete(FIRST);
            rig.blobs = rig.open();
            assertKind(Kind.CORRUPT, () -> rig.blobs.open(id));
            assertEquals(List.of(id), Everything.in(rig.blobs, rig.keyspace).corrupt());
            assertEquals(
                    List.of("segment 1 is not there"), Everything.faults(rig.blobs, rig.keyspace));
        }
    }

    @Test
    void whatIsWrongWithAPlaceIsNamed() {
        try (Rig rig = new Rig(11)) {
            BlobId one = rig.put(200_000);
            BlobId two = rig.put(100);
            byte[] first = rig.keyspace.get(Space.RECORDS, Keys.place(one)).orElseThrow();
            byte[] second = rig.keyspace.get(Space.RECORDS, Keys.place(two)).orElseThrow();
            Place place = Place.decode(first);
            Extent extent = place.extents().getFirst();
            // Its first page is the other's, too; and the index of the segment knows of neither.
            Place shared = new Place(100, List.of(new Extent(extent.segment(), extent.page(), 1)));
            for (Write wrong :
                    List.of(
                            new Write.Put(Space.RECORDS, Keys.place(two), shared.encode()),
                            new Write.Delete(
                                    Space.RECORDS, Keys.inSegment(extent.segment(), one)))) {
                rig.keyspace.commit(new Transaction().write(wrong));
            }
            List<String> faults = Everything.faults(rig.blobs, rig.keyspace);
            String all = String.join("\n", faults);
            assertTrue(all.contains("page 1 of segment 1 is another's, too"), all);
            assertTrue(all.contains("segment 1 is not known to hold it"), all);
            Place beyond = new Place(100, List.of(new Extent(extent.segment(), 1 << 20, 1)));
            Place wrong = new Place(1 << 20, place.extents());
            rig.keyspace.commit(
                    new Transaction()
                            .write(new Write.Put(Space.RECORDS, Keys.place(two), beyond.encode()))
                            .write(new Write.Put(Space.RECORDS, Keys.place(one), wrong.encode())));
            all = String.join("\n", Everything.faults(rig.blobs, rig.keyspace));
            assertTrue(all.contains("pages 1048576 to 1048576 are not in segment 1"), all);
            assertTrue(all.contains("its 1048576 bytes are not in 4 pages"), all);
            Place whole = Place.decode(second);
            rig.keyspace.commit(
                    new Transaction()
                            .write(new Write.Put(Space.RECORDS, Keys.place(two), second))
                            .write(new Write.Put(Space.RECORDS, Keys.place(one), first))
                            .write(
                                    new Write.Put(
                                            Space.RECORDS,
                                            Keys.inSegment(extent.segment(), one),
                                            place.shares().firstEntry().getValue().encode())));
            assertEquals(100, whole.length());
            rig.verify();
        }
    }

    @Test
    void anInterruptStopsUpkeepAtTheNextPages() {
        try (Rig rig = new Rig(10)) {
            rig.put(900_000);
            rig.reopen();
            Thread.currentThread().interrupt();
            assertEquals(0, rig.blobs.compact().segments());
            assertTrue(Thread.interrupted(), "the interrupt stays set");
            rig.verify();
        }
    }

    /** Golden bytes: old segments stay readable, so these may never change. */
    @Test
    void theFormatOfAPageIsWhatThePackagesPageSays() throws Exception {
        try (Rig rig = new Rig(11)) {
            byte[] content = {1, 2, 3};
            Blob blob = rig.finish(content);
            rig.adopt(blob, content);
            byte[] file = rig.disk.read(FIRST);
            ByteBuffer page = ByteBuffer.wrap(file, Page.SIZE, Page.SIZE);
            assertEquals(0x446D4201, page.getInt());
            assertEquals(blob.id(), BlobId.decode(page));
            assertEquals(0, page.getInt());
            assertEquals(3, page.getInt());
            int checksum = page.getInt();
            var crc = new java.util.zip.CRC32C();
            crc.update(file, Page.SIZE, 28);
            crc.update(content);
            assertEquals((int) crc.getValue(), checksum);
            assertEquals(1, page.get());
            assertEquals(0x446D5301, ByteBuffer.wrap(file).getInt());
            byte[] place = rig.keyspace.get(Space.RECORDS, Keys.place(blob.id())).orElseThrow();
            assertEquals(
                    "01" + "0000000000000003" + "0000000000000001" + "00000001" + "00000001",
                    java.util.HexFormat.of().formatHex(place));
        }
    }

    private static Blobs open(Rig rig, Keyspace keyspace) {
        return Blobs.open(
                Rig.FOLDER, rig.disk, keyspace, SMALL, new SecureRandom(), InstantSource.system());
    }

    private static void assertKind(Kind kind, Runnable call) {
        assertEquals(kind, assertThrows(StorageFailure.class, call::run).kind());
    }
}
