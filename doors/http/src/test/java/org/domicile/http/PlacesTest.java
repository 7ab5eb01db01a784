package org.domicile.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private final Places places = new Places(8);

    private Deque<Places.Place> takeAll(String organisation) {
        Deque<Places.Place> all = new ArrayDeque<>();
        while (all.size() < 100) {
            var place = places.take(organisation);
            if (place.isEmpty()) {
                return all;
            }
            all.add(place.get());
        }
        throw new AssertionError(organisation + " is given places without an end");
    }

    /** One that never gave its places back once shut a door for everybody. */
    @Test
    void anOrganisationLeavesHalfToTheOthers() {
        Deque<Places.Place> north = takeAll("north");
        assertEquals(4, north.size());
        Deque<Places.Place> south = takeAll("south");
        assertEquals(4, south.size());
        assertFalse(places.take("east").isPresent());
        north.pop().close();
        assertFalse(places.take("south").isPresent(), "it has its half");
        assertTrue(places.take("east").isPresent());
    }

    @Test
    void whatIsGivenBackIsTakenAgain() {
        takeAll("north").forEach(Places.Place::close);
        assertEquals(4, takeAll("north").size());
        assertEquals(4, takeAll("south").size());
    }
}
