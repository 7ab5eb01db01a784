package org.domicile.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.domicile.http.BodyOutput;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;

/**
 * A request as it arrives, without a wire.
 *
 * @param fields name and value, in order
 * @param contentLength -1 for chunked transfer coding
 */
record Sent(
        String method,
        String rawPath,
        String rawQuery,
        List<String[]> fields,
        long contentLength,
        byte[] bytes)
        implements Exchange {
    static Sent of(String method, String path, String query, byte[] body) {
        return new Sent(method, path, query, new ArrayList<>(), body.length, body);
    }

    Sent with(String name, String value) {
        List<String[]> more = new ArrayList<>(fields);
        more.add(new String[] {name, value});
        return new Sent(method, rawPath, rawQuery, more, contentLength, bytes);
    }

    Sent without(String name) {
        List<String[]> fewer = new ArrayList<>(fields);
        fewer.removeIf(field -> field[0].equalsIgnoreCase(name));
        return new Sent(method, rawPath, rawQuery, fewer, contentLength, bytes);
    }

    Sent query(String query) {
        return new Sent(method, rawPath, query, fields, contentLength, bytes);
    }

    Sent path(String path) {
        return new Sent(method, path, rawQuery, fields, contentLength, bytes);
    }

    Sent method(String name) {
        return new Sent(name, rawPath, rawQuery, fields, contentLength, bytes);
    }

    Sent body(byte[] body) {
        return new Sent(method, rawPath, rawQuery, fields, body.length, body);
    }

    Sent chunkedTransfer() {
        return new Sent(method, rawPath, rawQuery, fields, -1, bytes);
    }

    String field(String name) {
        for (String[] field : fields) {
            if (field[0].equalsIgnoreCase(name)) {
                return field[1];
            }
        }
        return "";
    }

    @Override
    public Headers headers() {
        Headers headers = new Headers();
        fields.forEach(field -> headers.add(field[0], field[1]));
        return headers;
    }

    @Override
    public InputStream body() {
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public void bodyWithin(java.time.Duration longest) {
        // it is here
    }

    @Override
    public String requestId() {
        return "0000000000000001";
    }

    @Override
    public InetSocketAddress client() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public InetSocketAddress local() {
        return client();
    }

    @Override
    public boolean secure() {
        return false;
    }

    @Override
    public String listener() {
        return "s3";
    }

    @Override
    public void respond(int status, Headers headers, ByteBuffer body) {
        throw new AssertionError("nothing here answers");
    }

    @Override
    public BodyOutput respond(int status, Headers headers, long length) throws IOException {
        throw new AssertionError("nothing here answers");
    }

    @Override
    public boolean responded() {
        return false;
    }
}
