package org.domicile.s3;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.domicile.guard.Upstream;
import org.jspecify.annotations.Nullable;

/** Plain bytes of a request, counted and digested as they pass. Owned by the request's thread. */
final class IncomingBody extends InputStream implements Upstream {
    private static final int SMALL = 64 << 10;

    /** Bytes that are digested at once, when so many are asked for: a piece costs less for each. */
    private static final int PIECE = 128 << 10;

    private final InputStream source;
    private final long length;
    private final Promises promises;
    private final byte @Nullable [] sha256;
    private final @Nullable BodyChecksum algorithm;
    private final BodyDigests digests;
    private long passed;
    private boolean ended;

    /**
     * Over plain bytes.
     *
     * @param length how many are promised, -1 when nothing is
     * @param sha256 the promised SHA-256 of all, if there is one
     * @param algorithm the checksum that {@code digests} take, if they take one
     */
    IncomingBody(
            InputStream source,
            long length,
            Promises promises,
            byte @Nullable [] sha256,
            @Nullable BodyChecksum algorithm,
            BodyDigests digests) {
        this.source = source;
        this.length = length;
        this.promises = promises;
        this.sha256 = sha256;
        this.algorithm = algorithm;
        this.digests = digests;
    }

    @Override
    public long expected() {
        return length;
    }

    @Override
    public String algorithm() {
        return algorithm == null ? "" : algorithm.lower();
    }

    @Override
    public InputStream body() {
        return this;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        if (count == 0) {
            return 0;
        }
        int read = source.read(target, offset, count);
        if (read < 0) {
            ended = true;
            requireLength(passed == length);
            return -1;
        }
        took(target, offset, read);
        return read;
    }

    @Override
    public int readNBytes(byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        int read = 0;
        while (read < count && !ended) {
            int most = Math.min(count - read, PIECE);
            int piece = source.readNBytes(target, offset + read, most);
            took(target, offset + read, piece);
            read += piece;
            if (piece < most) {
                ended = true;
                requireLength(passed == length);
            }
        }
        return read;
    }

    private void took(byte[] bytes, int offset, int count) {
        passed += count;
        requireLength(passed <= length);
        digests.update(bytes, offset, count);
    }

    private void requireLength(boolean kept) {
        if (!kept && length >= 0) {
            throw invalid(
                    ErrorCode.INCOMPLETE_BODY,
                    "You did not provide the number of bytes specified by the Content-Length HTTP"
                            + " header");
        }
    }

    /** A small body that is read whole is taken whole: the array that it arrived in. */
    @Override
    public byte[] readNBytes(int most) throws IOException {
        if (passed > 0 || ended || length <= 0 || length > SMALL || most < length) {
            return super.readNBytes(most);
        }
        byte[] all = source instanceof ChunkedBody ? exactly((int) length) : source.readAllBytes();
        if (!(source instanceof ChunkedBody)) {
            took(all, 0, all.length);
        }
        return all;
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = new byte[count];
        int read = readNBytes(bytes, 0, count);
        requireLength(read == count);
        return bytes;
    }

    @Override
    public Digests finish() {
        requireEnd();
        if (sha256 != null && !MessageDigest.isEqual(sha256, digests.sha256())) {
            throw invalid(
                    ErrorCode.X_AMZ_CONTENT_SHA256_MISMATCH,
                    "The provided 'x-amz-content-sha256' header does not match what was"
                            + " computed.");
        }
        byte[] checksum = digests.checksum();
        byte[] promised = promises.value();
        if (algorithm != null && promised != null && !MessageDigest.isEqual(promised, checksum)) {
            throw invalid(
                    ErrorCode.BAD_DIGEST,
                    "The "
                            + algorithm.name()
                            + " you specified did not match the calculated checksum.");
        }
        byte[] md5 = digests.md5();
        byte[] promisedMd5 = promises.md5();
        if (promisedMd5 != null && !MessageDigest.isEqual(promisedMd5, md5)) {
            throw invalid(
                    ErrorCode.BAD_DIGEST,
                    "The Content-MD5 you specified did not match what we received.");
        }
        return new Digests(
                HexFormat.of().formatHex(md5),
                algorithm == null
                        ? Map.of()
                        : Map.of(algorithm.lower(), Base64.getEncoder().encodeToString(checksum)));
    }

    private void requireEnd() {
        if (ended) {
            return;
        }
        try {
            if (read() >= 0) {
                throw new IllegalStateException("a body was finished before it was read");
            }
        } catch (IOException e) {
            throw invalid(ErrorCode.INCOMPLETE_BODY, "The request body terminated unexpectedly");
        }
    }

    private static Upstream.Invalid invalid(ErrorCode code, String sentence) {
        return new Upstream.Invalid(code.code(), sentence);
    }
}
