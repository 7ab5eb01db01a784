package org.domicile.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way from the event loop (which offers) to the handler (which reads). Holds at most
 * {@link #WINDOW} bytes and one read more: beyond it the loop stops reading from the socket, and
 * goes on when the handler has emptied half of it.
 */
final class BodyPipe extends InputStream {
    static final int WINDOW = 256 << 10;

    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();

    /** Nanoseconds that a read waits. Owned by the handler's thread. */
    private long longest = Long.MAX_VALUE;

    // All below: guarded by lock.
    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
    private int held;
    private boolean paused;
    private boolean ended;
    private boolean dropping;
    private @Nullable IOException failure;

    BodyPipe(Connection connection) {
        this.connection = connection;
    }

    /** Event loop: takes over {@code piece}. Returns false when the loop has to stop reading. */
    boolean offer(ByteBuf piece) {
        lock.lock();
        try {
            if (dropping || failure != null) {
                piece.release();
                return true;
            }
            pieces.add(piece);
            held += piece.readableBytes();
            change.signal();
            // Stays until the reader lifts it: pieces of a read that was under way still come.
            paused |= held > WINDOW;
            return !paused;
        } finally {
            lock.unlock();
        }
    }

    /** Event loop: the body is complete. */
    void end() {
        lock.lock();
        try {
            ended = true;
            change.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Event loop: no more will come; what came can still be read. */
    void fail(IOException cause) {
        lock.lock();
        try {
            if (!ended && failure == null) {
                failure = cause;
                change.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The handler is done: what is held and what still comes is dropped. */
    void drop() {
        lock.lock();
        try {
            dropping = true;
            held = 0;
            for (ByteBuf piece = pieces.poll(); piece != null; piece = pieces.poll()) {
                piece.release();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Handler: how long a read waits from here on. */
    void within(long nanos) {
        longest = nanos;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        connection.proceed();
        boolean resume = false;
        int count = 0;
        lock.lock();
        try {
            long left = longest;
            while (pieces.isEmpty()) {
                if (failure != null) {
                    throw failure;
                }
                if (ended || dropping) {
                    return -1;
                }
                if (left <= 0) {
                    throw new SocketTimeoutException("the body came to a halt");
                }
                left = await(left);
            }
            while (count < length && !pieces.isEmpty()) {
                ByteBuf piece = pieces.element();
                int take = Math.min(length - count, piece.readableBytes());
                piece.readBytes(target, offset + count, take);
                count += take;
                if (!piece.isReadable()) {
                    pieces.remove().release();
                }
            }
            held -= count;
            if (paused && held <= WINDOW / 2) {
                paused = false;
                resume = true;
            }
        } finally {
            lock.unlock();
        }
        if (resume) {
            connection.resumeReading();
        }
        return count;
    }

    /** Waits for a change; an interrupt does not end it. Returns nanoseconds that are left. */
    private long await(long nanos) {
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        long left = nanos;
        while (true) {
            try {
                left = change.awaitNanos(left);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                left = end - System.nanoTime();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return left;
    }

    @Override
    public int available() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }
}
