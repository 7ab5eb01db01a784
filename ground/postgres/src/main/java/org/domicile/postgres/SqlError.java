package org.domicile.postgres;

/**
 * A statement cannot be answered, with one of PostgreSQL's codes (its manual, Appendix A). The
 * message is a sentence for people.
 */
public final class SqlError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String state;
    private final int position;
    private final String hint;

    /**
     * @param state five characters
     * @param position character of the statement, from 1; 0 for none
     * @param hint what to do; empty for none
     */
    public SqlError(String state, String sentence, int position, String hint) {
        super(sentence, null, false, false);
        this.state = state;
        this.position = position;
        this.hint = hint;
    }

    /** Without position and hint. */
    public SqlError(String state, String sentence) {
        this(state, sentence, 0, "");
    }

    /** At a place. */
    public SqlError(String state, String sentence, int position) {
        this(state, sentence, position, "");
    }

    /** The SQLSTATE. */
    public String state() {
        return state;
    }

    /** Character of the statement, from 1; 0 for none. */
    public int position() {
        return position;
    }

    /** What to do; empty for none. */
    public String hint() {
        return hint;
    }

    /** What we do not know is said with its word. */
    static SqlError unknown(String what, int position) {
        return new SqlError(
                "0A000",
                what + " is not known in questions about the catalogue",
                position,
                "Ask about tables of data alone, or in plainer words.");
    }
}
