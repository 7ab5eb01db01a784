package org.domicile.bench;

import java.util.List;
import java.util.Locale;

/**
 * What a figure of ours should reach on two cores with 64 connections.
 *
 * @param what names the figure
 * @param of what is compared
 */
record Goal(String what, Measure of, double value) {
    /** A sync on the disk that the latencies are meant for, in milliseconds. */
    private static final double SYNC_MILLIS = 0.3;

    static final List<Goal> S3 =
            List.of(
                    new Goal("PUT 4 KiB", Measure.RATE, 9_000),
                    new Goal("PUT 4 KiB", Measure.SERVER_CPU, 130),
                    new Goal("PUT 4 KiB", Measure.BEST_PEER, 2),
                    new Goal("GET 4 KiB", Measure.RATE, 15_000),
                    new Goal("GET 4 KiB", Measure.SERVER_CPU, 80),
                    new Goal("GET 4 KiB", Measure.BEST_PEER, 1.5),
                    new Goal("mixed 4 KiB", Measure.BEST_PEER, 1.5),
                    new Goal("PUT 4 KiB, one connection", Measure.P50, 1.0),
                    new Goal("GET 4 KiB, one connection", Measure.P50, 0.6),
                    new Goal("PUT 64 MiB", Measure.RATE, 450),
                    new Goal("GET 64 MiB", Measure.RATE, 1_500),
                    new Goal("list, 1,000,000 keys", Measure.RATE, 250_000));

    /** What of a figure is compared. */
    enum Measure {
        /** At least so much. */
        RATE("rate"),
        /** At most so many microseconds a request. */
        SERVER_CPU("µs of the server"),
        /** At most so many milliseconds, and what a sync costs more than it should. */
        P50("ms p50"),
        /** At least so many times the rate of the best other server. */
        BEST_PEER("times the best other");

        private final String text;

        Measure(String text) {
            this.text = text;
        }
    }

    /**
     * Judges the figures of one server and writes the verdicts into the report.
     *
     * @param who the server
     * @param syncMillis what a sync cost in this run
     */
    static void judge(Report report, String who, double syncMillis) {
        for (Goal goal : S3) {
            report.median(goal.what, who)
                    .ifPresent(figure -> goal.judge(report, figure, syncMillis));
        }
    }

    private void judge(Report report, Figure figure, double syncMillis) {
        double best = of == Measure.BEST_PEER ? report.bestOther(figure) : 0;
        if (of == Measure.BEST_PEER && best == 0) {
            return; // nobody else was there
        }
        double reached =
                switch (of) {
                    case RATE -> figure.rate();
                    case SERVER_CPU -> figure.serverCpu();
                    case P50 -> figure.p50() - Math.max(0, syncMillis - SYNC_MILLIS);
                    case BEST_PEER -> figure.rate() / best;
                };
        double share =
                switch (of) {
                    case RATE, BEST_PEER -> reached / value;
                    case SERVER_CPU, P50 -> value / reached;
                };
        report.fact(
                "target." + what + "." + of.name().toLowerCase(Locale.ROOT),
                share,
                "target of %s: %s %s: %s"
                        .formatted(
                                what,
                                number(value),
                                of.text,
                                share >= 1
                                        ? "reached with " + number(reached)
                                        : "%s, %.0f %%".formatted(number(reached), 100 * share)));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }
}
