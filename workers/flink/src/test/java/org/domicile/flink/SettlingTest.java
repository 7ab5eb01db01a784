package org.domicile.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.clock.ManualClock;
import org.junit.jupiter.api.Test;

/**
 * How time goes on where nothing came for a while. Found by {@code proof laws}: after an outage a
 * window, a join and a pattern had lost what one part gave behind another.
 */
final class SettlingTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicLong waiting = new AtomicLong();
    private final List<String> said = new ArrayList<>();
    private boolean idle;

    private final WatermarkOutput output =
            new WatermarkOutput() {
                @Override
                public void emitWatermark(Watermark watermark) {
                    said.add("time " + watermark.getTimestamp());
                }

                @Override
                public void markIdle() {
                    said.add("idle");
                }

                @Override
                public void markActive() {
                    said.add("active");
                }
            };

    private final Settling settling =
            new Settling(
                    new WatermarkGenerator<>() {
                        private long last;

                        @Override
                        public void onEvent(RowData event, long at, WatermarkOutput output) {
                            last = at;
                        }

                        @Override
                        public void onPeriodicEmit(WatermarkOutput output) {
                            if (idle) {
                                output.markIdle();
                            } else {
                                output.emitWatermark(new Watermark(last));
                            }
                        }
                    },
                    clock,
                    waiting::get);

    private void event(long at) {
        settling.onEvent(GenericRowData.of(at), at, output);
    }

    private List<String> saidAfter(long milliseconds) {
        clock.advanceTime(Duration.ofMillis(milliseconds));
        said.clear();
        settling.onPeriodicEmit(output);
        return List.copyOf(said);
    }

    @Test
    void timeGoesOnAtOnceWhereEventsCome() {
        event(5);
        assertEquals(List.of("time 5"), saidAfter(50));
        event(6);
        waiting.set(100);
        assertEquals(List.of("time 6"), saidAfter(50));
    }

    @Test
    void itWaitsForOthersAfterASilence() {
        event(5);
        assertEquals(List.of("time 5"), saidAfter(50));
        idle = true;
        assertEquals(List.of("idle"), saidAfter(5_000));
        idle = false;
        event(60);
        assertEquals(List.of(), saidAfter(50));
        event(61);
        assertEquals(List.of(), saidAfter(1_900));
        waiting.set(7); // was polled, and is not taken yet
        assertEquals(List.of(), saidAfter(1_000));
        waiting.set(0);
        assertEquals(List.of("time 61"), saidAfter(50));
        event(62);
        assertEquals(List.of("time 62"), saidAfter(50));
    }

    @Test
    void itDoesNotWaitForEver() {
        idle = true;
        assertEquals(List.of("idle"), saidAfter(5_000));
        idle = false;
        waiting.set(1_000_000);
        event(60);
        assertEquals(List.of(), saidAfter(4_900));
        assertEquals(List.of("time 60"), saidAfter(200));
    }
}
