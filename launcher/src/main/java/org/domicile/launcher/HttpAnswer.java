package org.domicile.launcher;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP/1.1 exchange on a channel (RFC 9112), as small as our own server needs: an answer with
 * Content-Length or in chunks, and the connection ends after it. Every wait for the other side is
 * bounded. Owned by one thread.
 */
final class HttpAnswer implements AutoCloseable {
    private static final int LONGEST_LINE = 16 << 10;
    private static final int LONGEST_ROW = 1 << 20;
    private static final int MOST_HEADERS = 100;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Duration patience;
    private final ByteBuffer buffer = ByteBuffer.allocate(16 << 10).flip();
    private final Map<String, String> headers = new HashMap<>();
    private int status;
    private boolean chunked;
    // of the body or of the present chunk
    private long left;
    private boolean ended;

    HttpAnswer(SocketChannel channel, Duration patience) throws IOException {
        this.channel = channel;
        this.patience = patience;
        selector = Selector.open();
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ);
    }

    int status() {
        return status;
    }

    /** A header's value; empty when it is not there. */
    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    void send(byte[] head, byte[] body) throws IOException {
        for (byte[] each : new byte[][] {head, body}) {
            ByteBuffer bytes = ByteBuffer.wrap(each);
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    await(SelectionKey.OP_WRITE);
                }
            }
        }
    }

    void readHead() throws IOException {
        String first = headLine();
        if (!first.matches("HTTP/1\\.1 [1-5]\\d\\d( .*)?")) {
            throw new IOException("no HTTP/1.1 answer");
        }
        status = Integer.parseInt(first.substring(9, 12));
        for (String line = headLine(); !line.isEmpty(); line = headLine()) {
            int colon = line.indexOf(':');
            if (colon < 1 || headers.size() == MOST_HEADERS) {
                throw new IOException("a header that is none");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        chunked = "chunked".equalsIgnoreCase(headers.getOrDefault("transfer-encoding", ""));
        if (!chunked) {
            left = number(headers.getOrDefault("content-length", "none"), 10);
            ended = left == 0;
        }
    }

    /** The rest of the body. */
    byte[] body(int limit) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int b = read(); b >= 0; b = read()) {
            if (all.size() == limit) {
                throw new IOException("more than " + limit + " bytes");
            }
            all.write(b);
        }
        return all.toByteArray();
    }

    /** The body's next line without its end; empty at the end of the body. */
    byte[] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = read(); b >= 0 && b != '\n'; b = read()) {
            if (line.size() == LONGEST_ROW) {
                throw new IOException("a line without end");
            }
            line.write(b);
        }
        return line.toByteArray();
    }

    /** One byte of the body, -1 at its end. */
    private int read() throws IOException {
        if (chunked && left == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int b = next();
        if (--left == 0) {
            if (chunked) {
                if (!headLine().isEmpty()) {
                    throw new IOException("a chunk longer than its size");
                }
            } else {
                ended = true;
            }
        }
        return b;
    }

    private void nextChunk() throws IOException {
        String size = headLine();
        int extension = size.indexOf(';');
        left = number((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
        if (left == 0) {
            ended = true;
            for (int lines = 0; !headLine().isEmpty(); lines++) {
                if (lines == MOST_HEADERS) {
                    throw new IOException("too many trailers");
                }
            }
        }
    }

    private static long number(String text, int radix) throws IOException {
        try {
            long number = text.startsWith("+") ? -1 : Long.parseLong(text, radix);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IOException("no length: " + text, e);
        }
        throw new IOException("no length: " + text);
    }

    private String headLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = next(); b != '\n'; b = next()) {
            if (line.size() == LONGEST_LINE) {
                throw new IOException("a line without end");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        if (!text.endsWith("\r")) {
            throw new IOException("a line that does not end in CR LF");
        }
        return text.substring(0, text.length() - 1);
    }

    private int next() throws IOException {
        while (!buffer.hasRemaining()) {
            buffer.clear();
            int read = channel.read(buffer);
            buffer.flip();
            if (read < 0) {
                throw new EOFException("the connection ended");
            }
            if (read == 0) {
                await(SelectionKey.OP_READ);
            }
        }
        return buffer.get() & 0xFF;
    }

    private void await(int what) throws IOException {
        key.interestOps(what);
        if (selector.select(patience.toMillis()) == 0) {
            throw new IOException("nothing moved for " + patience.toSeconds() + " s");
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
