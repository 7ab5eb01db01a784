package org.domicile.blobs;

import java.time.Duration;

/**
 * Limits of the embedded engine.
 *
 * @param segmentBytes size of a segment file: a multiple of 64 KiB, at least two of them. Where it
 *     would take more than an eighth of the disk's room, smaller ones are made
 * @param upkeepBytesPerSecond rate limit of compaction
 * @param adoptWithin how long after {@link BlobWriter#finish}, or after {@link Blobs#adopting} was
 *     last asked, a blob may still be adopted; later its space is taken back
 * @param reserve room on the disk that bodies never take, for records and the ledger; compaction
 *     may use most of it for a while, since it makes room
 */
public record BlobOptions(
        long segmentBytes, long upkeepBytesPerSecond, Duration adoptWithin, long reserve) {
    public BlobOptions {
        if (segmentBytes < 2 * Page.SIZE
                || segmentBytes % Page.SIZE != 0
                || segmentBytes / Page.SIZE > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a segment cannot have " + segmentBytes + " bytes");
        }
        if (upkeepBytesPerSecond < 1) {
            throw new IllegalArgumentException("upkeep needs a rate of at least 1 byte a second");
        }
        if (reserve < 0) {
            throw new IllegalArgumentException("a reserve cannot have " + reserve + " bytes");
        }
    }

    /** What the server runs with. */
    public static BlobOptions defaults() {
        return new BlobOptions(256L << 20, 32L << 20, Duration.ofHours(1), 256L << 20);
    }
}
