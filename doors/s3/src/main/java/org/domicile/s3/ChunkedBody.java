package org.domicile.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.domicile.guard.Upstream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the aws-chunked framing off a body and checks all that it says (S3 API reference,
 * "Signature calculations … transferring payload in multiple chunks", and with trailing headers).
 * Ends only behind the last chunk, its trailers and their signature, and only when as many bytes
 * came as x-amz-decoded-content-length promised. Owned by the request's thread.
 *
 * <p>A broken framing is IncompleteBody, as S3 says it. Bytes of a chunk are handed on before its
 * signature is known: what reads here keeps nothing until the end was reached.
 *
 * <p><b>Limits.</b> A chunk's head 8 KiB, all trailers 8 KiB, a chunk as long as what is still
 * expected; only the last chunk may be shorter than 8 KiB, as in S3.
 *
 * <p><b>Meant, though it looks odd.</b> A trailer's line may end with LF alone, an empty line may
 * stand before the trailers' signature and one more after the end: minio-go writes them so.
 */
final class ChunkedBody extends InputStream {
    private static final int BUFFER = 16 << 10;
    private static final int LINE = 8 << 10;
    private static final int SHORTEST = 8 << 10;
    private static final int MOST_DIGITS = 15;
    private static final int SIGNATURE = 64;
    private static final byte[] EXTENSION = ";chunk-signature=".getBytes(StandardCharsets.US_ASCII);
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

    private final InputStream source;
    private final @Nullable ChunkSigner signer;
    private final Framing.Trailing trailing;
    private final Promises promises;
    private final byte[] buffer;
    private int at;
    private int filled;
    private byte[] line = new byte[128];

    /** Bytes of the body that are still to come. */
    private long left;

    /** Bytes of the current chunk that are still to come. */
    private long chunk;

    private byte[] signature = new byte[0];
    private boolean shortSeen;
    private boolean ended;

    /**
     * Over {@code source}; {@code length} is x-amz-decoded-content-length, {@code framed} the
     * length of the whole with its framing or -1.
     */
    ChunkedBody(
            InputStream source,
            @Nullable ChunkSigner signer,
            Framing.Trailing trailing,
            Promises promises,
            long length,
            long framed) {
        this.source = source;
        this.signer = signer;
        this.trailing = trailing;
        this.promises = promises;
        this.left = length;
        this.buffer = new byte[framed < 0 ? BUFFER : Math.clamp(framed, 16, BUFFER)];
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (chunk == 0 && (ended || !nextChunk())) {
            return -1;
        }
        int count = take(target, offset, (int) Math.min(length, chunk));
        chunk -= count;
        left -= count;
        if (signer != null) {
            signer.update(target, offset, count);
        }
        if (chunk == 0) {
            expectLineEnd();
            requireChunkSignature();
        }
        return count;
    }

    private int take(byte[] target, int offset, int length) throws IOException {
        if (at == filled) {
            if (length >= buffer.length) {
                int count = source.read(target, offset, length);
                if (count < 0) {
                    throw incomplete();
                }
                return count;
            }
            fill();
        }
        int count = Math.min(length, filled - at);
        System.arraycopy(buffer, at, target, offset, count);
        at += count;
        return count;
    }

    private void fill() throws IOException {
        int count = source.read(buffer, 0, buffer.length);
        if (count <= 0) {
            throw incomplete();
        }
        at = 0;
        filled = count;
    }

    private byte next() throws IOException {
        if (at == filled) {
            fill();
        }
        return buffer[at++];
    }

    private void expectLineEnd() throws IOException {
        if (next() != '\r' || next() != '\n') {
            throw incomplete();
        }
    }

    /** Reads into {@link #line} up to an LF, which is not part of it. */
    private int line(ErrorCode tooLong) throws IOException {
        int length = 0;
        for (byte b = next(); b != '\n'; b = next()) {
            if (length == LINE) {
                throw invalid(tooLong, "A line of the body's framing passes 8 KiB.");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = b;
        }
        return length;
    }

    /** Begins the next chunk; false when it was the last, empty one, and all behind it is right. */
    private boolean nextChunk() throws IOException {
        int length = line(ErrorCode.INCOMPLETE_BODY) - 1;
        if (length < 0 || line[length] != '\r') {
            throw incomplete();
        }
        int digits = 0;
        long size = 0;
        while (digits < length) {
            int digit = Character.digit(line[digits] & 0xff, 16);
            if (digit < 0) {
                break;
            }
            if (++digits > MOST_DIGITS) {
                throw incomplete();
            }
            size = size << 4 | digit;
        }
        if (digits == 0 || size > left) {
            throw incomplete();
        }
        takeSignature(digits, length);
        if (size == 0) {
            end();
            return false;
        }
        if (shortSeen) {
            throw invalid(
                    ErrorCode.INVALID_CHUNK_SIZE,
                    "Only the last chunk is allowed to have a size less than 8192 bytes");
        }
        shortSeen = size < SHORTEST;
        chunk = size;
        return true;
    }

    private void takeSignature(int from, int to) {
        if (signer == null) {
            if (from != to) {
                throw incomplete();
            }
            return;
        }
        int start = from + EXTENSION.length;
        if (to != start + SIGNATURE
                || !Arrays.equals(line, from, start, EXTENSION, 0, EXTENSION.length)) {
            throw incomplete();
        }
        signature = Arrays.copyOfRange(line, start, to);
    }

    private void requireChunkSignature() {
        if (signer != null && !signer.endsChunk(signature)) {
            throw mismatch();
        }
    }

    private void end() throws IOException {
        if (left != 0) {
            throw incomplete();
        }
        requireChunkSignature();
        switch (trailing) {
            case NONE -> expectLineEnd();
            case TRAILERS -> {
                trailers();
                if (more() && buffer[at] == '\r') {
                    expectLineEnd();
                }
            }
        }
        if (more()) {
            throw incomplete();
        }
        ended = true;
    }

    private boolean more() throws IOException {
        if (at == filled) {
            int count = source.read(buffer, 0, buffer.length);
            at = 0;
            filled = Math.max(count, 0);
        }
        return at < filled;
    }

    private void trailers() throws IOException {
        int total = 0;
        boolean seen = false;
        boolean gap = false;
        byte[] signed = null;
        while (true) {
            int length = line(ErrorCode.MALFORMED_TRAILER);
            total += length + 1;
            if (total > LINE) {
                throw malformed();
            }
            int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
            if (end == 0) {
                if (length == 0) {
                    throw malformed();
                }
                if (signer != null && signed == null && seen && !gap) {
                    gap = true;
                    continue;
                }
                break;
            }
            String text = new String(line, 0, end, StandardCharsets.ISO_8859_1);
            int colon = text.indexOf(':');
            if (colon <= 0 || signed != null) {
                throw malformed();
            }
            String name = org.domicile.http.Headers.lower(text.substring(0, colon));
            String value = new String(trimmed(text, colon + 1), StandardCharsets.ISO_8859_1);
            if (name.equals(TRAILER_SIGNATURE) && signer != null) {
                signed = value.getBytes(StandardCharsets.ISO_8859_1);
            } else if (seen || gap) {
                throw malformed();
            } else {
                takeChecksum(name, value);
                seen = true;
            }
        }
        requireTrailers(seen, signed);
    }

    private static byte[] trimmed(String text, int from) {
        return new Text(text.length()).value(text.substring(from)).copy();
    }

    private void takeChecksum(String name, String value) {
        BodyChecksum checksum = promises.checksum();
        if (!promises.trailing() || checksum == null || !checksum.header().equals(name)) {
            throw malformed();
        }
        promises.arrived(
                checksum.decode(value)
                        .orElseThrow(() ->
                                invalid(
                                        ErrorCode.INVALID_REQUEST,
                                        "Value for " + name + " trailing header is invalid.")));
        if (signer != null) {
            byte[] canonical = (name + ":" + value + "\n").getBytes(StandardCharsets.ISO_8859_1);
            signer.update(canonical, 0, canonical.length);
        }
    }

    private void requireTrailers(boolean seen, byte @Nullable [] signed) {
        if (promises.trailing() && !seen) {
            throw signer == null ? malformed() : incomplete();
        }
        if (signer == null) {
            return;
        }
        if (signed == null) {
            if (seen) {
                throw malformed();
            }
        } else if (!signer.endsTrailers(signed)) {
            throw mismatch();
        }
    }

    private static Upstream.Invalid incomplete() {
        return invalid(ErrorCode.INCOMPLETE_BODY, "The request body terminated unexpectedly");
    }

    private static Upstream.Invalid malformed() {
        return invalid(
                ErrorCode.MALFORMED_TRAILER,
                "The request contained trailing data that was not well-formed or did not conform"
                        + " to our published schema.");
    }

    private static Upstream.Invalid mismatch() {
        return invalid(
                ErrorCode.SIGNATURE_DOES_NOT_MATCH,
                "The signature we calculated for a piece of the body does not match the signature"
                        + " you provided. Check your key and signing method.");
    }

    private static Upstream.Invalid invalid(ErrorCode code, String sentence) {
        return new Upstream.Invalid(code.code(), sentence);
    }
}
