package org.domicile.http;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** One listener at work: what its connections share. */
final class Port {
    final HttpServer server;
    final ListenerOptions options;
    final HttpHandler handler;
    final @Nullable Certificates certificates;
    final long headNanos;
    final AtomicInteger open = new AtomicInteger();
    final LongAdder accepted = new LongAdder();
    final LongAdder turnedAway = new LongAdder();
    final LongAdder requests = new LongAdder();
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();

    Port(
            HttpServer server,
            ListenerOptions options,
            HttpHandler handler,
            @Nullable Certificates certificates) {
        this.server = server;
        this.options = options;
        this.handler = handler;
        this.certificates = certificates;
        this.headNanos = options.headTime().toNanos();
    }

    @Nullable SSLContext tls() {
        return certificates == null ? null : certificates.current();
    }

    HttpServer.Figures figures() {
        return new HttpServer.Figures(
                options.name(),
                open.get(),
                accepted.sum(),
                turnedAway.sum(),
                requests.sum(),
                bytesIn.sum(),
                bytesOut.sum());
    }
}
