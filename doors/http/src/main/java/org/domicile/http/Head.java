package org.domicile.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A request's head, parsed strictly (RFC 9112): what two servers could read in two ways is refused,
 * because a proxy in front may have read it the other way (request smuggling).
 *
 * @param method as sent
 * @param rawPath as sent, a byte a char
 * @param rawQuery as sent, without '?'
 * @param headers in wire order
 * @param contentLength bytes of the body; -1 when chunked
 * @param reuse whether the client allows the connection to be used again
 * @param minor minor version: HTTP/1.0 or HTTP/1.1
 * @param expects whether the client waits for a 100-continue
 */
record Head(
        String method,
        String rawPath,
        String rawQuery,
        Headers headers,
        long contentLength,
        Reuse reuse,
        Minor minor,
        Expects expects) {
    /** What the client says of the connection. */
    enum Reuse {
        KEEP,
        CLOSE
    }

    /** Minor version. */
    enum Minor {
        ZERO,
        ONE
    }

    /** Whether a 100-continue is awaited. */
    enum Expects {
        NOTHING,
        CONTINUE
    }

    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (int c = 0x21; c < 0x7f; c++) {
            TOKEN[c] = "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
        }
    }

    /**
     * Parses {@code length} bytes that end with an empty line.
     *
     * @throws Refusal with the status to answer
     */
    static Head parse(byte[] bytes, int length) throws Refusal {
        return new Parser(bytes, length).head();
    }

    private static final class Parser {
        private final byte[] bytes;
        private final int length;
        private int at;

        Parser(byte[] bytes, int length) {
            this.bytes = bytes;
            this.length = length;
        }

        Head head() throws Refusal {
            int end = lineEnd();
            int methodEnd = tokenEnd(end);
            if (methodEnd == at || methodEnd >= end || bytes[methodEnd] != ' ') {
                throw new Refusal(400, "the request line has no method");
            }
            String method = text(at, methodEnd);
            int targetStart = methodEnd + 1;
            int targetEnd = targetStart;
            while (targetEnd < end && (bytes[targetEnd] & 0xff) > ' ' && bytes[targetEnd] != 0x7f) {
                targetEnd++;
            }
            if (targetEnd == targetStart || targetEnd >= end || bytes[targetEnd] != ' ') {
                throw new Refusal(400, "the request line has no target and version");
            }
            Minor minor = version(targetEnd + 1, end);
            at = end + 2;
            Headers headers = fields();
            return head(method, targetStart, targetEnd, minor, headers);
        }

        private Head head(String method, int start, int end, Minor minor, Headers headers)
                throws Refusal {
            Framing framing = framing(headers, minor);
            int pathStart = pathStart(method, start, end, framing);
            int question = pathStart;
            while (question < end && bytes[question] != '?') {
                question++;
            }
            String path = text(pathStart, question);
            if (path.isEmpty()) {
                path = "/"; // absolute form without a path
            }
            String query = question < end ? text(question + 1, end) : "";
            return new Head(
                    method,
                    path,
                    query,
                    headers,
                    framing.length,
                    framing.reuse,
                    minor,
                    framing.expects);
        }

        private Minor version(int start, int end) throws Refusal {
            if (end - start != 8
                    || bytes[start] != 'H'
                    || bytes[start + 1] != 'T'
                    || bytes[start + 2] != 'T'
                    || bytes[start + 3] != 'P'
                    || bytes[start + 4] != '/'
                    || bytes[start + 6] != '.') {
                throw new Refusal(400, "the request line ends with no HTTP version");
            }
            if (bytes[start + 5] == '1' && bytes[start + 7] == '1') {
                return Minor.ONE;
            }
            if (bytes[start + 5] == '1' && bytes[start + 7] == '0') {
                return Minor.ZERO;
            }
            throw new Refusal(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
        }

        private int pathStart(String method, int start, int end, Framing framing) throws Refusal {
            if (bytes[start] == '/') {
                return start;
            }
            if (end - start == 1 && bytes[start] == '*' && method.equals("OPTIONS")) {
                return start;
            }
            // Absolute form (RFC 9112 3.2.2). Its authority has to be what Host says.
            String target = text(start, end);
            int authority =
                    target.regionMatches(true, 0, "http://", 0, 7)
                            ? 7
                            : target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
            if (authority < 0) {
                throw new Refusal(400, "the target is neither a path nor an http address");
            }
            int slash = authority;
            while (slash < target.length()
                    && target.charAt(slash) != '/'
                    && target.charAt(slash) != '?') {
                slash++;
            }
            if (!target.substring(authority, slash).equalsIgnoreCase(framing.host)) {
                throw new Refusal(400, "the target and the Host field name different hosts");
            }
            return start + slash;
        }

        private Headers fields() throws Refusal {
            Headers headers = new Headers();
            while (true) {
                int end = lineEnd();
                if (end == at) {
                    return headers;
                }
                if (bytes[at] == ' ' || bytes[at] == '\t') {
                    throw new Refusal(400, "a header field is folded over lines");
                }
                int colon = tokenEnd(end);
                if (colon == at || colon >= end || bytes[colon] != ':') {
                    throw new Refusal(400, "a header line has no field name");
                }
                int from = colon + 1;
                int to = end;
                while (from < to && blank(bytes[from])) {
                    from++;
                }
                while (to > from && blank(bytes[to - 1])) {
                    to--;
                }
                for (int i = from; i < to; i++) {
                    int c = bytes[i] & 0xff;
                    if (c < ' ' && c != '\t' || c == 0x7f) {
                        throw new Refusal(400, "a header value holds a control character");
                    }
                }
                headers.append(text(at, colon), text(from, to));
                at = end + 2;
            }
        }

        /** Index of the CR that ends the line at {@link #at}. */
        private int lineEnd() throws Refusal {
            for (int i = at; i < length; i++) {
                byte b = bytes[i];
                if (b == '\n') {
                    throw new Refusal(400, "a line ends with LF and no CR");
                }
                if (b == '\r') {
                    if (i + 1 < length && bytes[i + 1] == '\n') {
                        return i;
                    }
                    throw new Refusal(400, "a CR stands alone");
                }
            }
            throw new Refusal(400, "the head has no end");
        }

        private int tokenEnd(int end) {
            int i = at;
            while (i < end && TOKEN[bytes[i] & 0xff]) {
                i++;
            }
            return i;
        }

        private String text(int from, int to) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }

        private static boolean blank(byte b) {
            return b == ' ' || b == '\t';
        }
    }

    private record Framing(long length, Reuse reuse, Expects expects, String host) {}

    private static Framing framing(Headers headers, Minor minor) throws Refusal {
        String length = null;
        String coding = null;
        String host = null;
        Reuse reuse = minor == Minor.ONE ? Reuse.KEEP : Reuse.CLOSE;
        Expects expects = Expects.NOTHING;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            String value = headers.value(i);
            switch (name.length()) {
                case 4 -> {
                    if (name.equalsIgnoreCase("Host")) {
                        if (host != null) {
                            throw new Refusal(400, "there are two Host fields");
                        }
                        host = value;
                    }
                }
                case 6 -> {
                    if (name.equalsIgnoreCase("Expect") && minor == Minor.ONE) {
                        // Others may be refused with 417 or passed over (RFC 9110, 10.1.1): as S3
                        if (value.equalsIgnoreCase("100-continue")) {
                            expects = Expects.CONTINUE;
                        }
                    }
                }
                case 10 -> {
                    if (name.equalsIgnoreCase("Connection")) {
                        reuse = reuse(value, reuse);
                    }
                }
                case 14 -> {
                    if (name.equalsIgnoreCase("Content-Length")) {
                        if (length != null && !length.equals(value)) {
                            throw new Refusal(400, "there are two different Content-Lengths");
                        }
                        length = value;
                    }
                }
                case 17 -> {
                    if (name.equalsIgnoreCase("Transfer-Encoding")) {
                        if (coding != null) {
                            throw new Refusal(400, "there are two Transfer-Encodings");
                        }
                        coding = value;
                    }
                }
                default -> {}
            }
        }
        if (host == null && minor == Minor.ONE) {
            throw new Refusal(400, "there is no Host field");
        }
        long bytes = length(length, coding, minor);
        return new Framing(bytes, reuse, expects, host == null ? "" : host);
    }

    private static Reuse reuse(String value, Reuse before) {
        if (value.equalsIgnoreCase("keep-alive")) {
            return before == Reuse.CLOSE ? Reuse.KEEP : before;
        }
        for (String option : value.split(",", -1)) {
            if (option.strip().equalsIgnoreCase("close")) {
                return Reuse.CLOSE;
            }
        }
        return before;
    }

    private static long length(@Nullable String length, @Nullable String coding, Minor minor)
            throws Refusal {
        if (coding != null) {
            if (length != null) {
                throw new Refusal(400, "Content-Length and Transfer-Encoding exclude each other");
            }
            if (minor == Minor.ZERO) {
                throw new Refusal(400, "HTTP/1.0 has no Transfer-Encoding");
            }
            if (!coding.equalsIgnoreCase("chunked")) {
                throw new Refusal(501, "the only transfer coding understood is chunked");
            }
            return -1;
        }
        if (length == null) {
            return 0;
        }
        if (length.isEmpty() || length.length() > 18) {
            throw new Refusal(400, "Content-Length is no number of bytes");
        }
        long value = 0;
        for (int i = 0; i < length.length(); i++) {
            char c = length.charAt(i);
            if (c < '0' || c > '9') {
                throw new Refusal(400, "Content-Length is no number of bytes");
            }
            value = 10 * value + (c - '0');
        }
        return value;
    }
}
