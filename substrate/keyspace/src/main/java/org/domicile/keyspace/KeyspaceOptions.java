package org.domicile.keyspace;

/**
 * Limits of the embedded engine. Units are bytes unless a name says otherwise.
 *
 * @param cache block cache shared by all reads
 * @param writeBuffers memory for what is not yet in table files, all spaces together
 * @param waiting transactions that may wait for the lane before OVERLOADED
 * @param batchBytes the most that one synced batch carries
 */
public record KeyspaceOptions(long cache, long writeBuffers, int waiting, long batchBytes) {
    /** What the server runs with. */
    public static KeyspaceOptions defaults() {
        return new KeyspaceOptions(64L << 20, 96L << 20, 8_192, 16L << 20);
    }
}
