package org.domicile.blobs;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Write;

/**
 * The twin for tests: bytes on the heap, existence in the keyspace as in the embedded engine, no
 * durability. A blob that was never adopted stays until the twin is closed.
 */
final class MemoryBlobs implements Blobs {
    private static final byte[] KIND = {'b', 'm'};

    private final Keyspace keyspace;
    private final SecureRandom entropy = new SecureRandom();
    private final Map<BlobId, Held> held = new ConcurrentHashMap<>();
    private volatile boolean closed;

    MemoryBlobs(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    @Override
    public BlobWriter create(long expected) {
        checkOpen();
        return new Writer(new BlobId(entropy.nextLong(), entropy.nextLong()));
    }

    @Override
    public List<Write> adopting(Blob blob) {
        checkOpen();
        if (!held.containsKey(blob.id())) {
            throw new IllegalArgumentException(blob.id() + " was not finished here");
        }
        return List.of(new Write.Put(Space.RECORDS, key(blob.id()), blob.place()));
    }

    @Override
    public List<Write> dropping(BlobId id) {
        checkOpen();
        held.computeIfPresent(id, (_, bytes) -> new Held(bytes.chunks, bytes.length, true));
        return List.of(new Write.Delete(Space.RECORDS, key(id)));
    }

    @Override
    public Optional<BlobReader> open(BlobId id) {
        checkOpen();
        Held bytes = held.get(id);
        return bytes == null || !exists(id) ? Optional.empty() : Optional.of(new Reader(bytes));
    }

    @Override
    public Compaction compact() {
        checkOpen();
        long freed = 0;
        for (Map.Entry<BlobId, Held> entry : held.entrySet()) {
            if (entry.getValue().wasAdopted && !exists(entry.getKey())) {
                held.remove(entry.getKey());
                freed += entry.getValue().length;
            }
        }
        return new Compaction(0, freed, 0);
    }

    @Override
    public void inspect(Reading state, Look look) {
        checkOpen();
        try (Cursor cursor = state.scan(Space.RECORDS, Range.prefix(KIND), Reading.Direction.UP)) {
            while (cursor.next()) {
                look.at(Keys.blob(cursor.key()), Optional.empty());
            }
        }
    }

    @Override
    public Usage usage() {
        checkOpen();
        long live = 0;
        for (Map.Entry<BlobId, Held> entry : held.entrySet()) {
            live += exists(entry.getKey()) ? entry.getValue().length : 0;
        }
        return new Usage(0, 0, live);
    }

    @Override
    public void close() {
        closed = true;
        held.clear();
    }

    private boolean exists(BlobId id) {
        return keyspace.get(Space.RECORDS, key(id)).isPresent();
    }

    private void checkOpen() {
        if (closed) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "the blobs are closed");
        }
    }

    private static byte[] key(BlobId id) {
        return ByteBuffer.allocate(KIND.length + BlobId.BYTES).put(KIND).put(id.encode()).array();
    }

    /** Bytes of a finished blob; {@code wasAdopted} once somebody prepared to drop it. */
    private record Held(List<byte[]> chunks, long length, boolean wasAdopted) {}

    private final class Writer implements BlobWriter {
        private final BlobId id;
        private final List<byte[]> chunks = new ArrayList<>();
        private long length;
        private boolean over;

        Writer(BlobId id) {
            this.id = id;
        }

        @Override
        public void write(ByteBuffer source) {
            checkWritable();
            byte[] chunk = new byte[source.remaining()];
            source.get(chunk);
            if (chunk.length > 0) {
                chunks.add(chunk);
            }
            length += chunk.length;
        }

        @Override
        public Blob finish() {
            checkWritable();
            over = true;
            held.put(id, new Held(chunks, length, false));
            return new Blob(id, length, new byte[0]);
        }

        @Override
        public void close() {
            over = true;
        }

        private void checkWritable() {
            checkOpen();
            if (over) {
                throw new IllegalStateException("the writer is finished or closed");
            }
        }
    }

    private static final class Reader implements BlobReader {
        private final Held held;
        private boolean closed;

        Reader(Held held) {
            this.held = held;
        }

        @Override
        public long length() {
            return held.length;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (closed) {
                throw new IllegalStateException("the reader is closed");
            }
            if (position < 0) {
                throw new IllegalArgumentException("position " + position);
            }
            if (position >= held.length) {
                return -1;
            }
            int before = target.remaining();
            long start = 0;
            for (byte[] chunk : held.chunks) {
                long from = Math.max(position, start);
                if (from < start + chunk.length && target.hasRemaining()) {
                    int offset = (int) (from - start);
                    int count = Math.min(chunk.length - offset, target.remaining());
                    // From the second chunk on it goes on at the chunk's beginning, since what
                    // lies before was copied.
                    target.put(chunk, offset, count);
                }
                start += chunk.length;
            }
            return before - target.remaining();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
