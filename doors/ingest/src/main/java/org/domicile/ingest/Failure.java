package org.domicile.ingest;

/** What is answered instead. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param code a word for programs @param sentence for people, with what to do next
     */
    Failure(int status, String code, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
        this.code = code;
    }

    static Failure malformed(String sentence) {
        return new Failure(400, "malformed", sentence);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
