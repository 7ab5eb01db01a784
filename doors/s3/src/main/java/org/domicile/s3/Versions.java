package org.domicile.s3;

/** Ids of versions: {@code null}, or sixteen lower-case hexadecimal digits. */
final class Versions {
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

    /** Whether an answer names the version: buckets without versions have only the null one. */
    static boolean named(String id) {
        return !id.isEmpty() && !id.equals(NULL);
    }
}
