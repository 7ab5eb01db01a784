package org.domicile.s3client;

import java.io.IOException;

/** The other side did not do what it was asked; the message is a sentence for operators. */
public final class RemoteFailure extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 300;

    private final int status;
    private final String code;

    RemoteFailure(int status, String code, String sentence) {
        super(
                cut(
                        sentence.isEmpty()
                                ? "the other side answered " + status + " " + code
                                : code.isEmpty() ? sentence : code + ": " + sentence));
        this.status = status;
        this.code = code;
    }

    /** What it said cannot be read. */
    public static RemoteFailure unreadable(String sentence) {
        return new RemoteFailure(200, "", sentence);
    }

    /** What strangers wrote goes into reports: one line, and not too long. */
    private static String cut(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }

    /** The sentence. */
    public String said() {
        return String.valueOf(getMessage());
    }

    /** The HTTP status; 0 when there was no answer. */
    public int status() {
        return status;
    }

    /** S3's code; may be empty. */
    public String code() {
        return code;
    }

    /** Whether it may be otherwise in a moment. */
    public boolean passing() {
        return status == 0
                || status == 429
                || status == 500
                || status == 502
                || status == 503
                || status == 504;
    }
}
