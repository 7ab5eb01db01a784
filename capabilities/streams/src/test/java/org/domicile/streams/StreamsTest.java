package org.domicile.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The register of streams, over a keyspace in memory. */
@Timeout(30)
final class StreamsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Keyspace keyspace = Keyspace.inMemory();
    private final List<Outcome> recorded = new ArrayList<>();
    private Instant now = NOON;
    private Streams streams = open();

    private Streams open() {
        return Streams.open(keyspace, () -> now);
    }

    private Request request() {
        Pending pending =
                new Pending() {
                    @Override
                    public List<Append> take(Outcome outcome) {
                        recorded.add(outcome);
                        return List.of();
                    }

                    @Override
                    public void committed(List<Long> indices) {}
                };
        return new Request(
                "r", new Caller.Anonymous(), "test", "home", "", NOON, NOON, Optional.of(pending));
    }

    private static Stream stream(String organisation, String name) {
        return new Stream(
                "0123456789abcdef",
                organisation,
                List.of("home", "de"),
                new Topic(name, 2, Duration.ofDays(1), 1 << 30),
                NOON,
                "p1");
    }

    @Test
    void streamsAreMadeChangedAndRemovedWithTheirRecord() {
        Stream levels = stream("city", "water.levels");
        assertEquals(new Streams.Asked.Now(levels), streams.create(request(), levels));
        assertInstanceOf(
                Streams.Asked.Taken.class,
                streams.create(request(), stream("hospital", "water.levels")));
        streams.create(request(), stream("hospital", "beds"));
        assertEquals(List.of(levels), streams.of("city"));
        var wider = new Streams.Measures(Optional.of(4), Optional.of(5_000L), Optional.empty());
        var changed =
                assertInstanceOf(
                        Streams.Asked.Now.class, streams.measure(request(), "water.levels", wider));
        assertEquals(
                new Topic("water.levels", 4, Duration.ofSeconds(5), 1 << 30),
                changed.stream().topic());
        var narrower = new Streams.Measures(Optional.of(1), Optional.empty(), Optional.empty());
        assertInstanceOf(
                Streams.Asked.Fewer.class, streams.measure(request(), "water.levels", narrower));
        assertInstanceOf(Streams.Asked.Absent.class, streams.measure(request(), "none", narrower));
        streams = open();
        assertEquals(Optional.of(changed.stream()), streams.stream("water.levels"));
        assertEquals(
                List.of("beds", "water.levels"), streams.all().stream().map(Stream::name).toList());
        assertInstanceOf(Streams.Asked.Now.class, streams.remove(request(), "water.levels"));
        assertInstanceOf(Streams.Asked.Absent.class, streams.remove(request(), "water.levels"));
        streams = open();
        assertEquals(Optional.empty(), streams.stream("water.levels"));
        // nobody has the name before the records are gone
        assertEquals(List.of("water.levels"), streams.gone());
        assertInstanceOf(Streams.Asked.Taken.class, streams.create(request(), levels));
        // and it is known whose files lie there still
        assertEquals(
                List.of(new Streams.Left(changed.stream(), Instant.MAX)), streams.left("city"));
        assertEquals(List.of(), streams.left("hospital"));
        streams.cleared("water.levels");
        assertEquals(
                List.of(changed.stream()),
                streams.left("city").stream().map(Streams.Left::stream).toList());
        streams = open();
        // a log takes them away, and none has run since
        assertTrue(streams.hasLeft());
        assertEquals(Instant.MAX, streams.left("city").getFirst().until());
        streams.started();
        assertTrue(streams.left("city").getFirst().until().isBefore(Instant.MAX));
        assertInstanceOf(Streams.Asked.Now.class, streams.create(request(), levels));
        assertInstanceOf(
                Streams.Asked.Taken.class,
                streams.create(request(), stream("hospital", "water_levels")));
        assertEquals(
                List.of(
                        Outcome.DONE,
                        Outcome.CONFLICT,
                        Outcome.DONE,
                        Outcome.DONE,
                        Outcome.CONFLICT,
                        Outcome.ABSENT,
                        Outcome.DONE,
                        Outcome.ABSENT,
                        Outcome.CONFLICT,
                        Outcome.DONE,
                        Outcome.CONFLICT),
                recorded);
    }

    @Test
    void anOrganisationHasSoManyStreams() {
        for (int i = 0; i < Streams.MOST; i++) {
            streams.create(request(), wide("city", "s" + i, 1));
        }
        assertEquals(
                new Streams.Asked.TooMany(Streams.Asked.Full.STREAMS),
                streams.create(request(), wide("city", "one.more", 1)));
        assertInstanceOf(
                Streams.Asked.Now.class, streams.create(request(), stream("hospital", "beds")));
    }

    /** Of which no organisation has more than half. */
    @Test
    void allStreamsTogetherHaveSoManyPartitions() {
        int streamsOfOne = Streams.MOST_PARTITIONS_OF_ONE / 64;
        for (int i = 0; i < streamsOfOne; i++) {
            streams.create(request(), wide("city", "s" + i, 64));
        }
        var own = new Streams.Asked.TooMany(Streams.Asked.Full.PARTITIONS_OF_ONE);
        assertEquals(own, streams.create(request(), wide("city", "more", 64)));
        for (int i = 0; i < streamsOfOne; i++) {
            assertInstanceOf(
                    Streams.Asked.Now.class,
                    streams.create(request(), wide("hospital", "h" + i, 64)));
        }
        var full = new Streams.Asked.TooMany(Streams.Asked.Full.PARTITIONS);
        assertInstanceOf(
                Streams.Asked.Now.class, streams.create(request(), wide("harbour", "tugs", 1)));
        var wider = new Streams.Measures(Optional.of(64), Optional.empty(), Optional.empty());
        assertEquals(full, streams.measure(request(), "tugs", wider));
        assertEquals(full, streams.create(request(), wide("harbour", "cranes", 64)));
        assertInstanceOf(
                Streams.Asked.Now.class, streams.create(request(), wide("city", "last", 2)));
        assertEquals(own, streams.measure(request(), "last", wider));
        var shorter = new Streams.Measures(Optional.empty(), Optional.of(5L), Optional.empty());
        assertInstanceOf(Streams.Asked.Now.class, streams.measure(request(), "last", shorter));
    }

    private static Stream wide(String organisation, String name, int partitions) {
        return stream(organisation, name)
                .measured(new Topic(name, partitions, Duration.ofDays(1), 1 << 30));
    }

    private static final Admission.Shared GROUP = Admission.Shared.GROUP;
    private static final Admission.Shared TRANSACTION = Admission.Shared.TRANSACTION;
    private static final Streams.Holder CITY = new Streams.Holder("city", "city/levels");
    private static final Streams.Holder ROADS = new Streams.Holder("city", "city/roads");
    private static final Streams.Holder HOSPITAL = new Streams.Holder("hospital", "hospital/beds");

    @Test
    void aGroupIsWhoseUsedItFirst() {
        assertTrue(streams.claims(CITY, GROUP, "readers"));
        assertTrue(streams.claims(CITY, GROUP, "readers"));
        assertFalse(streams.claims(HOSPITAL, GROUP, "readers"));
        assertTrue(streams.claims(HOSPITAL, TRANSACTION, "readers"));
        streams = open();
        assertFalse(streams.claims(HOSPITAL, GROUP, "readers"));
        now = NOON.plus(Duration.ofDays(29));
        assertTrue(streams.claims(CITY, GROUP, "readers"));
        now = NOON.plus(Duration.ofDays(45));
        assertFalse(streams.claims(HOSPITAL, GROUP, "readers"));
        now = NOON.plus(Duration.ofDays(61));
        assertTrue(streams.claims(HOSPITAL, GROUP, "readers"));
        assertFalse(streams.claims(CITY, GROUP, "readers"));
    }

    /** One purpose's groups and transactions are not another's of the same organisation. */
    @Test
    void aNameIsOfThePurposeThatUsedItFirst() {
        assertEquals(Streams.Name.FREE, streams.name(ROADS, GROUP, "readers"));
        assertTrue(streams.claims(CITY, GROUP, "readers"));
        for (int i = 0; i < 2; i++) {
            assertEquals(Streams.Name.OWN, streams.name(CITY, GROUP, "readers"));
            assertEquals(Streams.Name.OTHERS, streams.name(ROADS, GROUP, "readers"));
            assertEquals(Streams.Name.OTHERS, streams.name(HOSPITAL, GROUP, "readers"));
            assertFalse(streams.claims(ROADS, GROUP, "readers"));
            now = now.plus(Duration.ofDays(1));
            assertFalse(streams.claims(ROADS, GROUP, "readers"));
            streams = open();
        }
        now = now.plus(Duration.ofDays(31));
        assertEquals(Streams.Name.FREE, streams.name(ROADS, GROUP, "readers"));
        assertTrue(streams.claims(ROADS, GROUP, "readers"));
        assertFalse(streams.claims(CITY, GROUP, "readers"));
    }

    /** What was kept before names had purposes is of the first that uses it then. */
    @Test
    void aNameWithoutAPurposeIsOfTheNextOfItsOrganisation() {
        long day = NOON.getEpochSecond() / Duration.ofDays(1).toSeconds();
        keyspace.commit(
                new Transaction()
                        .write(
                                new Write.Put(
                                        Space.RECORDS,
                                        Tuple.pack("streams", "group", "readers"),
                                        ("city\n" + day).getBytes(UTF_8))));
        streams = open();
        assertEquals(Streams.Name.FREE, streams.name(CITY, GROUP, "readers"));
        assertEquals(Streams.Name.OTHERS, streams.name(HOSPITAL, GROUP, "readers"));
        assertFalse(streams.claims(HOSPITAL, GROUP, "readers"));
        assertTrue(streams.claims(ROADS, GROUP, "readers"));
        assertFalse(streams.claims(CITY, GROUP, "readers"));
        streams = open();
        assertTrue(streams.claims(ROADS, GROUP, "readers"));
        assertFalse(streams.claims(CITY, GROUP, "readers"));
    }

    @Test
    void namesOfGroupsAreBoundedAndForgotten() {
        for (int i = 0; i < Streams.MOST_SHARED; i++) {
            int purpose = i / Streams.MOST_OF_A_PURPOSE;
            assertTrue(streams.claims(purpose(purpose), GROUP, "g" + i));
        }
        Streams.Holder fifth = purpose(4);
        assertFalse(streams.claims(fifth, GROUP, "one.more"));
        assertTrue(streams.claims(HOSPITAL, GROUP, "one.more"));
        // of a day or two ago the one gives way that was used least lately
        now = NOON.plus(Duration.ofDays(1));
        assertTrue(streams.claims(purpose(0), GROUP, "g0"));
        assertFalse(streams.claims(fifth, GROUP, "two.more"));
        now = NOON.plus(Duration.ofDays(3));
        for (int i = 1; i < Streams.MOST_SHARED; i += 1_000) {
            assertTrue(streams.claims(fifth, GROUP, "more." + i));
        }
        assertEquals(Streams.Name.OWN, streams.name(purpose(0), GROUP, "g0"));
        assertEquals(
                Streams.MOST_SHARED - 10,
                IntStream.range(0, Streams.MOST_SHARED)
                        .filter(i -> streams.name(HOSPITAL, GROUP, "g" + i) == Streams.Name.OTHERS)
                        .count());
        now = NOON.plus(Duration.ofDays(31));
        assertTrue(streams.claims(fifth, GROUP, "another"));
    }

    private static Streams.Holder purpose(int number) {
        return new Streams.Holder("city", "city/p" + number);
    }

    /**
     * One purpose does not take all names of its organisation, nor a watch those of its purpose.
     */
    @Test
    void aPurposeHasAQuarterOfTheNamesAndAWatchAFew() {
        for (int i = 0; i < Streams.MOST_OF_A_PURPOSE; i++) {
            assertTrue(streams.claims(CITY, GROUP, "g" + i));
        }
        assertFalse(streams.claims(CITY, GROUP, "one.more"));
        assertTrue(streams.claims(ROADS, GROUP, "one.more"));
        String watch = "watch-0123456789abcdef-0-";
        for (int i = 0; i < Streams.MOST_OF_A_WATCH; i++) {
            assertTrue(streams.claims(CITY, TRANSACTION, watch + i));
        }
        assertFalse(streams.claims(CITY, TRANSACTION, watch + "more"));
        assertTrue(streams.claims(CITY, TRANSACTION, watch + "0"));
        assertTrue(streams.claims(CITY, TRANSACTION, "watch-0123456789abcdee-0-0"));
        assertTrue(streams.claims(CITY, TRANSACTION, "other"));
        // what it has not used in a while gives way, and nobody else's
        now = NOON.plus(Duration.ofDays(2));
        assertTrue(streams.claims(CITY, TRANSACTION, watch + "more"));
        assertTrue(streams.claims(CITY, GROUP, "one.more.of.mine"));
        assertEquals(Streams.Name.OWN, streams.name(ROADS, GROUP, "one.more"));
        assertEquals(Streams.Name.OWN, streams.name(CITY, TRANSACTION, "other"));
    }

    @Test
    void whatMustNotComeTwiceIsKeptForADay() {
        Stream levels = stream("city", "water.levels");
        streams.once(levels, "k", new byte[] {1});
        streams.once(levels, "k", new byte[] {2});
        streams.once(levels, "l", new byte[] {3});
        streams = open();
        assertArrayEquals(new byte[] {2}, streams.once(levels, "k").orElseThrow());
        now = NOON.plus(Duration.ofDays(1));
        streams.once(levels, "m", new byte[] {4});
        assertArrayEquals(new byte[] {3}, streams.once(levels, "l").orElseThrow());
        now = NOON.plus(Duration.ofDays(2));
        assertEquals(Optional.empty(), streams.once(levels, "l"));
        streams.once(levels, "n", new byte[] {5});
        now = NOON.plus(Duration.ofDays(1));
        assertEquals(Optional.empty(), streams.once(levels, "l")); // it is cleared
        assertTrue(streams.once(levels, "m").isPresent());
    }

    @Test
    void minutesStayUntilTheyEnd() {
        streams.begin(request(), "a", new byte[] {1});
        streams.begin(request(), "b", new byte[] {2});
        streams.note(Map.of("b", new byte[] {3}));
        streams.note(Map.of());
        streams = open();
        Map<String, byte[]> begun = streams.begun();
        assertEquals(Set.of("a", "b"), begun.keySet());
        assertArrayEquals(new byte[] {3}, begun.get("b"));
        streams.end(request(), "a");
        assertEquals(Set.of("b"), streams.begun().keySet());
        assertEquals(List.of(Outcome.DONE, Outcome.DONE, Outcome.DONE), recorded);
    }
}
