package org.domicile.bench;

import java.io.IOException;
import java.time.Duration;

/** Objects of one server that are put to be deleted. */
final class Doomed {
    private static final int BATCH = 1_000;
    private static final long SIZE = 4 << 10;
    private static final Duration FILLS_WITHIN = Duration.ofMinutes(10);

    private final Contender of;
    private final String bucket;
    private final Work.Objects objects;

    Doomed(Contender of, String bucket) {
        this.of = of;
        this.bucket = bucket;
        this.objects = new Work.Objects("/" + bucket + "/doomed/", "", SIZE);
    }

    /** Puts so many and deletes each by a request of its own. */
    Figure one(LoadOptions options, long count) throws IOException {
        put(options, count);
        return of.server()
                .measure(
                        "DELETE 4 KiB",
                        load(options, count),
                        new Work.Deletes(objects),
                        of.content(),
                        of.server().durable());
    }

    /** Puts so many and deletes them by a thousand; the latencies are of such requests. */
    Figure batches(LoadOptions options, long count) throws IOException {
        put(options, count);
        Histogram latency = new Histogram();
        double before = of.server().process().cpuMicros();
        double mine = Machine.threadCpuNanos() / 1e3;
        long begin = System.nanoTime();
        try (BucketClient client = new BucketClient(of.server().target())) {
            while (objects.stored() > 0) {
                long asked = System.nanoTime();
                client.delete(bucket, objects.take(BATCH));
                latency.add(System.nanoTime() - asked);
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double after = of.server().process().cpuMicros();
        return new Figure(
                "DeleteObjects of %,d".formatted(BATCH),
                of.server().name(),
                " keys/s",
                count / seconds,
                latency.millis(0.5),
                latency.millis(0.99),
                latency.maxMillis(),
                before < 0 ? -1 : (after - before) / latency.count(),
                (Machine.threadCpuNanos() / 1e3 - mine) / latency.count(),
                0,
                of.server().durable());
    }

    private void put(LoadOptions options, long count) throws IOException {
        Load.Outcome outcome = load(options, count).run(new Work.Puts(objects), of.content());
        if (objects.stored() != count) {
            throw new IOException(
                    "%s took %,d of %,d objects; the first failure: %s"
                            .formatted(
                                    of.server().name(),
                                    objects.stored(),
                                    count,
                                    outcome.firstFailure()));
        }
    }

    private Load load(LoadOptions options, long most) {
        return new Load(
                of.server().target(), options.connections, options.threads, FILLS_WITHIN, most);
    }
}
