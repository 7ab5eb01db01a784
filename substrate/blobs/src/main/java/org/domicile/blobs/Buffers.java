package org.domicile.blobs;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Buffers of eight pages, so that one system call moves 512 KiB. At most {@link #DIRECT} of them
 * live outside the heap; whoever comes when all are out gets one on the heap, which costs a copy
 * and never a wait.
 */
final class Buffers {
    static final int PAGES = 8;
    private static final int DIRECT = 64;

    private final ConcurrentLinkedDeque<ByteBuffer> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger made = new AtomicInteger();

    ByteBuffer take() {
        ByteBuffer buffer = idle.pollFirst();
        if (buffer != null) {
            return buffer.clear();
        }
        if (made.incrementAndGet() <= DIRECT) {
            return ByteBuffer.allocateDirect(PAGES * Page.SIZE);
        }
        made.decrementAndGet();
        return ByteBuffer.allocate(PAGES * Page.SIZE);
    }

    void give(ByteBuffer buffer) {
        if (buffer.isDirect()) {
            idle.addFirst(buffer);
        }
    }
}
