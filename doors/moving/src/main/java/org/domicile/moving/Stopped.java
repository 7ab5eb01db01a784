package org.domicile.moving;

/** Somebody has stopped the move: it stands so already, and nothing is to be said of it. */
final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
        super("it was stopped", null, false, false);
    }
}
