/**
 * S3 as its client: as much of Amazon's S3 API as it takes to carry a bucket from or to another
 * server, over {@link org.domicile.outbound.Link}, so that the other server is one that an operator
 * has registered, by the address that was checked, without redirects.
 *
 * <p><b>Form.</b> Path style, Signature Version 4 in the header. The bodies of small requests are
 * signed; those of objects pass unread, as {@code UNSIGNED-PAYLOAD}, with a Content-MD5 where it is
 * known before. Names with a segment {@code .} or {@code ..} are refused: some servers and proxies
 * take them for another place.
 *
 * <p><b>Failures.</b> A {@link org.domicile.s3client.RemoteFailure} says what the other side said.
 * What may pass (429, 500, 502, 503, 504, a broken connection) is asked again with growing pauses,
 * where asking twice does no harm: a write of an object is not, because its answer may have been
 * lost and not the write.
 *
 * <p><b>Limits.</b> What it says of a failure or sets for a version has at most 64 KiB, what it
 * sets for a bucket 1 MiB, a page of a listing 4 MiB and 32,000 elements, within 60 seconds; a body
 * comes at 64 KiB a second at least. Answers are parsed while they come and not held beside what is
 * made of them. What the other side says is never trusted to end by itself: a listing that does not
 * go on is a failure.
 */
@NullMarked
package org.domicile.s3client;

import org.jspecify.annotations.NullMarked;
