package org.domicile.cedar;

/**
 * A text or a document is not what it should be: a policy or schema that does not parse, entities
 * that are malformed or against the schema, a request that the schema does not allow. The message
 * says where and what was expected, and is fit to be shown to whoever wrote the text.
 */
public final class CedarException extends Exception {
    private static final long serialVersionUID = 1;

    private final int line;
    private final int column;

    CedarException(Place at, String problem) {
        super(at.isKnown() ? at + ": " + problem : problem);
        line = at.line();
        column = at.column();
    }

    CedarException(String problem) {
        this(Place.UNKNOWN, problem);
    }

    /** The line of the problem, from 1; 0 when the problem has no single place. */
    public int line() {
        return line;
    }

    /** The column of the problem in UTF-16 units, from 1; 0 when it has no single place. */
    public int column() {
        return column;
    }
}
