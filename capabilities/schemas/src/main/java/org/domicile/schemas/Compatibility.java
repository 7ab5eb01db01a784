package org.domicile.schemas;

/** What a new version of a subject has to be able to do, beside those before it. */
public enum Compatibility {
    /** Whatever comes. */
    NONE,
    /** Read what the newest wrote. */
    BACKWARD,
    /** Read what any wrote. */
    BACKWARD_TRANSITIVE,
    /** Be read by the newest. */
    FORWARD,
    /** Be read by each. */
    FORWARD_TRANSITIVE,
    /** Both, of the newest. */
    FULL,
    /** Both, of each. */
    FULL_TRANSITIVE
}
