package org.domicile.register;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.PublicRegister;
import org.domicile.ledger.LogFile;

/**
 * Reads the public log from its first entry on and stays beside its end, a bundle at a time. What
 * was added up belongs to whoever has the lock: the thread for a bundle, an answer while it is
 * written.
 */
final class Follow implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.register");

    /** A start has better things to do first. */
    private static final Duration FIRST = Duration.ofSeconds(2);

    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final PublicRegister register;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stop = lock.newCondition();
    private final Thread thread;
    // guarded by lock
    private final Observed observed = new Observed();
    private long size;
    private boolean stopping;
    private String trouble = "";

    /** What is added up, and how far. */
    record View(Observed observed, long size) {}

    Follow(PublicRegister register) {
        this.register = register;
        this.thread = Thread.ofVirtual().name("register").start(this::run);
    }

    private void run() {
        Duration wait = FIRST;
        while (waited(wait)) {
            try {
                catchUp();
                trouble = "";
            } catch (StorageFailure e) {
                // Said once for each trouble: the pages show how far was read.
                String what = String.valueOf(e.getMessage());
                if (!what.equals(trouble)) {
                    LOG.log(System.Logger.Level.WARNING, "the public log is not read: " + what);
                }
                trouble = what;
            }
            wait = PERIOD;
        }
    }

    private boolean waited(Duration wait) {
        lock.lock();
        try {
            long left = wait.toNanos();
            while (!stopping && left > 0) {
                left = stop.awaitNanos(left);
            }
            return !stopping;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Reads what there is; gives way between bundles. */
    void catchUp() {
        long published = published();
        while (true) {
            lock.lock();
            try {
                size = Math.max(size, published);
                if (stopping || observed.next() >= size || !bundle()) {
                    return;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Reads to the end of one bundle; false when its file is not there (just now). */
    private boolean bundle() {
        long index = observed.next() / LogFile.FULL;
        int width = (int) Math.min(LogFile.FULL, size - index * LogFile.FULL);
        Optional<byte[]> file = register.logFile(new LogFile.Bundle(index, width));
        if (file.isEmpty() && width < LogFile.FULL) {
            file = register.logFile(new LogFile.Bundle(index, LogFile.FULL));
        }
        if (file.isEmpty()) {
            return false;
        }
        byte[] bytes = file.get();
        long at = index * LogFile.FULL;
        int offset = 0;
        while (offset + 2 <= bytes.length && at < size) {
            int length = (bytes[offset] & 0xFF) << 8 | bytes[offset + 1] & 0xFF;
            if (length > bytes.length - offset - 2) {
                throw new StorageFailure(
                        StorageFailure.Kind.CORRUPT, "a bundle of the public log ends too early");
            }
            if (at == observed.next()) {
                byte[] entry = new byte[length];
                System.arraycopy(bytes, offset + 2, entry, 0, length);
                observed.read(entry);
            }
            offset += 2 + length;
            at++;
        }
        return true;
    }

    private long published() {
        Optional<byte[]> checkpoint = register.logFile(new LogFile.Checkpoint());
        if (checkpoint.isEmpty()) {
            return 0;
        }
        String[] lines = new String(checkpoint.get(), StandardCharsets.UTF_8).split("\n", 3);
        try {
            return lines.length < 3 ? 0 : Long.parseLong(lines[1]);
        } catch (NumberFormatException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "the public log's checkpoint has no size", e);
        }
    }

    /** Looks at what was added up, while nothing is added. */
    <T> T look(Function<View, T> looking) {
        lock.lock();
        try {
            return looking.apply(new View(observed, size));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            stopping = true;
            stop.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
