package org.domicile.moving;

/** What stands against every version that is left: the move fails with this sentence. */
final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Ended(String sentence) {
        super(sentence, null, false, false);
    }
}
