package org.domicile.streams;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.domicile.bytes.StorageFailure;

/**
 * The program's own consumer of some partitions, of no group: it keeps no place. While much lies
 * before it, it takes that from the log's files; then fetches wait for what comes.
 */
final class Reading implements StreamLog.Reader {
    private static final System.Logger LOG = System.getLogger("org.domicile.streams");

    /**
     * What one poll gives.
     *
     * @param bytes of it, and what is unpacked at one time more
     * @param records at most, and as many more
     * @param atOnce records that are unpacked at one time: each is as large as a batch may be, at
     *     most
     * @param fetch bytes that wait, packed; a batch is whole all the same
     */
    record Portion(long bytes, int records, int atOnce, int fetch) {
        static final Portion LARGE = new Portion(1 << 20, 5_000, 8, 1 << 20);
        static final Portion SMALL = new Portion(1 << 20, 500, 1, 256 << 10);
    }

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String stream;
    private final Portion portion;
    private final Backlog backlog;
    private final Map<Integer, Long> at; // what is next, by partition
    private boolean isBehind; // the consumer, of what was taken from files

    Reading(
            Map<String, Object> settings,
            String stream,
            Map<Integer, Long> from,
            Portion portion,
            Backlog backlog) {
        this.stream = stream;
        this.portion = portion;
        this.backlog = backlog;
        this.at = new TreeMap<>(from);
        Map<String, Object> all = new HashMap<>(settings);
        all.put("enable.auto.commit", "false");
        all.put("isolation.level", "read_committed");
        all.put("auto.offset.reset", "earliest");
        all.put("allow.auto.create.topics", "false");
        all.put("fetch.max.wait.ms", "500");
        all.put("max.partition.fetch.bytes", Integer.toString(portion.fetch() / 2));
        all.put("fetch.max.bytes", Integer.toString(portion.fetch()));
        all.put("max.poll.records", Integer.toString(portion.atOnce()));
        all.put("default.api.timeout.ms", "10000");
        try {
            this.consumer =
                    new KafkaConsumer<>(
                            all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (org.apache.kafka.common.KafkaException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED, "the streams' log: " + e.getMessage(), e);
        }
        consumer.assign(
                from.keySet().stream().map(each -> new TopicPartition(stream, each)).toList());
        from.forEach((each, offset) -> consumer.seek(new TopicPartition(stream, each), offset));
    }

    @Override
    public List<StreamRecord> poll(Duration longest) {
        try {
            if (backlog.isFar(at)) {
                isBehind = true;
                Map<Integer, Long> before = Map.copyOf(at);
                List<StreamRecord> records = backlog.read(at, portion);
                if (!before.equals(at)) {
                    return records;
                }
            }
            return fetched(longest);
        } catch (RejectedExecutionException e) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "the streams' log was closed", e);
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED, "the streams' log: " + e.getMessage(), e);
        } catch (InterruptException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CLOSED, "the streams' log was not waited for", e);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED, "the streams' log: " + e.getMessage(), e);
        }
    }

    private List<StreamRecord> fetched(Duration longest) {
        if (isBehind) {
            backlog.end();
            at.forEach((each, next) -> consumer.seek(new TopicPartition(stream, each), next));
            isBehind = false;
        }
        List<StreamRecord> records = new ArrayList<>();
        long bytes = 0;
        ConsumerRecords<byte[], byte[]> some = consumer.poll(longest);
        while (!some.isEmpty()) {
            for (ConsumerRecord<byte[], byte[]> each : some) {
                StreamRecord record = record(each);
                records.add(record);
                bytes += record.weight();
            }
            some =
                    bytes < portion.bytes() && records.size() < portion.records()
                            ? consumer.poll(Duration.ZERO)
                            : ConsumerRecords.empty();
        }
        at.replaceAll((each, _) -> consumer.position(new TopicPartition(stream, each)));
        return records;
    }

    @Override
    public long next(int partition) {
        return at.getOrDefault(partition, 0L);
    }

    private static StreamRecord record(ConsumerRecord<byte[], byte[]> each) {
        List<StreamRecord.Header> headers = new ArrayList<>();
        for (Header header : each.headers()) {
            headers.add(header(header));
        }
        return new StreamRecord(
                each.partition(),
                each.offset(),
                Instant.ofEpochMilli(each.timestamp()),
                Optional.ofNullable(each.key()),
                Optional.ofNullable(each.value()),
                headers);
    }

    static StreamRecord.Header header(Header header) {
        byte[] value = header.value();
        return new StreamRecord.Header(header.key(), value == null ? new byte[0] : value);
    }

    @Override
    public void close() {
        try {
            backlog.close();
        } finally {
            try {
                // its last fetch, which waits for what comes, is not waited for
                consumer.close(
                        org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
            } catch (InterruptException e) {
                LOG.log(System.Logger.Level.DEBUG, "a reader was not waited for", e);
            }
        }
    }
}
