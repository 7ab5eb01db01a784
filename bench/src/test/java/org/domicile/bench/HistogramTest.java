package org.domicile.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistogramTest {
    @Test
    void tellsSharesAsSortingDoesToTwoPercent() {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        long[] values = new long[10_000];
        Histogram histogram = new Histogram();
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextLong(1L << random.nextInt(4, 40));
            histogram.add(values[i]);
        }
        Arrays.sort(values);
        for (double share : new double[] {0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1}) {
            double exact = values[(int) Math.ceil(share * values.length) - 1] / 1e6;
            double told = histogram.millis(share);
            assertTrue(
                    told >= exact && told <= exact * 1.02 + 1e-6,
                    "p%s is %s, told as %s; seed %d".formatted(share, exact, told, seed));
        }
        assertEquals(values[values.length - 1] / 1e6, histogram.maxMillis());
    }

    @Test
    void mergesAndTakesTheExtremes() {
        Histogram one = new Histogram();
        one.add(0);
        one.add(-5);
        Histogram other = new Histogram();
        other.add(Long.MAX_VALUE);
        one.merge(other);
        assertEquals(3, one.count());
        assertEquals(0, one.millis(0.5));
        assertEquals(Long.MAX_VALUE / 1e6, one.millis(1));
        assertEquals(0, new Histogram().millis(0.99));
    }
}
