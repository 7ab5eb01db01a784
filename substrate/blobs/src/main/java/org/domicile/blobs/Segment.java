package org.domicile.blobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * One segment file. Its bytes may be read and written from any thread; what stands under "books" is
 * guarded by the lock of {@link Segments}.
 */
final class Segment {
    final long number;
    final int pages;
    final Path path;
    private final Disk disk;
    private final GroupSync group = new GroupSync();

    /** Opened at first use; guarded by this object. */
    private Disk.@Nullable DiskFile file;

    /** The store is closed: the file is not opened again. Guarded by this object. */
    private boolean shut;

    /** Set once, by the first write or sync that failed. */
    private volatile @Nullable IOException fence;

    // Books.

    /** The next page that nobody has reserved. */
    int next = 1;

    /** Runs that somebody may still write to, or whose adoption is on its way. */
    int writers;

    /** Finished blobs in it that may still be adopted. */
    int pending;

    /** Readers and others who need the file. */
    int users;

    /** Takes no more bytes. */
    boolean sealed;

    /** Nothing names it any more: the file goes with its last user. */
    boolean doomed;

    /** Compaction cannot empty or delete it: a page is damaged, or the disk refused. */
    boolean stuck;

    /** Whether {@link #live} holds for the present index. */
    boolean counted;

    Place.Share live = Place.Share.NOTHING;

    Segment(Disk disk, Path path, long number, int pages) {
        this.disk = disk;
        this.path = path;
        this.number = number;
        this.pages = pages;
    }

    /** A new segment, whose file is open for writing. */
    Segment(Disk disk, Path path, long number, int pages, Disk.DiskFile file) {
        this(disk, path, number, pages);
        this.file = file;
    }

    long bytes() {
        return (long) pages * Page.SIZE;
    }

    boolean isFenced() {
        return fence != null;
    }

    /** Reads exactly the buffer's remaining bytes; an end of the file in between is damage. */
    void read(ByteBuffer target, long offset) {
        try {
            long at = offset;
            while (target.hasRemaining()) {
                int count = file().read(target, at);
                if (count < 0) {
                    throw new IOException(path + " ends at " + at);
                }
                at += count;
            }
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    void write(ByteBuffer source, long offset) {
        checkFence();
        try {
            file().write(source, offset);
        } catch (IOException e) {
            throw fenced(e, "cannot write to " + path);
        }
    }

    /** Returns when all that was written before is on stable storage. */
    void sync() {
        checkFence();
        try {
            group.await(() -> file().force());
        } catch (IOException e) {
            throw fenced(e, "cannot sync " + path);
        }
    }

    private synchronized Disk.DiskFile file() throws IOException {
        if (shut) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "the blobs are closed");
        }
        Disk.DiskFile open = file;
        if (open == null) {
            open = disk.openForReading(path);
            file = open;
        }
        return open;
    }

    /** Closes the file; nothing opens it again. */
    synchronized void shut() throws IOException {
        shut = true;
        closeFile();
    }

    synchronized void closeFile() throws IOException {
        Disk.DiskFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    private void checkFence() {
        IOException cause = fence;
        if (cause != null) {
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED,
                    path
                            + " takes no more bytes since a write or sync failed: "
                            + cause.getMessage(),
                    cause);
        }
    }

    private StorageFailure fenced(IOException cause, String what) {
        fence = cause;
        return StorageFailure.of(cause, what);
    }
}
