package org.domicile.sql;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends, of which somebody else can find out that there is no more: by reading the
 * next byte ahead. Read by one thread; {@link #watch} may be called by any.
 */
final class Ahead extends InputStream {
    private static final int NOTHING = -2;
    private static final int END = -1;

    private final InputStream in;
    private int held = NOTHING; // the byte that was read ahead, or the end
    private @Nullable IOException broken;
    private boolean reads;
    private boolean watches;

    Ahead(InputStream in) {
        this.in = in;
    }

    /**
     * Waits, in a thread of its own, for the next byte, which stays for whoever reads. Does nothing
     * while one is there already, or somebody reads.
     *
     * @param gone is run when none comes any more
     */
    void watch(Runnable gone) {
        synchronized (this) {
            if (reads || watches || held != NOTHING) {
                return;
            }
            watches = true;
        }
        Thread.ofVirtual()
                .name("sql-watch")
                .start(() -> {
                    if (waited() == END) {
                        gone.run();
                    }
                });
    }

    private int waited() {
        int next = END;
        IOException failed = null;
        try {
            next = in.read();
        } catch (IOException e) {
            failed = e;
        }
        synchronized (this) {
            held = next;
            broken = failed;
            watches = false;
            notifyAll();
        }
        return next;
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
            while (watches) {
                await();
            }
            if (broken != null) {
                throw new IOException("the connection broke: " + broken.getMessage(), broken);
            }
            if (held == END) {
                return END;
            }
            if (held != NOTHING) {
                bytes[from] = (byte) held;
                held = NOTHING;
                return 1;
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
