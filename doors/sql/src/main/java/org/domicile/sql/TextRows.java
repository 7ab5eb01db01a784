package org.domicile.sql;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.domicile.postgres.SqlError;

/**
 * Rows of COPY's text format (PostgreSQL 15's manual, "COPY", Text Format) as CSV: fields in quotes
 * with a comma between, a null as nothing at all. Line by line, with one line in memory.
 */
final class TextRows extends Pieces {
    private static final int LONGEST = 16 << 20;

    private final InputStream in;
    private final int delimiter;
    private final byte[] nothing;
    private boolean skips;

    TextRows(InputStream in, CopyFormat format) {
        this.in = new BufferedInputStream(in, 64 << 10);
        this.delimiter = format.delimiter();
        this.nothing = format.nothing().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        this.skips = format.header();
    }

    @Override
    Optional<byte[]> next() throws IOException {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        int c = in.read();
        if (c < 0) {
            return Optional.empty();
        }
        while (c >= 0 && c != '\n') {
            raw.write(c);
            if (c == '\\') {
                int escaped = in.read();
                if (escaped >= 0) {
                    raw.write(escaped);
                }
            }
            if (raw.size() > LONGEST) {
                throw new SqlError("54000", "a line of COPY has at most 16 MiB");
            }
            c = in.read();
        }
        byte[] bytes = raw.toByteArray();
        int length = bytes.length;
        if (length > 0 && bytes[length - 1] == '\r' && !(length > 1 && bytes[length - 2] == '\\')) {
            length--;
        }
        if (length == 2 && bytes[0] == '\\' && bytes[1] == '.') {
            return Optional.empty();
        }
        if (skips) {
            skips = false;
            return Optional.of(new byte[0]);
        }
        return Optional.of(converted(bytes, length));
    }

    private byte[] converted(byte[] bytes, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 16);
        int from = 0;
        for (int i = 0; i <= length; i++) {
            if (i < length && bytes[i] == '\\') {
                i++;
            } else if (i == length || bytes[i] == delimiter) {
                if (from > 0) {
                    out.write(',');
                }
                field(bytes, from, i, out);
                from = i + 1;
            }
        }
        out.write('\n');
        return out.toByteArray();
    }

    private void field(byte[] bytes, int from, int to, ByteArrayOutputStream out) {
        if (java.util.Arrays.equals(bytes, from, to, nothing, 0, nothing.length)) {
            return;
        }
        out.write('"');
        int i = from;
        while (i < to) {
            int c = bytes[i++];
            if (c == '\\' && i < to) {
                c = bytes[i++];
                switch (c) {
                    case 'b' -> c = '\b';
                    case 'f' -> c = '\f';
                    case 'n' -> c = '\n';
                    case 'r' -> c = '\r';
                    case 't' -> c = '\t';
                    case 'v' -> c = 0x0b;
                    case 'x' -> {
                        int digits = digits(bytes, i, Math.min(to, i + 2), 16);
                        c = digits == 0 ? 'x' : number(bytes, i, digits, 16);
                        i += digits;
                    }
                    case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                        int digits = digits(bytes, i - 1, Math.min(to, i + 2), 8);
                        c = number(bytes, i - 1, digits, 8);
                        i += digits - 1;
                    }
                    default -> {}
                }
            }
            if (c == '"') {
                out.write('"');
            }
            out.write(c);
        }
        out.write('"');
    }

    private static int digits(byte[] bytes, int from, int to, int radix) {
        int count = 0;
        while (from + count < to && Character.digit(bytes[from + count], radix) >= 0) {
            count++;
        }
        return count;
    }

    private static int number(byte[] bytes, int from, int digits, int radix) {
        int number = 0;
        for (int i = 0; i < digits; i++) {
            number = number * radix + Character.digit(bytes[from + i], radix);
        }
        return number & 0xff;
    }
}
