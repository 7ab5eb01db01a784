package org.domicile.outbound;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads one answer of HTTP/1.1 (RFC 9112), strictly: what two readers could take for different
 * answers is refused. Owned by one thread, used once.
 */
final class AnswerReader {
    private static final int LARGEST_HEAD = 16 << 10;
    private static final int LONGEST_SIZE = 8;
    private static final int MOST_HINTS = 8;

    private final InputStream in;
    private final int limit;
    private int head;
    private long length = -1;
    private boolean chunked;

    /**
     * @param limit longest body, in bytes
     */
    AnswerReader(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
    }

    Answer read() throws IOException {
        int status = status();
        for (int hints = 0; status < 200; hints++) {
            if (hints == MOST_HINTS || status == 101) {
                throw new ProtocolException("the answer does not come");
            }
            status = status();
        }
        if (status == 204 || status == 304) {
            return new Answer(status, new byte[0]);
        }
        if (chunked && length >= 0) {
            throw new ProtocolException("the answer says two lengths");
        }
        return new Answer(status, chunked ? chunks() : body());
    }

    /** The status line with the fields behind it. */
    private int status() throws IOException {
        String line = line();
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new ProtocolException("the answer is not of HTTP/1.1");
        }
        for (String field = line(); !field.isEmpty(); field = line()) {
            take(field);
        }
        return Integer.parseInt(line, 9, 12, 10);
    }

    private void take(String field) throws IOException {
        int colon = field.indexOf(':');
        if (colon <= 0 || !field.substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
            throw new ProtocolException("a field of the answer is malformed");
        }
        String value = field.substring(colon + 1).strip();
        switch (field.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "content-length" -> {
                if (length >= 0 || !value.matches("[0-9]{1,18}")) {
                    throw new ProtocolException("the answer's length is malformed");
                }
                length = Long.parseLong(value);
            }
            case "transfer-encoding" -> {
                if (chunked || !value.equalsIgnoreCase("chunked")) {
                    throw new ProtocolException("the answer's transfer coding is not known");
                }
                chunked = true;
            }
            case "content-encoding" -> {
                if (!value.equalsIgnoreCase("identity")) {
                    throw new ProtocolException("the answer is compressed, which nobody asked for");
                }
            }
            default -> {}
        }
    }

    /** Of its length, or to the connection's end. */
    private byte[] body() throws IOException {
        if (length > limit) {
            throw tooLong();
        }
        byte[] body = in.readNBytes(length >= 0 ? (int) length : limit + 1);
        if (length >= 0 && body.length < length) {
            throw new EOFException("the answer ends too early");
        }
        if (body.length > limit) {
            throw tooLong();
        }
        return body;
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String line = line();
            int end = line.indexOf(';');
            String size = (end < 0 ? line : line.substring(0, end)).strip();
            if (!size.matches("[0-9a-fA-F]{1," + LONGEST_SIZE + "}")) {
                throw new ProtocolException("a chunk of the answer is malformed");
            }
            long count = Long.parseLong(size, 16);
            if (count == 0) {
                return body.toByteArray(); // trailers say nothing that we read
            }
            if (body.size() + count > limit) {
                throw tooLong();
            }
            byte[] chunk = in.readNBytes((int) count);
            if (chunk.length < count || !line().isEmpty()) {
                throw new EOFException("the answer ends too early");
            }
            body.writeBytes(chunk);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the answer ends too early");
            }
            if (++head > LARGEST_HEAD) {
                throw new ProtocolException("the answer's head has more than 16 KiB");
            }
            line.write(c);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private ProtocolException tooLong() {
        return new ProtocolException("the answer has more than " + limit + " bytes");
    }
}
