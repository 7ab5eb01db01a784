package org.domicile.s3;

/**
 * What the door is told by configuration.
 *
 * @param region the region that clients sign for and that {@code us-east-1}, or none, in a bucket's
 *     location stands for: the name of the default zone
 * @param domain for virtual-hosted style: {@code bucket.domain} in Host names the bucket; empty for
 *     path style alone
 */
public record S3Options(String region, String domain) {
    /** Checks what everything else relies on. */
    public S3Options {
        if (region.isEmpty()) {
            throw new IllegalArgumentException("the S3 door needs the name of its region");
        }
        if (domain.startsWith(".") || domain.contains(":") || domain.contains("/")) {
            throw new IllegalArgumentException(
                    "s3.domain is a bare host name such as s3.example.org, not " + domain);
        }
    }
}
