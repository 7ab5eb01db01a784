package org.domicile.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The output of one connection.
 *
 * <p><b>The short way.</b> On an epoll channel without TLS the handler's thread writes to the
 * socket by itself (a non-blocking write(2)) as long as nothing waits in Netty's queue: no task for
 * the loop, no wake-up, and the answer leaves at once. What the socket does not take goes the long
 * way, through the loop, and {@link #pending} counts it down.
 *
 * <p>A descriptor's number may be used again as soon as it is closed, so the close must not
 * overtake a write: {@link #use} is FREE, WRITING or CLOSED, every way to a close first calls
 * {@link #closed()} and waits there for the (non-blocking) write in progress. Netty closes by
 * itself only after it told the handler of the connection (end of input, reset) or when a queued
 * write failed, and then pending is not zero until the failure was noted here.
 */
final class Wire {
    /** Bytes that may wait in Netty's queue before a writer blocks. */
    static final int WINDOW = 512 << 10;

    /** The most of a borrowed buffer that waits at once: progress is seen in such steps. */
    private static final int STEP = 256 << 10;

    private static final int FREE = 0;
    private static final int WRITING = 1;
    private static final int CLOSED = 2;
    private static final long LOOK_AGAIN_NANOS = 1_000_000_000L;

    private final Channel channel;
    private final Port port;
    private final @Nullable FileDescriptor descriptor;
    private final AtomicInteger use = new AtomicInteger(FREE);
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean broken; // a write said so, which the loop may not know yet
    private volatile @Nullable Thread waiter;
    private volatile int mark;
    private volatile long progress;

    Wire(Channel channel, Port port) {
        this.channel = channel;
        this.port = port;
        boolean shortWay =
                (channel instanceof EpollSocketChannel
                                || channel instanceof EpollDomainSocketChannel)
                        && channel.pipeline().get(SslHandler.class) == null;
        this.descriptor = shortWay ? ((UnixChannel) channel).fd() : null;
    }

    /**
     * Sends {@code bytes} and takes them over. Blocks while more than the window waits. Called by
     * the handler's thread.
     */
    void send(ByteBuf bytes) throws IOException {
        port.bytesOut.add(bytes.readableBytes());
        boolean kept = false;
        try {
            if (!writeNow(bytes)) {
                kept = true;
                queue(bytes);
            }
        } finally {
            if (!kept) {
                bytes.release();
            }
        }
        if (kept && pending.get() > WINDOW) {
            await(WINDOW / 2);
            check();
        }
    }

    /**
     * Sends a direct buffer that stays the caller's: returns when nothing refers to it any more.
     */
    void sendBorrowed(ByteBuffer bytes) throws IOException {
        port.bytesOut.add(bytes.remaining());
        ByteBuf all = Unpooled.wrappedBuffer(bytes);
        try {
            while (!writeNow(all)) {
                queue(all.readRetainedSlice(Math.min(STEP, all.readableBytes())));
                await(0);
                check();
            }
        } finally {
            all.release();
        }
        bytes.position(bytes.limit());
    }

    /** Sends from the event loop, without waiting. */
    void sendFromLoop(ByteBuf bytes) {
        port.bytesOut.add(bytes.readableBytes());
        queue(bytes);
    }

    /** Completes when all that was sent before has left or failed. Event loop. */
    ChannelFuture last() {
        return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    /** Closes when all that was sent before has left. Event loop. */
    void closeAfterLast() {
        last().addListener(done -> channel.close());
    }

    /** Nothing is written directly from here on. Returns when no such write is in progress. */
    void closed() {
        while (use.get() != CLOSED && !use.compareAndSet(FREE, CLOSED)) {
            Thread.onSpinWait();
        }
        wake();
    }

    /** True when nothing waits in the queue. */
    boolean idle() {
        return pending.get() == 0;
    }

    /** True when the client has taken nothing for {@code limit} nanoseconds. */
    boolean stalled(long now, long limit) {
        return pending.get() > 0 && now - progress > limit;
    }

    /** True when sending is of no use any more. */
    boolean gone() {
        return broken || use.get() == CLOSED;
    }

    /** True when all of {@code bytes} went the short way; otherwise they hold what did not. */
    private boolean writeNow(ByteBuf bytes) throws IOException {
        FileDescriptor socket = descriptor;
        if (socket == null || pending.get() > 0) {
            check();
            return !bytes.isReadable();
        }
        if (!use.compareAndSet(FREE, WRITING)) {
            throw gone(null);
        }
        try {
            while (bytes.isReadable()) {
                int length = bytes.readableBytes();
                ByteBuffer view =
                        bytes.nioBufferCount() == 1
                                ? bytes.internalNioBuffer(bytes.readerIndex(), length)
                                : bytes.nioBuffer();
                int written = socket.write(view, view.position(), view.limit());
                if (written <= 0) {
                    return false;
                }
                bytes.skipBytes(written);
                if (written < length) {
                    return false; // the socket's buffer is full: no need to be told twice
                }
            }
            return true;
        } catch (IOException e) {
            broken = true;
            throw gone(e);
        } finally {
            use.compareAndSet(WRITING, FREE);
        }
    }

    private void queue(ByteBuf bytes) {
        int count = bytes.readableBytes();
        if (pending.getAndAdd(count) == 0) {
            progress = System.nanoTime();
        }
        channel.writeAndFlush(bytes)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        closed();
                        channel.close();
                    }
                    progress = System.nanoTime();
                    if (pending.addAndGet(-count) <= mark) {
                        wake();
                    }
                });
    }

    private void wake() {
        Thread thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Waits until at most {@code most} bytes are pending. A close fails all that is pending, so
     * this ends; looking again once a second covers a loop that died.
     */
    private void await(int most) {
        boolean interrupted = false;
        mark = most;
        waiter = Thread.currentThread();
        while (pending.get() > most
                && !(most > 0 && gone())
                && !channel.eventLoop().isTerminated()) {
            LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
            interrupted |= Thread.interrupted();
        }
        waiter = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void check() throws IOException {
        if (gone()) {
            throw gone(null);
        }
    }

    private static IOException gone(@Nullable IOException cause) {
        return new IOException("the client has gone", cause);
    }
}
