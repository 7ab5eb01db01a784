package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code schema list} says where not every subject is told. */
@Timeout(30)
final class SchemaListTest {
    private record Answer(int status, String body) {}

    private static final String AT = "/schemas/subjects/%s-value/versions/latest";
    private static final Map<String, Answer> ANSWERS =
            Map.of(
                    "/schemas/subjects",
                    new Answer(200, "[\"a-value\",\"b-value\",\"c-value\",\"d-value\"]"),
                    AT.formatted("a"),
                    new Answer(200, "{\"version\":2,\"id\":7,\"schema\":\"{}\"}"),
                    AT.formatted("b"),
                    new Answer(404, "{\"error_code\":40401,\"message\":\"none\"}"),
                    AT.formatted("c"),
                    new Answer(403, "{\"error_code\":40301,\"message\":\"a label forbids it\"}"),
                    AT.formatted("d"),
                    new Answer(503, ""));

    @Test
    void whatIsNotToldIsSaidAndFails() throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    Answer answer =
                            ANSWERS.getOrDefault(
                                    exchange.getRequestURI().getPath(), new Answer(500, ""));
                    byte[] body = answer.body().getBytes(UTF_8);
                    exchange.sendResponseHeaders(
                            answer.status(), body.length == 0 ? -1 : body.length);
                    try (var out = exchange.getResponseBody()) {
                        out.write(body);
                    }
                });
        server.start();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        URI place = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (StreamClient client =
                new StreamClient(
                        place,
                        "/schemas/",
                        new FirstCredential("key", "secret", "home"),
                        Optional.empty())) {
            SchemaCommand.Listed listed = new SchemaCommand.Listed();
            listed.ask(client, new Output(new PrintWriter(out), new PrintWriter(err), true));
            assertEquals(1, listed.code());
        } finally {
            server.stop(0);
        }
        assertEquals(1, out.toString().lines().count(), out.toString());
        assertTrue(out.toString().contains("a-value"), out.toString());
        assertEquals(2, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains("c-value is left out: a label forbids it"));
        assertTrue(err.toString().contains("d-value is left out: the server answered with status"));
    }
}
