package org.domicile.sql;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends, of which somebody else can find out that there is no more: by reading ahead,
 * since a client says more before it waits for an answer. Read by one thread; {@link #watch} may be
 * called by any.
 */
final class Ahead extends InputStream {
    private static final int END = -1;

    /** Bytes that are read ahead at most; of what comes behind them nobody learns. */
    private static final int MOST = 64 << 10;

    private static final int STEP = 8 << 10;

    private final InputStream in;
    private byte[] held = new byte[0]; // what was read ahead, from the next byte on
    private boolean over;
    private @Nullable IOException broken;
    private boolean reads;
    private boolean watches;
    private boolean wanted; // whoever reads is back, and wants to read by itself

    Ahead(InputStream in) {
        this.in = in;
    }

    /**
     * Reads ahead in a thread of its own until there is no more, or somebody reads. Does nothing
     * while somebody does.
     *
     * @param gone is run when nothing comes any more
     */
    void watch(Runnable gone) {
        synchronized (this) {
            if (reads || watches || over || held.length >= MOST) {
                return;
            }
            watches = true;
            wanted = false;
        }
        Thread.ofVirtual()
                .name("sql-watch")
                .start(() -> {
                    if (isOver()) {
                        gone.run();
                    }
                });
    }

    /** Reads ahead. */
    private boolean isOver() {
        byte[] step = new byte[STEP];
        while (true) {
            int count = END;
            IOException failed = null;
            try {
                count = in.read(step);
            } catch (IOException e) {
                failed = e;
            }
            synchronized (this) {
                over = count < 0;
                broken = failed;
                if (count > 0) {
                    int before = held.length;
                    held = Arrays.copyOf(held, before + count);
                    System.arraycopy(step, 0, held, before, count);
                }
                watches = !over && !wanted && held.length < MOST;
                notifyAll();
                if (!watches) {
                    return over;
                }
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? END : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        synchronized (this) {
            wanted = true;
            while (watches && held.length == 0) {
                await();
            }
            if (held.length > 0) {
                int count = Math.min(length, held.length);
                System.arraycopy(held, 0, bytes, from, count);
                held = Arrays.copyOfRange(held, count, held.length);
                return count;
            }
            if (broken != null) {
                throw new IOException("the connection broke: " + broken.getMessage(), broken);
            }
            if (over) {
                return END;
            }
            reads = true;
        }
        try {
            return in.read(bytes, from, length);
        } finally {
            synchronized (this) {
                reads = false;
            }
        }
    }

    private synchronized void await() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("nobody waits for the client any more", e);
        }
    }
}
