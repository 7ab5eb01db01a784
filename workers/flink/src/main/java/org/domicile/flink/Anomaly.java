package org.domicile.flink;

import com.amazon.randomcutforest.RandomCutForest;
import com.amazon.randomcutforest.returntypes.DiVector;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.ArgumentTrait;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.StateHint;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.types.ColumnList;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * How unusual each row of a table is beside those before it, by a Random Cut Forest for each
 * partition (Guha, Mishra, Roy, Schrijvers: Robust Random Cut Forest Based Anomaly Detection On
 * Streams, ICML 2016). For windowed aggregates, and not for each event: it scores some thousands of
 * rows a second.
 *
 * <pre>
 *   select … from anomaly(
 *       input =&gt; table aggregates partition by station, dimensions =&gt; descriptor(top, mean))
 * </pre>
 *
 * <p>Gives the input's columns and {@code score} (about 1 for what is usual, more for what is not;
 * 0 for the first 32 rows), {@code expected} (what the most unusual column would usually be beside
 * the others) and {@code dimension} (its name).
 *
 * <p>What is remembered of a partition is its last 256 points; the forest is grown from them again
 * after a restart. Trees are cut with the same seed each time.
 */
@DataTypeHint("ROW<score DOUBLE, expected DOUBLE, dimension STRING>")
public final class Anomaly extends ProcessTableFunction<Row> {
    private static final long serialVersionUID = 1L;

    private static final int TREES = 50;
    private static final int POINTS = 256;
    private static final int FIRST = 32;
    private static final int MOST_DIMENSIONS = 16;
    private static final long SEED = 7;

    /** Forests in memory; of the partitions that were asked for last. */
    private static final int FORESTS = 256;

    private transient @Nullable Map<String, RandomCutForest> forests;

    /** For Flink. */
    public Anomaly() {}

    /** What is remembered of a partition. */
    public static final class Memory {
        /** Of its forest in memory. */
        public String id = "";

        /** Its last points, one after the other. */
        public byte[] points = new byte[0];

        /** For Flink. */
        public Memory() {}
    }

    /** For Flink: a row comes. */
    public void eval(
            Context context,
            @StateHint Memory memory,
            @ArgumentHint({ArgumentTrait.SET_SEMANTIC_TABLE, ArgumentTrait.PASS_COLUMNS_THROUGH})
                    Row input,
            @ArgumentHint(name = "dimensions") ColumnList dimensions) {
        List<String> names = dimensions.getNames();
        float[] point = point(input, names);
        if (point.length == 0) {
            collect(Row.of(0.0, null, null)); // a row with a gap is neither usual nor unusual
            return;
        }
        RandomCutForest forest = forest(memory, point.length);
        double score = forest.getAnomalyScore(point);
        if (score > 0) {
            DiVector shares = forest.getAnomalyAttribution(point);
            int most = 0;
            for (int i = 1; i < point.length; i++) {
                most = shares.getHighLowSum(i) > shares.getHighLowSum(most) ? i : most;
            }
            float[] imputed = forest.imputeMissingValues(point, 1, new int[] {most});
            collect(Row.of(score, (double) imputed[most], names.get(most)));
        } else {
            collect(Row.of(0.0, null, null));
        }
        forest.update(point);
        memory.points = appended(memory.points, point);
    }

    /** Empty when one of them is no number. */
    private static float[] point(Row input, List<String> names) {
        if (names.isEmpty() || names.size() > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "ANOMALY looks at 1 to " + MOST_DIMENSIONS + " columns, as descriptor(…)");
        }
        float[] point = new float[names.size()];
        for (int i = 0; i < point.length; i++) {
            if (!(input.getField(names.get(i)) instanceof Number number)
                    || !Float.isFinite(number.floatValue())) {
                return new float[0];
            }
            point[i] = number.floatValue();
        }
        return point;
    }

    private RandomCutForest forest(Memory memory, int wide) {
        Map<String, RandomCutForest> all = forests;
        if (all == null) {
            all =
                    new LinkedHashMap<>(16, 0.75f, true) {
                        private static final long serialVersionUID = 1L;

                        @Override
                        protected boolean removeEldestEntry(
                                Map.Entry<String, RandomCutForest> eldest) {
                            return size() > FORESTS;
                        }
                    };
            forests = all;
        }
        if (memory.id.isEmpty()) {
            memory.id = UUID.randomUUID().toString();
        }
        return all.computeIfAbsent(memory.id, _ -> grown(memory.points, wide));
    }

    private static RandomCutForest grown(byte[] points, int wide) {
        RandomCutForest forest =
                RandomCutForest.builder()
                        .dimensions(wide)
                        .numberOfTrees(TREES)
                        .sampleSize(POINTS)
                        .outputAfter(FIRST)
                        .randomSeed(SEED)
                        .parallelExecutionEnabled(false)
                        .build();
        ByteBuffer all = ByteBuffer.wrap(points);
        while (all.remaining() >= wide * Float.BYTES) {
            float[] point = new float[wide];
            for (int i = 0; i < wide; i++) {
                point[i] = all.getFloat();
            }
            forest.update(point);
        }
        return forest;
    }

    /** The last of them, with one more. */
    private static byte[] appended(byte[] points, float[] point) {
        int one = point.length * Float.BYTES;
        int kept = Math.min(points.length, (POINTS - 1) * one);
        ByteBuffer all = ByteBuffer.allocate(kept + one);
        all.put(points, points.length - kept, kept);
        for (float each : point) {
            all.putFloat(each);
        }
        return all.array();
    }
}
