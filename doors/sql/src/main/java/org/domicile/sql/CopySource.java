package org.domicile.sql;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** What a client sends of a COPY, piece by piece. */
interface CopySource {
    /** None: a conversation without a wire. */
    CopySource NONE =
            () -> {
                throw new org.domicile.postgres.SqlError(
                        "0A000", "COPY FROM STDIN needs a connection of PostgreSQL's protocol");
            };

    /** The next one; empty at the end. @throws org.domicile.postgres.SqlError when it breaks off */
    Optional<byte[]> next() throws IOException;

    /** All of them, one after the other. */
    static InputStream stream(CopySource source) {
        return new InputStream() {
            private byte[] piece = {};
            private int at;
            private boolean ended;

            private boolean more() throws IOException {
                while (!ended && at == piece.length) {
                    Optional<byte[]> next = source.next();
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
        };
    }
}
