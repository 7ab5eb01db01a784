package org.domicile.s3;

import java.util.Optional;

/**
 * What {@code x-amz-copy-source} names (S3 API Reference, CopyObject): {@code
 * /bucket/name?versionId=id}, percent-encoded, with or without the first slash.
 *
 * @param version empty for the newest
 */
record CopySource(Target target, Optional<String> version) {
    private static final String VERSION = "?versionId=";

    /**
     * @throws Failure INVALID_ARGUMENT, INVALID_BUCKET_NAME, KEY_TOO_LONG, INVALID_URI,
     *     NOT_IMPLEMENTED
     */
    static CopySource parse(String field) {
        String raw = field;
        int mark = raw.lastIndexOf(VERSION);
        Optional<String> version = Optional.empty();
        if (mark >= 0) {
            String id = Percent.decode(raw.substring(mark + VERSION.length()), Percent.Plus.PLUS);
            version = Optional.of(Versions.checked(id));
            raw = raw.substring(0, mark);
        }
        String path = path(raw);
        int slash = path.indexOf('/');
        if (slash <= 0 || slash == path.length() - 1) {
            throw invalid();
        }
        if (path.startsWith("arn:")) {
            throw Unserved.notImplemented("x-amz-copy-source with an ARN");
        }
        return new CopySource(
                Target.checked(path.substring(0, slash), path.substring(slash + 1)), version);
    }

    /** Without the first slash, decoded, as conditions of policies name it. */
    static String path(String raw) {
        try {
            String text = Percent.decode(raw, Percent.Plus.PLUS);
            return text.startsWith("/") ? text.substring(1) : text;
        } catch (Failure e) {
            throw invalid();
        }
    }

    private static Failure invalid() {
        return new Failure(
                ErrorCode.INVALID_ARGUMENT,
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey,"
                        + " URL-encoded UTF-8.");
    }
}
