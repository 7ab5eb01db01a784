/**
 * HTTP/1.1 for all doors that speak it: Netty's event loops do the wire, a virtual thread runs each
 * request's handler in blocking style.
 *
 * <p>What arrives is handed on as it was on the wire: the path and the query are raw (never
 * decoded, never normalised), header values keep their order and their bytes (ISO-8859-1, one char
 * a byte), because signatures are computed over them.
 *
 * <p><b>Who answers which failure.</b> This module answers what is not HTTP (400), too large a head
 * (431), a header that never ends (408), and connections above the limit (closed). Everything else
 * is the handler's. A handler that throws before it has answered gives 500 without a body and one
 * log line with the request id; after it has begun to answer, the connection is closed so that the
 * client sees a truncated answer and not a wrong one.
 *
 * <p><b>Limits.</b> Request head 64 KiB, connections and time for a head by {@link
 * org.domicile.http.ListenerOptions}. A body is never collected beyond 256 KiB: it streams with
 * back-pressure. {@code Expect: 100-continue} is answered when the handler first reads the body, or
 * with the final answer when the body (or its absence) is complete by then; when the handler
 * answers while a body is still to come, the final status is sent alone and the connection closed.
 */
@NullMarked
package org.domicile.http;

import org.jspecify.annotations.NullMarked;
