package org.domicile.flink;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.clock.RelativeClock;

/**
 * Holds time back in a source that has not found all parts of its stream. Flink looks for them
 * every few seconds, and meanwhile time would go on by the others: what came in a new part would be
 * late, and lost. So the program says how many parts there are to be before it makes them, and no
 * part says anything of time until as many are found. A stream that was quiet counts as one that is
 * not, until the new ones have said something, so that others do not go on without it. One for each
 * source, owned by its thread.
 */
final class Growing {
    /** They are found within seconds, or are none, as where a stream was made anew with fewer. */
    private static final long MOST = 60_000_000_000L;

    private record Key(String watch, String stream) {}

    private static final Map<Key, Told> WANTED = new ConcurrentHashMap<>();

    /**
     * What the program said last.
     *
     * @param parts how many there are to be
     * @param times how often it was said: with each time they are waited for anew
     */
    record Told(int parts, int times) {
        private static final Told NOTHING = new Told(0, 0);

        private Told and(int more) {
            return new Told(Math.max(parts, more), times + 1);
        }
    }

    private final String stream;
    private final Supplier<Told> wanted;
    private final RelativeClock clock;
    private int found;
    private int said; // of those, which have said something of time
    private int missing;
    private int heard; // times
    private long since; // as many are missing
    private boolean isGivenUp; // what is missing

    /**
     * @param stream its name, for who reads the log
     * @param wanted how many parts there are to be
     */
    Growing(String stream, Supplier<Told> wanted, RelativeClock clock) {
        this.stream = stream;
        this.wanted = wanted;
        this.clock = clock;
    }

    /** A stream is to have so many parts, for a watch that reads it; it never has fewer. */
    static void wants(String watch, String stream, int parts) {
        WANTED.compute(
                new Key(watch, stream),
                (_, told) -> (told == null ? Told.NOTHING : told).and(parts));
    }

    /** How many a stream is to have; none where nothing was said. */
    static Told wanted(String watch, String stream) {
        return WANTED.getOrDefault(new Key(watch, stream), Told.NOTHING);
    }

    /** A watch is not there any more. */
    static void forget(String watch) {
        WANTED.keySet().removeIf(each -> each.watch().equals(watch));
    }

    private boolean isBehind() {
        Told told = wanted.get();
        int now = told.parts() - found;
        if (now != missing || told.times() != heard) {
            missing = now;
            heard = told.times();
            since = clock.relativeTimeNanos();
            isGivenUp = false;
        }
        if (missing > 0 && !isGivenUp && clock.relativeTimeNanos() - since >= MOST) {
            isGivenUp = true;
            Main.complain(
                    "a watch goes on without %d partitions of %s that it was told of and has not found"
                            .formatted(missing, stream));
        }
        return missing > 0 && !isGivenUp;
    }

    /** What the source says by itself, but for its parts. @param below it has no records */
    WatermarkGenerator<RowData> whole(WatermarkGenerator<RowData> below) {
        return new WatermarkGenerator<>() {
            private boolean isHeld;

            @Override
            public void onEvent(RowData event, long timestamp, WatermarkOutput output) {
                below.onEvent(event, timestamp, output);
            }

            @Override
            public void onPeriodicEmit(WatermarkOutput output) {
                if (isBehind() || said < found) {
                    isHeld = true;
                    output.markActive();
                    return;
                }
                if (isHeld) {
                    isHeld = false;
                    output.markIdle(); // it is for the parts to say from here on
                }
                below.onPeriodicEmit(output);
            }
        };
    }

    /** What a part that was found says. */
    WatermarkGenerator<RowData> part(WatermarkGenerator<RowData> below) {
        found++;
        return new WatermarkGenerator<>() {
            private boolean hasSaid;

            @Override
            public void onEvent(RowData event, long timestamp, WatermarkOutput output) {
                below.onEvent(event, timestamp, output);
            }

            @Override
            public void onPeriodicEmit(WatermarkOutput output) {
                if (!isBehind()) {
                    below.onPeriodicEmit(hasSaid ? output : listening(output));
                }
            }

            private WatermarkOutput listening(WatermarkOutput output) {
                return new WatermarkOutput() {
                    @Override
                    public void emitWatermark(Watermark watermark) {
                        // before its first record Flink's generator says the least there is
                        if (watermark.getTimestamp() > Long.MIN_VALUE) {
                            says();
                        }
                        output.emitWatermark(watermark);
                    }

                    @Override
                    public void markIdle() {
                        says();
                        output.markIdle();
                    }

                    @Override
                    public void markActive() {
                        output.markActive();
                    }
                };
            }

            private void says() {
                if (!hasSaid) {
                    hasSaid = true;
                    said++;
                }
            }
        };
    }
}
