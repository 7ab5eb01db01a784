package org.domicile.s3;

import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * MD5 of a large body on a thread beside the request's: it is the slowest of all that happens to a
 * byte, so it runs while other bytes are sealed and written.
 *
 * <p>The other thread lives only as long as something waits to be hashed, so a request that fails
 * leaves none behind, though nobody tells this lane. At most {@link #MOST} pieces wait; then the
 * request's thread does.
 */
final class Md5Lane {
    private static final int PIECE = 128 << 10;
    private static final int MOST = 4;

    private record Piece(byte[] bytes, int length) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();

    /** Owned by the running thread, and by the request's while none runs. */
    private final MessageDigest md5;

    // Owned by the request's thread.
    private byte[] filling = new byte[PIECE];
    private int filled;

    // All below: guarded by lock.
    private final ArrayDeque<Piece> waiting = new ArrayDeque<>(MOST);
    private final ArrayDeque<byte[]> spare = new ArrayDeque<>(MOST);
    private boolean running;
    private @Nullable Throwable failure;

    Md5Lane(MessageDigest md5) {
        this.md5 = md5;
    }

    /** Copies bytes in; waits while too much waits. */
    void update(byte[] bytes, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            int count = Math.min(left, PIECE - filled);
            System.arraycopy(bytes, from, filling, filled, count);
            filled += count;
            from += count;
            left -= count;
            if (filled == PIECE) {
                filling = submit();
                filled = 0;
            }
        }
    }

    /** Ends it. */
    byte[] digest() {
        lock.lock();
        try {
            while (running) {
                change.awaitUninterruptibly();
            }
            requireHealth();
            md5.update(filling, 0, filled);
            return md5.digest();
        } finally {
            lock.unlock();
        }
    }

    private byte[] submit() {
        boolean start;
        byte[] next;
        lock.lock();
        try {
            while (waiting.size() == MOST) {
                change.awaitUninterruptibly();
            }
            requireHealth();
            waiting.add(new Piece(filling, filled));
            start = !running;
            running = true;
            next = spare.poll();
        } finally {
            lock.unlock();
        }
        if (start) {
            Thread.ofVirtual().name("s3-md5").start(this::drain);
        }
        return next == null ? new byte[PIECE] : next;
    }

    private void requireHealth() {
        if (failure != null) {
            throw new IllegalStateException("hashing a body failed", failure);
        }
    }

    private void drain() {
        Piece piece = first();
        while (piece != null) {
            try {
                md5.update(piece.bytes(), 0, piece.length());
            } catch (Throwable e) { // whatever it is: the request's thread must not wait for ever
                fail(e);
                return;
            }
            piece = after();
        }
    }

    private @Nullable Piece first() {
        lock.lock();
        try {
            return waiting.peek();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the first piece back and finds the next; none ends this thread. */
    private @Nullable Piece after() {
        lock.lock();
        try {
            spare.add(waiting.remove().bytes());
            Piece next = waiting.peek();
            running = next != null;
            change.signal();
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void fail(Throwable cause) {
        lock.lock();
        try {
            failure = cause;
            waiting.clear();
            running = false;
            change.signal();
        } finally {
            lock.unlock();
        }
    }
}
