package org.domicile.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;

/** See the package's page. Safe for concurrent use. */
public final class HealthDoor implements HttpHandler {
    /** Its places on the web listener. */
    public static final List<String> PATHS = List.of("/health", "/ready", "/metrics");

    private static final System.Logger LOG = System.getLogger("org.domicile.health");
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Probe probe;
    private final Figures figures;

    /** A door to the program's own state. */
    public HealthDoor(Readiness readiness, Figures figures) {
        this(readiness, figures, PATIENCE);
    }

    HealthDoor(Readiness readiness, Figures figures, Duration patience) {
        this.probe = new Probe(readiness, patience);
        this.figures = figures;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!PATHS.contains(exchange.rawPath())) {
            respond(exchange, 404, TEXT, "There is nothing at this path.\n");
            return;
        }
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            respond(exchange, 405, TEXT, "Ask with GET or HEAD.\n");
            return;
        }
        switch (exchange.rawPath()) {
            case "/health" -> respond(exchange, 200, TEXT, "alive\n");
            case "/ready" -> ready(exchange);
            default -> metrics(exchange);
        }
    }

    private void ready(Exchange exchange) throws IOException {
        Optional<String> obstacle = probe.obstacle();
        if (obstacle.isPresent()) {
            respond(exchange, 503, TEXT, "not ready: " + obstacle.get() + "\n");
        } else {
            respond(exchange, 200, TEXT, "ready\n");
        }
    }

    private void metrics(Exchange exchange) throws IOException {
        String text;
        try {
            text = Exposition.of(figures.now());
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "request {0} failed: {1}",
                    exchange.requestId(),
                    e.getMessage());
            respond(exchange, 503, TEXT, e.getMessage() + "\n");
            return;
        }
        respond(exchange, 200, Exposition.TYPE, text);
    }

    private static void respond(Exchange exchange, int status, String type, String body)
            throws IOException {
        Headers headers =
                new Headers()
                        .add("Content-Type", type)
                        .add("Cache-Control", "no-store")
                        .add("X-Content-Type-Options", "nosniff");
        if (status == 405) {
            headers.add("Allow", "GET, HEAD");
        }
        exchange.respond(status, headers, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
    }
}
