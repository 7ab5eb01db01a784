package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** How tables of streams share memory. */
final class LiveRoomTest {
    /** After a start all have much to read at one time. */
    @Test
    void twoAtATimeReadWhatWasThereBefore() throws Exception {
        LiveRoom room = new LiveRoom(1_000);
        AtomicInteger reading = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    assertTrue(
                                            room.inTurn(
                                                    Duration.ofSeconds(20),
                                                    () -> {
                                                        most.accumulateAndGet(
                                                                reading.incrementAndGet(),
                                                                Math::max);
                                                        LockSupport.parkNanos(5_000_000);
                                                        reading.decrementAndGet();
                                                    }));
                                    done.incrementAndGet();
                                } catch (InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                            }));
        }
        for (Thread each : threads) {
            each.join();
        }
        assertEquals(8, done.get());
        assertTrue(most.get() <= 2, most::toString);
        // one that fails leaves its turn, and who waits in vain is told
        assertThrows(
                IllegalStateException.class,
                () ->
                        room.inTurn(
                                Duration.ZERO,
                                () -> {
                                    throw new IllegalStateException("it fails");
                                }));
        room.inTurn(
                Duration.ZERO,
                () -> inTurn(room, () -> assertFalse(inTurn(room, () -> done.set(0)))));
        assertEquals(8, done.get());
    }

    private static boolean inTurn(LiveRoom room, Runnable work) {
        try {
            return room.inTurn(Duration.ZERO, work);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyStreamHasAShareWhateverOthersHold() {
        LiveRoom room = new LiveRoom(1_000);
        assertEquals(500, room.share());
        LiveSide[] sides = new LiveSide[20];
        for (int i = 0; i < sides.length; i++) {
            sides[i] = new LiveSide("t" + i, room);
        }
        assertEquals(50, room.share(), "ten streams have half as much as there is, in all");

        room.move(1_001); // somebody holds all
        assertTrue(room.isTight());
        assertFalse(room.isFull(50, LiveRoom.Way.OPEN), "an own share is there all the same");
        assertTrue(room.isFull(51, LiveRoom.Way.OPEN));
        room.move(-500);
        assertTrue(room.isNarrow());
        assertFalse(room.isFull(501, LiveRoom.Way.OPEN));
        // who can lay nothing takes none of what others gave back
        assertTrue(room.isFull(51, LiveRoom.Way.BLOCKED));

        for (LiveSide each : sides) {
            each.end();
            each.end();
        }
        assertEquals(500, room.share(), "who went has none");
        assertEquals(501, room.held());
    }
}
