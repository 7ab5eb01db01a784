package org.domicile.s3;

import java.util.Optional;
import org.domicile.guard.BucketNames;

/**
 * What a request is about.
 *
 * @param bucket empty for the service itself
 * @param name the object's name; empty for the bucket itself
 */
record Target(String bucket, String name) {
    /** S3 user guide, "Object key naming". */
    static final int LONGEST_NAME = 1_024;

    /** What a request is about, in kind. */
    enum Level {
        SERVICE,
        BUCKET,
        OBJECT
    }

    Level level() {
        return bucket.isEmpty() ? Level.SERVICE : name.isEmpty() ? Level.BUCKET : Level.OBJECT;
    }

    /**
     * Reads path style, and virtual-hosted style where {@code host} lies under {@code domain}. A
     * name is taken as it stands: "." and ".." and "//" are part of it, and nothing is normalised.
     *
     * @throws Failure INVALID_URI, INVALID_BUCKET_NAME, KEY_TOO_LONG
     */
    static Target parse(String rawPath, String host, String domain) {
        if (!rawPath.startsWith("/")) {
            throw new Failure(ErrorCode.INVALID_URI, "The path of the URI has to begin with '/'.");
        }
        Optional<String> hosted = hosted(host, domain);
        if (hosted.isPresent()) {
            return checked(hosted.get(), Percent.decode(rawPath.substring(1), Percent.Plus.PLUS));
        }
        if (rawPath.length() == 1) {
            return new Target("", "");
        }
        int slash = rawPath.indexOf('/', 1);
        String bucket = rawPath.substring(1, slash < 0 ? rawPath.length() : slash);
        String name = slash < 0 ? "" : rawPath.substring(slash + 1);
        return checked(
                Percent.decode(bucket, Percent.Plus.PLUS), Percent.decode(name, Percent.Plus.PLUS));
    }

    /** A bucket and a name from elsewhere, for example a copy's source. */
    static Target checked(String bucket, String name) {
        if (!BucketNames.valid(bucket)) {
            throw new Failure(
                    ErrorCode.INVALID_BUCKET_NAME,
                    "The specified bucket is not valid: a bucket's name has 3 to 63 lower-case"
                            + " letters, digits, dots and hyphens, begins and ends with a letter or"
                            + " digit, and is no IP address.");
        }
        checkName(name);
        return new Target(bucket, name);
    }

    /**
     * @throws Failure KEY_TOO_LONG
     */
    static void checkName(String name) {
        if (name.length() > LONGEST_NAME || Percent.length(name) > LONGEST_NAME) {
            throw new Failure(
                    ErrorCode.KEY_TOO_LONG,
                    "Your key is too long: an object's name has at most 1024 bytes of UTF-8.");
        }
    }

    /** The bucket that a host names; empty when it names none. */
    static Optional<String> hosted(String host, String domain) {
        if (domain.isEmpty()) {
            return Optional.empty();
        }
        int colon = host.lastIndexOf(':');
        int end = colon > host.lastIndexOf(']') ? colon : host.length();
        int dot = end - domain.length() - 1;
        if (dot <= 0
                || host.charAt(dot) != '.'
                || !host.regionMatches(true, dot + 1, domain, 0, domain.length())) {
            return Optional.empty();
        }
        // Host names have no case, bucket names have: both are lower case.
        return Optional.of(org.domicile.http.Headers.lower(host.substring(0, dot)));
    }
}
