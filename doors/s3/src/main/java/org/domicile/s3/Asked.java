package org.domicile.s3;

import org.domicile.http.Headers;

/**
 * A request as it was parsed: which operation, on what, with which parameters.
 *
 * @param operation UNKNOWN when the request could not be read
 */
record Asked(Operation operation, Target target, Query query) {
    /** What a request that cannot be read is on record as. */
    static final Asked UNREADABLE =
            new Asked(Operation.UNKNOWN, new Target("", ""), Query.parse(""));

    /**
     * @throws Failure for a request that is no request of S3
     */
    static Asked parse(
            String method, String rawPath, String rawQuery, Headers headers, String domain) {
        if (rawPath.equals("/WriteGetObjectResponse") && method.equals("POST")) {
            // The one operation whose path is its name; as a bucket's name it would not be valid.
            return new Asked(
                    Operation.WRITE_GET_OBJECT_RESPONSE, new Target("", ""), Query.parse(rawQuery));
        }
        String host = domain.isEmpty() ? "" : headers.first("Host").orElse("");
        Target target = Target.parse(rawPath, host, domain);
        Query query = Query.parse(rawQuery);
        return new Asked(Routes.parse(method, headers, target, query), target, query);
    }
}
