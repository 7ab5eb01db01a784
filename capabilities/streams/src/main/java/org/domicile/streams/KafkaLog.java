package org.domicile.streams;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.KafkaRequestHandlerPoolFactory;
import kafka.server.Server$;
import kafka.server.SharedServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.internals.Exit;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.checkpoint.CleanShutdownFileHandler;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/** Kafka's broker and controller in this process. Its state is behind its own lock. */
final class KafkaLog implements StreamLog {
    private static final System.Logger LOG = System.getLogger("org.domicile.streams");

    /** The one node that there is. */
    private static final int NODE = 1;

    private static final String CLIENTS = "CLIENTS";
    private static final String INNER = "INNER";

    /** For children of this program, on loopback and without TLS: they reach its port alone. */
    private static final String WORKERS = "WORKERS";

    private static final String CONTROLLER = "CONTROLLER";
    private static final String LOOPBACK = "127.0.0.1";

    /** There once a folder is a log's. */
    private static final String FORMATTED = "meta.properties";

    private static final long PATIENCE_SECONDS = 60;

    /** For saying to its controller that it ends. */
    private static final Duration LEAVE = Duration.ofSeconds(5);

    /** After so long its controller, in this same process, takes it for dead. */
    private static final Duration SILENCE = Duration.ofSeconds(3);

    static final int LARGEST_REQUEST = 4 << 20;

    /** Threads that handle requests of clients. */
    static final int HANDLERS = 16;

    private static final int BYTES_OF_A_CONNECTION = 512 << 10;

    /** How long it remembers a producer that is gone. */
    static final Duration PRODUCERS = Duration.ofHours(1);

    /** How long it keeps the offsets of a group that nobody is in. */
    static final Duration OFFSETS = Duration.ofDays(7);

    /** How long a member of a group may be silent. */
    static final Duration MEMBERS = Duration.ofMinutes(5);

    /** Of what a client fetches at a time, as Kafka has it. */
    private static final int LARGEST_ANSWER = 55 << 20;

    /** Heads of batches that are read to say how far an answer goes. */
    private static final int MOST_BATCHES = 10_000;

    /** A record of a mebibyte, with its key and headers, is one batch. */
    static final int LARGEST_BATCH = 2 << 20;

    /** How far a producer's clock may be ahead of this machine's. */
    private static final Duration AHEAD = Duration.ofMinutes(1);

    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final LogOptions options;
    private final Admission admission;
    private final IntConsumer begun;
    private final Duration overdue;
    private final String secret = secret();
    private final String number;
    private volatile @Nullable Running running;
    private boolean closed;
    private volatile @Nullable String failure;

    /**
     * Of a transaction: the longest that a worker may be away with results that are on their way.
     * How much less others may have, {@link Admission} says.
     */
    private static final long LONGEST_TRANSACTION = Duration.ofDays(1).toMillis();

    /** What runs. @param port of its clients @param workers of the program's own children */
    private record Running(
            BrokerServer broker,
            ControllerServer controller,
            Admin admin,
            Taps taps,
            LogFiles files,
            Overdue overdue,
            Appending appending,
            int inner,
            int port,
            int workers) {}

    /**
     * @param overdue how long a login or the rest of a request may take
     */
    KafkaLog(LogOptions options, Admission admission, IntConsumer begun, Duration overdue) {
        this.begun = begun;
        this.overdue = overdue;
        this.options = options;
        this.admission = admission;
        this.number =
                new Handover(admission, secret, options.rate(), options.full(), options.tls())
                        .open();
    }

    private static String secret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public synchronized int start() {
        return running().port();
    }

    @Override
    public synchronized int startForWorkers() {
        return running().workers();
    }

    private synchronized Running running() {
        if (closed) {
            throw new StorageFailure(StorageFailure.Kind.CLOSED, "the streams' log is closed");
        }
        String failed = failure;
        if (failed != null) {
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED, "the streams' log has ended: " + failed);
        }
        Running now = running;
        if (now == null) {
            try {
                now = started();
            } catch (StorageFailure e) {
                failure = null; // it may be tried again
                throw e;
            }
            running = now;
            begun.accept(now.port());
        }
        return now;
    }

    private Running started() {
        staysInside();
        BoundedLogins.register();
        try {
            Path folder = Files.createDirectories(options.folder());
            KafkaConfig config = new KafkaConfig(settings(folder), false);
            // whoever ends well says so there, and to its controller
            boolean died =
                    Files.exists(folder.resolve(FORMATTED))
                            && !new CleanShutdownFileHandler(folder.toString()).exists();
            format(folder);
            scala.Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> found =
                    KafkaRaftServer.initializeLogDirs(
                            config, org.slf4j.LoggerFactory.getLogger(KafkaLog.class), "");
            CompletableFuture<Map<Integer, InetSocketAddress>> voters = new CompletableFuture<>();
            AtomicReference<BrokerServer> made = new AtomicReference<>();
            Taps taps =
                    new Taps(
                            admission,
                            id ->
                                    Optional.ofNullable(made.get())
                                            .flatMap(each -> each.metadataCache().getTopicName(id)),
                            (spot, from, bytes, committed) ->
                                    Optional.ofNullable(made.get())
                                            .flatMap(each ->
                                                    log(
                                                            each,
                                                            new TopicPartition(
                                                                    spot.stream(),
                                                                    spot.partition())))
                                            .map(each -> end(each, from, bytes, committed))
                                            .orElse(from));
            BoundedRequests time =
                    new BoundedRequests(
                            Set.of(CLIENTS, WORKERS),
                            () -> Optional.ofNullable(made.get()).map(BrokerServer::socketServer));
            SharedServer shared =
                    new SharedServer(
                            config,
                            found._1(),
                            time,
                            Server$.MODULE$.initializeMetrics(
                                    config, time, found._1().clusterId().orElseThrow()),
                            voters,
                            List.of(),
                            (name, fatal, action) ->
                                    (message, cause) -> {
                                        action.run();
                                        return fault(fatal, name, message, cause);
                                    },
                            ServerSocketFactory.INSTANCE) {
                        @Override
                        public KafkaRequestHandlerPoolFactory requestHandlerPoolFactory() {
                            return taps;
                        }
                    };
            BrokerServer broker = new BrokerServer(shared);
            made.set(broker);
            ControllerServer controller =
                    new ControllerServer(shared, KafkaRaftServer.configSchema(), found._2());
            controller
                    .socketServerFirstBoundPortFuture()
                    .thenAccept(port ->
                            voters.complete(Map.of(NODE, new InetSocketAddress(LOOPBACK, port))));
            boolean up = false;
            try {
                controller.startup();
                if (died) {
                    forgetTheOneBefore(controller);
                }
                broker.startup();
                int inner = broker.boundPort(ListenerName.normalised(INNER));
                Admin admin = Admin.create(clientSettings(inner));
                up = true;
                return new Running(
                        broker,
                        controller,
                        admin,
                        taps,
                        new LogFiles(),
                        new Overdue(broker.socketServer(), Set.of(CLIENTS, WORKERS), overdue),
                        new Appending(clientSettings(inner)),
                        inner,
                        broker.boundPort(ListenerName.normalised(CLIENTS)),
                        broker.boundPort(ListenerName.normalised(WORKERS)));
            } finally {
                if (!up) {
                    broker.shutdown();
                    controller.shutdown();
                }
            }
        } catch (IOException e) {
            throw StorageFailure.of(e, "starting the streams' log in " + options.folder());
        } catch (RuntimeException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED,
                    "the streams' log in "
                            + options.folder()
                            + " does not start: "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * It is dead, since its folder is free; but its controller, which heard nothing of that, would
     * let no other one in until it has been silent for so long. Where it cannot be forgotten, that
     * is waited for.
     */
    private static void forgetTheOneBefore(ControllerServer controller) {
        ControllerRequestContext context =
                new ControllerRequestContext(
                        new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.empty());
        long latest = System.nanoTime() + SILENCE.toNanos();
        while (System.nanoTime() - latest < 0 && !Thread.currentThread().isInterrupted()) {
            try {
                controller
                        .controller()
                        .unregisterBroker(context, NODE)
                        .get(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof NotControllerException)) {
                    LOG.log(System.Logger.Level.DEBUG, "the one before is not forgotten", e);
                    return;
                }
                LockSupport.parkNanos(STEP_NANOS); // it is about to be
            } catch (TimeoutException e) {
                LOG.log(System.Logger.Level.DEBUG, "the one before is not forgotten", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Where Kafka would end its process, because its disk failed, it ends itself: what is
     * acknowledged is synced, and nothing is acknowledged any more.
     */
    private void staysInside() {
        Exit.Procedure instead =
                (status, message) -> {
                    String why = message == null ? "it ended with " + status : message;
                    if (failure == null) {
                        failure = why;
                    }
                    LOG.log(System.Logger.Level.ERROR, "the streams' log ends: " + why);
                    Thread.ofVirtual().name("streams-end").start(this::endByItself);
                    throw new IllegalStateException("the streams' log ends: " + why);
                };
        Exit.setExitProcedure(instead);
        Exit.setHaltProcedure(instead);
    }

    private RuntimeException fault(
            boolean fatal, String name, String message, @Nullable Throwable cause) {
        LOG.log(System.Logger.Level.ERROR, name + ": " + message, cause);
        if (fatal) {
            failure = message;
            Thread.ofVirtual().name("streams-end").start(this::endByItself);
        }
        return new IllegalStateException(message, cause);
    }

    private void format(Path folder) throws IOException {
        if (Files.exists(folder.resolve(FORMATTED))) {
            return;
        }
        Formatter formatter =
                new Formatter()
                        .setPrintStream(
                                new PrintStream(
                                        OutputStream.nullOutputStream(),
                                        false,
                                        StandardCharsets.UTF_8))
                        .setNodeId(NODE)
                        .setClusterId(Uuid.randomUuid().toString())
                        .addDirectory(folder.toString())
                        .setMetadataLogDirectory(folder.toString())
                        .setControllerListenerName(CONTROLLER)
                        // share groups get records past what is counted here
                        .setFeatureLevel("share.version", (short) 0)
                        .setIgnoreFormatted(true);
        try {
            formatter.run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the folder of streams cannot be made ready", e);
        }
    }

    private Map<String, Object> settings(Path folder) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE));
        settings.put("controller.quorum.voters", NODE + "@" + LOOPBACK + ":0");
        settings.put(
                "listeners",
                String.join(
                        ",",
                        CLIENTS + "://" + options.host() + ":" + options.port(),
                        INNER + "://" + LOOPBACK + ":0",
                        WORKERS + "://" + LOOPBACK + ":0",
                        CONTROLLER + "://" + LOOPBACK + ":0"));
        settings.put(
                "listener.security.protocol.map",
                String.join(
                        ",",
                        CLIENTS + (options.tls().isPresent() ? ":SASL_SSL" : ":SASL_PLAINTEXT"),
                        INNER + ":SASL_PLAINTEXT",
                        WORKERS + ":SASL_PLAINTEXT",
                        CONTROLLER + ":SASL_PLAINTEXT"));
        settings.put("controller.listener.names", CONTROLLER);
        settings.put("inter.broker.listener.name", INNER);
        settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        settings.put("sasl.mechanism.controller.protocol", "PLAIN");
        String inner =
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\""
                        + Handover.PROGRAM
                        + "\" password=\""
                        + secret
                        + "\";";
        for (String listener : List.of(INNER, CONTROLLER)) {
            String prefix = "listener.name." + listener.toLowerCase(java.util.Locale.ROOT) + ".";
            settings.put(prefix + "sasl.enabled.mechanisms", "PLAIN");
            settings.put(prefix + "plain.sasl.jaas.config", inner);
            settings.put(
                    prefix + "plain.sasl.server.callback.handler.class",
                    ProgramLogins.class.getName());
        }
        String clients = "listener.name.clients.";
        settings.put(clients + "sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,OAUTHBEARER");
        settings.put(
                clients + "plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required;");
        settings.put(
                clients + "scram-sha-256.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        settings.put(
                clients + "plain.sasl.server.callback.handler.class", ClientLogins.class.getName());
        settings.put(
                clients + "oauthbearer.sasl.jaas.config",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;");
        settings.put(
                clients + "oauthbearer.sasl.server.callback.handler.class",
                ClientLogins.class.getName());
        settings.put(
                clients + "scram-sha-256.sasl.server.callback.handler.class",
                ClientLogins.class.getName());
        String workers = "listener.name.workers.";
        settings.put(workers + "sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                workers + "plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required;");
        settings.put(
                workers + "plain.sasl.server.callback.handler.class", ClientLogins.class.getName());
        settings.put("transaction.max.timeout.ms", Long.toString(LONGEST_TRANSACTION));
        if (options.tls().isPresent()) {
            settings.put(clients + "ssl.engine.factory.class", PresentEngines.class.getName());
        }
        if (!options.told().isEmpty()) {
            settings.put("advertised.listeners", told());
        }
        settings.put("authorizer.class.name", AskingAuthorizer.class.getName());
        settings.put("client.quota.callback.class", OrganisationRates.class.getName());
        settings.put(Handover.KEY, number);
        settings.put("log.dirs", folder.toString());
        // one replica: what is acknowledged is synced
        settings.put("log.flush.interval.messages", "1");
        // how often it looks for files whose records may go
        settings.put("log.retention.check.interval.ms", "60000");
        // what it knows of producers that have gone is in memory, for each partition
        settings.put("producer.id.expiration.ms", Long.toString(PRODUCERS.toMillis()));
        // so is what it knows of groups
        settings.put("offsets.retention.minutes", Long.toString(OFFSETS.toMinutes()));
        settings.put("offset.metadata.max.bytes", "256");
        settings.put("group.max.size", "500");
        settings.put("group.consumer.max.size", "500");
        settings.put("group.max.session.timeout.ms", Long.toString(MEMBERS.toMillis()));
        // a request that was read and not looked at yet is in memory, too
        settings.put("queued.max.requests", "64");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "4");
        settings.put("auto.create.topics.enable", "false");
        settings.put("log.cleaner.dedupe.buffer.size", "16777216");
        // before a login nothing of a stranger's is large, and after it no request takes the heap
        settings.put("sasl.server.max.receive.size", "16384");
        settings.put("max.connections.per.ip", "128");
        settings.put(clients + "max.connections", Integer.toString(connections()));
        settings.put(clients + "max.connection.creation.rate", "100");
        settings.put(workers + "max.connections", "2048");
        // clients and workers together leave the program its own there
        settings.put("max.connections.per.ip.overrides", LOOPBACK + ":8192");
        settings.put("socket.request.max.bytes", Integer.toString(LARGEST_REQUEST));
        settings.put(
                "queued.max.request.bytes",
                Long.toString(Math.max(LARGEST_REQUEST, Runtime.getRuntime().maxMemory() / 8)));
        settings.put("message.max.bytes", Integer.toString(LARGEST_BATCH));
        // of one record, unpacked; of a whole batch see Unpacked
        settings.put("max.decompressed.message.bytes", Integer.toString(LARGEST_BATCH));
        settings.put("log.message.timestamp.after.max.ms", Long.toString(AHEAD.toMillis()));
        settings.put("num.network.threads", "2");
        // each minute the first request of each client waits for a commit, which they share
        settings.put("num.io.threads", Integer.toString(HANDLERS));
        settings.put("num.recovery.threads.per.data.dir", "2");
        settings.put("background.threads", "2");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("broker.session.timeout.ms", Long.toString(SILENCE.toMillis()));
        settings.put("broker.heartbeat.interval.ms", "500");
        return settings;
    }

    /** Each has buffers for TLS, and a request that was read. */
    private static int connections() {
        long some = Runtime.getRuntime().maxMemory() / BYTES_OF_A_CONNECTION;
        return Math.toIntExact(Math.clamp(some, 128, 4_096));
    }

    /** Where clients are sent, who have found it once. */
    private String told() {
        String host = options.told();
        boolean withPort = host.matches("[^:]*:[0-9]+|\\[.*\\]:[0-9]+");
        return CLIENTS
                + "://"
                + (withPort ? host : host + ":" + options.port())
                + ","
                + INNER
                + "://"
                + LOOPBACK
                + ":0,"
                + WORKERS
                + "://"
                + LOOPBACK
                + ":0";
    }

    private Map<String, Object> clientSettings(int port) {
        return Map.of(
                "bootstrap.servers",
                LOOPBACK + ":" + port,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\""
                        + Handover.PROGRAM
                        + "\" password=\""
                        + secret
                        + "\";",
                "enable.metrics.push",
                "false",
                "client.id",
                "domicile");
    }

    @Override
    public Volume volume() {
        Volume seen = Volume.of(options.folder());
        return options.volume() == LogOptions.Said.ENCRYPTED && !seen.encrypts()
                ? new Volume(Volume.Encryption.STATED, seen.how())
                : seen;
    }

    @Override
    public Optional<Integer> port() {
        return Optional.ofNullable(running).map(Running::port);
    }

    @Override
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void keep(Topic topic, Letting letting) {
        Running now = running();
        keep(now.admin(), topic, letting);
        // the controller has it then, and the broker hears of it a little later
        long latest = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (now.broker().metadataCache().numPartitions(topic.name()).orElse(0)
                < topic.partitions()) {
            if (System.nanoTime() - latest > 0 || Thread.currentThread().isInterrupted()) {
                throw new StorageFailure(
                        StorageFailure.Kind.OVERLOADED,
                        "the streams' log does not know " + topic.name() + " yet");
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    private static void keep(Admin admin, Topic topic, Letting letting) {
        boolean told = letting == Letting.TOLD;
        Map<String, String> settings =
                Map.of(
                        "retention.ms",
                        told ? "-1" : Long.toString(topic.retention().toMillis()),
                        "retention.bytes",
                        told ? "-1" : Long.toString(topic.bytes()),
                        "segment.ms",
                        Long.toString(topic.file().toMillis()),
                        "segment.bytes",
                        Long.toString(
                                Math.clamp(topic.bytes() / Topic.FILES, 1L << 20, 256L << 20)));
        try {
            done(
                    admin.createTopics(
                                    List.of(
                                            new NewTopic(
                                                            topic.name(),
                                                            topic.partitions(),
                                                            (short) 1)
                                                    .configs(settings)))
                            .all());
            return;
        } catch (TopicExistsException _) {
            // it is brought to what is wanted
        }
        int partitions = described(admin, topic.name()).orElseThrow().partitions().size();
        if (partitions < topic.partitions()) {
            done(
                    admin.createPartitions(
                                    Map.of(
                                            topic.name(),
                                            NewPartitions.increaseTo(topic.partitions())))
                            .all());
        }
        List<AlterConfigOp> changes = new ArrayList<>();
        settings.forEach((key, value) ->
                changes.add(
                        new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        done(
                admin.incrementalAlterConfigs(
                                Map.of(
                                        new ConfigResource(ConfigResource.Type.TOPIC, topic.name()),
                                        changes))
                        .all());
    }

    @Override
    public void fence() {
        Running now = running;
        if (now != null) {
            now.taps().fence();
        }
    }

    @Override
    public boolean remove(String name) {
        Running now = running();
        try {
            done(now.admin().deleteTopics(List.of(name)).all());
        } catch (UnknownTopicOrPartitionException _) {
            return false;
        }
        // here, too, the broker hears of it a little later; that it is deleted is sure
        long latest = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (now.broker().metadataCache().numPartitions(name).isPresent()
                && System.nanoTime() - latest < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(STEP_NANOS);
        }
        return true;
    }

    @Override
    public List<String> names() {
        Set<String> names = new TreeSet<>(done(running().admin().listTopics().names()));
        return List.copyOf(names);
    }

    @Override
    public List<Extent> extents(String name) {
        Admin admin = running().admin();
        Optional<TopicDescription> found = described(admin, name);
        if (found.isEmpty()) {
            return List.of();
        }
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> next = new HashMap<>();
        found.get()
                .partitions()
                .forEach(each -> {
                    TopicPartition partition = new TopicPartition(name, each.partition());
                    first.put(partition, OffsetSpec.earliest());
                    next.put(partition, OffsetSpec.latest());
                });
        var begins = done(admin.listOffsets(first).all());
        var ends = done(admin.listOffsets(next).all());
        Map<Integer, Extent> extents = new TreeMap<>();
        begins.forEach((partition, begin) ->
                extents.put(
                        partition.partition(),
                        new Extent(
                                partition.partition(),
                                begin.offset(),
                                java.util.Objects.requireNonNull(ends.get(partition)).offset())));
        return List.copyOf(extents.values());
    }

    @Override
    public String id(String name) {
        return described(running().admin(), name)
                .orElseThrow(() ->
                        new StorageFailure(
                                StorageFailure.Kind.OVERLOADED,
                                "the stream " + name + " is not ready yet"))
                .topicId()
                .toString();
    }

    @Override
    public Map<Integer, Long> ends(String name, int partitions) {
        if (!running().broker().metadataCache().contains(name)) {
            return Map.of();
        }
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int each = 0; each < partitions; each++) {
            latest.put(new TopicPartition(name, each), OffsetSpec.latest());
        }
        Map<Integer, Long> ends = new TreeMap<>();
        done(running()
                        .admin()
                        .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                        .all())
                .forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
        return ends;
    }

    @Override
    public long bytes(String name) {
        return done(running().admin().describeLogDirs(List.of(NODE)).allDescriptions())
                .values()
                .stream()
                .flatMap(folders -> folders.values().stream())
                .flatMap(folder -> folder.replicaInfos().entrySet().stream())
                .filter(each -> each.getKey().topic().equals(name))
                .mapToLong(each -> each.getValue().size())
                .sum();
    }

    @Override
    public void trim(String name, Map<Integer, Long> before, Instant came) {
        Running now = running();
        Admin admin = now.admin();
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        before.keySet()
                .forEach(each ->
                        asked.put(
                                new TopicPartition(name, each),
                                OffsetSpec.forTimestamp(came.toEpochMilli())));
        Map<TopicPartition, RecordsToDelete> gone = new HashMap<>();
        done(admin.listOffsets(asked).all())
                .forEach((partition, first) -> {
                    long stays = before.getOrDefault(partition.partition(), 0L);
                    // where none is younger there is no first one
                    long end = first.offset() < 0 ? stays : Math.min(first.offset(), stays);
                    if (end > 0) {
                        gone.put(partition, RecordsToDelete.beforeOffset(end));
                    }
                });
        if (!gone.isEmpty()) {
            done(admin.deleteRecords(gone).all());
        }
        gone.keySet().forEach(each -> letFilesGo(now, each));
    }

    private static Optional<UnifiedLog> log(BrokerServer broker, TopicPartition partition) {
        scala.Option<UnifiedLog> found = broker.replicaManager().getLog(partition);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get());
    }

    /** The offset behind what a fetch gets; all that it may get, where that is long to say. */
    private static long end(UnifiedLog log, long from, int bytes, boolean committed) {
        long last = committed ? log.lastStableOffset() : log.highWatermark();
        if (from < 0 || from >= last) {
            return from;
        }
        try {
            long end = from;
            int batches = 0;
            for (RecordBatch each :
                    log.read(
                                    Math.max(from, log.logStartOffset()),
                                    Math.clamp(bytes, 0, LARGEST_ANSWER),
                                    committed
                                            ? FetchIsolation.TXN_COMMITTED
                                            : FetchIsolation.HIGH_WATERMARK,
                                    true)
                            .records
                            .batches()) {
                if (++batches > MOST_BATCHES) {
                    return last;
                }
                end = Math.max(end, each.lastOffset() + 1);
            }
            return end;
        } catch (IOException | KafkaException e) {
            LOG.log(System.Logger.Level.DEBUG, "what a fetch got cannot be looked at", e);
            return last;
        }
    }

    /** Kafka lets no file go that is its partition's last, and begins another with a record. */
    private static void letFilesGo(Running now, TopicPartition partition) {
        scala.Option<UnifiedLog> found = now.broker().replicaManager().getLog(partition);
        if (found.isEmpty()) {
            return; // deleted meanwhile
        }
        UnifiedLog log = found.get();
        try {
            if (log.logStartOffset() == log.logEndOffset() && log.activeSegment().size() > 0) {
                log.roll();
            }
            log.deleteOldSegments();
        } catch (IOException e) {
            throw StorageFailure.of(e, "letting records of " + partition + " go");
        } catch (KafkaException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED, "the streams' log: " + e.getMessage(), e);
        }
    }

    @Override
    public Appended append(String stream, List<StreamRecord.Coming> records) {
        Running now = running();
        Handover.room(options.full());
        // else the client would look for it for a while
        return now.broker().metadataCache().contains(stream)
                ? now.appending().append(stream, records)
                : new Appended.Absent();
    }

    @Override
    public Reader read(String stream, Map<Integer, Long> from) {
        return reading(stream, from, Reading.Portion.LARGE);
    }

    @Override
    public Reader follow(String stream, Map<Integer, Long> from) {
        return reading(stream, from, Reading.Portion.SMALL);
    }

    private Reading reading(String stream, Map<Integer, Long> from, Reading.Portion portion) {
        Running now = running();
        Backlog backlog = new Backlog(stream, each -> log(now.broker(), each), now.files());
        return new Reading(clientSettings(now.inner()), stream, from, portion, backlog);
    }

    @Override
    public void abandon(String prefix) {
        Admin admin = running().admin();
        // those of no open transaction, too: one may be about to begin
        List<String> names = transactions(admin, prefix, new ListTransactionsOptions());
        if (!names.isEmpty()) {
            done(admin.fenceProducers(names).all());
        }
    }

    @Override
    public List<String> open(String prefix) {
        return transactions(
                running().admin(),
                prefix,
                new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)));
    }

    private static List<String> transactions(
            Admin admin, String prefix, ListTransactionsOptions which) {
        return done(admin.listTransactions(which).all()).stream()
                .map(TransactionListing::transactionalId)
                .filter(each -> each.startsWith(prefix))
                .toList();
    }

    private static Optional<TopicDescription> described(Admin admin, String name) {
        try {
            return Optional.ofNullable(
                    done(admin.describeTopics(List.of(name)).allTopicNames()).get(name));
        } catch (UnknownTopicOrPartitionException _) {
            return Optional.empty();
        }
    }

    private static <T> T done(org.apache.kafka.common.KafkaFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException exists) {
                throw exists;
            }
            if (e.getCause() instanceof UnknownTopicOrPartitionException unknown) {
                throw unknown;
            }
            throw new StorageFailure(
                    StorageFailure.Kind.FENCED, "the streams' log: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.OVERLOADED, "the streams' log does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageFailure(
                    StorageFailure.Kind.CLOSED, "the streams' log was not waited for", e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        end();
        Handover.close(number);
    }

    private void endByItself() {
        synchronized (this) {
            if (failure == null) {
                return; // it had not begun, and was tried again meanwhile
            }
        }
        end();
    }

    private void end() {
        Running now;
        synchronized (this) {
            now = running;
            running = null;
        }
        if (now == null) {
            return;
        }
        now.overdue().close();
        now.appending().close();
        now.admin().close(Duration.ofSeconds(5));
        now.taps().settle(); // it looks at the log
        now.files().close();
        try {
            // it tells its controller that it ends, so that the next one begins at once; one that
            // has failed may have no controller that could note it
            now.broker().shutdown(failure == null ? LEAVE : Duration.ZERO);
            now.controller().shutdown();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "the streams' log did not end well", e);
        }
    }
}
