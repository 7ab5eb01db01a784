package org.domicile.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A server that speaks S3, and what this run has put into its buckets.
 *
 * @param sizes of objects, each kind with its own
 */
record Contender(Server server, Content content, List<Size> sizes) {
    private static final long MOST_BYTES = 2L << 30;

    /** Objects that are there before any of them is asked for. */
    private static final long SOME = 100;

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
        return new Contender(server, content, sizes);
    }

    private static Size size(String bucket, String label, long bytes, int connections) {
        String folder = label.replace(" ", "").toLowerCase(java.util.Locale.ROOT);
        return new Size(
                label,
                bytes,
                connections,
                new Work.Objects("/" + bucket + "/" + folder + "/", "", bytes));
    }

    void createBucket(String bucket) throws IOException {
        try (BucketClient client = new BucketClient(server.target())) {
            client.create(bucket);
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

    /** The smallest objects over one connection: what a request takes when nobody else asks. */
    List<Figure> alone(Duration lasts) throws IOException {
        Work.Objects small = sizes.getFirst().objects();
        Load load = new Load(server.target(), 1, 1, lasts, Long.MAX_VALUE);
        List<Figure> figures = new ArrayList<>();
        for (Map.Entry<String, Work> each :
                List.of(
                        Map.<String, Work>entry("PUT", new Work.Puts(small)),
                        Map.<String, Work>entry("GET", new Work.Gets(small)),
                        Map.<String, Work>entry("HEAD", new Work.Heads(small)))) {
            figures.add(
                    server.measure(
                            each.getKey() + " 4 KiB, one connection",
                            load,
                            each.getValue(),
                            content,
                            server.durable()));
        }
        return figures;
    }

    /** 45 GET, 30 HEAD, 15 PUT, 10 DELETE of the smallest objects. */
    Figure mixed(LoadOptions options, Duration lasts) throws IOException {
        Work.Objects small = sizes.getFirst().objects();
        if (small.stored() == 0) {
            new Load(server.target(), 1, 1, lasts, SOME).run(new Work.Puts(small), content);
        }
        return server.measure(
                "mixed 4 KiB",
                options.load(server.target(), lasts),
                new Work.Mixed(small, new Work.Objects(small.path(0, "-doomed/"), "", 0)),
                content,
                server.durable());
    }
}
