package org.domicile.tables;

/** Room for what a call holds in memory for its caller. Any thread. */
public interface Memory {
    /** As much as it takes. */
    Memory UNBOUNDED = _ -> {};

    /**
     * Takes some, for as long as the caller says.
     *
     * @throws RuntimeException of the caller's own when there is no room: it ends the call
     */
    void take(long bytes);
}
