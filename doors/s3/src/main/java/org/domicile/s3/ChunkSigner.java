package org.domicile.s3;

import java.security.MessageDigest;

/**
 * The chain of signatures over a body's chunks, each over its chunk and the signature before it,
 * the first over the request's own (S3 API reference, "Signature calculations: transferring payload
 * in multiple chunks" and "… with trailing headers"). Owned by the request's thread.
 */
final class ChunkSigner {
    private static final String EMPTY =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final SigningKey key;
    private final Claim claim;
    private final MessageDigest sha256 = SigningKey.sha256();
    private final Text text = new Text(384);
    private byte[] previous;

    /** Begins behind a verified request. */
    ChunkSigner(SigningKey key, Claim claim) {
        this.key = key;
        this.claim = claim;
        this.previous = new Text(64).add(claim.signature()).copy();
    }

    /** Takes bytes of the current chunk, or of the trailers. */
    void update(byte[] bytes, int offset, int length) {
        sha256.update(bytes, offset, length);
    }

    /** Whether the current chunk, which ends here, has this signature. */
    boolean endsChunk(byte[] signature) {
        begin("AWS4-HMAC-SHA256-PAYLOAD").add('\n').add(EMPTY);
        return ends(signature);
    }

    /** Whether the trailers, which end here, have this signature. */
    boolean endsTrailers(byte[] signature) {
        begin("AWS4-HMAC-SHA256-TRAILER");
        return ends(signature);
    }

    private Text begin(String algorithm) {
        return text.clear()
                .add(algorithm)
                .add('\n')
                .add(claim.timestamp())
                .add('\n')
                .add(claim.scope().text())
                .add('\n')
                .add(previous);
    }

    private boolean ends(byte[] signature) {
        text.add('\n').hex(sha256.digest());
        previous = key.sign(text);
        return MessageDigest.isEqual(previous, signature);
    }
}
