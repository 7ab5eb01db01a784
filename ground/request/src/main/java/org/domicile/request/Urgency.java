package org.domicile.request;

/** What of a full disk's reserve a commit may take: the more it helps, the more. */
public enum Urgency {
    /** Uses of data. */
    NORMAL,
    /** Removing data, which makes room. */
    FREEING,
    /** Operators' acts and the program's own upkeep, with their records. */
    OPERATING
}
