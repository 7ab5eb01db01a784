package org.domicile.ingest;

import java.time.Duration;

/** What is answered instead. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final long seconds;

    /**
     * @param code a word for programs @param sentence for people, with what to do next
     */
    Failure(int status, String code, String sentence) {
        this(status, code, sentence, 5);
    }

    private Failure(int status, String code, String sentence, long seconds) {
        super(sentence, null, false, false);
        this.status = status;
        this.code = code;
        this.seconds = seconds;
    }

    /** Too much came of late. @param wait before more may */
    static Failure tooFast(String sentence, Duration wait) {
        return new Failure(429, "too-fast", sentence, wait.plusMillis(999).toSeconds());
    }

    static Failure malformed(String sentence) {
        return new Failure(400, "malformed", sentence);
    }

    /** What is small did not come in time. */
    static Failure tooSlow() {
        return new Failure(
                408, "too-slow", "The body did not come within 10 seconds; send it at once.");
    }

    int status() {
        return status;
    }

    /** After how many seconds it may be tried again, if at all. */
    long seconds() {
        return seconds;
    }

    String code() {
        return code;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
