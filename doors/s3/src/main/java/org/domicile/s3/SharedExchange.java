package org.domicile.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.domicile.http.BodyOutput;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;

/**
 * An exchange with a page of another origin: each answer, an error too, carries what lets the page
 * read it. Owned by the handler's thread.
 *
 * @param exchange the one that it stands for
 * @param more fields for its answer
 */
record SharedExchange(Exchange exchange, Headers more) implements Exchange {
    @Override
    public String requestId() {
        return exchange.requestId();
    }

    @Override
    public String method() {
        return exchange.method();
    }

    @Override
    public String rawPath() {
        return exchange.rawPath();
    }

    @Override
    public String rawQuery() {
        return exchange.rawQuery();
    }

    @Override
    public Headers headers() {
        return exchange.headers();
    }

    @Override
    public long contentLength() {
        return exchange.contentLength();
    }

    @Override
    public InputStream body() {
        return exchange.body();
    }

    @Override
    public void bodyWithin(Duration longest) {
        exchange.bodyWithin(longest);
    }

    @Override
    public InetSocketAddress client() {
        return exchange.client();
    }

    @Override
    public InetSocketAddress local() {
        return exchange.local();
    }

    @Override
    public boolean secure() {
        return exchange.secure();
    }

    @Override
    public String listener() {
        return exchange.listener();
    }

    @Override
    public void respond(int status, Headers headers, ByteBuffer body) throws IOException {
        more.forEach(headers::add);
        exchange.respond(status, headers, body);
    }

    @Override
    public BodyOutput respond(int status, Headers headers, long length) throws IOException {
        more.forEach(headers::add);
        return exchange.respond(status, headers, length);
    }

    @Override
    public boolean responded() {
        return exchange.responded();
    }
}
