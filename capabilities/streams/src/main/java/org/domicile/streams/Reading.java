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
    /** Memory of what one poll gives, and a few records more. */
    private static final long MOST_BYTES = 4 << 20;

    /** What a record takes beside its bytes, and each of its headers. */
    private static final int OVERHEAD = 128;

    private static final int MOST_RECORDS = 20_000;

    /** Records that are unpacked at one time: each is as large as a batch may be, at most. */
    private static final int AT_ONCE = 8;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String stream;

    Reading(Map<String, Object> settings, String stream, Map<Integer, Long> from) {
        this.stream = stream;
        Map<String, Object> all = new HashMap<>(settings);
        all.put("enable.auto.commit", "false");
        all.put("isolation.level", "read_committed");
        all.put("auto.offset.reset", "earliest");
        all.put("allow.auto.create.topics", "false");
        all.put("fetch.max.wait.ms", "500");
        all.put("max.partition.fetch.bytes", Integer.toString(512 << 10));
        all.put("fetch.max.bytes", Integer.toString(1 << 20));
        all.put("max.poll.records", Integer.toString(AT_ONCE));
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
                        bytes < MOST_BYTES && records.size() < MOST_RECORDS
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
