package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How tables of streams share memory. */
final class LiveRoomTest {
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
