package org.domicile.query;

/** What a statement is. Today {@link #SELECT} and {@link #EXPLAIN} run. */
public enum Kind {
    /** SELECT, VALUES, TABLE, FROM, WITH … SELECT, DESCRIBE, SUMMARIZE. */
    SELECT,
    /** EXPLAIN of a SELECT; EXPLAIN ANALYZE runs it. */
    EXPLAIN,
    /** Anything else; refused with 0A000. */
    OTHER
}
