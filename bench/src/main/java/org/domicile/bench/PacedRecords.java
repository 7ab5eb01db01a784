package org.domicile.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Outcome;

/**
 * Records at a fixed rate; some of those who ask go on to fetch their proof.
 *
 * @param perSecond records a second
 * @param seconds how long
 */
record PacedRecords(LedgerParts parts, double perSecond, double seconds) {
    private static final int PROOFS_PER_SECOND = 100;
    private static final long PROOF_SECONDS = 60;

    /** What it came to. @param rate records a second, up to the last acknowledgement */
    record Paced(Histogram acknowledged, Histogram proven, double rate) {}

    Paced run() throws IOException {
        Arrivals arrivals = new Arrivals(perSecond, seconds);
        int count = arrivals.count();
        int every = Math.max(1, (int) (perSecond / PROOFS_PER_SECOND));
        long[] acknowledged = new long[count];
        long[] proven = new long[(count + every - 1) / every];
        arrivals.run((number, due) -> {
            long index = parts.ledger().record(parts.use(), Outcome.DONE, 4_096).index();
            acknowledged[number] = System.nanoTime() - due;
            if (number % every == 0) {
                prove(index);
                proven[number / every] = System.nanoTime() - due;
            }
        });
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = Math.max(last, arrivals.offset(i) + acknowledged[i]);
        }
        return new Paced(histogram(acknowledged), histogram(proven), count * 1e9 / last);
    }

    /** Asks until there is a proof: the ledger says no after a while, to be asked again. */
    private void prove(long index) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PROOF_SECONDS);
        while (true) {
            try {
                parts.ledger().prove(LedgerParts.LOG, index);
                return;
            } catch (StorageFailure e) {
                if (e.kind() != StorageFailure.Kind.OVERLOADED || System.nanoTime() - end > 0) {
                    throw e;
                }
            }
        }
    }

    private static Histogram histogram(long[] nanos) {
        Histogram histogram = new Histogram();
        for (long each : nanos) {
            histogram.add(each);
        }
        return histogram;
    }

    /** As a part of the run's figures. */
    static Map<String, Object> figure(Histogram of, double rate) {
        Map<String, Object> figure = new LinkedHashMap<>();
        figure.put("perSecond", rate);
        figure.put("p50Millis", of.millis(0.5));
        figure.put("p99Millis", of.millis(0.99));
        figure.put("maxMillis", of.maxMillis());
        return figure;
    }
}
