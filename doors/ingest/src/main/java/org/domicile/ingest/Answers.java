package org.domicile.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.WholeBody;

/** What is answered: JSON, and the number of the use; and what is asked in a small body. */
final class Answers {
    static final JsonFactory JSON = new JsonFactory();

    static final String TYPE = "application/json";

    private static final Duration SMALL_WITHIN = Duration.ofSeconds(10);

    private Answers() {}

    /**
     * A small body.
     *
     * @param most bytes
     * @param tooLarge what a larger one is told
     */
    static byte[] asked(Exchange exchange, int most, String tooLarge) throws IOException {
        try {
            byte[] body = WholeBody.read(exchange, most, SMALL_WITHIN);
            if (body.length > most) {
                throw Failure.malformed(tooLarge);
            }
            return body;
        } catch (SocketTimeoutException e) {
            throw Failure.tooSlow();
        }
    }

    /** What an answer says. */
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    static Headers headers(String type, String use) {
        Headers headers =
                new Headers()
                        .add("Content-Type", type)
                        .add("Cache-Control", "no-store")
                        .add("X-Content-Type-Options", "nosniff");
        return use.isEmpty() ? headers : headers.add("x-domicile-use", use);
    }

    static void answer(Exchange exchange, int status, String use, Body body) throws IOException {
        exchange.respond(status, headers(TYPE, use), ByteBuffer.wrap(bytes(body)));
    }

    static byte[] bytes(Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            body.write(json);
        }
        return bytes.toByteArray();
    }

    static byte[] error(Failure failure) throws IOException {
        return bytes(json -> {
            json.writeStartObject();
            json.writeStringField("error", failure.code());
            json.writeStringField("sentence", failure.sentence());
            json.writeEndObject();
        });
    }

    /** Unless an answer has begun: then it ends without its end. */
    static void fail(Exchange exchange, Failure failure, String use) throws IOException {
        if (exchange.responded()) {
            return;
        }
        boolean telemetry = Operation.isTelemetry(exchange.rawPath());
        String type = telemetry ? Telemetry.type(exchange.headers()) : TYPE;
        Headers headers = headers(type, use);
        switch (failure.status()) {
            case 401 -> headers.add("WWW-Authenticate", "Basic realm=\"domicile\"");
            case 405 -> headers.add("Allow", "GET, PUT, PATCH, DELETE, POST");
            case 429, 503 -> headers.add("Retry-After", Long.toString(failure.seconds()));
            default -> {}
        }
        byte[] body = telemetry ? Telemetry.status(type, failure) : error(failure);
        exchange.respond(failure.status(), headers, ByteBuffer.wrap(body));
    }
}
