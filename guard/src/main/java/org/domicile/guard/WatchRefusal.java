package org.domicile.guard;

/** What was asked of watches cannot be; nothing was changed, and it is on record. */
public final class WatchRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What kind of no. */
    public enum Kind {
        /** There is no such watch, or no such stream. */
        ABSENT,
        /** It does not go with what there is. */
        CONFLICT,
        /** Its query cannot run. */
        WRONG,
        /** Nothing can run now. */
        UNREADY
    }

    WatchRefusal(Kind kind, String sentence) {
        super(sentence, null, false, false);
        this.kind = kind;
    }

    /** What kind of no. */
    public Kind kind() {
        return kind;
    }

    /** For people, with what to do next. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
