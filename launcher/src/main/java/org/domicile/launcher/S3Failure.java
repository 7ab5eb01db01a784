package org.domicile.launcher;

import java.io.IOException;

/** An S3 endpoint said no. */
final class S3Failure extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    S3Failure(int status, String code, String message) {
        super(code.isEmpty() ? "status " + status : code + ": " + message);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** Whether asking again may help. */
    boolean passing() {
        return status >= 500 && status != 501 && status != 507
                || status == 429
                || code.equals("RequestTimeout");
    }
}
