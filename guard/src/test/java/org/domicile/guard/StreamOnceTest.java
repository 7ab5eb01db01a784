package org.domicile.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Request;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of requests that come once. */
final class StreamOnceTest {
    private static final String LEVELS = "water.levels";

    /** Of what is kept: its form, a digest, a mark, and one partition's beginning. */
    private static final int HEAD = 1 + 32 + 16 + 2 + 12;

    private Installation installation;
    private MemoryLog log;
    private Streams register;
    private GuardedStreams streams;
    private Stream stream;

    @BeforeEach
    void open(@TempDir Path folder) {
        installation = Installation.inMemory(folder);
        Request request = installation.request(installation.caller(installation.tenant("city")));
        log = new MemoryLog();
        register = Streams.open(installation.keyspace(), installation.time());
        streams = installation.guard().streams(register, log);
        streams.create(request, new Topic(LEVELS, 1, Duration.ofDays(1), 1 << 20));
        stream = register.stream(LEVELS).orElseThrow();
    }

    @AfterEach
    void close() {
        streams.close();
        installation.close();
    }

    private StreamOnce patient(Duration patience) {
        return new StreamOnce(register, log, new SecureRandom(), patience);
    }

    private static List<StreamRecord.Coming> coming(int count) {
        List<StreamRecord.Coming> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(StreamRecord.Coming.of(("record " + i).getBytes(UTF_8)));
        }
        return all;
    }

    private static List<StreamLog.Place> places(StreamOnce.Came came) {
        return assertInstanceOf(StreamLog.Appended.Kept.class, came.appended()).places();
    }

    private static List<StreamLog.Place> at(long... offsets) {
        return Arrays.stream(offsets).mapToObj(each -> new StreamLog.Place(0, each)).toList();
    }

    /** On a stream in which much comes, no try could read all that came since. */
    @Test
    void whoTriesAgainGoesOnWhereItWasLookedBefore() {
        StreamOnce once = patient(Duration.ZERO);
        log.failAfter(2);
        assertThrows(StorageFailure.class, () -> once.append(stream, "k", coming(3), () -> {}));
        log.append(LEVELS, coming(10));
        log.giveAtOnce(1);
        int tries = 0;
        StreamOnce.Came came = null;
        while (came == null) {
            tries++;
            assertTrue(tries < 20, "it begins anew each time");
            try {
                came = once.append(stream, "k", coming(3), () -> {});
            } catch (StorageFailure e) {
                assertEquals(StorageFailure.Kind.OVERLOADED, e.kind());
            }
        }
        assertEquals(12, tries, "one for each record that was there");
        assertEquals(1, came.fresh());
        assertEquals(at(0, 1, 12), places(came));
        assertEquals(at(0, 1, 12), places(once.append(stream, "k", coming(3), () -> {})));
        assertEquals(13, log.extents(LEVELS).getFirst().next());
    }

    /** Looking for what came takes up to a minute: no organisation takes all turns with that. */
    @Test
    @Timeout(60)
    void anOrganisationHasSoManyTurns() throws InterruptedException {
        StreamOnce once = patient(Duration.ofSeconds(10));
        log.keep(topic("beds"), StreamLog.Letting.BY_AGE);
        CountDownLatch free = new CountDownLatch(1);
        AtomicInteger waiting = log.hold(LEVELS, free);
        Stream city = stream("city", LEVELS);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String key = "k" + i;
            threads.add(
                    Thread.ofVirtual().start(() -> once.append(city, key, coming(1), () -> {})));
        }
        while (waiting.get() < StreamOnce.TURNS_OF_ONE) {
            LockSupport.parkNanos(10_000_000);
        }
        assertEquals(
                at(0), places(once.append(stream("hospital", "beds"), "k0", coming(1), () -> {})));
        assertEquals(StreamOnce.TURNS_OF_ONE, waiting.get());
        free.countDown();
        for (Thread each : threads) {
            each.join();
        }
        assertEquals(200, log.extents(LEVELS).getFirst().next());
    }

    private static Topic topic(String name) {
        return new Topic(name, 1, Duration.ofDays(1), 1 << 20);
    }

    private static Stream stream(String organisation, String name) {
        return new Stream(
                "0123456789abcdef",
                organisation,
                List.of(Installation.HOME),
                topic(name),
                Instant.EPOCH,
                "somebody");
    }

    @Test
    void whatIsKeptDoesNotGrowWithTheRequest() {
        StreamOnce once = patient(Duration.ofSeconds(10));
        List<StreamLog.Place> places = places(once.append(stream, "k", coming(10_000), () -> {}));
        byte[] kept = register.once(stream, "k").orElseThrow();
        assertTrue(kept.length < HEAD + 16, () -> "it takes " + kept.length);
        assertEquals(places, places(once.append(stream, "k", coming(10_000), () -> {})));
        assertEquals(10_000, log.extents(LEVELS).getFirst().next());
    }

    /** As it was kept by a program before this one. */
    @Test
    void whatWasKeptBeforeIsReadStill() throws IOException {
        StreamOnce once = patient(Duration.ofSeconds(10));
        List<StreamLog.Place> places = places(once.append(stream, "k", coming(3), () -> {}));
        byte[] kept = register.once(stream, "k").orElseThrow();
        ByteArrayOutputStream before = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(before);
        out.writeByte(1);
        out.write(kept, 1, HEAD - 1);
        out.writeInt(places.size());
        for (StreamLog.Place each : places) {
            out.writeInt(each.partition());
            out.writeLong(each.offset());
        }
        register.once(stream, "k", before.toByteArray());
        StreamOnce.Came again = once.append(stream, "k", coming(3), () -> {});
        assertEquals(places, places(again));
        assertEquals(0, again.fresh());
    }

    @Test
    void placesAreReadAsTheyWereWritten() throws IOException {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            SortedMap<Integer, StreamLog.Place> places = new TreeMap<>();
            long[] next = new long[1 + random.nextInt(8)];
            Arrays.setAll(next, _ -> random.nextLong(1L << 40));
            int partition = 0;
            for (int i = 0; i < 100; i++) {
                if (random.nextInt(5) == 0) {
                    partition = random.nextInt(next.length);
                }
                if (random.nextInt(10) == 0) {
                    next[partition] = Math.max(0, next[partition] + random.nextInt(-50, 50));
                }
                if (random.nextInt(10) != 0) {
                    places.put(i, new StreamLog.Place(partition, next[partition]++));
                }
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            OncePlaces.encode(new DataOutputStream(bytes), places);
            byte[] whole = bytes.toByteArray();
            assertEquals(
                    places,
                    OncePlaces.decode(new DataInputStream(new ByteArrayInputStream(whole))),
                    "domicile.seed=" + seed);
            byte[] part = Arrays.copyOf(whole, random.nextInt(whole.length));
            assertThrows(
                    IOException.class,
                    () -> OncePlaces.decode(new DataInputStream(new ByteArrayInputStream(part))),
                    "domicile.seed=" + seed);
        }
    }
}
