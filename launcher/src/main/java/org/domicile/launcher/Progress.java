package org.domicile.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * A line on standard error that says how far long work is; drawn only when a person watches, at
 * most five times a second. Safe for concurrent use.
 */
final class Progress implements AutoCloseable {
    private static final long BETWEEN = Duration.ofMillis(200).toNanos();
    private static final int WIDTH = 24;

    private final PrintWriter err;
    private final boolean watched;
    private volatile long total;
    private final LongFunction<String> unit;
    private final long began = System.nanoTime();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();
    private final AtomicLong drawn = new AtomicLong(began - BETWEEN);

    private Progress(PrintWriter err, boolean watched, long total, LongFunction<String> unit) {
        this.err = err;
        this.watched = watched;
        this.total = total;
        this.unit = unit;
    }

    /** Of so many bytes. */
    static Progress bytes(PrintWriter err, long total) {
        return new Progress(err, watched(), total, Times::size);
    }

    /** Of so many things. */
    static Progress count(PrintWriter err, long total, String things) {
        return new Progress(
                err,
                watched(),
                total,
                number -> String.format(Locale.ROOT, "%,d %s", number, things));
    }

    /** Whether standard error is a terminal. */
    private static boolean watched() {
        try {
            String where = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return where.startsWith("/dev/pts/") || where.startsWith("/dev/tty");
        } catch (IOException e) {
            return System.console() != null && System.console().isTerminal();
        }
    }

    /** How much there is; below zero while nobody knows. */
    long total() {
        return total;
    }

    /** It is known now how much there is. */
    void total(long known) {
        total = known;
    }

    /** So much more was done; {@code note} stands at the end of the line. */
    void add(long more, String note) {
        done.addAndGet(more);
        draw(note);
    }

    /** So much more need not be done; it does not count for the rate. */
    void skip(long more, String note) {
        skipped.addAndGet(more);
        draw(note);
    }

    private void draw(String note) {
        if (!watched) {
            return;
        }
        long now = System.nanoTime();
        long last = drawn.get();
        if (now - last < BETWEEN || !drawn.compareAndSet(last, now)) {
            return;
        }
        err.print("\r\033[K" + line(done.get(), skipped.get(), now - began, note));
        err.flush();
    }

    /** The line, as it is drawn. */
    String line(long worked, long left, long nanos, String note) {
        if (total < 0) {
            return unit.apply(worked + left) + (note.isEmpty() ? "" : "  " + note);
        }
        long at = Math.min(total, worked + left);
        double part = total == 0 ? 1 : (double) at / total;
        int full = (int) (part * WIDTH);
        StringBuilder line =
                new StringBuilder("[")
                        .append("#".repeat(full))
                        .append(" ".repeat(WIDTH - full))
                        .append(String.format(Locale.ROOT, "] %3d %%  ", (int) (part * 100)))
                        .append(unit.apply(at))
                        .append(" of ")
                        .append(unit.apply(total));
        if (worked > 0 && nanos > 1_000_000) {
            double rate = worked / (nanos / 1e9);
            line.append(", ").append(unit.apply((long) rate)).append("/s");
            if (at < total) {
                line.append(", ")
                        .append(Times.human(Duration.ofSeconds((long) ((total - at) / rate) + 1)))
                        .append(" left");
            }
        }
        return note.isEmpty() ? line.toString() : line.append("  ").append(note).toString();
    }

    @Override
    public void close() {
        if (watched) {
            err.print("\r\033[K");
            err.flush();
        }
    }
}
