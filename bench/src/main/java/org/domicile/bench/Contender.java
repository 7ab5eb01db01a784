package org.domicile.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A server that speaks S3, and what this run has put into its buckets.
 *
 * @param sizes of objects, each kind with its own
 */
record Contender(Server server, Content content, List<Size> sizes, Work.Objects listed) {
    private static final long MOST_BYTES = 2L << 30;
    private static final long LISTED_SIZE = 16;
    private static final String LIST_SUFFIX = "-list";

    /**
     * One size of object.
     *
     * @param label in the table
     * @param connections that the client uses for it; 0 for what was asked
     */
    record Size(String label, long bytes, int connections, Work.Objects objects) {}

    static Contender of(Server server, String bucket, Content content) {
        List<Size> sizes = new ArrayList<>();
        sizes.add(size(bucket, "4 KiB", 4L << 10, 0));
        sizes.add(size(bucket, "1 MiB", 1L << 20, 0));
        sizes.add(size(bucket, "64 MiB", 64L << 20, 4));
        return new Contender(
                server,
                content,
                sizes,
                new Work.Objects("/" + bucket + LIST_SUFFIX + "/", "", LISTED_SIZE));
    }

    private static Size size(String bucket, String label, long bytes, int connections) {
        String folder = label.replace(" ", "").toLowerCase(java.util.Locale.ROOT);
        return new Size(
                label,
                bytes,
                connections,
                new Work.Objects("/" + bucket + "/" + folder + "/", "", bytes));
    }

    void createBuckets(String bucket) throws IOException {
        try (BucketClient client = new BucketClient(server.target())) {
            client.create(bucket);
            client.create(bucket + LIST_SUFFIX);
        }
    }

    /** Puts and then gets objects of one size. */
    List<Figure> putAndGet(Size size, LoadOptions options, Duration lasts) throws IOException {
        Load load =
                new Load(
                        server.target(),
                        size.connections() == 0
                                ? options.connections
                                : Math.min(size.connections(), options.connections),
                        options.threads,
                        lasts,
                        size.bytes() < 1 << 20
                                ? Long.MAX_VALUE
                                : Math.max(1, MOST_BYTES / size.bytes()));
        List<Figure> figures = new ArrayList<>();
        figures.add(
                server.measure(
                        "PUT " + size.label(),
                        load,
                        new Work.Puts(size.objects()),
                        content,
                        server.durable()));
        if (size.objects().stored() == 0) {
            throw new IOException(server.name() + " has taken no object of " + size.label());
        }
        figures.add(
                server.measure(
                        "GET " + size.label(),
                        load,
                        new Work.Gets(size.objects()),
                        content,
                        server.durable()));
        return figures;
    }

    /** 45 GET, 30 HEAD, 15 PUT, 10 DELETE of the smallest objects. */
    Figure mixed(LoadOptions options, Duration lasts) throws IOException {
        Work.Objects small = sizes.getFirst().objects();
        return server.measure(
                "mixed 4 KiB",
                options.load(server.target(), lasts),
                new Work.Mixed(small, new Work.Objects(small.path(0, "-doomed/"), "", 0)),
                content,
                server.durable());
    }

    /** Fills the bucket that is listed. */
    void fill(LoadOptions options, long keys) throws IOException {
        Load load =
                new Load(
                        server.target(),
                        options.connections,
                        options.threads,
                        Duration.ofMinutes(10),
                        keys);
        Load.Outcome outcome = load.run(new Work.Puts(listed), content);
        if (outcome.done() != keys) {
            throw new IOException(
                    "%s took %,d of %,d objects; the first failure: %s"
                            .formatted(
                                    server.name(), outcome.done(), keys, outcome.firstFailure()));
        }
    }

    /** Lists them, one page after the other. */
    Figure list(String bucket) throws IOException {
        Histogram pages = new Histogram();
        double before = server.process().cpuMicros();
        double mine = Machine.threadCpuNanos() / 1e3;
        long begin = System.nanoTime();
        long keys;
        try (BucketClient client = new BucketClient(server.target())) {
            keys = client.list(bucket + LIST_SUFFIX, pages);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (keys != listed.stored()) {
            throw new IOException(
                    "%s listed %,d keys of %,d".formatted(server.name(), keys, listed.stored()));
        }
        double after = server.process().cpuMicros();
        return new Figure(
                "list, %,d keys".formatted(keys),
                server.name(),
                " keys/s",
                keys / seconds,
                pages.millis(0.5),
                pages.millis(0.99),
                pages.maxMillis(),
                before < 0 ? -1 : (after - before) / pages.count(),
                (Machine.threadCpuNanos() / 1e3 - mine) / pages.count(),
                0,
                server.durable());
    }
}
