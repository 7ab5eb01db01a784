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
 * carries its S3 code; {@link org.domicile.guard.Unopenable} is 403 InvalidObjectState, which no
 * client tries again. Anything else is a bug: 500 InternalError and a stack trace in the log. A
 * refusal by the door itself, of a caller that is known, is recorded by {@link
 * org.domicile.guard.GuardedObjects#refuse}; of a stranger, counted by {@link
 * org.domicile.guard.Guard#stranger}.
 *
 * <p><b>Decisions.</b> A name is the bytes that were percent-decoded, strictly UTF-8, 1 to 1,024 of
 * them, never normalised: {@code ..}, {@code //}, control characters and NUL are part of a name, as
 * on S3; what is not UTF-8 is InvalidURI. Bucket names follow S3's rules for new buckets in every
 * operation, since no other bucket can exist. What an unknown query parameter means is decided by
 * its value: with one it means nothing, as on S3, without one it is a subresource that is not
 * known, hence 501. A request field that asks for something we do not do is refused ({@code
 * Unserved}). Encryption that is asked for is a second key ({@code Encryptions}); customers' keys
 * are taken over TLS and from this machine, and wiped when the call is over. A preflight is
 * answered before anybody is asked who he is, and counted ({@code Cors}). Completions and copies
 * are answered with their true status and never with 200 before the end: they are done before a
 * byte is answered. DeleteObjects is one use for each key. The owner that answers show is the
 * organisation. The record of a read says the bytes that its answer holds: ranges and conditions
 * are decided before it is made, from what {@link org.domicile.guard.GuardedObjects.Glimpse} shows,
 * and once more for the answer. Strangers are told AccessDenied for what is not served, too. A
 * signature for another region is answered with ours, in the document and in x-amz-bucket-region,
 * because clients sign again with it.
 *
 * <p><b>STS.</b> AWS's Security Token Service is served on the same listener ({@code Sts}): on the
 * root, where S3 knows but the list of buckets, a posted form, or an {@code Action} with a {@code
 * Version}, is a request of AWS's query protocol, signed for the service {@code sts}, and answered
 * in its own words ({@code StsFailure}). A session token in {@code x-amz-security-token}, or in a
 * presigned query, is what a temporary credential signs with; the guard opens it.
 *
 * <p><b>Sharing.</b> An account and a canonical user id are an organisation. What conditions of a
 * bucket's policy may read of a request is said by {@code RequestFacts}, and asked only where there
 * is such a policy. Documents of strangers are not read.
 *
 * <p><b>Limits.</b> Documents 4 MiB (64 KiB for a bucket's), 16 elements deep; 1,000 keys a
 * deletion; 10,000 parts; user metadata 2 KiB, other kept headers 8 KiB; 5 GiB for one PUT, part or
 * copy. A request of STS has 64 KiB and 64 parameters, a token of an issuer 20,000 characters.
 *
 * <p><b>Receipts.</b> A request with {@code x-domicile-receipt: on}, or of a credential that is set
 * so and does not say {@code off}, is answered with a receipt for the use that {@code
 * x-domicile-use} names, in the header of the same name. An answer without one promises nothing.
 */
@NullMarked
package org.domicile.s3;

import org.jspecify.annotations.NullMarked;
