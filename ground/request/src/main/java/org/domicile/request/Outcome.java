package org.domicile.request;

/** How an admitted use ended, as its record says it. */
public enum Outcome {
    /** What was asked happened, or the bytes were answered. */
    DONE,
    /** The thing asked for is not there. */
    ABSENT,
    /**
     * A condition of the caller (If-Match, If-None-Match, "bucket must be empty") did not hold;
     * nothing changed.
     */
    CONFLICT,
    /**
     * The request could not be carried out as it was sent (bad digest, truncated body); nothing
     * changed.
     */
    INVALID,
    /** Something of ours failed; nothing changed. */
    FAILED
}
