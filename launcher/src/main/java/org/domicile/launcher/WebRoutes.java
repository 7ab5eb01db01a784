package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;

/**
 * The web listener: each door answers below its path. {@link Cloud} names them; the first whose
 * path fits answers, and what fits none is not found.
 */
record WebRoutes(List<Route> routes) implements HttpHandler {
    /**
     * A door and its place.
     *
     * @param path with a slash at its end everything below it, without one itself alone
     */
    record Route(String path, HttpHandler handler) {
        boolean fits(String asked) {
            return path.endsWith("/") ? asked.startsWith(path) : asked.equals(path);
        }
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        for (Route route : routes) {
            if (route.fits(exchange.rawPath())) {
                route.handler().handle(exchange);
                return;
            }
        }
        Headers headers = new Headers();
        headers.add("Content-Type", "text/plain; charset=utf-8");
        exchange.respond(404, headers, ByteBuffer.wrap("There is nothing here.\n".getBytes(UTF_8)));
    }
}
