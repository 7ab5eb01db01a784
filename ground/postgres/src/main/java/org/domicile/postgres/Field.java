package org.domicile.postgres;

/**
 * A column of a relation, or of an answer.
 *
 * @param modifier {@code atttypmod}; -1 for none
 */
public record Field(String name, PgType type, int modifier) {
    /** Without a modifier. */
    public Field(String name, PgType type) {
        this(name, type, -1);
    }
}
