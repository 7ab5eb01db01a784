package org.domicile.flink;

import java.util.function.LongSupplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.clock.RelativeClock;

/**
 * What a part of a stream says of time when it was given up and gives records again. Where nothing
 * came for a while and then much at once, as after an outage, one part or stream is read before the
 * others, and its time would go on past what they are about to give: that would be late, and lost.
 * So it waits a little, and for what was read already, before it says anything. Owned by the thread
 * of its source.
 */
class Settling implements WatermarkGenerator<RowData> {
    /** Others that were given up have so long to give something, too. */
    private static final long LEAST = 2_000_000_000;

    /** However much waits: what is remembered until time goes on takes memory. */
    private static final long MOST = 5_000_000_000L;

    private final WatermarkGenerator<RowData> below;
    private final RelativeClock clock;
    private final LongSupplier waiting;
    private boolean isGivenUp;
    private boolean isSettling;
    private long since;

    /**
     * @param waiting records that were not given yet; -1 while that is not known
     */
    Settling(WatermarkGenerator<RowData> below, RelativeClock clock, LongSupplier waiting) {
        this.below = below;
        this.clock = clock;
        this.waiting = waiting;
    }

    @Override
    public void onEvent(RowData event, long timestamp, WatermarkOutput output) {
        if (isGivenUp) {
            isGivenUp = false;
            isSettling = true;
            since = clock.relativeTimeNanos();
        }
        below.onEvent(event, timestamp, output);
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (isSettling) {
            long passed = clock.relativeTimeNanos() - since;
            if (passed < LEAST || (passed < MOST && waiting.getAsLong() > 0)) {
                return;
            }
            isSettling = false;
        }
        below.onPeriodicEmit(
                new WatermarkOutput() {
                    @Override
                    public void emitWatermark(Watermark watermark) {
                        output.emitWatermark(watermark);
                    }

                    @Override
                    public void markIdle() {
                        isGivenUp = true;
                        output.markIdle();
                    }

                    @Override
                    public void markActive() {
                        output.markActive();
                    }
                });
    }
}
