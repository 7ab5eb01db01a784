package org.domicile.outbound;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** See the package's page. Safe for concurrent use; a call blocks. */
public final class Outbound {
    private final Resolver resolver;
    private final SSLContext tls;

    Outbound(Resolver resolver, SSLContext tls) {
        this.resolver = resolver;
        this.tls = tls;
    }

    /** By the machine's resolver and the trust of the JDK. Opens no connection. */
    public static Outbound open() {
        try {
            return new Outbound(
                    host -> List.of(InetAddress.getAllByName(host)), SSLContext.getDefault());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /** Asks for what is at an address of a site. */
    public Answer get(Site site, String address, Limits limits) throws Unreachable {
        URI uri = site.within(address);
        return asked(
                site,
                uri,
                bytes(head("GET", uri, "")),
                limits,
                in -> new AnswerReader(in, limits.bytes()).read());
    }

    /**
     * Sends something to an address of a site. Of a longer answer than the limits allow the
     * beginning is read: who sends wants to know the status.
     *
     * @param fields of the request's head, beside those that every one has; their names and values
     *     are ASCII without control characters
     */
    public Answer post(
            Site site, String address, Map<String, String> fields, byte[] body, Limits limits)
            throws Unreachable {
        URI uri = site.within(address);
        StringBuilder said = new StringBuilder("Content-Length: " + body.length + "\r\n");
        fields.forEach((name, value) -> said.append(field(name, value)));
        byte[] head = bytes(head("POST", uri, said.toString()));
        byte[] whole = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        return asked(site, uri, whole, limits, in -> AnswerReader.beginning(in, limits.bytes()));
    }

    /** What could end a line early would say something else than was meant. */
    private static String field(String name, String value) {
        if (!name.matches("[A-Za-z0-9-]+") || !value.matches("[ -~]*")) {
            throw new IllegalArgumentException("a field of a request is ASCII: " + name);
        }
        return name + ": " + value + "\r\n";
    }

    private interface Reading {
        Answer of(InputStream in) throws IOException;
    }

    private Answer asked(Site site, URI uri, byte[] request, Limits limits, Reading reading)
            throws Unreachable {
        Deadline deadline = new Deadline(limits.time());
        InetAddress pinned = resolved(site, uri, deadline);
        try (Socket plain = new Socket(Proxy.NO_PROXY)) {
            Thread end = deadline.over(plain);
            try {
                return exchanged(plain, uri, pinned, request, reading, deadline);
            } finally {
                end.interrupt();
            }
        } catch (IOException e) {
            throw deadline.passed() || e instanceof SocketTimeoutException
                    ? late(uri, e)
                    : new Unreachable(uri.getHost() + ": " + e.getMessage(), e);
        }
    }

    /**
     * A way to a site for many exchanges, one after the other. Nothing is looked up or connected
     * yet.
     */
    public Link link(Site site) {
        return new Link(this, site);
    }

    /** Looks a site's name up, checks what it means, and connects. */
    Socket connected(Socket plain, Site site, Deadline deadline) throws IOException, Unreachable {
        URI base = site.base();
        return connected(plain, base, resolved(site, base, deadline), deadline);
    }

    private Socket connected(Socket plain, URI uri, InetAddress pinned, Deadline deadline)
            throws IOException {
        plain.connect(new InetSocketAddress(pinned, Site.port(uri)), deadline.left());
        return uri.getScheme().equals("http") ? plain : secured(plain, uri);
    }

    private Answer exchanged(
            Socket plain,
            URI uri,
            InetAddress pinned,
            byte[] request,
            Reading reading,
            Deadline deadline)
            throws IOException {
        Socket socket = connected(plain, uri, pinned, deadline);
        socket.getOutputStream().write(request);
        socket.getOutputStream().flush();
        return reading.of(new BufferedInputStream(socket.getInputStream()));
    }

    /** Any of its addresses that is not allowed refuses the name: one answer of several may lie. */
    private InetAddress resolved(Site site, URI uri, Deadline deadline) throws Unreachable {
        String host = uri.getHost();
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        FutureTask<List<InetAddress>> asking = new FutureTask<>(() -> resolver.addresses(bare));
        // The JDK's look-up knows no deadline: whoever waits for it does.
        Thread.ofVirtual().name("look-up").start(asking);
        try {
            List<InetAddress> all = asking.get(deadline.left(), TimeUnit.MILLISECONDS);
            for (InetAddress each : all) {
                site.require(each);
            }
            if (all.isEmpty()) {
                throw new Unreachable(bare + " has no address");
            }
            return all.getFirst();
        } catch (ExecutionException e) {
            throw new Unreachable(
                    e.getCause() instanceof UnknownHostException
                            ? bare + " is not known"
                            : bare + " cannot be looked up",
                    e);
        } catch (SocketTimeoutException | TimeoutException e) {
            throw late(uri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted", e);
        }
    }

    private Socket secured(Socket plain, URI uri) throws IOException {
        SSLSocket secure =
                (SSLSocket)
                        tls.getSocketFactory()
                                .createSocket(plain, uri.getHost(), Site.port(uri), true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        return secure;
    }

    private static byte[] bytes(String head) {
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    private static String head(String method, URI uri, String fields) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return method
                + " "
                + path
                + query
                + " HTTP/1.1\r\nHost: "
                + uri.getHost()
                + port
                + "\r\nUser-Agent: Domicile\r\nAccept: */*\r\n"
                + fields
                + "Connection: close\r\n\r\n";
    }

    static Unreachable late(URI uri, Exception e) {
        return new Unreachable(uri.getHost() + " did not answer in time", e);
    }
}
