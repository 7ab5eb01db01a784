package org.domicile.streams;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
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
        return embedded(options, admission, port -> {});
    }

    /** The same. @param begun told the port of its clients each time that it has started */
    static StreamLog embedded(LogOptions options, Admission admission, IntConsumer begun) {
        return new KafkaLog(options, admission, begun, Overdue.PATIENCE);
    }

    /**
     * Starts it, if it does not run; a few seconds.
     *
     * @return the port of its clients
     * @throws StorageFailure when it cannot
     */
    int start();

    /**
     * The same.
     *
     * @return the port, on loopback alone, of this program's own children: they log in as clients
     *     do (PLAIN), without TLS
     * @throws StorageFailure when it cannot
     */
    int startForWorkers();

    /** What its records lie on, in clear. */
    Volume volume();

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
    default void keep(Topic topic) {
        keep(topic, Letting.BY_AGE);
    }

    /** The same. @param letting who lets its records go */
    void keep(Topic topic, Letting letting);

    /**
     * Waits until what clients sent by Kafka's protocol, and was admitted before, is in the log or
     * refused. It says nothing of what transactions hold back.
     */
    void fence();

    /** Removes a stream and all that is in it; true when it was there. */
    boolean remove(String name);

    /** Names of streams that are there, in order. */
    List<String> names();

    /** First offset and the one after the last of each partition; empty for no such stream. */
    List<Extent> extents(String name);

    /**
     * What tells a stream from another of its name, before it or after it: offsets begin anew.
     *
     * @throws StorageFailure when there is no such stream yet
     */
    String id(String name);

    /**
     * The offset after the last record of each partition that a reader would see now: what a
     * transaction holds back is not seen, nor what comes after it.
     *
     * @param partitions of them
     * @return empty when there is no such stream
     */
    Map<Integer, Long> ends(String name, int partitions);

    /**
     * What all that is in a stream takes on the disk, in bytes; 0 for no such stream.
     *
     * @throws StorageFailure when it is not known
     */
    long bytes(String name);

    /**
     * Lets records go that came before a moment, but none from an offset on.
     *
     * @param before the first offset of each partition that stays, whenever it came
     */
    void trim(String name, Map<Integer, Long> before, Instant came);

    /**
     * Appends records; returns when all of them are synced. Those of one key go to one partition,
     * in their order.
     *
     * @throws StorageFailure when none came; FULL where there is no room ({@link LogOptions#full})
     */
    Appended append(String stream, List<StreamRecord.Coming> records);

    /**
     * Reads partitions from offsets on; those that are not there any more are passed over.
     *
     * @param from the first offset that is wanted of each partition
     */
    Reader read(String stream, Map<Integer, Long> from);

    /**
     * The same for one of many, who may be slow: a poll gives 500 records at most, and no more than
     * a mebibyte and one record.
     */
    default Reader follow(String stream, Map<Integer, Long> from) {
        return read(stream, from);
    }

    /**
     * Names of transactions that are open.
     *
     * @param prefix what they begin with
     * @throws StorageFailure when they are not known
     */
    List<String> open(String prefix);

    /**
     * Aborts transactions that are open, and lets nobody go on with them: readers of what is
     * committed do not wait for them any more. Returns when that is done.
     *
     * @param prefix what their names begin with
     * @throws StorageFailure when it is not known to be done
     */
    void abandon(String prefix);

    /**
     * Records that were read before, once more, without their headers.
     *
     * @return those that are there yet
     */
    default Map<Place, StreamRecord> again(String stream, Collection<Place> places) {
        Map<Place, StreamRecord> found = new HashMap<>();
        Map<Integer, NavigableSet<Long>> left = new TreeMap<>();
        for (Place each : places) {
            left.computeIfAbsent(each.partition(), _ -> new TreeSet<>()).add(each.offset());
        }
        left.forEach((partition, offsets) -> again(stream, partition, offsets, found));
        return found;
    }

    private void again(
            String stream, int partition, NavigableSet<Long> left, Map<Place, StreamRecord> found) {
        while (!left.isEmpty()) {
            long at = left.first();
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            try (Reader reader = read(stream, Map.of(partition, at))) {
                // one reader for those that lie together
                while (!left.isEmpty() && left.first() - at < 10_000) {
                    for (StreamRecord each : reader.poll(Duration.ofMillis(200))) {
                        if (left.contains(each.offset())) {
                            found.put(
                                    new Place(partition, each.offset()),
                                    new StreamRecord(
                                            partition,
                                            each.offset(),
                                            each.at(),
                                            each.key(),
                                            each.value(),
                                            List.of()));
                        }
                    }
                    if (reader.next(partition) > at) {
                        at = reader.next(partition);
                        end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                        left.headSet(at).clear();
                    } else if (System.nanoTime() > end) {
                        throw new StorageFailure(
                                StorageFailure.Kind.OVERLOADED,
                                "records of " + stream + " were not read again in time");
                    }
                }
            }
        }
    }

    /** Ends it: what is acknowledged stays. */
    @Override
    void close();

    /** Who lets records go. */
    enum Letting {
        /** The log, when they are too old or too many. */
        BY_AGE,
        /** Whoever says so ({@link #trim}). */
        TOLD
    }

    /** What became of records that were to come. */
    sealed interface Appended {
        /** All are kept. @param places where each came, in the order of the records */
        record Kept(List<Place> places) implements Appended {
            /** They are its own. */
            public Kept {
                places = List.copyOf(places);
            }
        }

        /** There is no such stream. */
        record Absent() implements Appended {}

        /** One of them is larger than 1 MiB, with its key and headers; none came. */
        record TooLarge() implements Appended {}

        /** Not all came, or it is not known of all. @param came how many are known to have */
        record Broken(int came, StorageFailure why) implements Appended {}
    }

    /** Where a record came. */
    record Place(int partition, long offset) {}

    /** Owned by one thread. */
    interface Reader extends AutoCloseable {
        /** What there is, in the order of each partition; waits so long for a first. */
        List<StreamRecord> poll(Duration longest);

        /** The offset that it reads next: there may be no record at it. */
        long next(int partition);

        @Override
        void close();
    }

    /** A partition's first offset, and the one after its last. */
    record Extent(int partition, long first, long next) {}
}
