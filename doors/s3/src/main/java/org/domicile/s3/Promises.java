package org.domicile.s3;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request's headers promise of its body's digests. Owned by the request's thread.
 *
 * <p>Headers whose promise is malformed are refused before a byte is read.
 */
final class Promises {
    private static final String TRAILER = "x-amz-trailer";

    private byte @Nullable [] md5;
    private @Nullable BodyChecksum checksum;
    private byte @Nullable [] value;
    private boolean trailing;

    private Promises() {}

    /** What the checksum headers are about. */
    enum About {
        /** The body. */
        BODY,
        /** The object that the request completes; the body is only a document about it. */
        COMPLETED_OBJECT
    }

    /** Parses them. {@code trailers}: whether the framing has room for trailers. */
    static Promises of(Fields fields, About about, Framing.Trailing trailers) {
        Promises promises = new Promises();
        promises.contentMd5(fields);
        if (about == About.BODY) {
            promises.checksums(fields);
            if (trailers == Framing.Trailing.TRAILERS) {
                promises.trailer(fields);
            }
            promises.sdkAlgorithm(fields);
        }
        return promises;
    }

    private void contentMd5(Fields fields) {
        if (fields.has("content-md5")) {
            md5 =
                    BodyChecksum.base64(fields.one("content-md5"), 16)
                            .orElseThrow(() ->
                                    new Failure(
                                            ErrorCode.INVALID_DIGEST,
                                            "The Content-MD5 you specified is not valid:"
                                                    + " it is the base64 of 16 bytes."));
        }
    }

    private void checksums(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            if (!name.startsWith("x-amz-checksum-")
                    || name.equals("x-amz-checksum-algorithm")
                    || name.equals("x-amz-checksum-type")
                    || name.equals("x-amz-checksum-mode")) {
                continue;
            }
            BodyChecksum named =
                    BodyChecksum.inHeader(name)
                            .orElseThrow(() ->
                                    new Failure(
                                            ErrorCode.INVALID_REQUEST,
                                            "The checksum algorithm of the header "
                                                    + name
                                                    + " is not supported."));
            if (checksum != null) {
                throw several();
            }
            checksum = named;
            value =
                    named.decode(fields.value(i))
                            .orElseThrow(() ->
                                    new Failure(
                                            ErrorCode.INVALID_REQUEST,
                                            "Value for " + name + " header is invalid."));
        }
    }

    private void trailer(Fields fields) {
        if (!fields.has(TRAILER)) {
            return;
        }
        String announced = fields.one(TRAILER).strip();
        BodyChecksum named =
                BodyChecksum.inHeader(org.domicile.http.Headers.lower(announced))
                        .orElseThrow(() ->
                                new Failure(
                                        ErrorCode.INVALID_REQUEST,
                                        "The value specified in the x-amz-trailer header"
                                                + " is not supported: announce exactly one"
                                                + " x-amz-checksum- trailer."));
        if (checksum != null) {
            throw several();
        }
        checksum = named;
        trailing = true;
    }

    private void sdkAlgorithm(Fields fields) {
        String stated = fields.one("x-amz-sdk-checksum-algorithm");
        if (stated.isEmpty() || md5 != null && checksum == null) {
            return;
        }
        BodyChecksum sent = checksum;
        if (sent == null) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "x-amz-sdk-checksum-algorithm specified, but no corresponding"
                            + " x-amz-checksum-* or x-amz-trailer headers were found.");
        }
        Optional<BodyChecksum> named = BodyChecksum.named(stated);
        if (named.isEmpty() || named.get() != sent) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "Value for x-amz-sdk-checksum-algorithm header is invalid.");
        }
    }

    private static Failure several() {
        return new Failure(
                ErrorCode.INVALID_REQUEST,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not"
                        + " allowed.");
    }

    /** Content-MD5's bytes, if sent. */
    byte @Nullable [] md5() {
        return md5;
    }

    /** The algorithm of the checksum that the client sends, in a header or in a trailer. */
    @Nullable BodyChecksum checksum() {
        return checksum;
    }

    /** The checksum's bytes, if a header or trailer has brought them. */
    byte @Nullable [] value() {
        return value;
    }

    /** Whether the checksum comes in a trailer. */
    boolean trailing() {
        return trailing;
    }

    /** Takes the value that the trailer brought. */
    void arrived(byte[] raw) {
        value = raw;
    }
}
