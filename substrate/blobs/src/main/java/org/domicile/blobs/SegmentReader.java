package org.domicile.blobs;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * Reads a blob from where it lay when it was opened, and keeps those files. Pages are verified in a
 * buffer of the engine and copied out only then.
 */
final class SegmentReader implements BlobReader {
    private final Segments segments;
    private final Buffers buffers;
    private final BlobId id;
    private final Place place;
    private final List<Segment> held;

    /** First page of the blob that each extent carries → the extent's number. */
    private final TreeMap<Long, Integer> starts = new TreeMap<>();

    /**
     * What a read left over of its last page, for a read that goes on there; from the second read
     * on, since most readers read once.
     */
    private byte @Nullable [] rest;

    private long restFrom;
    private int restLength;
    private boolean hasRead;
    private boolean closed;

    SegmentReader(Segments segments, Buffers buffers, BlobId id, Place place, List<Segment> held) {
        this.segments = segments;
        this.buffers = buffers;
        this.id = id;
        this.place = place;
        this.held = held;
        long page = 0;
        for (int i = 0; i < place.extents().size(); i++) {
            starts.put(page, i);
            page += place.extents().get(i).count();
        }
    }

    @Override
    public long length() {
        return place.length();
    }

    @Override
    public int read(ByteBuffer target, long position) {
        if (closed) {
            throw new IllegalStateException("the reader is closed");
        }
        if (position < 0) {
            throw new IllegalArgumentException("position " + position);
        }
        if (position >= place.length()) {
            return -1;
        }
        int before = target.remaining();
        long end = Math.min(place.length(), position + before);
        long at = position + takeRest(target, position, end);
        if (at < end) {
            ByteBuffer buffer = buffers.take();
            try {
                while (at < end) {
                    at += readPages(buffer, target, at, end);
                }
            } finally {
                buffers.give(buffer);
            }
        }
        hasRead = true;
        return before - target.remaining();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            segments.release(held);
        }
    }

    /** One system call: as many of the needed pages as lie together and fit the buffer. */
    private int readPages(ByteBuffer buffer, ByteBuffer target, long at, long end) {
        long first = at / Page.PAYLOAD;
        var start = starts.floorEntry(first);
        if (start == null) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, id + ": its place does not cover page " + first);
        }
        Extent extent = place.extents().get(start.getValue());
        int skipped = (int) (first - start.getKey());
        int count =
                (int)
                        Math.min(
                                Math.min(extent.count() - skipped, Buffers.PAGES),
                                Page.count(end) - first);
        readVerified(buffer, extent, skipped, first, count);
        int copied = 0;
        for (int i = 0; i < count; i++) {
            int carried = Page.carried(place.length(), first + i);
            int offset = i == 0 ? (int) (at - first * Page.PAYLOAD) : 0;
            int wanted = (int) Math.min(carried - offset, end - at - copied);
            int from = i * Page.SIZE + Page.HEADER + offset;
            target.put(target.position(), buffer, from, wanted);
            target.position(target.position() + wanted);
            copied += wanted;
            if (hasRead && offset + wanted < carried) {
                keepRest(buffer, from + wanted, carried - offset - wanted, at + copied);
            }
        }
        return copied;
    }

    /** Fills the buffer with pages of one extent, each of which verifies. */
    private void readVerified(
            ByteBuffer buffer, Extent extent, int skipped, long first, int count) {
        int last = Page.carried(place.length(), first + count - 1);
        if (count < 1 || last < 1) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, id + ": its place is shorter than its length");
        }
        Segment segment = segment(extent.segment());
        buffer.clear().limit((count - 1) * Page.SIZE + Page.HEADER + last);
        segment.read(buffer, extent.offset() + (long) skipped * Page.SIZE);
        for (int i = 0; i < count; i++) {
            int carried = Page.carried(place.length(), first + i);
            if (!Page.isWhole(buffer, i * Page.SIZE, id, first + i, carried)) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT,
                        id
                                + ": page "
                                + (first + i)
                                + " in "
                                + segment.path
                                + " at "
                                + (extent.offset() + (long) (skipped + i) * Page.SIZE)
                                + " is not what was written");
            }
        }
    }

    private Segment segment(long number) {
        for (Segment segment : held) {
            if (segment.number == number) {
                return segment;
            }
        }
        throw new IllegalStateException("segment " + number + " is not held");
    }

    private int takeRest(ByteBuffer target, long position, long end) {
        byte[] kept = rest;
        if (kept == null || position < restFrom || position >= restFrom + restLength) {
            return 0;
        }
        int offset = (int) (position - restFrom);
        int count = (int) Math.min(restLength - offset, end - position);
        target.put(kept, offset, count);
        return count;
    }

    private void keepRest(ByteBuffer buffer, int at, int length, long position) {
        byte[] kept = rest;
        if (kept == null) {
            kept = new byte[Page.PAYLOAD];
            rest = kept;
        }
        buffer.get(at, kept, 0, length);
        restFrom = position;
        restLength = length;
    }
}
