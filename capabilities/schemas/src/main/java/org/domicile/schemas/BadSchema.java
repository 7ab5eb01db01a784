package org.domicile.schemas;

/** A text is no schema, or one that is not taken here. Its message is a sentence for people. */
final class BadSchema extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadSchema(String sentence) {
        super(sentence, null, false, false);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
