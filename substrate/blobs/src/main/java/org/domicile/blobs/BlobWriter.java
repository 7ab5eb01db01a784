package org.domicile.blobs;

import java.nio.ByteBuffer;

/**
 * Streams one blob in. Owned by one thread at a time. After {@link #finish} or {@link #close} every
 * other call is an IllegalStateException.
 *
 * <p>Failures are {@link org.domicile.bytes.StorageFailure}: FULL when no room is left, FENCED when
 * a write or a sync failed. Close the writer then; a later writer may succeed.
 */
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
