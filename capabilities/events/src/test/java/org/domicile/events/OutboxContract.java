package org.domicile.events;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The queue of events, on any keyspace. */
abstract class OutboxContract {
    private static final Destination HOOK = new Destination.Webhook("home", "city", "hook");
    private static final Destination OTHER = new Destination.Webhook("home", "city", "hook-2");
    private static final Event.Place PLACE = new Event.Place("b-1", "archive", List.of("home"));

    /** Opens what was opened before, or a fresh one. */
    abstract Keyspace open();

    private Keyspace keyspace;
    private Outbox outbox;

    @BeforeEach
    void begin() {
        keyspace = open();
        outbox = Outbox.open(keyspace);
    }

    @AfterEach
    void end() {
        keyspace.close();
    }

    private static Event event(String name) {
        return new Event(
                EventType.CREATED_PUT,
                Instant.parse("2026-03-01T10:00:00.123456Z"),
                "city/p",
                PLACE,
                name,
                new Event.Version.Known("null"),
                7,
                new byte[] {1, 2});
    }

    private long commit(Destination to, String name) {
        return assertInstanceOf(
                        Committed.Applied.class,
                        keyspace.commit(
                                new Transaction().write(new Outbox.Row(to, event(name)).write())))
                .version();
    }

    private List<String> names(Destination to, long after, int limit) {
        return outbox.events(to, after, limit).stream().map(each -> each.event().name()).toList();
    }

    private static Request request(Optional<Pending> pending) {
        Instant now = Instant.EPOCH;
        return new Request(
                "r", new Caller.Anonymous(), "test", "home", "", now, Instant.MAX, pending);
    }

    @Test
    void eventsStandInTheOrderOfTheirCommitsEachForItsDestination() {
        List<Long> stamps = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            stamps.add(commit(HOOK, "n" + i));
            commit(OTHER, "m" + i);
        }
        assertEquals(List.of(HOOK, OTHER), outbox.destinations());
        List<Outbox.Queued> all = outbox.events(HOOK, 0, 100);
        assertEquals(stamps, all.stream().map(Outbox.Queued::stamp).toList());
        assertEquals(List.of("n0", "n1"), names(HOOK, 0, 2));
        assertEquals(List.of("n2", "n3", "n4"), names(HOOK, stamps.get(1), 100));
        assertEquals(5, outbox.count(OTHER, 100));
        assertEquals(3, outbox.count(OTHER, 3));
    }

    @Test
    void anEventIsThereExactlyWhenItsChangeIs() {
        byte[] key = {'x'};
        Transaction stale =
                new Transaction()
                        .when(new Condition.Holds(Space.RECORDS, key, Optional.of(new byte[] {1})))
                        .write(new Outbox.Row(HOOK, event("never")).write());
        assertInstanceOf(Committed.Stale.class, keyspace.commit(stale));
        assertEquals(List.of(), outbox.destinations());
        commit(HOOK, "n");
        keyspace.close();
        keyspace = open();
        outbox = Outbox.open(keyspace);
        Event kept = outbox.events(HOOK, 0, 1).getFirst().event();
        Event was = event("n");
        assertEquals(was.type(), kept.type());
        assertEquals(Instant.parse("2026-03-01T10:00:00.123Z"), kept.at());
        assertEquals(was.purpose(), kept.purpose());
        assertEquals(was.bucket(), kept.bucket());
        assertEquals(was.version(), kept.version());
        assertEquals(was.size(), kept.size());
        assertArrayEquals(was.details(), kept.details());
    }

    @Test
    void whatIsTakenOutIsGoneWithTheRecordOfWhoTookIt() {
        long first = commit(HOOK, "n0");
        commit(HOOK, "n1");
        List<Outcome> taken = new ArrayList<>();
        Pending record =
                new Pending() {
                    @Override
                    public List<Append> take(Outcome outcome) {
                        taken.add(outcome);
                        return List.of(new Append("use/test", new byte[] {1}, new byte[0]));
                    }

                    @Override
                    public void committed(List<Long> indices) {}
                };
        outbox.remove(request(Optional.of(record)), HOOK, first);
        assertEquals(List.of(Outcome.DONE), taken);
        assertEquals(1, keyspace.logs().size("use/test"));
        outbox.remove(request(Optional.empty()), HOOK, first);
        assertEquals(List.of("n1"), names(HOOK, 0, 10));
    }

    /** Writes one as a change does. */
    private void told(Outbox to, String name) {
        assertInstanceOf(
                Committed.Applied.class,
                keyspace.commit(
                        new Transaction().write(to.write(new Outbox.Row(HOOK, event(name))))));
    }

    @Test
    void whatFindsNoRoomIsCountedAndTheRestStays() {
        commit(HOOK, "before");
        Outbox small = new StoredOutbox(keyspace, 5);
        for (int i = 0; i < 7; i++) {
            told(small, "n" + i);
        }
        assertEquals(List.of("before", "n0", "n1", "n2", "n3"), names(HOOK, 0, 10));
        assertEquals(List.of(new Outbox.Lost(HOOK, "archive", 3)), small.lost());
        assertEquals(5, small.waiting(HOOK));

        // Room comes when one is told.
        small.remove(request(Optional.empty()), HOOK, small.events(HOOK, 0, 1).getFirst().stamp());
        told(small, "m");
        told(small, "late");
        assertEquals(List.of("n0", "n1", "n2", "n3", "m"), names(HOOK, 0, 10));
        small.recorded(request(Optional.empty()), new Outbox.Lost(HOOK, "archive", 3));
        assertEquals(List.of(new Outbox.Lost(HOOK, "archive", 1)), small.lost());
        small.recorded(request(Optional.empty()), new Outbox.Lost(HOOK, "archive", 1));
        assertEquals(List.of(), small.lost());
    }

    /** A change that is decided anew asks for its event each time. */
    @Test
    void whatWasNotCommittedTakesNoRoom() {
        Outbox small = new StoredOutbox(keyspace, 3);
        for (int i = 0; i < 3; i++) {
            small.write(new Outbox.Row(HOOK, event("never")));
        }
        told(small, "n");
        assertEquals(List.of("n"), names(HOOK, 0, 10));
    }

    @Test
    void anEventThatIsTooLargeIsABug() {
        Event large =
                new Event(
                        EventType.REMOVED,
                        Instant.EPOCH,
                        "p",
                        PLACE,
                        "n",
                        new Event.Version.None(),
                        -1,
                        new byte[64 << 10]);
        assertThrows(IllegalArgumentException.class, () -> new Outbox.Row(HOOK, large).write());
    }
}
