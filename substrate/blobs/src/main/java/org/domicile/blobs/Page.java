package org.domicile.blobs;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** One page of a segment, as the package's page specifies it. */
final class Page {
    static final int SIZE = 64 << 10;
    static final int HEADER = 32;
    static final int PAYLOAD = SIZE - HEADER;

    /** "DmB", and the version of the format. */
    static final int MAGIC = 0x446D4201;

    private static final int CHECKSUM_AT = 28;

    private Page() {}

    /** Pages that a blob of this length takes. */
    static long count(long length) {
        return (length + PAYLOAD - 1) / PAYLOAD;
    }

    /** Bytes that page {@code index} of a blob of this length carries. */
    static int carried(long length, long index) {
        return (int) Math.min(PAYLOAD, length - index * PAYLOAD);
    }

    /**
     * Writes the header of the page that begins at {@code at} and whose {@code length} bytes are in
     * place.
     */
    static void seal(ByteBuffer buffer, int at, BlobId id, int index, int length) {
        buffer.putInt(at, MAGIC);
        buffer.putLong(at + 4, id.high());
        buffer.putLong(at + 12, id.low());
        buffer.putInt(at + 20, index);
        buffer.putInt(at + 24, length);
        buffer.putInt(at + CHECKSUM_AT, checksum(buffer, at, length));
    }

    /** Whether the page that begins at {@code at} is this page of this blob, unharmed. */
    static boolean isWhole(ByteBuffer buffer, int at, BlobId id, long index, int length) {
        return buffer.getInt(at) == MAGIC
                && buffer.getLong(at + 4) == id.high()
                && buffer.getLong(at + 12) == id.low()
                && buffer.getInt(at + 20) == (int) index
                && buffer.getInt(at + 24) == length
                && buffer.getInt(at + CHECKSUM_AT) == checksum(buffer, at, length);
    }

    private static int checksum(ByteBuffer buffer, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(at, CHECKSUM_AT));
        crc.update(buffer.slice(at + HEADER, length));
        return (int) crc.getValue();
    }
}
