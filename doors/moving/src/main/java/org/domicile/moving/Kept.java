package org.domicile.moving;

/** What the side that a bucket comes from keeps of its objects. */
enum Kept {
    /** One version of each name. */
    ONE,
    /** All versions. */
    VERSIONS,
    /** All versions, some of which may be locked. */
    LOCKED_VERSIONS
}
