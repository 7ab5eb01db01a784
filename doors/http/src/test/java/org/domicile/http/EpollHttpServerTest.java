package org.domicile.http;

/** Over native epoll. */
final class EpollHttpServerTest extends HttpServerTest {
    EpollHttpServerTest() {
        super(HttpServer.Transport.EPOLL);
    }
}
