package org.domicile.moves;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Range;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept of moves, over a keyspace in memory. */
@Timeout(30)
class MovesTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final byte[] SECRET = "key\nplanted".getBytes(StandardCharsets.UTF_8);

    private final Keyspace keyspace = Keyspace.inMemory();
    private final List<Outcome> recorded = new ArrayList<>();
    private Moves moves = Moves.open(keyspace, new Turned());

    /** Seals by turning bits, and remembers the name. */
    private record Turned() implements Vault {
        @Override
        public byte[] seal(String name, byte[] secret) {
            byte[] sealed = (name + "\0").getBytes(StandardCharsets.UTF_8);
            byte[] all = java.util.Arrays.copyOf(sealed, sealed.length + secret.length);
            for (int i = 0; i < secret.length; i++) {
                all[sealed.length + i] = (byte) ~secret[i];
            }
            return all;
        }

        @Override
        public byte[] open(String name, byte[] sealed) {
            byte[] secret = java.util.Arrays.copyOfRange(sealed, name.length() + 1, sealed.length);
            assertTrue(new String(sealed, StandardCharsets.UTF_8).startsWith(name + "\0"));
            for (int i = 0; i < secret.length; i++) {
                secret[i] = (byte) ~secret[i];
            }
            return secret;
        }
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
                "r",
                new Caller.Anonymous(),
                "test",
                "home",
                "",
                NOON,
                Instant.MAX,
                Optional.of(pending));
    }

    private static Move move(int number) {
        return new Move(
                "%016x".formatted(number),
                Move.Direction.IN,
                "city",
                "city/provider",
                "old",
                "us-east-1",
                "new" + number,
                "AK",
                List.of("open"),
                List.of("statistics"),
                Move.Settings.UNSET,
                NOON.plusSeconds(number),
                Move.State.RUNNING,
                "");
    }

    private static Line line(String name, Line.Fate fate) {
        return new Line(name, "v1", "w1", 5, fate, "MD5");
    }

    private static Progress.Page page(String after, Line... lines) {
        return new Progress.Page(after, Progress.Settings.TO_COME, List.of(lines), NOON);
    }

    @Test
    void everythingIsThereAgainAfterARestart() {
        Move move = move(1);
        begin(move);
        moves.counted(move, 7, 35);
        moves.advance(
                move,
                page(
                        "b",
                        line("a", Line.Fate.CARRIED),
                        line("b", Line.Fate.PRESENT),
                        line("", Line.Fate.CARRIED),
                        line("ü", Line.Fate.LEFT)));
        moves.advance(move, page("c"));
        moves = Moves.open(keyspace, new Turned());
        assertEquals(List.of(move), moves.all());
        assertArrayEquals(SECRET, moves.secret(move).orElseThrow());
        assertEquals(
                new Progress("c", Progress.Settings.TO_COME, 1, 1, 1, 1, 10, 7, 35, NOON),
                moves.progress(move));
        assertEquals(line("ü", Line.Fate.LEFT), moves.page(move, 0).getLast());
        assertEquals(List.of(), moves.page(move, 1));
        assertEquals(List.of(Outcome.DONE), recorded);
    }

    /** The secret of the other side stands nowhere as it is, and is gone when the move is done. */
    @Test
    void aSecretIsSealedAndEnds() {
        Move move = move(1);
        begin(move);
        for (Space space : Space.values()) {
            try (Cursor all =
                    keyspace.scan(
                            space,
                            new Range(new byte[0], new byte[] {(byte) 0xFF}),
                            Reading.Direction.UP)) {
                while (all.next()) {
                    String value = new String(all.value(), StandardCharsets.ISO_8859_1);
                    assertFalse(value.contains("planted"));
                }
            }
        }
        moves.end(move, Move.State.FAILED, "no");
        assertTrue(moves.secret(move).isPresent(), "it can go on");
        moves.steer(request(), move.id(), Move.State.RUNNING, "");
        moves.end(move, Move.State.DONE, "yes");
        assertTrue(moves.secret(move).isEmpty());
    }

    @Test
    void whoeverStoppedItIsRight() {
        Move move = move(1);
        begin(move);
        moves.steer(request(), move.id(), Move.State.STOPPED, "enough");
        moves.end(move, Move.State.DONE, "late");
        assertEquals(
                move.standing(Move.State.STOPPED, "enough"), moves.move(move.id()).orElseThrow());
        moves.steer(request(), move.id(), Move.State.RUNNING, "");
        moves.end(move, Move.State.DONE, "yes");
        assertInstanceOf(
                Moves.Asked.Done.class, moves.steer(request(), move.id(), Move.State.RUNNING, ""));
        assertInstanceOf(
                Moves.Asked.Absent.class,
                moves.steer(request(), "0".repeat(16), Move.State.STOPPED, ""));
        assertEquals(
                List.of(Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.CONFLICT, Outcome.ABSENT),
                recorded);
    }

    @Test
    void theOldestThatIsDoneMakesPlace() throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            begin(move(i));
        }
        assertEquals(new Moves.Asked.TooMany(), moves.start(request(), move(2_000), SECRET));
        moves.end(move(7), Move.State.DONE, "");
        moves.end(move(5), Move.State.DONE, "");
        begin(move(2_000));
        assertTrue(moves.move(move(5).id()).isEmpty());
        assertEquals(1_000, moves.all().size());
        assertEquals(move(2_000), moves.all().getFirst());
        moves.await(Duration.ofSeconds(20)); // something changed: at once
    }

    private void begin(Move move) {
        assertEquals(new Moves.Asked.Now(move), moves.start(request(), move, SECRET));
    }

    /** Two at once would put versions between one another's; neither way begins a second one. */
    @Test
    void aBucketIsMovedByOneAtATime() {
        begin(move(1));
        Move second = to(move(2), "new1");
        assertEquals(new Moves.Asked.Moving(move(1)), moves.start(request(), second, SECRET));
        moves.steer(request(), move(1).id(), Move.State.STOPPED, "enough");
        begin(second);
        assertEquals(
                new Moves.Asked.Moving(second),
                moves.steer(request(), move(1).id(), Move.State.RUNNING, ""));
        moves.end(second, Move.State.DONE, "");
        assertInstanceOf(
                Moves.Asked.Now.class,
                moves.steer(request(), move(1).id(), Move.State.RUNNING, ""));
    }

    /** What waits is there after a restart, and is kept with the page that says so. */
    @Test
    void whatWaitsIsRemembered() {
        Move move = move(1);
        begin(move);
        moves.advance(
                move,
                new Progress.Page(
                        "c",
                        Progress.Settings.TO_COME,
                        List.of(Line.waiting("b", "v2", 5, "busy")),
                        NOON,
                        List.of(
                                new Progress.Waiting("a\0", "v1"),
                                new Progress.Waiting("b", "v2"),
                                new Progress.Waiting("ü", "v3")),
                        List.of()));
        moves = Moves.open(keyspace, new Turned());
        assertEquals(0, moves.progress(move).left(), "it may still be carried");
        assertEquals(
                List.of(new Progress.Waiting("b", "v2"), new Progress.Waiting("ü", "v3")),
                moves.waiting(move, "a\0", 9));
        assertEquals(1, moves.waiting(move, "", 1).size());
        moves.advance(
                move,
                new Progress.Page(
                        "c",
                        Progress.Settings.TO_COME,
                        List.of(line("b", Line.Fate.CARRIED)),
                        NOON,
                        List.of(),
                        List.of("a\0", "b", "ü")));
        assertEquals(List.of(), moves.waiting(move, "", 9));
    }

    @Test
    void uploadsAreRememberedUntilTheyAreOver() {
        begin(move(1));
        Moves.Unfinished one = new Moves.Unfinished("n", "u1");
        Moves.Unfinished other = new Moves.Unfinished("n", "u2");
        moves.began(move(1), one);
        moves.began(move(1), other);
        moves.over(move(1), one);
        moves = Moves.open(keyspace, new Turned());
        assertEquals(List.of(other), moves.unfinished(move(1)));
    }

    /** Nothing of it stays, its secret least of all; one that is worked on is not forgotten. */
    @Test
    void whatIsForgottenIsGone() {
        Move move = move(1);
        begin(move);
        assertEquals(new Moves.Asked.Working(move), moves.forget(request(), move.id()));
        moves.advance(
                move,
                new Progress.Page(
                        "b",
                        Progress.Settings.TO_COME,
                        List.of(line("a", Line.Fate.LEFT)),
                        NOON,
                        List.of(new Progress.Waiting("b", "v")),
                        List.of()));
        moves.began(move, new Moves.Unfinished("n", "u"));
        moves.end(move, Move.State.FAILED, "no");
        assertInstanceOf(Moves.Asked.Now.class, moves.forget(request(), move.id()));
        moves.advance(move, page("c", line("c", Line.Fate.CARRIED))); // late
        for (Space space : Space.values()) {
            try (Cursor all =
                    keyspace.scan(
                            space,
                            new Range(new byte[0], new byte[] {(byte) 0xFF}),
                            Reading.Direction.UP)) {
                assertFalse(all.next(), space::name);
            }
        }
        assertEquals(new Moves.Asked.Absent(), moves.forget(request(), move.id()));
        assertEquals(
                List.of(Outcome.DONE, Outcome.CONFLICT, Outcome.DONE, Outcome.ABSENT), recorded);
    }

    private static Move to(Move move, String bucket) {
        return new Move(
                move.id(),
                move.direction(),
                move.organisation(),
                move.target(),
                move.remote(),
                move.region(),
                bucket,
                move.accessKey(),
                move.classes(),
                move.prohibited(),
                move.settings(),
                move.started(),
                move.state(),
                move.ended());
    }
}
