package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.Stream;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.domicile.watches.Watch;
import org.domicile.watches.Watches;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a watch while something else happens to it. */
@Timeout(60)
final class WatchRacesTest {
    private static final Runnable NOTHING = () -> {};

    private final MemoryLog log = new MemoryLog();

    /** Happens while a worker looks at a query. */
    private final AtomicReference<Runnable> whileLooking = new AtomicReference<>(NOTHING);

    private final MemoryEngine engine =
            new MemoryEngine() {
                @Override
                public Looked look(Watch watch, List<Readable> some) {
                    whileLooking.get().run();
                    return super.look(watch, some);
                }
            };

    /** Happens between a watch's log-in and its start. */
    private final AtomicReference<Runnable> whileBeginning = new AtomicReference<>(NOTHING);

    private Installation installation;
    private GuardedStreams streams;
    private GuardedWatches watches;
    private Caller.Known city;

    @BeforeEach
    void open(@TempDir Path folder) {
        installation = Installation.inMemory(folder);
        city = installation.caller(installation.tenant("city"));
        Streams register = Streams.open(installation.keyspace(), installation.time());
        streams = installation.guard().streams(register, log);
        watches = installation.watches(register, log, streams, engine, new Levels());
        for (String each : List.of("water.levels", "water.alerts")) {
            streams.create(request(), new Topic(each, 1, Duration.ofDays(1), 1 << 20));
        }
    }

    /** Every stream has a level; something happens while that is asked for. */
    private final class Levels implements GuardedWatches.Columns {
        @Override
        public GuardedWatches.Held of(Stream stream) {
            whileBeginning.get().run();
            return new GuardedWatches.Held(Map.of("level", "INT"), 7);
        }

        @Override
        public Optional<byte[]> written(Stream stream, int schema) {
            return Optional.empty();
        }
    }

    @AfterEach
    void close() {
        watches.close();
        streams.close();
        installation.close();
    }

    private Request request() {
        return installation.request(city);
    }

    private GuardedWatches.Shown create(String name) {
        return create(name, "water.alerts").shown();
    }

    private GuardedWatches.Made create(String name, String to) {
        return watches.create(
                request(),
                new GuardedWatches.Wanted(
                        name, "select level from \"water.levels\"", to, "", 5, Watch.From.NOW));
    }

    private FutureTask<GuardedWatches.Shown> creating(String name) {
        FutureTask<GuardedWatches.Shown> task = new FutureTask<>(() -> create(name));
        Thread.ofVirtual().start(task);
        return task;
    }

    /** Has all that look wait for each other. */
    private void together(int count) {
        CountDownLatch there = new CountDownLatch(count);
        whileLooking.set(() -> {
            there.countDown();
            await(there);
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void oneOfTwoOfOneNameIsMade() throws Exception {
        together(2);
        List<FutureTask<GuardedWatches.Shown>> both = List.of(creating("high"), creating("high"));
        List<Watch> made = new ArrayList<>();
        List<WatchRefusal> refused = new ArrayList<>();
        for (FutureTask<GuardedWatches.Shown> each : both) {
            try {
                made.add(each.get(30, TimeUnit.SECONDS).watch());
            } catch (ExecutionException e) {
                refused.add(assertInstanceOf(WatchRefusal.class, e.getCause()));
            }
        }
        assertEquals(1, made.size());
        assertEquals(WatchRefusal.Kind.CONFLICT, refused.getFirst().kind());
        assertEquals(Set.of(made.getFirst().id()), engine.running.keySet());
        assertEquals(made.getFirst(), watches.show(request(), "high").watch());
    }

    @Test
    void oneOfTwoMakesTheStreamOfBoth() throws Exception {
        together(2);
        List<FutureTask<GuardedWatches.Made>> both = new ArrayList<>();
        for (String each : List.of("high", "low")) {
            FutureTask<GuardedWatches.Made> task =
                    new FutureTask<>(() -> create(each, "water.fresh"));
            Thread.ofVirtual().start(task);
            both.add(task);
        }
        List<Stream> made = new ArrayList<>();
        for (FutureTask<GuardedWatches.Made> each : both) {
            each.get(30, TimeUnit.SECONDS).to().ifPresent(made::add);
        }
        assertEquals(1, made.size());
        assertEquals(
                made, streams.list(request()).streams().stream().filter(made::contains).toList());
        assertEquals(2, engine.running.size());
    }

    /** It was to be made, and somebody else's it is by then. */
    @Test
    void aStreamThatAnotherMakesMeanwhileIsAskedAbout() {
        Caller.Known hospital = installation.caller(installation.tenant("hospital"));
        whileLooking.set(
                () -> streams.create(installation.request(hospital), Topic.usual("water.fresh")));
        assertThrows(Refused.class, () -> create("high", "water.fresh"));
        assertEquals(Set.of(), engine.running.keySet());
    }

    /** Its log-in is there already, and a worker would be told of it a moment later. */
    @Test
    void aWatchThatIsStoppedWhileItBeginsDoesNotRun() {
        long before = installation.entries("city");
        whileLooking.set(() ->
                whileBeginning.set(() -> {
                    whileBeginning.set(NOTHING);
                    watches.stop(request(), "high");
                }));
        Watch made = create("high").watch();
        assertEquals(Set.of(), engine.running.keySet());
        assertFalse(watches.logins().caller(WorkerLogins.PREFIX + made.id()).isPresent());
        assertEquals(List.of("watch-" + made.id()), List.copyOf(log.abandoned));
        assertEquals(
                List.of("watches:StopWatch done high", "watches:CreateWatch done high"),
                installation.usesSince("city", before).stream()
                        .map(use -> use.action() + " " + use.outcome() + " " + use.object())
                        .sorted(java.util.Comparator.reverseOrder())
                        .toList());
        assertEquals(List.of(), watches.list(request()).watches());
    }

    /** What was decided when it was asked for is decided again when it is known what it is. */
    @Test
    void aPurposeThatEndsWhileAWatchIsMadeMakesNone() {
        whileLooking.set(() -> installation.admin().withdrawPurpose(city.purpose()));
        assertThrows(Refused.class, () -> create("high"));
        assertEquals(Set.of(), engine.running.keySet());
        assertEquals(List.of(), Watches.open(installation.keyspace()).all());
    }

    /** It was made by then; what it does is decided about each time. */
    @Test
    void aPurposeThatEndsWhileAWatchBeginsLetsItDoNothing() {
        whileLooking.set(() ->
                whileBeginning.set(() -> {
                    whileBeginning.set(NOTHING);
                    installation.admin().withdrawPurpose(city.purpose());
                }));
        Watch made = create("high").watch();
        Caller.Known as = watches.logins().caller(WorkerLogins.PREFIX + made.id()).orElseThrow();
        assertEquals(city, as);
        assertThrows(Refused.class, () -> streams.show(installation.request(as), "water.levels"));
    }

    @Test
    void anOrganisationMakesAFewAtATime() throws Exception {
        CountDownLatch looked = new CountDownLatch(WatchMaking.MOST);
        CountDownLatch go = new CountDownLatch(1);
        whileLooking.set(() -> {
            looked.countDown();
            await(go);
        });
        List<FutureTask<GuardedWatches.Shown>> some = new ArrayList<>();
        for (int i = 0; i < WatchMaking.MOST; i++) {
            some.add(creating("high-" + i));
        }
        await(looked);
        WatchRefusal more = assertThrows(WatchRefusal.class, () -> create("more"));
        assertEquals(WatchRefusal.Kind.UNREADY, more.kind());
        assertTrue(more.sentence().contains("try again"), more.sentence());
        go.countDown();
        for (FutureTask<GuardedWatches.Shown> each : some) {
            assertEquals("city", each.get(30, TimeUnit.SECONDS).watch().organisation());
        }
        create("more");
        assertEquals(WatchMaking.MOST + 1, engine.running.size());
    }

    /** A death between the end of a watch and that of its transactions. */
    @Test
    void whatAWatchThatIsNoMoreLeftOpenIsAbandonedAtTheNextStart() {
        Watch here = create("high").watch();
        log.open.addAll(
                List.of(
                        "watch-0123456789abcdef-1-3",
                        "watch-0123456789abcdef-2-3",
                        "watch-" + here.id() + "-1-1",
                        "of-somebody-else"));
        installation
                .watches(
                        Streams.open(installation.keyspace(), installation.time()),
                        log,
                        streams,
                        engine,
                        new Levels())
                .settle();
        assertEquals(List.of("watch-0123456789abcdef"), List.copyOf(log.abandoned));
    }
}
