package org.domicile.guard;

/** What was asked of streams cannot be; nothing was changed, and it is on record. */
public final class StreamRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What kind of no. */
    public enum Kind {
        /** There is no such stream. */
        ABSENT,
        /** It does not go with what there is. */
        CONFLICT,
        /** It is more than there may be. */
        TOO_LARGE
    }

    StreamRefusal(Kind kind, String sentence) {
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
