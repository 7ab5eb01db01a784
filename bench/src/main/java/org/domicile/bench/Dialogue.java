package org.domicile.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * One keep-alive connection on which one request follows the other, each answer read whole into one
 * buffer: little more than the system calls. Owned by one thread.
 */
final class Dialogue implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int READING = 128 << 10;
    private static final int LONGEST = 64 << 20;
    private static final String HEAD_END = "\r\n\r\n";

    private final String host;
    private final Voice voice;
    private final Socket socket;
    private final InputStream in;
    private byte[] bytes = new byte[READING];
    private int filled;

    /** Header lines that tell the host and who asks, each ended. */
    interface Voice {
        String lines(String method, String path, String query, String payload);
    }

    /** Status and body of an answer, a character for each byte. */
    record Reply(int status, String body) {}

    Dialogue(Load.Target target) throws IOException {
        this(target.address(), target.host(), signing(target));
    }

    Dialogue(InetSocketAddress address, String host, Voice voice) throws IOException {
        this.host = host;
        this.voice = voice;
        this.socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        this.in = socket.getInputStream();
    }

    private static Voice signing(Load.Target target) {
        Load.Signing signing = target.signing().orElseThrow();
        Signer signer = new Signer(signing.credential(), signing.region(), target.host());
        return (method, path, query, payload) ->
                signer.headers(method, path, query, payload, Instant.now());
    }

    /**
     * Asks and waits for the answer.
     *
     * @param query in canonical order and encoding, empty for none
     * @param fields further header fields, unsigned
     * @return the answer's body, a character for each byte
     * @throws IOException also when the status says that it was refused
     */
    String ask(String method, String path, String query, Map<String, String> fields, byte[] body)
            throws IOException {
        Reply reply = send(method, path, query, fields, body);
        if (reply.status() / 100 != 2) {
            throw new IOException(
                    "%s %s at %s was answered with %d: %s"
                            .formatted(method, path, host, reply.status(), reply.body()));
        }
        return reply.body();
    }

    /** The same, whatever the status. */
    Reply send(String method, String path, String query, Map<String, String> fields, byte[] body)
            throws IOException {
        StringBuilder head = new StringBuilder(512);
        head.append(method).append(' ').append(path);
        if (!query.isEmpty()) {
            head.append('?').append(query);
        }
        head.append(" HTTP/1.1\r\n");
        String payload = body.length == 0 ? Signer.EMPTY : Signer.UNSIGNED;
        head.append(voice.lines(method, path, query, payload));
        fields.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append(HEAD_END);
        byte[] request = head.toString().getBytes(US_ASCII);
        byte[] all = Arrays.copyOf(request, request.length + body.length);
        System.arraycopy(body, 0, all, request.length, body.length);
        socket.getOutputStream().write(all);
        return answer();
    }

    private Reply answer() throws IOException {
        filled = 0;
        int end = 0;
        while ((end = headEnd(end)) < 0) {
            end = Math.max(0, filled - HEAD_END.length());
            more();
        }
        String head = new String(bytes, 0, end, ISO_8859_1).toLowerCase(Locale.ROOT);
        String text =
                head.contains("\r\ntransfer-encoding: chunked")
                        ? chunked(end)
                        : plain(end, field(head, "content-length", 10));
        return new Reply(number(head.split(" ", 3)[1], 10), text);
    }

    /** Where the body begins; -1 when the head has not come whole. */
    private int headEnd(int from) {
        for (int at = from; at + HEAD_END.length() <= filled; at++) {
            if (bytes[at] == '\r' && bytes[at + 2] == '\r' && bytes[at + 3] == '\n') {
                return at + HEAD_END.length();
            }
        }
        return -1;
    }

    private static int field(String head, String name, int radix) throws IOException {
        int at = head.indexOf("\r\n" + name + ":");
        if (at < 0) {
            return 0;
        }
        int value = at + name.length() + 3;
        return number(head.substring(value, head.indexOf('\r', value)), radix);
    }

    private static int number(String text, int radix) throws IOException {
        try {
            int number = Integer.parseInt(text.strip(), radix);
            if (number >= 0 && number <= LONGEST) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IOException("no length: " + text, e);
        }
        throw new IOException("an answer of " + text.strip() + " bytes");
    }

    private String plain(int from, int length) throws IOException {
        while (filled < from + length) {
            more();
        }
        return new String(bytes, from, length, ISO_8859_1);
    }

    private String chunked(int from) throws IOException {
        StringBuilder text = new StringBuilder();
        int at = from;
        while (true) {
            int line = at;
            while (line >= filled || bytes[line] != '\n') {
                if (line >= filled) {
                    more();
                } else {
                    line++;
                }
            }
            int length = number(new String(bytes, at, line - at, ISO_8859_1), 16);
            String chunk = plain(line + 1, length + 2);
            if (length == 0) {
                return text.toString();
            }
            text.append(chunk, 0, length);
            at = line + 1 + length + 2;
        }
    }

    private void more() throws IOException {
        if (bytes.length - filled < READING) {
            if (bytes.length > LONGEST) {
                throw new IOException("an answer of more than " + LONGEST + " bytes");
            }
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        int count = in.read(bytes, filled, READING);
        if (count < 0) {
            throw new EOFException(host + " closed the connection inside an answer");
        }
        filled += count;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
