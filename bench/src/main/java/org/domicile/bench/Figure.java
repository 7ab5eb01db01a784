package org.domicile.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One measured thing. What could not be known is -1.
 *
 * @param what was asked
 * @param who answered
 * @param unit of the rate, for example {@code /s}
 * @param p50 of a request, in milliseconds
 * @param p99 likewise
 * @param max likewise
 * @param serverCpu microseconds a request
 * @param clientCpu microseconds a request
 * @param failed requests, which do not count in the rate
 * @param durable what an answer promises about the disk
 */
record Figure(
        String what,
        String who,
        String unit,
        double rate,
        double p50,
        double p99,
        double max,
        double serverCpu,
        double clientCpu,
        long failed,
        String durable) {
    /** The middle of each value over several rounds; failures are added up. */
    static Figure median(List<Figure> rounds) {
        Figure first = rounds.getFirst();
        return new Figure(
                first.what,
                first.who,
                first.unit,
                median(rounds, Figure::rate),
                median(rounds, Figure::p50),
                median(rounds, Figure::p99),
                rounds.stream().mapToDouble(Figure::max).max().orElse(0),
                median(rounds, Figure::serverCpu),
                median(rounds, Figure::clientCpu),
                rounds.stream().mapToLong(Figure::failed).sum(),
                first.durable);
    }

    private static double median(List<Figure> rounds, ToDoubleFunction<Figure> of) {
        double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The rate with its unit, as people read it. */
    String rated() {
        return rate < 100
                ? String.format(Locale.ROOT, "%.1f%s", rate, unit)
                : String.format(Locale.ROOT, "%,.0f%s", rate, unit);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("what", what);
        json.put("who", who);
        json.put("unit", unit);
        json.put("rate", rate);
        json.put("p50Millis", p50);
        json.put("p99Millis", p99);
        json.put("maxMillis", max);
        json.put("serverCpuMicros", serverCpu);
        json.put("clientCpuMicros", clientCpu);
        json.put("failed", failed);
        json.put("durable", durable);
        return json;
    }
}
