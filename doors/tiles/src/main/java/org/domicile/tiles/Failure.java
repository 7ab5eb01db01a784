package org.domicile.tiles;

import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Refused;

/** A request that is answered with an error; the one place that maps failures to the wire. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    Failure(int status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    static Failure of(Refused refused) {
        return new Failure(403, String.valueOf(refused.getMessage()));
    }

    static Failure of(StorageFailure failure) {
        String what = String.valueOf(failure.getMessage());
        return switch (failure.kind()) {
            case OVERLOADED -> new Failure(503, what + "; try again in a moment.");
            case FULL -> new Failure(503, what + ". Its operator has to make room on the disk.");
            case FENCED, CORRUPT, FOREIGN ->
                    new Failure(503, what + ". Its operator finds more in the log.");
            case CLOSED -> new Failure(503, "The program is ending; try again later.");
        };
    }

    int status() {
        return status;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
