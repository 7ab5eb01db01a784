package org.domicile.blobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.domicile.bytes.Disk;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Transaction;

/**
 * Measures the engine alone, over a keyspace in memory: {@code BlobsBench FOLDER}. Every put is
 * durable when it is counted; gets come from the page cache.
 */
final class BlobsBench {
    private static final int CHUNK = 256 << 10;

    private final Blobs blobs;
    private final Keyspace keyspace;
    private final ByteBuffer source = ByteBuffer.allocate(CHUNK);

    private BlobsBench(Blobs blobs, Keyspace keyspace) {
        this.blobs = blobs;
        this.keyspace = keyspace;
        new Random(1).nextBytes(source.array());
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(arguments[0]), "blobs-bench");
        try (Keyspace keyspace = Keyspace.inMemory();
                Blobs blobs =
                        Blobs.open(
                                folder,
                                Disk.real(),
                                keyspace,
                                BlobOptions.defaults(),
                                new SecureRandom(),
                                InstantSource.system())) {
            BlobsBench bench = new BlobsBench(blobs, keyspace);
            for (int round = 0; round < 3; round++) {
                bench.run("64 MiB", 64 << 20, 1, 16);
                bench.run("64 MiB", 64 << 20, 4, 16);
                bench.run("1 MiB", 1 << 20, 1, 200);
                bench.run("1 MiB", 1 << 20, 16, 400);
                bench.run("192 KiB", 192 << 10, 64, 4_000);
            }
        } finally {
            delete(folder);
        }
    }

    private void run(String name, int size, int threads, int count) throws Exception {
        List<Callable<BlobId>> puts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            puts.add(() -> put(size));
        }
        try (ExecutorService executor =
                Executors.newFixedThreadPool(threads, Thread.ofVirtual().factory())) {
            long start = System.nanoTime();
            List<BlobId> ids = new ArrayList<>();
            for (Future<BlobId> put : executor.invokeAll(puts)) {
                ids.add(put.get());
            }
            report("put", name, threads, size, count, System.nanoTime() - start);
            List<Callable<Long>> gets = new ArrayList<>();
            ids.forEach(id -> gets.add(() -> get(id)));
            start = System.nanoTime();
            for (Future<Long> get : executor.invokeAll(gets)) {
                get.get();
            }
            report("get", name, threads, size, count, System.nanoTime() - start);
            for (BlobId id : ids) {
                keyspace.commit(new Transaction().writeAll(blobs.dropping(id)));
            }
            while (blobs.compact().segments() > 0) {
                // Gives the space back, so that a small disk is enough.
            }
        }
    }

    private static void report(
            String what, String name, int threads, int size, int count, long nanos) {
        double seconds = nanos / 1e9;
        System.out.printf(
                "%s %8s  %2d threads  %6.0f MB/s  %7.0f/s%n",
                what, name, threads, (double) size * count / 1e6 / seconds, count / seconds);
    }

    private BlobId put(int size) {
        try (BlobWriter writer = blobs.create(size)) {
            for (int left = size; left > 0; left -= CHUNK) {
                writer.write(source.slice(0, Math.min(CHUNK, left)));
            }
            Blob blob = writer.finish();
            keyspace.commit(new Transaction().writeAll(blobs.adopting(blob)));
            return blob.id();
        }
    }

    private long get(BlobId id) {
        ByteBuffer target = ByteBuffer.allocate(CHUNK);
        try (BlobReader reader = blobs.open(id).orElseThrow()) {
            long at = 0;
            while (at < reader.length()) {
                at += reader.read(target.clear(), at);
            }
            return at;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
