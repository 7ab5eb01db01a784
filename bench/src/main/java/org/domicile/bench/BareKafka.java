package org.domicile.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Kafka by its own main program: no logins, no authorizer, no records of uses; one node that syncs
 * each append, as ours does.
 */
record BareKafka(Process process, String bootstrap) {
    static final String NAME = "bare Kafka";

    private static final long FORMAT_SECONDS = 60;
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final long LOOK_AGAIN_NANOS = 50_000_000;

    /** Starts one in a folder of its own. */
    static BareKafka start(Scratch scratch, Path folder) throws IOException {
        Files.createDirectories(folder);
        int clients = free();
        int controller = free();
        Path settings =
                Files.writeString(
                        folder.resolve("server.properties"),
                        """
                        process.roles=broker,controller
                        node.id=1
                        controller.quorum.voters=1@127.0.0.1:%2$d
                        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                        controller.listener.names=CONTROLLER
                        log.dirs=%3$s
                        log.flush.interval.messages=1
                        offsets.topic.replication.factor=1
                        transaction.state.log.replication.factor=1
                        transaction.state.log.min.isr=1
                        num.network.threads=2
                        num.io.threads=4
                        log.cleaner.dedupe.buffer.size=16777216
                        group.initial.rebalance.delay.ms=0
                        """
                                .formatted(clients, controller, folder.resolve("log")));
        Process format =
                java(
                                "kafka.tools.StorageTool",
                                "format",
                                "-t",
                                "4L6g3nShT-eMCtK--X86sw",
                                "-c",
                                settings.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (!format.waitFor(FORMAT_SECONDS, TimeUnit.SECONDS) || format.exitValue() != 0) {
                throw new IOException("Kafka's folder was not formatted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            format.destroy();
        }
        Process process =
                java("kafka.Kafka", settings.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        scratch.with(
                (AutoCloseable)
                        () -> {
                            process.destroy();
                            process.waitFor(30, TimeUnit.SECONDS);
                            process.destroyForcibly();
                        });
        long end = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!answers(clients)) {
            if (System.nanoTime() - end > 0 || !process.isAlive()) {
                throw new IOException("bare Kafka did not start");
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return new BareKafka(process, "127.0.0.1:" + clients);
    }

    private static ProcessBuilder java(String... words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // as our server runs
        command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC", "-cp"));
        List<String> parts = new ArrayList<>();
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            parts.add(new File(part).getAbsolutePath());
        }
        command.add(String.join(File.pathSeparator, parts));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException e) {
            return false; // not yet
        }
    }

    Map<String, Object> client() {
        return Map.of("bootstrap.servers", bootstrap);
    }

    ServerProcess figures() {
        return new ServerProcess(process.pid());
    }
}
