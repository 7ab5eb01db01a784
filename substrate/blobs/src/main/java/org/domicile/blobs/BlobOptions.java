package org.domicile.blobs;

/**
 * Limits of the embedded engine.
 *
 * @param segmentBytes size of a segment file
 * @param upkeepBytesPerSecond rate limit of compaction and scrub, each
 */
public record BlobOptions(long segmentBytes, long upkeepBytesPerSecond) {
    /** What the server runs with. */
    public static BlobOptions defaults() {
        return new BlobOptions(256L << 20, 32L << 20);
    }
}
