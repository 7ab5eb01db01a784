package org.domicile.keyspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.domicile.bytes.StorageFailure;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;

/**
 * The column families: one for each kind of data whose life differs, all behind one log.
 *
 * <p>Compression is off but for records: bodies, entries and payloads are sealed or hashes, and do
 * not shrink.
 */
final class Families implements AutoCloseable {
    private static final int FAMILIES = 5;
    private static final long SMALLEST_BODY_FILE_VALUE = 1L << 10;
    private static final long BODY_FILE = 128L << 20;

    private final List<RocksObject> owned = new ArrayList<>();
    private final List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();

    Families(Cache cache, long writeBuffers) {
        // Format, version, names and marks of the logs: a few dozen keys.
        add("default", small(cache, 1 << 20));
        add("records", records(cache, writeBuffers / 6));
        add("bodies", bodies(cache, writeBuffers / 4));
        add("entries", entries(cache, writeBuffers / 8));
        add("payloads", small(cache, writeBuffers / 8));
    }

    List<ColumnFamilyDescriptor> descriptors() {
        return descriptors;
    }

    /** For RocksDB.open to fill in. */
    List<ColumnFamilyHandle> handles() {
        return handles;
    }

    ColumnFamilyHandle meta() {
        return handles.get(0);
    }

    ColumnFamilyHandle of(Space space) {
        return switch (space) {
            case RECORDS -> handles.get(1);
            case BODIES -> handles.get(2);
        };
    }

    ColumnFamilyHandle entries() {
        return handles.get(3);
    }

    ColumnFamilyHandle payloads() {
        return handles.get(4);
    }

    /**
     * The number of a family in a batch. RocksDB numbers families in the order of their creation,
     * which is the order here; {@link #checkNumbers} makes sure.
     */
    static int number(Space space) {
        return switch (space) {
            case RECORDS -> 1;
            case BODIES -> 2;
        };
    }

    static final int META = 0;
    static final int ENTRIES = 3;
    static final int PAYLOADS = 4;

    void checkNumbers() {
        for (int i = 0; i < FAMILIES; i++) {
            if (handles.get(i).getID() != i) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "the keyspace's column families stand in an order that this program does"
                                + " not write");
            }
        }
    }

    private void add(String name, ColumnFamilyOptions options) {
        owned.add(options);
        descriptors.add(new ColumnFamilyDescriptor(name.getBytes(UTF_8), options));
    }

    private BlockBasedTableConfig table(Cache cache) {
        // Index and filter blocks count against the cache, so that its size is the limit it says.
        return new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setBlockSize(16 << 10)
                .setFormatVersion(5);
    }

    private BlockBasedTableConfig filtered(Cache cache) {
        BloomFilter filter = new BloomFilter(10);
        owned.add(filter);
        return table(cache).setFilterPolicy(filter).setOptimizeFiltersForMemory(true);
    }

    private static ColumnFamilyOptions plain(long writeBuffer) {
        return new ColumnFamilyOptions()
                .setWriteBufferSize(writeBuffer)
                .setMaxWriteBufferNumber(3)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true)
                .setForceConsistencyChecks(true)
                // Reads pay for every removed range that is still in memory.
                .setMemtableMaxRangeDeletions(500);
    }

    private ColumnFamilyOptions small(Cache cache, long writeBuffer) {
        return plain(writeBuffer).setTableFormatConfig(table(cache));
    }

    private ColumnFamilyOptions records(Cache cache, long writeBuffer) {
        return plain(writeBuffer)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(filtered(cache).setBlockSize(8 << 10));
    }

    /**
     * Values lie in files of their own, written once at the flush; compaction moves only their
     * addresses. Garbage collection, which does copy bodies, is off until {@link BodyGarbage} finds
     * that it pays.
     */
    private ColumnFamilyOptions bodies(Cache cache, long writeBuffer) {
        return plain(writeBuffer)
                .setEnableBlobFiles(true)
                .setMinBlobSize(SMALLEST_BODY_FILE_VALUE)
                .setBlobFileSize(BODY_FILE)
                .setBlobCompressionType(CompressionType.NO_COMPRESSION)
                .setEnableBlobGarbageCollection(false)
                .setTableFormatConfig(filtered(cache));
    }

    /** Mostly forgotten before a second compaction would come: universal merges them least. */
    private ColumnFamilyOptions entries(Cache cache, long writeBuffer) {
        return plain(writeBuffer)
                .setCompactionStyle(CompactionStyle.UNIVERSAL)
                .setTableFormatConfig(table(cache));
    }

    /** Closes the handles, before the database. */
    void closeHandles() {
        handles.forEach(ColumnFamilyHandle::close);
    }

    /** Closes the options, after the database. */
    @Override
    public void close() {
        owned.forEach(RocksObject::close);
    }

    static StorageFailure failure(String doing, RocksDBException cause) {
        return new StorageFailure(kind(cause), doing + ": " + cause.getMessage(), cause);
    }

    private static StorageFailure.Kind kind(RocksDBException cause) {
        return cause.getStatus() != null
                        && cause.getStatus().getCode() == org.rocksdb.Status.Code.Corruption
                ? StorageFailure.Kind.CORRUPT
                : StorageFailure.Kind.FENCED;
    }
}
