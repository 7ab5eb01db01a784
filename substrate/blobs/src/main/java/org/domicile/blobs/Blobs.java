package org.domicile.blobs;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.domicile.bytes.Disk;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Write;

/** See the package's page. Safe for concurrent use. */
public interface Blobs extends AutoCloseable {
    /**
     * The embedded engine, as the package's page describes it: files in {@code folder}, places in
     * {@code keyspace}, which stays the caller's and is closed after this. One process at a time.
     *
     * @param entropy source of ids; must not repeat itself over restarts
     * @throws org.domicile.bytes.StorageFailure FOREIGN when the segments belong to another
     *     keyspace or are of a newer format: nothing was changed
     */
    static Blobs open(
            Path folder,
            Disk disk,
            Keyspace keyspace,
            BlobOptions options,
            RandomGenerator entropy,
            InstantSource clock) {
        return SegmentBlobs.open(folder, disk, keyspace, options, entropy, clock);
    }

    /**
     * A twin for tests: the same semantics, bytes on the heap, nothing durable. What exists stands
     * in {@code keyspace}, which stays the caller's.
     */
    static Blobs inMemory(Keyspace keyspace) {
        return new MemoryBlobs(keyspace);
    }

    /**
     * A writer; {@code expected} bytes are reserved together when known (-1 when not), more may
     * come.
     */
    BlobWriter create(long expected);

    /**
     * The writes that make a finished blob exist; they go into the transaction of the metadata that
     * names it, which is committed soon. May be asked again when that transaction was refused.
     *
     * @throws IllegalArgumentException when the blob was not finished by this open engine, or so
     *     long ago that its space may be taken back
     */
    List<Write> adopting(Blob blob);

    /**
     * The writes that end a blob; they go into the transaction that removes the last name of it.
     * Dropping what does not exist changes nothing.
     */
    List<Write> dropping(BlobId id);

    /**
     * Opens an adopted blob; empty when there is none. CORRUPT when its bytes are not there at all.
     */
    Optional<BlobReader> open(BlobId id);

    /** Compacts at most one segment; returns what it did. Blocks at the configured rate. */
    Compaction compact();

    /**
     * Looks at the place of every blob in the order of their ids: whether its pages lie in segments
     * that are there, are its own alone, and are on the books of the segment. Reads no bytes of
     * blobs; holds a bit for each page.
     *
     * @param state of the keyspace; what compaction has changed since is no fault
     */
    void inspect(Reading state, Look look);

    /**
     * From now on no segment's file goes away, until this is closed: so every blob that the
     * keyspace names at some moment meanwhile can be linked afterwards.
     *
     * @throws IllegalStateException where nothing lies in files (in memory)
     */
    default Held hold() {
        throw new IllegalStateException("nothing of these blobs lies in files");
    }

    /** Sizes for {@code status} and metrics. */
    Usage usage();

    @Override
    void close();

    /** Segments that stay; see {@link #hold}. */
    interface Held extends AutoCloseable {
        /**
         * Makes hard links to all segments in an existing folder on the same file system. The links
         * take no room but for what compaction would give back. A segment that takes bytes goes on
         * doing so under the link.
         *
         * @throws org.domicile.bytes.StorageFailure FENCED when they cannot be made
         */
        void linkTo(Path folder);

        @Override
        void close();
    }

    /**
     * @param moved bytes rewritten @param freed bytes given back to the file system @param segments
     *     files deleted
     */
    record Compaction(long moved, long freed, int segments) {}

    /** What {@link #inspect} sees. */
    interface Look {
        /** A blob, and what is wrong with its place. */
        void at(BlobId id, Optional<Fault> fault);
    }

    /**
     * What is wrong with a place.
     *
     * @param what in words
     */
    record Fault(Harm harm, String what) {}

    /** What a fault means for the bytes. */
    enum Harm {
        /** They are not there, or cannot be found. */
        LOST,
        /** They may be there, and something may take them away. */
        AT_RISK
    }

    /**
     * @param segments files @param bytesOnDisk their size @param live bytes of adopted blobs, as
     *     far as counted
     */
    record Usage(int segments, long bytesOnDisk, long live) {}
}
