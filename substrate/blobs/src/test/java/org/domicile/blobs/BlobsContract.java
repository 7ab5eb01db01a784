package org.domicile.blobs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every engine of blobs promises. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
public abstract class BlobsContract {
    /** Bytes that a page of the embedded engine carries; others have other seams. */
    static final int SEAM = 65_504;

    private static final byte[] NEVER = {'x', 'n'};

    protected Keyspace keyspace;
    protected Blobs blobs;

    /** A fresh engine over {@code keyspace}; the test closes it. */
    protected abstract Blobs engine(Keyspace keyspace);

    @BeforeEach
    void start() {
        keyspace = Keyspace.inMemory();
        blobs = engine(keyspace);
    }

    @AfterEach
    void stop() {
        blobs.close();
        keyspace.close();
    }

    @Test
    void whatWasWrittenIsReadWholeAtEverySizeAroundASeam() {
        for (int size :
                new int[] {0, 1, 4_095, SEAM - 1, SEAM, SEAM + 1, 2 * SEAM, 10 * SEAM + 17}) {
            byte[] content = content(size, size);
            BlobId id = put(content);
            try (BlobReader reader = blobs.open(id).orElseThrow()) {
                assertEquals(size, reader.length());
                assertArrayEquals(content, read(reader, 0, size));
                assertEquals(-1, reader.read(ByteBuffer.allocate(1), size));
            }
        }
    }

    @Test
    void anyRangeIsReadInAnyOrder() {
        byte[] content = content(9 * SEAM + 1_234, 7);
        BlobId id = put(content);
        Random random = new Random(1);
        try (BlobReader reader = blobs.open(id).orElseThrow()) {
            for (int i = 0; i < 200; i++) {
                int from = random.nextInt(content.length);
                int length = random.nextInt(1 + Math.min(3 * SEAM, content.length - from));
                assertArrayEquals(
                        java.util.Arrays.copyOfRange(content, from, from + length),
                        read(reader, from, length));
            }
            // Small steps one after the other, as a slow client causes them.
            for (int at = 0; at < content.length; at += 10_000) {
                int length = Math.min(10_000, content.length - at);
                assertArrayEquals(
                        java.util.Arrays.copyOfRange(content, at, at + length),
                        read(reader, at, length));
            }
        }
    }

    @Test
    void aReadPastTheEndStopsThere() {
        BlobId id = put(content(100, 3));
        try (BlobReader reader = blobs.open(id).orElseThrow()) {
            ByteBuffer target = ByteBuffer.allocate(50);
            assertEquals(10, reader.read(target, 90));
            assertEquals(10, target.position());
            assertEquals(-1, reader.read(target, 100));
            assertEquals(-1, reader.read(target, Long.MAX_VALUE));
            assertEquals(0, reader.read(ByteBuffer.allocate(0), 5));
            assertThrows(IllegalArgumentException.class, () -> reader.read(target, -1));
        }
    }

    @Test
    void theSizeOfTheStepsInWhichItWasWrittenDoesNotMatter() {
        byte[] content = content(5 * SEAM + 99, 11);
        Random random = new Random(2);
        for (long expected : new long[] {-1, 0, 10, content.length, 3L * content.length}) {
            BlobWriter writer = blobs.create(expected);
            int at = 0;
            while (at < content.length) {
                int step = Math.min(random.nextInt(90_000), content.length - at);
                ByteBuffer source = ByteBuffer.wrap(content, at, step);
                writer.write(source);
                assertFalse(source.hasRemaining());
                at += step;
            }
            Blob blob = writer.finish();
            writer.close();
            assertEquals(content.length, blob.length());
            adopt(blob);
            assertArrayEquals(content, whole(blob.id()));
        }
    }

    @Test
    void aDirectBufferIsTakenAsWell() {
        byte[] content = content(2 * SEAM, 5);
        ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content).flip();
        try (BlobWriter writer = blobs.create(content.length)) {
            writer.write(direct);
            Blob blob = writer.finish();
            adopt(blob);
            ByteBuffer target = ByteBuffer.allocateDirect(content.length);
            try (BlobReader reader = blobs.open(blob.id()).orElseThrow()) {
                assertEquals(content.length, reader.read(target, 0));
            }
            byte[] found = new byte[content.length];
            target.flip().get(found);
            assertArrayEquals(content, found);
        }
    }

    @Test
    void aBlobExistsOnceItIsAdoptedAndNotBefore() {
        Blob blob = finished(content(1_000, 1));
        assertTrue(blobs.open(blob.id()).isEmpty());
        adopt(blob);
        assertTrue(blobs.open(blob.id()).isPresent());
        assertTrue(blobs.open(new BlobId(1, 2)).isEmpty());
    }

    @Test
    void aRefusedTransactionAdoptsNothingAndMayBeTriedAgain() {
        Blob blob = finished(content(1_000, 1));
        Transaction refused = new Transaction();
        refused.when(new Condition.Holds(Space.RECORDS, NEVER, Optional.of(new byte[] {1})));
        assertInstanceOf(
                Committed.Stale.class, keyspace.commit(refused.writeAll(blobs.adopting(blob))));
        assertTrue(blobs.open(blob.id()).isEmpty());
        adopt(blob);
        assertArrayEquals(content(1_000, 1), whole(blob.id()));
    }

    @Test
    void aDroppedBlobIsGoneAndItsOpenReaderReadsOn() {
        byte[] content = content(4 * SEAM, 2);
        BlobId id = put(content);
        BlobReader reader = blobs.open(id).orElseThrow();
        assertArrayEquals(java.util.Arrays.copyOf(content, 10), read(reader, 0, 10));
        keyspace.commit(new Transaction().writeAll(blobs.dropping(id)));
        assertTrue(blobs.open(id).isEmpty());
        blobs.compact();
        assertArrayEquals(content, read(reader, 0, content.length));
        reader.close();
        // Again, and of one that never was: nothing happens.
        keyspace.commit(new Transaction().writeAll(blobs.dropping(id)));
        keyspace.commit(new Transaction().writeAll(blobs.dropping(new BlobId(3, 4))));
    }

    @Test
    void oneTransactionReplacesABlobByAnother() {
        BlobId old = put(content(70_000, 1));
        Blob fresh = finished(content(80_000, 2));
        keyspace.commit(
                new Transaction().writeAll(blobs.dropping(old)).writeAll(blobs.adopting(fresh)));
        assertTrue(blobs.open(old).isEmpty());
        assertArrayEquals(content(80_000, 2), whole(fresh.id()));
    }

    @Test
    void writersSideBySideDoNotMix() {
        BlobWriter first = blobs.create(-1);
        BlobWriter second = blobs.create(300_000);
        byte[] one = content(300_000, 1);
        byte[] two = content(300_000, 2);
        for (int at = 0; at < 300_000; at += 30_000) {
            first.write(ByteBuffer.wrap(one, at, 30_000));
            second.write(ByteBuffer.wrap(two, at, 30_000));
        }
        Blob secondBlob = second.finish();
        Blob firstBlob = first.finish();
        adopt(firstBlob);
        adopt(secondBlob);
        assertArrayEquals(one, whole(firstBlob.id()));
        assertArrayEquals(two, whole(secondBlob.id()));
    }

    @Test
    void manyThreadsPutAndGet() throws Exception {
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] content = content(1_000 + i * 9_777, i);
            work.add(() -> java.util.Arrays.equals(content, whole(put(content))));
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> result : executor.invokeAll(work, 50, TimeUnit.SECONDS)) {
                assertTrue(result.get());
            }
        }
    }

    @Test
    void aWriterThatGivesUpLeavesNothing() {
        BlobWriter writer = blobs.create(500_000);
        writer.write(ByteBuffer.wrap(content(200_000, 1)));
        writer.close();
        writer.close();
        assertThrows(IllegalStateException.class, writer::finish);
        assertEquals(0, blobs.usage().live());
        assertArrayEquals(content(10, 1), whole(put(content(10, 1))));
    }

    @Test
    void aWriterFinishesOnce() {
        try (BlobWriter writer = blobs.create(-1)) {
            writer.finish();
            assertThrows(IllegalStateException.class, writer::finish);
            assertThrows(IllegalStateException.class, () -> writer.write(ByteBuffer.allocate(1)));
        }
    }

    @Test
    void aBlobOfElsewhereIsNotAdopted() {
        Blob foreign = new Blob(new BlobId(5, 6), 3, new byte[] {1, 2, 3});
        assertThrows(IllegalArgumentException.class, () -> blobs.adopting(foreign));
    }

    @Test
    void whatIsThereIsLookedAtAndNothingIsWrong() {
        put(content(100_000, 1));
        BlobId dropped = put(content(100_000, 2));
        put(content(5, 3));
        finished(content(7, 4));
        keyspace.commit(new Transaction().writeAll(blobs.dropping(dropped)));
        assertEquals(new Everything(2, 100_005, List.of()), Everything.in(blobs, keyspace));
        assertEquals(List.of(), Everything.faults(blobs, keyspace));
    }

    @Test
    void nothingWorksAfterClose() {
        BlobId id = put(content(10, 1));
        blobs.close();
        assertClosed(() -> blobs.create(-1));
        assertClosed(() -> blobs.open(id));
        assertClosed(blobs::compact);
        assertClosed(() -> blobs.inspect(keyspace, (_, _) -> {}));
        blobs.close();
    }

    private static void assertClosed(Runnable call) {
        StorageFailure failure = assertThrows(StorageFailure.class, call::run);
        assertEquals(StorageFailure.Kind.CLOSED, failure.kind());
    }

    /** Writes, finishes and adopts. */
    protected BlobId put(byte[] content) {
        Blob blob = finished(content);
        adopt(blob);
        return blob.id();
    }

    /** Writes and finishes. */
    protected Blob finished(byte[] content) {
        try (BlobWriter writer = blobs.create(content.length)) {
            writer.write(ByteBuffer.wrap(content));
            return writer.finish();
        }
    }

    /** Adopts in a transaction of its own. */
    protected void adopt(Blob blob) {
        assertInstanceOf(
                Committed.Applied.class,
                keyspace.commit(new Transaction().writeAll(blobs.adopting(blob))));
    }

    /** All bytes of a blob. */
    protected byte[] whole(BlobId id) {
        try (BlobReader reader = blobs.open(id).orElseThrow()) {
            return read(reader, 0, (int) reader.length());
        }
    }

    static byte[] read(BlobReader reader, long position, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        while (target.hasRemaining()) {
            int count = reader.read(target, position + target.position());
            assertTrue(count > 0, "a read in the middle of a blob gives bytes");
        }
        return target.array();
    }

    static byte[] content(int length, long seed) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        return content;
    }
}
