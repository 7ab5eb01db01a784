package org.domicile.launcher;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * A file of records in parts that end where a record does. A record is a line; of CSV, one whose
 * quotes are closed. Parts of CSV behind the first begin with the file's own first line.
 */
final class RecordParts implements AutoCloseable {
    private final InputStream in;
    private final Kind kind;
    private final int size;
    private byte[] header = {};
    private long line = 1;
    private boolean first = true;

    /** What a file is made of. */
    enum Kind {
        /** CSV whose first line has names. */
        NAMED,
        /** CSV without such a line. */
        PLAIN,
        /** One JSON object a line. */
        LINES
    }

    /**
     * @param bytes whole @param own how many of them are the file's: less where a first line was
     *     put before them @param line of the file that the first of them is, counted from 1
     * @param shift to add to a line of the part for the file's
     */
    record Part(byte[] bytes, long own, long line, long shift) {}

    /**
     * @param size that a part has about
     */
    RecordParts(InputStream in, Kind kind, int size) {
        this.in = new BufferedInputStream(in, 1 << 20);
        this.kind = kind;
        this.size = size;
    }

    /** The next one; empty at the end. */
    Optional<Part> next() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean repeats = !first && kind == Kind.NAMED;
        if (repeats) {
            out.writeBytes(header);
        }
        int before = out.size();
        long begin = line;
        boolean quoted = false;
        int c = -1;
        while (out.size() - before < size || quoted || c != '\n') {
            c = in.read();
            if (c < 0) {
                break;
            }
            out.write(c);
            if (c == '"' && kind != Kind.LINES) {
                quoted = !quoted;
            }
            if (c == '\n') {
                line++;
                if (!quoted && first && header.length == 0) {
                    header = Arrays.copyOf(out.toByteArray(), out.size());
                }
            }
        }
        first = false;
        long own = out.size() - before;
        long shift = begin - 1 - (repeats ? header.length == 0 ? 0 : lines(header) : 0);
        return own == 0
                ? Optional.empty()
                : Optional.of(new Part(out.toByteArray(), own, begin, shift));
    }

    private static long lines(byte[] bytes) {
        long lines = 0;
        for (byte each : bytes) {
            lines += each == '\n' ? 1 : 0;
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
