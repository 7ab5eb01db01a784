package org.domicile.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.domicile.bytes.Disk;

/**
 * Where a run was made, so that its figures can be read later.
 *
 * @param cores that we may use
 * @param kernel release
 * @param fileSystem type under the folder of the run
 * @param load runnable threads over the last minute when the run began
 * @param syncsPerSecond one thread appending 4 KiB with fdatasync
 * @param syncMedianMillis median of such an append
 */
record Machine(
        int cores,
        String kernel,
        String fileSystem,
        double load,
        double syncsPerSecond,
        double syncMedianMillis) {
    private static final Duration SYNCING = Duration.ofSeconds(1);

    /** Measures the disk under a folder for a second. */
    static Machine measure(Path folder) throws IOException {
        Histogram syncs = new Histogram();
        Path file = folder.resolve("sync");
        ByteBuffer page = ByteBuffer.allocate(Content.PAGE);
        long begin = System.nanoTime();
        try (Disk.DiskFile open = Disk.real().open(file)) {
            for (long at = 0; System.nanoTime() - begin < SYNCING.toNanos(); at += Content.PAGE) {
                long before = System.nanoTime();
                open.write(page.clear(), at);
                open.force();
                syncs.add(System.nanoTime() - before);
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        Files.delete(file);
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version", "?"),
                Files.getFileStore(folder).type(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                syncs.count() / seconds,
                syncs.millis(0.5));
    }

    String sentence() {
        return "machine: %d cores, Linux %s, %s, load %.1f, appending 4 KiB with fdatasync %,.0f/s (p50 %.2f ms)"
                .formatted(cores, kernel, fileSystem, load, syncsPerSecond, syncMedianMillis);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("cores", cores);
        json.put("kernel", kernel);
        json.put("fileSystem", fileSystem);
        json.put("load", load);
        json.put("syncsPerSecond", syncsPerSecond);
        json.put("syncMedianMillis", syncMedianMillis);
        return json;
    }

    /** CPU of the calling thread, in nanoseconds. */
    static long threadCpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
