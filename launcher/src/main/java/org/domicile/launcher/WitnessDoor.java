package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.witness.Witness;

/**
 * A witness over HTTP: {@code POST /add-checkpoint}, {@code GET /HASH/checkpoint}, and at {@code /}
 * its keys as plain text. Safe for concurrent use.
 */
record WitnessDoor(Witness witness, Semaphore places) implements HttpHandler {
    private static final int AT_ONCE = 64;
    private static final Pattern MONITORED = Pattern.compile("/([0-9a-f]{64})/checkpoint");
    private static final String TEXT = "text/plain; charset=utf-8";

    WitnessDoor(Witness witness) {
        this(witness, new Semaphore(AT_ONCE));
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        if (!places.tryAcquire()) {
            respond(exchange, said(503, "too many ask at once; try again in a moment"));
            return;
        }
        try {
            respond(exchange, answer(exchange));
        } finally {
            places.release();
        }
    }

    private Witness.Answer answer(Exchange exchange) throws IOException {
        String path = exchange.rawPath();
        boolean post = exchange.method().equals("POST");
        if (path.equals("/add-checkpoint")) {
            return post ? add(exchange) : said(405, "a checkpoint is added with POST");
        }
        Matcher monitored = MONITORED.matcher(path);
        if (!monitored.matches() && !path.equals("/")) {
            return said(404, "there is /add-checkpoint, /HASH/checkpoint, and the keys at /");
        }
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            return said(405, "this is read, with GET");
        }
        return path.equals("/") ? keys() : witness.checkpoint(monitored.group(1));
    }

    private Witness.Answer add(Exchange exchange) throws IOException {
        int longest = Witness.longestRequest();
        if (exchange.contentLength() > longest) {
            return said(413, "a request has at most 64 KiB");
        }
        return witness.addCheckpoint(exchange.body().readNBytes(longest + 1));
    }

    private Witness.Answer keys() {
        StringBuilder text = new StringBuilder();
        witness.key().verifierKeys().forEach(key -> text.append(key.format()).append('\n'));
        return new Witness.Answer(200, TEXT, text.toString().getBytes(UTF_8));
    }

    private static Witness.Answer said(int status, String sentence) {
        return new Witness.Answer(status, TEXT, (sentence + "\n").getBytes(UTF_8));
    }

    private static void respond(Exchange exchange, Witness.Answer answer) throws IOException {
        Headers headers =
                new Headers()
                        .add("Content-Type", answer.type())
                        .add("Cache-Control", "no-store")
                        .add("X-Content-Type-Options", "nosniff");
        if (answer.status() == 405) {
            headers.add("Allow", exchange.rawPath().equals("/add-checkpoint") ? "POST" : "GET");
        }
        if (answer.status() == 503) {
            headers.add("Retry-After", "1");
        }
        exchange.respond(answer.status(), headers, ByteBuffer.wrap(answer.body()));
    }
}
