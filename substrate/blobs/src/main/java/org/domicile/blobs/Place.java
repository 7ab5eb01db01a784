package org.domicile.blobs;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.domicile.bytes.StorageFailure;

/**
 * Where a blob lies: its length and its extents in order. Encoded as version (1 byte), length (8),
 * and for each extent segment (8), page (4), count (4); all big-endian.
 */
record Place(long length, List<Extent> extents) {
    private static final byte VERSION = 1;
    private static final int HEAD = 9;
    private static final int EACH = 16;

    Place {
        extents = List.copyOf(extents);
    }

    byte[] encode() {
        ByteBuffer target = ByteBuffer.allocate(HEAD + EACH * extents.size());
        target.put(VERSION).putLong(length);
        for (Extent extent : extents) {
            target.putLong(extent.segment()).putInt(extent.page()).putInt(extent.count());
        }
        return target.array();
    }

    static Place decode(byte[] encoded) {
        ByteBuffer source = ByteBuffer.wrap(encoded);
        if (encoded.length < HEAD
                || (encoded.length - HEAD) % EACH != 0
                || source.get() != VERSION) {
            throw new StorageFailure(
                    StorageFailure.Kind.FOREIGN, "the place of a blob is of an unknown format");
        }
        long length = source.getLong();
        List<Extent> extents = new ArrayList<>();
        while (source.hasRemaining()) {
            extents.add(new Extent(source.getLong(), source.getInt(), source.getInt()));
        }
        return new Place(length, extents);
    }

    /** What the blob has in each segment, by segment number. */
    SequencedMap<Long, Share> shares() {
        SequencedMap<Long, Share> shares = new TreeMap<>();
        long index = 0;
        for (Extent extent : extents) {
            long bytes =
                    Math.min(length, (index + extent.count()) * Page.PAYLOAD)
                            - index * Page.PAYLOAD;
            shares.merge(extent.segment(), new Share(extent.count(), bytes), Share::plus);
            index += extent.count();
        }
        return shares;
    }

    /** A part of a segment: pages, and the bytes that they carry. */
    record Share(int pages, long bytes) {
        static final Share NOTHING = new Share(0, 0);

        Share plus(Share more) {
            return new Share(pages + more.pages, bytes + more.bytes);
        }

        byte[] encode() {
            return ByteBuffer.allocate(12).putInt(pages).putLong(bytes).array();
        }

        static Share decode(byte[] encoded) {
            ByteBuffer source = ByteBuffer.wrap(encoded);
            return new Share(source.getInt(), source.getLong());
        }
    }
}
