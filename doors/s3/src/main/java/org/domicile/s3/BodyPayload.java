package org.domicile.s3;

import java.io.IOException;
import java.io.InputStream;
import org.domicile.guard.Upstream;
import org.domicile.http.Exchange;
import org.jspecify.annotations.Nullable;

/** A request's body behind its framing. Owned by the request's thread; used once. */
final class BodyPayload implements Payload {
    static final String DECODED_LENGTH = "x-amz-decoded-content-length";

    private final Exchange exchange;
    private final Fields fields;
    private final Framing framing;

    BodyPayload(Exchange exchange, Fields fields, Framing framing) {
        this.exchange = exchange;
        this.fields = fields;
        this.framing = framing;
    }

    @Override
    public long length() {
        return switch (framing) {
            case Framing.Plain plain -> exchange.contentLength();
            case Framing.Hashed hashed -> exchange.contentLength();
            case Framing.UnsignedChunks chunks -> decodedLength();
            case Framing.SignedChunks chunks -> decodedLength();
        };
    }

    /** x-amz-decoded-content-length; -1 when it is missing or no number. */
    private long decodedLength() {
        if (!fields.has(DECODED_LENGTH)) {
            return -1;
        }
        return Numbers.parse(fields.one(DECODED_LENGTH));
    }

    /**
     * @throws Failure MISSING_CONTENT_LENGTH when the request says no length, NOT_IMPLEMENTED when
     *     it is chunked for that; INVALID_ARGUMENT, INVALID_REQUEST and INVALID_DIGEST when a
     *     promise is malformed
     */
    @Override
    public Upstream upstream(String algorithm) {
        long length = length();
        if (length < 0 || length == 0 && exchange.contentLength() == 0 && lengthMissing()) {
            throw missingLength();
        }
        Promises promises = promises(Promises.About.BODY);
        BodyChecksum chosen = promises.checksum();
        if (chosen == null && !algorithm.isEmpty()) {
            chosen =
                    BodyChecksum.named(algorithm)
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            "no checksum algorithm " + algorithm));
        }
        return body(length, promises, chosen, BodyDigests.Want.YES);
    }

    /** The HTTP layer says 0 both for a length of 0 and for none. */
    private boolean lengthMissing() {
        return !fields.has("content-length") && !fields.has("transfer-encoding");
    }

    private Failure missingLength() {
        if (fields.has(DECODED_LENGTH)) {
            return new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "x-amz-decoded-content-length is no number of bytes.");
        }
        boolean framed =
                framing instanceof Framing.SignedChunks
                        || framing instanceof Framing.UnsignedChunks;
        if (exchange.contentLength() < 0 && !framed) {
            return Unserved.chunked();
        }
        return new Failure(
                ErrorCode.MISSING_CONTENT_LENGTH,
                "You must provide the Content-Length HTTP header; for a body in aws-chunked or"
                        + " chunked coding also x-amz-decoded-content-length.");
    }

    private Promises promises(Promises.About about) {
        return Promises.of(
                fields,
                about,
                switch (framing) {
                    case Framing.Plain plain -> Framing.Trailing.NONE;
                    case Framing.Hashed hashed -> Framing.Trailing.NONE;
                    case Framing.UnsignedChunks chunks -> Framing.Trailing.TRAILERS;
                    case Framing.SignedChunks(ChunkSigner signer, Framing.Trailing trailing) ->
                            trailing;
                });
    }

    private IncomingBody body(
            long length, Promises promises, @Nullable BodyChecksum checksum, BodyDigests.Want md5) {
        InputStream source =
                switch (framing) {
                    case Framing.Plain plain -> exchange.body();
                    case Framing.Hashed hashed -> exchange.body();
                    case Framing.UnsignedChunks chunks ->
                            new ChunkedBody(
                                    exchange.body(),
                                    null,
                                    Framing.Trailing.TRAILERS,
                                    promises,
                                    length,
                                    exchange.contentLength());
                    case Framing.SignedChunks(ChunkSigner signer, Framing.Trailing trailing) ->
                            new ChunkedBody(
                                    exchange.body(),
                                    signer,
                                    trailing,
                                    promises,
                                    length,
                                    exchange.contentLength());
                };
        byte[] sha256 = framing instanceof Framing.Hashed(byte[] promised) ? promised : null;
        return new IncomingBody(
                source,
                length,
                promises,
                sha256,
                checksum,
                BodyDigests.of(
                        length,
                        md5,
                        sha256 != null ? BodyDigests.Want.YES : BodyDigests.Want.NO,
                        checksum != null ? checksum.start() : null));
    }

    @Override
    public byte[] document(int limit) throws IOException {
        long length = length();
        if (length > limit) {
            throw tooLarge(limit);
        }
        if (length < 0 && chunks()) {
            throw missingLength();
        }
        Promises promises =
                promises(completes() ? Promises.About.COMPLETED_OBJECT : Promises.About.BODY);
        try {
            IncomingBody body =
                    body(
                            length,
                            promises,
                            promises.checksum(),
                            promises.md5() != null ? BodyDigests.Want.YES : BodyDigests.Want.NO);
            byte[] bytes = body.readNBytes(limit);
            if (bytes.length == limit && body.read() >= 0) {
                throw tooLarge(limit);
            }
            body.finish();
            return bytes;
        } catch (Upstream.Invalid broken) {
            throw new Failure(ErrorCode.of(broken.code()), String.valueOf(broken.getMessage()));
        }
    }

    private boolean chunks() {
        return switch (framing) {
            case Framing.Plain plain -> false;
            case Framing.Hashed hashed -> false;
            case Framing.UnsignedChunks chunks -> true;
            case Framing.SignedChunks chunks -> true;
        };
    }

    /** Whether this is CompleteMultipartUpload, whose checksum headers are about the object. */
    private boolean completes() {
        String query = exchange.rawQuery();
        return exchange.method().equals("POST")
                && (query.startsWith("uploadId=") || query.contains("&uploadId="));
    }

    private static Failure tooLarge(int limit) {
        return new Failure(
                ErrorCode.ENTITY_TOO_LARGE,
                "The document in the request's body is longer than " + limit + " bytes.");
    }
}
