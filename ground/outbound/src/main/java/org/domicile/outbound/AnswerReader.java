package org.domicile.outbound;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one answer of HTTP/1.1 (RFC 9112), strictly: what two readers could take for different
 * answers is refused. Owned by one thread, used once.
 */
final class AnswerReader {
    private static final int LARGEST_HEAD = 16 << 10;
    private static final int MOST_HINTS = 8;

    private final InputStream in;
    private final long limit;
    private int head;
    private long length = -1;
    private boolean chunked;
    private boolean old;
    private final Map<String, String> fields = new HashMap<>();

    /**
     * @param limit longest body, in bytes
     */
    AnswerReader(InputStream in, long limit) {
        this.in = in;
        this.limit = limit;
    }

    Answer read() throws IOException {
        Head head = head("GET");
        if (!head.fields().getOrDefault("content-encoding", "identity").equals("identity")) {
            throw new ProtocolException("the answer is compressed, which nobody asked for");
        }
        if (head.length() > limit) {
            throw tooLong();
        }
        byte[] body = head.body().readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE));
        if (body.length > limit) {
            throw tooLong();
        }
        return new Answer(head.status(), body);
    }

    /** Reads no more of the body than its beginning, and refuses none for what is behind. */
    static Answer beginning(InputStream in, int most) throws IOException {
        Head head = new AnswerReader(in, Long.MAX_VALUE).head("POST");
        return new Answer(head.status(), head.body().readNBytes(most));
    }

    /**
     * What comes before the body, and the body that is still to be read.
     *
     * @param fields by lower-case name; the first where one comes twice
     * @param length of the body, -1 when nobody says
     * @param keeps whether another request may follow on the connection once the body is read
     */
    record Head(
            int status, Map<String, String> fields, long length, AnswerBody body, boolean keeps) {}

    /** Reads the head of the answer to a request of this method. */
    Head head(String method) throws IOException {
        int status = status();
        for (int hints = 0; status < 200; hints++) {
            if (hints == MOST_HINTS || status == 101) {
                throw new ProtocolException("the answer does not come");
            }
            status = status();
        }
        if (chunked && length >= 0) {
            throw new ProtocolException("the answer says two lengths");
        }
        boolean none = method.equals("HEAD") || status == 204 || status == 304;
        AnswerBody body =
                none
                        ? AnswerBody.exactly(in, 0)
                        : chunked
                                ? AnswerBody.chunked(in, limit)
                                : length >= 0
                                        ? AnswerBody.exactly(in, length)
                                        : AnswerBody.toTheEnd(in);
        boolean framed = none || chunked || length >= 0;
        boolean closes =
                fields.getOrDefault("connection", "").toLowerCase(Locale.ROOT).contains("close");
        return new Head(status, Map.copyOf(fields), length, body, framed && !closes && !old);
    }

    /** The status line with the fields behind it. */
    private int status() throws IOException {
        String line = line();
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new ProtocolException("the answer is not of HTTP/1.1");
        }
        old = line.startsWith("HTTP/1.0");
        fields.clear();
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
        String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
        fields.putIfAbsent(name, value);
        switch (name) {
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
            default -> {}
        }
    }

    private String line() throws IOException {
        String text = line(in, LARGEST_HEAD - head);
        head += text.length() + 2;
        return text;
    }

    /** A line without its end. @param most bytes that it may have */
    static String line(InputStream in, int most) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the answer ends too early");
            }
            if (line.size() >= most) {
                throw new ProtocolException("the answer's head has more than 16 KiB");
            }
            line.write(c);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private ProtocolException tooLong() {
        return tooLong(limit);
    }

    static ProtocolException tooLong(long limit) {
        return new ProtocolException("the answer has more than " + limit + " bytes");
    }
}
