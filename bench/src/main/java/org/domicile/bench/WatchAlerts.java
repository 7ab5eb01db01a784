package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Watches: how fast one reads what lies in a stream, and how long it takes from when an event's
 * publishing is acknowledged until a client of Kafka's that reads what is committed has the alert.
 * Owned by one thread.
 */
final class WatchAlerts {
    static final int PARTITIONS = 2;

    /** Events a second, beside which alerts come. */
    static final int RATE = 20_000;

    static final double GOAL_MILLIS = 1_000;

    private static final int BACKLOG = 150_000; // events for each second of the run
    private static final int EVERY = 400; // of which one is an alert
    private static final int WINDOW = 200; // milliseconds
    private static final int STATIONS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** Without a result, after which none comes any more. */
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private static final Duration SLICE = Duration.ofMillis(5);

    /** What is asked of the events. */
    enum Query {
        FILTER("filter", "select n, station, level from %s where level >= 1000"),
        WINDOWS(
                "windows",
                "select station, window_end, count(*) as many, max(level) as top"
                        + " from table(tumble(table %s, descriptor(at), interval '0.2' second))"
                        + " group by station, window_start, window_end");

        private final String word;
        private final String sql;

        Query(String word, String sql) {
            this.word = word;
            this.sql = sql;
        }

        /** As Flink has it. */
        String over(String quoted) {
            return sql.formatted(quoted);
        }
    }

    /** Who runs queries over a stream. */
    interface Runner {
        String who();

        /** What a client of Kafka's needs. */
        Map<String, Object> client();

        /** A stream with two partitions for events, and one with one for results. */
        void make(String from, String to) throws IOException;

        /** Until it is closed. @param all from the first record on, else from now on */
        Running run(Query query, String from, String to, boolean all) throws IOException;

        /** How what runs does, for people. */
        String state() throws IOException;

        /** Microseconds of processors so far: broker, and whatever runs queries. */
        double cpuMicros() throws IOException;
    }

    /** A query that runs. */
    interface Running extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    private final Runner runner;
    private int made;

    WatchAlerts(Runner runner) {
        this.runner = runner;
    }

    static String latency(Query query) {
        return "alert, " + query.word;
    }

    static String backlog(Query query) {
        return "catch up, " + query.word;
    }

    private static byte[] event(long n, boolean alert, long at) {
        return ("{\"n\":"
                        + n
                        + ",\"station\":\"station-"
                        + (n % STATIONS)
                        + "\",\"level\":"
                        + (alert ? 1_000 : n % 100)
                        + ",\"at\":\""
                        + Instant.ofEpochMilli(at)
                        + "\",\"note\":\"by the gauge below the bridge\"}")
                .getBytes(UTF_8);
    }

    private KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = new HashMap<>(runner.client());
        settings.put("acks", "all");
        settings.put("linger.ms", "5");
        settings.put("batch.size", "131072");
        settings.put("buffer.memory", Integer.toString(64 << 20));
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<byte[], byte[]> results(String stream) {
        Map<String, Object> settings = new HashMap<>(runner.client());
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        settings.put("max.poll.records", "100000");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = List.of(new TopicPartition(stream, 0));
        consumer.assign(all);
        consumer.seekToBeginning(all);
        return consumer;
    }

    private static String field(String json, String name) throws IOException {
        int begin = json.indexOf("\"" + name + "\":");
        if (begin < 0) {
            throw new IOException("a result has no " + name + ": " + json);
        }
        begin += name.length() + 3;
        int end = begin;
        while (json.charAt(end) != ',' && json.charAt(end) != '}') {
            end++;
        }
        return json.substring(begin, end).replace("\"", "");
    }

    /**
     * Events a second that a query reads of what lies there already, from when a fifth of its
     * results are there until all are. Events that are in no result, though nothing came for a
     * while, have failed: a window may have ended before they were read.
     *
     * @throws IOException when hardly any result comes, or more than there may be
     */
    Figure catchUp(Query query, double seconds) throws IOException {
        String from = "bench.backlog" + made;
        String to = "bench.caught" + made++;
        runner.make(from, to);
        long count = (long) (seconds * BACKLOG) / EVERY * EVERY;
        long begun = Instant.now().minusSeconds(3_600).toEpochMilli();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (long n = 0; n < count; n++) {
                byte[] event = event(n, n % EVERY == 0, begun + n * 1_000 / RATE);
                producer.send(new ProducerRecord<>(from, (int) (n % PARTITIONS), null, event));
            }
            for (int i = 0; i < PARTITIONS; i++) { // time goes on: the last windows end
                byte[] last = event(count + i, false, begun + count * 1_000 / RATE + 60_000);
                producer.send(new ProducerRecord<>(from, i, null, last));
            }
        }
        long read = 0;
        long first = 0;
        long firstAt = 0;
        double firstCost = 0;
        double cost = 0;
        long at = System.nanoTime();
        try (KafkaConsumer<byte[], byte[]> results = results(to);
                Running _ = runner.run(query, from, to, true)) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (read < count && (first == 0 || System.nanoTime() - at < SILENCE.toNanos())) {
                long before = read;
                for (ConsumerRecord<byte[], byte[]> each : results.poll(Duration.ofMillis(20))) {
                    read +=
                            switch (query) {
                                case FILTER -> EVERY;
                                case WINDOWS ->
                                        Long.parseLong(
                                                field(new String(each.value(), UTF_8), "many"));
                            };
                }
                if (read > before) {
                    at = System.nanoTime();
                    cost = runner.cpuMicros();
                }
                if (first == 0 && read >= count / 5) {
                    first = read;
                    firstAt = at;
                    firstCost = cost;
                }
                if (System.nanoTime() > end) {
                    throw new IOException(
                            runner.who()
                                    + " has read "
                                    + read
                                    + " of "
                                    + count
                                    + " events: "
                                    + runner.state());
                }
            }
        }
        if (read > count) {
            throw new IOException(runner.who() + " has read " + read + " of " + count + " events");
        }
        return new Figure(
                backlog(query),
                runner.who(),
                "/s",
                (read - first) * 1e9 / (at - firstAt),
                0,
                0,
                0,
                (cost - firstCost) / Math.max(1, read - first),
                0,
                count - read,
                Server.DURABLE);
    }

    /** Alerts while other events come. */
    Figure alerts(Query query, double seconds) throws IOException {
        String from = "bench.events" + made;
        String to = "bench.alerts" + made++;
        runner.make(from, to);
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        Events events = new Events(query);
        Histogram latency = new Histogram();
        try (KafkaConsumer<byte[], byte[]> results = results(to);
                Running _ = runner.run(query, from, to, false);
                KafkaProducer<byte[], byte[]> producer = producer()) {
            Thread load =
                    Thread.ofPlatform()
                            .name("events")
                            .start(() -> events.send(producer, from, over, sent));
            try {
                await(results);
                double settle = Math.min(5, seconds);
                listen(query, results, events, new Histogram(), settle);
                double cost = runner.cpuMicros();
                long before = sent.get();
                long begin = System.nanoTime();
                listen(query, results, events, latency, seconds);
                double took = (System.nanoTime() - begin) / 1e9;
                long came = sent.get() - before;
                return new Figure(
                        latency(query),
                        runner.who(),
                        "/s beside it",
                        came / took,
                        latency.millis(0.5),
                        latency.millis(0.99),
                        latency.maxMillis(),
                        (runner.cpuMicros() - cost) / Math.max(1, came),
                        0,
                        0,
                        Server.DURABLE);
            } finally {
                over.set(true);
                load.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void await(KafkaConsumer<byte[], byte[]> results) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (results.poll(Duration.ofMillis(20)).isEmpty()) {
            if (System.nanoTime() > end) {
                throw new IOException(runner.who() + " finds nothing: " + runner.state());
            }
        }
    }

    private static void listen(
            Query query,
            KafkaConsumer<byte[], byte[]> results,
            Events events,
            Histogram latency,
            double seconds)
            throws IOException {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        List<Long> found = new ArrayList<>();
        while (System.nanoTime() < end) {
            found.clear();
            for (ConsumerRecord<byte[], byte[]> each : results.poll(Duration.ofMillis(20))) {
                String text = new String(each.value(), UTF_8);
                found.add(
                        switch (query) {
                            case FILTER -> Long.parseLong(field(text, "n"));
                            case WINDOWS ->
                                    LocalDateTime.parse(field(text, "window_end"))
                                            .toInstant(ZoneOffset.UTC)
                                            .toEpochMilli();
                        });
            }
            long now = System.nanoTime();
            for (long each : found) {
                events.acknowledged(each).ifPresent(at -> latency.add(now - at));
            }
        }
    }

    /** What is published, and when what makes an alert was acknowledged. */
    private static final class Events {
        private final Query query;

        /** By number of the event, or by the end of the window: one for each partition. */
        private final Map<Long, long[]> moments = new ConcurrentHashMap<>();

        Events(Query query) {
            this.query = query;
        }

        /** In each partition time has gone on then. */
        java.util.OptionalLong acknowledged(long what) {
            long[] all = moments.get(what);
            if (all == null) {
                return java.util.OptionalLong.empty();
            }
            synchronized (all) {
                long last = Long.MIN_VALUE;
                for (int i = 0; i < all.length; i++) {
                    if (all[i] == 0) {
                        return java.util.OptionalLong.empty();
                    }
                    last = i == 0 ? all[i] : Math.max(last, all[i]);
                }
                return java.util.OptionalLong.of(last);
            }
        }

        private void acknowledge(long what, int partition, int of) {
            long[] all = moments.computeIfAbsent(what, _ -> new long[of]);
            synchronized (all) {
                all[partition] = System.nanoTime();
            }
        }

        void send(
                KafkaProducer<byte[], byte[]> producer,
                String stream,
                AtomicBoolean over,
                AtomicLong sent) {
            long slice = RATE * SLICE.toMillis() / 1_000;
            long next = System.nanoTime();
            long[] windows = new long[PARTITIONS];
            long n = 0;
            while (!over.get()) {
                long now = System.currentTimeMillis();
                for (long i = 0; i < slice; i++, n++) {
                    int partition = (int) (n % PARTITIONS);
                    boolean alert = n % EVERY == 0;
                    long number = n;
                    long window = now / WINDOW;
                    boolean first = window != windows[partition];
                    windows[partition] = window;
                    ProducerRecord<byte[], byte[]> record =
                            new ProducerRecord<>(stream, partition, null, event(n, alert, now));
                    producer.send(
                            record,
                            (_, e) -> {
                                if (e == null && query == Query.FILTER && alert) {
                                    acknowledge(number, 0, 1);
                                } else if (e == null && query == Query.WINDOWS && first) {
                                    acknowledge(window * WINDOW, partition, PARTITIONS);
                                }
                            });
                }
                sent.addAndGet(slice);
                next += SLICE.toNanos();
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
    }
}
