package org.domicile.s3;

import java.io.IOException;
import org.domicile.guard.Upstream;

/**
 * A request's body as its signature frames it: plain, signed as a whole, or in aws-chunked pieces
 * with or without signatures and trailers. Every promise about it (x-amz-content-sha256,
 * Content-MD5, x-amz-checksum-*, trailers, lengths) is checked; a broken one is {@link
 * org.domicile.guard.Upstream.Invalid} with the S3 code. Owned by the request's thread; used once.
 */
interface Payload {
    /** Plain bytes that will come, -1 when not known. */
    long length();

    /**
     * The body as an object or part.
     *
     * @param algorithm lower-case checksum algorithm to compute when the client sends none: for an
     *     upload's part, the upload's; for an object {@code crc64nvme}; empty for none
     */
    Upstream upstream(String algorithm);

    /**
     * The whole body of a small document, with every promise checked.
     *
     * @throws Failure MALFORMED_XML or ENTITY_TOO_LARGE when it is longer than {@code limit}, and
     *     what a broken promise says
     */
    byte[] document(int limit) throws IOException;
}
