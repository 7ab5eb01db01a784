package org.domicile.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Append;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksKeyspaceTest extends KeyspaceContract {
    private static final int WRITERS = 4;

    @TempDir Path folder;

    @Override
    protected Keyspace open() {
        return Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
    }

    /**
     * A copy holds what was committed before it was asked for, of each transaction all or nothing,
     * and does not change with what is committed later.
     */
    @Test
    void aCopyIsOneMomentOfManyCommits() throws Exception {
        AtomicLong acknowledged = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        List<Long> before = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int mine = writer;
                writers.add(
                        pool.submit(() -> {
                            for (int i = 0; !stop.get(); i++) {
                                commit(mine, i);
                                acknowledged.incrementAndGet();
                            }
                        }));
            }
            try {
                for (int copy = 0; copy < 3; copy++) {
                    long wanted = acknowledged.get() + 50;
                    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                    while (acknowledged.get() < wanted) {
                        assertTrue(System.nanoTime() < end, "nobody commits");
                        Thread.onSpinWait();
                    }
                    before.add(acknowledged.get());
                    keyspace.copyTo(folder.resolve("copy-" + copy));
                }
            } finally {
                stop.set(true);
            }
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
        }
        for (int copy = 0; copy < 3; copy++) {
            Path path = folder.resolve("copy-" + copy);
            try (Keyspace moment = Keyspace.open(path, KeyspaceOptions.defaults())) {
                long entries = moment.logs().size("log");
                assertTrue(entries >= before.get(copy), entries + " of " + before.get(copy));
                assertTrue(entries < acknowledged.get(), "the last copy was not the end");
                assertEquals(entries, count(moment, Space.RECORDS));
                assertEquals(entries, count(moment, Space.BODIES));
                assertEquals(entries, moment.logs().entries("log", 0, (int) entries).size());
                moment.commit(
                        new Transaction().append(new Append("log", new byte[1], new byte[0])));
            }
        }
        assertEquals(acknowledged.get(), keyspace.logs().size("log"));
    }

    private void commit(int writer, int number) {
        byte[] key = ByteBuffer.allocate(8).putInt(writer).putInt(number).array();
        keyspace.commit(
                new Transaction()
                        .write(new Write.Put(Space.RECORDS, key, key))
                        .write(new Write.Put(Space.BODIES, key, new byte[3_000]))
                        .append(new Append("log", key, key)));
    }

    private static long count(Keyspace keyspace, Space space) {
        long count = 0;
        Range all = new Range(new byte[0], new byte[] {-1});
        try (Cursor cursor = keyspace.scan(space, all, Reading.Direction.UP)) {
            while (cursor.next()) {
                count++;
            }
        }
        return count;
    }

    @Test
    void aLeapIsDurableThoughNothingWasCommittedBehindIt() {
        commit(1, 1);
        keyspace.leap(1L << 42);
        keyspace.close();
        keyspace = Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
        Committed committed =
                keyspace.commit(
                        new Transaction()
                                .write(new Write.Put(Space.RECORDS, new byte[1], new byte[1])));
        assertTrue(
                committed instanceof Committed.Applied applied && applied.version() > 1L << 42,
                committed::toString);
    }

    @Test
    void aCopyThatCannotBeMadeHarmsNothing() throws Exception {
        Path taken = folder.resolve("taken");
        Files.createDirectories(taken.resolve("rocks"));
        assertThrows(StorageFailure.class, () -> keyspace.copyTo(taken));
        commit(1, 1);
        assertEquals(1, keyspace.logs().size("log"));
    }
}
