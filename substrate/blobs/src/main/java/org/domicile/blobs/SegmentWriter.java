package org.domicile.blobs;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.domicile.bytes.CrashPoint;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream into pages, collects eight of them, and writes them with one system call into runs
 * of pages that it reserves as it goes.
 */
final class SegmentWriter implements BlobWriter {
    /** 64 MiB: a slow upload of a large blob does not hold back more than that. */
    private static final int LARGEST_RUN = 1_025;

    private static final int SMALLEST_GUESS = Buffers.PAGES;
    private static final int LARGEST_GUESS = 128;

    /** Bytes after which the disk is set to work while more come in, so that finish waits less. */
    private static final int SYNC_AHEAD = 16 << 20;

    /** A place must fit into a value of the key space. */
    private static final int MOST_EXTENTS = 16_384;

    private final SegmentBlobs engine;
    private final Segments segments;
    private final BlobId id;
    private final long expected;
    private final List<Segments.Run> runs = new ArrayList<>();
    private final List<Extent> extents = new ArrayList<>();

    /** Taken with the first byte, given back when the writer is over. */
    private @Nullable ByteBuffer buffer;

    /** Whole pages in the buffer, and bytes in the page after them. */
    private int pages;

    private int filled;

    /** Pages written to disk, and bytes taken. */
    private int written;

    private long length;

    /** Pages of the last run that are still to be written. */
    private int left;

    private int unsynced;
    private boolean over;

    SegmentWriter(SegmentBlobs engine, Segments segments, BlobId id, long expected) {
        this.engine = engine;
        this.segments = segments;
        this.id = id;
        this.expected = expected;
    }

    @Override
    public void write(ByteBuffer source) {
        checkWritable();
        while (source.hasRemaining()) {
            if (pages == Buffers.PAGES) {
                flush();
            }
            ByteBuffer target = buffer();
            int count = Math.min(source.remaining(), Page.PAYLOAD - filled);
            target.put(pages * Page.SIZE + Page.HEADER + filled, source, source.position(), count);
            source.position(source.position() + count);
            filled += count;
            length += count;
            if (filled == Page.PAYLOAD) {
                sealPage();
            }
        }
    }

    @Override
    public Blob finish() {
        checkWritable();
        over = true;
        try {
            if (filled > 0) {
                sealPage();
            }
            flush();
            giveBack();
            Set<Segment> touched = new LinkedHashSet<>();
            runs.forEach(run -> touched.add(run.segment()));
            touched.forEach(Segment::sync);
            Blob blob = engine.finished(id, new Place(length, extents));
            CrashPoint.at("blobs.before-adopt");
            return blob;
        } finally {
            end();
        }
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            giveBack();
            end();
        }
    }

    private void sealPage() {
        Page.seal(buffer(), pages * Page.SIZE, id, written + pages, filled);
        pages++;
        filled = 0;
    }

    /** Writes all sealed pages; the last of a blob only as far as it carries bytes. */
    private void flush() {
        int done = 0;
        while (done < pages) {
            if (left == 0) {
                reserve(pages - done);
            }
            Segments.Run run = runs.getLast();
            int count = Math.min(left, pages - done);
            int page = run.page() + run.count() - left;
            int last = Page.carried(length, written + count - 1L);
            int bytes = (count - 1) * Page.SIZE + Page.HEADER + last;
            run.segment().write(buffer().slice(done * Page.SIZE, bytes), (long) page * Page.SIZE);
            CrashPoint.at("blobs.segment-write");
            append(extents, new Extent(run.segment().number, page, count));
            left -= count;
            written += count;
            done += count;
            unsynced += bytes;
            if (unsynced >= SYNC_AHEAD && !over) {
                unsynced = 0;
                segments.syncAhead(run.segment());
            }
        }
        pages = 0;
    }

    private void reserve(int atLeast) {
        if (extents.size() >= MOST_EXTENTS) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED,
                    "a blob may have " + MOST_EXTENTS + " extents, and this one needs more");
        }
        long guess = Math.clamp(written, SMALLEST_GUESS, LARGEST_GUESS);
        if (over) {
            guess = atLeast;
        } else if (expected >= length) {
            guess = Page.count(expected) - written;
        }
        int wanted = (int) Math.clamp(guess, atLeast, LARGEST_RUN);
        Segments.Run run = segments.reserve(wanted);
        runs.add(run);
        left = run.count();
    }

    /** Adds an extent, or lengthens the last one when they touch. */
    static void append(List<Extent> extents, Extent more) {
        if (!extents.isEmpty()) {
            Extent last = extents.getLast();
            if (last.segment() == more.segment() && last.end() == more.page()) {
                extents.set(
                        extents.size() - 1,
                        new Extent(last.segment(), last.page(), last.count() + more.count()));
                return;
            }
        }
        extents.add(more);
    }

    private void giveBack() {
        if (left > 0) {
            segments.giveBack(runs.getLast(), left);
            left = 0;
        }
    }

    private void end() {
        segments.done(runs);
        runs.clear();
        ByteBuffer taken = buffer;
        buffer = null;
        if (taken != null) {
            engine.buffers().give(taken);
        }
    }

    private ByteBuffer buffer() {
        ByteBuffer taken = buffer;
        if (taken == null) {
            taken = engine.buffers().take();
            buffer = taken;
        }
        return taken;
    }

    private void checkWritable() {
        if (over) {
            throw new IllegalStateException("the writer is finished or closed");
        }
    }
}
