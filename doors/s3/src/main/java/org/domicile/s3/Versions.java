package org.domicile.s3;

import org.domicile.guard.Found;
import org.domicile.http.Headers;
import org.domicile.objects.Bucket;

/** Ids of versions: {@code null}, or sixteen lower-case hexadecimal digits. */
final class Versions {
    /** The field that names a version. */
    static final String FIELD = "x-amz-version-id";

    private static final String NULL = "null";

    private Versions() {}

    /**
     * @throws Failure INVALID_ARGUMENT for what cannot be a version's id
     */
    static String checked(String id) {
        if (id.isEmpty()) {
            throw new Failure(ErrorCode.INVALID_ARGUMENT, "Version id cannot be the empty string.");
        }
        boolean hex = id.length() == 16;
        for (int i = 0; hex && i < id.length(); i++) {
            char c = id.charAt(i);
            hex = c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
        }
        if (!hex && !id.equals(NULL)) {
            throw new Failure(ErrorCode.INVALID_ARGUMENT, "Invalid version id specified.");
        }
        return id;
    }

    /**
     * Says which version an answer shows. As S3: with its id, also the null one's, in a bucket that
     * has ever had versions.
     */
    static void shown(Headers headers, String id, Bucket.Versioning versioning) {
        if (versioning != Bucket.Versioning.UNVERSIONED) {
            headers.add(FIELD, id);
        }
    }

    static void shown(Headers headers, Found found) {
        shown(headers, found.version(), found.versioning());
    }

    /**
     * Says which version a write made; as S3, nothing of a null one, also where it replaced one.
     */
    static void made(Headers headers, Found found) {
        if (!found.version().equals(NULL)) {
            headers.add(FIELD, found.version());
        }
    }
}
