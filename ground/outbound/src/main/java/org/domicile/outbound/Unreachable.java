package org.domicile.outbound;

/** A request had no answer; the message is a sentence for operators. Nothing is tried again. */
public final class Unreachable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreachable(String sentence) {
        super(sentence);
    }

    Unreachable(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
