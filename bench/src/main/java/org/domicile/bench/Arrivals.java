package org.domicile.bench;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Work that comes at a fixed rate, whether or not earlier work is done, as clients that do not wait
 * for one another ask: a virtual thread for each.
 *
 * @param perSecond pieces of work a second
 * @param seconds how long
 */
record Arrivals(double perSecond, double seconds) {
    private static final long LAST_SECONDS = 120;

    /** One piece of work. */
    interface Work {
        /**
         * @param number of the piece, from 0
         * @param due when it was due, by {@link System#nanoTime}: durations count from here, so
         *     that a stall shows in all that it held up
         */
        void act(int number, long due);
    }

    int count() {
        return Math.max(1, (int) (perSecond * seconds));
    }

    /** When the piece is due, in nanoseconds from the first. */
    long offset(int number) {
        return (long) (number * 1e9 / perSecond);
    }

    /**
     * Returns when all is done. @throws IOException when a piece fails, or the last does not end
     */
    void run(Work work) throws IOException {
        int count = count();
        CountDownLatch under = new CountDownLatch(count);
        AtomicReference<String> failure = new AtomicReference<>("");
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            int each = i;
            long due = begin + offset(i);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            Thread.startVirtualThread(() -> {
                try {
                    work.act(each, due);
                } catch (RuntimeException e) {
                    failure.compareAndSet("", e.toString());
                } finally {
                    under.countDown();
                }
            });
        }
        await(under);
        if (!failure.get().isEmpty()) {
            throw new IOException("work at a fixed rate failed: " + failure.get());
        }
    }

    private static void await(CountDownLatch under) throws IOException {
        try {
            if (!under.await(LAST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(
                        "%,d of the arrivals had no answer %d s after the last was begun"
                                .formatted(under.getCount(), LAST_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
