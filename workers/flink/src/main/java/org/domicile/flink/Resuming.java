package org.domicile.flink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.table.data.RowData;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Flink's source of Kafka, which says where its parts begin, and counts what it cannot read any
 * more. Kafka's client is told to fail where a place is not in the log; then the job begins again
 * with its last checkpoint, and so comes here. By itself Flink's source would go to the end of the
 * log without a word, past all that is still there.
 */
final class Resuming implements Source<RowData, KafkaPartitionSplit, KafkaSourceEnumState> {
    private static final long serialVersionUID = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Source<RowData, KafkaPartitionSplit, KafkaSourceEnumState> kafka;
    private final HashMap<String, String> client;
    private final long begin;

    /**
     * @param kafka whose new parts begin where nobody has said
     * @param client what a client of the log needs
     * @param begin of parts without a place: a time in milliseconds, or -1 for the oldest record
     */
    Resuming(
            Source<RowData, KafkaPartitionSplit, KafkaSourceEnumState> kafka,
            Map<String, String> client,
            long begin) {
        this.kafka = kafka;
        this.client = new HashMap<>(client);
        this.begin = begin;
    }

    @Override
    public Boundedness getBoundedness() {
        return kafka.getBoundedness();
    }

    @Override
    public SourceReader<RowData, KafkaPartitionSplit> createReader(SourceReaderContext context)
            throws Exception {
        return new Reader(
                kafka.createReader(context), context.metricGroup().counter(Figures.MISSED));
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) throws Exception {
        return kafka.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
            throws Exception {
        return kafka.restoreEnumerator(context, state);
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return kafka.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
        return kafka.getEnumeratorCheckpointSerializer();
    }

    /** What the log has of some parts. */
    private record Extents(
            Map<TopicPartition, Long> first,
            Map<TopicPartition, Long> next,
            Map<TopicPartition, OffsetAndTimestamp> begun) {
        /** Where a part begins that nobody has read yet. */
        long beginning(TopicPartition part, long begin) {
            if (begin < 0) {
                return first.getOrDefault(part, 0L);
            }
            OffsetAndTimestamp from = begun.get(part);
            return from == null ? next.getOrDefault(part, 0L) : from.offset();
        }
    }

    /** A stream that was made anew may have fewer parts than it had: those have nothing. */
    private Extents extents(Collection<TopicPartition> wanted) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("enable.auto.commit", "false");
        try (KafkaConsumer<byte[], byte[]> log =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Set<TopicPartition> parts = new HashSet<>();
            for (String topic :
                    wanted.stream().map(TopicPartition::topic).collect(Collectors.toSet())) {
                log.partitionsFor(topic, PATIENCE)
                        .forEach(each -> parts.add(new TopicPartition(topic, each.partition())));
            }
            parts.retainAll(wanted);
            // the end first: what comes while the times are looked for is not behind it
            Map<TopicPartition, Long> next = log.endOffsets(parts, PATIENCE);
            Map<TopicPartition, OffsetAndTimestamp> begun = new HashMap<>();
            if (begin >= 0) {
                Map<TopicPartition, Long> times = new HashMap<>();
                parts.forEach(each -> times.put(each, begin));
                log.offsetsForTimes(times, PATIENCE)
                        .forEach((part, from) -> {
                            if (from != null) {
                                begun.put(part, from);
                            }
                        });
            }
            return new Extents(log.beginningOffsets(parts, PATIENCE), next, begun);
        }
    }

    /** Owned, as what it reads by, by the thread of its source. */
    private final class Reader implements SourceReader<RowData, KafkaPartitionSplit> {
        private final SourceReader<RowData, KafkaPartitionSplit> reader;
        private final Counter missed;
        private long untold; // of those: it is told once, when the places behind it are kept

        Reader(SourceReader<RowData, KafkaPartitionSplit> reader, Counter missed) {
            this.reader = reader;
            this.missed = missed;
        }

        /** Of places that are not there any more some held no record: a transaction ended there. */
        @Override
        public void addSplits(List<KafkaPartitionSplit> splits) {
            Extents log =
                    extents(splits.stream().map(KafkaPartitionSplit::getTopicPartition).toList());
            List<KafkaPartitionSplit> placed = new ArrayList<>();
            for (KafkaPartitionSplit each : splits) {
                TopicPartition part = each.getTopicPartition();
                long first = log.first().getOrDefault(part, 0L);
                long from = each.getStartingOffset();
                if (from == KafkaPartitionSplit.COMMITTED_OFFSET) {
                    from = log.beginning(part, begin);
                } else if (from > log.next().getOrDefault(part, 0L)) {
                    from = first; // another stream by that name, or one of after a restore
                } else if (from >= 0 && from < first) {
                    untold += first - from;
                    from = first;
                }
                placed.add(new KafkaPartitionSplit(part, from));
            }
            reader.addSplits(placed);
        }

        @Override
        public void start() {
            reader.start();
        }

        @Override
        public InputStatus pollNext(ReaderOutput<RowData> output) throws Exception {
            return reader.pollNext(output);
        }

        @Override
        public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
            return reader.snapshotState(checkpoint);
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return reader.isAvailable();
        }

        @Override
        public void notifyNoMoreSplits() {
            reader.notifyNoMoreSplits();
        }

        @Override
        public void handleSourceEvents(SourceEvent event) {
            reader.handleSourceEvents(event);
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) throws Exception {
            missed.inc(untold);
            untold = 0;
            reader.notifyCheckpointComplete(checkpoint);
        }

        @Override
        public void notifyCheckpointAborted(long checkpoint) throws Exception {
            reader.notifyCheckpointAborted(checkpoint);
        }

        @Override
        public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
            reader.pauseOrResumeSplits(pause, resume);
        }

        @Override
        public void close() throws Exception {
            reader.close();
        }
    }
}
