package org.domicile.moving;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.domicile.s3client.S3Signature;

/** The MD5 of parts' MD5s, for one size of parts, as S3's ETags have it. Used once. */
final class PartSum {
    private final long size;
    private final MessageDigest part = S3Signature.digest("MD5");
    private final MessageDigest all = S3Signature.digest("MD5");
    private long filled;

    /**
     * @param size of all parts but the last
     */
    PartSum(long size) {
        this.size = size;
    }

    long size() {
        return size;
    }

    void update(byte[] bytes, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (filled == size) {
                end();
            }
            int count = (int) Math.min(left, size - filled);
            part.update(bytes, from, count);
            filled += count;
            from += count;
            left -= count;
        }
    }

    private void end() {
        all.update(part.digest());
        filled = 0;
    }

    /** The ETag of so many parts. */
    String etag(int count) {
        end();
        return HexFormat.of().formatHex(all.digest()) + "-" + count;
    }
}
