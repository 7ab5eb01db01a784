package org.domicile.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.clock.ManualClock;
import org.junit.jupiter.api.Test;

/** How time stands still where a stream has more parts than were found. */
final class GrowingTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicInteger wanted = new AtomicInteger(1);
    private final AtomicInteger times = new AtomicInteger(1);
    private final List<String> said = new ArrayList<>();

    private final Growing growing =
            new Growing("levels", () -> new Growing.Told(wanted.get(), times.get()), clock);

    /** Says what the last record said, or that nothing comes. */
    private static final class Part implements WatermarkGenerator<RowData> {
        private long last = Long.MIN_VALUE;
        private boolean idle;

        @Override
        public void onEvent(RowData event, long at, WatermarkOutput output) {
            last = at;
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            if (idle) {
                output.markIdle();
            } else { // as Flink's does, also before the first
                output.emitWatermark(new Watermark(last));
            }
        }
    }

    private final Part none = new Part();
    private final WatermarkGenerator<RowData> whole = growing.whole(none);

    private WatermarkOutput output(String of) {
        return new WatermarkOutput() {
            @Override
            public void emitWatermark(Watermark watermark) {
                if (watermark.getTimestamp() > Long.MIN_VALUE) {
                    said.add(of + " " + watermark.getTimestamp());
                }
            }

            @Override
            public void markIdle() {
                said.add(of + " idle");
            }

            @Override
            public void markActive() {
                said.add(of + " active");
            }
        };
    }

    private List<String> saidBy(List<WatermarkGenerator<RowData>> parts) {
        said.clear();
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).onPeriodicEmit(output("part " + i));
        }
        whole.onPeriodicEmit(output("all"));
        return List.copyOf(said);
    }

    private void record(WatermarkGenerator<RowData> part, long at) {
        part.onEvent(new GenericRowData(0), at, output("none"));
    }

    @Test
    void timeWaitsForAPartThatIsToCome() {
        List<WatermarkGenerator<RowData>> parts = new ArrayList<>();
        parts.add(growing.part(new Part()));
        assertEquals(List.of("all active"), saidBy(parts), "it has not said anything");
        record(parts.getFirst(), 10);
        assertEquals(List.of("part 0 10", "all idle"), saidBy(parts));
        wanted.set(2);
        record(parts.getFirst(), 20);
        assertEquals(List.of("all active"), saidBy(parts));
        clock.advanceTime(Duration.ofSeconds(50));
        assertEquals(List.of("all active"), saidBy(parts));
        parts.add(growing.part(new Part()));
        // Flink takes the least of both
        assertEquals(List.of("part 0 20", "all active"), saidBy(parts));
        record(parts.getLast(), 7);
        assertEquals(List.of("part 0 20", "part 1 7", "all idle"), saidBy(parts));
        assertEquals(List.of("part 0 20", "part 1 7"), saidBy(parts));
    }

    /** Where another stream is joined with it, that waits, too. */
    @Test
    void aQuietStreamThatGrowsIsNotQuiet() {
        Part first = new Part();
        Part second = new Part();
        first.idle = true;
        List<WatermarkGenerator<RowData>> parts = new ArrayList<>();
        parts.add(growing.part(first));
        assertEquals(List.of("part 0 idle"), saidBy(parts));
        wanted.set(2);
        assertEquals(List.of("all active"), saidBy(parts));
        parts.add(growing.part(second));
        assertEquals(List.of("part 0 idle", "all active"), saidBy(parts));
        second.idle = true;
        assertEquals(List.of("part 0 idle", "part 1 idle", "all idle"), saidBy(parts));
    }

    @Test
    void aPartThatDoesNotComeIsWaitedForAMinute() {
        List<WatermarkGenerator<RowData>> parts = new ArrayList<>();
        parts.add(growing.part(new Part()));
        record(parts.getFirst(), 10);
        saidBy(parts);
        wanted.set(3);
        clock.advanceTime(Duration.ofSeconds(50));
        assertEquals(List.of("all active"), saidBy(parts));
        clock.advanceTime(Duration.ofSeconds(59));
        assertEquals(List.of("all active"), saidBy(parts));
        clock.advanceTime(Duration.ofSeconds(2));
        assertEquals(List.of("part 0 10", "all idle"), saidBy(parts));
        times.set(2);
        assertEquals(List.of("all active"), saidBy(parts), "the log could not make it before");
        clock.advanceTime(Duration.ofSeconds(61));
        assertEquals(List.of("part 0 10", "all idle"), saidBy(parts));
        wanted.set(4);
        assertEquals(List.of("all active"), saidBy(parts), "but for another it waits again");
    }

    @Test
    void whatIsWantedIsToldOfWatchesAndTheirStreams() {
        Growing.wants("a", "levels", 3);
        Growing.wants("a", "levels", 2); // said before, and come later
        assertEquals(new Growing.Told(3, 2), Growing.wanted("a", "levels"));
        assertEquals(0, Growing.wanted("a", "others").parts());
        assertEquals(0, Growing.wanted("b", "levels").parts());
        Growing.forget("a");
        assertEquals(0, Growing.wanted("a", "levels").parts());
    }
}
