package org.domicile.blobs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * The segment files of a store: which there are, which one takes bytes, and who needs which. One
 * lock guards the books of all of them; it is never held over a call of the disk, except for
 * closing and deleting a file that nobody uses.
 *
 * <p>One segment is active and hands out runs of pages until it is full. When half of it is handed
 * out, a thread prepares the next, so that a put seldom waits for the file system. Segments of
 * earlier runs of the program are sealed: how far they were written is not known and need not be,
 * since compaction takes back what is not live.
 */
final class Segments implements AutoCloseable {
    private static final int KEPT_OPEN = 128;
    private static final int SMALLER = 16;

    /** Segments that have to fit on the disk, or room is scarce. */
    private static final int FEW = 4;

    private final SegmentFiles files;
    private final BlobOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition prepared = lock.newCondition();

    /** Guarded by the lock, as all that follow. */
    private final NavigableMap<Long, Segment> all;

    private @Nullable Segment active;
    private @Nullable Segment spare;
    private boolean preparing;
    private int keepers;

    /** Doomed since somebody keeps all files, and kept for that. */
    private final List<Segment> graves = new ArrayList<>();

    private boolean closed;
    private long nextNumber;

    Segments(SegmentFiles files, BlobOptions options, List<Segment> found) {
        this.files = files;
        this.options = options;
        this.all = new TreeMap<>();
        for (Segment segment : found) {
            segment.sealed = true;
            all.put(segment.number, segment);
        }
        this.nextNumber = found.isEmpty() ? 1 : all.lastKey() + 1;
    }

    /**
     * Hands out between 1 and {@code wanted} pages that lie together, in the active segment. The
     * segment counts a writer until {@link #done}.
     */
    Run reserve(int wanted) {
        return reserve(wanted, Purpose.PUT);
    }

    /** The same, for compaction: it may use the room left for others, since it makes room. */
    Run reserveToMove(int wanted) {
        return reserve(wanted, Purpose.MOVE);
    }

    private Run reserve(int wanted, Purpose purpose) {
        lock.lock();
        try {
            while (true) {
                checkOpen();
                Segment target = active;
                if (target != null && !target.isFenced() && target.next < target.pages) {
                    int count = Math.min(wanted, target.pages - target.next);
                    Run run = new Run(target, target.next, count);
                    target.next += count;
                    target.writers++;
                    if (target.next > target.pages / 2) {
                        prepareInBackground();
                    }
                    return run;
                }
                if (target != null) {
                    target.sealed = true;
                    active = null;
                }
                Segment fresh = spare;
                if (fresh != null) {
                    spare = null;
                    active = fresh;
                } else if (preparing) {
                    prepared.awaitUninterruptibly();
                } else {
                    prepare(purpose);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins a sync and does not wait for it. An error fences the segment, which its writers learn
     * from their own next call.
     */
    void syncAhead(Segment segment) {
        List<Segment> held = hold(List.of(segment.number));
        Thread.startVirtualThread(() -> {
            try {
                segment.sync();
            } catch (StorageFailure e) {
                // Fenced, or closed: each writer's own sync says so again.
            } finally {
                release(held);
            }
        });
    }

    /** Gives back the end of a run that was not written, if nothing was handed out behind it. */
    void giveBack(Run run, int unused) {
        lock.lock();
        try {
            if (run.segment().next == run.page() + run.count()) {
                run.segment().next -= unused;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The runs are written, or given up. */
    void done(List<Run> runs) {
        lock.lock();
        try {
            for (Run run : runs) {
                run.segment().writers--;
                settle(run.segment());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Changes how many finished blobs of each segment may still be adopted. */
    void pending(Collection<Long> numbers, int change) {
        lock.lock();
        try {
            for (long number : numbers) {
                Segment segment = all.get(number);
                if (segment != null) {
                    segment.pending += change;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The index of these segments changes, so what was counted no longer holds. */
    void touched(Collection<Long> numbers) {
        lock.lock();
        try {
            for (long number : numbers) {
                Segment segment = all.get(number);
                if (segment != null) {
                    segment.counted = false;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Keeps the segments' files until {@link #release}; in the order of the numbers, and empty when
     * one of them is not there.
     */
    List<Segment> hold(Collection<Long> numbers) {
        lock.lock();
        try {
            checkOpen();
            List<Segment> held = new ArrayList<>(numbers.size());
            for (long number : numbers) {
                Segment segment = all.get(number);
                if (segment == null) {
                    return List.of();
                }
                held.add(segment);
            }
            for (Segment segment : held) {
                segment.users++;
            }
            return held;
        } finally {
            lock.unlock();
        }
    }

    void release(List<Segment> held) {
        lock.lock();
        try {
            for (Segment segment : held) {
                segment.users--;
                settle(segment);
            }
        } finally {
            lock.unlock();
        }
    }

    /** No file is deleted until {@link #letFilesGo}. */
    void keepFiles() {
        lock.lock();
        try {
            checkOpen();
            keepers++;
        } finally {
            lock.unlock();
        }
    }

    void letFilesGo() {
        lock.lock();
        try {
            keepers--;
            // After the end nothing names them: the next start's compaction deletes them.
            if (keepers == 0 && !closed) {
                List<Segment> doomed = List.copyOf(graves);
                graves.clear();
                doomed.forEach(this::settle);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Links all that are on the books, and those that are only kept, while files are kept. */
    void linkTo(Path folder) {
        List<Segment> present;
        lock.lock();
        try {
            checkOpen();
            present = new ArrayList<>(all.values());
            present.addAll(graves);
        } finally {
            lock.unlock();
        }
        files.link(present, folder);
    }

    /** Nothing names the segment any more: its file is deleted once nobody reads from it. */
    void doom(Segment segment) {
        lock.lock();
        try {
            segment.doomed = true;
            all.remove(segment.number);
            if (keepers > 0) {
                graves.add(segment);
            }
            settle(segment);
        } finally {
            lock.unlock();
        }
    }

    /** All segments, for a look at their books: {@code look} runs under the lock and is short. */
    <T> List<T> each(Look<T> look) {
        lock.lock();
        try {
            checkOpen();
            List<T> found = new ArrayList<>(all.size());
            for (Segment segment : all.values()) {
                T seen = look.at(segment);
                if (seen != null) {
                    found.add(seen);
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Changes the books of one segment. */
    void update(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            while (preparing) {
                prepared.awaitUninterruptibly();
            }
            all.values().forEach(files::shut);
            graves.forEach(files::shut);
            if (spare != null) {
                files.delete(spare);
                spare = null;
            }
        } finally {
            lock.unlock();
        }
    }

    void checkOpen() {
        if (closed) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "the blobs are closed");
        }
    }

    /** With the lock held: what nobody uses is deleted when doomed, closed when there are many. */
    private void settle(Segment segment) {
        if (segment.users > 0) {
            return;
        }
        if (segment.doomed && graves.contains(segment)) {
            return;
        }
        if (segment.doomed) {
            CrashPoint.at("blobs.before-delete");
            if (!files.delete(segment)) {
                // The file is still there: it stays on the books until the next start.
                segment.doomed = false;
                segment.stuck = true;
                all.put(segment.number, segment);
            }
        } else if (segment.sealed && segment.writers == 0 && all.size() > KEPT_OPEN) {
            files.close(segment);
        }
    }

    private void prepareInBackground() {
        if (spare == null && !preparing) {
            preparing = true;
            long number = nextNumber++;
            // A platform thread: reserving space may take long and would hold a carrier.
            Thread.ofPlatform()
                    .daemon()
                    .name("blobs-prepare")
                    .start(() -> {
                        try {
                            prepared(files.create(number, sizes(Purpose.PUT)));
                        } catch (StorageFailure e) {
                            // Whoever needs the segment tries again and gets the answer.
                            prepared(null);
                        }
                    });
        }
    }

    /** With the lock held, and given up in between. */
    private void prepare(Purpose purpose) {
        preparing = true;
        long number = nextNumber++;
        lock.unlock();
        Segment fresh = null;
        try {
            fresh = files.create(number, sizes(purpose));
        } finally {
            lock.lock();
            prepared(fresh);
        }
    }

    private void prepared(@Nullable Segment fresh) {
        lock.lock();
        try {
            preparing = false;
            if (fresh != null) {
                spare = fresh;
                all.put(fresh.number, fresh);
            }
            prepared.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many pages compaction may move: what is left in segments that are made, and on the disk.
     */
    long pagesToMove() {
        SegmentFiles.Sizes sizes = sizes(Purpose.MOVE);
        // The last segment that fits may be refused by a hair.
        long onDisk = Math.max(0, files.usable() - sizes.others() - sizes.smallest());
        lock.lock();
        try {
            long made = active == null ? 0 : active.pages - active.next;
            made += spare == null ? 0 : spare.pages - spare.next;
            return made + onDisk / Page.SIZE;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the disk has room for little more than a segment or two. */
    boolean isScarce() {
        return files.usable() - options.reserve() < FEW * options.segmentBytes();
    }

    private SegmentFiles.Sizes sizes(Purpose purpose) {
        long smallest = Math.max(2L * Page.SIZE, options.segmentBytes() / SMALLER);
        long others =
                switch (purpose) {
                    case PUT -> options.reserve();
                    // the key space needs some of it to record that anything moved
                    case MOVE -> options.reserve() / 4;
                };
        return new SegmentFiles.Sizes(options.segmentBytes(), smallest, others);
    }

    /** What a segment is needed for. */
    private enum Purpose {
        PUT,
        MOVE
    }

    /** Pages of a segment that belong to one writer. */
    record Run(Segment segment, int page, int count) {}

    /** What {@link #each} asks of a segment. */
    interface Look<T> {
        @Nullable T at(Segment segment);
    }
}
