package org.domicile.keyspace;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.Checkpoint;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.util.Environment;

/** RocksDB, opened as the keyspace wants it, with everything native that lives as long. */
final class RocksStore implements AutoCloseable {
    private static final int LOGS_TO_RECYCLE = 4;
    private static final int BACKGROUND_JOBS = 2;
    private static final long FLUSH_STEP = 1L << 20;
    private static final int OPEN_FILES = 1_024;
    private static final Logger LOG = System.getLogger(RocksStore.class.getName());

    private static boolean loaded; // guarded by the class

    private final List<RocksObject> owned = new ArrayList<>();
    private final RocksDB db;
    private final Families families;
    private final LRUCache cache;
    private final ReadOptions reading;

    private RocksStore(RocksDB db, Families families, LRUCache cache, List<RocksObject> owned) {
        this.db = db;
        this.families = families;
        this.cache = cache;
        this.owned.addAll(owned);
        this.reading = readOptions();
        this.owned.add(reading);
    }

    static RocksStore open(Path folder, KeyspaceOptions options) throws RocksDBException {
        loadLibrary(folder);
        List<RocksObject> owned = new ArrayList<>();
        LRUCache cache = new LRUCache(options.cache(), 2);
        // The manager wants a cache to charge the buffers to. Its own one, with room for all of
        // them: charged to the block cache they would push the blocks out.
        LRUCache charged = new LRUCache(4 * options.writeBuffers(), 0);
        WriteBufferManager buffers = new WriteBufferManager(options.writeBuffers(), charged, false);
        Families families = new Families(cache, options.writeBuffers());
        DBOptions db = database(options).setWriteBufferManager(buffers);
        owned.addAll(List.of(db, buffers, charged, cache));
        try {
            RocksDB opened =
                    RocksDB.open(db, folder.toString(), families.descriptors(), families.handles());
            RocksStore store = new RocksStore(opened, families, cache, owned);
            families.checkNumbers();
            return store;
        } catch (RocksDBException e) {
            families.close();
            owned.forEach(RocksObject::close);
            throw e;
        }
    }

    /**
     * RocksDB's own way unpacks its 12 MB of native code into the system's temporary folder and
     * removes them at a good end: every server that is killed would leave a copy there. So its name
     * goes as soon as it is loaded. Where that folder may run nothing (noexec) or is full, it is
     * unpacked beside the tables; not there at first, since a volume with code that runs is busy as
     * long as its process lives.
     */
    private static synchronized void loadLibrary(Path folder) {
        loaded = loaded || loadFromTemporary() || loadFrom(folder);
        RocksDB.loadLibrary(); // in its own way where neither would do
    }

    private static boolean loadFromTemporary() {
        try {
            Path temporary = Files.createTempDirectory("domicile-rocksdb-");
            try {
                return loadFrom(temporary);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "there is no temporary folder for RocksDB", e);
            return false;
        }
    }

    private static boolean loadFrom(Path folder) {
        Path unpacked = folder.resolve(Environment.getJniLibraryFileName("rocksdb"));
        try {
            Files.createDirectories(folder);
            try {
                NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
            } finally {
                Files.deleteIfExists(unpacked);
            }
            return true;
        } catch (IOException | UnsatisfiedLinkError e) {
            LOG.log(Level.DEBUG, "RocksDB is not loaded from " + folder, e);
            return false;
        }
    }

    private static DBOptions database(KeyspaceOptions options) {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                // fdatasync: a recycled log has its blocks and its size already.
                .setUseFsync(false)
                .setManualWalFlush(false)
                .setRecycleLogFileNum(LOGS_TO_RECYCLE)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                // What a crash left in the log goes into tables at once, so that a torn end is
                // never read a second time.
                .setAvoidFlushDuringRecovery(false)
                .setMaxTotalWalSize(options.writeBuffers() + (32L << 20))
                // An error in the background is for a person to see, not to be retried.
                .setMaxBgErrorResumeCount(0)
                // One writer: nothing to pipeline, nothing to insert concurrently.
                .setEnablePipelinedWrite(false)
                .setAllowConcurrentMemtableWrite(false)
                .setEnableWriteThreadAdaptiveYield(false)
                .setTwoWriteQueues(false)
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                // Tables and bodies go to disk in steps, each begun when the last is there, or one
                // big flush would stall the log's syncs behind it.
                .setBytesPerSync(FLUSH_STEP)
                .setStrictBytesPerSync(true)
                .setMaxOpenFiles(OPEN_FILES)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(1L << 20);
    }

    RocksDB db() {
        return db;
    }

    Families families() {
        return families;
    }

    /** For reads of the newest state. */
    ReadOptions reading() {
        return reading;
    }

    /** Fresh options that verify each checksum; the caller closes them. */
    ReadOptions readOptions() {
        return new ReadOptions().setVerifyChecksums(true);
    }

    /** Writes to tables what is in memory. */
    void flush() throws RocksDBException {
        try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            db.flush(waiting, families.handles());
        }
    }

    /**
     * Links everything that is committed into a folder. Nobody writes meanwhile.
     *
     * <p>A log file is recycled, that is, overwritten in its place: what the checkpoint linked of
     * them becomes a copy, so that later commits do not write into it.
     */
    void checkpoint(Path fresh) throws RocksDBException, IOException {
        flush();
        try (Checkpoint checkpoint = Checkpoint.create(db)) {
            checkpoint.createCheckpoint(fresh.toString());
        }
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(fresh, "*.log")) {
            for (Path log : logs) {
                Path own = log.resolveSibling(log.getFileName() + ".own");
                Files.copy(log, own);
                Files.move(own, log, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    long memory() throws RocksDBException {
        return cache.getUsage()
                + db.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables")
                + db.getAggregatedLongProperty("rocksdb.estimate-table-readers-mem");
    }

    @Override
    public void close() {
        families.closeHandles();
        db.close();
        families.close();
        owned.reversed().forEach(RocksObject::close);
    }
}
