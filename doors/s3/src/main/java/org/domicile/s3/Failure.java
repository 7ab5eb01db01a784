package org.domicile.s3;

/** A request that is answered with an S3 error. An everyday event, not a bug: no stack trace. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** An error with the sentence that says what to do. */
    Failure(ErrorCode code, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
    }

    ErrorCode code() {
        return code;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
