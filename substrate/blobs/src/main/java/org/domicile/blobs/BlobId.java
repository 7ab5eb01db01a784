package org.domicile.blobs;

import java.nio.ByteBuffer;

/** Name of a blob: 16 random bytes. */
public record BlobId(long high, long low) {
    /** Length of the encoded form. */
    public static final int BYTES = 16;

    /** Sixteen big-endian bytes. */
    public byte[] encode() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    /** Reads what {@link #encode} wrote, at the buffer's position. */
    public static BlobId decode(ByteBuffer source) {
        return new BlobId(source.getLong(), source.getLong());
    }
}
