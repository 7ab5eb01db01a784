/**
 * The S3 door: Amazon S3's REST API over HTTP/1.1, as the clients that people have speak it.
 *
 * <p><b>One request, top to bottom.</b> {@code Operation} parses method, path, query and headers
 * into one of a closed set of operations; {@code Authentication} says who sent it and how its body
 * is framed; the door makes a {@link org.domicile.request.Request} and calls the guard's view; what
 * comes back is written as S3 writes it. A request that S3 knows and we do not serve yet is a named
 * operation that answers 501 NotImplemented, never a wrong success.
 *
 * <p><b>Who answers which failure.</b> {@code Failure} is the one class that maps: an S3 error code
 * with its status, and an XML body (none for HEAD). {@link org.domicile.guard.Refused} is 403
 * AccessDenied with the sentence of the rule; {@link org.domicile.bytes.StorageFailure} OVERLOADED
 * is 503 SlowDown, FULL is 507 InsufficientStorage, everything else of it 503 ServiceUnavailable,
 * with one line in the log that carries the request id; {@link org.domicile.guard.Upstream.Invalid}
 * carries its S3 code. Anything else is a bug: 500 InternalError and a stack trace in the log. A
 * refusal by the door itself, of a caller that is known, is recorded by {@link
 * org.domicile.guard.GuardedObjects#refuse}; of a stranger, counted by {@link
 * org.domicile.guard.Guard#stranger}.
 */
@NullMarked
package org.domicile.s3;

import org.jspecify.annotations.NullMarked;
