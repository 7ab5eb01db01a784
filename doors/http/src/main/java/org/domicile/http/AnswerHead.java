package org.domicile.http;

import java.util.Arrays;

/** Writes an answer's status line and header fields. */
final class AnswerHead {
    /** What the answer says of the connection. */
    enum Ending {
        /** HTTP/1.1: stays open, which needs no word. */
        KEEP,
        /** HTTP/1.0: stays open, which needs one. */
        KEEP_ALOUD,
        CLOSE
    }

    /** Length for a body in chunks. */
    static final long CHUNKED = -1;

    /** Length for an answer that has no Content-Length field. */
    static final long SILENT = -2;

    private byte[] bytes = new byte[512];
    private int at;

    private AnswerHead() {}

    /**
     * The head with its empty line.
     *
     * @param length bytes of the body, {@link #CHUNKED} or {@link #SILENT}
     * @param dateLine the Date field with its line end
     */
    static byte[] encode(int status, Headers headers, long length, Ending ending, byte[] dateLine) {
        AnswerHead head = new AnswerHead();
        head.text("HTTP/1.1 ");
        head.text(line(status));
        boolean date = true;
        boolean ownLength = false;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            // What frames the message is ours: a second word on it could be read another way.
            if (name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("Transfer-Encoding")) {
                continue;
            }
            if (name.equalsIgnoreCase("Content-Length")) {
                if (length != SILENT || ownLength) {
                    continue;
                }
                ownLength = true;
            }
            if (name.equalsIgnoreCase("Date")) {
                date = false;
            }
            head.text(name);
            head.text(": ");
            head.text(headers.value(i));
            head.text("\r\n");
        }
        if (date) {
            head.room(dateLine.length);
            System.arraycopy(dateLine, 0, head.bytes, head.at, dateLine.length);
            head.at += dateLine.length;
        }
        if (length >= 0) {
            head.text("Content-Length: ");
            head.text(Long.toString(length));
            head.text("\r\n");
        } else if (length == CHUNKED) {
            head.text("Transfer-Encoding: chunked\r\n");
        }
        switch (ending) {
            case KEEP -> {}
            case KEEP_ALOUD -> head.text("Connection: keep-alive\r\n");
            case CLOSE -> head.text("Connection: close\r\n");
        }
        head.text("\r\n");
        return Arrays.copyOf(head.bytes, head.at);
    }

    /** Low bytes of chars; {@link Headers} lets no char above 255 in. */
    @SuppressWarnings("deprecation") // the one copy without a charset's detour
    private void text(String text) {
        int length = text.length();
        room(length);
        text.getBytes(0, length, bytes, at);
        at += length;
    }

    private void room(int more) {
        if (bytes.length - at < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
        }
    }

    private static String line(int status) {
        return switch (status) {
            case 200 -> "200 OK\r\n";
            case 201 -> "201 Created\r\n";
            case 202 -> "202 Accepted\r\n";
            case 204 -> "204 No Content\r\n";
            case 206 -> "206 Partial Content\r\n";
            case 301 -> "301 Moved Permanently\r\n";
            case 302 -> "302 Found\r\n";
            case 303 -> "303 See Other\r\n";
            case 304 -> "304 Not Modified\r\n";
            case 307 -> "307 Temporary Redirect\r\n";
            case 308 -> "308 Permanent Redirect\r\n";
            case 400 -> "400 Bad Request\r\n";
            case 401 -> "401 Unauthorized\r\n";
            case 403 -> "403 Forbidden\r\n";
            case 404 -> "404 Not Found\r\n";
            case 405 -> "405 Method Not Allowed\r\n";
            case 408 -> "408 Request Timeout\r\n";
            case 409 -> "409 Conflict\r\n";
            case 411 -> "411 Length Required\r\n";
            case 412 -> "412 Precondition Failed\r\n";
            case 413 -> "413 Content Too Large\r\n";
            case 416 -> "416 Range Not Satisfiable\r\n";
            case 417 -> "417 Expectation Failed\r\n";
            case 429 -> "429 Too Many Requests\r\n";
            case 431 -> "431 Request Header Fields Too Large\r\n";
            case 500 -> "500 Internal Server Error\r\n";
            case 501 -> "501 Not Implemented\r\n";
            case 503 -> "503 Service Unavailable\r\n";
            case 505 -> "505 HTTP Version Not Supported\r\n";
            case 507 -> "507 Insufficient Storage\r\n";
            default -> {
                if (status < 200 || status > 999) {
                    throw new IllegalArgumentException(status + " is no final status");
                }
                yield status + " \r\n";
            }
        };
    }
}
