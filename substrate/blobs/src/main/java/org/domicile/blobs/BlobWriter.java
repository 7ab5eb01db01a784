package org.domicile.blobs;

import java.nio.ByteBuffer;

/** Streams one blob in. Owned by one thread. */
public interface BlobWriter extends AutoCloseable {
    /** Takes all of {@code source}. May block on the disk. */
    void write(ByteBuffer source);

    /** Makes everything durable and returns the blob, not yet adopted. Call once. */
    Blob finish();

    /**
     * Gives up when {@link #finish} was not called: the space is garbage at once. Otherwise
     * nothing.
     */
    @Override
    void close();
}
