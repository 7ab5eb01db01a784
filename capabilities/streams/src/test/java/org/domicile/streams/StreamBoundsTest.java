package org.domicile.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one client says takes neither the program's memory nor its stack, nor others' turn. */
final class StreamBoundsTest {
    private static final Topic LEVELS = new Topic("water.levels", 1, Duration.ofDays(1), 1L << 30);

    private static final Rights RIGHTS =
            new Rights()
                    .login(
                            "gauge",
                            "gauge-secret",
                            "SEE water.levels",
                            "PUBLISH water.levels",
                            "POLL water.levels")
                    .login("crowd", "crowd-secret");

    @TempDir private static Path folder;
    private static StreamLog log;
    private static int port;

    @BeforeAll
    static void open() {
        log = StreamLog.embedded(new LogOptions(folder.resolve("log"), "127.0.0.1", 0), RIGHTS);
        port = log.start();
        log.keep(LEVELS);
    }

    @AfterAll
    static void close() {
        log.close();
    }

    private static RawClient gauge() throws IOException {
        return gauge(port);
    }

    private static RawClient gauge(int at) throws IOException {
        return new RawClient(at).plain("gauge", "gauge-secret");
    }

    private static Map<Errors, Integer> errors(RawClient client, AbstractRequest request)
            throws IOException {
        return client.ask(request).errorCounts();
    }

    private static AbstractRequest pattern(String regex) {
        return new ConsumerGroupHeartbeatRequest.Builder(
                        new ConsumerGroupHeartbeatRequestData()
                                .setGroupId("gauge-1")
                                .setMemberId(Uuid.randomUuid().toString())
                                .setRebalanceTimeoutMs(10_000)
                                .setTopicPartitions(List.of())
                                .setSubscribedTopicRegex(regex))
                .build((short) 1);
    }

    private static AbstractRequest commit(String group, String metadata) {
        var partition =
                new OffsetCommitRequestData.OffsetCommitRequestPartition()
                        .setPartitionIndex(0)
                        .setCommittedOffset(1)
                        .setCommittedMetadata(metadata);
        var topic =
                new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setName("water.levels")
                        .setPartitions(List.of(partition));
        return OffsetCommitRequest.Builder.forTopicNames(
                        new OffsetCommitRequestData().setGroupId(group).setTopics(List.of(topic)))
                .build((short) 8);
    }

    private static AbstractRequest join(int bytes) {
        JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols =
                new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        protocols.add(
                new JoinGroupRequestData.JoinGroupRequestProtocol()
                        .setName("range")
                        .setMetadata(new byte[bytes]));
        return new JoinGroupRequest.Builder(
                        new JoinGroupRequestData()
                                .setGroupId("gauge-2")
                                .setSessionTimeoutMs(10_000)
                                .setRebalanceTimeoutMs(10_000)
                                .setProtocolType("consumer")
                                .setProtocols(protocols))
                .build((short) 5);
    }

    private static AbstractRequest whoKeeps(String group) {
        return new FindCoordinatorRequest.Builder(
                        new FindCoordinatorRequestData()
                                .setKeyType((byte) 0)
                                .setCoordinatorKeys(List.of(group)))
                .build((short) 4);
    }

    private static AbstractRequest deleted(int thousands) {
        return new DeleteGroupsRequest.Builder(
                        new DeleteGroupsRequestData()
                                .setGroupsNames(
                                        java.util.Collections.nCopies(
                                                thousands * 1_000, "gauge-of-no-group")))
                .build((short) 2);
    }

    private static AbstractRequest produce(String stream, MemoryRecords records) {
        var partition =
                new ProduceRequestData.PartitionProduceData().setIndex(0).setRecords(records);
        var topic =
                new ProduceRequestData.TopicProduceData()
                        .setName(stream)
                        .setPartitionData(List.of(partition));
        return new ProduceRequest.Builder(
                        (short) 9,
                        (short) 9,
                        new ProduceRequestData()
                                .setAcks((short) -1)
                                .setTimeoutMs(10_000)
                                .setTopicData(
                                        new ProduceRequestData.TopicProduceDataCollection(
                                                List.of(topic).iterator())))
                .build((short) 9);
    }

    private static AbstractRequest topics(int count) {
        List<MetadataRequestData.MetadataRequestTopic> topics = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            topics.add(
                    new MetadataRequestData.MetadataRequestTopic()
                            .setName(Character.toString('a' + i % 26)));
        }
        return new MetadataRequest(
                new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(false),
                (short) 9);
    }

    /** Each is some 13,000 names, which Kafka makes texts of and keeps. */
    @Test
    void whoNamesManyStreamsCountsAsManyMembers() throws IOException {
        ByteBuffer names =
                MessageUtil.toVersionPrefixedByteBuffer(
                        (short) 1,
                        new ConsumerProtocolSubscription()
                                .setTopics(java.util.Collections.nCopies(12_000, "abc")));
        byte[] metadata = new byte[names.remaining()];
        names.get(metadata);
        assertTrue(RequestParts.ofSubscription(metadata) > 12_000);
        // of another organisation than the others here, who join groups too
        try (RawClient client = new RawClient(port).plain("crowd", "crowd-secret")) {
            int taken = 0;
            for (int i = 0; i < 40; i++) {
                JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols =
                        new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
                protocols.add(
                        new JoinGroupRequestData.JoinGroupRequestProtocol()
                                .setName("range")
                                .setMetadata(metadata));
                Map<Errors, Integer> errors =
                        errors(
                                client,
                                new JoinGroupRequest.Builder(
                                                new JoinGroupRequestData()
                                                        .setGroupId("crowd-" + i)
                                                        .setSessionTimeoutMs(10_000)
                                                        .setRebalanceTimeoutMs(10_000)
                                                        .setProtocolType("consumer")
                                                        .setProtocols(protocols))
                                        .build((short) 5));
                taken += errors.containsKey(Errors.GROUP_MAX_SIZE_REACHED) ? 0 : 1;
            }
            assertTrue(taken > 5 && taken < 20, taken + " of 40"); // 2,000 members' worth
        }
    }

    /** Names of one letter take forty times as much once they are objects. */
    @Test
    void aRequestOfManyPartsIsNotParsed() throws IOException {
        try (RawClient fine = gauge()) {
            assertFalse(errors(fine, topics(1)).isEmpty());
            try (RawClient many = gauge()) {
                AbstractRequest small = topics(3_000); // more than the smallest that is counted
                assertFalse(errors(many, small).isEmpty());
                many.send(topics(60_000));
                assertTrue(many.isOver());
            }
            assertFalse(errors(fine, topics(1)).isEmpty());
        }
    }

    /** Kafka unfolds a pattern's repetitions before it looks at how many they are. */
    @Test
    void noPatternIsUnfolded() throws Exception {
        try (RawClient client = gauge()) {
            for (String each : List.of("(((a{1000}){1000}){1000})", "water.*")) {
                assertEquals(
                        Map.of(Errors.INVALID_REGULAR_EXPRESSION, 1),
                        errors(client, pattern(each)));
            }
        }
    }

    @Test
    void whatGroupsKeepIsSmall() throws Exception {
        try (RawClient client = gauge()) {
            AbstractRequest small = commit("gauge-1", "m".repeat(256));
            Map<Errors, Integer> kept = errors(client, small);
            long end = System.nanoTime() + 20_000_000_000L;
            while (!kept.containsKey(Errors.NONE) && System.nanoTime() < end) {
                errors(client, whoKeeps("gauge-1")); // from the first one on there is one
                kept = errors(client, small);
            }
            assertEquals(Map.of(Errors.NONE, 1), kept);
            assertEquals(
                    Map.of(Errors.OFFSET_METADATA_TOO_LARGE, 1),
                    errors(client, commit("gauge-1", "m".repeat(257))));
            assertEquals(Map.of(Errors.MEMBER_ID_REQUIRED, 1), errors(client, join(60 << 10)));
        }
        for (AbstractRequest each : List.of(join(65 << 10), deleted(20))) {
            try (RawClient client = gauge()) {
                client.send(each);
                assertTrue(client.isOver());
            }
        }
    }

    @Test
    void eachOrganisationKeepsSoManyAtATime() {
        Fresh fresh = new Fresh(2, Duration.ofHours(1));
        assertTrue(fresh.takes("a", "group", 1));
        assertTrue(fresh.takes("a", "group", 2));
        assertFalse(fresh.takes("a", "group", 3));
        assertTrue(fresh.takes("a", "group", 1));
        assertTrue(fresh.takes("b", "group", 3));
        Fresh again = new Fresh(1, Duration.ofNanos(-1));
        assertTrue(again.takes("a", 1));
        assertTrue(again.takes("a", 2));
    }

    /** Whose names are as long as a message may be, and others go on. */
    @Test
    void aLongNameEndsNobodysConnection() throws Exception {
        String pairs = "n,,\1auth=Bearer x\1" + "k=v\1".repeat(3_500) + "\1";
        List<Callable<Errors>> logins = // at the same time, since each of them is told late
                List.of(
                        () -> said("SCRAM-SHA-256", "n,,n=" + "a".repeat(16_000)),
                        () -> said("SCRAM-SHA-256", "n,a=" + "a".repeat(12_000) + ",n=a,r=b"),
                        () -> said("OAUTHBEARER", pairs));
        MemoryRecords one =
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[1]));
        try (RawClient other = gauge();
                ExecutorService strangers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2; i++) {
                for (Future<Errors> each : strangers.invokeAll(logins)) {
                    assertEquals(Errors.SASL_AUTHENTICATION_FAILED, each.get());
                }
                assertEquals(Map.of(Errors.NONE, 1), errors(other, produce("water.levels", one)));
            }
        }
    }

    private static Errors said(String mechanism, String message) throws IOException {
        try (RawClient stranger = new RawClient(port)) {
            return stranger.login(mechanism, message).error();
        }
    }

    /** Half a request holds memory that all share, and whoever says nothing a place. */
    @Test
    void whoeverDoesNotComeToAnEndIsCutOff() throws Exception {
        MemoryRecords one =
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[1]));
        try (StreamLog hasty =
                new KafkaLog(
                        new LogOptions(folder.resolve("hasty"), "127.0.0.1", 0),
                        RIGHTS,
                        _ -> {},
                        Duration.ofMillis(400))) {
            hasty.keep(LEVELS);
            try (RawClient good = inTime(hasty.start());
                    RawClient half = inTime(hasty.start());
                    RawClient silent = new RawClient(hasty.start())) {
                long begun = System.nanoTime();
                half.begin(4 << 20, new byte[100]);
                assertTrue(half.isOver());
                assertTrue(silent.isOver());
                assertTrue(System.nanoTime() - begun > 300_000_000L); // and not at once
                assertEquals(Map.of(Errors.NONE, 1), errors(good, produce("water.levels", one)));
            }
        }
        try (RawClient large = gauge()) {
            large.begin((4 << 20) + 1, new byte[100]);
            assertTrue(large.isOver());
        }
    }

    /** On a slow machine a login can take longer than a hasty log waits for it. */
    private static RawClient inTime(int at) throws IOException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (true) {
            try {
                return gauge(at);
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    /** Whoever may not publish has nothing unpacked, and is told that and no more. */
    @Test
    void onlyWhatMayComeIsUnpacked() throws Exception {
        log.keep(new Topic("water.quality", 1, Duration.ofDays(1), 1L << 30));
        MemoryRecords packed =
                MemoryRecords.withRecords(
                        Compression.gzip().build(), new SimpleRecord(new byte[1_000]));
        try (RawClient client = gauge()) {
            assertEquals(
                    Map.of(Errors.TOPIC_AUTHORIZATION_FAILED, 1),
                    errors(client, produce("water.quality", packed)));
            assertEquals(Map.of(Errors.NONE, 1), errors(client, produce("water.levels", packed)));
        }
    }

    /** Each thread that unpacks has a window, and it lies beside the heap. */
    @Test
    void windowsOfZstdAreSmall() throws Exception {
        try (RawClient client = gauge()) {
            for (int level : List.of(1, 3, 19)) {
                assertEquals(
                        Map.of(Errors.NONE, 1),
                        errors(client, produce("water.levels", zstd(level))));
            }
            assertEquals(
                    Map.of(Errors.MESSAGE_TOO_LARGE, 1),
                    errors(client, produce("water.levels", zstd(22))));
        }
    }

    private static MemoryRecords zstd(int level) {
        return MemoryRecords.withRecords(
                Compression.zstd().level(level).build(),
                new SimpleRecord(new byte[500_000]),
                new SimpleRecord(new byte[500_000]));
    }
}
