package org.domicile.blobs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.Disk;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Puts, reads and drops on many threads, while compaction and scrub run all the time. */
@Timeout(120)
class BlobsConcurrencyTest {
    private static final int THREADS = 8;
    private static final int ACTS = 300;

    @TempDir Path folder;

    @Test
    void nobodySeesAnotherBytesAndNothingIsLostUnderCompaction() throws Exception {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        String hint = "-Ddomicile.seed=" + seed;
        try (Keyspace keyspace = Keyspace.inMemory();
                Blobs blobs =
                        Blobs.open(
                                folder,
                                Disk.real(),
                                keyspace,
                                Rig.OPTIONS,
                                new SecureRandom(),
                                InstantSource.system());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean over = new AtomicBoolean();
            Future<Long> upkeep = threads.submit(() -> upkeep(blobs, keyspace, over));
            List<Future<Map<BlobId, byte[]>>> clients = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(seed + i);
                clients.add(threads.submit(() -> client(blobs, keyspace, random)));
            }
            long live = 0;
            try {
                for (Future<Map<BlobId, byte[]>> client : clients) {
                    for (Map.Entry<BlobId, byte[]> left :
                            client.get(100, TimeUnit.SECONDS).entrySet()) {
                        read(blobs, left.getKey(), left.getValue());
                        live += left.getValue().length;
                    }
                }
            } finally {
                over.set(true);
            }
            assertTrue(upkeep.get(100, TimeUnit.SECONDS) > 0, "compaction had work, " + hint);
            while (blobs.compact().segments() > 0) {
                // The rest.
            }
            assertEquals(live, blobs.usage().live(), hint);
            assertEquals(live, Everything.in(blobs, keyspace).bytes(), hint);
            assertTrue(everyFileIsOnTheBooks(blobs), "every file is on the books, " + hint);
        }
    }

    /** A spare segment may be on its way between two looks, so they are repeated for a while. */
    private boolean everyFileIsOnTheBooks(Blobs blobs) throws IOException {
        long end = System.nanoTime() + 10_000_000_000L;
        while (blobs.usage().segments() != Disk.real().list(folder).size()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    private static long upkeep(Blobs blobs, Keyspace keyspace, AtomicBoolean over) {
        long deleted = 0;
        while (!over.get()) {
            deleted += blobs.compact().segments();
            Everything all = Everything.in(blobs, keyspace);
            assertEquals(List.of(), all.corrupt());
            assertEquals(List.of(), Everything.faults(blobs, keyspace));
        }
        return deleted;
    }

    private static Map<BlobId, byte[]> client(Blobs blobs, Keyspace keyspace, Random random) {
        Map<BlobId, byte[]> mine = new HashMap<>();
        for (int act = 0; act < ACTS; act++) {
            List<BlobId> ids = new ArrayList<>(mine.keySet());
            BlobId any = ids.isEmpty() ? null : ids.get(random.nextInt(ids.size()));
            if (any == null || random.nextInt(3) == 0) {
                byte[] content = new byte[random.nextInt(250_000)];
                random.nextBytes(content);
                try (BlobWriter writer = blobs.create(random.nextBoolean() ? -1 : content.length)) {
                    writer.write(ByteBuffer.wrap(content));
                    if (random.nextInt(8) > 0) {
                        Blob blob = writer.finish();
                        keyspace.commit(new Transaction().writeAll(blobs.adopting(blob)));
                        mine.put(blob.id(), content);
                    }
                }
            } else if (random.nextInt(3) > 0) {
                read(blobs, any, Objects.requireNonNull(mine.get(any)));
            } else {
                keyspace.commit(new Transaction().writeAll(blobs.dropping(any)));
                mine.remove(any);
                assertTrue(blobs.open(any).isEmpty());
            }
        }
        return mine;
    }

    private static void read(Blobs blobs, BlobId id, byte[] expected) {
        try (BlobReader reader = blobs.open(id).orElseThrow()) {
            assertArrayEquals(expected, BlobsContract.read(reader, 0, expected.length));
        }
    }
}
