package org.domicile.schemas;

/** A record does not fit. Its message is a sentence for people, without what the record says. */
final class BadRecord extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadRecord(String sentence) {
        super(sentence, null, false, false);
    }

    /** Within a column. */
    BadRecord in(String column) {
        return new BadRecord(column + ": " + getMessage());
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
