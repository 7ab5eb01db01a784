package org.domicile.sql;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Rows of COPY's CSV format as they came, up to a line of {@code \.} alone: psql sends it behind
 * what stands in a script, to servers before 18 (PostgreSQL 15's manual, "COPY", CSV Format).
 * Within quotes it is part of a value.
 */
final class CsvRows extends Pieces {
    private static final int PIECE = 64 << 10;

    private final InputStream in;
    private final int quote;
    private final int escape;
    private boolean begins = true; // a line
    private boolean quoted;
    private boolean ended;

    CsvRows(InputStream in, CopyFormat format) {
        this.in = new BufferedInputStream(in, PIECE);
        this.quote = format.quote();
        this.escape = format.escape();
    }

    @Override
    Optional<byte[]> next() throws IOException {
        byte[] piece = new byte[PIECE];
        int length = 0;
        while (!ended && length < PIECE - 1) {
            int c = in.read();
            if (c < 0 || begins && c == '\\' && ends()) {
                ended = true;
                break;
            }
            piece[length++] = (byte) c;
            if (quoted && c == escape && escape != quote) {
                int escaped = in.read();
                if (escaped >= 0) {
                    piece[length++] = (byte) escaped;
                }
                begins = false;
            } else {
                quoted ^= c == quote;
                begins = !quoted && (c == '\n' || c == '\r');
            }
        }
        return length == 0 && ended
                ? Optional.empty()
                : Optional.of(java.util.Arrays.copyOf(piece, length));
    }

    /** Whether what follows a backslash is the rest of the end; nothing is taken where not. */
    private boolean ends() throws IOException {
        in.mark(2);
        boolean ends = in.read() == '.';
        if (ends) {
            int after = in.read();
            ends = after < 0 || after == '\n' || after == '\r';
        }
        in.reset();
        return ends;
    }
}
