package org.domicile.iceberg;

/** What is answered as an error: a status, a type that clients know, a sentence for people. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;

    Failure(int status, String type, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
        this.type = type;
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    static Failure bad(String sentence) {
        return new Failure(400, "BadRequestException", sentence);
    }

    static Failure unknownCaller(String sentence) {
        return new Failure(401, "NotAuthorizedException", sentence);
    }
}
