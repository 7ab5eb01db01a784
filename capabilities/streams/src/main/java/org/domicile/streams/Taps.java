package org.domicile.streams;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import kafka.network.RequestChannel;
import kafka.server.ApiRequestHandler;
import kafka.server.KafkaRequestHandlerPool;
import kafka.server.KafkaRequestHandlerPoolFactory;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.InvalidCommitOffsetSizeException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.network.Request;
import org.apache.kafka.server.common.RequestLocal;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * Looks at clients' requests as Kafka answers them: counts, and bounds how long one waits for
 * records and to how much its own unpack.
 */
final class Taps extends KafkaRequestHandlerPoolFactory {
    private static final System.Logger LOG = System.getLogger("org.domicile.streams");

    /** A consumer whose right ended is told when its next request comes. */
    private static final int LONGEST_WAIT_MILLIS = 500;

    /** No record is smaller in its batch, once that is unpacked. */
    private static final int LEAST_BYTES = 7;

    /**
     * What clients may ask; whether they may have it is the authorizer's to say. Share groups,
     * groups of Kafka Streams, telemetry and all that brokers say to each other are not among it.
     */
    static final Set<ApiKeys> SERVED =
            EnumSet.of(
                    ApiKeys.ADD_OFFSETS_TO_TXN,
                    ApiKeys.ADD_PARTITIONS_TO_TXN,
                    ApiKeys.ALTER_CONFIGS,
                    ApiKeys.API_VERSIONS,
                    ApiKeys.CONSUMER_GROUP_DESCRIBE,
                    ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                    ApiKeys.CREATE_ACLS,
                    ApiKeys.CREATE_PARTITIONS,
                    ApiKeys.CREATE_TOPICS,
                    ApiKeys.DELETE_ACLS,
                    ApiKeys.DELETE_GROUPS,
                    ApiKeys.DELETE_RECORDS,
                    ApiKeys.DELETE_TOPICS,
                    ApiKeys.DESCRIBE_ACLS,
                    ApiKeys.DESCRIBE_CLUSTER,
                    ApiKeys.DESCRIBE_CONFIGS,
                    ApiKeys.DESCRIBE_GROUPS,
                    ApiKeys.DESCRIBE_PRODUCERS,
                    ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                    ApiKeys.DESCRIBE_TRANSACTIONS,
                    ApiKeys.END_TXN,
                    ApiKeys.FETCH,
                    ApiKeys.FIND_COORDINATOR,
                    ApiKeys.HEARTBEAT,
                    ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                    ApiKeys.INIT_PRODUCER_ID,
                    ApiKeys.JOIN_GROUP,
                    ApiKeys.LEAVE_GROUP,
                    ApiKeys.LIST_GROUPS,
                    ApiKeys.LIST_OFFSETS,
                    ApiKeys.LIST_TRANSACTIONS,
                    ApiKeys.METADATA,
                    ApiKeys.OFFSET_COMMIT,
                    ApiKeys.OFFSET_DELETE,
                    ApiKeys.OFFSET_FETCH,
                    ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                    ApiKeys.PRODUCE,
                    ApiKeys.SASL_AUTHENTICATE,
                    ApiKeys.SASL_HANDSHAKE,
                    ApiKeys.SYNC_GROUP,
                    ApiKeys.TXN_OFFSET_COMMIT);

    /** Of a request that publishes nothing, as it is sent. */
    static final int LARGEST_QUESTION = 256 << 10;

    /** Of one that is refused anyway. */
    private static final int LARGEST_UNSERVED = 8 << 10;

    /** Of one that says how somebody logs in anew. */
    private static final int LARGEST_OF_A_LOGIN = 512;

    /** Of one that a group's members are kept with. */
    static final int LARGEST_OF_A_GROUP = 64 << 10;

    /** Producers that number their records, each in a partition: of an organisation in an hour. */
    static final int MOST_PRODUCERS = 30_000;

    /** Offsets that an organisation keeps, of all its groups. */
    static final int MOST_OFFSETS = 50_000;

    /** Of an organisation's groups, in as long as one that is silent stays one. */
    static final int MOST_MEMBERS = 2_000;

    /** One of whom more is kept counts as several: for each so many bytes, and names. */
    private static final int BYTES_OF_A_MEMBER = 8 << 10;

    private static final int NAMES_OF_A_MEMBER = 100;

    /** Threads that unpack at a time, of the sixteen that handle requests. */
    private static final int MOST_UNPACKING = 2;

    private final Fresh producers = new Fresh(MOST_PRODUCERS, KafkaLog.PRODUCERS);
    private final Fresh offsets = new Fresh(MOST_OFFSETS, KafkaLog.OFFSETS);
    private final Fresh members = new Fresh(MOST_MEMBERS, KafkaLog.MEMBERS);
    private final Semaphore unpacking = new Semaphore(MOST_UNPACKING);
    private final AtomicLong unnamed = new AtomicLong();
    private final Admission admission;
    private final Names names;

    // read by who appends, written by who waits until all have
    private final ReentrantReadWriteLock appending = new ReentrantReadWriteLock();
    private final Places places;

    /** What streams are called, by Kafka's numbers for them. */
    interface Names {
        Optional<String> of(Uuid id);
    }

    /** What one request brings a partition. */
    private record Sent(int records, int bytes) {}

    /**
     * @param names of streams by Kafka's numbers for them
     * @param answers what fetches can get
     */
    Taps(Admission admission, Names names, Places.Answers answers) {
        this.admission = admission;
        this.names = names;
        this.places = new Places(answers, this::polled);
    }

    @Override
    public KafkaRequestHandlerPool createPool(
            int node,
            RequestChannel channel,
            ApiRequestHandler apis,
            Time time,
            int threads,
            String name) {
        return super.createPool(node, channel, new Tap(channel, apis), time, threads, name);
    }

    /** Returns when what was admitted before is in the log or refused. */
    void fence() {
        appending.writeLock().lock(); // nobody is between the two any more
        appending.writeLock().unlock();
    }

    private final class Tap implements ApiRequestHandler {
        private final RequestChannel channel;
        private final ApiRequestHandler apis;

        Tap(RequestChannel channel, ApiRequestHandler apis) {
            this.channel = channel;
            this.apis = apis;
        }

        @Override
        public void handle(Request request, RequestLocal local) {
            String login = request.context().principal().getName();
            if (login.equals(Handover.PROGRAM)) {
                apis.handle(request, local);
                return;
            }
            if (!SERVED.contains(request.header().apiKey())) {
                refuse(
                        request,
                        new UnsupportedVersionException("This request is not served here."));
                return;
            }
            Client client = new Client(login, request.context().clientAddress());
            Optional<ApiException> refused = refusal(client, request);
            if (refused.isPresent()) {
                refuse(request, refused.get());
                return;
            }
            switch (request.body()) {
                case ProduceRequest produce -> {
                    if (isPacked(produce.data())) {
                        refuseWhatIsNotAdmitted(client, produce.data());
                        unpacking.acquireUninterruptibly();
                        try {
                            refuseWhatUnpacksToTooMuch(produce.data(), local.bufferSupplier());
                        } finally {
                            unpacking.release();
                        }
                    } else {
                        refuseWhatUnpacksToTooMuch(produce.data(), local.bufferSupplier());
                    }
                    append(request, produce, client, local);
                }
                case FetchRequest fetch -> {
                    FetchRequestData data = fetch.data();
                    data.setMaxWaitMs(Math.min(data.maxWaitMs(), LONGEST_WAIT_MILLIS));
                    // it tells of the one before: the next may be looked at before this one ends
                    String connection = request.context().connectionId();
                    List<Places.Got> got = moved(client, connection, data);
                    Set<String> closed =
                            AskingAuthorizer.refused(() -> apis.handle(request, local));
                    if (!closed.isEmpty()) {
                        places.refused(connection, closed);
                    }
                    got.forEach(Taps.this::polled);
                }
                default -> apis.handle(request, local);
            }
        }

        private void append(
                Request request, ProduceRequest produce, Client client, RequestLocal local) {
            Map<Places.Spot, Sent> sent = sent(produce.data()); // Kafka lets go of them
            boolean isAnswered = produce.acks() != 0;
            Request tapped =
                    isAnswered
                            ? AnswerTap.on(
                                    request,
                                    channel.metrics(),
                                    answer -> published(client, sent, answer))
                            : request;
            Set<String> closed;
            appending.readLock().lock(); // admitted in it, and in the log behind it
            try {
                closed = AskingAuthorizer.refused(() -> apis.handle(tapped, local));
            } finally {
                appending.readLock().unlock();
            }
            if (!isAnswered) {
                sent.forEach((spot, each) -> {
                    if (!closed.contains(spot.stream())) {
                        published(client, spot, -1, each);
                    }
                });
            }
        }

        private void refuse(Request request, ApiException why) {
            AbstractResponse response = request.body().getErrorResponse(0, why);
            if (response == null) { // nobody waits for it
                channel.closeConnection(request, Map.of());
            } else {
                channel.sendResponse(request, response);
            }
        }

        @Override
        public void tryCompleteActions() {
            apis.tryCompleteActions();
        }
    }

    /** Bytes that a request may have: Kafka takes quadratic time to answer some large ones. */
    static int largest(ApiKeys what) {
        return switch (what) {
            case PRODUCE -> KafkaLog.LARGEST_REQUEST;
            case JOIN_GROUP, SYNC_GROUP, CONSUMER_GROUP_HEARTBEAT -> LARGEST_OF_A_GROUP;
            case SASL_HANDSHAKE -> LARGEST_OF_A_LOGIN;
            default -> SERVED.contains(what) ? LARGEST_QUESTION : LARGEST_UNSERVED;
        };
    }

    /** Why a request is not handed to Kafka, which would keep or do too much. */
    private Optional<ApiException> refusal(Client client, Request request) {
        AbstractRequest body = request.body();
        return Optional.ofNullable(
                switch (body) {
                    case ProduceRequest produce when isTooMany(client, produce.data()) ->
                            new PolicyViolationException(
                                    "Your organisation began more than %d idempotent producers"
                                                    .formatted(MOST_PRODUCERS)
                                            + " within an hour. Keep producers open.");
                    case InitProducerIdRequest begun when isTooLong(client, begun.data()) ->
                            new InvalidTxnTimeoutException("Set transaction.timeout.ms to less.");
                    // Kafka unfolds its repetitions, however many they are
                    case ConsumerGroupHeartbeatRequest beat
                            when !isEmpty(beat.data().subscribedTopicRegex()) ->
                            new InvalidRegularExpression(
                                    "Patterns are not matched here. Name the streams, or have the"
                                            + " client match them (group.protocol=classic).");
                    case OffsetCommitRequest commit when isTooMany(client, commit.data()) ->
                            tooManyOffsets();
                    case TxnOffsetCommitRequest commit when isTooMany(client, commit.data()) ->
                            tooManyOffsets();
                    case JoinGroupRequest join ->
                            member(
                                    client,
                                    join.data().groupId(),
                                    join.data().memberId(),
                                    Math.max(shares(request, 0), shares(join.data())));
                    case SyncGroupRequest sync ->
                            member(
                                    client,
                                    sync.data().groupId(),
                                    sync.data().memberId(),
                                    shares(request, 0));
                    case HeartbeatRequest beat ->
                            member(client, beat.data().groupId(), beat.data().memberId(), 1);
                    case ConsumerGroupHeartbeatRequest beat ->
                            member(
                                    client,
                                    beat.data().groupId(),
                                    beat.data().memberId(),
                                    shares(request, names(beat.data())));
                    default -> null;
                });
    }

    /** As how many members one counts, by what is kept of it. */
    private static int shares(Request request, int names) {
        return 1 + Math.max(request.sizeInBytes() / BYTES_OF_A_MEMBER, names / NAMES_OF_A_MEMBER);
    }

    private static int names(ConsumerGroupHeartbeatRequestData data) {
        List<String> names = data.subscribedTopicNames();
        return names == null ? 0 : names.size();
    }

    /** Kafka reads what consumers say to each other, and keeps the names of streams in it. */
    private static int shares(JoinGroupRequestData data) {
        int parts = 0;
        if (data.protocolType().equals("consumer")) {
            for (JoinGroupRequestData.JoinGroupRequestProtocol each : data.protocols()) {
                parts += RequestParts.ofSubscription(each.metadata());
            }
        }
        return 1 + parts / NAMES_OF_A_MEMBER;
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private @Nullable ApiException member(Client client, String group, String member, int shares) {
        String organisation = admission.organisation(client.login());
        Object name = member.isEmpty() ? unnamed.incrementAndGet() : member;
        for (int i = 0; i < shares; i++) {
            if (!members.takes(organisation, group, name, i)) {
                return new GroupMaxSizeReachedException(
                        "Your organisation's groups have more than %d members; one that names"
                                        .formatted(MOST_MEMBERS)
                                + " hundreds of streams counts as several.");
            }
        }
        return null;
    }

    private static ApiException tooManyOffsets() {
        return new InvalidCommitOffsetSizeException(
                "Your organisation's groups have committed more than %d offsets. Use fewer groups."
                        .formatted(MOST_OFFSETS));
    }

    private boolean isTooMany(Client client, OffsetCommitRequestData data) {
        String organisation = admission.organisation(client.login());
        return data.topics().stream()
                .anyMatch(topic -> {
                    String stream = name(topic.name(), topic.topicId());
                    return stream != null
                            && topic.partitions().stream()
                                    .anyMatch(each ->
                                            !offsets.takes(
                                                    organisation,
                                                    data.groupId(),
                                                    stream,
                                                    each.partitionIndex()));
                });
    }

    private boolean isTooMany(Client client, TxnOffsetCommitRequestData data) {
        String organisation = admission.organisation(client.login());
        return data.topics().stream()
                .anyMatch(topic ->
                        topic.partitions().stream()
                                .anyMatch(each ->
                                        !offsets.takes(
                                                organisation,
                                                data.groupId(),
                                                topic.name(),
                                                each.partitionIndex())));
    }

    /** Of each number that a producer gives itself Kafka remembers something, in each partition. */
    private boolean isTooMany(Client client, ProduceRequestData data) {
        String organisation = admission.organisation(client.login());
        for (ProduceRequestData.TopicProduceData topic : data.topicData()) {
            String stream = name(topic.name(), topic.topicId());
            if (stream == null) {
                continue;
            }
            for (ProduceRequestData.PartitionProduceData each : topic.partitionData()) {
                if (each.records() instanceof MemoryRecords records
                        && !takes(organisation, stream, each.index(), records)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean takes(String organisation, String stream, int partition, MemoryRecords sent) {
        long last = RecordBatch.NO_PRODUCER_ID;
        try {
            for (MutableRecordBatch batch : sent.batches()) {
                long producer = batch.producerId();
                if (producer != RecordBatch.NO_PRODUCER_ID && producer != last) {
                    last = producer;
                    if (!producers.takes(organisation, producer, stream, partition)) {
                        return false;
                    }
                }
            }
        } catch (KafkaException e) {
            return true; // Kafka says so itself
        }
        return true;
    }

    private boolean isTooLong(Client client, InitProducerIdRequestData data) {
        String name = data.transactionalId();
        return name != null // else there is no transaction
                && data.transactionTimeoutMs() > admission.longestTransaction(client).toMillis();
    }

    private @Nullable String name(@Nullable String name, Uuid id) {
        String found = name != null && !name.isEmpty() ? name : names.of(id).orElse(null);
        return found != null && Topic.names(found) ? found : null;
    }

    /** But what Kafka will call too large. */
    private Map<Places.Spot, Sent> sent(ProduceRequestData data) {
        Map<Places.Spot, Sent> sent = new HashMap<>();
        for (ProduceRequestData.TopicProduceData topic : data.topicData()) {
            String stream = name(topic.name(), topic.topicId());
            if (stream == null) {
                continue;
            }
            for (ProduceRequestData.PartitionProduceData each : topic.partitionData()) {
                if (each.records() instanceof MemoryRecords records
                        && records.sizeInBytes() <= KafkaLog.LARGEST_BATCH) {
                    sent.put(
                            new Places.Spot(stream, each.index()),
                            new Sent(count(records), records.sizeInBytes()));
                }
            }
        }
        return sent;
    }

    /**
     * Counts what the answer says is in the log. A batch that an idempotent producer sends once
     * more is answered as if it came now, and counts again; one that came long before is an error
     * ({@code DUPLICATE_SEQUENCE_NUMBER}), and does not.
     */
    private void published(Client client, Map<Places.Spot, Sent> sent, AbstractResponse answer) {
        if (!(answer instanceof ProduceResponse produced)) {
            return;
        }
        for (ProduceResponseData.TopicProduceResponse topic : produced.data().responses()) {
            String stream = name(topic.name(), topic.topicId());
            if (stream == null) {
                continue;
            }
            for (ProduceResponseData.PartitionProduceResponse each : topic.partitionResponses()) {
                Places.Spot spot = new Places.Spot(stream, each.index());
                Sent came = sent.get(spot);
                if (came != null && each.errorCode() == Errors.NONE.code()) {
                    published(client, spot, each.baseOffset(), came);
                }
            }
        }
    }

    /** What is in the log already is answered so, whatever becomes of counting it. */
    private void published(Client client, Places.Spot spot, long from, Sent sent) {
        try {
            admission.published(
                    client,
                    spot.stream(),
                    new Admission.Brought(spot.partition(), from, sent.records(), sent.bytes()));
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "records of " + spot.stream() + " were published and are not counted",
                    e);
        }
    }

    private static boolean isPacked(ProduceRequestData data) {
        return data.topicData().stream()
                .flatMap(topic -> topic.partitionData().stream())
                .anyMatch(each ->
                        each.records() instanceof MemoryRecords records && isPacked(records));
    }

    private static boolean isPacked(MemoryRecords records) {
        try {
            for (MutableRecordBatch each : records.batches()) {
                if (each.isCompressed()) {
                    return true;
                }
            }
        } catch (KafkaException e) {
            return false; // it says so itself
        }
        return false;
    }

    /** So that nobody has work done that has no right to; Kafka asks again and says so. */
    private void refuseWhatIsNotAdmitted(Client client, ProduceRequestData data) {
        for (ProduceRequestData.TopicProduceData topic : data.topicData()) {
            String stream = name(topic.name(), topic.topicId());
            boolean admitted = stream != null && admitsOrCannotSay(client, stream);
            for (ProduceRequestData.PartitionProduceData each : topic.partitionData()) {
                if (!admitted
                        && each.records() instanceof MemoryRecords records
                        && isPacked(records)) {
                    each.setRecords(Unpacked.tooLarge());
                }
            }
        }
    }

    private boolean admitsOrCannotSay(Client client, String stream) {
        try {
            return admission.admits(client, Act.PUBLISH, stream);
        } catch (StorageFailure e) {
            return true; // Kafka asks again, and clients come again with what is as it was
        }
    }

    /** Kafka refuses what stands there then as too large, and the rest of the request comes. */
    private static void refuseWhatUnpacksToTooMuch(
            ProduceRequestData data, BufferSupplier buffers) {
        long left = Unpacked.MOST_OF_A_REQUEST;
        for (ProduceRequestData.TopicProduceData topic : data.topicData()) {
            for (ProduceRequestData.PartitionProduceData each : topic.partitionData()) {
                if (each.records() instanceof MemoryRecords records) {
                    OptionalLong bytes = Unpacked.of(records, left, buffers);
                    if (bytes.isEmpty()) {
                        each.setRecords(Unpacked.tooLarge());
                    }
                    left -= bytes.orElse(Math.min(left, Unpacked.MOST));
                }
            }
        }
    }

    /**
     * What the batches' heads say. Kafka has not looked at them yet: what cannot be is none, and
     * what is no batch at all it says itself.
     */
    private static int count(MemoryRecords records) {
        long bytes = isPacked(records) ? Unpacked.MOST : records.sizeInBytes();
        int most = (int) (bytes / LEAST_BYTES) + 1;
        int count = 0;
        try {
            for (MutableRecordBatch batch : records.batches()) {
                Integer of = batch.countOrNull();
                count += of == null ? 0 : Math.clamp(of, 0, most - count);
            }
        } catch (KafkaException e) {
            return count;
        }
        return count;
    }

    /** What a fetch shows that its connection has got. */
    private List<Places.Got> moved(Client client, String connection, FetchRequestData data) {
        List<Places.Asked> asked = new ArrayList<>();
        boolean committed = data.isolationLevel() == IsolationLevel.READ_COMMITTED.id();
        for (FetchRequestData.FetchTopic topic : data.topics()) {
            String stream = name(topic.topic(), topic.topicId());
            if (stream == null) {
                continue;
            }
            for (FetchRequestData.FetchPartition each : topic.partitions()) {
                asked.add(
                        new Places.Asked(
                                new Places.Spot(stream, each.partition()),
                                each.fetchOffset(),
                                each.partitionMaxBytes(),
                                committed));
            }
        }
        return places.fetched(client, connection, asked);
    }

    private void polled(Places.Got got) {
        Places.Spot spot = got.spot();
        admission.polled(got.client(), spot.stream(), spot.partition(), got.from(), got.to());
    }

    /** Counts what clients got and no fetch of theirs has told yet. */
    void settle() {
        places.close();
    }
}
