package org.domicile.streams;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of one log, but where that has to be another one: each with a stream of its own. */
final class StreamLogTest {
    private static final Rights RIGHTS = new Rights();
    private static final AtomicReference<String> FULL = new AtomicReference<>("");
    private static final AtomicInteger COUNT = new AtomicInteger(10); // none begins another one

    @TempDir private static Path folder;
    private static StreamLog log;

    /** What clients are connected to. */
    private static StreamLog reached;

    /** Where its clients were reached before it was used, and what it had just then. */
    private static Optional<Integer> portBefore = Optional.empty();

    private static Optional<Integer> portThen = Optional.empty();

    private static List<String> namesThen = List.of();

    private final Rights rights = RIGHTS;
    private final int number = COUNT.getAndIncrement();
    private final String levels = "water.levels" + number;
    private final Topic stream = new Topic(levels, 2, Duration.ofDays(1), 1L << 30);
    private final String[] acts = {"SEE " + levels, "PUBLISH " + levels, "POLL " + levels};

    @BeforeAll
    static void begin() {
        log = open();
        reached = log;
        portBefore = log.port();
        log.keep(new Topic("water.first", 1, Duration.ofDays(1), 1L << 30));
        portThen = log.port();
        namesThen = log.names();
    }

    private static StreamLog open() {
        return StreamLog.embedded(options("log", 0, FULL::get), RIGHTS);
    }

    private static LogOptions options(String name, long rate, Supplier<String> full) {
        return new LogOptions(
                folder.resolve(name),
                "127.0.0.1",
                0,
                "",
                rate,
                LogOptions.Said.NOTHING,
                full,
                Optional.empty());
    }

    /** The one of all tests, on what is there. */
    private static void openAgain() {
        log = open();
        log.start();
        reached = log;
    }

    @AfterEach
    void mend() {
        RIGHTS.broken = false;
        FULL.set("");
        reached = log;
        if (log.port().isEmpty()) { // a test has closed it
            openAgain();
        }
    }

    @AfterAll
    static void close() {
        log.close();
    }

    private Map<String, Object> client(String login, String secret, String mechanism) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", "127.0.0.1:" + reached.port().orElseThrow());
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", mechanism);
        settings.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";"
                        .formatted(
                                mechanism.equals("PLAIN")
                                        ? "plain.PlainLoginModule"
                                        : "scram.ScramLoginModule",
                                login,
                                secret));
        settings.put("max.block.ms", "20000");
        settings.put("request.timeout.ms", "10000");
        settings.put("default.api.timeout.ms", "20000");
        settings.put("retry.backoff.ms", "20"); // this log answers soon
        settings.put("retry.backoff.max.ms", "200");
        return settings;
    }

    /** A group of this test's. */
    private String group(String name) {
        return name + "-" + number;
    }

    private KafkaProducer<byte[], byte[]> producer(String login) {
        return new KafkaProducer<>(
                client(login, login + "-secret", "PLAIN"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> consumer(String login, String group) {
        return consumer(login, group, Map.of());
    }

    private KafkaConsumer<byte[], byte[]> consumer(
            String login, String group, Map<String, Object> more) {
        Map<String, Object> settings = client(login, login + "-secret", "SCRAM-SHA-256");
        settings.put("fetch.max.wait.ms", "50"); // else its close waits for the last one
        settings.putAll(more);
        settings.put("group.id", group(group));
        settings.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void publish(String login, String stream, int from, int to) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(login)) {
            List<java.util.concurrent.Future<?>> sent = new ArrayList<>();
            for (int i = from; i < to; i++) {
                sent.add(producer.send(new ProducerRecord<>(stream, ("r" + i).getBytes(UTF_8))));
            }
            for (var each : sent) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
    }

    private Set<String> poll(KafkaConsumer<byte[], byte[]> consumer, int count) {
        Set<String> values = new java.util.TreeSet<>();
        long end = System.nanoTime() + 30_000_000_000L;
        while (values.size() < count && System.nanoTime() < end) {
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(500))) {
                values.add(new String(each.value(), UTF_8));
            }
        }
        return values;
    }

    @Test
    void itDoesNotRunBeforeItIsUsed() {
        assertEquals(Optional.empty(), portBefore);
        assertTrue(portThen.isPresent());
        assertEquals(List.of("water.first"), namesThen);
    }

    @Test
    void whatIsPublishedIsPolledAndCounted() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        rights.login("desk", "desk-secret", "SEE " + levels, "POLL " + levels);
        log.keep(stream);
        publish("gauge", levels, 0, 100);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("desk", "desk-1")) {
            consumer.subscribe(List.of(levels));
            assertEquals(100, poll(consumer, 100).size());
            consumer.commitSync();
            long end = System.nanoTime() + 30_000_000_000L;
            while (polled() < 100 && System.nanoTime() < end) {
                consumer.poll(Duration.ofMillis(50)); // asks for what comes after them
            }
        }
        assertEquals(100, published("gauge"), rights.counted::toString);
        assertEquals(100, log.extents(levels).stream().mapToLong(StreamLog.Extent::next).sum());
        assertEquals(
                log.extents(levels).stream()
                        .flatMapToLong(each -> LongStream.range(0, each.next()))
                        .sorted()
                        .boxed()
                        .toList(),
                rights.brought(levels).stream()
                        .flatMapToLong(
                                each -> LongStream.range(each.from(), each.from() + each.records()))
                        .sorted()
                        .boxed()
                        .toList());
        assertEquals(100, polled(), rights.counted::toString);
        // a restart keeps records and offsets of groups
        log.close();
        openAgain();
        publish("gauge", levels, 100, 110);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("desk", "desk-1")) {
            consumer.subscribe(List.of(levels));
            assertEquals(10, poll(consumer, 10).size());
        }
    }

    private long published(String login) {
        return rights.counted.stream()
                .filter(each -> each.startsWith(login + " published " + levels + " "))
                .mapToLong(each -> Long.parseLong(each.substring(each.lastIndexOf(' ') + 1)))
                .sum();
    }

    private long polled() {
        return rights.counted.stream()
                .filter(each -> each.startsWith("desk polled " + levels + " "))
                .mapToLong(each -> {
                    String[] words = each.split(" ");
                    return Long.parseLong(words[4]) - Long.parseLong(words[3]);
                })
                .sum();
    }

    /** Whoever takes what one fetch brings and goes, or reads backwards, has got it. */
    @Test
    void whatNoFurtherFetchTellsIsCounted() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        rights.login("desk", "desk-secret", "SEE " + levels, "POLL " + levels);
        log.keep(new Topic(levels, 1, Duration.ofDays(1), 1L << 30));
        try (KafkaProducer<byte[], byte[]> producer = producer("gauge")) {
            for (int i = 0; i < 10; i++) {
                sent(producer, ("r" + i).getBytes(UTF_8)); // each of them a batch
            }
        }
        TopicPartition partition = new TopicPartition(levels, 0);
        Map<String, Object> one = Map.of("max.poll.records", 1, "max.partition.fetch.bytes", 1);
        for (int from = 9; from >= 8; from--) {
            try (KafkaConsumer<byte[], byte[]> consumer = consumer("desk", "desk-1", one)) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, from);
                assertEquals(1, poll(consumer, 1).size());
            }
        }
        Map<String, Object> all = Map.of("max.poll.records", 1);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("desk", "desk-1", all)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 3);
            assertEquals(Set.of("r3"), poll(consumer, 1)); // the others are with the client, too
        }
        log.close();
        List<String> polled =
                rights.counted.stream()
                        .filter(each -> each.startsWith("desk polled " + levels + " "))
                        .toList();
        assertTrue(polled.contains("desk polled " + levels + " 9 10"), polled::toString);
        assertTrue(polled.contains("desk polled " + levels + " 8 9"), polled::toString);
        assertTrue(polled.contains("desk polled " + levels + " 3 10"), polled::toString);
    }

    @Test
    void whoeverHasNoRightSeesNothing() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        rights.login("other", "other-secret");
        log.keep(stream);
        List<String> there = log.names();
        publish("gauge", levels, 0, 10);
        try (Admin admin = Admin.create(client("other", "other-secret", "PLAIN"))) {
            assertEquals(Set.of(), admin.listTopics().names().get(20, TimeUnit.SECONDS));
            ExecutionException e =
                    assertThrows(
                            ExecutionException.class,
                            () ->
                                    admin.createTopics(List.of(new NewTopic("mine", 1, (short) 1)))
                                            .all()
                                            .get(20, TimeUnit.SECONDS));
            assertInstanceOf(AuthorizationException.class, e.getCause());
            assertThrows(
                    ExecutionException.class,
                    () -> admin.deleteTopics(List.of(levels)).all().get(20, TimeUnit.SECONDS));
        }
        assertThrows(ExecutionException.class, () -> publish("other", levels, 0, 1));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("other", "other-1")) {
            consumer.subscribe(List.of(levels));
            assertThrows(TopicAuthorizationException.class, () -> poll(consumer, 1));
        }
        assertTrue(there.contains(levels), there::toString);
        assertEquals(there, log.names());
    }

    /**
     * With a description comes what its reader may do: to be told is no use, and claims no name.
     */
    @Test
    void whoeverLooksHasUsedNothing() throws Exception {
        rights.login("looker", "looker-secret", "SEE " + levels, "POLL " + levels);
        log.keep(stream);
        try (Admin admin = Admin.create(client("looker", "looker-secret", "PLAIN"))) {
            assertEquals(
                    Set.of(AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS, AclOperation.READ),
                    requireNonNull(
                                    admin.describeTopics(
                                                    List.of(levels),
                                                    new DescribeTopicsOptions()
                                                            .includeAuthorizedOperations(true))
                                            .allTopicNames()
                                            .get(20, TimeUnit.SECONDS)
                                            .get(levels))
                            .authorizedOperations());
            assertEquals(
                    Set.of("looker SEE " + levels, "looker LIST " + levels),
                    Set.copyOf(rights.asked("looker")));
            try (KafkaConsumer<byte[], byte[]> consumer = consumer("looker", "looker-lapsed")) {
                consumer.assign(List.of(new TopicPartition(levels, 0)));
                consumer.commitSync(
                        Map.of(new TopicPartition(levels, 0), new OffsetAndMetadata(0)));
            }
            rights.used.clear(); // as after a long time
            rights.asked.clear();
            assertEquals(
                    Set.of(),
                    requireNonNull(
                                    admin.describeConsumerGroups(
                                                    List.of(group("looker-lapsed")),
                                                    new DescribeConsumerGroupsOptions()
                                                            .includeAuthorizedOperations(true))
                                            .describedGroups()
                                            .get(group("looker-lapsed")))
                            .get(20, TimeUnit.SECONDS)
                            .authorizedOperations());
        }
        assertEquals(List.of(), rights.asked("looker"));
        assertEquals(Set.of(), rights.used);
    }

    /** A name that nobody has used yet is whose it becomes. */
    @Test
    void aTransactionIsPublishedWhole() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        rights.login("desk", "desk-secret", "SEE " + levels, "POLL " + levels);
        log.keep(stream);
        Map<String, Object> settings = client("gauge", "gauge-secret", "PLAIN");
        settings.put("transactional.id", "gauge-1");
        try (KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(
                                settings, new ByteArraySerializer(), new ByteArraySerializer());
                Admin other = Admin.create(client("desk", "desk-secret", "PLAIN"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(levels, "gone".getBytes(UTF_8)));
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(levels, "kept".getBytes(UTF_8)));
            producer.commitTransaction();
            assertTrue(published("gauge") >= 1, rights.counted::toString);
            assertEquals(
                    List.of(),
                    List.copyOf(other.listTransactions().all().get(20, TimeUnit.SECONDS)));
        }
        Map<String, Object> committed = Map.of("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("desk", "desk-1", committed)) {
            consumer.subscribe(List.of(levels));
            assertEquals(Set.of("kept"), poll(consumer, 1));
        }
        settings.put("transactional.id", "desk-1");
        try (KafkaProducer<byte[], byte[]> thief =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThrows(AuthorizationException.class, thief::initTransactions);
        }
    }

    /** What comes behind an open transaction is held back, until that is abandoned. */
    @Test
    void whatIsLeftOpenIsAbandoned() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        log.keep(new Topic(levels, 1, Duration.ofDays(1), 1L << 30));
        Map<String, Object> settings = client("gauge", "gauge-secret", "PLAIN");
        settings.put("transactional.id", "gauge-left-1-0");
        try (KafkaProducer<byte[], byte[]> left =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            left.initTransactions();
            left.beginTransaction();
            left.send(new ProducerRecord<>(levels, "gone".getBytes(UTF_8)));
            left.flush();
            publish("gauge", levels, 0, 1);
            assertEquals(List.of("gauge-left-1-0"), log.open("gauge-left-1"));
            assertEquals(List.of(), log.open("gauge-left-2"));
            log.abandon("gauge-left-2");
            assertEquals(Map.of(0, 0L), log.ends(levels, 1));
            log.abandon("gauge-left-1");
            assertEquals(Map.of(0, 3L), log.ends(levels, 1));
            assertEquals(List.of(), log.open("gauge-left-"));
            assertThrows(KafkaException.class, left::commitTransaction);
        }
    }

    /** All that read what is committed would wait for it. */
    @Test
    void aTransactionThatIsLeftOpenEndsSoon() {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        log.keep(stream);
        Map<String, Object> settings = client("gauge", "gauge-secret", "PLAIN");
        settings.put("transactional.id", "gauge-1");
        settings.put("transaction.timeout.ms", "900000");
        try (KafkaProducer<byte[], byte[]> soon =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            soon.initTransactions();
        }
        settings.put("transaction.timeout.ms", "900001");
        try (KafkaProducer<byte[], byte[]> late =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThrows(KafkaException.class, late::initTransactions);
        }
    }

    /** Whoever may do all with a stream may do nothing with the log itself. */
    @Test
    void administrationIsClosed() throws Exception {
        rights.login("gauge", "gauge-secret", acts);
        log.keep(stream);
        List<String> there = log.names();
        publish("gauge", levels, 0, 10);
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, levels);
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        TopicPartition first = new TopicPartition(levels, 0);
        AclBinding binding =
                new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, levels, PatternType.LITERAL),
                        new AccessControlEntry(
                                "User:x", "*", AclOperation.ALL, AclPermissionType.ALLOW));
        Map<String, Function<Admin, KafkaFuture<?>>> asked = new LinkedHashMap<>();
        asked.put("create", a -> a.createTopics(List.of(new NewTopic("mine", 1, (short) 1))).all());
        asked.put("delete", a -> a.deleteTopics(List.of(levels)).all());
        asked.put(
                "grow", a -> a.createPartitions(Map.of(levels, NewPartitions.increaseTo(9))).all());
        asked.put("set topic", a -> a.incrementalAlterConfigs(set(topic, "retention.ms")).all());
        asked.put("set broker", a -> a.incrementalAlterConfigs(set(broker, "log.dirs")).all());
        asked.put("see broker", a -> a.describeConfigs(List.of(broker)).all());
        asked.put(
                "delete records",
                a -> a.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(1))).all());
        asked.put("give", a -> a.createAcls(List.of(binding)).all());
        asked.put("take", a -> a.deleteAcls(List.of(binding.toFilter())).all());
        asked.put("who may", a -> a.describeAcls(AclBindingFilter.ANY).values());
        asked.put("folders", a -> a.describeLogDirs(List.of(1)).allDescriptions());
        asked.put("elect", a -> a.electLeaders(ElectionType.UNCLEAN, Set.of(first)).all());
        asked.put("moving", a -> a.listPartitionReassignments().reassignments());
        asked.put("rates", a -> a.describeClientQuotas(ClientQuotaFilter.all()).entities());
        asked.put("logins", a -> a.describeUserScramCredentials().all());
        asked.put(
                "a login",
                a ->
                        a.alterUserScramCredentials(
                                        List.of(
                                                new UserScramCredentialUpsertion(
                                                        "gauge",
                                                        new ScramCredentialInfo(
                                                                ScramMechanism.SCRAM_SHA_256,
                                                                4_096),
                                                        "another")))
                                .all());
        asked.put("a token", a -> a.createDelegationToken().delegationToken());
        asked.put("unregister", a -> a.unregisterBroker(1).all());
        asked.put("quorum", a -> a.describeMetadataQuorum().quorumInfo());
        asked.put("resources", a -> a.listConfigResources().all());
        asked.put(
                "end",
                a -> a.abortTransaction(new AbortTransactionSpec(first, 1, (short) 0, 0)).all());
        Map<String, Object> settings = client("gauge", "gauge-secret", "PLAIN");
        settings.put("default.api.timeout.ms", "10000");
        try (Admin admin = Admin.create(settings)) {
            asked.forEach((what, act) -> {
                ExecutionException e =
                        assertThrows(
                                ExecutionException.class,
                                () -> act.apply(admin).get(20, TimeUnit.SECONDS),
                                what);
                assertTrue(
                        e.getCause() instanceof AuthorizationException
                                || e.getCause() instanceof UnsupportedVersionException,
                        () -> what + ": " + e.getCause());
            });
        }
        assertTrue(there.contains(levels), there::toString);
        assertEquals(there, log.names());
        List<StreamLog.Extent> extents = log.extents(levels);
        assertEquals(2, extents.size());
        assertEquals(10, extents.stream().mapToLong(each -> each.next() - each.first()).sum());
    }

    private static Map<ConfigResource, Collection<AlterConfigOp>> set(
            ConfigResource of, String name) {
        return Map.of(
                of,
                List.of(new AlterConfigOp(new ConfigEntry(name, "1"), AlterConfigOp.OpType.SET)));
    }

    @Test
    void aWrongSecretIsRefused() {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        log.keep(stream);
        List<Admin> wrong =
                List.of(
                        Admin.create(client("gauge", "wrong", "PLAIN")),
                        Admin.create(client("gauge", "wrong", "SCRAM-SHA-256")),
                        Admin.create(client("(program)", "wrong", "PLAIN")));
        try {
            // at the same time, since each of them is told late
            for (var each : wrong.stream().map(admin -> admin.listTopics().names()).toList()) {
                ExecutionException e =
                        assertThrows(
                                ExecutionException.class, () -> each.get(20, TimeUnit.SECONDS));
                assertInstanceOf(SaslAuthenticationException.class, e.getCause());
            }
        } finally {
            wrong.forEach(Admin::close);
        }
    }

    @Test
    void whoeverLosesARightIsCutOffWithTheNextRequest() throws Exception {
        rights.login("desk", "desk-secret", acts);
        log.keep(stream);
        publish("desk", levels, 0, 10);
        // however long it would wait for more
        Map<String, Object> patient =
                Map.of(
                        "fetch.max.wait.ms", "60000",
                        "fetch.min.bytes", "1000000",
                        "request.timeout.ms", "70000");
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("desk", "desk-1", patient)) {
            consumer.subscribe(List.of(levels));
            assertEquals(10, poll(consumer, 10).size());
            rights.rights.remove("desk POLL " + levels);
            long end = System.nanoTime() + 10_000_000_000L; // and not the 60 that it asked for
            assertThrows(
                    TopicAuthorizationException.class,
                    () -> {
                        while (System.nanoTime() < end) {
                            consumer.poll(Duration.ofMillis(100));
                        }
                    });
            publish("desk", levels, 10, 20);
            for (int i = 0; i < 3; i++) {
                assertThrows(
                        TopicAuthorizationException.class,
                        () -> consumer.poll(Duration.ofSeconds(10)));
            }
        }
    }

    /** Whoever floods is slowed down, and loses nothing; others are not. */
    @Test
    void anOrganisationThatFloodsIsSlowedDown() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        rights.login("desk", "desk-secret", "SEE " + levels, "PUBLISH " + levels);
        try (StreamLog slow = StreamLog.embedded(options("slow", 200_000, () -> ""), rights)) {
            reached = slow;
            slow.keep(stream);
            byte[] body = new byte[50_000];
            int records;
            try (KafkaProducer<byte[], byte[]> flood = producer("gauge");
                    KafkaProducer<byte[], byte[]> other = producer("desk")) {
                List<java.util.concurrent.Future<?>> sent = new ArrayList<>();
                // two megabytes may come at once; each request behind them waits longer than the
                // last
                int others = 0;
                while (throttled(flood) == 0 && sent.size() < 200) {
                    sent.add(flood.send(new ProducerRecord<>(levels, body)));
                    flood.flush();
                    if (sent.size() % 10 == 0) {
                        other.send(new ProducerRecord<>(levels, "x".getBytes(UTF_8)))
                                .get(30, TimeUnit.SECONDS);
                        others++;
                    }
                }
                assertTrue(sent.size() > 20, () -> sent.size() + " records");
                sent.add(flood.send(new ProducerRecord<>(levels, body)));
                other.send(new ProducerRecord<>(levels, "x".getBytes(UTF_8)))
                        .get(30, TimeUnit.SECONDS);
                records = sent.size() + others + 1;
                for (var each : sent) {
                    each.get(60, TimeUnit.SECONDS);
                }
                assertTrue(throttled(flood) > 0, "nobody was slowed down");
                assertEquals(0, throttled(other), "the other one was");
            }
            assertEquals(
                    records, slow.extents(levels).stream().mapToLong(StreamLog.Extent::next).sum());
        }
    }

    /** Producers are told, or wait; what is read goes on, and all goes on once there is room. */
    @Test
    void whatHasNoRoomIsNotTaken() throws Exception {
        rights.login("desk", "desk-secret", acts);
        log.keep(stream);
        publish("desk", levels, 0, 10);
        FULL.set("the disk has 3 MiB left");
        StorageFailure refused =
                assertThrows(
                        StorageFailure.class,
                        () ->
                                log.append(
                                        levels,
                                        List.of(
                                                StreamRecord.Coming.of(
                                                        "not this one".getBytes(UTF_8)))));
        assertEquals(StorageFailure.Kind.FULL, refused.kind());
        Map<String, Object> hasty = client("desk", "desk-secret", "PLAIN");
        hasty.put("delivery.timeout.ms", "300");
        hasty.put("request.timeout.ms", "200");
        try (KafkaProducer<byte[], byte[]> producer = producer("desk");
                KafkaProducer<byte[], byte[]> other =
                        new KafkaProducer<>(
                                hasty, new ByteArraySerializer(), new ByteArraySerializer())) {
            var waits = producer.send(new ProducerRecord<>(levels, "r10".getBytes(UTF_8)));
            var lost = other.send(new ProducerRecord<>(levels, "nor".getBytes(UTF_8)));
            ExecutionException told =
                    assertThrows(ExecutionException.class, () -> lost.get(20, TimeUnit.SECONDS));
            assertInstanceOf(RetriableException.class, told.getCause());
            assertFalse(waits.isDone());
            try (KafkaConsumer<byte[], byte[]> consumer = consumer("desk", "desk-1")) {
                consumer.subscribe(List.of(levels));
                assertEquals(10, poll(consumer, 10).size());
            }
            FULL.set("");
            waits.get(20, TimeUnit.SECONDS);
        }
        assertEquals(11, log.extents(levels).stream().mapToLong(StreamLog.Extent::next).sum());
        assertEquals(11, published("desk"), rights.counted::toString); // however often it came
    }

    private static double throttled(KafkaProducer<byte[], byte[]> producer) {
        return producer.metrics().entrySet().stream()
                .filter(each -> each.getKey().name().equals("produce-throttle-time-max"))
                .mapToDouble(each -> ((Number) each.getValue().metricValue()).doubleValue())
                .filter(each -> !Double.isNaN(each))
                .sum();
    }

    /** What cannot be put on record is not served, and clients try again. */
    @Test
    void whatCannotBeRecordedWaits() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        log.keep(stream);
        try (KafkaProducer<byte[], byte[]> producer = producer("gauge")) {
            producer.send(new ProducerRecord<>(levels, "x".getBytes(UTF_8)))
                    .get(30, TimeUnit.SECONDS);
            rights.broken = true;
            var waits = producer.send(new ProducerRecord<>(levels, "y".getBytes(UTF_8)));
            long end = System.nanoTime() + 20_000_000_000L;
            while (rights.unrecorded.get() < 3 && System.nanoTime() < end) {
                LockSupport.parkNanos(10_000_000);
            }
            assertTrue(rights.unrecorded.get() >= 3, "it is not tried again");
            assertFalse(waits.isDone());
            rights.broken = false;
            waits.get(30, TimeUnit.SECONDS);
        }
        assertEquals(2, log.extents(levels).stream().mapToLong(StreamLog.Extent::next).sum());
    }

    /**
     * A kill keeps the page cache, so no death of a process shows this: without a sync for each
     * append all else here stays as it is. What a power cut leaves, PowerCutTest of proof looks at.
     */
    @Test
    void whatIsAcknowledgedIsSynced() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        log.keep(stream);
        long before = syncs();
        for (int i = 0; i < 20; i++) {
            var one = List.of(StreamRecord.Coming.of(new byte[] {1}));
            assertInstanceOf(StreamLog.Appended.Kept.class, log.append(levels, one));
        }
        long between = syncs();
        assertTrue(between - before >= 20, () -> between - before + " syncs of 20 of our own");
        try (KafkaProducer<byte[], byte[]> producer = producer("gauge")) {
            for (int i = 0; i < 20; i++) {
                sent(producer, new byte[] {2}); // waits for the answer before the next
            }
        }
        long after = syncs();
        assertTrue(after - between >= 20, () -> after - between + " syncs of 20 of a client");
    }

    /** Kafka's own count, of all logs of this process. */
    private static long syncs() throws JMException {
        return (Long)
                ManagementFactory.getPlatformMBeanServer()
                        .getAttribute(
                                new ObjectName(
                                        "kafka.log:type=LogFlushStats,name=LogFlushRateAndTimeMs"),
                                "Count");
    }

    @Test
    void aStreamGrowsAndGoes() {
        List<String> there = log.names();
        log.keep(stream);
        log.keep(new Topic(levels, 4, Duration.ofHours(1), 1L << 20));
        assertEquals(4, log.extents(levels).size());
        assertTrue(log.remove(levels));
        assertFalse(log.remove(levels));
        assertEquals(there, log.names());
        assertEquals(List.of(), log.extents(levels));
    }

    @Test
    void theProgramAppendsAndReadsByItself() {
        log.keep(stream);
        List<StreamRecord.Coming> coming = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            coming.add(
                    new StreamRecord.Coming(
                            Optional.of(("k" + i % 7).getBytes(UTF_8)),
                            Optional.of(("v" + i).getBytes(UTF_8)),
                            Optional.of(Instant.ofEpochMilli(1_000 + i)),
                            List.of(new StreamRecord.Header("h", new byte[] {1, 2}))));
        }
        var kept = assertInstanceOf(StreamLog.Appended.Kept.class, log.append(levels, coming));
        assertEquals(100, Set.copyOf(kept.places()).size());
        Map<StreamLog.Place, StreamRecord> read = new HashMap<>();
        try (StreamLog.Reader reader = log.read(levels, Map.of(0, 0L, 1, 0L))) {
            long end = System.nanoTime() + 20_000_000_000L;
            while (read.size() < 100 && System.nanoTime() < end) {
                for (StreamRecord each : reader.poll(Duration.ofMillis(200))) {
                    assertTrue(reader.next(each.partition()) > each.offset());
                    read.put(new StreamLog.Place(each.partition(), each.offset()), each);
                }
            }
        }
        Map<String, Integer> partitions = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            StreamRecord found = Optional.ofNullable(read.get(kept.places().get(i))).orElseThrow();
            assertArrayEquals(("v" + i).getBytes(UTF_8), found.value().orElseThrow());
            assertEquals(Instant.ofEpochMilli(1_000 + i), found.at());
            assertArrayEquals(new byte[] {1, 2}, found.headers().getFirst().value());
            Integer before =
                    partitions.put(new String(found.key().orElseThrow(), UTF_8), found.partition());
            assertTrue(before == null || before == found.partition());
        }
        Set<StreamLog.Place> few =
                Set.of(kept.places().get(3), kept.places().get(99), kept.places().get(50));
        Map<StreamLog.Place, StreamRecord> again = log.again(levels, few);
        assertEquals(few, again.keySet());
        again.forEach((place, found) ->
                assertArrayEquals(
                        Optional.ofNullable(read.get(place)).orElseThrow().value().get(),
                        found.value().get()));
        // from the middle on, and past what is gone
        long middle = log.extents(levels).getFirst().next() / 2;
        try (StreamLog.Reader reader = log.read(levels, Map.of(0, middle))) {
            assertEquals(middle, reader.poll(Duration.ofSeconds(10)).getFirst().offset());
        }
        assertInstanceOf(
                StreamLog.Appended.Absent.class,
                log.append("water.none", List.of(StreamRecord.Coming.of(new byte[1]))));
        assertInstanceOf(
                StreamLog.Appended.TooLarge.class,
                log.append(levels, List.of(StreamRecord.Coming.of(new byte[2 << 20]))));
    }

    /** It takes what lies there from files; it is to find what a consumer would. */
    @Test
    void whoeverIsFarBehindReadsWhatAConsumerDoes() throws Exception {
        rights.login("gauge", "gauge-secret", acts);
        log.keep(stream);
        int sent = 0;
        for (String form : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            Map<String, Object> settings = client("gauge", "gauge-secret", "PLAIN");
            settings.put("compression.type", form);
            settings.put("transactional.id", "gauge-" + form);
            settings.put("batch.size", 256 << 10);
            settings.put("linger.ms", 20);
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(
                            settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                producer.initTransactions();
                for (int i = 0; i < 3; i++) {
                    producer.beginTransaction();
                    for (int k = 0; k < 600; k++) {
                        producer.send(
                                new ProducerRecord<>(
                                        levels,
                                        k % 3 == 0 ? 0 : 1,
                                        k % 5 == 0 ? null : ("k" + k).getBytes(UTF_8),
                                        k % 50 == 1 ? null : (form + sent++).getBytes(UTF_8),
                                        k % 100 == 3
                                                ? List.of(new RecordHeader("h", new byte[] {1}))
                                                : List.of()));
                    }
                    if (i != 1) {
                        producer.commitTransaction();
                    } else {
                        producer.flush();
                        producer.abortTransaction();
                    }
                }
            }
        }
        longTransactions();
        for (int i = 0; i < 12; i++) {
            List<StreamRecord.Coming> some = new ArrayList<>();
            for (int k = 0; k < 1_000; k++) {
                some.add(StreamRecord.Coming.of(("own " + sent++).getBytes(UTF_8)));
            }
            assertInstanceOf(StreamLog.Appended.Kept.class, log.append(levels, some));
        }
        List<Told> polled = new ArrayList<>();
        Map<String, Object> settings = client("gauge", "gauge-secret", "PLAIN");
        settings.put("isolation.level", "read_committed");
        settings.put("fetch.max.wait.ms", "50");
        List<TopicPartition> both =
                List.of(new TopicPartition(levels, 0), new TopicPartition(levels, 1));
        long end = System.nanoTime() + 60_000_000_000L;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(both);
            consumer.seekToBeginning(both);
            Map<TopicPartition, Long> ends = consumer.endOffsets(both);
            while (both.stream()
                            .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))
                    && System.nanoTime() < end) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(100))) {
                    polled.add(
                            Told.of(
                                    each.partition(),
                                    each.offset(),
                                    each.timestamp(),
                                    each.key(),
                                    each.value(),
                                    each.headers().toArray().length));
                }
            }
        }
        assertTrue(polled.size() > 12_000, () -> String.valueOf(polled.size()));
        polled.sort(Comparator.comparing(Told::partition)); // and as they came otherwise
        log.close(); // with what reads files for others
        openAgain();
        for (boolean large : new boolean[] {true, false}) {
            Map<Integer, Long> from = Map.of(0, 0L, 1, 0L);
            List<Told> read = new ArrayList<>();
            try (StreamLog.Reader reader =
                    large ? log.read(levels, from) : log.follow(levels, from)) {
                while (read.size() < polled.size() && System.nanoTime() < end) {
                    List<StreamRecord> some = reader.poll(Duration.ofMillis(200));
                    assertTrue(some.size() <= 5_000);
                    for (StreamRecord each : some) {
                        assertTrue(reader.next(each.partition()) > each.offset());
                        read.add(
                                Told.of(
                                        each.partition(),
                                        each.offset(),
                                        each.at().toEpochMilli(),
                                        each.key().orElse(null),
                                        each.value().orElse(null),
                                        each.headers().size()));
                    }
                }
            }
            read.sort(Comparator.comparing(Told::partition));
            assertEquals(polled, read);
        }
        assertTrue(
                Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(each -> each.getName().startsWith("log-files-")));
        whoeverIsInterruptedHarmsNobody();
    }

    /** Two at a time, each of more than is read at a time: one is committed. */
    private void longTransactions() throws Exception {
        List<KafkaProducer<byte[], byte[]>> both = new ArrayList<>();
        try {
            for (String name : List.of("gauge-kept", "gauge-gone")) {
                Map<String, Object> settings = client("gauge", "gauge-secret", "PLAIN");
                settings.put("transactional.id", name);
                both.add(
                        new KafkaProducer<>(
                                settings, new ByteArraySerializer(), new ByteArraySerializer()));
                both.getLast().initTransactions();
                both.getLast().beginTransaction();
            }
            for (int i = 0; i < 8; i++) {
                for (KafkaProducer<byte[], byte[]> each : both) {
                    byte[] value = ("long " + i + " ".repeat(300_000)).getBytes(UTF_8);
                    each.send(new ProducerRecord<>(levels, i % 2, null, value));
                    each.flush();
                }
            }
            both.getFirst().commitTransaction();
            both.getLast().abortTransaction();
        } finally {
            both.forEach(KafkaProducer::close);
        }
    }

    /** What is compared of a record. */
    private record Told(
            int partition, long offset, long at, String key, String value, int headers) {
        static Told of(
                int partition,
                long offset,
                long at,
                byte @Nullable [] key,
                byte @Nullable [] value,
                int headers) {
            return new Told(partition, offset, at, text(key), text(value), headers);
        }

        private static String text(byte @Nullable [] bytes) {
            return bytes == null ? "-" : new String(bytes, UTF_8);
        }
    }

    /** An interrupt within a read would close the file, and Kafka would give up its disk. */
    private void whoeverIsInterruptedHarmsNobody() throws Exception {
        for (int i = 0; i < 50; i++) {
            Thread reads =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (StreamLog.Reader reader =
                                        log.read(levels, Map.of(0, 0L, 1, 0L))) {
                                    while (!Thread.currentThread().isInterrupted()) {
                                        if (reader.poll(Duration.ofMillis(10)).isEmpty()) {
                                            return;
                                        }
                                    }
                                } catch (StorageFailure | KafkaException e) {
                                    // as whoever is interrupted is told
                                }
                            });
            LockSupport.parkNanos(i * 200_000L);
            reads.interrupt();
            assertTrue(reads.join(Duration.ofSeconds(20)));
        }
        assertInstanceOf(
                StreamLog.Appended.Kept.class,
                log.append(levels, List.of(StreamRecord.Coming.of(new byte[1]))));
        try (StreamLog.Reader reader = log.read(levels, Map.of(0, 0L))) {
            assertFalse(reader.poll(Duration.ofSeconds(10)).isEmpty());
        }
    }

    /** A few KiB that unpack to gigabytes would fill the memory of all who read them. */
    @Test
    void whatUnpacksToTooMuchIsRefusedAsTooLarge() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        log.keep(new Topic(levels, 1, Duration.ofDays(1), 1L << 30));
        for (String form : List.of("gzip", "snappy", "lz4", "zstd")) {
            Map<String, Object> settings = client("gauge", "gauge-secret", "PLAIN");
            settings.put("compression.type", form);
            settings.put("max.request.size", 64 << 20);
            settings.put("batch.size", 8 << 20);
            settings.put("linger.ms", 50);
            settings.put("buffer.memory", 256 << 20);
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(
                            settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                assertInstanceOf(
                        RecordTooLargeException.class,
                        assertThrows(
                                        ExecutionException.class,
                                        () -> sent(producer, new byte[33 << 20]))
                                .getCause(),
                        form);
                // of one record Kafka itself looks at the size
                assertInstanceOf(
                        InvalidRecordException.class,
                        assertThrows(
                                        ExecutionException.class,
                                        () -> sent(producer, new byte[3 << 20]))
                                .getCause(),
                        form);
                List<java.util.concurrent.Future<?>> good = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    good.add(producer.send(new ProducerRecord<>(levels, new byte[10_000])));
                }
                for (var each : good) {
                    each.get(30, TimeUnit.SECONDS);
                }
            }
        }
        assertEquals(2_000, published("gauge"), rights.counted::toString);
        // and readers take no more than they can hold at a time
        long read = 0;
        int polls = 0;
        try (StreamLog.Reader reader = log.read(levels, Map.of(0, 0L))) {
            long end = System.nanoTime() + 30_000_000_000L;
            while (read < 2_000 && System.nanoTime() < end) {
                int some = reader.poll(Duration.ofSeconds(1)).size();
                assertTrue(some * 10_000L < (5 << 20), () -> some + " records at a time");
                read += some;
                polls++;
            }
        }
        assertEquals(2_000, read);
        assertTrue(polls < 100, polls + " polls");
        read = 0;
        try (StreamLog.Reader reader = log.follow(levels, Map.of(0, 0L))) {
            long end = System.nanoTime() + 30_000_000_000L;
            while (read < 2_000 && System.nanoTime() < end) {
                int some = reader.poll(Duration.ofSeconds(1)).size();
                assertTrue(some * 10_000L < (1 << 20) + 10_000, () -> some + " records at a time");
                read += some;
            }
        }
        assertEquals(2_000, read);
    }

    private void sent(KafkaProducer<byte[], byte[]> producer, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(levels, value)).get(30, TimeUnit.SECONDS);
    }

    /** Windows would wait for the clock that is ahead, and what others send be late. */
    @Test
    void aClockThatIsAheadIsRefused() throws Exception {
        rights.login("gauge", "gauge-secret", "SEE " + levels, "PUBLISH " + levels);
        log.keep(stream);
        try (KafkaProducer<byte[], byte[]> producer = producer("gauge")) {
            for (Duration behind : List.of(Duration.ofDays(3_000), Duration.ofSeconds(-30))) {
                long at = Instant.now().minus(behind).toEpochMilli();
                producer.send(new ProducerRecord<>(levels, 0, at, null, new byte[1]))
                        .get(30, TimeUnit.SECONDS);
            }
            long hour = Instant.now().plus(Duration.ofHours(1)).toEpochMilli();
            assertInstanceOf(
                    InvalidTimestampException.class,
                    assertThrows(
                                    ExecutionException.class,
                                    () ->
                                            producer.send(
                                                            new ProducerRecord<>(
                                                                    levels,
                                                                    0,
                                                                    hour,
                                                                    null,
                                                                    new byte[1]))
                                                    .get(30, TimeUnit.SECONDS))
                            .getCause());
        }
        assertEquals(2, log.extents(levels).stream().mapToLong(StreamLog.Extent::next).sum());
        assertEquals(2, published("gauge"), rights.counted::toString); // and in no count
        // who wants no answer is counted without one
        Map<String, Object> silent = client("gauge", "gauge-secret", "PLAIN");
        silent.put("acks", "0");
        silent.put("enable.idempotence", false);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(silent, new ByteArraySerializer(), new ByteArraySerializer())) {
            sent(producer, new byte[1]);
            long end = System.nanoTime() + 20_000_000_000L;
            while (published("gauge") < 3 && System.nanoTime() < end) {
                LockSupport.parkNanos(10_000_000);
            }
            assertEquals(3, published("gauge"), rights.counted::toString);
            rights.rights.remove("gauge PUBLISH " + levels);
            rights.asked.clear();
            sent(producer, new byte[1]);
            while (!rights.asked.contains("gauge PUBLISH " + levels) && System.nanoTime() < end) {
                LockSupport.parkNanos(10_000_000);
            }
        }
        log.close(); // all requests have been handled
        assertEquals(3, published("gauge"), rights.counted::toString);
    }

    /** What whoever lets records go says is gone lies in no file any more; all else does. */
    @Test
    void filesGoWithTheLastOfTheirRecords() throws Exception {
        String quiet = "water.quiet" + number;
        log.keep(stream, StreamLog.Letting.TOLD);
        log.keep(new Topic(quiet, 1, Duration.ofDays(1), 1L << 30), StreamLog.Letting.TOLD);
        List<StreamRecord.Coming> coming =
                List.of(
                        StreamRecord.Coming.of("somebody's".getBytes(UTF_8)),
                        StreamRecord.Coming.of("another's".getBytes(UTF_8)));
        log.append(quiet, coming);
        log.append(levels, coming);
        assertEquals(1, files(quiet + "-0", "somebody's"));
        log.trim(quiet, Map.of(0, 1L), Instant.now().plusSeconds(60));
        assertEquals(List.of(new StreamLog.Extent(0, 1, 2)), log.extents(quiet));
        assertEquals(1, files(quiet + "-0", "another's"));
        log.trim(quiet, Map.of(0, 2L), Instant.now().minusSeconds(60)); // too young
        assertEquals(1, files(quiet + "-0", "another's"));
        log.trim(quiet, Map.of(0, 2L), Instant.now().plusSeconds(60));
        assertEquals(List.of(new StreamLog.Extent(0, 2, 2)), log.extents(quiet));
        assertEquals(0, files(quiet + "-0", "another's"));
        assertEquals(2, log.extents(levels).stream().mapToLong(e -> e.next() - e.first()).sum());
        log.append(quiet, coming.subList(0, 1));
        assertEquals(List.of(new StreamLog.Extent(0, 2, 3)), log.extents(quiet));
        log.close();
        openAgain();
        assertEquals(List.of(new StreamLog.Extent(0, 2, 3)), log.extents(quiet));
    }

    /** Those that are a partition's; what was let go lies for a minute under another name. */
    private long files(String partition, String text) throws IOException {
        long found = 0;
        try (var all = Files.list(folder.resolve("log").resolve(partition))) {
            for (Path each : all.filter(e -> e.toString().endsWith(".log")).toList()) {
                found += new String(Files.readAllBytes(each), ISO_8859_1).contains(text) ? 1 : 0;
            }
        }
        return found;
    }

    /** Who mends what was wrong need not start the program again. */
    @Test
    void aLogThatDidNotStartIsTriedAgain() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            StreamLog late =
                    StreamLog.embedded(
                            new LogOptions(
                                    folder.resolve("late"), "127.0.0.1", taken.getLocalPort()),
                            rights);
            try (late) {
                assertThrows(StorageFailure.class, late::start);
                assertThrows(StorageFailure.class, late::start);
                assertEquals(Optional.empty(), late.failure());
                taken.close();
                assertEquals(taken.getLocalPort(), late.start());
                late.keep(stream);
            }
        }
    }
}
