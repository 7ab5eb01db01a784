package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.domicile.schemas.Column;
import org.domicile.streams.StreamRecord;
import org.junit.jupiter.api.Test;

/** Tables of streams share the heap. */
final class LiveSideTest {
    private static void fill(LiveSide side, int records) {
        List<Column> all = LiveColumns.all(LiveColumns.UNFIT);
        side.shape(all, List.of());
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[1_000];
            StreamRecord record =
                    new StreamRecord(
                            0, i, Instant.EPOCH, Optional.empty(), Optional.of(value), List.of());
            Object[] row = {"odd", java.nio.ByteBuffer.wrap(value)};
            assertEquals("", side.add(record, row, Instant.EPOCH));
        }
    }

    @Test
    void whatOneHoldsLeavesTheOthersLessRoomAtOnce() {
        LiveRoom room = new LiveRoom(100_000);
        LiveSide one = new LiveSide("one", room);
        LiveSide other = new LiveSide("other", room);
        fill(one, 10);
        assertFalse(room.isTight());
        fill(other, 30);
        assertTrue(room.isTight());
        assertEquals(one.waiting() + other.waiting(), room.held());
        other.begin("log", "");
        assertEquals(one.waiting(), room.held());
        one.end(); // and what comes to it yet is nobody's
        fill(one, 10);
        assertEquals(0, room.held());
    }
}
