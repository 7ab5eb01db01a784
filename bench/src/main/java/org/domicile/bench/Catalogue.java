package org.domicile.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The buckets of one server that are listed: one of objects, and one that keeps {@value #VERSIONS}
 * versions of each name.
 */
final class Catalogue {
    private static final int VERSIONS = 4;
    private static final long SIZE = 16;
    private static final Duration FILLS_WITHIN = Duration.ofMinutes(60);

    private final Contender of;
    private final String objects;
    private final String versions;
    private long keys;
    private long kept;

    Catalogue(Contender of, String bucket) {
        this.of = of;
        this.objects = bucket + "-list";
        this.versions = bucket + "-versions";
    }

    /** Makes the bucket of objects and fills it. */
    void fill(LoadOptions options, long count) throws IOException {
        try (BucketClient client = client()) {
            client.create(objects);
        }
        put(options, objects, count);
        keys = count;
    }

    /** Makes the bucket of versions and fills it. @param count of versions */
    void fillVersions(LoadOptions options, long count) throws IOException {
        try (BucketClient client = client()) {
            client.create(versions);
            client.keepVersions(versions);
        }
        for (int i = 0; i < VERSIONS; i++) {
            put(options, versions, count / VERSIONS);
        }
        kept = VERSIONS * (count / VERSIONS);
    }

    private BucketClient client() throws IOException {
        return new BucketClient(of.server().target());
    }

    private void put(LoadOptions options, String bucket, long count) throws IOException {
        Load load =
                new Load(
                        of.server().target(),
                        options.connections,
                        options.threads,
                        FILLS_WITHIN,
                        count);
        Work.Objects names = new Work.Objects("/" + bucket + "/", "", SIZE);
        Load.Outcome outcome = load.run(new Work.Puts(names), of.content());
        if (outcome.done() != count) {
            throw new IOException(
                    "%s took %,d of %,d objects; the first failure: %s"
                            .formatted(
                                    of.server().name(),
                                    outcome.done(),
                                    count,
                                    outcome.firstFailure()));
        }
    }

    /** Lists whatever is there, unmeasured, once and for at least so long. */
    void warm(Duration lasts) throws IOException {
        long end = System.nanoTime() + lasts.toNanos();
        try (BucketClient client = client()) {
            do {
                if (keys > 0) {
                    client.list(objects, new Histogram());
                }
                if (kept > 0) {
                    client.listVersions(versions, new Histogram());
                }
            } while (System.nanoTime() - end < 0);
        }
    }

    /** Lists all objects, page after page, each lister all of them. */
    Figure list(int listers) throws IOException {
        return measure(
                "list, %,d keys%s".formatted(keys, listers == 1 ? "" : ", " + listers + " listers"),
                listers,
                keys,
                (client, pages) -> client.list(objects, pages));
    }

    /** Lists all versions. */
    Figure listVersions() throws IOException {
        return measure(
                "list, %,d versions".formatted(kept),
                1,
                kept,
                (client, pages) -> client.listVersions(versions, pages));
    }

    private interface Walk {
        long to(BucketClient client, Histogram pages) throws IOException;
    }

    /** What one lister saw. */
    private record Seen(long entries, Histogram pages, double cpuMicros) {}

    private Figure measure(String what, int listers, long expected, Walk walk) throws IOException {
        double before = of.server().process().cpuMicros();
        long begin = System.nanoTime();
        List<Seen> seen = all(listers, walk);
        double seconds = (System.nanoTime() - begin) / 1e9;
        double after = of.server().process().cpuMicros();
        Histogram pages = new Histogram();
        double mine = 0;
        for (Seen each : seen) {
            if (each.entries() != expected) {
                throw new IOException(
                        "%s listed %,d entries of %,d"
                                .formatted(of.server().name(), each.entries(), expected));
            }
            pages.merge(each.pages());
            mine += each.cpuMicros();
        }
        return new Figure(
                what,
                of.server().name(),
                " keys/s",
                listers * expected / seconds,
                pages.millis(0.5),
                pages.millis(0.99),
                pages.maxMillis(),
                before < 0 ? -1 : (after - before) / pages.count(),
                mine / pages.count(),
                0,
                of.server().durable());
    }

    private List<Seen> all(int listers, Walk walk) throws IOException {
        List<Future<Seen>> running = new ArrayList<>();
        List<Seen> seen = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(listers)) {
            for (int i = 0; i < listers; i++) {
                running.add(threads.submit(() -> one(walk)));
            }
            for (Future<Seen> each : running) {
                seen.add(each.get());
            }
            return seen;
        } catch (ExecutionException e) {
            throw new IOException(of.server().name() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Seen one(Walk walk) throws IOException {
        double before = Machine.threadCpuNanos() / 1e3;
        Histogram pages = new Histogram();
        try (BucketClient client = client()) {
            long entries = walk.to(client, pages);
            return new Seen(entries, pages, Machine.threadCpuNanos() / 1e3 - before);
        }
    }
}
