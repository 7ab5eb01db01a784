package org.domicile.guard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.StorageFailure;
import org.domicile.objects.Listing;
import org.domicile.objects.Quota;
import org.domicile.objects.Version;
import org.domicile.policy.Marks;
import org.domicile.query.ReadingQueries;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Stream;
import org.domicile.streams.Streams;
import org.domicile.streams.Topic;
import org.domicile.watches.Watch;
import org.domicile.watches.WatchEngine;
import org.domicile.watches.Watches;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watches behind the guard: who may, what is on record, and what a log-in is good for. */
@Timeout(60)
final class WatchesTest {
    private Installation installation;
    private GuardedStreams streams;
    private GuardedWatches watches;
    private MemoryEngine engine;
    private MemoryLog log;
    private Caller.Known city;

    @BeforeEach
    void open(@TempDir Path folder) {
        installation = Installation.inMemory(folder);
        city = installation.caller(installation.tenant("city"));
        Streams register = Streams.open(installation.keyspace(), installation.time());
        log = new MemoryLog();
        streams = installation.guard().streams(register, log);
        engine = new MemoryEngine();
        watches = installation.watches(register, log, streams, engine, new Levels());
        for (String each : List.of("water.levels", "water.alerts", "water.other")) {
            streams.create(request(), new Topic(each, 1, Duration.ofDays(1), 1 << 20));
        }
    }

    /** Every stream has a level, by schema 7. */
    private static final class Levels implements GuardedWatches.Columns {
        @Override
        public GuardedWatches.Held of(Stream stream) {
            return new GuardedWatches.Held(Map.of("level", "INT"), 7);
        }

        @Override
        public Optional<byte[]> written(Stream stream, int schema) {
            return schema == 7 ? Optional.of(stream.name().getBytes(UTF_8)) : Optional.empty();
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

    /** Else time goes on without what comes into new partitions, which is late then. */
    @Test
    void watchesHearThatAStreamGrowsBeforeItDoes() {
        Watch made = made("high", "water.levels", "water.alerts");
        List<String> heard = new ArrayList<>();
        engine.growing =
                (stream, partitions) ->
                        heard.add(
                                "%s: %d now, %d soon, and %d to who begins"
                                        .formatted(
                                                stream,
                                                log.extents(stream).size(),
                                                partitions,
                                                engine.of(made).contents().partitions(stream)));
        streams.change(
                request(),
                "water.levels",
                new Streams.Measures(Optional.of(3), Optional.empty(), Optional.empty()));
        assertEquals(List.of("water.levels: 1 now, 3 soon, and 3 to who begins"), heard);
        assertEquals(3, log.extents("water.levels").size());
    }

    private static GuardedWatches.Wanted wanted(String name, String from, String to) {
        return new GuardedWatches.Wanted(
                name, "select level from \"" + from + "\"", to, "", 5, Watch.From.NOW);
    }

    private Watch made(String name, String from, String to) {
        return watches.create(request(), wanted(name, from, to)).shown().watch();
    }

    @Test
    void aWatchIsMadeShownAndStoppedOnRecord() {
        Caller.Known making = making();
        long before = installation.entries("city");
        Watch made = made("high", "water.levels", "water.alerts");
        assertEquals(List.of("water.levels"), made.sources());
        assertEquals(city.credential(), made.credential());
        assertEquals(Map.of("level", "INT"), engine.of(made).streams().getFirst().columns());
        WatchRefusal taken =
                assertThrows(
                        WatchRefusal.class,
                        () ->
                                watches.create(
                                        request(), wanted("high", "water.levels", "water.alerts")));
        assertEquals(WatchRefusal.Kind.CONFLICT, taken.kind());
        WatchRefusal nothing =
                assertThrows(
                        WatchRefusal.class,
                        () -> watches.create(request(), wanted("low", "none", "water.alerts")));
        assertEquals(WatchRefusal.Kind.WRONG, nothing.kind());
        WatchRefusal nowhere =
                assertThrows(
                        WatchRefusal.class,
                        () ->
                                watches.create(
                                        installation.request(making),
                                        wanted("low", "water.levels", "none")));
        assertTrue(nowhere.sentence().contains("stream create none"), nowhere.sentence());
        assertEquals(1, watches.list(request()).watches().size());
        assertEquals(made, watches.show(request(), "high").watch());
        watches.stop(request(), "high");
        assertThrows(WatchRefusal.class, () -> watches.show(request(), "high"));
        assertThrows(WatchRefusal.class, () -> watches.stop(request(), "high"));
        assertEquals(
                List.of(
                        "watches:CreateWatch done high",
                        "watches:CreateWatch conflict high",
                        "watches:CreateWatch failed low",
                        "watches:CreateWatch absent low",
                        "watches:ListWatches done ",
                        "watches:ShowWatch done high",
                        "watches:StopWatch done high",
                        "watches:ShowWatch absent high",
                        "watches:StopWatch absent high"),
                installation.usesSince("city", before).stream()
                        .map(use -> use.action() + " " + use.outcome() + " " + use.object())
                        .toList());
    }

    @Test
    void nobodyElseSeesOrUsesIt() {
        watches.create(request(), wanted("high", "water.levels", "water.alerts"));
        Caller.Known hospital = installation.caller(installation.tenant("hospital"));
        Request strange = installation.request(hospital);
        assertEquals(List.of(), watches.list(strange).watches());
        assertThrows(WatchRefusal.class, () -> watches.show(strange, "high"));
        assertThrows(WatchRefusal.class, () -> watches.stop(strange, "high"));
        // what it may not read it cannot even name, and where it may not publish it puts nothing
        assertThrows(
                Refused.class,
                () -> watches.create(strange, wanted("theft", "water.levels", "water.alerts")));
        streams.create(strange, new Topic("beds", 1, Duration.ofDays(1), 1 << 20));
        WatchRefusal hidden =
                assertThrows(
                        WatchRefusal.class,
                        () -> watches.create(strange, wanted("theft", "water.levels", "beds")));
        assertEquals(WatchRefusal.Kind.WRONG, hidden.kind());
    }

    /** May make watches, and no streams. */
    private Caller.Known making() {
        return installation.caller(
                installation
                        .admin()
                        .createCredential(
                                city.principal(),
                                city.purpose(),
                                List.of("watches:*", "streams:Poll", "streams:Publish"),
                                List.of("*"),
                                Instant.MAX));
    }

    private List<String> streamNames() {
        return streams.list(request()).streams().stream().map(Stream::name).toList();
    }

    /** As by anybody who asks for one, and once all else is well. */
    @Test
    void theStreamForItsResultsIsMade() {
        long before = installation.entries("city");
        GuardedWatches.Made made =
                watches.create(request(), wanted("high", "water.levels", "water.fresh"));
        assertEquals(Topic.usual("water.fresh"), made.to().orElseThrow().topic());
        assertEquals(city.organisation(), made.to().orElseThrow().organisation());
        assertEquals("water.fresh", made.shown().watch().to());
        assertEquals(
                List.of(
                        "streams:CreateStream done streams/water.fresh",
                        "watches:CreateWatch done high"),
                installation.usesSince("city", before).stream()
                        .map(use -> use.action() + " " + use.outcome() + " " + use.object())
                        .sorted()
                        .toList());
        GuardedWatches.Made other =
                watches.create(request(), wanted("other", "water.levels", "water.fresh"));
        assertEquals(Optional.empty(), other.to());
    }

    /** Nothing stays of a watch that is not made. */
    @Test
    void noStreamIsMadeForAWatchThatIsRefused() {
        made("high", "water.levels", "water.alerts");
        List<String> there = streamNames();
        for (GuardedWatches.Wanted each :
                List.of(
                        wanted("high", "water.levels", "water.fresh"),
                        wanted("low", "none", "water.fresh"),
                        wanted("low", "water.fresh", "water.fresh"))) {
            assertThrows(WatchRefusal.class, () -> watches.create(request(), each), each::toString);
        }
        label("water.levels", LABELS.getFirst());
        assertThrows(
                Refused.class,
                () -> watches.create(request(), wanted("low", "water.levels", "water.fresh")));
        assertEquals(there, streamNames());
        label("water.fr", LABELS.getFirst()); // what is said of streams before they are there
        assertTrue(
                watches.create(request(), wanted("low", "water.levels", "water.fresh"))
                        .to()
                        .isPresent());
    }

    private static List<String> names(GuardedWatches.Listed listed) {
        return listed.watches().stream().map(each -> each.watch().name()).toList();
    }

    /** A watch is its purpose's; a stream is for whom its label says. */
    @Test
    void noPurposeSeesWatchesAndStreamsOfAnother() {
        watches.create(request(), wanted("high", "water.levels", "water.alerts"));
        Request other =
                installation.request(
                        installation.caller(
                                installation.caring(city.principal(), "figures", "statistics")));
        assertEquals(List.of(), names(watches.list(other)));
        assertThrows(WatchRefusal.class, () -> watches.show(other, "high"));
        assertThrows(WatchRefusal.class, () -> watches.stop(other, "high"));
        watches.create(other, wanted("mean", "water.levels", "water.other"));
        assertEquals(List.of("mean"), names(watches.list(other)));
        assertEquals(List.of("high"), names(watches.list(request())));
        label("water.", new Marks(List.of(), List.of(), List.of(List.of("city/tests"))));
        assertEquals(List.of(), streams.list(other).streams());
        assertEquals(3, streams.list(request()).streams().size());
        for (Act act : Act.values()) {
            assertFalse(streams.admits(other, act, "water.levels"), act::toString);
            assertTrue(streams.admits(request(), act, "water.levels"), act::toString);
        }
        assertThrows(Refused.class, () -> streams.read(other, "water.levels", Map.of()));
        assertThrows(
                Refused.class,
                () -> watches.create(other, wanted("theft", "water.levels", "water.other")));
    }

    /**
     * The list of ways out of a watch, of the worker for watches, whose own test is content that a
     * worker was not told of another purpose's streams. Here they are there, and no text has the
     * program tell of them: neither of records and columns, nor that there are any.
     */
    @Test
    void noTextNamesStreamsOfAnotherPurposeToAWorker() throws IOException {
        Request other =
                installation.request(
                        installation.caller(
                                installation.caring(city.principal(), "figures", "statistics")));
        List<String> secret =
                List.of("secrets.levels", "secrets.seen", "secrets.sink", "geo.secrets");
        for (String each : secret) {
            streams.create(other, new Topic(each, 1, Duration.ofDays(1), 1 << 20));
        }
        streams.create(other, new Topic("secrets.out", 1, Duration.ofDays(1), 1 << 20));
        for (String each : List.of("secrets.", "geo.")) {
            label(each, new Marks(List.of(), List.of(), List.of(List.of("city/figures"))));
        }
        List<String> texts = waysOut();
        assertTrue(texts.size() >= 150, () -> texts.size() + " texts");
        for (String each : texts) {
            tried(request(), each, "water.alerts");
        }
        assertEquals(Set.of("water.levels"), engine.shown, "what its maker may read");
        List<String> naming =
                texts.stream().filter(each -> secret.stream().anyMatch(each::contains)).toList();
        assertTrue(naming.size() >= 50, () -> naming.size() + " name what is another's");
        for (String each : naming) {
            tried(other, each, "secrets.out");
        }
        assertTrue(engine.shown.containsAll(secret), engine.shown::toString);
    }

    /** Made, if the program takes it, and stopped. */
    private void tried(Request request, String sql, String to) {
        GuardedWatches.Wanted wanted =
                new GuardedWatches.Wanted("out", sql, to, "", 5, Watch.From.NOW);
        try {
            watches.create(request, wanted);
            watches.stop(request, "out");
        } catch (WatchRefusal e) {
            assertEquals(WatchRefusal.Kind.WRONG, e.kind(), () -> sql + ": " + e.sentence());
        }
    }

    /** Each statement. */
    private static List<String> waysOut() throws IOException {
        Path list = Path.of("workers/flink/src/test/resources/org/domicile/flink/escapes.txt");
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve(list))) {
            at = Objects.requireNonNull(at.getParent(), "the tests run outside of the source tree");
        }
        return Files.readAllLines(at.resolve(list)).stream()
                .filter(each -> !each.isBlank() && !each.startsWith("#"))
                .flatMap(each -> Arrays.stream(each.split(" \\| ", 4)[3].split(" ;; ")))
                .toList();
    }

    @Test
    void aLogInIsGoodForItsWatchAlone() {
        Watch watch = made("high", "water.levels", "water.alerts");
        var login = engine.of(watch).login();
        WorkerLogins logins = watches.logins();
        assertTrue(logins.knows(login.name(), login.secret()));
        assertFalse(logins.knows(login.name(), login.secret() + "0"));
        assertFalse(logins.knows(WorkerLogins.PREFIX, login.secret()));
        assertEquals(Optional.of(city), logins.caller(login.name()));
        assertTrue(logins.isFor(login.name(), Act.POLL, "water.levels"));
        assertTrue(logins.isFor(login.name(), Act.PUBLISH, "water.alerts"));
        for (Act act : Act.values()) {
            assertFalse(logins.isFor(login.name(), act, "water.other"), act::toString);
        }
        assertFalse(logins.isFor(login.name(), Act.PUBLISH, "water.levels"));
        assertFalse(logins.isFor(login.name(), Act.POLL, "water.alerts"));
        assertFalse(logins.isFor(login.name(), Admission.Shared.GROUP, "any"));
        assertFalse(logins.isFor(login.name(), Admission.Shared.TRANSACTION, "other"));
        assertTrue(
                logins.isFor(
                        login.name(), Admission.Shared.TRANSACTION, "watch-" + watch.id() + "-0"));
        watches.stop(request(), "high");
        assertFalse(logins.knows(login.name(), login.secret()));
        assertEquals(Optional.empty(), logins.caller(login.name()));
        assertFalse(logins.isFor(login.name(), Act.POLL, "water.levels"));
    }

    private void label(String stream, Marks marks) {
        installation.admin().label("streams:city", stream, marks);
    }

    private void unlabel(String stream) {
        installation.admin().removeLabel("streams:city", stream);
    }

    private static final List<Marks> LABELS =
            List.of(
                    new Marks(List.of("open"), List.of(), List.of()),
                    new Marks(List.of(), List.of("statistics"), List.of()),
                    new Marks(List.of(), List.of(), List.of(List.of("city/tests"))));

    /** Results carry no labels of their own, so where they go has to say all that is known. */
    @Test
    void whereResultsGoKeepsWhatLabelsSayOfTheSources() {
        for (Marks each : LABELS) {
            label("water.levels", each);
            Refused lost =
                    assertThrows(
                            Refused.class,
                            () ->
                                    watches.create(
                                            request(),
                                            wanted("high", "water.levels", "water.alerts")));
            assertEquals("label-not-kept", lost.reason());
            assertEquals(Map.of(), engine.running, each::toString);
            label("water.alerts", each);
            watches.create(request(), wanted("high", "water.levels", "water.alerts"));
            watches.stop(request(), "high");
            unlabel("water.alerts");
        }
    }

    @Test
    void aLabelThatComesLaterEndsWhatItsTargetDoesNotKeep() {
        Watch watch = made("high", "water.levels", "water.alerts");
        String login = engine.of(watch).login().name();
        WorkerLogins logins = watches.logins();
        for (Marks each : LABELS) {
            label("water.levels", each);
            assertFalse(logins.isFor(login, Act.PUBLISH, "water.alerts"), each::toString);
            label("water.alerts", each);
            assertTrue(logins.isFor(login, Act.PUBLISH, "water.alerts"), each::toString);
            unlabel("water.alerts");
            unlabel("water.levels");
        }
    }

    @Test
    void schemasAreThoseOfWhatItReads() {
        Watch watch = made("high", "water.levels", "water.alerts");
        var running = engine.of(watch);
        assertEquals(7, running.streams().getFirst().schema());
        assertArrayEquals(
                "water.levels".getBytes(UTF_8),
                running.contents().schema("water.levels", 7).orElseThrow());
        assertEquals(Optional.empty(), running.contents().schema("water.levels", 8));
        for (String other : List.of("water.other", "water.alerts", "none")) {
            assertEquals(Optional.empty(), running.contents().schema(other, 7), other);
        }
    }

    /** Readers of its target would wait for a transaction that it can end no more. */
    @Test
    void whatIsOnItsWayIsAbandonedWhenItIsRefusedOrStopped() throws Exception {
        Watch high = made("high", "water.levels", "water.alerts");
        Watch other = made("other", "water.other", "water.alerts");
        String login = engine.of(other).login().name();
        WorkerLogins logins = watches.logins();
        label("water.levels", LABELS.getFirst());
        label("water.other", LABELS.getFirst());
        logins.refused(engine.of(high).login().name());
        logins.refused(login);
        logins.refused(WorkerLogins.PREFIX + "none");
        // as between two labels that belong together: a moment later it may go on
        unlabel("water.levels");
        assertNull(log.abandoned.poll(500, TimeUnit.MILLISECONDS), "it may be taken back yet");
        installation.time().advance(Duration.ofSeconds(61));
        assertEquals("watch-" + other.id(), log.abandoned.poll(20, TimeUnit.SECONDS));
        logins.refused(login);
        watches.stop(request(), "other");
        assertEquals("watch-" + other.id(), log.abandoned.poll(20, TimeUnit.SECONDS));
        installation.time().advance(Duration.ofSeconds(61));
        assertNull(log.abandoned.poll(500, TimeUnit.MILLISECONDS));
        unlabel("water.other");
    }

    @Test
    void aWatchThatDoesNotBeginKeepsNoOtherFromIt() {
        Watch high = made("high", "water.levels", "water.alerts");
        Watch other = made("other", "water.other", "water.alerts");
        engine.running.clear();
        GuardedWatches again =
                installation
                        .guard()
                        .watches(
                                Streams.open(installation.keyspace(), installation.time()),
                                log,
                                streams,
                                Watches.open(installation.keyspace()),
                                engine,
                                new GuardedWatches.Columns() {
                                    @Override
                                    public GuardedWatches.Held of(Stream stream) {
                                        if (stream.name().equals("water.levels")) {
                                            throw new IllegalStateException(
                                                    "a schema that is none");
                                        }
                                        return GuardedWatches.Held.PLAIN;
                                    }

                                    @Override
                                    public Optional<byte[]> written(Stream stream, int schema) {
                                        return Optional.empty();
                                    }
                                },
                                new ReadingQueries(),
                                installation.tables());
        again.settle();
        assertEquals(Set.of(other.id()), engine.running.keySet());
        assertFalse(again.logins().knows(WorkerLogins.PREFIX + high.id(), ""));
        assertEquals(Optional.empty(), again.logins().caller(WorkerLogins.PREFIX + high.id()));
        // and one that has begun keeps its log-in
        var login = engine.of(other).login();
        again.settle();
        assertTrue(again.logins().knows(login.name(), login.secret()));
    }

    private static void keep(WatchEngine.Kept kept, byte[]... pieces) {
        try (WatchEngine.Keeping keeping = kept.begin()) {
            for (byte[] each : pieces) {
                keeping.write(each);
            }
            keeping.keep();
        }
    }

    private static byte[] last(WatchEngine.Kept kept) throws IOException {
        WatchEngine.Last last = kept.last().orElseThrow();
        try (InputStream in = last.in()) {
            byte[] all = in.readAllBytes();
            assertEquals(last.size(), all.length);
            return all;
        }
    }

    private List<String> kept() {
        return installation.objects().buckets().buckets("city").stream()
                .flatMap(bucket ->
                        installation
                                .objects()
                                .list(bucket, new Listing.Query("watch-", "", "", "", 10))
                                .versions()
                                .stream())
                .map(Version::name)
                .toList();
    }

    private List<String> own(long before) {
        return installation.usesSince("city", before).stream()
                .filter(use -> use.action().startsWith("watching:"))
                .map(use -> use.action() + " " + use.outcome())
                .toList();
    }

    @Test
    void checkpointsAreTheOrganisationsAndOnRecord() throws Exception {
        Watch watch = made("high", "water.levels", "water.alerts");
        WatchEngine.Kept kept = engine.of(watch).kept();
        long before = installation.entries("city");
        assertEquals(Optional.empty(), kept.last());
        byte[] large = new byte[700_001];
        new Random(7).nextBytes(large);
        keep(kept, Arrays.copyOf(large, 300_000), Arrays.copyOfRange(large, 300_000, 700_001));
        assertArrayEquals(large, last(kept));
        byte[] state = "what it remembers of somebody".getBytes(UTF_8);
        keep(kept, state); // in the same minute
        assertArrayEquals(state, last(kept));
        assertEquals(List.of("watch-" + watch.id()), kept());
        installation.time().advance(Duration.ofSeconds(61));
        keep(kept, state);
        assertEquals(
                List.of(
                        "watching:Keep done",
                        "watching:Restore done",
                        "watching:Restore done",
                        "watching:Keep done"),
                own(before));
        engine.running.clear();
        GuardedWatches again =
                installation.watches(
                        Streams.open(installation.keyspace(), installation.time()),
                        log,
                        streams,
                        engine,
                        new Levels());
        again.settle();
        WatchEngine.Kept now = engine.of(watch).kept();
        assertArrayEquals(state, last(now));
        again.stop(request(), "high");
        assertEquals(List.of(), kept());
        keep(now, state); // it was on its way
        assertEquals(List.of(), kept());
        assertEquals(Optional.empty(), now.last());
    }

    @Test
    void whatIsNotKeptWholeIsNotThere() throws Exception {
        Watch watch = made("high", "water.levels", "water.alerts");
        WatchEngine.Kept kept = engine.of(watch).kept();
        byte[] state = {1, 2, 3};
        keep(kept, state);
        long before = installation.entries("city");
        WatchEngine.Keeping half = kept.begin(); // whose worker dies
        half.write(new byte[500_000]);
        half.close();
        WatchEngine.Keeping lost = kept.begin(); // whose program dies
        lost.write(new byte[500_000]);
        assertEquals(List.of(), own(before));
        assertArrayEquals(state, last(kept));
        assertEquals(List.of("watch-" + watch.id()), kept());
    }

    /** Not all of what a watch remembers is written to be refused at its end. */
    @Test
    void aQuotaEndsACheckpointOnTheWay() throws Exception {
        Watch watch = made("high", "water.levels", "water.alerts");
        WatchEngine.Kept kept = engine.of(watch).kept();
        keep(kept, new byte[] {1});
        installation.objects().quotas().limit(request(), "city", new Quota(1 << 20, 10));
        byte[] piece = new byte[1 << 20];
        try (WatchEngine.Keeping large = kept.begin()) {
            for (int i = 0; i < 3; i++) {
                large.write(piece);
            }
            StorageFailure full = assertThrows(StorageFailure.class, () -> large.write(piece));
            assertEquals(StorageFailure.Kind.FULL, full.kind());
        }
        assertArrayEquals(new byte[] {1}, last(kept));
    }

    /** As after a death between the end of a watch and that of its checkpoint. */
    @Test
    void whatADeathLeftIsSweptAtTheStart() {
        Watch watch = made("high", "water.levels", "water.alerts");
        Watch other = made("other", "water.other", "water.alerts");
        keep(engine.of(watch).kept(), new byte[] {1});
        keep(engine.of(other).kept(), new byte[] {2});
        Watches.open(installation.keyspace()).remove(request(), "city", "high");
        long before = installation.entries("city");
        engine.running.clear();
        GuardedWatches again =
                installation.watches(
                        Streams.open(installation.keyspace(), installation.time()),
                        log,
                        streams,
                        engine,
                        new Levels());
        again.settle();
        assertEquals(List.of("watch-" + other.id()), kept());
        assertEquals(List.of("watching:Remove done"), own(before));
    }
}
