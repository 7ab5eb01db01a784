package org.domicile.http;

import java.io.IOException;

/**
 * Answers requests. Called on a virtual thread of its own, one call a request, in order for each
 * connection.
 */
@FunctionalInterface
public interface HttpHandler {
    /** Reads the exchange and responds exactly once. */
    void handle(Exchange exchange) throws IOException;
}
