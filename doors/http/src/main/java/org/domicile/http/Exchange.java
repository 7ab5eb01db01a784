package org.domicile.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** One request and its answer. Owned by the handler's thread. */
public interface Exchange {
    /** Sixteen upper-case hexadecimal digits, unique for this process. */
    String requestId();

    /** The method, upper case as sent. */
    String method();

    /**
     * The path as on the wire, from the first '/' up to '?'; never decoded or normalised; a byte is
     * a char. Scheme and authority of an absolute-form target are not part of it (the authority is
     * the Host field's). {@code *} for {@code OPTIONS *}.
     */
    String rawPath();

    /** The query as on the wire without '?'; empty when there is none. */
    String rawQuery();

    /** The request's headers. */
    Headers headers();

    /** Content-Length; 0 when there is no body; -1 when the body is chunked. */
    long contentLength();

    /**
     * The body, decoded from the transfer coding; reading blocks. The first read answers a waiting
     * 100-continue. A connection that ends early, or sends nothing for the listener's headTime,
     * makes a read throw {@link java.io.EOFException}; a broken chunk {@link
     * java.net.ProtocolException}. A body of at most 64 KiB whose Content-Length is given is here
     * before the handler starts (unless the client waits for a 100-continue).
     */
    InputStream body();

    /**
     * Bounds how long one read of the body waits from here on, where the listener's headTime is
     * longer; one that gets nothing meanwhile throws {@link java.net.SocketTimeoutException}.
     */
    void bodyWithin(Duration longest);

    /** Address of the peer; the loopback address with port 0 over a Unix socket. */
    InetSocketAddress client();

    /** Address that the peer connected to; likewise. */
    InetSocketAddress local();

    /** True over TLS. */
    boolean secure();

    /** True when a secret may travel: over TLS, or on this machine, nobody reads it on its way. */
    default boolean confidential() {
        return secure() || client().getAddress().isLoopbackAddress();
    }

    /** Name of the listener it came through. */
    String listener();

    /**
     * Answers with a whole body. Adds Content-Length and Date, and Connection where it matters. An
     * answer to HEAD, a 204 and a 304 send no body; for HEAD a Content-Length among the headers
     * stands, otherwise it is the body's. The body is sent or copied when this returns.
     *
     * @throws IOException when the client has gone, or takes nothing for the listener's headTime
     * @throws IllegalStateException when an answer has begun
     */
    void respond(int status, Headers headers, ByteBuffer body) throws IOException;

    /**
     * Answers with a streamed body of {@code length} bytes, or chunked when {@code length} is -1.
     * Writes block while the client is slow. Closing the stream before {@code length} bytes were
     * written closes the connection; so does a handler that returns without closing it.
     *
     * @throws IllegalStateException when an answer has begun
     */
    BodyOutput respond(int status, Headers headers, long length) throws IOException;

    /** True once an answer has begun. */
    boolean responded();
}
