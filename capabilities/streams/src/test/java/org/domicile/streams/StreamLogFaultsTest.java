package org.domicile.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // start() sets both
final class StreamLogFaultsTest {
    @TempDir private Path folder;
    private Process child;
    private BufferedReader said;

    private int start() throws IOException {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx300m",
                        "-XX:TieredStopAtLevel=1", // it lives for seconds
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildLog.class.getName(),
                        folder.resolve("log").toString());
        child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        said = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8));
        return Integer.parseInt(said.readLine());
    }

    @AfterEach
    void end() throws InterruptedException {
        child.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    private static Map<String, Object> client(int port, String login) {
        return new TreeMap<>(
                Map.of(
                        "bootstrap.servers",
                        "127.0.0.1:" + port,
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "PLAIN",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required"
                                + " username=\"%s\" password=\"%s-secret\";"
                                        .formatted(login, login),
                        "request.timeout.ms",
                        "5000",
                        "delivery.timeout.ms",
                        "10000",
                        "max.block.ms",
                        "20000",
                        "group.id",
                        "desk-1",
                        "auto.offset.reset",
                        "earliest"));
    }

    /**
     * @param patience milliseconds until a record is given up
     */
    private static KafkaProducer<byte[], byte[]> producer(int port, int patience) {
        Map<String, Object> settings = client(port, "gauge");
        settings.put("delivery.timeout.ms", Integer.toString(patience));
        settings.put("request.timeout.ms", Integer.toString(patience / 2));
        settings.remove("group.id");
        settings.remove("auto.offset.reset");
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** What there is after a death, which this process looks at itself: it begins sooner. */
    private List<String> all(Function<ConsumerRecord<byte[], byte[]>, byte[]> part) {
        try (StreamLog log = ChildLog.open(folder.resolve("log"))) {
            return all(log.start(), part);
        }
    }

    private static List<String> all(
            int port, Function<ConsumerRecord<byte[], byte[]>, byte[]> part) {
        Map<String, Object> settings = client(port, "desk");
        settings.remove("delivery.timeout.ms");
        settings.remove("max.block.ms");
        settings.remove("group.id");
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor("water.levels").stream()
                            .map(each -> new TopicPartition(each.topic(), each.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long latest = System.nanoTime() + 60_000_000_000L;
            while (ends.entrySet().stream()
                    .anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
                assertTrue(System.nanoTime() - latest < 0, "it is not read to its end");
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(500))) {
                    values.add(new String(part.apply(each), UTF_8));
                }
            }
        }
        return values;
    }

    /** Acknowledged records are there after deaths, once each, in their order. */
    @Test
    void aDeathLosesNothingThatWasAcknowledged() throws Exception {
        Random random = new Random(20261129);
        Set<String> kept = new ConcurrentSkipListSet<>();
        int next = 0;
        for (int death = 0; death < 2; death++) {
            int port = start();
            try (KafkaProducer<byte[], byte[]> producer = producer(port, 10_000)) {
                int before = kept.size();
                long latest = System.nanoTime() + 30_000_000_000L;
                long end = System.nanoTime() + random.nextLong(100_000_000L, 600_000_000L);
                while (System.nanoTime() < end
                        || kept.size() == before && System.nanoTime() < latest) {
                    String value = "r" + next++;
                    producer.send(
                            new ProducerRecord<>("water.levels", value.getBytes(UTF_8)),
                            (_, e) -> {
                                if (e == null) {
                                    kept.add(value);
                                }
                            });
                    if (next % 500 == 0) {
                        producer.flush(); // else millions wait, and are read again below
                    }
                }
                child.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
                producer.close(Duration.ZERO);
            }
        }
        List<String> found = all(ConsumerRecord::value);
        Set<String> apart = Set.copyOf(found);
        assertTrue(apart.containsAll(kept), "all of " + kept.size());
        assertEquals(found.size(), apart.size(), "once each");
        assertFalse(kept.isEmpty());
    }

    /** A disk that takes no more: producers are told, the process lives, what was kept is there. */
    @Test
    void aDiskThatFailsEndsTheLogAndNotTheProcess() throws Exception {
        int port = start();
        Set<String> kept = new ConcurrentSkipListSet<>();
        Set<String> refused = new ConcurrentSkipListSet<>();
        byte[] body = new byte[20_000];
        try (KafkaProducer<byte[], byte[]> producer = producer(port, 1_500)) {
            send(producer, "first", body, kept, refused);
            producer.flush();
            Process limited =
                    new ProcessBuilder(
                                    "prlimit",
                                    "--pid",
                                    Long.toString(child.pid()),
                                    "--fsize=1000000")
                            .inheritIO()
                            .start();
            assertTrue(limited.waitFor(10, TimeUnit.SECONDS));
            assertEquals(0, limited.exitValue());
            String said = "well"; // a slow disk refuses some before it fails
            for (int i = 0; i < 1_000 && said.equals("well"); i++) {
                send(producer, "r" + i, body, kept, refused);
                if (i % 10 == 0) {
                    producer.flush();
                    said = howItIs();
                }
            }
            assertNotEquals("well", said);
            send(producer, "last", body, kept, refused);
            producer.flush();
        }
        assertFalse(kept.isEmpty());
        assertTrue(refused.contains("last"), refused::toString);
        assertTrue(child.isAlive());
        end();
        assertTrue(Set.copyOf(all(ConsumerRecord::key)).containsAll(kept), "all of " + kept.size());
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer,
            String key,
            byte[] body,
            Set<String> kept,
            Set<String> refused) {
        producer.send(
                new ProducerRecord<>("water.levels", key.getBytes(UTF_8), body),
                (_, e) -> (e == null ? kept : refused).add(key));
    }

    private String howItIs() throws IOException {
        child.getOutputStream().write('\n');
        child.getOutputStream().flush();
        return said.readLine();
    }
}
