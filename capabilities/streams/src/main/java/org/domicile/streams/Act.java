package org.domicile.streams;

/** What a client wants with a stream. */
public enum Act {
    /** Know that it is there, and of its partitions, offsets and settings. */
    SEE,
    /** Have it in a list of all streams that it may see. */
    LIST,
    /** Append records. */
    PUBLISH,
    /** Read records, and follow them as a group. */
    POLL
}
