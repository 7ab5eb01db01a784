package org.domicile.s3;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a request says of its own signature. Nothing of it is believed yet.
 *
 * @param place where it says so
 * @param scope credential and scope
 * @param signedHeaders names separated by semicolons, as given
 * @param signature as given
 * @param timestamp moment of signing in ISO 8601's basic form, as it is signed
 * @param time the same moment
 * @param life how long it may be used, for a presigned request
 */
record Claim(
        Place place,
        Scope scope,
        String signedHeaders,
        String signature,
        String timestamp,
        Instant time,
        Duration life) {
    /** The algorithm that is served. */
    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private static final long WEEK_SECONDS = 604_800;

    /** Where the signature stands. */
    enum Place {
        HEADER,
        QUERY
    }

    /** From {@code Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…}. */
    static Claim inHeader(Fields fields) {
        String authorization = fields.one("authorization");
        requireAlgorithm(authorization);
        String credential = "";
        String signedHeaders = "";
        String signature = "";
        int at = ALGORITHM.length();
        int end = authorization.length();
        while (at < end) {
            int comma = authorization.indexOf(',', at);
            int next = comma < 0 ? end : comma;
            int from = at;
            while (from < next && blank(authorization.charAt(from))) {
                from++;
            }
            int to = next;
            while (to > from && blank(authorization.charAt(to - 1))) {
                to--;
            }
            if (authorization.startsWith("Credential=", from) && credential.isEmpty()) {
                credential = authorization.substring(from + 11, Math.max(to, from + 11));
            } else if (authorization.startsWith("SignedHeaders=", from)
                    && signedHeaders.isEmpty()) {
                signedHeaders = authorization.substring(from + 14, Math.max(to, from + 14));
            } else if (authorization.startsWith("Signature=", from) && signature.isEmpty()) {
                signature = authorization.substring(from + 10, Math.max(to, from + 10));
            } else {
                throw malformed(
                        "expecting Credential, SignedHeaders and Signature once each, separated by"
                                + " commas");
            }
            at = next + 1;
        }
        if (credential.isEmpty() || signedHeaders.isEmpty() || signature.isEmpty()) {
            throw malformed("expecting Credential, SignedHeaders and Signature");
        }
        Scope scope = Scope.parse(credential, ErrorCode.AUTHORIZATION_HEADER_MALFORMED);
        String stated = fields.one("x-amz-date");
        String date = stated.isEmpty() ? fields.one("date") : stated;
        Optional<Instant> basic = Dates.basic(date);
        Instant time =
                basic.or(() -> Dates.preferred(date))
                        .orElseThrow(() ->
                                new Failure(
                                        ErrorCode.ACCESS_DENIED,
                                        "AWS authentication requires a valid Date or"
                                                + " x-amz-date header."));
        return new Claim(
                Place.HEADER,
                scope,
                signedHeaders,
                signature,
                basic.isPresent() ? date : Dates.basic(time),
                time,
                Duration.ZERO);
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    private static void requireAlgorithm(String authorization) {
        int end = 0;
        while (end < authorization.length() && !blank(authorization.charAt(end))) {
            end++;
        }
        String algorithm = authorization.substring(0, end);
        if (algorithm.equals(ALGORITHM)) {
            return;
        }
        if (algorithm.isEmpty()) {
            throw new Failure(
                    ErrorCode.ACCESS_DENIED,
                    "The Authorization header is empty. Sign the request, or leave it out.");
        }
        if (algorithm.equals("AWS") && authorization.indexOf(':') < 0) {
            throw new Failure(
                    ErrorCode.INVALID_ARGUMENT,
                    "The Authorization header is malformed. Please use " + ALGORITHM + ".");
        }
        if (algorithm.equals("AWS") || algorithm.startsWith("AWS4-")) {
            throw unsupported();
        }
        throw new Failure(
                ErrorCode.INVALID_ARGUMENT,
                "Unsupported Authorization Type. Please use " + ALGORITHM + ".");
    }

    static Failure unsupported() {
        return new Failure(
                ErrorCode.INVALID_REQUEST,
                "The authorization mechanism you have provided is not supported. Please use "
                        + ALGORITHM
                        + ".");
    }

    private static Failure malformed(String why) {
        return new Failure(
                ErrorCode.AUTHORIZATION_HEADER_MALFORMED,
                "The authorization header is malformed; " + why + ".");
    }

    /** From a presigned request's query. */
    static Claim inQuery(CanonicalQuery query) {
        String algorithm = query.one("X-Amz-Algorithm");
        String credential = query.one("X-Amz-Credential");
        String date = query.one("X-Amz-Date");
        String expires = query.one("X-Amz-Expires");
        String signature = query.one("X-Amz-Signature");
        String signedHeaders = query.one("X-Amz-SignedHeaders");
        if (algorithm.isEmpty()
                || credential.isEmpty()
                || date.isEmpty()
                || expires.isEmpty()
                || signature.isEmpty()
                || !query.has("X-Amz-SignedHeaders")) {
            throw queryError(
                    "Query-string authentication version 4 requires the X-Amz-Algorithm,"
                            + " X-Amz-Credential, X-Amz-Signature, X-Amz-Date,"
                            + " X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        }
        if (!algorithm.equals(ALGORITHM)) {
            throw queryError("X-Amz-Algorithm only supports \"" + ALGORITHM + "\".");
        }
        Scope scope = Scope.parse(credential, ErrorCode.AUTHORIZATION_QUERY_PARAMETERS_ERROR);
        Instant time =
                Dates.basic(date)
                        .orElseThrow(() ->
                                queryError(
                                        "X-Amz-Date must be in the ISO8601 Long Format"
                                                + " \"yyyyMMdd'T'HHmmss'Z'\"."));
        return new Claim(
                Place.QUERY,
                scope,
                signedHeaders,
                signature,
                date,
                time,
                Duration.ofSeconds(seconds(expires)));
    }

    private static long seconds(String expires) {
        if (expires.startsWith("-")) {
            throw queryError("X-Amz-Expires must be non-negative.");
        }
        long seconds = 0;
        for (int i = 0; i < expires.length(); i++) {
            char c = expires.charAt(i);
            if (c < '0' || c > '9') {
                throw queryError("X-Amz-Expires should be a number.");
            }
            seconds = Math.min(10 * seconds + (c - '0'), WEEK_SECONDS + 1);
        }
        if (seconds > WEEK_SECONDS) {
            throw queryError(
                    "X-Amz-Expires must be less than a week (in seconds); that is, the given"
                            + " X-Amz-Expires must be at most "
                            + WEEK_SECONDS
                            + " seconds.");
        }
        return seconds;
    }

    private static Failure queryError(String sentence) {
        return new Failure(ErrorCode.AUTHORIZATION_QUERY_PARAMETERS_ERROR, sentence);
    }
}
