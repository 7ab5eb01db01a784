package org.domicile.postgres;

/** SQL's NULL, so that Java's never crosses a line. */
public enum Missing {
    /** No value. */
    NULL
}
