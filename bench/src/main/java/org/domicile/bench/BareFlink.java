package org.domicile.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Flink without us: its own SQL, JSON format and Kafka connector, of the version that runs our
 * watches, in a process without walls, over bare Kafka. Exactly once, with the same time between
 * checkpoints (which are files), the same heap and one task. Its jars are those that come with the
 * program, which loads none of them. Owned by one thread.
 */
final class BareFlink implements WatchAlerts.Runner {
    private static final String PROGRAM = "FlinkAlone.java";
    private static final long ANSWER_SECONDS = 120;

    private final Child child;
    private final BareKafka kafka;

    private BareFlink(Child child, BareKafka kafka) {
        this.child = child;
        this.kafka = kafka;
    }

    /** The folder of jars beside the program's own; empty when it came without one. */
    static Optional<Path> jars() throws IOException {
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path parent = Path.of(part).toAbsolutePath().getParent();
            for (String name : List.of("flink", "engine")) {
                if (parent != null && Files.isDirectory(parent.resolve(name))) {
                    return Optional.of(parent.resolve(name));
                }
            }
        }
        Path built = Path.of(System.getProperty("domicile.home", ""), ".domicile", "program");
        if (!Files.isDirectory(built)) {
            return Optional.empty();
        }
        try (Stream<Path> programs = Files.list(built)) { // of the server that is measured
            return programs.map(each -> each.resolve("lib").resolve("flink"))
                    .filter(Files::isDirectory)
                    .max(Comparator.naturalOrder());
        }
    }

    /** Starts it. @param pace milliseconds between checkpoints */
    static BareFlink start(Scratch scratch, Path folder, Path jars, BareKafka kafka, long pace)
            throws IOException {
        Path program = Files.createDirectories(folder).resolve(PROGRAM);
        try (InputStream in =
                Objects.requireNonNull(BareFlink.class.getResourceAsStream(PROGRAM))) {
            Files.copy(in, program);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // as workers of watches run
        command.addAll(
                List.of(
                        "-Xmx384m",
                        "-Xss1m",
                        "-XX:+UseSerialGC",
                        "-XX:MaxDirectMemorySize=256m",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Duser.timezone=UTC",
                        "-Djava.io.tmpdir=" + folder));
        for (String opened :
                List.of(
                        "java.lang",
                        "java.lang.reflect",
                        "java.nio",
                        "java.time",
                        "java.util",
                        "java.util.concurrent")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", jars.resolve("*").toString(), program.toString()));
        Map<String, String> settings =
                Map.of(
                        "execution.checkpointing.interval", pace + " ms",
                        "execution.checkpointing.min-pause", pace / 2 + " ms",
                        "execution.checkpointing.mode", "EXACTLY_ONCE",
                        "pipeline.auto-watermark-interval", "50 ms",
                        "execution.checkpointing.storage", "filesystem",
                        "execution.checkpointing.dir", folder.resolve("kept").toUri().toString(),
                        "state.backend.type", "hashmap",
                        "parallelism.default", "1",
                        "taskmanager.memory.network.max", "32m",
                        "taskmanager.memory.network.min", "32m");
        settings.forEach((name, value) -> command.add(name + "=" + value));
        Process process =
                scratch.with(
                        new ProcessBuilder(command)
                                .redirectError(folder.resolve("said").toFile())
                                .start());
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        return new BareFlink(new Child(process, lines), kafka);
    }

    @Override
    public String who() {
        return "bare Flink";
    }

    @Override
    public Map<String, Object> client() {
        return kafka.client();
    }

    @Override
    public void make(String from, String to) throws IOException {
        try (Admin admin = Admin.create(client())) {
            admin.createTopics(
                            List.of(
                                    new NewTopic(from, WatchAlerts.PARTITIONS, (short) 1),
                                    new NewTopic(to, 1, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("no topic was made: " + e, e);
        }
    }

    private void say(String line) throws IOException {
        Writer out = child.process().outputWriter(StandardCharsets.UTF_8);
        out.write(line + "\n");
        out.flush();
        if (!child.line(ANSWER_SECONDS).equals("done")) {
            throw new IOException("bare Flink said something else");
        }
    }

    @Override
    public String state() {
        return child.process().isAlive() ? "it runs" : "it has ended";
    }

    private String kafka(String topic) {
        return "'connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s', "
                        .formatted(topic, kafka.bootstrap())
                + "'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601'";
    }

    @Override
    public WatchAlerts.Running run(WatchAlerts.Query query, String from, String to, boolean all)
            throws IOException {
        String source =
                "create temporary table events (n bigint, station string, `level` bigint, `at`"
                        + " timestamp_ltz(3), note string, watermark for `at` as `at` - interval"
                        + " '0.001' second) with ("
                        + kafka(from)
                        + ", 'properties.isolation.level' = 'read_committed',"
                        + " 'scan.startup.mode' = '%s')"
                                .formatted(all ? "earliest-offset" : "latest-offset");
        String results =
                "create temporary table results ("
                        + switch (query) {
                            case FILTER -> "n bigint, station string, `level` bigint";
                            case WINDOWS ->
                                    "station string, window_end timestamp(3), many bigint,"
                                            + " top bigint";
                        }
                        + ") with ("
                        + kafka(to)
                        + ", 'sink.delivery-guarantee' = 'exactly-once',"
                        + " 'sink.transactional-id-prefix' = '"
                        + to
                        + "', 'sink.transaction-naming-strategy' = 'pooling',"
                        + " 'properties.transaction.timeout.ms' = '600000')";
        String job =
                "insert into results "
                        + query.over("events")
                                .replace("descriptor(at)", "descriptor(`at`)")
                                .replace("level", "`level`");
        say(String.join("\t", "run", source, results, job));
        return () -> say("stop");
    }

    @Override
    public double cpuMicros() throws IOException {
        return child.figures().cpuMicros() + kafka.figures().cpuMicros();
    }
}
