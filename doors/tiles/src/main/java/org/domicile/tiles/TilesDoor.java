package org.domicile.tiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedLogs;
import org.domicile.guard.Refused;
import org.domicile.http.BasicLogin;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.ledger.LogFile;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public final class TilesDoor implements HttpHandler {
    /** Below this path the door answers. */
    public static final String PREFIX = "/ledger/";

    /** Its places on the web listener: with a slash at its end everything below. */
    public static final List<String> PATHS = List.of(PREFIX, "/ledger");

    /**
     * Answers from the public log that are under way at once, and as many from use logs: strangers
     * who read slowly take nothing from those who are known. Each holds one file in memory, which
     * for ours is below 1 MiB.
     */
    static final int AT_ONCE = 128;

    private static final System.Logger LOG = System.getLogger("org.domicile.tiles");
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** Longer than a commit takes, so that a record is not seen by the time it needs. */
    private static final Duration REFUSING = Duration.ofMillis(100);

    private static final String TEXT = "text/plain; charset=utf-8";

    private final Guard guard;
    private final byte[] verifier;
    private final String verifierSecurity;
    private final InstantSource clock;
    private final Semaphore publicAnswers = new Semaphore(AT_ONCE);
    private final Semaphore useAnswers = new Semaphore(AT_ONCE);

    /** What is done while one of the places is held. */
    private interface Answering {
        void answer() throws IOException;
    }

    /**
     * A door to a guard's logs.
     *
     * @param verifier the page with which a browser checks proofs, one file of HTML
     */
    public TilesDoor(Guard guard, byte[] verifier, InstantSource clock) {
        this.guard = guard;
        this.verifier = verifier.clone();
        this.verifierSecurity = Page.securityOf(verifier);
        this.clock = clock;
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        try {
            answer(exchange);
        } catch (Failure e) {
            fail(exchange, e, "");
        } catch (Refused e) {
            fail(exchange, Failure.of(e), e.use());
        } catch (StorageFailure e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "request {0} failed: {1}",
                    exchange.requestId(),
                    e.getMessage());
            fail(exchange, Failure.of(e), "");
        }
    }

    private static void within(Semaphore places, Answering answering) throws IOException {
        if (!places.tryAcquire()) {
            throw new Failure(503, "Too many are reading; try again in a moment.");
        }
        try {
            answering.answer();
        } finally {
            places.release();
        }
    }

    private void answer(Exchange exchange) throws IOException {
        Wanted wanted =
                Wanted.at(exchange.rawPath())
                        .orElseThrow(() ->
                                new Failure(
                                        404,
                                        "There is nothing at this path. /ledger/ says what"
                                                + " there is."));
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            throw new Failure(405, "A log is read, with GET or HEAD; nothing else is done here.");
        }
        switch (wanted) {
            case Wanted.Page() -> page(exchange);
            case Wanted.Verifier() ->
                    exchange.respond(
                            200,
                            headers("text/html; charset=utf-8", "no-cache")
                                    .add("Content-Security-Policy", verifierSecurity)
                                    .add("Referrer-Policy", "no-referrer"),
                            ByteBuffer.wrap(verifier));
            case Wanted.PageWithoutSlash() ->
                    exchange.respond(
                            308,
                            headers(TEXT, "no-store").add("Location", PREFIX),
                            ByteBuffer.allocate(0));
            case Wanted.OfPublicLog(LogFile file) ->
                    within(publicAnswers, () -> publicFile(exchange, file));
            case Wanted.OfUseLog wantedUse -> {
                Caller.Known caller = caller(exchange, wantedUse);
                within(useAnswers, () -> useFile(exchange, caller, wantedUse));
            }
        }
    }

    private void publicFile(Exchange exchange, LogFile file) throws IOException {
        GuardedLogs logs = guard.logs(request(exchange, new Caller.Anonymous()));
        file(exchange, file, "public", logs.publicFile(file), "");
    }

    private void useFile(Exchange exchange, Caller.Known caller, Wanted.OfUseLog wanted)
            throws IOException {
        GuardedLogs logs = guard.logs(request(exchange, caller));
        Optional<byte[]> bytes = logs.useFile(wanted.organisation(), wanted.node(), wanted.file());
        file(exchange, wanted.file(), "private", bytes, logs.use());
    }

    private void page(Exchange exchange) throws IOException {
        GuardedLogs logs = guard.logs(request(exchange, new Caller.Anonymous()));
        byte[] page = Page.of(logs.publicLogs()).getBytes(StandardCharsets.UTF_8);
        exchange.respond(
                200,
                headers("text/html; charset=utf-8", "no-cache")
                        .add("Content-Security-Policy", Page.SECURITY),
                ByteBuffer.wrap(page));
    }

    /**
     * Who shows a credential. A secret is only taken where nobody else can read it: over TLS, or on
     * the machine itself; elsewhere it is not even asked for.
     */
    private Caller.Known caller(Exchange exchange, Wanted.OfUseLog wanted) {
        Optional<BasicLogin> shown = BasicLogin.of(exchange.headers());
        if (!exchange.confidential()) {
            refuse(exchange, shown, wanted, "no-tls");
            throw new Failure(
                    403, "A use log is read over https: a secret must not travel in clear.");
        }
        Optional<Caller.Known> known =
                shown.flatMap(pair -> guard.identity().caller(pair.accessKey(), pair.secret()));
        if (known.isEmpty()) {
            refuse(exchange, shown, wanted, "bad-credential");
            throw new Failure(
                    401,
                    "A use log is read with an access key and its secret, as user name and"
                            + " password. The public log needs neither: see /ledger/.");
        }
        return known.get();
    }

    /**
     * Puts a refusal on record for the organisation whose access key was shown, or counts it when
     * the key is nobody's. Both take equally long, and the answer names no use: whether a key
     * exists is not told.
     */
    private void refuse(
            Exchange exchange, Optional<BasicLogin> shown, Wanted.OfUseLog wanted, String reason) {
        long end = System.nanoTime() + REFUSING.toNanos();
        Optional<Caller.Known> claimed =
                shown.flatMap(pair -> guard.identity().caller(pair.accessKey()));
        if (claimed.isPresent()) {
            guard.logs(request(exchange, claimed.get()))
                    .refuse(wanted.organisation(), wanted.node(), reason);
        } else {
            guard.stranger(GuardedLogs.READ, reason);
        }
        if (shown.isPresent()) {
            await(end);
        }
    }

    private static void await(long end) {
        for (long left = end - System.nanoTime();
                left > 0 && !Thread.currentThread().isInterrupted();
                left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private Request request(Exchange exchange, Caller caller) {
        Instant now = clock.instant();
        return new Request(
                exchange.requestId(),
                caller,
                "tiles",
                guard.identity().zone(exchange.listener(), exchange.client().getAddress()),
                exchange.client().getAddress().getHostAddress(),
                now,
                now.plus(LONGEST),
                Optional.empty());
    }

    private static void file(
            Exchange exchange, LogFile file, String cache, Optional<byte[]> bytes, String use)
            throws IOException {
        if (bytes.isEmpty()) {
            fail(exchange, absent(file), use);
            return;
        }
        boolean checkpoint = file instanceof LogFile.Checkpoint;
        String tag = '"' + tag(bytes.get()) + '"';
        Headers headers =
                headers(
                                checkpoint ? TEXT : "application/octet-stream",
                                cache
                                        + (checkpoint
                                                ? ", no-cache"
                                                : ", max-age=31536000, immutable"))
                        .add("ETag", tag);
        name(headers, use);
        int status = known(exchange, tag) ? 304 : 200;
        exchange.respond(status, headers, ByteBuffer.wrap(bytes.get()));
    }

    private static Failure absent(LogFile file) {
        boolean partial =
                switch (file) {
                    case LogFile.Checkpoint() -> false;
                    case LogFile.Tile(int level, long index, int width) -> width < LogFile.FULL;
                    case LogFile.Bundle(long index, int width) -> width < LogFile.FULL;
                };
        return new Failure(
                404,
                partial
                        ? "There is no such file. If the full one is there by now, fetch that."
                        : "There is no such file.");
    }

    /** If-None-Match, by weak comparison (RFC 9110, 13.1.2). */
    private static boolean known(Exchange exchange, String tag) {
        for (String field : exchange.headers().all("If-None-Match")) {
            for (String each : field.split(",", -1)) {
                String shown = each.strip();
                if (shown.equals("*") || shown.equals(tag) || shown.equals("W/" + tag)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String tag(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Headers headers(String type, String cache) {
        return new Headers()
                .add("Content-Type", type)
                .add("Cache-Control", cache)
                .add("X-Content-Type-Options", "nosniff");
    }

    private static void name(Headers headers, String use) {
        if (!use.isEmpty()) {
            headers.add("x-domicile-use", use);
        }
    }

    private static void fail(Exchange exchange, Failure failure, String use) throws IOException {
        if (exchange.responded()) {
            throw new IOException("failed after the answer had begun: " + failure.sentence());
        }
        Headers headers = headers(TEXT, "no-store");
        name(headers, use);
        switch (failure.status()) {
            case 401 ->
                    headers.add("WWW-Authenticate", "Basic realm=\"use log\", charset=\"UTF-8\"");
            case 405 -> headers.add("Allow", "GET, HEAD");
            case 503 -> headers.add("Retry-After", "1");
            default -> {}
        }
        byte[] body = (failure.sentence() + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.respond(failure.status(), headers, ByteBuffer.wrap(body));
    }
}
