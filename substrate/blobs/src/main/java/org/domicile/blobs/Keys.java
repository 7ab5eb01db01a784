package org.domicile.blobs;

import java.nio.ByteBuffer;
import org.domicile.keyspace.Range;

/** Our keys in the keyspace, as the package's page lists them. */
final class Keys {
    private Keys() {}

    /** The format and the name of this store. */
    static byte[] store() {
        return new byte[] {'b', 'f'};
    }

    static byte[] place(BlobId id) {
        return ByteBuffer.allocate(2 + BlobId.BYTES)
                .put((byte) 'b')
                .put((byte) 'p')
                .put(id.encode())
                .array();
    }

    static Range places() {
        return Range.prefix(new byte[] {'b', 'p'});
    }

    static byte[] inSegment(long segment, BlobId id) {
        return ByteBuffer.allocate(10 + BlobId.BYTES)
                .put(segmentPrefix(segment))
                .put(id.encode())
                .array();
    }

    static Range inSegment(long segment) {
        return Range.prefix(segmentPrefix(segment));
    }

    /** The blob at the end of a key of {@link #place} or {@link #inSegment(long, BlobId)}. */
    static BlobId blob(byte[] key) {
        return BlobId.decode(ByteBuffer.wrap(key, key.length - BlobId.BYTES, BlobId.BYTES));
    }

    private static byte[] segmentPrefix(long segment) {
        return ByteBuffer.allocate(10).put((byte) 'b').put((byte) 's').putLong(segment).array();
    }
}
