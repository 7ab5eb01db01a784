package org.domicile.keyspace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * The embedded engine: RocksDB behind one {@link CommitLane}.
 *
 * <p>Reads go to RocksDB from the caller's thread, through the {@link Gate}. Native objects that
 * outlive a call (cursors, snapshots) are kept in {@code open}, so that closing the keyspace closes
 * them and not the process.
 */
final class RocksKeyspace implements Keyspace {
    private final RocksFolder folder;
    private final RocksStore store;
    private final RocksDB db;
    private final Families families;
    private final ReadOptions reading;
    private final Gate gate = new Gate();
    private final RocksLogs logs;
    private final CommitLane lane;
    private final FileStore disk;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();

    private RocksKeyspace(RocksFolder folder, RocksStore store, KeyspaceOptions options)
            throws RocksDBException, IOException {
        this.folder = folder;
        this.store = store;
        this.db = store.db();
        this.families = store.families();
        this.reading = store.reading();
        this.disk = Files.getFileStore(folder.rocks());
        this.logs = new RocksLogs(db, families, gate, reading);
        byte[] version = db.get(families.meta(), reading, CommitLane.VERSION);
        this.lane =
                new CommitLane(
                        db,
                        families,
                        logs,
                        options,
                        reading,
                        version == null ? 0 : ByteBuffer.wrap(version).getLong(),
                        this::room);
        logs.through(lane);
    }

    static Keyspace open(Path path, KeyspaceOptions options) {
        RocksFolder folder = RocksFolder.claim(path);
        RocksStore store = null;
        try {
            store = RocksStore.open(folder.rocks(), options);
            RocksKeyspace keyspace = new RocksKeyspace(folder, store, options);
            keyspace.lane.start();
            return keyspace;
        } catch (RocksDBException e) {
            release(folder, store);
            throw Families.failure("opening the keyspace in " + path, e);
        } catch (IOException e) {
            release(folder, store);
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED, "opening the keyspace in " + path + ": " + e, e);
        } catch (RuntimeException | Error e) {
            release(folder, store);
            throw e;
        }
    }

    private static void release(RocksFolder folder, @Nullable RocksStore store) {
        if (store != null) {
            store.close();
        }
        folder.close();
    }

    private long room() {
        try {
            return disk.getUsableSpace();
        } catch (IOException e) {
            // A disk that cannot say how much room it has will not take a write either.
            throw new UncheckedIOException("asking the disk how much room it has", e);
        }
    }

    @Override
    public Committed commit(Transaction transaction) {
        Ticket ticket = Ticket.of(transaction);
        int stripe = gate.enter();
        Committed committed;
        try {
            committed = lane.commit(ticket);
        } finally {
            gate.leave(stripe);
        }
        if (committed instanceof Committed.Applied(long _, List<Long> indices)) {
            transaction.committed(indices);
        }
        return committed;
    }

    @Override
    public Optional<byte[]> get(Space space, byte[] key) {
        return get(space, key, reading);
    }

    private Optional<byte[]> get(Space space, byte[] key, ReadOptions options) {
        int stripe = gate.enter();
        try {
            return Optional.ofNullable(db.get(families.of(space), options, key));
        } catch (RocksDBException e) {
            throw Families.failure("reading a key of " + space, e);
        } finally {
            gate.leave(stripe);
        }
    }

    @Override
    public Cursor scan(Space space, Range range, Direction direction) {
        int stripe = gate.enter();
        try {
            return new RocksCursor(
                    db, families.of(space), range, direction, Optional.empty(), gate, open);
        } finally {
            gate.leave(stripe);
        }
    }

    @Override
    public Snapshot snapshot() {
        int stripe = gate.enter();
        try {
            return new Held();
        } finally {
            gate.leave(stripe);
        }
    }

    @Override
    public LogReading logs() {
        return logs;
    }

    @Override
    public void copyTo(Path fresh) {
        int stripe = gate.enter();
        try {
            Path rocks = RocksFolder.around(fresh);
            // Most of it before the commits have to wait.
            store.flush();
            lane.between(() -> {
                store.checkpoint(rocks);
                return fresh;
            });
        } catch (IOException e) {
            throw StorageFailure.of(e, "copying the keyspace to " + fresh);
        } catch (RocksDBException e) {
            throw Families.failure("copying the keyspace to " + fresh, e);
        } finally {
            gate.leave(stripe);
        }
    }

    @Override
    public void company(IntSupplier callers) {
        lane.company(callers);
    }

    @Override
    public void leap(long by) {
        int stripe = gate.enter();
        try {
            lane.leap(by);
        } finally {
            gate.leave(stripe);
        }
    }

    @Override
    public Usage usage() {
        int stripe = gate.enter();
        try (Stream<Path> files = Files.list(folder.rocks())) {
            return new Usage(
                    files.mapToLong(RocksKeyspace::size).sum(),
                    store.memory(),
                    lane.commits(),
                    lane.syncs());
        } catch (IOException | RocksDBException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED, "measuring the keyspace: " + e.getMessage(), e);
        } finally {
            gate.leave(stripe);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            // Compaction removed it since it was listed.
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the commits and reads under way; later ones find the keyspace closed. */
    @Override
    public void close() {
        if (!gate.close()) {
            return;
        }
        lane.stop();
        for (AutoCloseable each : open) {
            switch (each) {
                case RocksCursor cursor -> cursor.free();
                case Held held -> held.free();
                default -> throw new IllegalStateException("what is " + each);
            }
        }
        store.close();
        folder.close();
    }

    private final class Held implements Snapshot {
        private final org.rocksdb.Snapshot snapshot = db.getSnapshot();
        private final ReadOptions held = store.readOptions().setSnapshot(snapshot);

        Held() {
            open.add(this);
        }

        @Override
        public Optional<byte[]> get(Space space, byte[] key) {
            return RocksKeyspace.this.get(space, key, held);
        }

        @Override
        public Cursor scan(Space space, Range range, Direction direction) {
            int stripe = gate.enter();
            try {
                return new RocksCursor(
                        db,
                        families.of(space),
                        range,
                        direction,
                        Optional.of(snapshot),
                        gate,
                        open);
            } finally {
                gate.leave(stripe);
            }
        }

        @Override
        public void close() {
            int stripe;
            try {
                stripe = gate.enter();
            } catch (StorageFailure e) {
                // The keyspace closed and took the snapshot with it.
                return;
            }
            try {
                if (open.remove(this)) {
                    free();
                }
            } finally {
                gate.leave(stripe);
            }
        }

        void free() {
            held.close();
            db.releaseSnapshot(snapshot);
            snapshot.close();
        }
    }
}
