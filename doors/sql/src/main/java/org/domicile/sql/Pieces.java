package org.domicile.sql;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** What comes piece by piece, as one stream. Owned by one thread. */
abstract class Pieces extends InputStream {
    private byte[] piece = {};
    private int at;
    private boolean ended;

    /** The next one, perhaps without a byte; empty after the last. */
    abstract Optional<byte[]> next() throws IOException;

    private boolean more() throws IOException {
        while (!ended && at == piece.length) {
            Optional<byte[]> next = next();
            ended = next.isEmpty();
            piece = next.orElse(new byte[0]);
            at = 0;
        }
        return !ended;
    }

    @Override
    public int read() throws IOException {
        return more() ? piece[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int count = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, into, offset, count);
        at += count;
        return count;
    }
}
