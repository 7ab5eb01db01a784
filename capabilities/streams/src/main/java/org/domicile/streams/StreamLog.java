package org.domicile.streams;

import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;

/**
 * The log itself. Safe for concurrent use.
 *
 * <p><b>Durable.</b> What a producer is told to be kept was synced before, with one replica as with
 * three. <b>Order.</b> Records of a partition have offsets without gaps, but for those of
 * transactions and of what was compacted.
 */
public interface StreamLog extends AutoCloseable {
    /** One that does not run yet, and takes no memory. */
    static StreamLog embedded(LogOptions options, Admission admission) {
        return new KafkaLog(options, admission);
    }

    /**
     * Starts it, if it does not run; a few seconds.
     *
     * @return the port of its clients
     * @throws StorageFailure when it cannot
     */
    int start();

    /** The port of its clients; empty while it does not run. */
    Optional<Integer> port();

    /** Why it ended by itself; empty as long as it did not. */
    Optional<String> failure();

    /**
     * Makes the partitions and settings of a stream so, and starts the log for it. The number of
     * partitions only grows.
     *
     * @throws StorageFailure when it cannot
     */
    void keep(Topic topic);

    /** Removes a stream and all that is in it; true when it was there. */
    boolean remove(String name);

    /** Names of streams that are there, in order. */
    List<String> names();

    /** First offset and the one after the last of each partition; empty for no such stream. */
    List<Extent> extents(String name);

    /** Ends it: what is acknowledged stays. */
    @Override
    void close();

    /** A partition's first offset, and the one after its last. */
    record Extent(int partition, long first, long next) {}
}
