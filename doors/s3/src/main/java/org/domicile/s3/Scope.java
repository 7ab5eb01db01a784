package org.domicile.s3;

/**
 * What a credential is named together with: {@code ACCESSKEY/yyyymmdd/region/service/aws4_request}.
 *
 * @param text all after the access key, as it is signed
 */
record Scope(
        String accessKey, String date, String region, String service, String end, String text) {
    private static final int PARTS = 4;

    /**
     * Parses a Credential from its right end, because an access key may hold a slash.
     *
     * @throws Failure with {@code code} when it has too few parts
     */
    static Scope parse(String credential, ErrorCode code) {
        int[] slashes = new int[PARTS];
        int at = credential.length();
        for (int i = PARTS - 1; i >= 0; i--) {
            at = at <= 0 ? -1 : credential.lastIndexOf('/', at - 1);
            slashes[i] = at;
        }
        if (at <= 0) {
            throw new Failure(
                    code,
                    "The Credential is malformed; expecting"
                            + " ACCESSKEY/YYYYMMDD/REGION/s3/aws4_request.");
        }
        return new Scope(
                credential.substring(0, at),
                credential.substring(at + 1, slashes[1]),
                credential.substring(slashes[1] + 1, slashes[2]),
                credential.substring(slashes[2] + 1, slashes[3]),
                credential.substring(slashes[3] + 1),
                credential.substring(at + 1));
    }
}
