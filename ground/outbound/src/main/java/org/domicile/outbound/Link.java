package org.domicile.outbound;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A way to a site, for one exchange after the other: each is begun when the one before is closed.
 * Bodies pass in both directions without being held in memory. The connection is kept while both
 * sides want it; a new one is resolved and checked anew. Owned by one thread.
 */
public final class Link implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    /** A connection that nobody used for so long may be on its way to being closed over there. */
    private static final long STALE_NANOS = 3_000_000_000L;

    private final Outbound outbound;
    private final Site site;
    private @Nullable Connection connection;

    /** A connection, made and checked. */
    private static final class Connection {
        final Socket plain;
        final InputStream in;
        final OutputStream out;
        long used = System.nanoTime();

        Connection(Socket plain, Socket socket) throws IOException {
            this.plain = plain;
            this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
            this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
        }
    }

    Link(Outbound outbound, Site site) {
        this.outbound = outbound;
        this.site = site;
    }

    /** What is signed as Host. */
    public String host() {
        return host(site.base());
    }

    /** What comes before the path of each call; empty where the site is a whole host. */
    public String path() {
        String path = site.base().getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /**
     * An answer on its way in. Close it; the link serves the next exchange then.
     *
     * @param status three digits; a redirect is one like any
     * @param fields by lower-case name
     * @param length of the body, -1 when nobody says
     * @param body ends cleanly only when all of it came; a failure is an IOException
     */
    public record Reply(
            int status, Map<String, String> fields, long length, InputStream body, Runnable over)
            implements AutoCloseable {
        /** A field; empty when it is not there. */
        public String field(String name) {
            return fields.getOrDefault(name, "");
        }

        @Override
        public void close() {
            over.run();
        }
    }

    /**
     * Asks.
     *
     * @param time from the look-up of the name to the body's last byte
     */
    public Reply exchange(Call call, Duration time) throws Unreachable {
        Deadline deadline = new Deadline(time);
        Connection mine = null;
        Thread end = null;
        try {
            mine = connected(deadline);
            end = deadline.over(mine.plain);
            mine.plain.setSoTimeout(deadline.left());
            mine.out.write(head(call).getBytes(StandardCharsets.ISO_8859_1));
            call.body().to(mine.out);
            mine.out.flush();
            AnswerReader.Head head = new AnswerReader(mine.in, Long.MAX_VALUE).head(call.method());
            return reply(mine, head, end);
        } catch (IOException e) {
            drop(mine, end);
            throw deadline.passed() || e instanceof SocketTimeoutException
                    ? Outbound.late(site.base(), e)
                    : new Unreachable(site.base().getHost() + ": " + said(e), e);
        } catch (RuntimeException | Error e) {
            drop(mine, end);
            throw e;
        }
    }

    private static String said(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private Reply reply(Connection mine, AnswerReader.Head head, Thread end) {
        return new Reply(
                head.status(),
                head.fields(),
                head.length(),
                head.body(),
                () -> {
                    if (head.keeps() && head.body().ended()) {
                        end.interrupt();
                        mine.used = System.nanoTime();
                    } else {
                        drop(mine, end);
                    }
                });
    }

    private Connection connected(Deadline deadline) throws IOException, Unreachable {
        Connection kept = connection;
        if (kept != null && System.nanoTime() - kept.used < STALE_NANOS) {
            return kept;
        }
        close();
        Socket plain = new Socket(Proxy.NO_PROXY);
        Thread end = deadline.over(plain);
        boolean made = false;
        try {
            Connection fresh = new Connection(plain, outbound.connected(plain, site, deadline));
            connection = fresh;
            made = true;
            return fresh;
        } finally {
            end.interrupt();
            if (!made) {
                plain.close();
            }
        }
    }

    private void drop(@Nullable Connection mine, @Nullable Thread end) {
        if (end != null) {
            end.interrupt();
        }
        if (mine != null && mine == connection) {
            close();
        }
    }

    private String head(Call call) throws ProtocolException {
        StringBuilder head =
                new StringBuilder(call.method())
                        .append(' ')
                        .append(path())
                        .append(call.path())
                        .append(call.query().isEmpty() ? "" : "?" + call.query())
                        .append(" HTTP/1.1\r\nHost: ")
                        .append(host())
                        .append("\r\nUser-Agent: Domicile\r\n");
        call.fields()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        if (call.body().length() > 0
                || call.method().equals("PUT")
                || call.method().equals("POST")) {
            head.append("Content-Length: ").append(call.body().length()).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static String host(URI uri) {
        int port = uri.getPort();
        boolean usual = port < 0 || port == (uri.getScheme().equals("https") ? 443 : 80);
        return usual ? uri.getHost() : uri.getHost() + ":" + port;
    }

    @Override
    public void close() {
        Connection mine = connection;
        connection = null;
        if (mine != null) {
            try {
                mine.plain.close();
            } catch (IOException e) {
                // The system has lost it: nobody waits for it any more.
            }
        }
    }
}
