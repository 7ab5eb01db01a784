package org.domicile.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** One request and its answer. Owned by the handler's thread. */
public interface Exchange {
    /** Sixteen upper-case hexadecimal digits, unique for this process. */
    String requestId();

    /** The method, upper case as sent. */
    String method();

    /** The path as on the wire, from the first '/' up to '?'; never decoded or normalised. */
    String rawPath();

    /** The query as on the wire without '?'; empty when there is none. */
    String rawQuery();

    /** The request's headers. */
    Headers headers();

    /** Content-Length; 0 when there is no body; -1 when the body is chunked. */
    long contentLength();

    /**
     * The body, decoded from the transfer coding; reading blocks. The first read answers a waiting
     * 100-continue. A connection that ends early makes a read throw {@link java.io.EOFException}.
     */
    InputStream body();

    /** Address of the peer. */
    InetSocketAddress client();

    /** Address that the peer connected to. */
    InetSocketAddress local();

    /** True over TLS. */
    boolean secure();

    /** Name of the listener it came through. */
    String listener();

    /**
     * Answers with a whole body. Adds Content-Length and Date. For HEAD give the headers' own
     * Content-Length.
     */
    void respond(int status, Headers headers, ByteBuffer body) throws IOException;

    /**
     * Answers with a streamed body of {@code length} bytes, or chunked when {@code length} is -1.
     * Writes block while the client is slow. Closing the stream before {@code length} bytes were
     * written closes the connection.
     */
    OutputStream respond(int status, Headers headers, long length) throws IOException;

    /** True once an answer has begun. */
    boolean responded();
}
