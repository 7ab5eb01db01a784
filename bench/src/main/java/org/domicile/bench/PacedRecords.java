package org.domicile.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;
import org.domicile.request.Outcome;

/**
 * Records at a fixed rate, whether or not earlier ones were acknowledged, as clients that do not
 * wait for one another ask: a thread for each. Some of them go on to fetch their proof.
 *
 * <p>Durations count from when a record was due, so that a stall shows in all that it held up.
 *
 * @param perSecond records a second
 * @param seconds how long
 */
record PacedRecords(LedgerParts parts, double perSecond, double seconds) {
    private static final int PROOFS_PER_SECOND = 100;
    private static final long PROOF_SECONDS = 60;
    private static final long LAST_SECONDS = 120;

    /** What it came to. @param rate records a second, up to the last acknowledgement */
    record Paced(Histogram acknowledged, Histogram proven, double rate) {}

    Paced run() throws IOException {
        int count = Math.max(1, (int) (perSecond * seconds));
        int every = Math.max(1, (int) (perSecond / PROOFS_PER_SECOND));
        long[] acknowledged = new long[count];
        long[] proven = new long[(count + every - 1) / every];
        CountDownLatch under = new CountDownLatch(count);
        AtomicReference<String> failure = new AtomicReference<>("");
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            int each = i;
            long due = begin + (long) (i * 1e9 / perSecond);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            Thread.startVirtualThread(() -> {
                try {
                    long index = parts.ledger().record(parts.use(), Outcome.DONE, 4_096).index();
                    acknowledged[each] = System.nanoTime() - due;
                    if (each % every == 0) {
                        prove(index);
                        proven[each / every] = System.nanoTime() - due;
                    }
                } catch (RuntimeException e) {
                    failure.compareAndSet("", e.toString());
                } finally {
                    under.countDown();
                }
            });
        }
        await(under);
        if (!failure.get().isEmpty()) {
            throw new IOException("recording failed: " + failure.get());
        }
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = Math.max(last, (long) (i * 1e9 / perSecond) + acknowledged[i]);
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

    private static void await(CountDownLatch under) throws IOException {
        try {
            if (!under.await(LAST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(
                        "%,d records had no answer %d s after the last was begun"
                                .formatted(under.getCount(), LAST_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
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
