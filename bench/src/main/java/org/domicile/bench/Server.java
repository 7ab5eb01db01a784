package org.domicile.bench;

import java.io.IOException;

/**
 * A server that is measured.
 *
 * @param name in the table
 * @param process what the kernel says of it
 * @param durable what its answer promises about the disk
 */
record Server(String name, Load.Target target, ServerProcess process, String durable) {
    static final String DURABLE = "on disk, recorded";
    static final String UNRECORDED = "on disk, no record";

    private static final long MEGABYTE = 1_000_000;

    /** Runs a load against it. */
    Figure measure(String what, Load load, Work work, Content content, String promise)
            throws IOException {
        double before = process.cpuMicros();
        Load.Outcome outcome = load.run(work, content);
        double after = process.cpuMicros();
        if (outcome.failed() > 0) {
            System.err.printf(
                    "bench: %s, %s: %,d requests failed, the first with: %s%n",
                    name, what, outcome.failed(), outcome.firstFailure());
        }
        long all = Math.max(1, outcome.done() + outcome.failed());
        boolean large = outcome.done() > 0 && outcome.bytes() / outcome.done() >= MEGABYTE;
        return new Figure(
                what,
                name,
                large ? " MB/s" : "/s",
                large ? outcome.megabytesPerSecond() : outcome.perSecond(),
                outcome.latency().millis(0.5),
                outcome.latency().millis(0.99),
                outcome.latency().maxMillis(),
                before < 0 ? -1 : (after - before) / all,
                outcome.clientCpu() / all,
                outcome.failed(),
                promise);
    }
}
