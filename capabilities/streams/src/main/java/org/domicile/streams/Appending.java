package org.domicile.streams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/** The program's own producer, which all who append by it share. */
final class Appending {
    private static final long PATIENCE_SECONDS = 30;

    /** With key and headers. */
    private static final long LARGEST = 1 << 20;

    private final KafkaProducer<byte[], byte[]> producer;

    Appending(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("acks", "all");
        all.put("linger.ms", "2");
        all.put("batch.size", "262144");
        all.put("max.request.size", Integer.toString(KafkaLog.LARGEST_BATCH));
        all.put("buffer.memory", Integer.toString(32 << 20));
        all.put("max.block.ms", "10000");
        all.put("request.timeout.ms", "10000");
        all.put("delivery.timeout.ms", "25000");
        this.producer =
                new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    StreamLog.Appended append(String stream, List<StreamRecord.Coming> records) {
        for (StreamRecord.Coming each : records) {
            if (size(each) > LARGEST) {
                return new StreamLog.Appended.TooLarge();
            }
        }
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        for (StreamRecord.Coming each : records) {
            sent.add(producer.send(record(stream, each)));
        }
        // of all of them it is known what became of them before anything is said
        List<StreamLog.Place> places = new ArrayList<>(records.size());
        @Nullable Throwable failure = null;
        for (Future<RecordMetadata> each : sent) {
            try {
                RecordMetadata came = each.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                places.add(new StreamLog.Place(came.partition(), came.offset()));
            } catch (ExecutionException e) {
                failure = failure == null ? e.getCause() : failure;
            } catch (java.util.concurrent.TimeoutException e) {
                failure = failure == null ? e : failure;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StorageFailure(
                        StorageFailure.Kind.CLOSED, "the streams' log was not waited for", e);
            }
        }
        if (failure == null) {
            return new StreamLog.Appended.Kept(places);
        }
        if (places.isEmpty()
                && (failure instanceof UnknownTopicOrPartitionException
                        || failure instanceof InvalidTopicException)) {
            return new StreamLog.Appended.Absent();
        }
        boolean late =
                failure instanceof java.util.concurrent.TimeoutException
                        || failure instanceof org.apache.kafka.common.errors.TimeoutException;
        return new StreamLog.Appended.Broken(
                places.size(),
                late
                        ? slow(failure)
                        : new StorageFailure(
                                StorageFailure.Kind.FENCED,
                                "the streams' log: " + failure.getMessage(),
                                failure));
    }

    private static long size(StreamRecord.Coming record) {
        long size =
                record.key().map(each -> each.length).orElse(0)
                        + record.value().map(each -> each.length).orElse(0);
        for (StreamRecord.Header each : record.headers()) {
            size += each.name().length() + each.value().length;
        }
        return size;
    }

    private static StorageFailure slow(Throwable e) {
        return new StorageFailure(
                StorageFailure.Kind.OVERLOADED, "the streams' log does not answer", e);
    }

    /** One that has yet to happen happens now: the log takes none from ahead. */
    private static ProducerRecord<byte[], byte[]> record(String stream, StreamRecord.Coming each) {
        List<Header> headers = new ArrayList<>(each.headers().size());
        for (StreamRecord.Header header : each.headers()) {
            headers.add(new RecordHeader(header.name(), header.value()));
        }
        return new ProducerRecord<>(
                stream,
                null,
                each.at()
                        .map(at -> Math.min(at.toEpochMilli(), System.currentTimeMillis()))
                        .orElse(null),
                each.key().orElse(null),
                each.value().orElse(null),
                headers);
    }

    void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
