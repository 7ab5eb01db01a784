package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * One call of the admin API over its Unix socket, for {@code status} and {@code down}: no body is
 * sent, the answer is collected.
 *
 * @param status the HTTP status @param body at most 16 MiB
 */
record AdminCall(int status, byte[] body) {
    private static final int LARGEST = 16 << 20;

    /**
     * @throws IOException when no server answers there
     */
    static AdminCall of(Folder folder, Endpoints server, String method, String path)
            throws IOException {
        String token = new String(Folder.contentIfThere(folder.token()), US_ASCII).strip();
        String request =
                "%s %s HTTP/1.1\r\nHost: domicile\r\nAuthorization: Bearer %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        .formatted(method, path, token);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(server.socket()));
            ByteBuffer out = ByteBuffer.wrap(request.getBytes(US_ASCII));
            while (out.hasRemaining()) {
                channel.write(out);
            }
            return parse(Channels.newInputStream(channel).readNBytes(LARGEST));
        }
    }

    private static AdminCall parse(byte[] answer) throws IOException {
        String head = new String(answer, ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0 || !head.matches("(?s)HTTP/1\\.1 \\d{3} .*")) {
            throw new IOException("the server's answer broke off");
        }
        int status = Integer.parseInt(head.substring(9, 12));
        byte[] body = Arrays.copyOfRange(answer, end + 4, answer.length);
        String fields = head.substring(0, end).toLowerCase(java.util.Locale.ROOT);
        return new AdminCall(
                status, fields.contains("\r\ntransfer-encoding: chunked") ? whole(body) : body);
    }

    private static byte[] whole(byte[] chunked) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        InputStream in = new java.io.ByteArrayInputStream(chunked);
        while (true) {
            StringBuilder size = new StringBuilder();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new IOException("the server's answer broke off");
                }
                size.append((char) b);
            }
            int length = Integer.parseInt(size.toString().strip(), 16);
            if (length == 0) {
                return body.toByteArray();
            }
            body.write(in.readNBytes(length));
            in.readNBytes(2);
        }
    }
}
