package org.domicile.flink;

/** A query that does not run. */
final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param sentence for people, with what to do next
     */
    Wrong(String sentence) {
        super(sentence, null, false, false);
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
