package org.domicile.blobs;

import java.nio.ByteBuffer;

/**
 * Reads one blob; keeps its bytes readable while open, even when compaction moves or a delete drops
 * it. Owned by one thread at a time.
 */
public interface BlobReader extends AutoCloseable {
    /** Length in bytes. */
    long length();

    /**
     * Fills {@code target} from {@code position} as far as the blob goes; returns the count, -1 at
     * the end. Only verified bytes are handed out.
     *
     * @throws org.domicile.bytes.StorageFailure CORRUPT when a page does not verify
     */
    int read(ByteBuffer target, long position);

    @Override
    void close();
}
