package org.domicile.moves;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
                "new",
                "AK",
                List.of("open"),
                List.of("statistics"),
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
        assertTrue(moves.start(request(), move, SECRET));
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
        moves.start(request(), move, SECRET);
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
        moves.start(request(), move, SECRET);
        moves.steer(request(), move.id(), Move.State.STOPPED, "enough");
        moves.end(move, Move.State.DONE, "late");
        assertEquals(
                move.standing(Move.State.STOPPED, "enough"), moves.move(move.id()).orElseThrow());
        moves.steer(request(), move.id(), Move.State.RUNNING, "");
        moves.end(move, Move.State.DONE, "yes");
        assertEquals(
                Move.State.DONE,
                moves.steer(request(), move.id(), Move.State.RUNNING, "").orElseThrow().state());
        assertTrue(moves.steer(request(), "0".repeat(16), Move.State.STOPPED, "").isEmpty());
        assertEquals(
                List.of(Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.CONFLICT, Outcome.ABSENT),
                recorded);
    }

    @Test
    void aRestartForgetsTheReport() {
        Move move = move(1);
        moves.start(request(), move, SECRET);
        moves.advance(move, page("b", line("a", Line.Fate.LEFT)));
        moves.restart(move);
        assertEquals(Progress.none(move.started()), moves.progress(move));
        assertEquals(List.of(), moves.page(move, 0));
    }

    @Test
    void theOldestThatIsDoneMakesPlace() throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            assertTrue(moves.start(request(), move(i), SECRET));
        }
        assertFalse(moves.start(request(), move(2_000), SECRET));
        moves.end(move(7), Move.State.DONE, "");
        moves.end(move(5), Move.State.DONE, "");
        assertTrue(moves.start(request(), move(2_000), SECRET));
        assertTrue(moves.move(move(5).id()).isEmpty());
        assertEquals(1_000, moves.all().size());
        assertEquals(move(2_000), moves.all().getFirst());
        moves.await(Duration.ofSeconds(20)); // something changed: at once
    }
}
