package org.domicile.s3;

import java.util.HexFormat;

/** How a request's body is framed, as x-amz-content-sha256 says (S3 API reference, "SigV4"). */
sealed interface Framing {
    /** The value that promises nothing. */
    String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

    String UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    String SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    String SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

    /** As it is. */
    record Plain() implements Framing {}

    /** As it is, with its SHA-256. */
    record Hashed(byte[] sha256) implements Framing {}

    /** aws-chunked without signatures, with trailers. */
    record UnsignedChunks() implements Framing {}

    /** aws-chunked, each chunk signed. */
    record SignedChunks(ChunkSigner signer, Trailing trailing) implements Framing {}

    /** Whether trailers follow the last chunk. */
    enum Trailing {
        NONE,
        TRAILERS
    }

    /** Of a signed request, from the value that was signed. */
    static Framing of(String value, SigningKey key, Claim claim) {
        return switch (value) {
            case UNSIGNED_PAYLOAD -> new Plain();
            case UNSIGNED_TRAILER -> new UnsignedChunks();
            case SIGNED_CHUNKS -> new SignedChunks(new ChunkSigner(key, claim), Trailing.NONE);
            case SIGNED_TRAILER -> new SignedChunks(new ChunkSigner(key, claim), Trailing.TRAILERS);
            default -> hashed(value);
        };
    }

    /**
     * Of a request without a signature. SDKs that send a checksum in a trailer frame the body even
     * when they sign nothing, and then leave x-amz-content-sha256 out.
     */
    static Framing unsigned(Fields fields) {
        String value = fields.one("x-amz-content-sha256");
        return switch (value) {
            case UNSIGNED_PAYLOAD -> new Plain();
            case UNSIGNED_TRAILER -> new UnsignedChunks();
            case SIGNED_CHUNKS, SIGNED_TRAILER ->
                    throw new Failure(
                            ErrorCode.INVALID_REQUEST,
                            "Signed chunks need a signed request; this one has no signature.");
            case "" ->
                    fields.has("x-amz-decoded-content-length") && awsChunked(fields)
                            ? new UnsignedChunks()
                            : new Plain();
            default -> hashed(value);
        };
    }

    private static boolean awsChunked(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i).equals("content-encoding")
                    && fields.value(i).contains("aws-chunked")) {
                return true;
            }
        }
        return false;
    }

    private static Framing hashed(String value) {
        if (value.startsWith("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")) {
            throw new Failure(
                    ErrorCode.NOT_IMPLEMENTED,
                    "Chunks signed with ECDSA are not served. Please use " + Claim.ALGORITHM + ".");
        }
        if (value.length() == 64) {
            try {
                return new Hashed(HexFormat.of().parseHex(value));
            } catch (IllegalArgumentException notHexadecimal) {
                throw notAHash();
            }
        }
        throw notAHash();
    }

    private static Failure notAHash() {
        return new Failure(
                ErrorCode.INVALID_ARGUMENT,
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD,"
                        + " STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
                        + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD,"
                        + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value.");
    }
}
