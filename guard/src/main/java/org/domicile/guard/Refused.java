package org.domicile.guard;

/** The guard said no. It is on record (or counted) when this is thrown. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The reason when a stranger asks for a bucket that is not there. */
    public static final String NO_SUCH_BUCKET = "no-such-bucket";

    private final String reason;
    private final String use;

    /**
     * @param reason code of the deciding rule, for example {@code zone-mismatch}
     * @param sentence what to do about it, for people
     * @param use the use's number for the answer's header; empty when it was only counted
     */
    public Refused(String reason, String sentence, String use) {
        super(sentence, null, false, false);
        this.reason = reason;
        this.use = use;
    }

    /** Code of the deciding rule. */
    public String reason() {
        return reason;
    }

    /** The use's number, or empty. */
    public String use() {
        return use;
    }
}
