package org.domicile.outbound;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** When a request has to be done. */
record Deadline(long nanos) {
    Deadline(Duration time) {
        this(System.nanoTime() + time.toNanos());
    }

    /** Milliseconds, at least one. */
    int left() throws SocketTimeoutException {
        long left = TimeUnit.NANOSECONDS.toMillis(nanos - System.nanoTime());
        if (left <= 0) {
            throw new SocketTimeoutException("the deadline has passed");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    boolean passed() {
        return System.nanoTime() - nanos >= 0;
    }

    /**
     * Closes a connection when it has passed: whatever drips too slowly for a timeout of its own
     * ends with it. Interrupt the thread to let it go on.
     */
    Thread over(Socket socket) {
        return Thread.ofVirtual().name("deadline").start(() -> close(socket));
    }

    private void close(Socket socket) {
        try {
            Thread.sleep(left() + 1L); // what is left is rounded down
            socket.close();
        } catch (InterruptedException done) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // It is closed, or the system has lost it: either way nobody waits for it any more.
        }
    }
}
