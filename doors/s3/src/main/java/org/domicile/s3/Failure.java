package org.domicile.s3;

import java.util.Map;

/** A request that is answered with an S3 error. An everyday event, not a bug: no stack trace. */
final class Failure extends RuntimeException {
    /**
     * The element that names the region to sign for; botocore and minio-go sign again with it, from
     * here or from x-amz-bucket-region.
     */
    static final String REGION = "Region";

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, String> details;

    /** An error with the sentence that says what to do. */
    Failure(ErrorCode code, String sentence) {
        this(code, sentence, Map.of());
    }

    /** The same with further elements of the answer's document, by name. */
    Failure(ErrorCode code, String sentence, Map<String, String> details) {
        super(sentence, null, false, false);
        this.code = code;
        this.details = details;
    }

    ErrorCode code() {
        return code;
    }

    Map<String, String> details() {
        return details;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
