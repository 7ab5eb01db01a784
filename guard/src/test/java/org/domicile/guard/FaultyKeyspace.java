package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.LogReading;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Snapshot;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.request.Append;

/**
 * A real keyspace whose disk fails when it is told to: from then on no commit is taken, and reads
 * go on, as the contract says of a fenced one. Closing it leaves what is below open, so that an
 * installation can be started again on it.
 */
public final class FaultyKeyspace implements Keyspace {
    private final Keyspace below;
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong scans = new AtomicLong();
    private final AtomicLong lasts = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);
    private volatile boolean recording = true;
    private volatile Consumer<Transaction> watcher = transaction -> {};
    private final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});

    /** Before a keyspace. */
    public FaultyKeyspace(Keyspace below) {
        this.below = below;
    }

    /** Lets so many commits pass, and then none. */
    public void fenceAfter(long commitsMore) {
        lasts.set(commitsMore == Long.MAX_VALUE ? commitsMore : commits.get() + commitsMore);
    }

    /** Lets so many commits pass, and then has no room for any. */
    public void fullAfter(long commitsMore) {
        room.set(commits.get() + commitsMore);
    }

    /** Takes every commit but those that hold the record of a use. */
    public void recordNothing() {
        recording = false;
    }

    /** Shows each commit that holds the record of a use, once it is made. */
    public void watch(Consumer<Transaction> records) {
        watcher = records;
    }

    /** Does something once, before the next commit that holds the record of a use. */
    public void meanwhile(Runnable act) {
        meanwhile.set(act);
    }

    /** Works again. */
    public void heal() {
        lasts.set(Long.MAX_VALUE);
        room.set(Long.MAX_VALUE);
        recording = true;
    }

    /** Commits so far. */
    public long commits() {
        return commits.get();
    }

    /** Scans so far. */
    public long scans() {
        return scans.get();
    }

    /** What is below. */
    public Keyspace below() {
        return below;
    }

    @Override
    public Committed commit(Transaction transaction) {
        if (commits.incrementAndGet() > lasts.get()) {
            throw new StorageFailure(StorageFailure.Kind.FENCED, "the disk failed");
        }
        if (commits.get() > room.get()) {
            throw new StorageFailure(StorageFailure.Kind.FULL, "the disk is full");
        }
        boolean records = transaction.appends().stream().anyMatch(FaultyKeyspace::isUse);
        if (records && !recording) {
            throw new StorageFailure(StorageFailure.Kind.FENCED, "no use can be recorded");
        }
        if (records) {
            meanwhile.getAndSet(() -> {}).run();
        }
        Committed committed = below.commit(transaction);
        if (records) {
            watcher.accept(transaction);
        }
        return committed;
    }

    /** Closed numbers stand in use logs too, and are no uses. */
    private static boolean isUse(Append append) {
        return append.log().startsWith("use/")
                && new String(append.entry(), StandardCharsets.UTF_8).contains("\"kind\":\"use\"");
    }

    @Override
    public Optional<byte[]> get(Space space, byte[] key) {
        return below.get(space, key);
    }

    @Override
    public Cursor scan(Space space, Range range, Direction direction) {
        scans.incrementAndGet();
        return below.scan(space, range, direction);
    }

    @Override
    public Snapshot snapshot() {
        return below.snapshot();
    }

    @Override
    public LogReading logs() {
        return below.logs();
    }

    @Override
    public void leap(long by) {
        below.leap(by);
    }

    @Override
    public Usage usage() {
        return below.usage();
    }

    @Override
    public void close() {}
}
