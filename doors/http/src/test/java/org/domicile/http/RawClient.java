package org.domicile.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Speaks bytes: what a well-behaved client library would never send has to be sent too. */
final class RawClient implements AutoCloseable {
    /** What came back. {@code body} is decoded from chunks. */
    record Reply(int status, String head, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        boolean has(String line) {
            return ("\r\n" + head).contains("\r\n" + line + "\r\n");
        }
    }

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    static RawClient to(HttpServer server, String listener) throws IOException {
        return new RawClient(new Socket(InetAddress.getLoopbackAddress(), server.port(listener)));
    }

    Socket socket() {
        return socket;
    }

    RawClient send(String bytes) throws IOException {
        return send(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** The head of the next reply; throws EOFException when the connection ended before it. */
    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the server closed after: " + head);
            }
            head.append((char) b);
        }
        return head.toString();
    }

    Reply reply() throws IOException {
        return reply("GET");
    }

    Reply reply(String method) throws IOException {
        String head = head();
        int status = Integer.parseInt(head.substring(9, 12));
        boolean bodiless = method.equals("HEAD") || status == 204 || status == 304 || status == 100;
        byte[] body = new byte[0];
        if (!bodiless) {
            String length = field(head, "Content-Length");
            if (!length.isEmpty()) {
                body = exactly(Integer.parseInt(length));
            } else if (field(head, "Transfer-Encoding").equals("chunked")) {
                body = chunks();
            } else {
                body = in.readAllBytes();
            }
        }
        return new Reply(status, head, body);
    }

    static String field(String head, String name) {
        for (String line : head.split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                return line.substring(colon + 1).strip();
            }
        }
        return "";
    }

    byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException(bytes.length + " of " + count + " bytes came");
        }
        return bytes;
    }

    /** True when the server has closed; false when it says something more. */
    boolean closed() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException e) {
            return true; // reset
        }
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(), 16);
            body.write(exactly(size));
            String end = line();
            if (!end.isEmpty()) {
                throw new IOException("a chunk ends with " + end);
            }
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("inside a line");
            }
            if (b == '\n') {
                return line.substring(0, line.length() - 1);
            }
            line.append((char) b);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
