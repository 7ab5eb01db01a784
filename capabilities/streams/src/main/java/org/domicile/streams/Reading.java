package org.domicile.streams;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.domicile.bytes.StorageFailure;

/** The program's own consumer of some partitions, of no group: it keeps no place. */
final class Reading implements StreamLog.Reader {
    /** What a record takes beside its bytes, and each of its headers. */
    private static final int OVERHEAD = 128;

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
        static final Portion LARGE = new Portion(4 << 20, 20_000, 8, 1 << 20);
        static final Portion SMALL = new Portion(1 << 20, 500, 1, 256 << 10);
    }

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String stream;
    private final Portion portion;

    Reading(Map<String, Object> settings, String stream, Map<Integer, Long> from, Portion portion) {
        this.stream = stream;
        this.portion = portion;
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
        this.consumer =
                new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(
                from.keySet().stream().map(each -> new TopicPartition(stream, each)).toList());
        from.forEach((each, offset) -> consumer.seek(new TopicPartition(stream, each), offset));
    }

    @Override
    public List<StreamRecord> poll(Duration longest) {
        try {
            List<StreamRecord> records = new ArrayList<>();
            long bytes = 0;
            ConsumerRecords<byte[], byte[]> some = consumer.poll(longest);
            while (!some.isEmpty()) {
                for (ConsumerRecord<byte[], byte[]> each : some) {
                    records.add(record(each));
                    bytes += OVERHEAD + Math.max(0, each.serializedKeySize());
                    bytes += Math.max(0, each.serializedValueSize());
                    for (Header header : each.headers()) {
                        bytes += OVERHEAD + header.key().length();
                        bytes += header.value() == null ? 0 : header.value().length;
                    }
                }
                some =
                        bytes < portion.bytes() && records.size() < portion.records()
                                ? consumer.poll(Duration.ZERO)
                                : ConsumerRecords.empty();
            }
            return records;
        } catch (InterruptException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CLOSED, "the streams' log was not waited for", e);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED, "the streams' log: " + e.getMessage(), e);
        }
    }

    @Override
    public long next(int partition) {
        try {
            return consumer.position(new TopicPartition(stream, partition));
        } catch (org.apache.kafka.common.KafkaException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED, "the streams' log: " + e.getMessage(), e);
        }
    }

    private static StreamRecord record(ConsumerRecord<byte[], byte[]> each) {
        List<StreamRecord.Header> headers = new ArrayList<>();
        for (Header header : each.headers()) {
            byte[] value = header.value();
            headers.add(new StreamRecord.Header(header.key(), value == null ? new byte[0] : value));
        }
        return new StreamRecord(
                each.partition(),
                each.offset(),
                Instant.ofEpochMilli(each.timestamp()),
                Optional.ofNullable(each.key()),
                Optional.ofNullable(each.value()),
                headers);
    }

    @Override
    public void close() {
        consumer.close(
                org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }
}
