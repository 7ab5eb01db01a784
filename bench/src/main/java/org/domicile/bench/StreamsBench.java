package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench streams}: records in and out, beside Kafka without us. */
@Command(
        name = "streams",
        mixinStandardHelpOptions = true,
        description = {
            "Publishes records of 100 bytes and polls them, by Kafka's own Java client, and"
                + " publishes them over HTTP as lines of JSON. Each append is synced before it is"
                + " acknowledged. Beside our server, with its logins, decisions and records, runs"
                + " Kafka's broker alone, of the same version and with the same settings, one after"
                + " the other in each round. Then watches, and beside them Flink alone over Kafka's"
                + " broker alone: how fast they read what lies there, and how long an alert takes"
                + " while other events come.",
            "Example: domicile bench streams --seconds 10",
            "Example: domicile bench streams --only watches --pace 250"
        })
final class StreamsBench implements Callable<Integer> {
    private static final int BYTES = 100;
    private static final int PARTITIONS = 2;
    private static final double KAFKA = 250_000;
    private static final double HTTP = 100_000;
    private static final int FIRST_SECONDS = 6;
    private static final int REST_SECONDS = 20;
    private static final String STREAM = "bench";
    private static final String PUBLISH = "publish 100 B, Kafka";
    private static final String POLL = "poll 100 B, Kafka";
    private static final String LINES = "publish 100 B, HTTP";

    @Mixin RunOptions run = new RunOptions();

    @Option(
            names = "--connections",
            defaultValue = "4",
            paramLabel = "N",
            description = "Connections over HTTP (default: ${DEFAULT-VALUE}).")
    int connections;

    @Option(
            names = "--lines",
            defaultValue = "5000",
            paramLabel = "N",
            description = "Lines of a request over HTTP (default: ${DEFAULT-VALUE}).")
    int lines;

    @Option(
            names = "--layout",
            defaultValue = "0",
            paramLabel = "MINUTES",
            description =
                    "Instead of all else, publish 50,000 events a second into a stream that is a"
                        + " table for so long, ask for events of the last seconds meanwhile, and"
                        + " say how often it was committed and how large its files are.")
    double layout;

    @Option(
            names = "--only",
            paramLabel = "PART",
            description = "Measure one thing alone: ${COMPLETION-CANDIDATES}.")
    @Nullable Part only;

    @Option(
            names = "--pace",
            defaultValue = "500",
            paramLabel = "MILLISECONDS",
            description =
                    "Between checkpoints of watches, ours and Flink's (default:"
                            + " ${DEFAULT-VALUE}).")
    long pace;

    /** What is measured. */
    enum Part {
        /** In and out. */
        records,
        /** Streams that are tables. */
        tables,
        /** Queries that run on. */
        watches,
        /** All of it, with nothing to do. */
        idle
    }

    private boolean measured(Part part) {
        return only == null || only == part;
    }

    /** Whom records go to. */
    private record Target(
            String who, String topic, Map<String, Object> client, ServerProcess process) {}

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = run.scratch()) {
            Machine machine = Machine.measure(scratch.folder());
            Report report = new Report("streams", machine);
            run.progress("starting our server");
            Ours ours =
                    Ours.start(
                                    scratch,
                                    scratch.folder().resolve("ours"),
                                    List.of("watches.pace=" + pace + "ms"))
                            .ours();
            if (layout > 0) {
                return layout(report, ours);
            }
            double before = ours.process().memory().resident();
            long begin = System.nanoTime();
            ours.command("stream", "create", STREAM, "--partitions", "" + PARTITIONS);
            double took = (System.nanoTime() - begin) / 1e9;
            report.fact(
                    "first",
                    took,
                    String.format(
                            Locale.ROOT,
                            "the first stream is there after %.1f s, the command included"
                                    + " (target %d s)",
                            took,
                            FIRST_SECONDS));
            report.fact(
                    "memory",
                    ours.process().memory().resident(),
                    String.format(
                            Locale.ROOT,
                            "resident %.0f MiB before the first stream, %.0f MiB with it",
                            before,
                            ours.process().memory().resident()));
            Target own =
                    new Target(
                            "domicile",
                            STREAM,
                            properties(ours.output("env", "--for", "java")),
                            ours.process());
            run.progress("starting bare Kafka");
            BareKafka bare = BareKafka.start(scratch, scratch.folder().resolve("bare"));
            Target other = new Target(BareKafka.NAME, STREAM, bare.client(), bare.figures());
            make(other);
            run.progress("warming up");
            if (measured(Part.records)) {
                for (Target each : List.of(own, other)) {
                    publish(each, run.warm);
                    poll(each, run.warm);
                }
                Figure _ = http(ours, run.warm);
            }
            StreamRows rows = new StreamRows(ours);
            if (measured(Part.tables)) {
                List<Figure> _ = rows.fill(run.warm);
            }
            OurWatches watched = new OurWatches(ours, own.client());
            String rest = measured(Part.idle) ? rest(report, ours, rows, watched) : "";
            List<WatchAlerts> watches = new ArrayList<>();
            if (measured(Part.watches)) {
                watches.add(new WatchAlerts(watched));
                Optional<Path> jars = BareFlink.jars();
                if (jars.isEmpty()) {
                    report.fact("flink", "", "Flink alone is not measured: its jars are not here");
                } else {
                    Path folder = scratch.folder().resolve("flink");
                    watches.add(
                            new WatchAlerts(
                                    BareFlink.start(scratch, folder, jars.get(), bare, pace)));
                }
                double worker = 0; // it ends when it has rested for some time
                for (WatchAlerts each : watches) {
                    for (WatchAlerts.Query query : WatchAlerts.Query.values()) {
                        Figure _ = each.catchUp(query, run.warm);
                        Figure _ = each.alerts(query, run.warm);
                        worker = Math.max(worker, watched.worker().memory().resident());
                    }
                }
                report.fact(
                        "worker",
                        worker,
                        String.format(
                                Locale.ROOT,
                                "a worker of watches has %.0f MiB; checkpoints every %d ms",
                                worker,
                                pace));
            }
            if (run.profiled().isPresent()) {
                Profile.begin(ours.process().pid());
            }
            for (int round = 1; round <= run.rounds; round++) {
                if (measured(Part.records)) {
                    for (Target each : List.of(own, other)) {
                        run.progress("round " + round + ": " + each.who());
                        report.add(publish(each, run.seconds));
                        report.add(poll(each, run.seconds));
                    }
                    report.add(http(ours, run.seconds));
                }
                if (measured(Part.tables)) {
                    run.progress("round " + round + ": tables");
                    rows.fill(run.seconds).forEach(report::add);
                    report.add(rows.see(run.seconds));
                }
                for (WatchAlerts.Query query : WatchAlerts.Query.values()) {
                    for (WatchAlerts each : watches) {
                        run.progress("round " + round + ": watches, " + query);
                        report.add(each.catchUp(query, run.seconds));
                        report.add(each.alerts(query, run.seconds));
                    }
                }
                if (round == 1 && run.profiled().isPresent()) {
                    Profile.end(ours.process().pid(), run.profiled().get());
                    report.fact(
                            "profile",
                            run.profiled().get().toString(),
                            Profile.read(run.profiled().get()).sentence());
                }
            }
            goal(report, PUBLISH, KAFKA);
            goal(report, LINES, HTTP);
            goal(report, StreamRows.CORE, StreamRows.FILL_GOAL);
            report.median(StreamRows.SEE, "domicile").ifPresent(figure -> latency(report, figure));
            for (WatchAlerts.Query query : WatchAlerts.Query.values()) {
                report.median(WatchAlerts.latency(query), "domicile")
                        .ifPresent(figure -> latency(report, figure));
            }
            String line = line(report) + rest;
            run.answer(report, line);
            return report.failed("domicile") == 0 ? 0 : 1;
        }
    }

    /** A stream, its table, an SQL session and a watch, when nothing has come for a while. */
    private String rest(Report report, Ours ours, StreamRows rows, OurWatches watched)
            throws IOException {
        run.progress("resting for " + REST_SECONDS + " seconds");
        rows.rest();
        watched.make("bench.calm", "bench.calmer");
        try (WatchAlerts.Running _ =
                watched.run(WatchAlerts.Query.FILTER, "bench.calm", "bench.calmer", true)) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(REST_SECONDS));
            double all = ours.process().allMemory();
            String sentence =
                    String.format(
                            Locale.ROOT,
                            "at rest, with a stream, its table, SQL's workers and a watch, the"
                                    + " server and its %d processes have %.0f MiB (target 1,024)",
                            ours.process().children(),
                            all);
            report.fact("idle", all, sentence);
            return "; " + sentence;
        }
    }

    private int layout(Report report, Ours ours) throws IOException {
        StreamRows rows = new StreamRows(ours);
        Figure _ = rows.see(run.warm);
        if (run.profiled().isPresent()) {
            Profile.begin(ours.process().pid());
        }
        run.progress("publishing for " + layout + " minutes");
        StreamRows.Laid laid = rows.layout(layout * 60);
        if (run.profiled().isPresent()) {
            Profile.end(ours.process().pid(), run.profiled().get());
            report.fact(
                    "profile",
                    run.profiled().get().toString(),
                    Profile.read(run.profiled().get()).sentence());
        }
        report.add(laid.seen());
        report.fact("layout", laid.layout().sentence(), laid.layout().sentence());
        ServerProcess.Memory memory = ours.process().memory();
        report.fact(
                "memory",
                memory.peak(),
                String.format(
                        Locale.ROOT,
                        "resident %.0f MiB afterwards, %.0f MiB at most",
                        memory.resident(),
                        memory.peak()));
        run.answer(report, line(report) + "; " + laid.layout().sentence());
        return report.failed() == 0 ? 0 : 1;
    }

    private static void goal(Report report, String what, double goal) {
        report.median(what, "domicile")
                .ifPresent(figure ->
                        report.fact(
                                "target." + what,
                                figure.rate() / goal,
                                String.format(
                                        Locale.ROOT,
                                        "target of %s: %,.0f/s: %.0f %%",
                                        what,
                                        goal,
                                        100 * figure.rate() / goal)));
    }

    private static void latency(Report report, Figure figure) {
        report.fact(
                "target." + figure.what(),
                WatchAlerts.GOAL_MILLIS / figure.p99(),
                String.format(
                        Locale.ROOT,
                        "target of %s: p99 %.0f ms: %.0f ms",
                        figure.what(),
                        WatchAlerts.GOAL_MILLIS,
                        figure.p99()));
    }

    private static String line(Report report) {
        return "streams: "
                + String.join(
                        "; ",
                        report.medians().stream()
                                .map(each -> each.what() + ", " + each.who() + " " + each.rated())
                                .toList());
    }

    private static Map<String, Object> properties(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        Map<String, Object> settings = new HashMap<>();
        properties
                .stringPropertyNames()
                .forEach(name -> settings.put(name, properties.getProperty(name)));
        return settings;
    }

    private static void make(Target target) throws IOException {
        try (Admin admin = Admin.create(target.client())) {
            admin.createTopics(List.of(new NewTopic(target.topic(), PARTITIONS, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IOException("no topic was made: " + e, e);
        }
    }

    /** As fast as it takes them. */
    private static Figure publish(Target target, double seconds) throws IOException {
        Map<String, Object> settings = new HashMap<>(target.client());
        settings.put("acks", "all");
        settings.put("linger.ms", "5");
        settings.put("batch.size", "131072");
        settings.put("buffer.memory", Integer.toString(64 << 20));
        byte[] body = new byte[BYTES];
        new Random(1).nextBytes(body);
        AtomicLong kept = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        Histogram latency = new Histogram();
        double server = target.process().cpuMicros();
        double client = own();
        long begin;
        double took;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.partitionsFor(target.topic());
            begin = System.nanoTime();
            long end = begin + (long) (seconds * 1e9);
            for (long i = 0; (i & 63) != 0 || System.nanoTime() - end < 0; i++) {
                long sent = (i & 1_023) == 0 ? System.nanoTime() : 0;
                producer.send(
                        new ProducerRecord<>(target.topic(), body),
                        (_, e) -> {
                            if (e == null) {
                                kept.incrementAndGet();
                            } else {
                                failed.incrementAndGet();
                            }
                            if (sent != 0) {
                                synchronized (latency) {
                                    latency.add(System.nanoTime() - sent);
                                }
                            }
                        });
            }
            producer.flush();
            took = (System.nanoTime() - begin) / 1e9;
        }
        return figure(
                PUBLISH,
                target.who(),
                kept.get(),
                took,
                latency,
                target.process().cpuMicros() - server,
                own() - client,
                failed.get());
    }

    /** From the beginning, round and round. */
    private static Figure poll(Target target, double seconds) throws IOException {
        Map<String, Object> settings = new HashMap<>(target.client());
        settings.put("enable.auto.commit", "false");
        settings.put("max.poll.records", "10000");
        settings.put("fetch.max.bytes", Integer.toString(16 << 20));
        List<TopicPartition> all = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            all.add(new TopicPartition(target.topic(), i));
        }
        long count = 0;
        double server = target.process().cpuMicros();
        double client = own();
        long begin;
        double took;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            begin = System.nanoTime();
            long end = begin + (long) (seconds * 1e9);
            while (System.nanoTime() - end < 0) {
                int came = consumer.poll(Duration.ofMillis(200)).count();
                count += came;
                if (came == 0) {
                    consumer.seekToBeginning(all);
                }
            }
            took = (System.nanoTime() - begin) / 1e9;
        }
        return figure(
                POLL,
                target.who(),
                count,
                took,
                new Histogram(),
                target.process().cpuMicros() - server,
                own() - client,
                0);
    }

    /** Lines of JSON. */
    private Figure http(Ours ours, double seconds) throws IOException {
        String login = OurWeb.login(ours);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            String head = "{\"station\":\"s%04d\",\"level\":%d,\"note\":\"".formatted(i % 1_000, i);
            text.append(head).append("x".repeat(BYTES - 3 - head.length())).append("\"}\n");
        }
        byte[] body = text.toString().getBytes(UTF_8);
        URI at = ours.web().resolve("/streams/" + STREAM);
        AtomicLong kept = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        Histogram latency = new Histogram();
        double server = ours.process().cpuMicros();
        double client = own();
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        try (HttpClient http =
                        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                running.add(
                        threads.submit(() -> {
                            while (System.nanoTime() - end < 0) {
                                long sent = System.nanoTime();
                                HttpResponse<Void> answer =
                                        http.send(
                                                HttpRequest.newBuilder(at)
                                                        .header("Authorization", login)
                                                        .POST(
                                                                HttpRequest.BodyPublishers
                                                                        .ofByteArray(body))
                                                        .build(),
                                                HttpResponse.BodyHandlers.discarding());
                                (answer.statusCode() == 200 ? kept : failed).addAndGet(lines);
                                synchronized (latency) {
                                    latency.add(System.nanoTime() - sent);
                                }
                            }
                            return true;
                        }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a connection broke off: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return figure(
                LINES,
                "domicile",
                kept.get(),
                (System.nanoTime() - begin) / 1e9,
                latency,
                ours.process().cpuMicros() - server,
                own() - client,
                failed.get());
    }

    private static Figure figure(
            String what,
            String who,
            long count,
            double seconds,
            Histogram latency,
            double server,
            double client,
            long failed) {
        return new Figure(
                what,
                who,
                "/s",
                count / seconds,
                latency.millis(0.5),
                latency.millis(0.99),
                latency.maxMillis(),
                server / Math.max(1, count),
                client / Math.max(1, count),
                failed,
                Server.DURABLE);
    }

    private static double own() throws IOException {
        return new ServerProcess(ProcessHandle.current().pid()).cpuMicros();
    }
}
