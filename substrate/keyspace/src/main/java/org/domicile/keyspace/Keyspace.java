package org.domicile.keyspace;

import java.nio.file.Path;
import java.util.function.IntSupplier;

/** See the package's page for the semantics. Safe for concurrent use. */
public interface Keyspace extends Reading, AutoCloseable {
    /**
     * Opens the embedded engine; makes the folder when it is absent.
     *
     * @throws org.domicile.bytes.StorageFailure FOREIGN when another process has the folder, or
     *     when it holds something else or a newer format; CORRUPT when what was committed cannot
     *     all be read; FENCED when the disk does not work. Each says what to do
     */
    static Keyspace open(Path folder, KeyspaceOptions options) {
        return RocksKeyspace.open(folder, options);
    }

    /** A keyspace for tests: the same semantics, nothing durable, gone when it is let go. */
    static Keyspace inMemory() {
        return new MemoryKeyspace();
    }

    /**
     * Commits: checks the conditions, writes, and returns when the result is on stable storage.
     * Blocks the (virtual) thread; many callers share one sync.
     *
     * @throws org.domicile.bytes.StorageFailure FULL, FENCED, OVERLOADED, CLOSED: nothing of the
     *     transaction is, or will be after a restart, visible; only after FENCED that is unknown
     *     until the restart
     * @throws IllegalArgumentException when the transaction passes a limit of the package's page
     */
    Committed commit(Transaction transaction);

    /**
     * Says how the number of callers who are under way can be had, each of whom commits now and
     * then. While many more are than processors can serve, a commit may wait up to a millisecond
     * for others to share its sync; otherwise none waits. Without it, none waits ever.
     *
     * @param callers cheap, asked before each sync from the keyspace's own thread
     */
    default void company(IntSupplier callers) {}

    /** The newest committed state, held still. */
    Snapshot snapshot();

    /** The logs. */
    LogReading logs();

    /**
     * Makes a folder that can be opened as a keyspace of its own and holds what is committed now,
     * for a backup to be copied from: tables are hard links, so it costs little room while it is
     * young, and stays as it is whatever happens here. Nothing of it is promised to survive a
     * crash. Commits wait for what is in memory to be written, mostly well below a second.
     *
     * @param fresh does not exist, its parent does, on the file system of this keyspace
     * @throws org.domicile.bytes.StorageFailure FULL or FENCED when it cannot be made; the keyspace
     *     itself goes on
     * @throws IllegalStateException where nothing lies in files (in memory)
     */
    default void copyTo(Path fresh) {
        throw new IllegalStateException("nothing of this keyspace lies in files: " + fresh);
    }

    /**
     * Lets versions go on further ahead, durably. For a copy that goes on beside, or instead of,
     * what it was copied from: versions stand in names that others know (version ids, ids of
     * events), and what was made there since must not be called like what is made here.
     *
     * @param by how many versions are passed over, positive
     * @throws org.domicile.bytes.StorageFailure as of a commit
     */
    void leap(long by);

    /** Bytes and counts for {@code status} and metrics. */
    Usage usage();

    @Override
    void close();

    /**
     * @param bytesOnDisk size of all files
     * @param memory bytes of caches and buffers that the engine holds outside the heap
     * @param commits transactions applied since the start
     * @param syncs syncs since the start
     */
    record Usage(long bytesOnDisk, long memory, long commits, long syncs) {}
}
