package org.domicile.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.domicile.http.Headers;

/**
 * A form that a browser sends: fields, then one file, whose bytes are read as they come (RFC 7578,
 * RFC 2046 section 5.1; S3 API reference, "POST Object"). What stands behind the file says nothing,
 * as on S3. Owned by the request's thread.
 *
 * <p>Limits: 20 KiB for all before the file's first byte, a boundary of 70 bytes.
 */
final class FormData {
    /** The field that is the file. */
    static final String FILE = "file";

    private static final int MOST = 20 << 10;
    private static final int LONGEST_BOUNDARY = 70;

    private final DelimitedInput in;
    private final Map<String, String> fields = new LinkedHashMap<>();
    private int room = MOST;
    private String fileName = "";

    private FormData(DelimitedInput in) {
        this.in = in;
    }

    /**
     * Reads up to the file's first byte.
     *
     * @throws Failure MALFORMED_POST_REQUEST, MAX_POST_PRE_DATA_LENGTH_EXCEEDED, INVALID_ARGUMENT
     *     for a form without a file or with a field that stands twice
     */
    static FormData open(String contentType, InputStream body) throws IOException {
        FormData form = new FormData(new DelimitedInput(body, boundary(contentType)));
        form.drain(); // what stands before the first boundary is for nobody
        while (form.part()) {
            // until the file begins
        }
        return form;
    }

    /** Fields by lower-case name, in order; a value's chars are bytes. */
    Map<String, String> fields() {
        return fields;
    }

    /** A field's value; empty when there is none. */
    String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /** The file's name, without the folders that some browsers send with it; chars are bytes. */
    String fileName() {
        return fileName;
    }

    /** The file's bytes, up to its boundary; a form that ends before that is an EOFException. */
    InputStream file() {
        return in;
    }

    /** The value of {@code boundary} in a Content-Type. */
    private static byte[] boundary(String contentType) {
        String boundary = parameter(contentType, "boundary");
        if (boundary.isEmpty() || boundary.length() > LONGEST_BOUNDARY) {
            throw malformed();
        }
        return boundary.getBytes(ISO_8859_1);
    }

    /** Reads one part; false when it is the file, whose bytes come next. */
    private boolean part() throws IOException {
        if (!in.next()) {
            throw new Failure(
                    ErrorCode.INCORRECT_NUMBER_OF_FILES,
                    "POST requires exactly one file upload per request: the field 'file'.");
        }
        String disposition = "";
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon > 0
                    && Headers.lower(line.substring(0, colon)).equals("content-disposition")) {
                disposition = line.substring(colon + 1).strip();
            }
        }
        String name = Headers.lower(parameter(disposition, "name"));
        if (name.isEmpty()) {
            throw malformed();
        }
        if (name.equals(FILE)) {
            String path = parameter(disposition, "filename");
            fileName = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
            return false;
        }
        byte[] value = in.readNBytes(room + 1);
        spend(value.length);
        if (fields.put(name, new String(value, ISO_8859_1)) != null) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "A field of the form stands more than once: " + name + ".");
        }
        return true;
    }

    private void drain() throws IOException {
        byte[] skipped = in.readNBytes(room + 1);
        spend(skipped.length);
    }

    /** A line of a part's head, without its end. */
    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw malformed();
            }
            spend(1);
            line.write(b);
        }
        String text = line.toString(ISO_8859_1);
        if (!text.endsWith("\r")) {
            throw malformed();
        }
        return text.substring(0, text.length() - 1);
    }

    private void spend(int bytes) {
        room -= bytes;
        if (room < 0) {
            throw new Failure(
                    ErrorCode.MAX_POST_PRE_DATA_LENGTH_EXCEEDED,
                    "Your POST request fields preceding the upload file were too large: at most "
                            + MOST
                            + " bytes.");
        }
    }

    /**
     * A parameter of a header's value, quoted or not; empty when it is missing. Browsers write a
     * quotation mark within one as {@code %22}, so a backslash is itself.
     */
    private static String parameter(String value, String name) {
        int at = value.indexOf(';');
        while (at >= 0) {
            int from = at + 1;
            while (from < value.length() && value.charAt(from) == ' ') {
                from++;
            }
            int equals = value.indexOf('=', from);
            if (equals < 0) {
                return "";
            }
            boolean quoted = equals + 1 < value.length() && value.charAt(equals + 1) == '"';
            int first = quoted ? equals + 2 : equals + 1;
            int end = value.indexOf(quoted ? '"' : ';', first);
            if (quoted && end < 0) {
                throw malformed();
            }
            int last = end < 0 ? value.length() : end;
            if (Headers.lower(value.substring(from, equals).strip()).equals(name)) {
                return quoted
                        ? value.substring(first, last).replace("%22", "\"")
                        : value.substring(first, last).strip();
            }
            at = value.indexOf(';', last);
        }
        return "";
    }

    private static Failure malformed() {
        return new Failure(
                ErrorCode.MALFORMED_POST_REQUEST,
                "The body of your POST request is not well-formed multipart/form-data.");
    }

    /**
     * What lies between two boundaries, as a stream that ends there. Owned by the request's thread.
     */
    private static final class DelimitedInput extends InputStream {
        /** Little, because strangers may hold as many as there are connections. */
        private static final int STEP = 8 << 10;

        private final InputStream body;

        /** CR LF, two hyphens and the boundary. */
        private final byte[] delimiter;

        private final byte[] buffer = new byte[STEP];

        // The first boundary has no line before it whose end could belong to it: one is made up.
        private int from;
        private int to = 2;

        /** Bytes from {@code from} on that are known to lie before the next delimiter. */
        private int plain;

        /** Whether the delimiter stands right behind them. */
        private boolean found;

        DelimitedInput(InputStream body, byte[] boundary) {
            this.body = body;
            this.delimiter = new byte[boundary.length + 4];
            delimiter[0] = buffer[0] = '\r';
            delimiter[1] = buffer[1] = '\n';
            delimiter[2] = '-';
            delimiter[3] = '-';
            System.arraycopy(boundary, 0, delimiter, 4, boundary.length);
        }

        /** Goes on behind the delimiter; false when it was the last one. */
        boolean next() throws IOException {
            from += delimiter.length;
            found = false;
            plain = 0;
            while (to - from < 2) {
                fill();
            }
            if (buffer[from] == '-' && buffer[from + 1] == '-') {
                return false;
            }
            while (to - from < 2 || buffer[from] == ' ' || buffer[from] == '\t') {
                if (to - from < 2) {
                    fill();
                } else {
                    from++;
                }
            }
            if (buffer[from] != '\r' || buffer[from + 1] != '\n') {
                throw malformed();
            }
            from += 2;
            return true;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            while (plain == 0 && !found) {
                look();
                if (plain == 0 && !found) {
                    fill();
                }
            }
            if (plain == 0) {
                return -1;
            }
            int taken = Math.min(count, plain);
            System.arraycopy(buffer, from, target, offset, taken);
            from += taken;
            plain -= taken;
            return taken;
        }

        /** Finds the delimiter, or how many bytes cannot belong to it. */
        private void look() {
            int last = to - delimiter.length;
            for (int i = from; i <= last; i++) {
                if (buffer[i] == '\r' && matches(i)) {
                    plain = i - from;
                    found = true;
                    return;
                }
            }
            plain = Math.max(0, last + 1 - from);
        }

        private boolean matches(int at) {
            for (int i = 1; i < delimiter.length; i++) {
                if (buffer[at + i] != delimiter[i]) {
                    return false;
                }
            }
            return true;
        }

        private void fill() throws IOException {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
            int read = body.read(buffer, to, buffer.length - to);
            if (read < 0) {
                throw new EOFException("the form ends before its last boundary");
            }
            to += read;
        }
    }
}
