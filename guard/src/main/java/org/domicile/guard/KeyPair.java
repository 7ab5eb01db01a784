package org.domicile.guard;

import java.util.regex.Pattern;

/**
 * A key pair that clients have already, from another server. The secret stands in no record, no log
 * and no {@code toString}.
 *
 * @param accessKey 3 to 128 letters, digits and {@code . _ @ + -}: what IAM ("AccessKey": {@code
 *     \w}, from 16) and MinIO (from 3) issue, but for the beginning {@code ASIA}
 * @param secret 16 to 128 visible ASCII characters, at least 8 different ones
 */
public record KeyPair(String accessKey, String secret) {
    private static final Pattern ACCESS_KEY = Pattern.compile("[A-Za-z0-9._@+-]{3,128}");
    private static final Pattern SECRET = Pattern.compile("[!-~]{16,128}");
    private static final int LEAST_DIFFERENT = 8;

    /** Why it cannot be kept, as a sentence that says nothing of the secret; empty when it can. */
    String objection() {
        if (!ACCESS_KEY.matcher(accessKey).matches()) {
            return "an access key has 3 to 128 letters, digits and . _ @ + -";
        }
        if (accessKey.startsWith("ASIA")) {
            return "access keys that begin with ASIA are those of sessions, which end by"
                    + " themselves; make a new pair";
        }
        if (!SECRET.matcher(secret).matches()
                || secret.chars().distinct().count() < LEAST_DIFFERENT
                || secret.contains(accessKey)) {
            return "the secret is too weak or malformed: it needs 16 to 128 visible ASCII"
                    + " characters, at least 8 different ones, and not the access key among them."
                    + " Whoever sees one signed request can try secrets against it at any speed,"
                    + " unseen; make a new pair instead (without --access-key)";
        }
        return "";
    }

    @Override
    public String toString() {
        return "KeyPair[" + accessKey + "]";
    }
}
