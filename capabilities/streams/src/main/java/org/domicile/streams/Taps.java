package org.domicile.streams;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kafka.network.RequestChannel;
import kafka.server.ApiRequestHandler;
import kafka.server.KafkaRequestHandlerPool;
import kafka.server.KafkaRequestHandlerPoolFactory;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.network.Request;
import org.apache.kafka.server.common.RequestLocal;
import org.jspecify.annotations.Nullable;

/**
 * Looks at clients' requests as Kafka answers them: counts, and bounds how long one waits for
 * records.
 */
final class Taps extends KafkaRequestHandlerPoolFactory {
    /** A consumer whose right ended is told when its next request comes. */
    private static final int LONGEST_WAIT_MILLIS = 500;

    /** Partitions of connections whose last offset is remembered. */
    private static final int MOST_PLACES = 65_536;

    private final Admission admission;
    private final Names names;
    private final Map<Place, Long> places =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Place, Long> eldest) {
                    return size() > MOST_PLACES;
                }
            };

    /** What streams are called, by Kafka's numbers for them. */
    interface Names {
        Optional<String> of(Uuid id);
    }

    private record Place(String connection, String stream, int partition) {}

    /** What one request appends. */
    private record Sent(String stream, int partition, int records, int bytes) {}

    /**
     * @param names of streams by Kafka's numbers for them
     */
    Taps(Admission admission, Names names) {
        this.admission = admission;
        this.names = names;
    }

    @Override
    public KafkaRequestHandlerPool createPool(
            int node,
            RequestChannel channel,
            ApiRequestHandler apis,
            Time time,
            int threads,
            String name) {
        return super.createPool(node, channel, new Tap(apis), time, threads, name);
    }

    private final class Tap implements ApiRequestHandler {
        private final ApiRequestHandler apis;

        Tap(ApiRequestHandler apis) {
            this.apis = apis;
        }

        @Override
        public void handle(Request request, RequestLocal local) {
            String login = request.context().principal().getName();
            if (login.equals(Handover.PROGRAM)) {
                apis.handle(request, local);
                return;
            }
            Client client = new Client(login, request.context().clientAddress());
            switch (request.body()) {
                case ProduceRequest produce -> {
                    List<Sent> sent = sent(produce.data()); // Kafka lets go of them
                    apis.handle(request, local);
                    for (Sent each : sent) {
                        admission.published(
                                client,
                                each.stream(),
                                each.partition(),
                                each.records(),
                                each.bytes());
                    }
                }
                case FetchRequest fetch -> {
                    FetchRequestData data = fetch.data();
                    data.setMaxWaitMs(Math.min(data.maxWaitMs(), LONGEST_WAIT_MILLIS));
                    apis.handle(request, local);
                    moved(client, request.context().connectionId(), data);
                }
                default -> apis.handle(request, local);
            }
        }

        @Override
        public void tryCompleteActions() {
            apis.tryCompleteActions();
        }
    }

    private @Nullable String name(@Nullable String name, Uuid id) {
        return name != null && !name.isEmpty() ? name : names.of(id).orElse(null);
    }

    private List<Sent> sent(ProduceRequestData data) {
        List<Sent> sent = new ArrayList<>();
        for (ProduceRequestData.TopicProduceData topic : data.topicData()) {
            String stream = name(topic.name(), topic.topicId());
            if (stream == null) {
                continue;
            }
            for (ProduceRequestData.PartitionProduceData each : topic.partitionData()) {
                if (each.records() instanceof MemoryRecords records) {
                    sent.add(new Sent(stream, each.index(), count(records), records.sizeInBytes()));
                }
            }
        }
        return sent;
    }

    /** What the batches' heads say, which Kafka checks against what is in them. */
    private static int count(MemoryRecords records) {
        int count = 0;
        for (MutableRecordBatch batch : records.batches()) {
            Integer of = batch.countOrNull();
            count += of == null ? 0 : of;
        }
        return count;
    }

    private void moved(Client client, String connection, FetchRequestData data) {
        for (FetchRequestData.FetchTopic topic : data.topics()) {
            String stream = name(topic.topic(), topic.topicId());
            if (stream == null) {
                continue;
            }
            for (FetchRequestData.FetchPartition each : topic.partitions()) {
                Place place = new Place(connection, stream, each.partition());
                Long before;
                synchronized (places) {
                    before = places.put(place, each.fetchOffset());
                }
                if (before != null && each.fetchOffset() > before) {
                    admission.polled(client, stream, each.partition(), before, each.fetchOffset());
                }
            }
        }
    }
}
