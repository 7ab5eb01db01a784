package org.domicile.query;

/**
 * Why something failed, as the doors tell it.
 *
 * @param state SQLSTATE, five characters
 * @param message one sentence for people
 * @param position where in the statement's text, counted in characters from 1; 0 when it is nowhere
 * @param hint what to do about it; empty when there is nothing to say
 */
public record Failure(String state, String message, int position, String hint) {
    /** No such table, or none that may be known of. */
    public static final String NO_TABLE = "42P01";

    /** Policy refused. */
    public static final String REFUSED = "42501";

    /** A kind of statement or a function that does not run here. */
    public static final String NOT_HERE = "0A000";

    /** Not one statement. */
    public static final String SYNTAX = "42601";

    /** Something that a name or a value stands for is not what it has to be. */
    public static final String INVALID = "22023";

    /** Views that lie too deep, or in themselves. */
    public static final String NESTED = "54001";

    /** A limit of the configuration: a scan over the staging, rows over the limit. */
    public static final String OVER_LIMIT = "53400";

    /** Out of memory. */
    public static final String MEMORY = "53200";

    /** Too many sessions. */
    public static final String TOO_MANY = "53300";

    /** Cancelled, or out of time. */
    public static final String CANCELLED = "57014";

    /** The session's process is gone. */
    public static final String GONE = "57P01";

    /** Something of ours: no walls, or storage that fails. */
    public static final String SYSTEM = "58000";

    /** Checks the state. */
    public Failure {
        if (state.length() != 5 || position < 0) {
            throw new IllegalArgumentException("no SQLSTATE or place: " + state + " " + position);
        }
    }

    /** Without a place and a hint. */
    public static Failure of(String state, String message) {
        return new Failure(state, message, 0, "");
    }

    /** With a hint. */
    public Failure hinting(String other) {
        return new Failure(state, message, position, other);
    }
}
