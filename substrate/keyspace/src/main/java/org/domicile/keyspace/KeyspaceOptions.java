package org.domicile.keyspace;

/**
 * Limits of the embedded engine. Units are bytes unless a name says otherwise.
 *
 * @param cache block cache shared by all reads
 * @param writeBuffers memory for what is not yet in table files, all spaces together
 * @param waiting transactions that may wait for the lane before OVERLOADED
 * @param batchBytes the most that one synced batch carries, less than one transaction more
 * @param reserve room on the disk below which only small records are accepted, below half of it
 *     only what removes something, below a third only the operator's acts, below a quarter nothing
 */
public record KeyspaceOptions(
        long cache, long writeBuffers, int waiting, long batchBytes, long reserve) {
    /** Checks that the limits can work together. */
    public KeyspaceOptions {
        if (cache < 1 << 20 || writeBuffers < 4 << 20) {
            throw new IllegalArgumentException(
                    "the keyspace needs a cache of 1 MiB and write buffers of 4 MiB at least");
        }
        if (waiting < 1 || batchBytes < 1 || reserve < 0) {
            throw new IllegalArgumentException(
                    "limits of the keyspace are positive: waiting %d, batch %d, reserve %d"
                            .formatted(waiting, batchBytes, reserve));
        }
    }

    /** What the server runs with. */
    public static KeyspaceOptions defaults() {
        return new KeyspaceOptions(64L << 20, 96L << 20, 8_192, 8L << 20, 256L << 20);
    }
}
