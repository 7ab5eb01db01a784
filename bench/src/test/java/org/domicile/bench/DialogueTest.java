package org.domicile.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.http.BodyOutput;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.junit.jupiter.api.Test;

/** Answers of every shape, one after the other on one connection. */
class DialogueTest {
    private static final String LONG = "0123456789".repeat(70_000);

    private static void handle(Exchange exchange) throws IOException {
        String asked = new String(exchange.body().readAllBytes(), UTF_8);
        switch (exchange.rawPath()) {
            case "/chunked" -> {
                try (BodyOutput out = exchange.respond(200, new Headers(), -1)) {
                    out.write(LONG.getBytes(ISO_8859_1));
                    out.flush();
                    out.write(asked.getBytes(ISO_8859_1));
                }
            }
            case "/empty" -> exchange.respond(204, new Headers(), ByteBuffer.allocate(0));
            case "/refused" ->
                    exchange.respond(
                            403, new Headers(), ByteBuffer.wrap("no entry".getBytes(ISO_8859_1)));
            default ->
                    exchange.respond(
                            200,
                            new Headers(),
                            ByteBuffer.wrap(
                                    (exchange.method()
                                                    + exchange.rawQuery()
                                                    + exchange.headers().first("X-Own").orElse("")
                                                    + LONG)
                                            .getBytes(ISO_8859_1)));
        }
    }

    @Test
    void readsAnswersWholeHoweverTheyAreFramed() throws IOException {
        try (HttpServer server =
                        HttpServer.open(
                                List.of(
                                        new HttpServer.Listener(
                                                ListenerOptions.plain("test", "127.0.0.1", 0),
                                                DialogueTest::handle)));
                Dialogue dialogue = new Dialogue(target(server.port("test")))) {
            byte[] nothing = {};
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        "POSTa=bown" + LONG,
                        dialogue.ask("POST", "/", "a=b", Map.of("X-Own", "own"), nothing));
                assertEquals(
                        LONG + "asked",
                        dialogue.ask(
                                "POST", "/chunked", "", Map.of(), "asked".getBytes(ISO_8859_1)));
                assertEquals("", dialogue.ask("DELETE", "/empty", "", Map.of(), nothing));
            }
            IOException refused =
                    assertThrows(
                            IOException.class,
                            () -> dialogue.ask("GET", "/refused", "", Map.of(), nothing));
            assertTrue(refused.toString().contains("403: no entry"), refused::toString);
        }
    }

    private static Load.Target target(int port) {
        return new Load.Target(
                new InetSocketAddress("127.0.0.1", port),
                Optional.of(new Load.Signing(new Signer.Credential("a", "b"), "home")),
                Load.Payload.UNSIGNED);
    }
}
