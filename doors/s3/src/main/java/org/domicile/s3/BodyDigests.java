package org.domicile.s3;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The digests that one body needs, taken as it passes. Owned by the request's thread. */
final class BodyDigests {
    /** Bodies longer than this have their MD5 taken on a thread of its own. */
    private static final long LARGE = 1 << 20;

    private static final MessageDigest MD5 = SigningKey.lookUp("MD5");

    private final @Nullable MessageDigest md5;
    private final @Nullable Md5Lane lane;
    private final @Nullable MessageDigest sha256;
    private final BodyChecksum.@Nullable Running checksum;

    private BodyDigests(
            @Nullable MessageDigest md5,
            @Nullable Md5Lane lane,
            @Nullable MessageDigest sha256,
            BodyChecksum.@Nullable Running checksum) {
        this.md5 = md5;
        this.lane = lane;
        this.sha256 = sha256;
        this.checksum = checksum;
    }

    /** Whether a digest is wanted. */
    enum Want {
        YES,
        NO
    }

    /** For a body of {@code length} bytes, -1 when not known. */
    static BodyDigests of(
            long length, Want md5, Want sha256, BodyChecksum.@Nullable Running checksum) {
        MessageDigest etag = md5 == Want.YES ? SigningKey.copy(MD5) : null;
        boolean large = etag != null && length > LARGE;
        return new BodyDigests(
                large ? null : etag,
                large && etag != null ? new Md5Lane(etag) : null,
                sha256 == Want.YES ? SigningKey.sha256() : null,
                checksum);
    }

    void update(byte[] bytes, int offset, int length) {
        if (lane != null) {
            lane.update(bytes, offset, length);
        } else if (md5 != null) {
            md5.update(bytes, offset, length);
        }
        if (sha256 != null) {
            sha256.update(bytes, offset, length);
        }
        if (checksum != null) {
            checksum.update(bytes, offset, length);
        }
    }

    /** Ends the MD5; empty when none was wanted. */
    byte[] md5() {
        return lane != null ? lane.digest() : md5 != null ? md5.digest() : new byte[0];
    }

    /** Ends the SHA-256; empty when none was wanted. */
    byte[] sha256() {
        return sha256 != null ? sha256.digest() : new byte[0];
    }

    /** Ends the checksum; empty when none was wanted. */
    byte[] checksum() {
        return checksum != null ? checksum.raw() : new byte[0];
    }
}
