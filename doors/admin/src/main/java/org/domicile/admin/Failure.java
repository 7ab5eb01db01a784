package org.domicile.admin;

import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Administration;
import org.domicile.guard.Refused;

/** A call that is answered with an error; the one place that maps failures to the wire. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    Failure(int status, String code, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
        this.code = code;
    }

    static Failure input(String sentence) {
        return new Failure(400, "invalid", sentence);
    }

    static Failure of(Refused refused) {
        return new Failure(403, refused.reason(), String.valueOf(refused.getMessage()));
    }

    static Failure of(Administration.Impossible impossible) {
        return new Failure(409, "impossible", String.valueOf(impossible.getMessage()));
    }

    static Failure of(StorageFailure failure) {
        String what = String.valueOf(failure.getMessage());
        return switch (failure.kind()) {
            case FULL -> new Failure(503, "full", what + "; make room on the disk and try again");
            case OVERLOADED -> new Failure(503, "overloaded", what + "; try again in a moment");
            case FENCED ->
                    new Failure(
                            503,
                            "fenced",
                            what
                                    + "; mend the disk, then restart: './domicile down',"
                                    + " './domicile up'");
            case CORRUPT, FOREIGN ->
                    new Failure(503, "corrupt", what + "; see log/server.log in the data folder");
            case CLOSED -> new Failure(503, "closed", "the program is ending; start it again");
        };
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
