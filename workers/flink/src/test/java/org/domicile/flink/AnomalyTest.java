package org.domicile.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.types.ColumnList;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is unusual is found, said where, and found as well after a restart. */
@Timeout(60)
final class AnomalyTest {
    private static final ColumnList BOTH = ColumnList.of("level", "flow");

    private final List<Row> found = new ArrayList<>();

    private Anomaly fresh() {
        Anomaly anomaly = new Anomaly();
        anomaly.setCollector(
                new Collector<>() {
                    @Override
                    public void collect(Row row) {
                        found.add(row);
                    }

                    @Override
                    public void close() {}
                });
        return anomaly;
    }

    /** It is not asked for anything. */
    private static ProcessTableFunction.Context context() {
        return (ProcessTableFunction.Context)
                Proxy.newProxyInstance(
                        AnomalyTest.class.getClassLoader(),
                        new Class<?>[] {ProcessTableFunction.Context.class},
                        (_, method, _) -> {
                            throw new AssertionError(method);
                        });
    }

    private static double number(Row row, int at) {
        return (Double) Objects.requireNonNull(row.getField(at));
    }

    private static Row row(@Nullable Object level, Object flow) {
        Row row = Row.withNames();
        row.setField("level", level);
        row.setField("flow", flow);
        return row;
    }

    @Test
    void aJumpIsUnusualAlsoAfterARestart() {
        Random random = new Random(11);
        Anomaly anomaly = fresh();
        Anomaly.Memory memory = new Anomaly.Memory();
        for (int i = 0; i < 400; i++) {
            anomaly.eval(
                    context(),
                    memory,
                    row(100 + 5 * random.nextGaussian(), (int) (30 + 3 * random.nextGaussian())),
                    BOTH);
        }
        assertEquals(256 * 2 * Float.BYTES, memory.points.length);
        assertEquals(0.0, found.getFirst().getField(0));
        double usual =
                found.subList(300, 400).stream()
                        .mapToDouble(each -> number(each, 0))
                        .average()
                        .orElseThrow();
        assertTrue(usual > 0.2 && usual < 1.3, () -> "usual: " + usual);
        for (Anomaly each : List.of(anomaly, fresh())) {
            found.clear();
            Anomaly.Memory again = new Anomaly.Memory();
            again.id = memory.id;
            again.points = memory.points.clone();
            each.eval(context(), again, row(101.0, 90), BOTH);
            Row jump = found.getFirst();
            assertTrue(number(jump, 0) > 2 * usual, jump::toString);
            assertEquals("flow", jump.getField(2));
            double expected = number(jump, 1);
            assertTrue(expected > 20 && expected < 40, jump::toString);
        }
    }

    @Test
    void aGapIsNeitherUsualNorUnusual() {
        Anomaly.Memory memory = new Anomaly.Memory();
        fresh().eval(context(), memory, row(null, 3), BOTH);
        fresh().eval(context(), memory, row(Double.NaN, 3), BOTH);
        assertEquals(0.0, found.getLast().getField(0));
        assertEquals(0, memory.points.length);
    }
}
