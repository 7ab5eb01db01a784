package org.domicile.launcher;

/** A command cannot do what was asked. The message is a sentence for people; exit code 1. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Problem(String sentence) {
        super(sentence, null, false, false);
    }
}
