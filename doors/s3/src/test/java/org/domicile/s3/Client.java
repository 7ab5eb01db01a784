package org.domicile.s3;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Speaks HTTP/1.1 in bytes over one kept connection, and sends exactly what it is told. */
final class Client implements AutoCloseable {
    private static final byte[] NOTHING = new byte[0];

    /** What came back. @param fields by lower-case name */
    record Reply(int status, Map<String, String> fields, byte[] body) {
        String field(String name) {
            return fields.getOrDefault(name, "");
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The error's code; empty when the body is none. */
        String code() {
            return element("Code");
        }

        /** The text of the first element of a name, unescaped. */
        String element(String tag) {
            List<String> all = elements(tag);
            return all.isEmpty() ? "" : all.getFirst();
        }

        List<String> elements(String tag) {
            List<String> found = new ArrayList<>();
            String text = text();
            String open = "<" + tag + ">";
            for (int at = text.indexOf(open); at >= 0; at = text.indexOf(open, at + 1)) {
                int from = at + open.length();
                found.add(unescape(text.substring(from, text.indexOf("</" + tag + ">", from))));
            }
            return found;
        }

        private static String unescape(String text) {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) != '&') {
                    out.append(text.charAt(i));
                    continue;
                }
                int end = text.indexOf(';', i);
                String name = text.substring(i + 1, end);
                switch (name) {
                    case "amp" -> out.append('&');
                    case "lt" -> out.append('<');
                    case "gt" -> out.append('>');
                    case "quot" -> out.append('"');
                    default -> out.appendCodePoint(Integer.parseInt(name.substring(2), 16));
                }
                i = end;
            }
            return out.toString();
        }
    }

    private final int port;
    private final String accessKey;
    private final InetAddress from;
    private Socket socket;
    private InputStream in;

    Client(int port, String accessKey) throws IOException {
        this(port, accessKey, InetAddress.getLoopbackAddress());
    }

    /**
     * @param from which of this machine's addresses the server sees
     */
    Client(int port, String accessKey, InetAddress from) throws IOException {
        this.port = port;
        this.accessKey = accessKey;
        this.from = from;
        this.socket = connect();
        this.in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    Reply get(String target, String... fields) throws IOException {
        return call("GET", target, NOTHING, fields);
    }

    Reply head(String target, String... fields) throws IOException {
        return call("HEAD", target, NOTHING, fields);
    }

    Reply delete(String target, String... fields) throws IOException {
        return call("DELETE", target, NOTHING, fields);
    }

    Reply put(String target, String body, String... fields) throws IOException {
        return call("PUT", target, body.getBytes(StandardCharsets.UTF_8), fields);
    }

    Reply put(String target, byte[] body, String... fields) throws IOException {
        return call("PUT", target, body, fields);
    }

    Reply post(String target, String body, String... fields) throws IOException {
        return call("POST", target, body.getBytes(StandardCharsets.UTF_8), fields);
    }

    /**
     * @param target chars are bytes @param fields whole lines such as {@code "Range: bytes=0-1"}
     */
    Reply call(String method, String target, byte[] body, String... fields) throws IOException {
        StringBuilder head = new StringBuilder(method).append(' ').append(target);
        head.append(" HTTP/1.1\r\n");
        if (Arrays.stream(fields).noneMatch(line -> line.startsWith("Host:"))) {
            head.append("Host: localhost\r\n");
        }
        if (!accessKey.isEmpty()) {
            head.append("test-key: ").append(accessKey).append("\r\n");
        }
        boolean framed = Arrays.stream(fields).anyMatch(line -> line.startsWith("No-Length"));
        if (!framed) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return send(method, head.append("\r\n").toString(), body);
    }

    /** Sends a head and a body as they are, and reads one reply. */
    Reply send(String method, String head, byte[] body) throws IOException {
        OutputStream out = socket.getOutputStream();
        byte[] first = head.getBytes(StandardCharsets.ISO_8859_1);
        try {
            if (body.length <= 64 << 10) {
                byte[] all = Arrays.copyOf(first, first.length + body.length);
                System.arraycopy(body, 0, all, first.length, body.length);
                out.write(all);
            } else {
                out.write(first);
                out.write(body);
            }
            out.flush();
        } catch (IOException e) {
            // The server may have answered and closed before it took the body: read what it said.
            if (socket.isClosed()) {
                throw e;
            }
        }
        Reply reply = reply(method);
        if (reply.field("connection").equals("close")) {
            socket.close();
            socket = connect();
            in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
        }
        return reply;
    }

    /** Sends a request as it is signed, its framing as the request says. */
    Reply send(Sent sent) throws IOException {
        return send(sent.method(), head(sent), sent.bytes());
    }

    /** The head that {@link #send(Sent)} sends. */
    static String head(Sent sent) {
        StringBuilder head = new StringBuilder(sent.method()).append(' ').append(sent.rawPath());
        head.append(sent.rawQuery().isEmpty() ? "" : "?").append(sent.rawQuery());
        head.append(" HTTP/1.1\r\n");
        for (String[] field : sent.fields()) {
            head.append(field[0]).append(": ").append(field[1]).append("\r\n");
        }
        head.append(
                sent.contentLength() < 0
                        ? "Transfer-Encoding: chunked\r\n"
                        : "Content-Length: " + sent.contentLength() + "\r\n");
        return head.append("\r\n").toString();
    }

    /** Sends bytes and waits for nothing. */
    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Says that no more bytes will come. */
    void end() throws IOException {
        socket.shutdownOutput();
    }

    /** Whether the server has closed the connection and sent nothing more. */
    boolean closed() throws IOException {
        return in.read() < 0;
    }

    Reply reply(String method) throws IOException {
        int status = Integer.parseInt(line().substring(9, 12));
        Map<String, String> fields = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        if (method.equals("HEAD") || status == 204 || status == 304) {
            return new Reply(status, fields, NOTHING);
        }
        int length = Integer.parseInt(fields.getOrDefault("content-length", "0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException(body.length + " of " + length + " bytes came");
        }
        return new Reply(status, fields, body);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the server closed after: " + line);
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.substring(0, text.length() - 1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
