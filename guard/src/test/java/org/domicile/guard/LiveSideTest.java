package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.query.Answer;
import org.domicile.query.Arrived;
import org.domicile.query.Intake;
import org.domicile.query.Prepared;
import org.domicile.query.Queries;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.Sources;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.schemas.Column;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.junit.jupiter.api.Test;

/** Tables of streams share the heap. */
final class LiveSideTest {
    private static void fill(LiveSide side, int records) {
        List<Column> all = LiveColumns.all(LiveColumns.UNFIT);
        side.shape(all, LiveColumns.slots(all, LiveColumns.fields(all)).orElseThrow());
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[1_000];
            StreamRecord record =
                    new StreamRecord(
                            0, i, Instant.EPOCH, Optional.empty(), Optional.of(value), List.of());
            Object[] row = {"odd", java.nio.ByteBuffer.wrap(value)};
            assertEquals("", side.add(record, row, Instant.EPOCH));
        }
    }

    /** An engine that takes no row. */
    private record Strict(String state) implements Queries, Session, Arrived {
        @Override
        public Answer<Session> begin(String organisation, String zone) {
            return Answer.of(this);
        }

        @Override
        public Answer<Arrived> arrive(InputStream in) {
            return Answer.of(this);
        }

        @Override
        public Answer<Taken> write(Intake intake, Target.Parquet target) {
            return Answer.failed(state, "not this one");
        }

        @Override
        public Answer<Prepared> prepare(String sql, Sources sources) {
            return Answer.failed(state, sql);
        }

        @Override
        public Answer<Rows> run(String sql, List<Value> parameters, Sources sources) {
            return Answer.failed(state, sql);
        }

        @Override
        public Answer<List<org.domicile.query.Column>> guess(Intake intake) {
            return Answer.of(List.of());
        }

        @Override
        public Queries.Standing standing() {
            return Queries.none("").standing();
        }

        @Override
        public long size() {
            return 0;
        }

        @Override
        public void cancel() {}

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void whatTheEngineRefusesIsToldBeforeItIsForgotten() {
        LiveSide side = new LiveSide("one", new LiveRoom(100_000));
        fill(side, 3);
        try (LiveWorker worker = new LiveWorker(new Strict("22018"), () -> Instant.EPOCH)) {
            List<LiveSide.Bad> told = new ArrayList<>();
            Answer<Boolean> answer =
                    side.settle(
                            worker,
                            bad -> {
                                told.addAll(bad);
                                return Answer.failed("58000", "not now");
                            });
            assertTrue(answer instanceof Answer.Failed);
            assertEquals(3, side.rows());
            assertEquals(
                    List.of(
                            new LiveSide.Bad(
                                    new StreamLog.Place(0, 0),
                                    "the engine does not take it: not this one"),
                            new LiveSide.Bad(
                                    new StreamLog.Place(0, 1),
                                    "the engine does not take it: not this one"),
                            new LiveSide.Bad(
                                    new StreamLog.Place(0, 2),
                                    "the engine does not take it: not this one")),
                    told);
            List<Long> rows = new ArrayList<>();
            side.settle(worker, bad -> Answer.of(() -> rows.add(side.rows())));
            assertEquals(List.of(0L), rows);
        }
        fill(side, 3);
        try (LiveWorker worker = new LiveWorker(new Strict("58030"), () -> Instant.EPOCH)) {
            assertTrue(
                    side.settle(
                                    worker,
                                    bad -> {
                                        throw new AssertionError("no row is at fault");
                                    })
                            instanceof Answer.Failed);
            assertEquals(3, side.rows());
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
