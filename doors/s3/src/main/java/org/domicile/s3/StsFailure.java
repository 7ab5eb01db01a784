package org.domicile.s3;

import org.domicile.bytes.StorageFailure;
import org.domicile.guard.GuardedSessions;

/**
 * A request that is answered with an error of STS. An everyday event, not a bug: no stack trace.
 * The one place where failures become STS's words.
 */
final class StsFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Code code;

    /** AWS STS API Reference, "Common Error Types" and the errors of each action. */
    enum Code {
        ACCESS_DENIED("AccessDenied", 403),
        EXPIRED_TOKEN("ExpiredToken", 403),
        EXPIRED_TOKEN_EXCEPTION("ExpiredTokenException", 400),
        IDP_COMMUNICATION_ERROR("IDPCommunicationError", 400),
        INCOMPLETE_SIGNATURE("IncompleteSignature", 400),
        INVALID_ACTION("InvalidAction", 400),
        INVALID_CLIENT_TOKEN_ID("InvalidClientTokenId", 403),
        INVALID_IDENTITY_TOKEN("InvalidIdentityToken", 400),
        MALFORMED_POLICY_DOCUMENT("MalformedPolicyDocument", 400),
        MALFORMED_QUERY("MalformedQueryString", 404),
        MISSING_ACTION("MissingAction", 400),
        MISSING_AUTHENTICATION_TOKEN("MissingAuthenticationToken", 403),
        PACKED_POLICY_TOO_LARGE("PackedPolicyTooLarge", 400),
        SERVICE_UNAVAILABLE("ServiceUnavailable", 503),
        SIGNATURE_DOES_NOT_MATCH("SignatureDoesNotMatch", 403),
        THROTTLING("Throttling", 400),
        VALIDATION_ERROR("ValidationError", 400);

        private final String code;
        private final int status;

        Code(String code, int status) {
            this.code = code;
            this.status = status;
        }

        String code() {
            return code;
        }

        int status() {
            return status;
        }
    }

    StsFailure(Code code, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
    }

    Code code() {
        return code;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    /** What is wrong with a signature, which S3 says in words of its own. */
    static StsFailure of(Failure failure) {
        Code code =
                switch (failure.code()) {
                    case INVALID_ACCESS_KEY_ID, INVALID_TOKEN -> Code.INVALID_CLIENT_TOKEN_ID;
                    case EXPIRED_TOKEN -> Code.EXPIRED_TOKEN;
                    case SIGNATURE_DOES_NOT_MATCH, REQUEST_TIME_TOO_SKEWED, ACCESS_DENIED ->
                            Code.SIGNATURE_DOES_NOT_MATCH;
                    case INVALID_URI -> Code.MALFORMED_QUERY;
                    default -> Code.INCOMPLETE_SIGNATURE;
                };
        return new StsFailure(code, failure.sentence());
    }

    static StsFailure of(GuardedSessions.Declined declined) {
        Code code =
                switch (declined.kind()) {
                    case INVALID -> Code.VALIDATION_ERROR;
                    case MALFORMED_POLICY -> Code.MALFORMED_POLICY_DOCUMENT;
                    case LARGE_POLICY -> Code.PACKED_POLICY_TOO_LARGE;
                    case DENIED -> Code.ACCESS_DENIED;
                    case BAD_TOKEN -> Code.INVALID_IDENTITY_TOKEN;
                    case EXPIRED_TOKEN -> Code.EXPIRED_TOKEN_EXCEPTION;
                    case ISSUER_SILENT -> Code.IDP_COMMUNICATION_ERROR;
                };
        return new StsFailure(code, String.valueOf(declined.getMessage()));
    }

    static StsFailure of(StorageFailure failure) {
        return switch (failure.kind()) {
            case OVERLOADED -> new StsFailure(Code.THROTTLING, "Please reduce your request rate.");
            case FULL, FENCED, CORRUPT, FOREIGN, CLOSED ->
                    new StsFailure(
                            Code.SERVICE_UNAVAILABLE,
                            "Storage cannot serve this request now; the operator's log says why.");
        };
    }
}
