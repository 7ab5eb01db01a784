package org.domicile.keyspace;

/** Where a key lives; the semantics are the same, the layout on disk is not. */
public enum Space {
    /** Small values, often scanned in order. */
    RECORDS,
    /**
     * Values of up to 1 MiB, read one at a time; kept aside so that scans of records stay dense.
     */
    BODIES
}
