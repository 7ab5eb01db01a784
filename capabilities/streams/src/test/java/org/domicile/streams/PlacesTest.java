package org.domicile.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fetches tell of what was got, over a log whose records have a byte each. */
@Timeout(30)
final class PlacesTest {
    private static final Client DESK = new Client("desk", InetAddress.getLoopbackAddress());
    private static final Places.Spot LEVELS = new Places.Spot("water.levels", 0);

    private volatile long last = 100;
    private final AtomicLong now = new AtomicLong();
    private final List<String> late = new CopyOnWriteArrayList<>();
    private Places places = places(100);

    private Places places(int most) {
        return new Places(
                (_, from, bytes, _) -> Math.max(from, Math.min(last, from + bytes)),
                got -> late.add(text(got)),
                most,
                now::get);
    }

    @AfterEach
    void close() {
        places.close();
    }

    private static String text(Places.Got got) {
        return got.from() + "-" + got.to();
    }

    private List<String> fetch(String connection, long from, int bytes) {
        List<Places.Asked> asked = new ArrayList<>();
        if (from >= 0) {
            asked.add(new Places.Asked(LEVELS, from, bytes, false));
        }
        return places.fetched(DESK, connection, asked).stream().map(PlacesTest::text).toList();
    }

    @Test
    void whoReadsOnHasGotWhatIsBefore() {
        assertEquals(List.of(), fetch("a", 0, 10));
        assertEquals(List.of("0-10"), fetch("a", 10, 10));
        assertEquals(List.of(), fetch("a", -1, 10));
        assertEquals(List.of("10-15"), fetch("a", 15, 10));
        assertEquals(List.of("15-100"), fetch("a", 100, 10));
        assertEquals(List.of(), fetch("a", 100, 10));
        last = 101; // while the answer was on its way; which is counted once
        assertEquals(List.of("100-101"), fetch("a", 100, 10));
        assertEquals(List.of(), fetch("a", 101, 10));
        places.close();
        assertEquals(List.of(), late);
    }

    @Test
    void whoGoesBackHasGotWhatTheAnswerCanHaveHeld() {
        assertEquals(List.of(), fetch("a", 99, 10));
        assertEquals(List.of("99-100"), fetch("a", 98, 10));
        assertEquals(List.of("98-100"), fetch("a", 50, 10));
        assertEquals(List.of("50-60"), fetch("a", 0, 10));
        // nor does it help to ask for much, and then for little
        assertEquals(List.of("0-1"), fetch("a", 1, 1));
        assertEquals(List.of("1-11"), fetch("a", 0, 1));
    }

    @Test
    void whoGoesHasGotWhatTheLastAnswerCanHaveHeld() {
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of(), fetch("c" + i, 0, 10));
        }
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        for (int i = 0; late.size() < 3; i++) {
            assertTrue(i < 2_000, late::toString);
            LockSupport.parkNanos(10_000_000);
        }
        assertEquals(List.of("0-10", "0-10", "0-10"), late);
        // one that was only slow goes on, and nothing counts twice
        assertEquals(List.of(), fetch("c0", 10, 10));
        assertEquals(List.of("10-20"), fetch("c0", 20, 10));
        assertEquals(List.of(), fetch("c1", 0, 10));
        assertEquals(List.of(), fetch("c1", 5, 10));
        places.close();
        assertEquals(List.of("10-15", "20-30"), late.subList(3, 5).stream().sorted().toList());
        assertEquals(5, late.size());
    }

    @Test
    void whoIsRefusedHasGotNothing() {
        assertEquals(List.of(), fetch("a", 100, 10));
        places.refused("a", Set.of("water.levels"));
        last = 200;
        assertEquals(List.of(), fetch("a", 100, 10));
        places.refused("a", Set.of("others"));
        assertEquals(List.of("100-110"), fetch("a", 100, 10));
        places.refused("a", Set.of("water.levels"));
        places.close();
        assertEquals(List.of(), late);
    }

    @Test
    void whatThereIsNoRoomForIsCountedWhenItGoes() {
        places.close();
        places = places(2);
        assertEquals(List.of(), fetch("a", 0, 10));
        assertEquals(List.of(), fetch("b", 0, 10));
        assertEquals(List.of("0-7"), fetch("a", 7, 10));
        assertEquals(List.of("0-10"), fetch("c", 0, 10)); // that of b
        assertEquals(List.of("7-8"), fetch("a", 8, 10));
        places.close();
        assertEquals(List.of("0-10", "8-18"), late.stream().sorted().toList());
    }
}
