package org.domicile.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.domicile.bytes.Disk;

/**
 * Whether the disk has room for more that is published, looked at twenty times a second at most.
 * What bodies of objects may not take, records may not either: Kafka itself goes on until its disk
 * is full, and ends then.
 */
final class StreamRoom implements Supplier<String> {
    private static final long APART = TimeUnit.MILLISECONDS.toNanos(50);

    private final Disk disk;
    private final Path folder;
    private final long reserve;
    private volatile Seen seen;

    private record Seen(long at, String why) {}

    /**
     * @param folder of the log, which may be a volume of its own; it is there once something is
     *     published
     * @param reserve bytes that stay free
     */
    StreamRoom(Disk disk, Path folder, long reserve) {
        this.disk = disk;
        this.folder = folder;
        this.reserve = reserve;
        this.seen = new Seen(System.nanoTime() - APART, "");
    }

    /** Why nothing is published now; empty while it may be. */
    @Override
    public String get() {
        Seen last = seen;
        long now = System.nanoTime();
        if (now - last.at() >= APART) {
            last = new Seen(now, look());
            seen = last;
        }
        return last.why();
    }

    private String look() {
        try {
            long left = disk.usable(folder);
            return left < reserve
                    ? "the disk of streams has %d MiB left, and %d MiB stay free (limits.disk.reserve)"
                            .formatted(left >> 20, reserve >> 20)
                    : "";
        } catch (IOException e) {
            return "the disk of streams does not say how much room it has: " + e.getMessage();
        }
    }
}
