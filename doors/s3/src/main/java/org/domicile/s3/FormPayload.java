package org.domicile.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.domicile.guard.Upstream;

/**
 * A form's file. Owned by the request's thread; used once.
 *
 * @param file its bytes
 * @param whole bytes of the form around it, -1 when not known
 * @param fields what the form promises of it
 * @param range how long it may be
 * @param signed how the form's policy was signed, in IAM's words; empty when it was not
 */
record FormPayload(
        InputStream file, long whole, Fields fields, PostPolicy.Range range, String signed)
        implements Payload {
    @Override
    public long length() {
        return -1;
    }

    @Override
    public Upstream upstream(String algorithm) {
        Promises promises = Promises.of(fields, Promises.About.BODY, Framing.Trailing.NONE);
        BodyChecksum chosen = promises.checksum();
        if (chosen == null) {
            chosen = BodyChecksum.named(algorithm).orElseThrow();
        }
        return new IncomingBody(
                new Measured(file, range),
                -1,
                promises,
                null,
                chosen,
                BodyDigests.of(whole, BodyDigests.Want.YES, BodyDigests.Want.NO, chosen.start()));
    }

    @Override
    public byte[] document(int limit) {
        throw new IllegalStateException("a form's file is an object");
    }

    /** Ends as the policy's content-length-range wants. */
    private static final class Measured extends FilterInputStream {
        private final PostPolicy.Range range;
        private long passed;

        Measured(InputStream file, PostPolicy.Range range) {
            super(file);
            this.range = range;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            int read = in.read(target, offset, count);
            passed += Math.max(0, read);
            if (passed > range.most()) {
                throw new Upstream.Invalid(
                        ErrorCode.ENTITY_TOO_LARGE.code(),
                        "Your proposed upload exceeds the maximum allowed size of "
                                + range.most()
                                + " bytes.");
            }
            if (read < 0 && passed < range.least()) {
                throw new Upstream.Invalid(
                        ErrorCode.ENTITY_TOO_SMALL.code(),
                        "Your proposed upload is smaller than the minimum allowed size of "
                                + range.least()
                                + " bytes.");
            }
            return read;
        }
    }
}
