package org.domicile.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.domicile.bytes.StorageFailure;
import org.domicile.ledger.Ledger;
import org.domicile.policy.Marks;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Stream;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.domicile.streams.Volume;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams behind the guard: who may, what is on record when, and what minutes say. */
@Timeout(60)
final class StreamsTest {
    private static final String LEVELS = "water.levels";

    /** Of what waits a second elsewhere: until it looks at minutes, and at what is behind. */
    private static final Duration STEP = Duration.ofMillis(20);

    private Installation installation;
    private MemoryLog log;
    private GuardedStreams streams;
    private Administration.Issued city;
    private Caller.Known caller;

    @BeforeEach
    void open(@TempDir Path folder) {
        installation = Installation.inMemory(folder);
        city = installation.tenant("city");
        caller = installation.caller(city);
        log = new MemoryLog();
        streams = guarded();
    }

    private GuardedStreams guarded() {
        return ((Gate) installation.guard())
                .streams(
                        Streams.open(installation.keyspace(), installation.time()),
                        log,
                        STEP,
                        STEP);
    }

    @AfterEach
    void close() {
        streams.close();
        installation.close();
    }

    private static Topic topic(String name) {
        return new Topic(name, 1, Duration.ofDays(1), 1 << 20);
    }

    private Request request() {
        return installation.request(caller);
    }

    private List<String> since(long entries) {
        return installation.usesSince("city", entries).stream()
                .map(use -> use.action() + " " + use.outcome() + " " + use.object())
                .toList();
    }

    private static void await(BooleanSupplier holds) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "it took too long");
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static List<StreamRecord.Coming> coming(String... values) {
        List<StreamRecord.Coming> all = new ArrayList<>();
        for (String each : values) {
            all.add(StreamRecord.Coming.of(each.getBytes(UTF_8)));
        }
        return all;
    }

    /** Puts the clock to the beginning of a minute, so that a test has all of it. */
    private void freshMinute() {
        long second = installation.time().instant().getEpochSecond() % 60;
        installation.time().advance(Duration.ofSeconds(60 - second));
    }

    @Test
    void aStreamIsMadeShownChangedAndDeletedOnRecord() throws Exception {
        long before = installation.entries("city");
        Stream made = streams.create(request(), topic(LEVELS)).stream();
        assertEquals("city", made.organisation());
        assertEquals(List.of(Installation.HOME), made.zones());
        assertEquals(List.of(LEVELS), log.names());
        assertEquals(
                List.of(LEVELS),
                streams.list(request()).streams().stream().map(Stream::name).toList());
        StreamRefusal taken =
                assertThrows(StreamRefusal.class, () -> streams.create(request(), topic(LEVELS)));
        assertEquals(StreamRefusal.Kind.CONFLICT, taken.kind());
        streams.change(
                request(),
                LEVELS,
                new Streams.Measures(Optional.empty(), Optional.of(5L), Optional.empty()));
        assertEquals(1, streams.show(request(), LEVELS).extents().size());
        streams.delete(request(), LEVELS);
        assertEquals(List.of(), log.names());
        assertThrows(StreamRefusal.class, () -> streams.show(request(), LEVELS));
        assertThrows(StreamRefusal.class, () -> streams.delete(request(), LEVELS));
        assertEquals(
                List.of(
                        "streams:CreateStream done streams/water.levels",
                        "streams:ListStreams done ",
                        "streams:CreateStream conflict streams/water.levels",
                        "streams:ChangeStream done streams/water.levels",
                        "streams:DescribeStream done streams/water.levels",
                        "streams:DeleteStream done streams/water.levels",
                        "streams:DescribeStream absent streams/water.levels",
                        "streams:DeleteStream absent streams/water.levels"),
                since(before));
    }

    @Test
    void aMinuteIsOnRecordBeforeItsFirstAccessAndSaysAtItsEndHowMuchItWas() throws Exception {
        streams.create(request(), topic(LEVELS));
        freshMinute();
        long before = installation.entries("city");
        GuardedStreams.Published first =
                streams.publish(request(), LEVELS, () -> coming("a", "bc"), "");
        assertEquals("city/node-1/", first.use().substring(0, 12));
        assertEquals("", streams.publish(request(), LEVELS, () -> coming("d"), "").use());
        assertTrue(streams.admits(request(), Act.POLL, LEVELS));
        streams.polled(request(), LEVELS, 0, 0, 2);
        streams.polled(request(), LEVELS, 0, 2, 3);
        streams.polled(request(), LEVELS, 0, 1, 2);
        assertTrue(streams.admits(request(), Act.POLL, LEVELS));
        assertEquals(
                List.of(
                        "streams:Publish done streams/water.levels",
                        "streams:Poll done streams/water.levels"),
                since(before));
        installation.time().advance(Duration.ofSeconds(63));
        await(() -> since(before).size() == 4);
        List<Ledger.Recorded> uses = installation.usesSince("city", before);
        Ledger.Recorded published =
                uses.stream()
                        .filter(use -> use.action().equals("streams:Published"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("streams/water.levels 3 records 0:0-3", published.object());
        assertEquals(4, published.size());
        assertEquals("city/tests", published.purpose());
        assertEquals(caller.principal(), published.principal());
        Ledger.Recorded polled =
                uses.stream()
                        .filter(use -> use.action().equals("streams:Polled"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("streams/water.levels 4 records 0:0-3,1-2", polled.object());
        // what comes late is told by itself
        streams.polled(request(), LEVELS, 0, 3, 4);
        await(() -> since(before).size() == 5);
        assertEquals(
                "streams:Polled done streams/water.levels 1 records 0:3-4",
                since(before).getLast());
        // and the next minute begins anew
        streams.publish(request(), LEVELS, () -> coming("e"), "");
        assertEquals("streams:Publish done streams/water.levels", since(before).getLast());
    }

    /** Where it cannot be told, nothing of it is lost, and it is told once. */
    @Test
    void aMinuteIsToldWhenThereIsRoomAgain() throws Exception {
        streams.create(request(), topic(LEVELS));
        freshMinute();
        long before = installation.entries("city");
        streams.publish(request(), LEVELS, () -> coming("a", "bc"), "");
        assertTrue(streams.admits(request(), Act.POLL, LEVELS));
        streams.polled(request(), LEVELS, 0, 0, 2);
        installation.keyspace().fullAfter(0);
        await(() -> installation.ledger().obstacle().isPresent()); // it gives no numbers
        untilMinutesFailToEnd(() -> installation.time().advance(Duration.ofSeconds(63)));
        streams.polled(request(), LEVELS, 0, 2, 3);
        installation.keyspace().heal();
        await(() -> installation.ledger().obstacle().isEmpty());
        await(() -> {
            installation.time().advance(Duration.ofSeconds(1));
            return since(before).size() == 4;
        });
        assertEquals(
                List.of(
                        "streams:Polled done streams/water.levels 3 records 0:0-3",
                        "streams:Published done streams/water.levels 2 records 0:0-2"),
                since(before).subList(2, 4).stream().sorted().toList());
    }

    private static void untilMinutesFailToEnd(Runnable change) {
        CountDownLatch failed = new CountDownLatch(1);
        Handler listening =
                new Handler() {
                    @Override
                    public void publish(LogRecord record) {
                        if (record.getMessage()
                                .contains("could not be ended, and are tried again")) {
                            failed.countDown();
                        }
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger said = Logger.getLogger("org.domicile.guard");
        said.addHandler(listening);
        try {
            change.run();
            await(() -> failed.getCount() == 0);
        } finally {
            said.removeHandler(listening);
        }
    }

    @Test
    void manyAtOnceBeginOneMinute() throws Exception {
        streams.create(request(), topic(LEVELS));
        freshMinute();
        long before = installation.entries("city");
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    go.await();
                                    streams.publish(request(), LEVELS, () -> coming("x"), "");
                                } catch (InterruptedException | IOException e) {
                                    throw new AssertionError(e);
                                }
                            }));
        }
        go.countDown();
        for (Thread each : threads) {
            each.join();
        }
        assertEquals(List.of("streams:Publish done streams/water.levels"), since(before));
    }

    @Test
    void aDeathClosesMinutesWithWhatIsKnown() throws Exception {
        deathCloses();
    }

    @Test
    void andThoseOfATemporaryCredential() throws Exception {
        GuardedSessions.Issued issued =
                installation.guard().sessions(request()).token(Duration.ZERO);
        caller =
                installation
                        .guard()
                        .identity()
                        .session(issued.accessKey(), issued.token())
                        .orElseThrow()
                        .caller();
        deathCloses();
    }

    private void deathCloses() throws Exception {
        streams.create(request(), topic(LEVELS));
        freshMinute();
        long before = installation.entries("city");
        streams.publish(request(), LEVELS, () -> coming("a", "bc"), "");
        // what is known is kept every few seconds of the clock
        installation.time().advance(Duration.ofSeconds(6));
        await(() -> {
            Streams there = Streams.open(installation.keyspace(), installation.time());
            return there.begun().values().stream().anyMatch(kept -> kept.length > 0) && kept(there);
        });
        GuardedStreams dead = streams;
        streams = guarded(); // as another process would, on what is durable
        await(() -> since(before).size() == 2);
        assertEquals(
                "streams:Published done streams/water.levels at least 2 records 0:0-2",
                since(before).getLast());
        assertEquals(2, since(before).size());
        assertTrue(Streams.open(installation.keyspace(), installation.time()).begun().isEmpty());
        dead.close(); // its thread, too
    }

    /** Whether the counts are in what is kept: opening it is the guard's alone. */
    private boolean kept(Streams there) {
        return there.begun().entrySet().stream()
                .anyMatch(each -> {
                    byte[] plain =
                            installation
                                    .keys()
                                    .vault()
                                    .open("guard/streams/minute/" + each.getKey(), each.getValue());
                    return StreamMinute.decode(each.getKey(), plain)
                            .take(true)
                            .object()
                            .endsWith(" 2 records 0:0-2");
                });
    }

    @Test
    void nothingIsServedThatCannotBeRecorded() throws Exception {
        streams.create(request(), topic(LEVELS));
        freshMinute();
        installation.keyspace().fenceAfter(0);
        assertThrows(
                StorageFailure.class,
                () -> streams.publish(request(), LEVELS, () -> coming("a"), ""));
        assertThrows(StorageFailure.class, () -> streams.admits(request(), Act.POLL, LEVELS));
        assertEquals(0, log.extents(LEVELS).getFirst().next());
        installation.keyspace().heal();
    }

    @Test
    void withoutAPurposeNothingIsSeenReadOrWritten() throws Exception {
        streams.create(request(), topic(LEVELS));
        GuardedStreams.Reader reader = streams.read(request(), LEVELS, Map.of(0, 0L));
        streams.publish(request(), LEVELS, () -> coming("a"), "");
        assertEquals(1, reader.poll(request(), Duration.ZERO, 10).size());
        Caller.Known other = installation.caller(installation.tenant("hospital"));
        for (Act act : Act.values()) {
            assertFalse(streams.admits(installation.request(other), act, LEVELS), act::name);
        }
        assertEquals(List.of(), streams.list(installation.request(other)).streams());
        assertThrows(
                Refused.class,
                () -> streams.publish(installation.request(other), LEVELS, () -> coming("b"), ""));
        assertThrows(
                Refused.class, () -> streams.read(installation.request(other), LEVELS, Map.of()));
        assertThrows(Refused.class, () -> streams.show(installation.request(other), LEVELS));
        assertThrows(Refused.class, () -> streams.delete(installation.request(other), LEVELS));
        // a name that somebody else uses is no group of theirs
        assertTrue(streams.admits(request(), Admission.Shared.GROUP, "readers"));
        assertFalse(streams.admits(installation.request(other), Admission.Shared.GROUP, "readers"));

        installation.admin().withdrawPurpose("city/tests");
        for (Act act : Act.values()) {
            assertFalse(streams.admits(request(), act, LEVELS), act::name);
        }
        assertThrows(Refused.class, () -> reader.poll(request(), Duration.ZERO, 10));
        assertThrows(
                Refused.class, () -> streams.publish(request(), LEVELS, () -> coming("c"), ""));
        assertEquals(1, log.extents(LEVELS).getFirst().next());
    }

    @Test
    void zonesAndLabelsHold() throws Exception {
        streams.create(request(), topic(LEVELS));
        Request abroad = installation.request(caller, "abroad");
        assertFalse(streams.admits(abroad, Act.POLL, LEVELS));
        assertFalse(streams.admits(abroad, Act.PUBLISH, LEVELS));
        installation
                .admin()
                .label(
                        "streams:city",
                        "water.",
                        new Marks(List.of(), List.of("city/tests"), List.of()));
        assertFalse(streams.admits(request(), Act.POLL, LEVELS));
        streams.create(request(), topic("air.quality"));
        assertTrue(streams.admits(request(), Act.POLL, "air.quality"));
    }

    /** What is about people does not come to lie in clear. */
    @Test
    void recordsAboutPeopleNeedAnEncryptedVolume() throws Exception {
        caller =
                installation.caller(
                        installation.caring(
                                city.credential().principal(), "people", "public-service"));
        streams.create(request(), topic(LEVELS));
        installation
                .admin()
                .label(
                        "streams:city",
                        "water.",
                        new Marks(List.of("personal"), List.of(), List.of()));
        Refused e =
                assertThrows(
                        Refused.class,
                        () -> streams.publish(request(), LEVELS, () -> coming("a"), ""));
        assertEquals("clear-volume", e.reason());
        assertFalse(streams.admits(request(), Act.PUBLISH, LEVELS));
        assertTrue(streams.admits(request(), Act.POLL, LEVELS));
        streams.close();
        log.on(new Volume(Volume.Encryption.STATED, "a disk"));
        streams = guarded();
        assertTrue(streams.admits(request(), Act.PUBLISH, LEVELS));
        assertEquals(1, streams.publish(request(), LEVELS, () -> coming("a"), "").places().size());
    }

    /** What a request did before it failed stands in its minute. */
    @Test
    void whatCameOfAFailedRequestIsCounted() throws Exception {
        streams.create(request(), topic(LEVELS));
        freshMinute();
        long before = installation.entries("city");
        log.breakAfter(2);
        assertThrows(
                StorageFailure.class,
                () -> streams.publish(request(), LEVELS, () -> coming("a", "b", "c"), ""));
        installation.time().advance(Duration.ofSeconds(63));
        await(() -> since(before).size() == 2);
        assertEquals(
                "streams:Published done streams/water.levels 2 records", since(before).getLast());
    }

    /** Another organisation's names are neither shown nor taken by who lists them. */
    @Test
    void namesOfOthersAreNotToldToWhoListsThem() throws Exception {
        Caller.Known other = installation.caller(installation.tenant("hospital"));
        assertTrue(streams.admits(request(), Admission.Shared.GROUP, "readers"));
        Request theirs = installation.request(other);
        long before = installation.entries("hospital");
        assertFalse(streams.sees(theirs, Admission.Shared.GROUP, "readers", true));
        assertFalse(streams.sees(theirs, Admission.Shared.GROUP, "readers", false));
        assertFalse(streams.sees(theirs, Admission.Shared.GROUP, "nobodys", true));
        assertEquals(before, installation.entries("hospital"));
        assertTrue(streams.sees(theirs, Admission.Shared.GROUP, "nobodys", false));
        assertTrue(streams.sees(request(), Admission.Shared.GROUP, "readers", true));
        assertFalse(streams.admits(theirs, Admission.Shared.GROUP, "readers"));
        assertEquals("refused", installation.usesSince("hospital", before).getLast().verdict());
        assertFalse(streams.admits(theirs, Admission.Shared.GROUP, "x".repeat(300)));
    }

    /** Another purpose of the organisation may use names, too, and not these. */
    @Test
    void namesOfAnotherPurposeAreAsThoseOfAnotherOrganisation() throws Exception {
        Caller.Known other =
                installation.caller(
                        installation.caring(
                                city.credential().principal(), "people", "public-service"));
        Caller.Known second = installation.caller(installation.person(city, "streams:UseName"));
        long begin = installation.entries("city");
        for (Admission.Shared kind : Admission.Shared.values()) {
            assertTrue(streams.admits(request(), kind, "readers"));
            Request theirs = installation.request(other);
            long before = installation.entries("city");
            assertFalse(streams.sees(theirs, kind, "readers", true));
            assertFalse(streams.sees(theirs, kind, "readers", false));
            assertEquals(before, installation.entries("city"));
            assertFalse(streams.admits(theirs, kind, "readers"));
            assertTrue(streams.admits(theirs, kind, "others"));
            assertFalse(streams.sees(request(), kind, "others", true));
            // credentials of one purpose share
            assertTrue(streams.admits(installation.request(second), kind, "readers"));
        }
        assertTrue(
                installation.usesSince("city", begin).stream()
                        .anyMatch(each -> each.verdict().equals("refused")));
    }

    /** Whoever looks is told what it may do there: that is no use, and no is no refusal. */
    @Test
    void whatOneMayDoIsToldWithoutAnEntry() {
        streams.create(request(), topic(LEVELS));
        Request reader =
                installation.request(
                        installation.caller(installation.person(city, "streams:Poll")));
        long before = installation.entries("city");
        assertTrue(streams.may(reader, Act.POLL, LEVELS));
        assertFalse(streams.may(reader, Act.PUBLISH, LEVELS));
        assertFalse(streams.may(reader, Act.SEE, LEVELS));
        assertTrue(streams.may(request(), Act.PUBLISH, LEVELS));
        assertEquals(before, installation.entries("city"));
    }

    /** Nobody gets what a stream held that had the name before. */
    @Test
    void aNameIsFreeOnceItsRecordsAreGone() throws Exception {
        streams.create(request(), topic(LEVELS));
        streams.publish(request(), LEVELS, () -> coming("a"), "");
        log.refuseRemoval(true);
        assertThrows(StorageFailure.class, () -> streams.delete(request(), LEVELS));
        assertThrows(StreamRefusal.class, () -> streams.create(request(), topic(LEVELS)));
        log.refuseRemoval(false);
        streams.settle();
        streams.create(request(), topic(LEVELS));
        assertEquals(0, log.extents(LEVELS).getFirst().next());
    }

    @Test
    void whoFollowsAStreamThatGrowsMissesNothing() throws Exception {
        streams.create(request(), topic(LEVELS));
        streams.publish(request(), LEVELS, () -> coming("before"), "");
        try (GuardedStreams.Reader reader = streams.read(request(), LEVELS, Map.of())) {
            assertEquals(Map.of(0, 1L), reader.begins());
            streams.publish(request(), LEVELS, () -> coming("a", "b"), "");
            assertEquals(List.of("a"), polled(reader, 1));
            streams.change(
                    request(),
                    LEVELS,
                    new Streams.Measures(Optional.of(3), Optional.empty(), Optional.empty()));
            log.into(2);
            streams.publish(request(), LEVELS, () -> coming("c"), "");
            assertEquals(List.of("b"), polled(reader, 1), "what was polled before is not lost");
            assertEquals(List.of("c"), polled(reader, 1));
            log.into(0);
            streams.publish(request(), LEVELS, () -> coming("d"), "");
            assertEquals(List.of("d"), polled(reader, 1), "nor what was there before");
        }
        // who was here before it grew, and comes back
        try (GuardedStreams.Reader reader = streams.read(request(), LEVELS, Map.of(0, 3L))) {
            assertEquals(Map.of(0, 3L, 1, 0L, 2, 0L), reader.begins());
            assertEquals(List.of("d", "c"), polled(reader, 10));
        }
    }

    private List<String> polled(GuardedStreams.Reader reader, int most) {
        return reader.poll(request(), Duration.ZERO, most).stream()
                .map(each -> new String(each.value().orElseThrow(), UTF_8))
                .toList();
    }

    @Test
    void whoReadsAStreamThatWentReadsNotTheNextOneOfItsName() throws Exception {
        streams.create(request(), topic(LEVELS));
        streams.publish(request(), LEVELS, () -> coming("a", "b"), "");
        try (GuardedStreams.Reader reader = streams.read(request(), LEVELS, Map.of(0, 0L))) {
            assertEquals(1, reader.poll(request(), Duration.ofSeconds(5), 1).size());
            streams.delete(request(), LEVELS);
            streams.create(request(), topic(LEVELS));
            StreamRefusal gone =
                    assertThrows(
                            StreamRefusal.class,
                            () -> reader.poll(request(), Duration.ofSeconds(5), 1));
            assertEquals(StreamRefusal.Kind.ABSENT, gone.kind());
        }
    }

    /** Whoever publishes is judged before what he sends is read, which may take a minute. */
    @Test
    void whatBeganBeforeAStreamWentIsNotInTheNextOneOfItsName() throws Exception {
        streams.create(request(), topic(LEVELS));
        for (String key : List.of("", "k")) {
            StreamRefusal gone =
                    assertThrows(
                            StreamRefusal.class,
                            () ->
                                    streams.publish(
                                            request(),
                                            LEVELS,
                                            () -> {
                                                streams.delete(request(), LEVELS);
                                                return coming("a");
                                            },
                                            key));
            assertEquals(StreamRefusal.Kind.ABSENT, gone.kind());
            streams.create(request(), topic(LEVELS));
            StreamRefusal another =
                    assertThrows(
                            StreamRefusal.class,
                            () ->
                                    streams.publish(
                                            request(),
                                            LEVELS,
                                            () -> {
                                                streams.delete(request(), LEVELS);
                                                streams.create(request(), topic(LEVELS));
                                                return coming("b");
                                            },
                                            key));
            assertEquals(StreamRefusal.Kind.ABSENT, another.kind());
            assertEquals(0, streams.show(request(), LEVELS).extents().getFirst().next());
        }
        streams.publish(request(), LEVELS, () -> coming("c"), "");
        assertEquals(1, streams.show(request(), LEVELS).extents().getFirst().next());
    }

    /**
     * Story: whoever was judged when his request came could publish for as long as its body took, a
     * minute, whatever had changed by then.
     */
    @Test
    void recordsAreJudgedByWhatHoldsWhenAllAreThere() throws Exception {
        caller =
                installation.caller(
                        installation.caring(
                                city.credential().principal(), "people", "public-service"));
        streams.create(request(), topic(LEVELS));
        streams.publish(request(), LEVELS, () -> coming("a"), "");
        long before = installation.entries("city");
        streams.publish(request(), LEVELS, () -> coming("b"), "");
        assertEquals(List.of(), since(before)); // nothing changed: no second entry
        Runnable labels =
                () ->
                        installation
                                .admin()
                                .label(
                                        "streams:city",
                                        "water.",
                                        new Marks(List.of("personal"), List.of(), List.of()));
        Runnable withdraws = () -> installation.admin().withdrawPurpose("city/people");
        for (String key : List.of("", "k")) {
            assertEquals("clear-volume", refusedMeanwhile(labels, key));
            installation.admin().removeLabel("streams:city", "water.");
        }
        assertEquals(
                "purpose-withdrawn",
                refusedMeanwhile(() -> installation.admin().withdrawPurpose("city/people"), ""));
        assertEquals(2, log.extents(LEVELS).getFirst().next());
        assertEquals(
                List.of("clear-volume", "purpose-withdrawn"), // the second one alike is counted
                installation.usesSince("city", before).stream()
                        .filter(use -> use.action().equals("streams:Publish"))
                        .map(Ledger.Recorded::reason)
                        .toList());
    }

    /** Why records were refused that took their time, in which something changed. */
    private String refusedMeanwhile(Runnable change, String key) {
        return assertThrows(
                        Refused.class,
                        () ->
                                streams.publish(
                                        request(),
                                        LEVELS,
                                        () -> {
                                            change.run();
                                            return coming("c");
                                        },
                                        key))
                .reason();
    }

    @Test
    void aRequestWithAKeyComesOnce() throws Exception {
        streams.create(request(), topic(LEVELS));
        List<StreamRecord.Coming> three = coming("a", "b", "c");
        var first = streams.publish(request(), LEVELS, () -> three, "k");
        assertEquals(first.places(), streams.publish(request(), LEVELS, () -> three, "k").places());
        assertEquals(3, log.extents(LEVELS).getFirst().next());
        StreamRefusal other =
                assertThrows(
                        StreamRefusal.class,
                        () -> streams.publish(request(), LEVELS, () -> coming("z"), "k"));
        assertEquals(StreamRefusal.Kind.CONFLICT, other.kind());
        // after some of them the log failed, and nobody was told anything
        log.failAfter(2);
        assertThrows(
                StorageFailure.class, () -> streams.publish(request(), LEVELS, () -> three, "l"));
        assertEquals(5, log.extents(LEVELS).getFirst().next());
        var again = streams.publish(request(), LEVELS, () -> three, "l");
        assertEquals(6, log.extents(LEVELS).getFirst().next());
        assertEquals(3, again.places().size());
        // all came, and then the program died
        installation.keyspace().fenceAfter(1);
        assertThrows(
                StorageFailure.class, () -> streams.publish(request(), LEVELS, () -> three, "m"));
        installation.keyspace().heal();
        assertEquals(9, log.extents(LEVELS).getFirst().next());
        assertEquals(3, streams.publish(request(), LEVELS, () -> three, "m").places().size());
        assertEquals(9, log.extents(LEVELS).getFirst().next());
        // a reader who may publish pretends that the last one came, too
        log.failAfter(2);
        assertThrows(
                StorageFailure.class, () -> streams.publish(request(), LEVELS, () -> three, "n"));
        byte[] mark;
        try (StreamLog.Reader reader = log.read(LEVELS, Map.of(0, 10L))) {
            mark =
                    reader.poll(Duration.ofSeconds(5))
                            .getFirst()
                            .headers()
                            .getLast()
                            .value()
                            .clone();
        }
        mark[mark.length - 1] = '2';
        log.append(
                LEVELS,
                List.of(
                        new StreamRecord.Coming(
                                Optional.empty(),
                                Optional.of("forged".getBytes(UTF_8)),
                                Optional.empty(),
                                List.of(new StreamRecord.Header(StreamOnce.HEADER, mark)))));
        assertEquals(
                List.of(9L, 10L, 12L),
                streams.publish(request(), LEVELS, () -> three, "n").places().stream()
                        .map(StreamLog.Place::offset)
                        .toList());
    }

    @Test
    void theLogIsBroughtToTheRegister() throws Exception {
        streams.create(request(), topic(LEVELS));
        log.remove(LEVELS);
        log.keep(topic("left.over"));
        streams.settle();
        assertEquals(List.of(LEVELS), log.names());
    }

    /** One that fails is nobody else's affair, and comes when it can. */
    @Test
    void aChangeBringsItsOwnStreamToTheLog() throws Exception {
        log.refused.add("water.bad");
        assertThrows(StorageFailure.class, () -> streams.create(request(), topic("water.bad")));
        log.kept.clear();
        streams.create(request(), topic(LEVELS));
        assertEquals(
                List.of(LEVELS),
                log.kept.stream().filter(each -> !each.equals("water.bad")).toList());
        streams.delete(request(), LEVELS);
        assertEquals(List.of(), log.names());
        assertTrue(
                streams.troubles().getFirst().contains("water.bad"),
                () -> streams.troubles().toString());
        log.refused.clear();
        untilNothingIsBehind();
        assertEquals(List.of("water.bad"), log.names());
        // and so does one whose records could not be removed
        log.refuseRemoval(true);
        assertThrows(StorageFailure.class, () -> streams.delete(request(), "water.bad"));
        log.refuseRemoval(false);
        untilNothingIsBehind();
        streams.create(request(), topic("water.bad"));
    }

    /** Whatever kept the log from starting, it starts once that is mended. */
    @Test
    void aLogThatDidNotStartIsTriedAgain() throws Exception {
        streams.create(request(), topic(LEVELS));
        log.remove(LEVELS);
        log.refused.add("water.bad");
        log.starts = false;
        assertThrows(StorageFailure.class, streams::settle);
        assertTrue(
                streams.troubles().getFirst().contains("the port is taken"),
                () -> streams.troubles().toString());
        log.starts = true;
        untilNothingIsBehind();
        await(() -> log.names().equals(List.of(LEVELS))); // it runs, and then they come
    }

    private void untilNothingIsBehind() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 500 && !streams.troubles().isEmpty(); i++) {
            assertFalse(never.await(20, TimeUnit.MILLISECONDS));
        }
        assertEquals(List.of(), streams.troubles());
    }
}
