package org.domicile.http;

/** Over the JDK's channels. */
final class NioHttpServerTest extends HttpServerTest {
    NioHttpServerTest() {
        super(HttpServer.Transport.NIO);
    }
}
