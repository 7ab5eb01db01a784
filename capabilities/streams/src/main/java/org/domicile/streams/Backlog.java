package org.domicile.streams;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.CloseableIterator;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.jspecify.annotations.Nullable;

/**
 * What lies in this server's own log for a reader that is far behind: read from its files, without
 * a fetch for each few records, and no more unpacked than is given. As a consumer of committed
 * records has it: nothing of transactions that are open or were aborted, no marks of their ends.
 * Owned by one thread.
 */
final class Backlog implements AutoCloseable {
    /** Records; a reader with fewer before it is served by fetches, which can wait for more. */
    static final long FAR = 10_000;

    /** Reads at a time that may find nothing to give: of what was aborted there may be much. */
    private static final int MOST_READS = 16;

    private final String stream;
    private final Logs logs;
    private final LogFiles files;
    private final BufferSupplier buffers = BufferSupplier.create();
    private @Nullable Unpacking open; // a batch of which a part was given
    private int last = -1; // partition that was read from

    Backlog(String stream, Logs logs, LogFiles files) {
        this.stream = stream;
        this.logs = logs;
        this.files = files;
    }

    /** Finds a partition's log. */
    interface Logs {
        Optional<UnifiedLog> of(TopicPartition partition);
    }

    /** Whether so much lies there that it is worth it. @param from offsets, by partition */
    boolean isFar(Map<Integer, Long> from) {
        long behind = 0;
        for (Map.Entry<Integer, Long> each : from.entrySet()) {
            Optional<UnifiedLog> log = log(each.getKey());
            if (log.isPresent()) {
                long first = Math.max(each.getValue(), log.get().logStartOffset());
                behind += Math.max(0, log.get().lastStableOffset() - first);
            }
        }
        return behind > FAR;
    }

    private Optional<UnifiedLog> log(int partition) {
        return logs.of(new TopicPartition(stream, partition));
    }

    /**
     * Some of it.
     *
     * @param from offsets, by partition; moved behind what is given, and what nobody is given
     * @param most of it: the last record may be too much
     * @return perhaps none, though offsets have moved
     */
    List<StreamRecord> read(Map<Integer, Long> from, Reading.Portion most) throws IOException {
        Taken taken = new Taken(most);
        boolean whole = false;
        try {
            read(from, taken);
            whole = true;
        } finally {
            if (!whole) {
                end(); // where in it an iterator failed, it does not say
            }
        }
        return taken.records;
    }

    private void read(Map<Integer, Long> from, Taken taken) throws IOException {
        Unpacking left = open;
        if (left != null) {
            if (left.next == from.getOrDefault(left.partition, -1L)) {
                from.put(left.partition, give(left, taken));
            } else {
                end();
            }
        }
        // whoever was read last is the last to be read
        List<Integer> partitions = new ArrayList<>();
        from.keySet().stream().filter(each -> each > last).forEach(partitions::add);
        from.keySet().stream().filter(each -> each <= last).forEach(partitions::add);
        int reads = 0;
        boolean some = true;
        while (some && reads < MOST_READS) {
            some = false;
            for (int partition : partitions) {
                if (taken.isFull()) {
                    return;
                }
                long at = from.getOrDefault(partition, 0L);
                long next = read(partition, at, taken);
                from.put(partition, next);
                if (next > at) {
                    some = true;
                    last = partition;
                    reads++;
                }
            }
        }
    }

    /** The offset that is next. */
    private long read(int partition, long from, Taken taken) throws IOException {
        Optional<UnifiedLog> log = log(partition);
        if (log.isEmpty()) {
            return from;
        }
        long next = Math.max(from, log.get().logStartOffset());
        if (next >= log.get().lastStableOffset()) {
            return next;
        }
        LogFiles.Lying lying;
        try {
            lying = files.read(log.get(), next, taken.most.fetch() / 2);
        } catch (OffsetOutOfRangeException e) {
            return Math.max(next, log.get().logStartOffset()); // it went just now
        }
        Aborted aborted = new Aborted(lying.aborted());
        Iterator<MutableRecordBatch> batches = lying.batches().batches().iterator();
        while (!taken.isFull() && batches.hasNext()) {
            RecordBatch batch = batches.next();
            batch.ensureValid();
            next =
                    aborted.has(batch) || batch.isControlBatch()
                            ? Math.max(next, batch.nextOffset())
                            : give(new Unpacking(partition, next, batch, buffers), taken);
        }
        return next;
    }

    /** Gives what there is room for; the offset that is next. */
    private long give(Unpacking batch, Taken taken) {
        open = batch;
        while (!taken.isFull() && batch.records.hasNext()) {
            Record each = batch.records.next();
            if (each.offset() >= batch.next) {
                taken.add(batch.partition, each);
                batch.next = each.offset() + 1;
            }
        }
        if (!batch.records.hasNext()) {
            end();
            return Math.max(batch.next, batch.end);
        }
        return batch.next;
    }

    /** Keeps nothing of a batch that others go on with. */
    void end() {
        if (open != null) {
            open.records.close();
            open = null;
        }
    }

    @Override
    public void close() {
        end();
        buffers.close();
    }

    /** A batch on its way. */
    private static final class Unpacking {
        private final int partition;
        private final CloseableIterator<Record> records;
        private final long end;
        private long next;

        /**
         * @param next records before it are not given
         */
        Unpacking(int partition, long next, RecordBatch batch, BufferSupplier buffers) {
            this.partition = partition;
            this.next = next;
            this.end = batch.nextOffset();
            this.records = batch.streamingIterator(buffers);
        }
    }

    /** What is given. */
    private static final class Taken {
        private final Reading.Portion most;
        private final List<StreamRecord> records = new ArrayList<>();
        private long bytes;

        Taken(Reading.Portion most) {
            this.most = most;
        }

        boolean isFull() {
            return bytes >= most.bytes() || records.size() >= most.records();
        }

        void add(int partition, Record each) {
            List<StreamRecord.Header> headers = List.of();
            if (each.headers().length > 0) {
                headers = new ArrayList<>(each.headers().length);
                for (Header header : each.headers()) {
                    headers.add(Reading.header(header));
                }
            }
            StreamRecord record =
                    new StreamRecord(
                            partition,
                            each.offset(),
                            Instant.ofEpochMilli(each.timestamp()),
                            bytes(each.key()),
                            bytes(each.value()),
                            headers);
            records.add(record);
            bytes += record.weight();
        }

        private static Optional<byte[]> bytes(@Nullable ByteBuffer of) {
            if (of == null) {
                return Optional.empty();
            }
            byte[] bytes = new byte[of.remaining()];
            of.get(bytes);
            return Optional.of(bytes);
        }
    }

    /**
     * Transactions that were aborted, as a log tells of them together with its batches. After
     * Kafka's own consumer: one counts from its first offset to the mark of its end.
     */
    private static final class Aborted {
        private final PriorityQueue<AbortedTransaction> coming =
                new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
        private final Set<Long> producers = new HashSet<>();

        Aborted(List<AbortedTransaction> all) {
            coming.addAll(all);
        }

        /** Whether a batch, the next one, is of them. */
        boolean has(RecordBatch batch) {
            if (!batch.hasProducerId()) {
                return false;
            }
            while (!coming.isEmpty() && coming.peek().firstOffset() <= batch.lastOffset()) {
                producers.add(coming.remove().producerId());
            }
            if (isAbort(batch)) {
                producers.remove(batch.producerId());
                return false;
            }
            return batch.isTransactional() && producers.contains(batch.producerId());
        }

        private static boolean isAbort(RecordBatch batch) {
            if (!batch.isControlBatch()) {
                return false;
            }
            for (Record first : batch) {
                return ControlRecordType.parse(first.key()) == ControlRecordType.ABORT;
            }
            return false;
        }
    }
}
