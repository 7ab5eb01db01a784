package org.domicile.blobs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.domicile.bytes.FaultyDisk;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;

/**
 * An engine on a bad disk, beside a trivial model of what must be there: everything whose adoption
 * was committed and whose dropping was not. The keyspace keeps what it committed, as its own tests
 * show.
 */
final class Rig implements AutoCloseable {
    static final Path FOLDER = Path.of("/data/blobs");
    static final int SEGMENT_PAGES = 16;
    static final BlobOptions OPTIONS =
            new BlobOptions(
                    (long) SEGMENT_PAGES * Page.SIZE,
                    1L << 40,
                    Duration.ofHours(1),
                    (long) SEGMENT_PAGES * Page.SIZE / 4);

    final FaultyDisk disk;
    final Keyspace keyspace = Keyspace.inMemory();
    final Map<BlobId, byte[]> model = new HashMap<>();
    final Set<BlobId> gone = new HashSet<>();
    final Random random;
    Instant now = Instant.EPOCH;
    Blobs blobs;

    Rig(long seed) {
        disk = new FaultyDisk(seed);
        random = new Random(seed * 31 + 7);
        blobs = open();
    }

    Blobs open() {
        return Blobs.open(FOLDER, disk, keyspace, OPTIONS, random, () -> now);
    }

    /** Writes, finishes and adopts; the model learns of it once that is committed. */
    BlobId put(int length) {
        byte[] content = BlobsContract.content(length, random.nextLong());
        Blob blob = finish(content);
        adopt(blob, content);
        return blob.id();
    }

    Blob finish(byte[] content) {
        try (BlobWriter writer = blobs.create(random.nextBoolean() ? -1 : content.length)) {
            writer.write(ByteBuffer.wrap(content));
            return writer.finish();
        }
    }

    void adopt(Blob blob, byte[] content) {
        Transaction transaction = new Transaction().writeAll(blobs.adopting(blob));
        assertInstanceOf(Committed.Applied.class, keyspace.commit(transaction));
        model.put(blob.id(), content);
    }

    void drop(BlobId id) {
        Transaction transaction = new Transaction().writeAll(blobs.dropping(id));
        assertInstanceOf(Committed.Applied.class, keyspace.commit(transaction));
        model.remove(id);
        gone.add(id);
    }

    /** The process ends and starts again. */
    void reopen() {
        blobs.close();
        blobs = open();
    }

    /** The machine goes off and on. */
    void powerCut() {
        blobs.close();
        disk.powerCut();
        blobs = open();
    }

    /** Everything adopted is there byte for byte, everything dropped is not. */
    void verify() {
        for (Map.Entry<BlobId, byte[]> entry : model.entrySet()) {
            try (BlobReader reader = blobs.open(entry.getKey()).orElseThrow()) {
                byte[] expected = entry.getValue();
                assertEquals(expected.length, reader.length());
                assertArrayEquals(expected, BlobsContract.read(reader, 0, expected.length));
            }
        }
        for (BlobId id : gone) {
            assertEquals(Optional.empty(), blobs.open(id));
        }
        Everything all = Everything.in(blobs, keyspace);
        assertEquals(model.size(), all.blobs());
        assertTrue(all.corrupt().isEmpty());
        assertEquals(List.of(), Everything.faults(blobs, keyspace));
    }

    /** Compacts until nothing is left to do, which must be soon. */
    void compactAll() {
        for (int i = 0; i < 1_000; i++) {
            if (blobs.compact().segments() == 0) {
                return;
            }
        }
        throw new AssertionError("compaction does not end");
    }

    @Override
    public void close() {
        blobs.close();
        keyspace.close();
    }
}
